"""Lists of what was revoked, by identifier: 1EdTech's, and those of Open Badges 2.0.

https://www.imsglobal.org/spec/vcrl/v1p0/,
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#RevocationList
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.envelopes import read_json
from gateway.errors import GatewayError
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved
from gateway.status.lists import Asked, Json, open_question, revoked, wrong

__all__ = ["check", "check_revocation_2_0"]

HINT = "Try again when the host of the list answers."


def check(asked: Asked) -> Check:
    """The status by a 1EdTechRevocationList: is the credential's id among those revoked?"""
    url, identifier = asked.entry.get("id"), asked.credential.get("id")
    if not isinstance(url, str):
        return wrong(asked, "malformed_value_error", "the list is not named by an address", member="id")
    if not isinstance(identifier, str):
        return open_question(asked, "credential_unnamed", "the credential has no id to be looked up by",
                             "The issuer must give the credential an id.")  # fmt: skip
    answer = asked.retrieved.document(url)
    if not answer.found:
        return open_question(
            asked, "revocation_list_unavailable", f"the revocation list could not be had: {answer.message}", HINT,
            answer=answer,
        )  # fmt: skip
    found = _object(answer.content)
    listed = found.get("revokedCredential") if found is not None else None
    if found is None or not isinstance(listed, list):
        return wrong(asked, "status_verification_error", "what stands at the address is no revocation list")
    if _name(found.get("issuer")) not in (None, asked.issuer):
        return wrong(asked, "status_verification_error", "the revocation list is another issuer's",
                     "The list must be the issuer's own.")  # fmt: skip
    for entry in listed:
        name = entry.get("id") if isinstance(entry, dict) else entry
        if name == identifier and (not isinstance(entry, dict) or entry.get("revoked", True) is not False):
            return revoked(asked, entry.get("revocationReason") if isinstance(entry, dict) else None)
    return Check(
        "status", Verdict.VALID, pointer=asked.pointer, values={"stale": True} if answer.stale else {}
    )


def _object(content: bytes) -> Json | None:
    try:
        found = read_json(content)
    except GatewayError:
        return None
    return found if isinstance(found, dict) else None


def check_revocation_2_0(assertion: Json, issuer: Json | None, retrieved: Retrieved) -> tuple[Check, ...]:
    """The status of an Open Badge 2.0: revoked in itself, or by the issuer's revocation list."""
    if assertion.get("revoked") is True:
        return (_revoked(assertion.get("revocationReason"), "/revoked"),)
    listed = (issuer or {}).get("revocationList")
    if listed is None:
        return ()
    pointer = "/badge/issuer/revocationList"
    found: Json | None = listed if isinstance(listed, dict) else None
    stale = False
    if isinstance(listed, str):
        answer = retrieved.document(listed)
        if not answer.found:
            message = f"the revocation list could not be had: {answer.message}"
            values = {"reason": answer.code}
            return (
                Check(
                    "status", Verdict.UNDETERMINED, "status_retrieval_error", message, pointer, HINT, values
                ),
            )
        found, stale = _object(answer.content), answer.stale
    return (_by_list_2_0(assertion, (issuer or {}).get("id"), found, pointer, stale=stale),)


def _by_list_2_0(assertion: Json, issuer: Any, found: Json | None, pointer: str, *, stale: bool) -> Check:
    if found is None or not isinstance(found.get("revokedAssertions"), list):
        return Check(
            "status", Verdict.INVALID, "status_verification_error", "the revocation list is none", pointer,
            "The issuer must publish a RevocationList at this address.",
        )  # fmt: skip
    if _name(found.get("issuer")) not in (None, issuer):
        return Check(
            "status", Verdict.INVALID, "status_verification_error", "the revocation list is another issuer's",
            pointer, "The list must be the issuer's own.",
        )  # fmt: skip
    own = {name for name in (assertion.get("id"), assertion.get("uid")) if isinstance(name, str)}
    for names, reason in _listed(found["revokedAssertions"]):
        if own & names:
            return _revoked(reason, pointer)
    return Check("status", Verdict.VALID, pointer=pointer, values={"stale": True} if stale else {})


def _name(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _listed(entries: list[Any]) -> Iterator[tuple[set[str], Any]]:
    for entry in entries:
        if isinstance(entry, str):
            yield {entry}, None
        elif isinstance(entry, dict):
            yield (
                {v for v in (entry.get("id"), entry.get("uid")) if isinstance(v, str)},
                entry.get("revocationReason"),
            )


def _revoked(reason: Any, pointer: str) -> Check:
    values = {"reason": reason[:500]} if isinstance(reason, str) and reason else {}
    return Check(
        "status", Verdict.INVALID, "revoked", "the issuer has revoked the badge", pointer,
        "Ask the issuer why, and whether there is a newer badge.", values,
    )  # fmt: skip
