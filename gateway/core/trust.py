"""What the configured lists say of an issuer, as a check: reported always, required only where asked for."""

from __future__ import annotations

from typing import Any

from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import NOT_RETRIEVED, Answer, Retrieved

__all__ = ["trust_check"]

Statements = list[dict[str, Any]]


def trust_check(
    issuer: str, seal: Secured | None, retrieved: Retrieved, *, proven: bool, pointer: str = "/issuer"
) -> Check:
    """Whether a list names the issuer; ``values`` hold what each list said, and when.

    ``seal`` is one that was proven, ``proven`` whether the document is shown to be the issuer's own: without
    that a listing is one of whoever the document names, and no answer to who issued it.
    """
    seal = seal or Secured(())
    answer = retrieved.issuer(
        issuer, seal.organization, seal.certificates, proven=proven, sealed_at=seal.signed_at
    )
    statements: Statements = answer.content if answer.found else []
    if not statements:
        return _unasked(answer, pointer)
    return _told(statements, pointer, proven=proven)


def _unasked(answer: Answer, pointer: str) -> Check:
    return Check(
        "trust", Verdict.UNDETERMINED, NOT_RETRIEVED if answer.code == NOT_RETRIEVED else "no_trust_source",
        "no list of trusted issuers was asked", pointer,
        "Configure a list of issuers to have the issuer looked up.",
    )  # fmt: skip


def _told(statements: Statements, pointer: str, *, proven: bool) -> Check:
    values = {"statements": statements}
    listed = [statement.get("listed") for statement in statements]
    if not proven:
        return Check(
            "trust", Verdict.UNDETERMINED, "issuer_unproven",
            "what lists say is about the issuer that the document names, which is not proven to be its issuer",
            pointer, "See the checks of the proof and of the issuer.", values,
        )  # fmt: skip
    if True in listed:
        return Check("trust", Verdict.VALID, pointer=pointer, values=values)
    if None not in listed:
        return Check(
            "trust", Verdict.INVALID, "issuer_not_listed", "no configured list names the issuer", pointer,
            "Check with the body you know the issuer by; anybody can sign as themselves.", values,
        )  # fmt: skip
    return Check(
        "trust", Verdict.UNDETERMINED, "trust_source_unavailable", "a list of issuers could not be asked", pointer,
        "Try again later; see the statements for which list failed.", values,
    )  # fmt: skip
