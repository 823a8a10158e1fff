"""Bitstring Status List 1.0, and StatusList2021 before it. https://www.w3.org/TR/vc-bitstring-status-list/"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.errors import GatewayError
from gateway.report import Check, Verdict
from gateway.retrieval import Answer
from gateway.status.bits import MIN_ENTRIES, expand, value_at
from gateway.status.lists import Asked, Json, open_question, revoked, wrong

__all__ = ["check"]

LIST_TYPES = frozenset(("BitstringStatusListCredential", "StatusList2021Credential"))
SUBJECT_TYPES = frozenset(("BitstringStatusList", "StatusList2021"))
WITHDRAWN = {"revocation": "revoked", "suspension": "suspended"}
"""Purposes under which a status that is set withdraws the credential, and the code that says so."""
TOLD = frozenset(("message", "refresh"))
"""Purposes under which a status only tells something (section 2.1)."""
MAX_SIZE = 16
"""Most bits one entry may take: each value needs a message of its own."""
MAX_INDEX_DIGITS = 12


def check(asked: Asked) -> Check:
    """The status of one entry (section 3.2, Validate Algorithm)."""
    entry = asked.entry
    index, size = _index(entry.get("statusListIndex")), entry.get("statusSize", 1)
    purpose, url = entry.get("statusPurpose"), entry.get("statusListCredential")
    if index is None:
        return _malformed(asked, "statusListIndex", "the index is no decimal number")
    if not isinstance(purpose, str) or not purpose:
        return _malformed(asked, "statusPurpose", "the purpose is no text")
    if not isinstance(url, str):
        return _malformed(asked, "statusListCredential", "the list is not named by an address")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_SIZE:
        return _malformed(asked, "statusSize", f"the size is no number of bits from 1 to {MAX_SIZE}")
    if "statusMessage" in entry and not _messages(entry["statusMessage"], size):
        return _malformed(asked, "statusMessage", f"there are not {2**size} messages, one for each status")
    answer = asked.retrieved.document(url)
    if not answer.found:
        return open_question(
            asked, "status_retrieval_error", f"the status list could not be had: {answer.message}",
            "Try again when the host of the list answers.", answer=answer,
        )  # fmt: skip
    return _by_list(asked, answer, (index, size, purpose))


def _index(value: Any) -> int | None:
    """The index; some issuers write a number where the specification has a text of digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if (
        not isinstance(value, str)
        or not value.isascii()
        or not value.isdigit()
        or len(value) > MAX_INDEX_DIGITS
    ):
        return None
    return int(value)


def _malformed(asked: Asked, member: str, message: str) -> Check:
    return wrong(asked, "malformed_value_error", message, "The issuer must correct the status entry.", member)


def _messages(value: Any, size: int) -> bool:
    """Whether there is a message for each status that so many bits can say (section 2.1)."""
    return (
        isinstance(value, list)
        and len(value) == 2**size
        and all(isinstance(m, dict) and isinstance(m.get("status"), str) for m in value)
    )


def _by_list(asked: Asked, answer: Answer, wanted: tuple[int, int, str]) -> Check:
    tree, against = asked.verify_list(answer.content)
    if against is not None:
        return _untrusted(asked, against)
    subject = (tree or {}).get("credentialSubject")
    if tree is None or not isinstance(subject, dict) or not LIST_TYPES & _texts(tree.get("type")):
        return wrong(asked, "status_verification_error", "what stands at the address is no status list")
    if not SUBJECT_TYPES & _texts(subject.get("type")):
        return wrong(asked, "status_verification_error", "the list's subject is of another type")
    if wanted[2] not in _texts(subject.get("statusPurpose")):
        return wrong(
            asked, "status_purpose_mismatch", "the list is for another purpose than the entry says",
            "A list for another purpose says nothing about this credential.", "statusPurpose",
        )  # fmt: skip
    try:
        value = _value(asked, subject, wanted)
    except GatewayError as error:
        return wrong(asked, error.code, error.detail, error.hint)
    if isinstance(value, Check):
        return value
    return _told(asked, answer, tree, (value, wanted[2]))


