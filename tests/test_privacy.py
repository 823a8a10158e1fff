"""What is said of a credential never repeats what the credential says: reports, summaries, errors, logs."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.api.serving import listening
from gateway.cli import main
from gateway.core import ConvertOptions
from gateway.errors import GatewayError
from gateway.logs import TextLines, log_to_standard_error
from gateway.resources import example_bytes, example_names
from gateway.settings import Settings
from gateway.store import Database
from tests.parts import gateway
from tests.tenants import access_to

MARK = "Xanthippe-Quux"
KEPT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+|\d{4}-\d\d-\d\d.*|P\S*|[+-]?[\d.]+|[a-z]{2}(-[A-Z]{2})?|")
"""What has a meaning by its form: IRIs, dates, durations, numbers, languages."""
STRUCTURE = frozenset(
    ("@context", "type", "@language", "hashed", "identityType", "identifierType", "resultType")
)
TO = ("ob3", "vc", "elm3", "edci-xml")


def marked(value: Any, name: str = "") -> Any:
    """A document with a mark in place of every free text and every personal value."""
    if isinstance(value, dict):
        return {key: item if key in STRUCTURE else marked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, name) for item in value]
    if isinstance(value, str) and value.startswith("mailto:"):
        return f"mailto:{MARK}@example.org"
    if isinstance(value, str) and not KEPT.fullmatch(value) and name != "content":
        return f"{MARK} {value[:3]}"
    return value


def marked_example(name: str) -> bytes:
    data = example_bytes(name)
    if name.endswith(".json"):
        return json.dumps(marked(json.loads(data))).encode()
    text = data.decode()
    for element in ("givenNames", "familyName", "fullName", "title", "description", "grade"):
        text = re.sub(rf"(<{element}[^>/]*>\s*(?:<text[^>]*>)?)[^<\s][^<]*", rf"\g<1>{MARK}", text)
    return text.encode()


def spoiled(name: str) -> Iterator[bytes]:
    """The same in ways that are refused or remarked: every message that could quote a value is asked for."""
    data = marked_example(name)
    yield data[: len(data) // 2]
    yield data.replace(MARK.encode(), f"{MARK}\\u0007".encode() if name.endswith("json") else b"\xff")
    yield data.replace(b'"id"', f'"unknown": "{MARK}", "id"'.encode(), 1).replace(
        b"<title", b"<title a='1' a='2'"
    )
    if name.endswith(".json"):
        tree = json.loads(data)
        for change in _changes():
            yield json.dumps({**tree, **change}).encode()


def _changes() -> Iterator[dict[str, Any]]:
    """A wrong value for each member. Names (terms, types, contexts) are told when they are unknown; values are not."""
    for member in (
        "id", "issuer", "validFrom", "validUntil", "credentialSubject", "evidence", "proof", "credentialStatus",
        "termsOfUse", "name", "carried",
    ):  # fmt: skip
        for value in (
            f"{MARK} x",
            [f"{MARK} x"],
            {"id": f"{MARK} x"},
            {"type": "Thing", "id": f"{MARK} x"},
            7,
        ):
            yield {member: value}


@pytest.mark.parametrize("name", example_names())
async def test_no_report_holds_a_value_of_the_credential(name: str) -> None:
    data = marked_example(name)
    assert MARK.encode() in data
    for to in TO:
        delivery = await gateway().convert(data, ConvertOptions(to), signed=to != "edci-xml")
        assert MARK.encode() in delivery.content
        assert MARK not in json.dumps(delivery.report.to_json(), ensure_ascii=False)


@pytest.mark.parametrize(
    "name", ["badge.ob3.json", "micro-credential.elm3.json", "badge.ob2.json", "diploma.edci-xml.xml"]
)
async def test_no_refusal_and_no_check_holds_a_value_of_the_credential(name: str) -> None:
    refused = 0
    for data in spoiled(name):
        for job in (_convert, _verify):
            try:
                told = await job(data)
            except GatewayError as error:
                refused += 1
                told = error.problem()
            assert MARK not in _sayings(told)
    assert refused >= 2


async def _convert(data: bytes) -> dict[str, Any]:
    return (await gateway().convert(data, ConvertOptions("vc"), signed=False)).report.to_json()


async def _verify(data: bytes) -> dict[str, Any]:
    return (await gateway().verify(data)).to_json()


def _sayings(told: dict[str, Any]) -> str:
    """A report without pointers, which name members by the names the document gives them."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k not in ("pointer", "target")}
        return [without(item) for item in value] if isinstance(value, list) else value

    return json.dumps(without(told), ensure_ascii=False)


