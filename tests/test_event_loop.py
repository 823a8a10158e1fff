"""The event loop never computes (D9): while a heavy credential is worked on, its process only waits."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

import gateway as package
from bench.http import poison
from gateway.api import make_app
from gateway.compute import PoolCompute, Spare
from gateway.compute.spare import LIMIT
from gateway.metrics import Metrics
from gateway.pipeline import warm_small
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


def form(**fields: str) -> FormData:
    """The page's form with a heavy credential."""
    made = FormData({**fields, "text": heavy().decode()}, default_to_multipart=True)
    return made


def own() -> dict[str, Any]:
    """A heavy credential that the gateway itself issues."""
    return {**json.loads(heavy()), "issuer": {"id": gateway().signer.did, "type": ["Profile"]}}


def presented() -> bytes:
    """A presentation with a heavy credential in it."""
    return json.dumps({"verifiablePresentation": {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "verifiableCredential": [own()],
    }}).encode()  # fmt: skip


FACES: dict[str, tuple[str, Callable[[], Any], int]] = {
    "convert": ("/v1/convert?to=ob3", heavy, 200),
    "verify": ("/v1/verify", heavy, 200),
    "verify in German": ("/v1/verify?language=de", heavy, 200),
    "issue": ("/credentials/issue", lambda: json.dumps({"credential": own()}).encode(), 201),
    "verify over the VC API": (
        "/credentials/verify", lambda: json.dumps({"verifiableCredential": own()}).encode(), 400,
    ),
    "check": ("/v1/check", heavy, 200),
    "issue in one way": (
        "/issuers/eddsa-rdfc-2022/credentials/issue", lambda: json.dumps({"credential": own()}).encode(), 201,
    ),
    "verify by one policy": (
        "/verifiers/strict/credentials/verify",
        lambda: json.dumps({"verifiableCredential": own()}).encode(), 400,
    ),
    "verify a presentation": ("/presentations/verify", presented, 400),
    "verify a presentation by one policy": ("/verifiers/strict/presentations/verify", presented, 400),
    "page, convert": ("/", lambda: form(do="convert", to="ob3"), 200),
    "page, verify": ("/", lambda: form(do="verify", policy="strict"), 200),
}  # fmt: skip
"""Every face that takes a document: its path, what is sent, and the status of the answer."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client() -> AsyncIterator[TestClient]:
    """A service with one worker process, the same for all faces."""
    pool = PoolCompute(1, 4)
    async with TestClient(TestServer(make_app(Settings(), gateway(compute=pool)))) as made:
        yield made
    await pool.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("face", FACES)
async def test_nothing_of_a_document_is_worked_on_where_requests_are_answered(
    client: TestClient, face: str
) -> None:
    path, data, status = FACES[face]
    sent = data()
    with Watch() as watch:
        answer = await client.post(path, data=sent)
        body = await answer.read()
    assert answer.status == status, body[:500]
    assert len(body) > 1_000
    assert watch.calls == {}


async def test_every_face_that_takes_a_document_is_watched() -> None:
    app = make_app(Settings(), gateway())
    posts = {
        route.resource.canonical
        for route in app.router.routes()
        if route.method == "POST" and route.resource is not None
    }
    asked = {path.partition("?")[0] for path, _, _ in FACES.values()}
    shapes = {post: re.compile(re.sub(r"{\w+}", "[^/]+", post)) for post in posts}
    assert [post for post, shape in shapes.items() if not any(map(shape.fullmatch, asked))] == []
    assert [path for path in asked if not any(shape.fullmatch(path) for shape in shapes.values())] == []


async def test_the_watch_sees_work_where_it_is_done() -> None:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
        with Watch() as watch:
            assert (
                await client.post("/v1/convert?to=ob3", data=example_bytes("badge.ob3.json"))
            ).status == 200
        assert sum(watch.calls.values()) > 100


class Timed(Spare):
    """Tells the longest that a piece of small work held the event loop, in processor time."""

    longest = 0.0

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        start = time.thread_time()
        try:
            return super().run(function, *arguments)
        finally:
            self.longest = max(self.longest, time.thread_time() - start)


async def test_poison_in_small_documents_holds_the_loop_for_no_longer_than_others() -> None:
    metrics, spare = Metrics(), Timed()
    warm_small()
    pool = PoolCompute(1, 4, metrics, spare=spare)
    gate = gateway(compute=pool)
    async with TestClient(TestServer(make_app(Settings(), gate, metrics=metrics))) as client:
        for path, data in poison(gate.signer.did):
            answer = await client.post(path, data=data)
            told = await answer.json(content_type=None)
            assert told.get("code") == "canonicalization_too_complex", told
    assert 0 < spare.longest < 10 * LIMIT
    await pool.close()
