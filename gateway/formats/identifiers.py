"""Deterministic identifiers for what needs one: derived from the source, the same at every run."""

from __future__ import annotations

import uuid

__all__ = ["derived_id"]

NAMESPACE = uuid.UUID("0b5d2f4e-6a37-5c1b-9f57-3c1f0a7c2d11")


def derived_id(digest: str, pointer: str) -> str:
    """The ``urn:uuid`` (version 5) of a place in the output made from the source with this digest."""
    return uuid.uuid5(NAMESPACE, f"{digest}{pointer}").urn