def test_what_the_command_says_holds_no_value_of_the_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("in.json").write_bytes(marked_example("micro-credential.elm3.json"))
    with caplog.at_level(logging.DEBUG):
        assert main(["convert", "in.json", "--to", "ob3", "--out", "out.json"]) == 0
        main(["verify", "out.json"])
    said = capsys.readouterr()
    assert MARK in Path("out.json").read_text()
    assert MARK not in said.out + said.err + caplog.text


async def test_the_service_logs_no_value_of_a_credential(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        """Fails as a defect would, quoting the input."""

        async def run(self, *_: object, **__: object) -> None:
            raise ValueError(MARK)

        async def close(self) -> None:
            """Nothing to close."""

    with caplog.at_level(logging.DEBUG):
        async with TestClient(TestServer(make_app(Settings(), gateway(compute=Broken())))) as client:
            answer = await client.post("/v1/convert?to=ob3", data=marked_example("badge.ob3.json"))
            assert answer.status == 500
            assert MARK not in await answer.text()
        async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
            await client.post("/v1/convert?to=ob3", data=marked_example("badge.ob3.json"))
            await client.post("/v1/verify", data=marked_example("badge.ob3.json")[:-20])
    assert MARK not in caplog.text


def asked_in_every_way(routes: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    """Every route with the mark wherever a caller may put something: path, query, body."""
    whole, broken = marked_example("badge.ob3.json"), marked_example("badge.ob2.json")[:-20]
    other = f'{{"name": "{MARK}", "url": "https://{MARK}.example/{MARK}", "{MARK}": 1}}'.encode()
    for route in routes:
        method, path = route.split(" ", 1)
        there = re.sub(r"\{\w+\}", MARK, path)
        for query, data in (("", whole), ("", broken), ("", other), (f"?{MARK}={MARK}", whole)):
            yield method, there + query, data


async def test_neither_the_log_nor_the_metrics_hold_anything_that_any_face_was_sent(
    store: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    level, hooks = root.level, (sys.excepthook, threading.excepthook)
    log_to_standard_error("json")
    root.addHandler(text := logging.StreamHandler(io.StringIO()))
    text.setFormatter(TextLines())
    try:
        app, access = make_app(Settings(), gateway(), store), await access_to(store, "academy")
        routes = [
            f"{r.method} {r.resource.canonical}"
            for r in app.router.routes()
            if r.resource is not None and r.method != "HEAD" and "events" not in r.resource.canonical
        ]
        one = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{one.getsockname()[1]}"
        headers = {**access.headers, "X-Request-Id": "this-one", "User-Agent": MARK, "X-Forwarded-For": MARK}
        async with listening(app, [one]), ClientSession(address, headers=headers) as client:
            for method, path, data in asked_in_every_way(routes):
                answer = await client.request(method, path, data=data, allow_redirects=False)
                assert answer.status < 500 or answer.status == 502, (method, path)
                await answer.read()
            counted = await (await client.get("/metrics")).text()
        lines = capfd.readouterr().err
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
    lines += text.stream.getvalue()
    assert lines.count("this-one") >= 8 * len(routes)
    assert MARK.lower() not in lines.lower()
    assert MARK.lower() not in counted.lower()
