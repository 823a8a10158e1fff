"""The event loop never computes (D9): while a heavy credential is worked on, its process only waits."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

import gateway as package
from gateway.api import make_app
from gateway.compute import PoolCompute
from gateway.resources import example_bytes
from gateway.settings import Settings
from tests.parts import gateway

ROOT = str(Path(package.__file__).parent)
WORK = tuple(f"{ROOT}/{folder}/" for folder in ("envelopes", "jsonld", "mapping", "proofs", "model"))
FORMATS = f"{ROOT}/formats/"
LOOKED_UP = f"{ROOT}/formats/catalogue.py"
"""Asked for a format by its name, which costs nothing."""
ENCODERS = ("json/encoder.py", "json/decoder.py")


def heavy() -> bytes:
    """A badge with hundreds of nodes, some seconds of work in all."""
    badge = json.loads(example_bytes("badge.ob3.json"))
    badge["evidence"] = [
        {
            "id": f"https://school.example/modules/{n}",
            "type": ["Evidence"],
            "name": f"Work {n}",
            "genre": "Essay",
        }
        for n in range(600)
    ]
    return json.dumps(badge).encode()


class Watch:
    """Counts the functions called in this thread that work on documents."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_code.co_filename
        if event == "call" and (
            name.startswith(WORK)
            or (name.startswith(FORMATS) and name != LOOKED_UP)
            or name.endswith(ENCODERS)
        ):
            self.calls[f"{name.removeprefix(ROOT)}:{frame.f_code.co_name}"] += 1

    def __enter__(self) -> Watch:
        sys.setprofile(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)


async def test_nothing_of_a_document_is_worked_on_where_requests_are_answered() -> None:
    data, pool = heavy(), PoolCompute(1, 4)
    try:
        async with TestClient(TestServer(make_app(Settings(), gateway(compute=pool)))) as client:
            assert (
                await client.post("/v1/convert?to=ob3", data=example_bytes("badge.ob3.json"))
            ).status == 200
            with Watch() as watch:
                answer = await client.post("/v1/convert?to=ob3", data=data)
                body = await answer.read()
            assert answer.status == 200
            assert len(json.loads(body)["report"]["findings"]) > 2_000
            assert watch.calls == {}
    finally:
        await pool.close()


async def test_the_watch_sees_work_where_it_is_done() -> None:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
        with Watch() as watch:
            assert (
                await client.post("/v1/convert?to=ob3", data=example_bytes("badge.ob3.json"))
            ).status == 200
        assert sum(watch.calls.values()) > 100