def _untrusted(asked: Asked, found: Check) -> Check:
    """The list itself does not hold, or could not be checked: then it says nothing."""
    values = {"check": found.name, "code": found.code}
    if found.verdict is Verdict.INVALID and found.name == "period":
        return open_question(
            asked, "status_list_outdated", f"the status list is not in force: {found.message}",
            "The issuer must publish a current list.", values=values,
        )  # fmt: skip
    if found.verdict is Verdict.INVALID:
        return wrong(
            asked, "status_verification_error", f"the status list does not hold: {found.message}",
            "The issuer must publish a list that it has signed.", values=values,
        )  # fmt: skip
    return open_question(
        asked, "status_list_unproven", f"the status list could not be verified: {found.message}",
        found.hint, values=values,
    )  # fmt: skip


def _value(asked: Asked, subject: Json, wanted: tuple[int, int, str]) -> int | Check:
    """The status in the list, or why there is none (steps 8 to 10). Raises what ``bits`` raises."""
    index, size, _ = wanted
    if size > 1 and "statusMessage" not in asked.entry and "statusMessages" not in subject:
        return _malformed(asked, "statusMessage", "a status of several bits has no messages")
    bits = expand(subject.get("encodedList", ""))
    if len(bits) * 8 // size < MIN_ENTRIES:
        return wrong(
            asked, "status_list_length_error", f"the list has fewer than {MIN_ENTRIES} entries",
            "A short list points out whose status is asked for.",
        )  # fmt: skip
    return value_at(bits, index, size)


def _told(asked: Asked, answer: Answer, tree: Json, found: tuple[int, str]) -> Check:
    """What the status means for the credential."""
    value, purpose = found
    values = {"purpose": purpose, "status": value, **_about(asked, answer, tree)}
    if purpose in WITHDRAWN and value:
        return revoked(asked, code=WITHDRAWN[purpose], values=values)
    message = _message(tree["credentialSubject"], asked.entry, value)
    if message:
        values["message"] = message
    if purpose not in (*WITHDRAWN, *TOLD) and value:
        return open_question(
            asked, "status_purpose_unknown", "a status is set whose purpose the gateway does not know",
            "Ask the issuer what it means.", values=values,
        )  # fmt: skip
    if _wanted_elsewhere(asked, tree):
        return open_question(
            asked, "status_list_renamed", "the list names itself by another address than the entry does",
            "A list for other credentials says nothing about this one.", values=values,
        )  # fmt: skip
    code = "refresh_available" if purpose == "refresh" and value else ""
    return Check("status", Verdict.VALID, code, "a newer credential is to be had" if code else "",
                 asked.pointer, values=values)  # fmt: skip


def _about(asked: Asked, answer: Answer, tree: Json) -> Json:
    """Of the list: that it is old, and who issued it when that is somebody else."""
    issuer = tree.get("issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    values: Json = {}
    if answer.stale or _outdated(asked, answer, tree["credentialSubject"]):
        values["stale"] = True
    if isinstance(issuer, str) and issuer != asked.issuer:
        values["listIssuer"] = issuer
    return values


def _wanted_elsewhere(asked: Asked, tree: Json) -> bool:
    name = tree.get("id")
    return isinstance(name, str) and name != asked.entry.get("statusListCredential")


def _outdated(asked: Asked, answer: Answer, subject: Json) -> bool:
    """Whether the list is older than it says it lives (``ttl``, in milliseconds)."""
    ttl = subject.get("ttl")
    if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0 or answer.retrieved is None:
        return False
    return asked.now - answer.retrieved > timedelta(milliseconds=min(ttl, 10**13))


def _message(subject: Json, entry: Json, value: int) -> str:
    """The text that belongs to a status (section 2.2): of the list, or of the entry."""
    for holder, name in ((subject, "statusMessages"), (subject, "statusMessage"), (entry, "statusMessage")):
        messages = holder.get(name)
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, dict) and message.get("status") in (hex(value), str(value)):
                return str(message.get("message", message.get("value", "")))[:500]
    return ""


def _texts(value: Any) -> frozenset[str]:
    return frozenset(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))
