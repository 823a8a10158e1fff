"""Logs of did:webvh that other implementations made, resolved; the folder is given by path.

    python -m conformance.webvh FOLDER

The folder is `vectors` of the method's test suite: a folder for each case, in it one for each implementation,
with `did.jsonl`, `did-witness.json` where there is one, and `resolutionResult.json`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.figures import Figure
from gateway.dids import Means, resolve
from gateway.errors import DocumentMissing, GatewayError

__all__ = ["figure", "main"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONTRADICT = {
    "witness-threshold/rust": "names witnesses by their keys alone, where the method wants a did:key",
    "witness-update/rust": "names witnesses by their keys alone, where the method wants a did:key",
    "witness-update/java": "has a new list of witnesses approve the entry that names it, not the list before",
    "witness-update/java-eecc": "has a new list of witnesses approve the entry that names it, not the list before",
    "witness-update/ts": "has a new list of witnesses approve the entry that names it, not the list before",
}
"""Logs that the specification refuses, with its reason; other implementations of the suite refuse them too."""


class Folder:
    """A web of one folder: a file answers wherever its name is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """The file of that name."""
        file = self._folder / url.rpartition("/")[2]
        if not file.is_file():
            raise DocumentMissing("no such file")
        return file.read_bytes()


def figure(folder: Path) -> Figure:
    """How many of the logs come out as recorded, or contradict the specification as listed."""
    found: dict[str, bool] = {}
    for log in sorted(folder.glob("*/*/did.jsonl")):
        name = log.parent.relative_to(folder).as_posix()
        found[name] = _resolves(log.parent) == (name not in CONTRADICT and not _error(log.parent))
    lacking = tuple(name for name, fits in found.items() if not fits)
    note = f"{len(CONTRADICT)} contradict the specification and are refused"
    return Figure(
        "did:webvh logs of five implementations",
        len(found) - len(lacking),
        len(found),
        len(found),
        lacking,
        note,
    )


def _expected(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "resolutionResult.json").read_text(encoding="utf-8")) or {})


def _error(folder: Path) -> Any:
    return (_expected(folder).get("didResolutionMetadata") or {}).get("error")


def _resolves(folder: Path) -> bool:
    """Whether the newest version counts, and is the recorded one but for services that the method implies."""
    recorded = _expected(folder).get("didDocument") or {}
    did = recorded.get("id") or _last_id(folder)
    try:
        resolution = asyncio.run(resolve(did, Means(Folder(folder), NOW)))
    except GatewayError:
        return False
    if resolution.broken is not None:
        return False
    version = resolution.versions[-1].document
    return all(
        version.get(name) == value for name, value in recorded.items() if name not in ("service", "@context")
    )


def _last_id(folder: Path) -> str:
    lines = (folder / "did.jsonl").read_text(encoding="utf-8").splitlines()
    try:
        return str(json.loads(lines[-1])["state"]["id"])
    except (IndexError, ValueError, KeyError, TypeError):
        return "did:webvh:none"


def main() -> int:
    """Print the figure; 1 when a log comes out otherwise."""
    made = figure(Path(sys.argv[1]))
    print(f"{made.reached} of {made.total}: {made.title} ({made.note})", *made.lacking, sep="\n")
    return 0 if made.passed else 1


if __name__ == "__main__":
    sys.exit(main())
