"""Seals of other people's: JAdES and XAdES samples, each changed at many places, and signature wrapping.

The certificates of the samples are test ones or have expired: what is counted is whether signature and digests
hold. What a chain is worth is a question of anchors and of time, and stands apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from conformance.figures import Figure, all_of
from gateway.errors import GatewayError
from gateway.proofs.jades import verify_jades
from gateway.proofs.secured import Secured
from gateway.proofs.xades import verify_xades
from gateway.report import Verdict

__all__ = ["figures"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLACES = 300
"""How many bytes are changed, one at a time, in each part of each file."""
JADES_PARTS = {"payload": "payload", "protected": "protected header", "signature": "signature"}
DIGESTS = ("documentDigest", "signedPropertiesDigest", "signatureValue")
SIGNATURE = re.compile(rb"<(?:\w+:)?Signature\b.*?</(?:\w+:)?Signature>", re.DOTALL)
NAMESPACE = re.compile(rb"xmlns(?::[\w-]+)?=(?:\"[^\"]*\"|'[^']*')")
ROOT = re.compile(rb"<[A-Za-z][^>]*>")
Verify = Callable[[bytes], tuple[Secured, ...]]


def figures(corpora: Path) -> Iterator[Figure]:
    """The figures of a folder of corpora."""
    expected: dict[str, Any] = json.loads((corpora / "elm" / "expected.json").read_text())
    yield from _jades(corpora, {name: e["jades"] for name, e in expected.items() if "jades" in e})
    yield from _xades(corpora, {name: e["xades"] for name, e in expected.items() if "xades" in e})
    yield _wrapping(corpora / "security" / "xml" / "xsw")


def holds(data: bytes, verify: Verify) -> bool:
    """Whether every signature of a document holds, whatever its certificate is worth."""
    try:
        found = verify(data)
    except GatewayError:
        return False
    return bool(found) and all(item.signed and item.verdict is not Verdict.INVALID for item in found)


def changed(data: bytes, start: int, end: int, *, places: int = PLACES) -> Iterator[tuple[int, bytes]]:
    """The document with one byte between start and end changed to another digit, at evenly spread places."""
    for position in dict.fromkeys(
        start + number * (end - start) // places for number in range(min(places, end - start))
    ):
        digit = b"7" if data[position : position + 1] != b"7" else b"8"
        yield position, data[:position] + digit + data[position + 1 :]


def changes(
    title: str, files: dict[str, bytes], spans: Callable[[bytes], list[tuple[int, int]]], verify: Verify
) -> Figure:
    """How many changes of one byte, in the spans of each file, break the seal: all of them have to."""
    held: list[str] = []
    tried = 0
    for name, data in files.items():
        inside = spans(data)
        for position, other in changed(data, inside[0][0], inside[-1][1]) if inside else ():
            if any(start <= position < end for start, end in inside):
                tried += 1
                held += [f"{name} at {position}"] if holds(other, verify) else []
    return Figure(title, tried - len(held), tried, max(tried, 1), tuple(held))


# --- JAdES ----------------------------------------------------------------------------------------


def _jades(corpora: Path, expected: dict[str, Any]) -> Iterator[Figure]:
    files = {name: (corpora / "elm" / name).read_bytes() for name in expected}
    yield all_of(
        "JAdES: the signature of a sealed sample holds, as recorded",
        {name: holds(files[name], jades_at) is e["signatureValue"] for name, e in expected.items()},
    )
    for part, title in JADES_PARTS.items():
        yield changes(
            f"JAdES: one changed byte of the {title} breaks the seal", files, partial(part_of_jades, part), jades_at
        )  # fmt: skip


def jades_at(data: bytes) -> tuple[Secured, ...]:
    """The seals of a JAdES file, whatever their certificates."""
    return verify_jades(data, NOW)


def part_of_jades(part: str, data: bytes) -> list[tuple[int, int]]:
    """Where the text of a part stands in the file."""
    found = re.search(rb'"' + part.encode() + rb'"\s*:\s*"((?:[^"\\]|\\.)*)"', data, re.DOTALL)
    return [found.span(1)] if found else []


# --- XAdES ----------------------------------------------------------------------------------------


def _xades(corpora: Path, expected: dict[str, Any]) -> Iterator[Figure]:
    files = {name: (corpora / "elm" / name).read_bytes() for name in expected}
    yield all_of(
        "XAdES: document digest, signed properties and signature value are each as recorded",
        {name: as_recorded(files[name], e) for name, e in expected.items()},
    )
    sound = {name: data for name, data in files.items() if holds(data, xades_at)}
    yield Figure("XAdES: samples that hold in everything", len(sound), len(files), 1)
    yield changes("XAdES: one changed byte of what is sealed breaks the seal", sound, sealed_parts, xades_at)


def xades_at(data: bytes) -> tuple[Secured, ...]:
    """The seals of an XML document, whatever their certificates."""
    return verify_xades(data, NOW)


def as_recorded(data: bytes, expected: dict[str, Any]) -> bool:
    """Whether one of the seals says the same of its parts; a damaged one may be refused before."""
    recorded = {name: expected[name] for name in DIGESTS if expected.get(name) is not None}
    try:
        found = verify_xades(data, NOW)
    except GatewayError:
        return not all(recorded.values())
    said = [
        {name: check.values.get(name) for name in recorded}
        for item in found for check in item.checks if check.name == "proof.signature"
    ]  # fmt: skip
    return recorded in said if said else not all(recorded.values())


def sealed_parts(data: bytes) -> list[tuple[int, int]]:
    """What is signed of a document: below the root's tag, in no signature and no name of a namespace."""
    root = ROOT.search(data)
    if root is None:
        return []
    end = data.rstrip().rfind(b"</")
    free = sorted(match.span() for pattern in (SIGNATURE, NAMESPACE) for match in pattern.finditer(data))
    spans, start = [], root.end()
    for first, last in (*free, (end, end)):
        if start < first:
            spans.append((start, first))
        start = max(start, last)
    return spans


# --- wrapping -------------------------------------------------------------------------------------


def _wrapping(folder: Path) -> Figure:
    """The genuine document holds, and none of those that show another under its signature does."""
    return all_of(
        "XML signature wrapping: the genuine document holds, every other one is refused",
        {
            path.name: holds(path.read_bytes(), xades_at) is path.name.startswith("00-")
            for path in sorted(folder.glob("*.xml"))
        },
    )
