"""What checking a status needs, whatever the kind of list: the entry, the list, and how findings are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.report import Check, Verdict
from gateway.retrieval import Answer, Retrieved

__all__ = ["Asked", "VerifyList", "open_question", "revoked", "wrong"]

Json = dict[str, Any]
VerifyList = Callable[[bytes], tuple[Json | None, tuple[Check, ...]]]
"""Opens a status list credential: its tree, and the checks of its own that decide whether it is trusted."""


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


def wrong(asked: Asked, code: str, message: str, hint: str = "", member: str = "") -> Check:
    """The status is shown to be wrong."""
    pointer = f"{asked.pointer}/{member}" if member else asked.pointer
    return Check("status", Verdict.INVALID, code, message, pointer, hint or "Ask the issuer.")


def open_question(asked: Asked, code: str, message: str, hint: str, *, answer: Answer | None = None) -> Check:
    """The status could not be decided."""
    values = {"reason": answer.code} if answer is not None and answer.code else {}
    return Check("status", Verdict.UNDETERMINED, code, message, asked.pointer, hint, values)


def revoked(asked: Asked, reason: Any = None, *, code: str = "revoked") -> Check:
    """The issuer has withdrawn the credential, for good or for now."""
    told = "suspended" if code == "suspended" else "revoked"
    values = {"reason": reason[:500]} if isinstance(reason, str) and reason else {}
    return Check(
        "status", Verdict.INVALID, code, f"the issuer has {told} the credential", asked.pointer,
        "Ask the issuer why, and whether there is a newer credential.", values,
    )  # fmt: skip
