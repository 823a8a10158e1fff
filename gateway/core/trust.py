"""What the configured lists say of an issuer, as a check: reported always, required only where asked for."""

from __future__ import annotations

from typing import Any

from gateway.report import Check, Verdict
from gateway.retrieval import NOT_RETRIEVED, Retrieved

__all__ = ["trust_check"]


def trust_check(issuer: str, retrieved: Retrieved, pointer: str = "/issuer") -> Check:
    """Whether a list names the issuer; ``values`` hold what each list said, and when."""
    answer = retrieved.issuer(issuer)
    statements: list[dict[str, Any]] = answer.content if answer.found else []
    if not statements:
        waiting = answer.code == NOT_RETRIEVED
        return Check(
            "trust", Verdict.UNDETERMINED, NOT_RETRIEVED if waiting else "no_trust_source",
            "no list of trusted issuers was asked", pointer,
            "Configure a list of issuers to have the issuer looked up.",
        )  # fmt: skip
    values = {"statements": statements}
    if any(statement.get("listed") is True for statement in statements):
        return Check("trust", Verdict.VALID, pointer=pointer, values=values)
    if all(statement.get("listed") is False for statement in statements):
        return Check(
            "trust", Verdict.INVALID, "issuer_not_listed", "no configured list names the issuer", pointer,
            "Check with the body you know the issuer by; anybody can sign as themselves.", values,
        )  # fmt: skip
    return Check(
        "trust", Verdict.UNDETERMINED, "trust_source_unavailable", "a list of issuers could not be asked", pointer,
        "Try again later; see the statements for which list failed.", values,
    )  # fmt: skip
