"""Random insertions of one key and value anywhere in signed credentials: none may stay verified.

Seeded, so that a hole that was found is found again. What is put into an inline context is a matter of
its own: statements sign no context, so that a term nobody uses can be defined there; it must change
nothing of what is read.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from conformance.attacks.changes import write
from conformance.attacks.signed import (
    MECHANISMS,
    Json,
    Mechanism,
    Signed,
    badge,
    issuer,
    signed,
    verified,
    world,
)
from gateway import core
from gateway.errors import GatewayError
from gateway.jsonld import bundled
from gateway.resources import example_bytes

__all__ = ["attack", "attacked_ones"]

LARGE = {
    "eddsa-rdfc-2022": ("diploma.ob3.json", "micro-credential.vc.json"),
    "ecdsa-jcs-2019": ("diploma.ob3.json",),
}
"""Examples with inline contexts and carriers, attacked under these suites besides."""
SIGNED = tuple(mechanism for mechanism in MECHANISMS if not mechanism.token)
SHARE_OF_LARGE = 0.05
KEYWORDS = (
    "@context", "@id", "@type", "@value", "@language", "@direction", "@index", "@set", "@list", "@graph", "@included",
    "@nest", "@reverse", "@base", "@vocab", "@version", "@import", "@json", "@none", "@x",
)  # fmt: skip
IRIS = ("https://x.example/p", "urn:x:p", "https://www.w3.org/2018/credentials#evidence", "https://schema.org/name",
        "schema:name", "xsd:date", "_:b0", "cred:evidence", "sec:proof")  # fmt: skip
ODD = ("", " ", "id ", "ID", "тест", "\u0001", "name\u200b", "__proto__", "x" * 300, "0", "a/b~c", "null")
VALUES: tuple[Any, ...] = (
    "x", "", " ", "2030-01-01T00:00:00Z", "https://x.example/v", "did:example:x", "_:b0", "\u0001", None, True, False,
    0, 7, -1, 1.5, 1e30, [], {}, [[]], [None], [{}], ["x"], ["x", "y"], [1], {"id": "urn:x:1"}, {"id": "relative"},
    {"type": "Evidence"}, {"id": "https://x.example/e", "type": ["Evidence"], "name": "x"}, {"@value": "x"},
    {"@value": "x", "@language": "en"}, {"@value": None}, {"@id": "urn:x:1"}, {"@list": []}, {"@set": ["x"]},
    {"en": "x"}, {"name": "x"}, {"x": "https://x.example/"}, {"name": None}, "https://www.w3.org/ns/credentials/v2",
    ["https://www.w3.org/ns/credentials/v2"], {"@vocab": "https://x.example/"}, {"@protected": True},
)  # fmt: skip


def attack(seed: int, times: int, share_of_large: float = SHARE_OF_LARGE) -> list[str]:
    """The insertions, of so many, that stayed verified, or in a context changed what is read."""
    chance = random.Random(seed)
    return [hole for _ in range(times) for hole in _holes(chance, share_of_large)]


def _holes(chance: random.Random, share_of_large: float) -> Iterator[str]:
    """One insertion; named if it is a hole."""
    small, large = attacked_ones()
    attacked = chance.choice(large if chance.random() < share_of_large else small)
    tree = copy.deepcopy(attacked.tree)
    places = list(_objects(tree, ""))
    pointer, place = chance.choice(places)
    key, value = _key(chance), copy.deepcopy(chance.choice(VALUES))
    if key in place:
        key = f"{key}x"
    place[key] = value
    data = write(tree)
    passed = verified(data, world(attacked.mechanism.kind), ("strict",))
    if passed and ("/@context" not in pointer or not _reads_alike(data, attacked.data)):
        yield f"{attacked.mechanism.name}: {pointer} {key!r}: {json.dumps(value)}"


def _key(chance: random.Random) -> str:
    kinds = (_names(), KEYWORDS, IRIS, ODD)
    return str(chance.choice(kinds[chance.choices(range(4), (6, 2, 1, 1))[0]]))


@cache
def _names() -> tuple[str, ...]:
    """The names that published contexts define, in whatever scope."""
    names: set[str] = set()
    for url in bundled().urls():
        _collect(bundled().get(url)["@context"], names)
    return tuple(sorted(names))


def _collect(context: Any, names: set[str]) -> None:
    for entry in context if isinstance(context, list) else [context]:
        if isinstance(entry, dict):
            for name, definition in entry.items():
                names.add(name)
                if isinstance(definition, dict):
                    _collect(definition.get("@context"), names)


def _objects(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Every object of a document with its place, contexts and proofs included."""
    if isinstance(value, dict):
        yield pointer, value
        for name, item in value.items():
            yield from _objects(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _objects(item, f"{pointer}/{position}")


@cache
def attacked_ones() -> tuple[tuple[Signed, ...], tuple[Signed, ...]]:
    """The signed credentials that are attacked: small ones in every mechanism, and large ones."""
    small = tuple(signed(mechanism, badge(mechanism)) for mechanism in SIGNED)
    large = tuple(
        signed(mechanism, _example(name, mechanism))
        for mechanism in SIGNED
        if mechanism.version == "2.0"
        for name in LARGE.get(mechanism.suite, ())
    )
    return small, large


def _example(name: str, mechanism: Mechanism) -> Json:
    tree: Json = json.loads(example_bytes(name))
    tree.pop("proof", None)
    tree["issuer"]["id"] = issuer(mechanism.kind).did
    return tree


def _reads_alike(data: bytes, original: bytes) -> bool:
    """Whether two documents say the same to whoever converts them."""
    try:
        return core.understand(data).hub == core.understand(original).hub
    except GatewayError:
        return False
