"""Traces: what a collector is told of requests, and that it is nothing about people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.api.app import make_app
from gateway.compute import HereCompute, WatchedCompute
from gateway.errors import SettingInvalid
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.telemetry import Telemetry, open_telemetry
from tests.parts import gateway

MICRO = example_bytes("micro-credential.elm3.json")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def client(told: InMemorySpanExporter) -> AsyncIterator[TestClient[Any, Any]]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(told))
    app = make_app(Settings(), gateway(compute=WatchedCompute(HereCompute())), telemetry=Telemetry(provider))
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_a_request_is_a_span_with_the_steps_of_its_work_inside(
    client: TestClient[Any, Any], told: InMemorySpanExporter
) -> None:
    answer = await client.post("/v1/convert?to=ob3", data=MICRO, headers={"traceparent": PARENT})
    assert answer.status == 200
    *steps, request = told.get_finished_spans()
    assert request.name == "POST /v1/convert"
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/v1/convert", "http.response.status_code": 200,
        "gateway.request_id": answer.headers["X-Request-Id"],
    }  # fmt: skip
    assert request.parent is not None
    assert f"{request.parent.trace_id:032x}" == PARENT.split("-")[1]
    assert {"verify", "read", "map", "canonicalize", "sign"} <= {step.name for step in steps}
    assert all(step.parent is not None and step.parent.span_id == request.context.span_id for step in steps)
    moments = [(step.start_time, step.end_time) for step in steps]
    assert moments == sorted(moments)
    assert request.start_time == moments[0][0]


async def test_a_refusal_is_told_without_what_was_sent(
    client: TestClient[Any, Any], told: InMemorySpanExporter
) -> None:
    await client.post(
        "/v1/convert?to=ob3&language=Canary", data=b'{"name": "Canary"}', headers={"traceparent": "x"}
    )
    await client.get("/nowhere/Canary?Canary=1")
    spans = told.get_finished_spans()
    assert [span.name for span in spans if span.parent is None][-1] == "GET (no route)"
    assert "Canary" not in "".join(span.to_json() for span in spans)


def test_without_a_collector_nothing_is_told() -> None:
    assert open_telemetry(None) is None


def test_a_collector_is_told_at_its_address_of_traces() -> None:
    telemetry = open_telemetry("http://127.0.0.1:9/otlp/")
    assert telemetry is not None
    telemetry.close()


@pytest.mark.parametrize("address", ["127.0.0.1:4318", "ftp://host", "http://", "http://host?x=1"])
def test_an_address_is_one(address: str) -> None:
    with pytest.raises(SettingInvalid):
        Settings.from_environment({"GATEWAY_TELEMETRY": address})
    assert (
        Settings.from_environment({"GATEWAY_TELEMETRY": "http://127.0.0.1:4318/"}).telemetry
        == "http://127.0.0.1:4318"
    )
