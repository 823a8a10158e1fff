"""What a cryptosuite is: a record of the steps Data Integrity 1.0 names (section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.jsonld import Contexts

__all__ = ["Cryptosuite", "Json", "Transformed"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transformed:
    """Canonical bytes of a document or proof configuration, and whether all implementations agree on them."""

    canonical: bytes
    simple: bool = True


@dataclass(frozen=True, slots=True)
class Cryptosuite:
    """``transform`` canonicalizes a document under contexts (None: the bundled ones).

    ``proof_configuration`` makes the configuration that is hashed with it from the document and the
    proof's options; ``keep_context`` says whether the proof keeps its ``@context``.
    """

    name: str
    transform: Callable[[Json, Contexts | None], Transformed]
    proof_configuration: Callable[[Json, Mapping[str, Any]], Json]
    keep_context: bool
