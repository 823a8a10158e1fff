"""Lists of what was revoked, by identifier: 1EdTech's, and those of Open Badges 2.0."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core import POLICIES
from gateway.report import Check, Verdict
from gateway.retrieval import Answer
from gateway.status import check_revocation_2_0
from tests.core.parts import BADGE, OTHER, SCHOOL, badge, check_all, check_named, signed, world

LIST = "https://school.example/revocations"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
NAME = BADGE["id"]


def revocations(*listed: Any, issuer: Any = SCHOOL) -> dict[str, Any]:
    return {"id": LIST, "type": "1EdTechRevocationList", "issuer": issuer, "revokedCredential": list(listed)}


def status_of(listed: Any, policy: str = "strict", **changes: Any) -> Check:
    document = badge(credentialStatus={"id": LIST, "type": "1EdTechRevocationList"}, **changes)
    document["@context"].append(EXTENSIONS)
    return check_named(check_all(signed(document), policy, world(None, {LIST: listed})), "status")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("listed", [NAME, {"id": NAME}, {"id": NAME, "revoked": True}])
def test_a_credential_that_is_listed_is_revoked(policy: str, listed: Any) -> None:
    assert status_of(revocations("urn:x:1", listed), policy).code == "revoked"


def test_the_reason_is_told() -> None:
    check = status_of(revocations({"id": NAME, "revocationReason": "issued twice"}))
    assert check.values == {"reason": "issued twice"}


@pytest.mark.parametrize(
    "listed", [[], ["urn:x:1"], [{"id": NAME, "revoked": False}], [None, 7, [], {}, {"id": None}]]
)
def test_a_credential_that_is_not_listed_is_in_force(listed: list[Any]) -> None:
    assert status_of(revocations(*listed)).verdict is Verdict.VALID
    assert status_of(revocations(*listed, issuer={"id": SCHOOL})).verdict is Verdict.VALID


def test_a_credential_without_id_cannot_be_looked_up() -> None:
    assert status_of(revocations(), id=None).code == "credential_unnamed"


def test_a_list_of_another_issuer_says_nothing() -> None:
    assert status_of(revocations(issuer=OTHER)).code == "status_verification_error"


@pytest.mark.parametrize("content", [b"no json", b"[]", b"{}", b'{"revokedCredential": {}}', b"\xff"])
def test_what_is_no_list_is_said_to_be_none(content: bytes) -> None:
    assert status_of(content).code == "status_verification_error"


def test_a_list_that_cannot_be_had_is_open_for_strict_and_a_warning_for_1edtech() -> None:
    gone = Answer(code="fetch_failed", message="no answer")
    assert status_of(gone).code == "revocation_list_unavailable"
    document = badge(credentialStatus={"id": LIST, "type": "1EdTechRevocationList"})
    document["@context"].append(EXTENSIONS)
    outcomes = {
        policy: check_all(signed(document), policy, world(None, {LIST: gone})).verdict for policy in POLICIES
    }
    assert outcomes == {
        "strict": Verdict.UNDETERMINED, "1edtech": Verdict.VALID, "archive": Verdict.VALID,
    }  # fmt: skip


# --- Open Badges 2.0 -------------------------------------------------------------------------------

ASSERTION = {"id": "https://school.example/assertions/1", "type": "Assertion"}


def issuer(listed: Any = LIST) -> dict[str, Any]:
    return {"id": SCHOOL, "type": "Issuer", "revocationList": listed}


def codes(assertion: Any, profile: Any, content: Any = None) -> list[tuple[Verdict, str]]:
    retrieved = world(None, {} if content is None else {LIST: content})
    return [(c.verdict, c.code) for c in check_revocation_2_0(assertion, profile, retrieved)]


def listing(*entries: Any, **changes: Any) -> dict[str, Any]:
    return {
        "type": "RevocationList",
        "id": LIST,
        "issuer": SCHOOL,
        "revokedAssertions": list(entries),
        **changes,
    }


def test_an_assertion_that_says_it_is_revoked_is() -> None:
    assert codes({**ASSERTION, "revoked": True}, None) == [(Verdict.INVALID, "revoked")]
    assert codes({**ASSERTION, "revoked": "yes"}, None) == []


@pytest.mark.parametrize(
    "entry", [ASSERTION["id"], {"id": ASSERTION["id"]}, {"uid": ASSERTION["id"], "revocationReason": "error"}]
)
def test_an_assertion_in_its_issuers_list_is_revoked(entry: Any) -> None:
    assert codes(ASSERTION, issuer(), listing("urn:x:1", entry)) == [(Verdict.INVALID, "revoked")]
    assert codes(ASSERTION, issuer(listing(entry))) == [(Verdict.INVALID, "revoked")]


def test_a_list_may_name_an_old_assertion_by_its_uid() -> None:
    assert codes({**ASSERTION, "uid": "abc"}, issuer(), listing({"uid": "abc"})) == [
        (Verdict.INVALID, "revoked")
    ]


@pytest.mark.parametrize("entries", [[], ["urn:x:1"], [None, 7, {}, {"id": None}]])
def test_an_assertion_that_is_not_listed_is_in_force(entries: list[Any]) -> None:
    assert codes(ASSERTION, issuer(), listing(*entries)) == [(Verdict.VALID, "")]


def test_an_issuer_without_a_list_has_no_status_to_check() -> None:
    assert codes(ASSERTION, {"id": SCHOOL}) == []
    assert codes(ASSERTION, None) == []


def test_a_list_that_cannot_be_had_leaves_the_question_open_under_every_policy_but_archive() -> None:
    gone = Answer(code="fetch_failed", message="no answer")
    assert codes(ASSERTION, issuer(), gone) == [(Verdict.UNDETERMINED, "status_retrieval_error")]
    tolerating = {name for name, policy in POLICIES.items() if "status_retrieval_error" in policy.tolerated}
    assert tolerating == {"archive"}


@pytest.mark.parametrize("content", [b"no json", b"[]", b"{}", listing(issuer=OTHER)])
def test_what_is_not_the_issuers_list_says_nothing(content: Any) -> None:
    assert codes(ASSERTION, issuer(), content) == [(Verdict.INVALID, "status_verification_error")]
