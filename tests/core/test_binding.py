"""Issuer binding, apart from the signature: whether the claimed issuer's own document authorises the key."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core import POLICIES
from gateway.report import Verdict
from gateway.retrieval import Answer
from tests.core.parts import (
    BADGE,
    METHOD,
    OTHER,
    SCHOOL,
    against,
    badge,
    check_all,
    check_named,
    controller,
    did_key_of,
    multikey_of,
    signed,
    token,
    world,
)
from tests.core.tokens import compact

SILENT = Answer(code="fetch_failed", message="no answer")
FRAGMENT = f"{SCHOOL}#{multikey_of(1)}"
"""A method that brings a key along in its name, as many test badges do."""


def key_method(number: int) -> str:
    return f"{did_key_of(number)}#{multikey_of(number)}"


def key_world(number: int, **others: Any) -> Any:
    did = did_key_of(number)
    return world({did: controller(did, number, name=multikey_of(number)), SCHOOL: controller(), **others})


# --- keys that somebody else publishes -----------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_a_key_in_the_fragment_is_not_the_issuers_because_it_says_so(policy: str) -> None:
    done = check_all(signed(number=1, method=FRAGMENT), policy)
    assert check_named(done, "proof.signature").verdict is Verdict.VALID
    assert against(done)["issuer"] == "key_not_authorised"
    assert done.verdict is Verdict.INVALID


@pytest.mark.parametrize("policy", POLICIES)
def test_a_key_in_the_fragment_is_the_issuers_where_its_document_lists_it(policy: str) -> None:
    listed = controller(SCHOOL, 1, name=multikey_of(1))
    assert check_all(signed(number=1, method=FRAGMENT), policy, world({SCHOOL: listed})).verified


def test_a_key_in_the_fragment_of_a_silent_issuer_is_valid_for_1edtech_and_verified_for_nobody() -> None:
    silent = world({SCHOOL: SILENT})
    strict = check_all(signed(number=1, method=FRAGMENT), retrieved=silent)
    lenient = check_all(signed(number=1, method=FRAGMENT), "1edtech", silent)
    assert (strict.verdict, lenient.verdict) == (Verdict.UNDETERMINED, Verdict.VALID)
    assert not strict.verified
    assert not lenient.verified
    assert against(lenient)["issuer"] == "key_from_proof"


def test_a_did_web_issuer_is_asked_even_if_the_key_stands_in_the_fragment() -> None:
    did = "did:web:school.example"
    document = signed(badge(issuer={"id": did, "type": ["Profile"]}), 1, f"{did}#{multikey_of(1)}")
    done = check_all(document, retrieved=world({did: controller(did, 0)}))
    assert against(done)["issuer"] == "key_not_authorised"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("method", ["with fragment", "bare"])
def test_a_did_key_signs_for_itself_and_for_no_other_issuer(policy: str, method: str) -> None:
    name = key_method(1) if method == "with fragment" else did_key_of(1)
    done = check_all(signed(number=1, method=name), policy, key_world(1))
    assert check_named(done, "proof.signature").verdict is Verdict.VALID
    assert against(done)["issuer"] == "issuer_not_controller"
    assert done.verdict is Verdict.INVALID


def test_an_issuer_that_is_the_did_key_itself_is_verified() -> None:
    issuer = {"id": did_key_of(1), "type": ["Profile"], "name": "School of Examples"}
    assert check_all(signed(badge(issuer=issuer), 1, key_method(1)), retrieved=key_world(1)).verified


def test_a_key_of_another_controller_counts_where_the_issuers_document_names_it() -> None:
    naming = controller(SCHOOL, 0, assertionMethod=[key_method(1)])
    retrieved = world({did_key_of(1): controller(did_key_of(1), 1, name=multikey_of(1)), SCHOOL: naming})
    assert check_all(signed(number=1, method=key_method(1)), retrieved=retrieved).verified


def test_a_document_of_another_id_lists_no_key_of_another_controller_for_the_issuer() -> None:
    lying = {**controller(SCHOOL, 0, assertionMethod=[key_method(1)]), "id": OTHER}
    retrieved = world({did_key_of(1): controller(did_key_of(1), 1, name=multikey_of(1)), SCHOOL: lying})
    assert against(check_all(signed(number=1, method=key_method(1)), retrieved=retrieved))["issuer"] == (
        "issuer_not_controller"
    )


# --- documents that lie or say too little ---------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        controller(SCHOOL, 0, assertionMethod=[]),
        controller(SCHOOL, 0, assertionMethod=None),
        controller(SCHOOL, 1),
        controller(OTHER, 0),
        {"id": SCHOOL},
        {},
        {"id": SCHOOL, "assertionMethod": "x", "verificationMethod": 7},
    ],
)
def test_a_document_that_does_not_list_the_key_authorises_nothing(document: dict[str, Any]) -> None:
    done = check_all(signed(), retrieved=world({SCHOOL: document}))
    assert not done.verified
    assert done.verdict is not Verdict.VALID


def test_a_method_that_says_another_controls_it_authorises_nothing() -> None:
    document = controller()
    document["verificationMethod"][0]["controller"] = OTHER
    assert not check_all(signed(), retrieved=world({SCHOOL: document})).verified


def test_a_method_listed_in_place_counts() -> None:
    document = controller()
    document["assertionMethod"] = document.pop("verificationMethod")
    assert check_all(signed(), retrieved=world({SCHOOL: document})).verified


@pytest.mark.parametrize("fragment", ["#key-1", METHOD])
def test_a_reference_may_be_relative_to_the_document(fragment: str) -> None:
    assert check_all(signed(), retrieved=world({SCHOOL: controller(assertionMethod=[fragment])})).verified


def test_an_issuer_without_an_id_has_no_key() -> None:
    done = check_all(signed(badge(issuer={"type": ["Profile"], "name": "School"})))
    assert not done.verified


# --- keys over time -------------------------------------------------------------------------------


def ended(member: str, moment: str) -> dict[str, Any]:
    document = controller()
    document["verificationMethod"][0][member] = moment
    return document


def test_a_key_that_expired_since_is_judged_now_and_in_an_archive_at_signing() -> None:
    retrieved = world({SCHOOL: ended("expires", "2026-02-15T00:00:00Z")})
    assert against(check_all(signed(), retrieved=retrieved))["issuer"] == "key_expired"
    done = check_all(signed(), "archive", retrieved)
    assert done.verified
    assert check_named(done, "issuer").code == "key_held_at_signing"
    assert check_named(done, "issuer").values["judgedAt"].startswith("2026-02-01")


def test_a_key_that_had_expired_before_it_signed_is_never_good() -> None:
    retrieved = world({SCHOOL: ended("expires", "2026-01-15T00:00:00Z")})
    assert not check_all(signed(), "archive", retrieved).verified


@pytest.mark.parametrize("policy", POLICIES)
def test_a_revoked_key_needs_more_than_its_own_word_for_when_it_signed(policy: str) -> None:
    """Whoever holds a stolen key writes any date into ``created``: only a timestamp would show when."""
    done = check_all(signed(), policy, world({SCHOOL: ended("revoked", "2026-02-15T00:00:00Z")}))
    assert against(done)["issuer"] == "key_revoked"
    assert not done.verified


def test_a_key_that_will_end_is_good_until_then() -> None:
    assert check_all(signed(), retrieved=world({SCHOOL: ended("revoked", "2026-05-01T00:00:00Z")})).verified


# --- tokens ---------------------------------------------------------------------------------------


def test_the_kid_of_a_token_may_be_relative_to_its_issuer() -> None:
    header = {"alg": "EdDSA", "kid": "#key-1"}
    done = check_all(compact(header, {**BADGE, "iss": SCHOOL}))
    assert done.verified


def test_a_token_by_a_key_of_somebody_else_is_not_the_issuers() -> None:
    done = check_all(token(number=1, method=key_method(1)), retrieved=key_world(1))
    assert against(done)["issuer"] == "issuer_not_controller"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", OTHER), ("sub", "did:example:thief"), ("jti", "urn:uuid:00000000-0000-4000-8000-000000000000"),
        ("nbf", 1_700_000_000), ("exp", 1_900_000_000), ("iss", 7), ("nbf", "2026"), ("sub", None),
    ],
)  # fmt: skip
def test_a_claim_that_contradicts_the_credential_is_invalid(claim: str, value: Any) -> None:
    payload = {**badge(validUntil="2027-01-01T00:00:00Z"), claim: value}
    done = check_all(compact({"alg": "EdDSA", "kid": METHOD}, payload))
    assert against(done)["proof.claims"] == "claim_contradicts"
    assert done.verdict is Verdict.INVALID
    assert check_named(done, "proof.signature").verdict is Verdict.VALID


@pytest.mark.parametrize("claim", ["iss", "sub", "jti"])
def test_a_vc_jwt_that_leaves_a_claim_out_is_open_for_strict_and_fine_for_1edtech(claim: str) -> None:
    document = badge(validFrom=None, issuanceDate="2026-01-01T00:00:00Z")
    document["@context"] = [
        "https://www.w3.org/2018/credentials/v1", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]  # fmt: skip
    claims = {"iss": SCHOOL, "sub": "did:example:learner", "jti": document["id"], "nbf": 1_767_225_600}
    whole = compact({"alg": "EdDSA", "kid": METHOD}, {**claims, "vc": document})
    assert check_all(whole).verified
    del claims[claim]
    partial = compact({"alg": "EdDSA", "kid": METHOD}, {**claims, "vc": document})
    assert against(check_all(partial)) == {"proof.claims": "claim_missing"}
    assert check_all(partial, "1edtech").verdict is Verdict.VALID


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": METHOD},
        {"alg": "HS256", "kid": METHOD},
        {"alg": "ES256", "kid": METHOD},
        {"alg": "EdDSA", "kid": METHOD, "crit": ["exp"]},
        {"alg": "EdDSA", "kid": METHOD, "b64": False},
        {"alg": "EdDSA", "kid": METHOD, "typ": "at+jwt"},
        {"alg": ["EdDSA"], "kid": METHOD},
    ],
)
def test_a_header_that_chooses_how_to_be_verified_is_refused(header: dict[str, Any]) -> None:
    assert not check_all(compact(header, badge())).verified
    assert not check_all(compact(header, badge()), "1edtech").verified
