"""The log: whole lines whatever is in them, the request they belong to, and of an exception nothing it quotes."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.logs import JsonLines, TextLines, places_of, request_id
from gateway.settings import Settings
from gateway.store import Database
from tests.parts import gateway
from tests.tenants import access_to

HOSTILE = "a\nb\r\x1b[31mc\x85d\u2028e"
MARKER = "Xanthippe"
FORMS = (JsonLines(), TextLines())


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


def record(message: str, name: str = "gateway") -> logging.LogRecord:
    return logging.LogRecord(name, logging.INFO, "", 0, message, (), None)


def failed() -> BaseException:
    try:
        raise ValueError(MARKER)
    except ValueError as error:
        return error


def test_no_message_breaks_its_line() -> None:
    line = JsonLines().format(record(HOSTILE))
    told = json.loads(line)
    assert (told["message"], told["level"], line.isascii(), line.isprintable()) == (
        HOSTILE,
        "INFO",
        True,
        True,
    )
    text = TextLines().format(record(HOSTILE))
    assert text.isprintable()
    assert text.endswith("a\\u000ab\\u000d\\u001b[31mc\\u0085d\\u2028e")


@pytest.mark.parametrize("form", FORMS)
def test_of_an_exception_its_kind_and_its_places_are_told(form: logging.Formatter) -> None:
    told, error = record("it failed"), failed()
    told.exc_info = (ValueError, error, error.__traceback__)
    line = form.format(told)
    assert "ValueError" in line
    assert re.search(r"test_logs\.py:\d+ failed", line)
    assert MARKER not in line


def test_the_innermost_places_come_first_and_are_few() -> None:
    def deep(left: int) -> None:
        if not left:
            raise ValueError
        deep(left - 1)

    try:
        deep(20)
    except ValueError as error:
        places = places_of(error.__traceback__)
    assert len(places) == 6
    assert all(place.endswith(" deep") for place in places)


@pytest.mark.parametrize("form", FORMS)
async def test_a_task_that_nobody_asks_for_its_failure_is_told_without_it(form: logging.Formatter) -> None:
    lines, loop = [], asyncio.get_running_loop()

    class Lines(logging.Handler):
        def emit(self, told: logging.LogRecord) -> None:
            lines.append(form.format(told))

    async def fails() -> None:
        raise ValueError(MARKER)

    logging.getLogger("asyncio").addHandler(handler := Lines())
    try:
        task = asyncio.create_task(fails())
        await asyncio.wait((task,))
        loop.default_exception_handler(
            {
                "message": "Task exception was never retrieved",
                "exception": task.exception(),
                "future": task,
            }
        )
    finally:
        logging.getLogger("asyncio").removeHandler(handler)
    assert "never retrieved" in lines[0]
    assert MARKER not in lines[0]


def test_a_process_or_thread_that_ends_unexpectedly_says_where_and_quotes_nothing() -> None:
    program = (
        "from threading import Thread; from gateway.logs import log_to_standard_error; log_to_standard_error()\n"
        f"def fails(): raise ValueError('{MARKER}')\nThread(target=fails).start(); fails()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["exception"] for line in lines] == ["ValueError"] * 2
    assert all("fails" in line["places"][0] for line in lines)
    assert done.returncode == 1
    assert MARKER not in done.stderr


def test_only_an_id_that_is_harmless_is_taken() -> None:
    assert request_id("order-66.a_b") == "order-66.a_b"
    for wrong in ("", "a b", "x" * 65, "<script>", "a\nb", "ä"):
        assert re.fullmatch(r"[0-9a-f]{16}", request_id(wrong))


async def test_an_answer_and_a_refusal_tell_the_id_of_the_request(client: TestClient) -> None:
    headers = {"X-Request-Id": "order-66"}
    good = await client.get("/healthz", headers=headers)
    assert good.headers["X-Request-Id"] == "order-66"
    bad = await client.post("/v1/verify", data=b"{", headers=headers)
    assert bad.headers["X-Request-Id"] == "order-66"
    assert (await bad.json())["instance"] == "urn:microcredential-gateway:request:order-66"
    first, second = [await client.get("/nothing") for _ in range(2)]
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert (await first.json())["instance"].endswith(first.headers["X-Request-Id"])


async def test_an_answer_in_pieces_tells_the_id_too(client: TestClient, store: Database) -> None:
    access = await access_to(store, "academy")
    answer = await client.get("/v1/feed", headers={**access.headers, "X-Request-Id": "feed-1"})
    assert (answer.status, answer.headers["X-Request-Id"]) == (200, "feed-1")


async def test_the_line_of_a_request_has_its_parts(
    client: TestClient, store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    access = await access_to(store, "academy")
    with caplog.at_level(logging.INFO):
        await client.get("/v1/credentials/nothing?x=1", headers=access.headers)
        await client.get("/healthz")
    one, two = [json.loads(JsonLines().format(r)) for r in caplog.records if r.name == "gateway.access"]
    assert one["milliseconds"] >= 0
    parts = {name: one[name] for name in ("method", "route", "status", "tenant", "level")}
    assert parts == {
        "method": "GET", "route": "/v1/credentials/{id}", "status": 400, "tenant": access.tenant, "level": "INFO",
    }  # fmt: skip
    assert "tenant" not in two


def test_warnings_of_the_http_library_are_not_told_since_they_quote_what_was_sent() -> None:
    script = (
        "import warnings; from gateway.logs import log_to_standard_error; log_to_standard_error('json')\n"
        "from aiohttp.multipart import parse_content_disposition as parse\n"
        f"print(parse('form-data; =; {MARKER}'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "(None, {})\n"
    assert done.stderr == ""
