"""Which securing mechanism a document has, and what it shows; a new one is a file and a line here."""

from __future__ import annotations

from typing import Any

from gateway.core.mechanisms import data_integrity, jwt, open_badges_2, sd_jwt, seals
from gateway.core.mechanisms.shown import Shown
from gateway.core.open_badges_2 import badge_of
from gateway.core.question import Question
from gateway.core.understanding import Inspected
from gateway.jsonld import LinkedData
from gateway.retrieval import Retrieved

__all__ = ["Shown", "show"]


def show(
    inspected: Inspected,
    tree: dict[str, Any],
    retrieved: Retrieved,
    question: Question,
    read: LinkedData | None = None,
) -> Shown:
    """What secures a document, whatever the mechanism. Raises ``TooComplex`` for a poison graph.

    ``read`` is ``unsecured`` of a credential in linked data, where it is at hand.
    """
    if inspected.open_badges_2:
        badge = badge_of(inspected.envelope.tree, retrieved)
        return open_badges_2.show(badge, inspected.envelope.data, inspected.envelope.sealed, retrieved)
    if inspected.envelope.sealed == "jwt":
        return jwt.show(inspected.envelope.data, tree, retrieved, question)
    if inspected.envelope.sealed == "sd-jwt":
        return sd_jwt.show(inspected.envelope.data, tree, retrieved, question)
    if inspected.envelope.sealed == "jades":
        return seals.show_jades(inspected.envelope.data, tree.get("issuer"), retrieved, question)
    if inspected.envelope.kind == "xml":
        return seals.show_xades(inspected, retrieved, question)
    return data_integrity.show(tree, read, retrieved, question)
