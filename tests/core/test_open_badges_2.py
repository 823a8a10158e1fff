"""Open Badges 2.0 and before: hosted badges at their addresses, signed ones by a key their issuer lists."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gateway.core import POLICIES, Verified
from gateway.envelopes.jwt import base64url_encode
from gateway.report import Verdict
from gateway.retrieval import GONE, Answer
from tests.core.parts import against, check_all, check_named, world

HOST = "https://school.example"
ASSERTION, CLASS, ISSUER = f"{HOST}/assertions/1", f"{HOST}/badges/1", f"{HOST}/issuer"
KEY, LIST = f"{HOST}/key", f"{HOST}/revocations"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""RSA keys cannot be made from a seed; nothing a test looks at depends on which one it is."""
PEM = (
    RSA.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


def assertion(**changes: Any) -> dict[str, Any]:
    made = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ASSERTION,
        "recipient": {"type": "email", "hashed": True, "salt": "sea", "identity": "sha256$" + "0a" * 32},
        "issuedOn": "2026-01-01T00:00:00Z",
        "badge": CLASS,
        "verification": {"type": "hosted"},
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def badge_class(**changes: Any) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/openbadges/v2", "type": "BadgeClass", "id": CLASS, "name": "First aid",
        "description": "Knows what to do first.", "image": f"{HOST}/badge.png", "criteria": f"{HOST}/criteria",
        "issuer": ISSUER, **changes,
    }  # fmt: skip


def issuer(**changes: Any) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/openbadges/v2", "type": "Issuer", "id": ISSUER, "name": "School of Examples",
        "url": HOST, "email": "hello@school.example", **changes,
    }  # fmt: skip


def check(given: Any, policy: str = "strict", **documents: Any) -> Verified:
    """A badge verified where these documents answer; ``at`` is the hosted assertion, the others by name."""
    known = {
        ASSERTION: documents.pop("at", given if isinstance(given, dict) else b""),
        CLASS: documents.pop("badge", badge_class()),
        ISSUER: documents.pop("issuer", issuer()),
        **documents.pop("more", {}),
    }
    assert not documents
    return check_all(
        given, policy, world({}, {url: content for url, content in known.items() if content != b""})
    )


# --- hosted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_a_badge_that_its_address_answers_with_is_verified(policy: str) -> None:
    done = check(assertion(), policy)
    assert done.verified
    assert against(done) == {}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_badge_whose_parts_stand_inside_it_is_verified(policy: str) -> None:
    whole = assertion(badge=badge_class(issuer=issuer()))
    assert check(whole, policy).verified


def test_another_badge_than_the_one_at_its_address_is_invalid() -> None:
    done = check(assertion(issuedOn="2026-01-02T00:00:00Z"), at=assertion())
    assert against(done)["proof.signature"] == "hosted_differs"
    assert done.verdict is Verdict.INVALID


def test_a_badge_whose_address_does_not_answer_is_verified_for_nobody() -> None:
    silent = Answer(code="fetch_failed", message="no answer")
    strict, lenient = check(assertion(), at=silent), check(assertion(), "1edtech", at=silent)
    assert (strict.verdict, lenient.verdict) == (Verdict.UNDETERMINED, Verdict.VALID)
    assert not strict.verified
    assert not lenient.verified
    assert lenient.reason is not None
    assert lenient.reason.code == "hosted_not_retrieved"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    "at",
    [
        Answer(code=GONE, message="withdrawn"),
        assertion(revoked=True, revocationReason="issued twice"),
        {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": ASSERTION, "revoked": True},
    ],
)
def test_a_badge_withdrawn_or_revoked_at_its_address_is_invalid(policy: str, at: Any) -> None:
    done = check(assertion(), policy, at=at)
    assert against(done)["proof.signature"] == "revoked"
    assert done.verdict is Verdict.INVALID


