"""Status: whether the issuer has withdrawn a credential since. STATUS_TYPES is a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from gateway.report import Check
from gateway.retrieval import Retrieved
from gateway.status import bitstring, revocation_lists
from gateway.status.bits import encode_bits
from gateway.status.lists import Asked, VerifyList, open_question
from gateway.status.revocation_lists import check_revocation_2_0

__all__ = ["MAX_ENTRIES", "STATUS_TYPES", "VerifyList", "check_revocation_2_0", "check_status", "encode_bits"]

Json = dict[str, Any]

STATUS_TYPES: dict[str, Callable[[Asked], Check]] = {
    "BitstringStatusListEntry": bitstring.check,
    "StatusList2021Entry": bitstring.check,
    "RevocationList2021Status": bitstring.check,
    "1EdTechRevocationList": revocation_lists.check,
}
MEMBERS = ("credentialStatus", "status")
"""Where an entry may stand; sealed European credentials put it under ``status``."""
MAX_ENTRIES = 16
"""Most entries looked at in one credential."""


def check_status(
    credential: Json, retrieved: Retrieved, verify_list: VerifyList, now: datetime
) -> tuple[Check, ...]:
    """One check for each status entry of a credential; none when it has no status."""
    checks = []
    for entry, pointer in list(_entries(credential))[:MAX_ENTRIES]:
        asked = Asked(entry, pointer, credential, retrieved, verify_list, now)
        types = entry.get("type")
        names = types if isinstance(types, list) else [types]
        known = next(
            (STATUS_TYPES[name] for name in names if isinstance(name, str) and name in STATUS_TYPES), None
        )
        checks.append(known(asked) if known is not None else _unknown(asked))
    return tuple(checks)


def _entries(credential: Json) -> Iterator[tuple[Json, str]]:
    for member in MEMBERS:
        value = credential.get(member)
        if member == "status" and not _holds_entries(value):
            continue
        for position, entry in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(entry, dict) and entry:
                yield entry, f"/{member}/{position}" if isinstance(value, list) else f"/{member}"


def _holds_entries(value: Any) -> bool:
    """Whether a member ``status`` is one of revocation: it may as well be any other term of that name."""
    return any(
        isinstance(entry, dict) and ("statusListCredential" in entry or entry.get("type") in STATUS_TYPES)
        for entry in (value if isinstance(value, list) else [value])
    )


def _unknown(asked: Asked) -> Check:
    return open_question(
        asked, "status_type_unknown", "the kind of status is not known to the gateway",
        f"Known: {', '.join(STATUS_TYPES)}.",
    )  # fmt: skip
