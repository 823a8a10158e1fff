"""The examples of Bitstring Status List 1.0: lists that decode, entries that a list decides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.figures import Figure, all_of
from conformance.retrieved import NOW
from gateway.report import Check, Verdict
from gateway.retrieval import DOCUMENT, Answer, Need, Retrieved
from gateway.status import check_status, encode_bits
from gateway.status.bits import MIN_ENTRIES, expand

__all__ = ["figures"]

Json = dict[str, Any]

_ELLIPSIS = re.compile(r",?\s*\.\.\.")
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
ISSUER = "did:example:12345"
SET = {"revocation": (Verdict.INVALID, "revoked"), "suspension": (Verdict.INVALID, "suspended")}


def figures(corpora: Path) -> Iterator[Figure]:
    """The one figure: signatures are left out, as the examples have none."""
    examples = json.loads((corpora / "w3c/bitstring/spec-examples.json").read_text())
    outcomes = {str(number): _holds(_example(example)) for number, example in enumerate(examples)}
    yield all_of("examples of Bitstring Status List, decoded and decided either way", outcomes)


def _example(example: Json) -> Json:
    """The example; of one that is abridged, the parts that are there, with the messages it leaves out."""
    if "json" in example:
        return dict(example["json"])
    tree: Json = json.loads(_ELLIPSIS.sub("", _COMMENT.sub("", example["text"])))
    entry = tree["credentialStatus"]
    if isinstance(entry, dict) and "statusMessage" in entry:
        entry["statusMessage"] += [
            {"status": hex(number), "message": "left out"}
            for number in range(len(entry["statusMessage"]), 2 ** entry["statusSize"])
        ]
    return tree


def _holds(tree: Json) -> bool:
    if "encodedList" in tree["credentialSubject"]:
        bits = expand(tree["credentialSubject"]["encodedList"])
        return len(bits) * 8 == MIN_ENTRIES and not any(bits)
    return _decided(tree, marked=False) and _decided(tree, marked=True)


def _decided(tree: Json, *, marked: bool) -> bool:
    """Whether each entry is decided rightly by lists in which its index is marked, or none is."""
    given = tree["credentialStatus"]
    entries = given if isinstance(given, list) else [given]
    lists = {url: _list(url, entries, marked=marked) for url in {e["statusListCredential"] for e in entries}}
    retrieved = Retrieved(
        {Need(DOCUMENT, url): Answer(listed, retrieved=NOW) for url, listed in lists.items()}
    )
    checks = check_status(tree, retrieved, _open, NOW)
    return len(checks) == len(entries) and all(
        _right(check, entry, marked=marked) for check, entry in zip(checks, entries, strict=True)
    )


def _open(data: bytes) -> tuple[Json, Check | None]:
    return json.loads(data), None


def _list(url: str, entries: list[Json], *, marked: bool) -> bytes:
    """A list credential at an address for the entries that name it, every bit of theirs set or none."""
    own = [entry for entry in entries if entry["statusListCredential"] == url]
    size = max(int(entry.get("statusSize", 1)) for entry in own)
    bits = [int(entry["statusListIndex"]) * size + bit for entry in own for bit in range(size)]
    subject = {
        "type": "BitstringStatusList",
        "statusPurpose": [entry["statusPurpose"] for entry in own],
        "encodedList": encode_bits(bits if marked else (), max(MIN_ENTRIES * size, max(bits) + 8)),
    }
    types = ["VerifiableCredential", "BitstringStatusListCredential"]
    return json.dumps({"id": url, "type": types, "issuer": ISSUER, "credentialSubject": subject}).encode()


def _right(check: Check, entry: Json, *, marked: bool) -> bool:
    if not marked:
        return check.verdict is Verdict.VALID and check.values["status"] == 0
    told = SET.get(entry["statusPurpose"], (Verdict.VALID, ""))
    value = 2 ** int(entry.get("statusSize", 1)) - 1
    return (check.verdict, check.code) == told and check.values["status"] == value
