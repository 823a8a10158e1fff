"""Other people's attacks through the real doors: the HTTP interface, and the command line for what is refused.

The gateway reaches nobody meanwhile. What is asked of each file: an answer in time, 200 with a report that
does not say verified, or 4xx with a problem document; from the command line the exit code that goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from conformance.attacks.changes import write
from gateway.api import make_app
from gateway.cli import main
from gateway.compute import HereCompute
from gateway.fetch import NoFetch
from gateway.keys import SecretKey, secret_multikey
from gateway.pipeline import Gateway
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.signer import signer_for

__all__ = ["attacks", "outcomes"]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECONDS = 10.0
"""Longest an answer may take, however busy the machine is."""
CORPORA = ("json/test_parsing", "xml", "rdfc/poison-jsonld", "png", "vc-fail")
SUFFIXES = frozenset((".json", ".xml", ".png", ".svg", ".jwt"))
ASKED = ("/v1/verify", "/v1/verify?policy=1edtech", "/v1/convert?to=elm3", "/v1/convert?to=ob3&unsigned=true")
REFUSED = 2
LONGEST_TEXT = 4_000_000


def attacks(corpora: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the corpora that is a document, and the documents others describe, by name."""
    security = corpora / "security"
    for folder in CORPORA:
        for path in sorted((security / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                yield str(path.relative_to(security)), path.read_bytes()
    told = json.loads((security / "jsonld/unsigned-data-mutations.json").read_text())
    for name, entry in told["mutations"].items():
        yield f"jsonld/{name}", write(entry["document"])
    yield "jsonld/language injection", write(told["language_injection"]["attacker"])
    yield from _strings(json.loads((security / "strings/generated.json").read_text()))


def _strings(told: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Hostile texts as the name of a badge."""
    badge = json.loads(example_bytes("badge.ob3.json"))
    texts = [
        *told["literals"],
        *(text * times for text, times in told["repeat"] if times * len(text) < LONGEST_TEXT),
    ]
    for number, text in enumerate(texts):
        yield f"strings/{number}", json.dumps({**badge, "name": text}).encode()
    for number, text in enumerate(told["lone_surrogate_json"]):
        yield (
            f"strings/lone surrogate {number}",
            json.dumps({**badge, "name": "@"}).replace('"@"', text).encode(),
        )


def outcomes(documents: Iterator[tuple[str, bytes]], folder: Path) -> dict[str, bool]:
    """Whether each document was answered as the contract says, at both doors."""
    found = dict(documents)
    told = asyncio.run(_asked(found))
    for name, statuses in told.items():
        if statuses and all(400 <= status < 500 for status in statuses):
            told[name] = statuses if _refused_there(found[name], folder) else []
    return {name: bool(statuses) for name, statuses in told.items()}


async def _asked(documents: dict[str, bytes]) -> dict[str, list[int]]:
    """The statuses for each document; none where an answer was not as it must be."""
    settings = Settings(signing_key=secret_multikey(SecretKey("ed25519", bytes(range(32)))))
    gateway = Gateway(signer_for(settings, NOW), settings, NoFetch(), HereCompute(), clock=lambda: NOW)
    told: dict[str, list[int]] = {}
    async with TestClient(TestServer(make_app(settings, gateway))) as client:
        for name, data in documents.items():
            statuses = [await _answer(client, where, data) for where in ASKED]
            told[name] = statuses if all(statuses) else []
    return told


async def _answer(client: Any, where: str, data: bytes) -> int:
    """The status of a right answer, 0 for another."""
    began = time.perf_counter()
    async with client.post(where, data=data) as answer:
        told = await answer.json(content_type=None)
    in_time = time.perf_counter() - began < SECONDS
    if answer.status == 200:
        report = told.get("report", told)
        return 200 if in_time and not report["verified"] else 0
    described = {"code", "title", "status", "hint"} <= set(told) and told["status"] == answer.status
    return int(answer.status) if in_time and described and 400 <= answer.status < 500 else 0


def _refused_there(data: bytes, folder: Path) -> bool:
    """Whether the command line refuses it too, with its exit code and words instead of a traceback."""
    path = folder / "attack"
    path.write_bytes(data)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = main(["verify", str(path)])
    return code == REFUSED and bool(said.getvalue()) and "Traceback" not in said.getvalue()