def test_a_badge_that_says_itself_that_it_is_revoked_is_invalid() -> None:
    done = check(assertion(revoked=True, revocationReason="issued twice"))
    assert check_named(done, "status").values == {"reason": "issued twice"}
    assert done.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("rules", "verified"),
    [
        (None, True),
        ({}, True),
        ({"startsWith": f"{HOST}/assertions/"}, True),
        ({"startsWith": [f"{HOST}/other/", f"{HOST}/assertions/"]}, True),
        ({"startsWith": f"{HOST}/other/"}, False),
        ({"startsWith": [f"{HOST}/other/", "https://school.example.evil/"]}, False),
        ({"allowedOrigins": "school.example"}, True),
        ({"allowedOrigins": ["badges.example", "school.example"]}, True),
        ({"allowedOrigins": "badges.example"}, False),
        ({"allowedOrigins": "badges.example", "startsWith": f"{HOST}/assertions/"}, False),
        ({"allowedOrigins": "school.example", "startsWith": f"{HOST}/other/"}, False),
        ({"startsWith": 7, "allowedOrigins": {}}, True),
        ("self", True),
    ],
)
def test_a_badge_stands_where_its_issuers_profile_allows(rules: Any, verified: bool) -> None:
    done = check(assertion(), issuer=issuer(**({} if rules is None else {"verification": rules})))
    assert done.verified is verified
    if not verified:
        assert against(done)["issuer"] == "address_not_issuers"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/assertions/1", "https://school.example.evil.example/1", "https://school.example@evil.example/1",
     "https://school.example:8443/assertions/1", "https://evil.example/?https://school.example/"],
)  # fmt: skip
def test_a_badge_at_another_host_is_not_the_issuers(address: str) -> None:
    forged = assertion(id=address)
    done = check(forged, more={address: forged})
    assert against(done)["issuer"] == "address_not_issuers"
    assert not done.verified


def test_what_a_badge_says_of_its_issuer_in_place_opens_no_door() -> None:
    address = "https://evil.example/assertions/1"
    inside = issuer(verification={"allowedOrigins": "evil.example"})
    forged = assertion(id=address, badge=badge_class(issuer=inside))
    done = check(forged, more={address: forged})
    assert against(done)["issuer"] == "address_not_issuers"


def test_an_issuer_without_a_web_address_binds_nothing_by_default() -> None:
    name = "urn:uuid:2f1c0d3e-0000-4000-8000-000000000009"
    documents = {"badge": badge_class(issuer=issuer(id=name)), "more": {name: issuer(id=name)}}
    strict, lenient = (
        check(assertion(), **documents),
        check(assertion(), "1edtech", **copy.deepcopy(documents)),
    )
    assert against(strict)["issuer"] == "issuer_without_host"
    assert (strict.verdict, lenient.verdict) == (Verdict.UNDETERMINED, Verdict.VALID)
    assert not lenient.verified


@pytest.mark.parametrize("part", ["badge", "issuer"])
@pytest.mark.parametrize(
    "content", [Answer(code="fetch_failed", message="no answer"), b"no json", b"[]", b"\xff"]
)
def test_a_part_that_cannot_be_had_leaves_the_question_open(part: str, content: Any) -> None:
    done = check(assertion(), **{part: content})
    assert not done.verified
    assert done.verdict is Verdict.UNDETERMINED


def test_a_part_that_stands_at_another_address_is_told() -> None:
    moved = check(assertion(), badge=badge_class(id=f"{HOST}/badges/2"))
    assert against(moved)["schema"] == "node_renamed"


@pytest.mark.parametrize("kind", ["badge", "issuer"])
def test_a_class_or_a_profile_by_itself_is_valid_for_1edtech_and_verified_for_nobody(kind: str) -> None:
    tree = badge_class() if kind == "badge" else issuer()
    done = check_all(tree, "1edtech", world({}, {ISSUER: issuer()}))
    assert done.verdict is Verdict.VALID
    assert not done.verified
    assert against(done)["proof"] == "not_an_assertion"


# --- its shape and dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"recipient": None}, "/recipient"), ({"recipient": "learner@mail.example"}, "/recipient"),
        ({"issuedOn": "soon"}, "/issuedOn"), ({"image": "data:image/png;base64,AA=="}, "/image"),
        ({"verification": {"type": "oracle"}}, "/verification/type"),
    ],
)  # fmt: skip
def test_a_malformed_assertion_is_told_where_it_is(changes: dict[str, Any], pointer: str) -> None:
    done = check(assertion(**changes), "1edtech")
    assert pointer in {c.pointer for c in done.checks if c.name == "schema" and c.verdict is Verdict.INVALID}
    assert done.verdict is Verdict.INVALID


