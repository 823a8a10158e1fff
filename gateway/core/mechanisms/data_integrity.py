"""Data Integrity proofs: their keys from the controllers' documents, each proof checked by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.core.binding import issuer_check, issuer_of
from gateway.core.mechanisms.shown import Shown
from gateway.core.question import Question
from gateway.core.signing_keys import PURPOSE, SigningKey, signing_keys
from gateway.errors import TooComplex
from gateway.jsonld import LinkedData
from gateway.proofs import Expectations, proofs_of, unsecured, verification_methods, verify_proof
from gateway.proofs.secured import Secured
from gateway.report import Check
from gateway.retrieval import Retrieved

__all__ = ["show", "show_for"]


Bind = Callable[[tuple[Secured, ...], dict[str, SigningKey]], Check | None]


def show(tree: dict[str, Any], read: LinkedData | None, retrieved: Retrieved, question: Question) -> Shown:
    """Every proof of a credential, and whether one is its issuer's. Raises ``TooComplex`` for a poison graph.

    ``read`` is ``unsecured`` of it, where it is at hand.
    """

    def bind(secured: tuple[Secured, ...], keys: dict[str, SigningKey]) -> Check:
        return issuer_check(issuer_of(tree), secured, keys, retrieved, question)

    return show_for(tree, retrieved, question, PURPOSE, bind, read=read)


def show_for(
    tree: dict[str, Any],
    retrieved: Retrieved,
    question: Question,
    purpose: str,
    bind: Bind,
    *,
    read: LinkedData | None = None,
) -> Shown:
    """The same for proofs of any purpose; ``bind`` says whether they are the right party's."""
    if not proofs_of(tree):
        return Shown(())
    keys = signing_keys(verification_methods(tree), retrieved, purpose)
    expected = Expectations(
        question.now,
        {name: found.key for name, found in keys.items() if found.key is not None},
        purpose,
        domain=question.domain,
        challenge=question.challenge,
        contexts=question.contexts,
    )
    read = unsecured(tree, question.contexts) if read is None else read
    secured = tuple(verify_proof(tree, pointer, expected, read) for pointer, _ in proofs_of(tree))
    for item in secured:
        for check in item.checks:
            if check.code == TooComplex.code:
                raise TooComplex(check.message, pointer=item.pointer)
    return Shown(secured, bind(secured, keys))
