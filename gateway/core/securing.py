"""Securing a converted credential in two steps: prepare, sign elsewhere, attach (Data Integrity 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.expressing import Converted
from gateway.errors import FormatUnwritable
from gateway.jsonld import Contexts
from gateway.proofs import Prepared
from gateway.proofs import attach as attach_proof
from gateway.proofs import prepare as prepare_proof

__all__ = ["attach", "prepare", "prepare_as_it_stands"]


def prepare(
    converted: Converted, options: Mapping[str, Any], *, contexts: Contexts | None = None
) -> Prepared:
    """What has to be signed. ``options`` are the proof's members without ``proofValue``.

    Raises ``FormatUnwritable`` for a format that is not signed here, or what canonicalization refuses.
    """
    if not converted.form.signable:
        raise FormatUnwritable(
            f"{converted.form.name} is not signed by the gateway", hint="Ask for it with --unsigned."
        )
    return prepare_proof(converted.tree, options, contexts=contexts)


def prepare_as_it_stands(document: dict[str, Any], options: Mapping[str, Any]) -> Prepared:
    """The same for a document handed in to be signed: nothing in it is changed."""
    return prepare_proof(document, options)


def attach(prepared: Prepared, signature: bytes) -> dict[str, Any]:
    """The secured document, its proof in an array of one."""
    return attach_proof(prepared, signature)