def test_a_malformed_issuer_is_told_under_the_badge() -> None:
    done = check(assertion(), "1edtech", issuer=issuer(email="nobody"))
    assert check_named(done, "schema").pointer == "/badge/issuer/email"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires": "2026-02-01T00:00:00Z"}, "expired"),
        ({"expires": "2025-02-01T00:00:00Z"}, "period_reversed"),
        ({"issuedOn": "2027-01-01T00:00:00Z"}, "not_yet_valid"),
    ],
)
def test_a_badge_outside_its_period_is_invalid(changes: dict[str, Any], code: str) -> None:
    done = check(assertion(**changes))
    assert code in {found.code for found in done.checks}
    assert done.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("extension", "fine"),
    [
        ({"type": ["Extension", "extensions:ExampleExtension"], "exampleProperty": "short"}, True),
        ({"type": ["Extension", "extensions:ExampleExtension"], "http://schema.org/text": "short"}, True),
        ({"type": ["Extension", "extensions:ExampleExtension"], "http://schema.org/text": 1337}, False),
        ({"type": ["Extension", "extensions:ExampleExtension"]}, False),
        (
            {
                "type": ["Extension", "https://w3id.org/openbadges/extensions#ApplyLink"],
                "url": "https://a.example/",
            },
            True,
        ),
        ({"type": ["Extension", "extensions:ApplyLink"], "url": "nowhere"}, False),
        ({"type": ["Extension", "https://school.example/terms#Own"], "anything": [1, {}]}, True),
    ],
)
def test_a_published_extension_says_what_it_must(extension: dict[str, Any], fine: bool) -> None:
    done = check(assertion(**{"extensions:x": extension}), "1edtech")
    assert done.verified is fine
    if not fine:
        assert check_named(done, "schema").pointer.startswith("/extensions:x/")


def test_a_badge_in_its_issuers_revocation_list_is_invalid_even_if_it_brings_another_profile() -> None:
    profile = issuer(revocationList=LIST)
    listed = {"type": "RevocationList", "id": LIST, "issuer": ISSUER, "revokedAssertions": [ASSERTION]}
    inside = assertion(badge=badge_class(issuer=issuer()))
    for given in (assertion(), inside):
        done = check(given, issuer=profile, more={LIST: listed})
        assert against(done)["status"] == "revoked"
        assert done.verdict is Verdict.INVALID


# --- endorsements ----------------------------------------------------------------------------------

AGENCY = "https://agency.example/profile"
ENDORSEMENT = "https://agency.example/endorsements/1"


def endorsement(**changes: Any) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/openbadges/v2", "type": "Endorsement", "id": ENDORSEMENT, "issuer": AGENCY,
        "claim": {"id": CLASS, "endorsementComment": "We looked at it."}, "issuedOn": "2026-01-01T00:00Z",
        "verification": {"type": "hosted"}, **changes,
    }  # fmt: skip


def endorsed(content: Any, policy: str = "1edtech", named: Any = ENDORSEMENT) -> Verified:
    more = {ENDORSEMENT: content, AGENCY: issuer(id=AGENCY)}
    return check(assertion(), policy, badge=badge_class(endorsement=[named]), more=more)


def test_an_endorsement_that_its_address_answers_with_holds() -> None:
    done = endorsed(endorsement())
    assert check_named(done, "endorsement").verdict is Verdict.VALID
    assert check_named(done, "endorsement").pointer == "/badge/endorsement/0"
    assert done.verified


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (endorsement(claim={"id": "https://other.example/badge"}), "endorsement_of_another"),
        (endorsement(claim=7), "member_malformed"),
        (endorsement(type="Assertion"), "member_malformed"),
        (endorsement(issuer=ISSUER), "address_not_issuers"),
        (endorsement(revoked=True), "revoked"),
    ],
)
def test_an_endorsement_that_does_not_hold_is_told_by_its_reason(content: Any, code: str) -> None:
    done = endorsed(content)
    assert check_named(done, "endorsement").values == {"code": code}
    assert done.verdict is Verdict.INVALID
    assert endorsed(content, "strict").verified


