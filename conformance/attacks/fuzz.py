"""Seeded damage, of bytes and of structure, to every kind of document the gateway reads.

Whatever comes in, nothing but the gateway's own errors may come out, and what is still verified must
still say the same.
"""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from conformance.attacks.changes import write
from conformance.attacks.insertions import VALUES
from conformance.attacks.signed import MECHANISMS, NOW, Json, badge, signed, small, verified, world
from gateway import core
from gateway.errors import GatewayError
from gateway.resources import example_bytes
from gateway.retrieval import Retrieved

__all__ = ["attack"]

EXAMPLES = (
    "badge.ob2.json",
    *(
        f"{name}.{form}"
        for name in ("badge", "diploma", "micro-credential")
        for form in ("elm3.json", "ob3.json", "vc.json", "edci-xml.xml")
    ),
)
TARGETS = ("ob3", "elm3", "vc", "edci-xml")
BYTE_FOR_BYTE = {m.name: m for m in MECHANISMS if m.token or "jcs" in m.suite}
"""Mechanisms that sign the very values; to the others, a value and an array of it are the same statement."""
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def attack(seed: int, times: int) -> list[str]:
    """The damaged documents, of so many, that made something break, each with how to make it again."""
    chance = random.Random(seed)
    return [fault for number in range(times) for fault in _faults(chance, f"seed {seed}, number {number}")]


def _faults(chance: random.Random, title: str) -> Iterator[str]:
    kind, original = chance.choice(_documents())
    data = chance.choice(DAMAGES)(chance, original)
    for action in (_verify, _convert):
        try:
            action(data, chance)
        except GatewayError as error:
            if not error.code or error.status >= 500:
                yield f"{title}: {action.__name__} of {kind} fails by {error.code}"
        except Exception as error:  # whatever it is: that is the fault looked for
            yield f"{title}: {action.__name__} of {kind} breaks with {type(error).__name__}: {error}"[:300]
    mechanism = BYTE_FOR_BYTE.get(kind)
    if mechanism and verified(data, world(mechanism.kind), ("strict",)) and not _alike(data, original):
        yield f"{title}: {kind} says something else and is verified"


def _alike(data: bytes, original: bytes) -> bool:
    return core.understand(data).hub == core.understand(original).hub


def _verify(data: bytes, chance: random.Random) -> None:
    answers = world(chance.choice(("ed25519", "p256", "p384")))
    core.verify(core.inspect(data), Retrieved(answers), core.Question(NOW))


def _convert(data: bytes, chance: random.Random) -> None:
    understood = core.understand(data)
    options = core.ConvertOptions(chance.choice(TARGETS), original=chance.choice(core.ORIGINALS))
    converted = core.express(understood, options)
    core.render(converted.form, converted.tree)


# --- documents -------------------------------------------------------------------------------------


@cache
def _documents() -> tuple[tuple[str, bytes], ...]:
    """Every example, a credential in every mechanism, images they are baked into, a presentation."""
    made = [(name, example_bytes(name)) for name in EXAMPLES]
    made += [(mechanism.name, signed(mechanism, small(mechanism)).data) for mechanism in MECHANISMS]
    whole = signed(MECHANISMS[0], badge(MECHANISMS[0])).data
    token = next(signed(mechanism).data for mechanism in MECHANISMS if mechanism.token)
    made += [("png", _png(whole)), ("png with a token", _png(token)), ("svg", _svg(whole))]
    return (*made, ("presentation", write(_presentation(json.loads(whole)))))


def _png(text: bytes) -> bytes:
    """The smallest image with a credential baked in."""
    return PNG_HEAD + b"".join((
        _chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\10\0\0\0\0"),
        _chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + text),
        _chunk(b"IDAT", zlib.compress(b"\0\0")),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + checksum


def _svg(text: bytes) -> bytes:
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
        b"<openbadges:credential><![CDATA[" + text + b"]]></openbadges:credential></svg>"
    )


def _presentation(credential: Json) -> Json:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    }


# --- damage ----------------------------------------------------------------------------------------


def _flip(chance: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _cut(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return chance.choice((data[:start], data[start:], data[:start] + data[end:], data[:end] + data[start:]))


def _splice(chance: random.Random, data: bytes) -> bytes:
    other = chance.choice(_documents())[1]
    start, length = chance.randrange(len(other)), chance.randint(1, 200)
    place = chance.randrange(len(data))
    return data[:place] + other[start : start + length] + data[place:]


def _replace_bytes(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    odd = (
        b"\0",
        b"\xff\xfe",
        b'"',
        b"}",
        b"]]>",
        b"<!--",
        b"&x;",
        b"1e999",
        b"\\ud800",
        b"null",
        b"\xed\xa0\x80",
        b".",
    )
    return data[:place] + chance.choice(odd) + data[place + chance.randint(0, 3) :]


def _restructure(chance: random.Random, data: bytes) -> bytes:
    """One node of a JSON document removed, exchanged, wrapped, doubled or renamed; other bytes are flipped."""
    try:
        tree = json.loads(data)
    except ValueError:
        return _flip(chance, data)
    for _ in range(chance.randint(1, 2)):
        places = list(_places(tree))
        if places:
            _change(chance, *chance.choice(places), chance.choice(places))
    return write(tree)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place a value stands at: what holds it, and under which key."""
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from _places(item)


def _change(chance: random.Random, holder: Any, key: Any, other: tuple[Any, Any]) -> None:
    value = holder[key]
    way = chance.randrange(6)
    if way == 0:
        del holder[key]
    elif way == 1:
        holder[key] = copy.deepcopy(chance.choice(VALUES))
    elif way == 2:
        holder[key] = [value]
    elif way == 3:
        holder[key] = [value, copy.deepcopy(value)]
    elif way == 4:
        holder[key] = copy.deepcopy(other[0][other[1]]) if other[1] in _keys(other[0]) else None
    elif isinstance(holder, dict):
        holder[chance.choice((f"{key}x", "id", "type", "@id", "@context", ""))] = holder.pop(key)


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _restructure, _restructure, _restructure, _flip, _cut, _splice, _replace_bytes,
)  # fmt: skip
