"""Recognising Open Badges 2.0, and older ones, of every class: most are verified and never converted."""

from __future__ import annotations

from typing import Any

from gateway.formats.reading import contexts_of, types_of
from gateway.formats.upgrading import version_of

__all__ = ["OPEN_BADGES_2_CONTEXTS", "is_open_badges_2"]

OPEN_BADGES_2_CONTEXTS = ("https://w3id.org/openbadges/v2", "https://openbadgespec.org/v2/context.json")
VOCABULARY = "https://w3id.org/openbadges#"


def is_open_badges_2(tree: Any) -> bool:
    """Whether a JSON document is one of Open Badges 2.0 or before, of whatever class."""
    if version_of(tree):
        return True
    if not isinstance(tree, dict) or "VerifiableCredential" in types_of(tree):
        return False
    context = tree.get("@context")
    inline = isinstance(context, dict) and VOCABULARY in context.values()
    return inline or any(url in OPEN_BADGES_2_CONTEXTS for url in contexts_of(tree))