@pytest.mark.parametrize("content", [Answer(code="fetch_failed", message="no answer"), b"[]", b"no json"])
def test_an_endorsement_that_cannot_be_had_says_nothing_against_the_badge(content: Any) -> None:
    done = endorsed(content)
    assert check_named(done, "endorsement").code == "endorsement_undetermined"
    assert done.verified


def test_an_endorsement_that_only_the_badge_shows_is_not_the_endorsers() -> None:
    forged = endorsement(claim={"id": CLASS, "endorsementComment": "The best there is."})
    assert check_named(endorsed(endorsement(), named=forged), "endorsement").values == {
        "code": "hosted_differs"
    }


# --- signed ---------------------------------------------------------------------------------------


def jws(tree: dict[str, Any], *, header: dict[str, Any] | None = None) -> bytes:
    head = {"alg": "RS256", "typ": "JWT"} if header is None else header
    parts = ".".join(base64url_encode(json.dumps(part).encode()) for part in (head, tree)).encode()
    signature = RSA.sign(parts, padding.PKCS1v15(), hashes.SHA256())
    return parts + b"." + base64url_encode(signature).encode()


def key(**changes: Any) -> dict[str, Any]:
    return {"type": "CryptographicKey", "id": KEY, "owner": ISSUER, "publicKeyPem": PEM, **changes}


def signed(**changes: Any) -> dict[str, Any]:
    return assertion(id="urn:uuid:7", verification={"type": "signed", "creator": KEY}, **changes)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("listed", [KEY, [KEY], key(), [key()]])
def test_a_badge_signed_with_a_key_its_issuer_lists_is_verified(policy: str, listed: Any) -> None:
    done = check(jws(signed()), policy, issuer=issuer(publicKey=listed), more={KEY: key()})
    assert done.verified
    assert against(done) == {}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("profile", [issuer(), issuer(publicKey=f"{HOST}/key2"), issuer(publicKey={})])
def test_a_key_the_issuer_does_not_list_is_not_its(policy: str, profile: Any) -> None:
    done = check(jws(signed()), policy, issuer=profile, more={KEY: key()})
    assert check_named(done, "proof.signature").verdict is Verdict.VALID
    assert against(done)["issuer"] == "key_not_authorised"
    assert not done.verified


def test_a_key_that_names_another_owner_is_not_the_issuers() -> None:
    done = check(jws(signed()), issuer=issuer(publicKey=KEY), more={KEY: key(owner="https://other.example/")})
    assert against(done)["issuer"] == "key_not_authorised"


def test_a_key_and_a_profile_inside_the_badge_prove_nothing() -> None:
    inside = signed(badge=badge_class(issuer=issuer(publicKey=key())))
    inside["verification"]["creator"] = key()
    done = check(jws(inside), issuer=issuer(publicKey=f"{HOST}/key2"), more={KEY: key(publicKeyPem="other")})
    assert not done.verified


def test_a_signature_over_another_badge_is_invalid() -> None:
    header, _, signature = jws(signed()).split(b".")
    payload = base64url_encode(json.dumps(signed(issuedOn="2026-01-02T00:00:00Z")).encode()).encode()
    done = check(b".".join((header, payload, signature)), issuer=issuer(publicKey=KEY), more={KEY: key()})
    assert against(done)["proof.signature"] == "proof_invalid"
    assert done.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("header", "code"),
    [({"alg": "none"}, "algorithm_forbidden"), ({"alg": "HS256"}, "algorithm_forbidden"),
     ({"alg": "ES256"}, "key_kind_mismatch"), ({"alg": "RS256", "crit": ["b64"]}, "algorithm_forbidden")],
)  # fmt: skip
def test_a_header_that_asks_for_something_else_is_refused(header: dict[str, Any], code: str) -> None:
    done = check(jws(signed(), header=header), issuer=issuer(publicKey=KEY), more={KEY: key()})
    assert against(done)["proof.signature"] == code


