"""The foreign implementations: a JavaScript and a Rust lineage, run in Node, contexts offline."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gateway.jsonld import bundled

__all__ = ["LINEAGES", "NODE", "available", "run"]

LINEAGES = ("javascript", "rust")
NODE = Path(__file__).resolve().parent / "node"
SECONDS = 1200


def available() -> str:
    """Empty when the implementations can run, else what is missing."""
    if shutil.which("node") is None:
        return "Node is not there"
    return "" if (NODE / "node_modules").is_dir() else "run `npm ci` in conformance/node"


def run(script: str, orders: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a script of ``conformance/node`` answers, one object for each order."""
    contexts = bundled()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as known:
        json.dump({url: contexts.get(url) for url in contexts.urls()}, known)
        known.flush()
        done = subprocess.run(
            ["node", script, known.name],
            cwd=NODE, input="\n".join(map(json.dumps, orders)), capture_output=True, text=True,
            timeout=SECONDS, check=True,
        )  # fmt: skip
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
