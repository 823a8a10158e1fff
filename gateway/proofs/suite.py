"""What a cryptosuite is: a record of the steps Data Integrity 1.0 names (section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.jsonld import LinkedData
from gateway.records import quick

__all__ = ["Cryptosuite", "Json", "Transformation", "Transformed"]

Json = dict[str, Any]


@quick
@dataclass(frozen=True, slots=True)
class Transformed:
    """Canonical bytes of a document or proof configuration, and whether all implementations agree on them."""

    canonical: bytes
    simple: bool = True


@quick
@dataclass(frozen=True, slots=True)
class Transformation:
    """``transform`` canonicalizes a document with a digest's name.

    ``proof_configuration`` makes the configuration that is hashed with it from the document and the
    proof's options; ``keep_context`` says whether the proof keeps its ``@context``.
    """

    transform: Callable[[LinkedData, str], Transformed]
    proof_configuration: Callable[[Json, Mapping[str, Any]], Json]
    keep_context: bool


@quick
@dataclass(frozen=True, slots=True)
class Cryptosuite:
    """How proofs of one kind are made: by which ``transformation``, with which ``kinds`` of keys.

    ``proof_type`` is DataIntegrityProof but for older suites, which have a type of their own and no
    ``cryptosuite``; ``context`` is one the document then needs. A retired suite is verified, never
    ``created``. ``selective`` proofs are derived: they show some statements of what was signed.
    """

    name: str
    transformation: Transformation
    kinds: tuple[str, ...]
    proof_type: str = "DataIntegrityProof"
    context: str = ""
    created: bool = True
    selective: bool = False
