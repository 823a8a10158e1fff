"""What checking a status needs, whatever the kind of list: the entry, the list, and how findings are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.records import quick
from gateway.report import Check, Verdict
from gateway.retrieval import Answer, Retrieved

__all__ = ["Asked", "VerifyList", "open_question", "revoked", "wrong"]

Json = dict[str, Any]
VerifyList = Callable[[bytes], tuple[Json | None, Check | None]]
"""Opens a status list credential: its tree, and the check of its own that speaks against it, if one does."""


@quick
@dataclass(frozen=True, slots=True)
class Asked:
    """One status entry of a credential, where it stands, and what it can be checked with."""

    entry: Json
    pointer: str
    credential: Json
    retrieved: Retrieved
    verify_list: VerifyList
    now: datetime

    @property
    def issuer(self) -> Any:
        """The identifier of the credential's issuer."""
        issuer = self.credential.get("issuer")
        return issuer.get("id") if isinstance(issuer, dict) else issuer


def wrong(
    asked: Asked, code: str, message: str, hint: str = "", member: str = "", values: Json | None = None
) -> Check:
    """The status is shown to be wrong."""
    pointer = f"{asked.pointer}/{member}" if member else asked.pointer
    return Check("status", Verdict.INVALID, code, message, pointer, hint or "Ask the issuer.", values or {})


def open_question(
    asked: Asked, code: str, message: str, hint: str, *, answer: Answer | None = None, values: Json | None = None
) -> Check:  # fmt: skip
    """The status could not be decided."""
    reason = {"reason": answer.code} if answer is not None and answer.code else {}
    return Check(
        "status", Verdict.UNDETERMINED, code, message, asked.pointer, hint, {**(values or {}), **reason}
    )


def revoked(asked: Asked, reason: Any = None, *, code: str = "revoked", values: Json | None = None) -> Check:
    """The issuer has withdrawn the credential, for good or for now."""
    told = "suspended" if code == "suspended" else "revoked"
    why = {"reason": reason[:500]} if isinstance(reason, str) and reason else {}
    return Check(
        "status", Verdict.INVALID, code, f"the issuer has {told} the credential", asked.pointer,
        "Ask the issuer why, and whether there is a newer credential.", {**(values or {}), **why},
    )  # fmt: skip
