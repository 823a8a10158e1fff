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
PURPOSES = {"revocation": "revoked", "suspension": "suspended"}
MAX_SIZE = 64
"""Most bits one entry may take."""
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
        return _malformed(asked, "statusSize", "the size is no number of bits")
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


def _by_list(asked: Asked, answer: Answer, wanted: tuple[int, int, str]) -> Check:
    tree, checks = asked.verify_list(answer.content)
    for found in checks:
        if found.verdict is not Verdict.VALID:
            return _untrusted(asked, found)
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
        return _read(asked, answer, subject, wanted)
    except GatewayError as error:
        return wrong(asked, error.code, error.detail, error.hint)


def _untrusted(asked: Asked, found: Check) -> Check:
    """The list itself does not hold, or could not be checked: then it says nothing."""
    values = {"check": found.name, "code": found.code}
    if found.verdict is Verdict.INVALID:
        return Check(
            "status", Verdict.INVALID, "status_verification_error", f"the status list does not hold: {found.message}",
            asked.pointer, "The issuer must publish a list that it has signed.", values,
        )  # fmt: skip
    return Check(
        "status", Verdict.UNDETERMINED, "status_list_unproven",
        f"the status list could not be verified: {found.message}", asked.pointer, found.hint, values,
    )  # fmt: skip


def _read(asked: Asked, answer: Answer, subject: Json, wanted: tuple[int, int, str]) -> Check:
    """What the list says. Raises what ``bits`` raises."""
    index, size, purpose = wanted
    bits = expand(subject.get("encodedList", ""))
    if len(bits) * 8 < MIN_ENTRIES:
        return wrong(
            asked, "status_list_length_error", f"the list has fewer than {MIN_ENTRIES} entries",
            "A short list points out whose status is asked for.",
        )  # fmt: skip
    value = value_at(bits, index, size)
    if purpose in PURPOSES and value:
        return revoked(asked, code=PURPOSES[purpose])
    values: Json = {"purpose": purpose, "status": value}
    if answer.stale or _outdated(asked, answer, subject):
        values["stale"] = True
    message = _message(subject, asked.entry, value)
    if message:
        values["message"] = message
    code = "refresh_available" if purpose == "refresh" and value else ""
    return Check("status", Verdict.VALID, code, "a newer credential is to be had" if code else "",
                 asked.pointer, values=values)  # fmt: skip


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
