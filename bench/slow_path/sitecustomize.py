"""The gateway with compiled contexts switched off: for measuring beside it, and for nothing else.

Python reads a file of this name at its start; put the folder on ``PYTHONPATH``, and every process of the
gateway expands each document by pyld.
"""

from __future__ import annotations

from typing import Any, NoReturn

from gateway.jsonld import canonicalization
from gateway.jsonld.compiled import NotCompiled

__all__ = ["never"]


def never(*_: Any) -> NoReturn:
    """Stands in for ``emit``: no document is one that the compiled pass understands."""
    raise NotCompiled("compiled contexts are switched off")


vars(canonicalization)["emit"] = never
