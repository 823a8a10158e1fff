"""Status: whether the issuer has withdrawn a credential since. STATUS_TYPES is a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.report import Check
from gateway.retrieval import Retrieved
from gateway.status import bitstring, revocation_lists
from gateway.status.bits import encode_bits
from gateway.status.keeping import Lifetime, lifetime_of
from gateway.status.lists import Asked, VerifyList, open_question
from gateway.status.revocation_lists import check_revocation_2_0

__all__ = [
    "MAX_ENTRIES",
    "STATUS_TYPES",
    "Lifetime",
    "VerifyList",
    "check_revocation_2_0",
    "check_status",
    "encode_bits",
    "lifetime_of",
]

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
    entries = list(_entries(credential))
    asked = [
        Asked(entry, pointer, credential, retrieved, verify_list, now)
        for entry, pointer in entries[:MAX_ENTRIES]
    ]
    checks = [_checked(one) for one in asked]
    if len(entries) > MAX_ENTRIES:
        checks.append(
            open_question(
                replace(asked[-1], pointer=entries[MAX_ENTRIES][1]), "too_many_status_entries",
                f"only the first {MAX_ENTRIES} status entries were looked at",
                "Ask the issuer for a credential with fewer status entries.",
            )
        )  # fmt: skip
    return tuple(checks)


def _checked(asked: Asked) -> Check:
    known = next((STATUS_TYPES[name] for name in STATUS_TYPES if name in _types(asked.entry)), _unknown)
    return known(asked)


def _types(entry: Json) -> list[Any]:
    types = entry.get("type")
    return types if isinstance(types, list) else [types]


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
        isinstance(entry, dict)
        and ("statusListCredential" in entry or any(name in _types(entry) for name in STATUS_TYPES))
        for entry in (value if isinstance(value, list) else [value])
    )


def _unknown(asked: Asked) -> Check:
    return open_question(
        asked, "status_type_unknown", "the kind of status is not known to the gateway",
        f"Known: {', '.join(STATUS_TYPES)}.",
    )  # fmt: skip
