"""The Digital Bazaar stack, in a Node process of its own that measures itself."""

from __future__ import annotations

import json
from pathlib import Path

from bench import ours
from bench.talking import Talk
from conformance.lineages import NODE
from gateway.jsonld import bundled

__all__ = ["JavaScript"]

HERE = Path(__file__).resolve().parent / "node"


class JavaScript:
    """The process, told the contexts through a file in a ``folder``; ``close`` it at the end."""

    def __init__(self, folder: Path) -> None:
        contexts = bundled()
        known = {
            "contexts": {url: contexts.get(url) for url in contexts.urls()},
            "seed": ours.SEED.hex(),
            "created": ours.CREATED,
            "did": ours.DID,
            "method": ours.METHOD,
        }
        told = folder / "known.json"
        told.write_text(json.dumps(known))
        self._talk = Talk(["node", str(HERE / "bench.mjs"), str(told), str(NODE)])

    def output(self, what: str, data: bytes) -> str:
        """What a job makes of a document."""
        output: str = self._talk.ask(job="output", what=what, document=data.decode())["output"]
        return output

    def times(self, job: str, data: bytes, seconds: float) -> tuple[list[float], float]:
        """Microseconds of each run of a job within some seconds, and processor time of one.

        With some seconds there is a run before, which is not counted; with none there is one run.
        """
        answer = self._talk.ask(job=job, document=data.decode(), seconds=seconds)
        return answer["times"], answer["cpu"]

    def close(self) -> None:
        """End the process."""
        self._talk.close()