def test_a_badge_that_says_it_is_signed_and_comes_without_a_signature_is_open() -> None:
    done = check(signed(), issuer=issuer(publicKey=KEY), more={KEY: key()})
    assert against(done)["proof.signature"] == "no_proof"
    assert not done.verified


@pytest.mark.parametrize(
    "content", [Answer(code="fetch_failed", message="no answer"), key(publicKeyPem="x"), b"[]"]
)
def test_a_key_that_cannot_be_had_leaves_the_question_open(content: Any) -> None:
    done = check(jws(signed()), issuer=issuer(publicKey=KEY), more={KEY: content})
    assert against(done)["proof.signature"] == "key_unknown"
    assert done.verdict is Verdict.UNDETERMINED


def test_a_signed_badge_in_the_revocation_list_is_invalid() -> None:
    profile = issuer(publicKey=KEY, revocationList=LIST)
    listed = {"type": "RevocationList", "issuer": ISSUER, "revokedAssertions": [{"id": "urn:uuid:7"}]}
    done = check(jws(signed()), issuer=profile, more={KEY: key(), LIST: listed})
    assert against(done) == {"status": "revoked"}


# --- older versions --------------------------------------------------------------------------------


def old(**changes: Any) -> dict[str, Any]:
    return {
        "uid": "1", "recipient": {"type": "email", "hashed": False, "identity": "learner@mail.example"},
        "issuedOn": "2026-01-01", "badge": CLASS, "verify": {"type": "hosted", "url": ASSERTION}, **changes,
    }  # fmt: skip


def without_types(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if name not in ("@context", "type", "id")}


OLD_PARTS = {"badge": without_types(badge_class()), "issuer": without_types(issuer())}


def test_a_badge_of_1_0_is_upgraded_with_its_parts_and_verified_at_its_address() -> None:
    done = check(old(), at=old(), **copy.deepcopy(OLD_PARTS))
    assert against(done) == {}
    assert done.verified


def test_a_badge_of_1_0_at_another_host_is_not_the_issuers() -> None:
    address = "https://evil.example/1"
    forged = old(verify={"type": "hosted", "url": address})
    done = check(forged, more={address: forged}, **copy.deepcopy(OLD_PARTS))
    assert against(done)["issuer"] == "address_not_issuers"


def test_a_badge_of_1_0_that_differs_from_its_address_is_invalid() -> None:
    done = check(old(), at=old(uid="2"), **copy.deepcopy(OLD_PARTS))
    assert against(done)["proof.signature"] == "hosted_differs"


def test_a_badge_of_1_1_is_verified_with_its_parts_in_place() -> None:
    context = {"@context": "https://w3id.org/openbadges/v1"}
    profile = issuer(**context)
    whole = assertion(
        **context, verification=None, verify={"type": "hosted", "url": ASSERTION}, uid="1", issuedOn=1_767_225_600,
        badge=badge_class(**context, issuer=profile, alignment=[{"name": "Care", "url": "https://a.example/"}]),
    )  # fmt: skip
    assert check(whole, issuer=profile).verified


def test_a_badge_of_1_0_signed_with_a_key_at_its_issuers_host_is_verified() -> None:
    tree = old(verify={"type": "signed", "url": KEY})
    assert check(jws(tree), more={KEY: PEM.encode()}, **copy.deepcopy(OLD_PARTS)).verified
    elsewhere = "https://evil.example/key.pem"
    forged = old(verify={"type": "signed", "url": elsewhere})
    done = check(jws(forged), more={elsewhere: PEM.encode()}, **copy.deepcopy(OLD_PARTS))
    assert against(done)["issuer"] == "key_not_authorised"


def test_a_badge_of_0_5_says_nowhere_where_it_stands_and_stays_open() -> None:
    tree = {
        "recipient": "sha256$" + "0a" * 32, "salt": "sea", "issued_on": "2011-06-01",
        "badge": {"version": "0.5.0", "name": "First aid", "image": "/i.png", "description": "x", "criteria": "/c",
                  "issuer": {"origin": HOST, "name": "School"}},
    }  # fmt: skip
    done = check(tree, at=b"")
    assert done.verdict is Verdict.UNDETERMINED
    assert {"hosted_not_retrieved", "issuer_unresolved"} <= set(against(done).values())
