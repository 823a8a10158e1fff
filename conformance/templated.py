"""Templates held against canonicalization: documents made at random, each with other texts in the places of its own.

A template may leave a document to the ordinary way; where it answers, the bytes must be those of that way. How many
documents are made is a tenth of ``GATEWAY_GENERATED``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from conformance.documents import IRIS, TEXTS, document
from conformance.figures import Figure, all_of
from gateway.errors import GatewayError
from gateway.jsonld import bundled, canonicalize
from gateway.jsonld.compiled import NotCompiled, Specimen, put, template_of
from gateway.jsonld.compiled import Path as Steps

__all__ = ["Tried", "figures", "strings_of", "tried"]

DEFAULT, CHUNK = 10_000, 250
VARIANTS = 6
"""Documents that are made of each."""
MAX_STRINGS = 24
OTHERS = ("Another", "did:example:abc", "did:example:xyz", "https://example.org/b", "https://example.org/c",
          "ex:other", "urn:uuid:12345678-0000-4000-8000-000000000002", "2026-01-01T00:00:00Z",
          "relative-not-allowed://x/", "https://example.org/terms#kind", "%s", "_:c14n0")  # fmt: skip
"""Texts that the generator does not have."""


class Tried(NamedTuple):
    """A document's variants: how many there were, how many a template made, and those it made wrong."""

    number: int
    variants: int
    made: int
    wrong: int


def figures(corpora: Path) -> Iterator[Figure]:
    """How many variants a template made as canonicalization does."""
    count = int(os.environ.get("GATEWAY_GENERATED", DEFAULT)) // 10
    with ProcessPoolExecutor(2) as pool:
        found = [one for several in pool.map(_several, range(0, count, CHUNK)) for one in several]
    made, variants = sum(one.made for one in found), sum(one.variants for one in found)
    yield all_of(
        "generated documents: what a template makes is what canonicalization makes",
        {f"document {one.number}": not one.wrong for one in found},
        f"{variants} documents that differ in texts, {made} by templates, the others left to canonicalization",
    )


def _several(start: int) -> list[Tried]:
    return [tried(number) for number in range(start, start + CHUNK)]


def strings_of(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Every string of a document but names, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings_of(item, (*path, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from strings_of(item, (*path, position))


def tried(number: int) -> Tried:
    """What becomes of the variants of the document of a number."""
    tree, random = document(number), Random(number)
    try:
        specimen = Specimen.of(tree, bundled())
        strings = [entry for entry in strings_of(tree) if entry[0][0] != "@context"][:MAX_STRINGS]
        holes = [(path, text, places) for path, text in strings if (places := specimen.places(path))]
        template = template_of(specimen, [(text, places) for _, text, places in holes])
    except NotCompiled:
        return Tried(number, 0, 0, 0)
    made = wrong = 0
    own = [text for _, text in strings]
    for _ in range(VARIANTS):
        texts, variant = [text for _, text, _ in holes], tree
        for position, (path, _, _) in enumerate(holes):
            if random.random() < 0.3:
                texts[position] = random.choice(random.choice((TEXTS, IRIS, OTHERS, own)))
                variant = put(variant, path, texts[position])
        found = template.nquads(texts)
        made += found is not None
        wrong += found is not None and found != _canonical(variant)
    return Tried(number, VARIANTS, made, wrong)


def _canonical(tree: dict[str, Any]) -> bytes | None:
    """The ordinary canonical form; None for one that is refused or not canonically simple."""
    try:
        canonical = canonicalize(tree)
    except GatewayError:
        return None
    return canonical.nquads.encode() if canonical.simple else None
