"""The Digital Bazaar stack, in a Node process of its own that measures itself."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench import ours
from conformance.lineages import NODE
from gateway.jsonld import bundled

__all__ = ["JavaScript"]

HERE = Path(__file__).resolve().parent / "node"


class JavaScript:
    """The process; ``close`` it at the end."""

    def __init__(self) -> None:
        contexts = bundled()
        known = {
            "contexts": {url: contexts.get(url) for url in contexts.urls()},
            "seed": ours.SEED.hex(),
            "created": ours.CREATED,
            "did": ours.DID,
            "method": ours.METHOD,
        }
        self._folder = tempfile.TemporaryDirectory()
        told = Path(self._folder.name) / "known.json"
        told.write_text(json.dumps(known))
        command = ["node", str(HERE / "bench.mjs"), str(told), str(NODE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def output(self, what: str, data: bytes) -> str:
        """What a job makes of a document."""
        output: str = self._ask({"job": "output", "what": what, "document": data.decode()})["output"]
        return output

    def times(self, job: str, data: bytes, seconds: float) -> tuple[list[float], float]:
        """Microseconds of each run of a job within some seconds, and processor time of one."""
        answer = self._ask({"job": job, "document": data.decode(), "seconds": seconds})
        return answer["times"], answer["cpu"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)
        self._folder.cleanup()
