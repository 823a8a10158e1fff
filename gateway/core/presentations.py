"""Presentations: who shows credentials, for whom, and each credential inside by itself (VCDM 2.0 section 4.13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from gateway.core.binding import issuer_check
from gateway.core.judging import NOT_VERIFIED, Verified
from gateway.core.mechanisms import Shown, data_integrity, jwt, seals
from gateway.core.question import Question
from gateway.core.signing_keys import SigningKey
from gateway.core.structure import presentation_checks, terms_check
from gateway.core.understanding import Inspected, inspect
from gateway.envelopes import write_json
from gateway.errors import GatewayError
from gateway.formats.reading import types_of
from gateway.proofs import unsecured
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved

__all__ = ["MAX_CREDENTIALS", "is_presentation", "presentation"]

Json = dict[str, Any]
PURPOSE = "authentication"
MAX_CREDENTIALS = 64
"""Most credentials verified in one presentation."""

Verify = Callable[[Inspected, Question], Verified]


def is_presentation(tree: Any) -> bool:
    """Whether a document presents credentials."""
    return isinstance(tree, dict) and "VerifiablePresentation" in types_of(tree)


def presentation(
    inspected: Inspected, retrieved: Retrieved, question: Question, verify: Verify
) -> list[Check]:
    """Every check of a presentation: its form, its proof by the holder, and its credentials.

    ``verify`` judges one credential. Raises ``TooComplex`` for a poison graph.
    """
    tree: Json = inspected.envelope.tree
    checks = [*presentation_checks(tree), _terms(inspected, question)]
    inner = replace(question, domain=None, challenge=None)
    return [*checks, *_shown(inspected, retrieved, question).checks, *_credentials(tree, inner, verify)]


def _terms(inspected: Inspected, question: Question) -> Check:
    sealed = inspected.envelope.sealed == "jades"
    return terms_check(unsecured(_outline(inspected.envelope.tree), question.contexts), sealed=sealed)


def _shown(inspected: Inspected, retrieved: Retrieved, question: Question) -> Shown:
    """What the holder's proof shows, a token around the presentation or a proof in it."""
    tree: Json = inspected.envelope.tree
    holder = _holder(tree)
    if inspected.envelope.sealed == "jwt":
        return jwt.show_presentation(inspected.envelope.data, tree, holder, retrieved, question)
    if inspected.envelope.sealed == "jades":
        return seals.show_jades(inspected.envelope.data, tree.get("holder"), retrieved, question, "/holder")

    def bind(secured: tuple[Secured, ...], keys: dict[str, SigningKey]) -> Check | None:
        if not holder:
            return None
        return issuer_check(holder, secured, keys, retrieved, question, purpose=PURPOSE)

    return data_integrity.show_for(tree, retrieved, question, PURPOSE, bind)


def _outline(tree: Json) -> Json:
    """The presentation without its credentials, whose terms are looked at one by one."""
    return {name: value for name, value in tree.items() if name != "verifiableCredential"}


def _holder(tree: Json) -> str:
    holder = tree.get("holder")
    identifier = holder.get("id") if isinstance(holder, dict) else holder
    return identifier if isinstance(identifier, str) else ""


def _credentials(tree: Json, question: Question, verify: Verify) -> Iterator[Check]:
    given = tree.get("verifiableCredential", [])
    entries = given if isinstance(given, list) else [given]
    for position, entry in enumerate(entries[:MAX_CREDENTIALS]):
        pointer = "/verifiableCredential" + (f"/{position}" if isinstance(given, list) else "")
        if isinstance(entry, dict):
            yield _credential(write_json(entry), pointer, question, verify)
        elif isinstance(entry, str):  # a VC-JWT, as VCDM 1.1 has it in a token of its own
            yield _credential(entry.encode("utf-8", "replace"), pointer, question, verify)
    if len(entries) > MAX_CREDENTIALS:
        yield Check(
            "credential", Verdict.UNDETERMINED, "too_many_credentials",
            f"only the first {MAX_CREDENTIALS} credentials were verified", "/verifiableCredential",
            "Present fewer credentials at a time.",
        )  # fmt: skip


def _credential(data: bytes, pointer: str, question: Question, verify: Verify) -> Check:
    try:
        done = verify(inspect(data), question)
    except GatewayError as error:
        return Check(
            "credential", Verdict.INVALID, error.code, error.detail, pointer + error.pointer, error.hint
        )
    lists = {check.name: check.values for check in done.checks if check.name == "trust" and check.values}
    if done.verified:
        return Check("credential", Verdict.VALID, pointer=pointer, values=lists)
    worst = done.reason or NOT_VERIFIED
    return Check(
        "credential", done.verdict, worst.code, worst.message, pointer + worst.pointer, worst.hint,
        {"check": worst.name, **lists},
    )  # fmt: skip
