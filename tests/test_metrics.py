"""What operators watch: counted where requests are answered, summed over the processes that answer them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.compute import HereCompute, PoolCompute, WatchedCompute
from gateway.errors import Overloaded
from gateway.metrics import COMPILED, EXPANDED, Metrics
from gateway.resources import example_bytes
from gateway.settings import Settings
from tests.parts import gateway

COUNT = """
import sys
from pathlib import Path
from gateway.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
metrics.document("/v1/convert", "compiled")
with metrics.working("pool"):
    print(metrics.text().decode())
"""


def with_a_direction(badge: bytes) -> bytes:
    """The badge under a context that gives texts a direction, which no compiled context has."""
    tree = json.loads(badge)
    return json.dumps({**tree, "@context": [*tree["@context"], {"@direction": "ltr"}]}).encode()


def value(text: str, name: str) -> float | None:
    """The value of one line, by its name and labels."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    return float(found[1]) if found else None


async def test_requests_are_counted_by_route_and_status_and_never_by_what_was_sent() -> None:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
        await client.post("/v1/verify", data=example_bytes("badge.ob3.json"))
        await client.post("/v1/verify", data=b"{zaphod")
        await client.get("/zaphod@example.org?name=zaphod")
        await client.request("PROPFIND", "/v1/verify")
        text = await (await client.get("/metrics")).text()
    asked = 'gateway_requests_total{method="POST",route="/v1/verify",status="%d"}'
    assert value(text, asked % 200) == 1
    assert value(text, asked % 400) == 1
    assert value(text, 'gateway_requests_total{method="GET",route="(no route)",status="404"}') == 1
    assert value(text, 'gateway_request_seconds_count{route="/v1/verify"}') == 2
    assert value(text, 'gateway_requests_total{method="(other)",route="(no route)",status="405"}') == 1
    assert "zaphod" not in text.lower()


async def test_documents_are_counted_by_the_way_to_their_statements() -> None:
    compute = WatchedCompute(HereCompute())
    async with TestClient(TestServer(make_app(Settings(), gateway(compute=compute)))) as client:
        badge = example_bytes("badge.ob3.json")
        await client.post("/v1/verify", data=badge)
        await client.post("/v1/convert?to=vc", data=badge)
        await client.post("/v1/verify", data=example_bytes("badge.edci-xml.xml"))
        await client.post("/v1/verify", data=with_a_direction(badge))
        text = await (await client.get("/metrics")).text()
    counted = 'gateway_documents_total{path="%s",route="%s"}'
    assert value(text, counted % (COMPILED, "/v1/verify")) == 1
    assert value(text, counted % (COMPILED, "/v1/convert")) == 1
    assert value(text, counted % (EXPANDED, "/v1/verify")) == 1


async def test_every_application_counts_for_itself() -> None:
    for _ in range(2):
        async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
            await client.get("/healthz")
            text = await (await client.get("/metrics")).text()
        assert value(text, 'gateway_requests_total{method="GET",route="/healthz",status="200"}') == 1


async def test_work_in_the_pool_is_counted_and_so_is_what_is_refused() -> None:
    metrics = Metrics()
    pool = PoolCompute(1, -1, metrics)
    with pytest.raises(Overloaded):
        await pool.run(abs, -1)
    await pool.close()
    pool = PoolCompute(1, 0, metrics)
    assert await pool.run(abs, -1) == 1
    await pool.close()
    text = metrics.text().decode()
    assert value(text, "gateway_work_refused_total") == 1
    assert value(text, 'gateway_work_seconds_count{where="pool"}') == 1
    assert value(text, 'gateway_work_under_way{where="pool"}') == 0


def test_work_that_fails_is_no_longer_under_way() -> None:
    metrics = Metrics()
    with pytest.raises(ValueError, match="broken"), metrics.working("here"):
        raise ValueError("broken")
    assert value(metrics.text().decode(), 'gateway_work_under_way{where="here"}') == 0


def test_processes_that_share_a_folder_are_summed(tmp_path: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", COUNT, str(tmp_path)], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    counted = f'gateway_documents_total{{path="{COMPILED}",route="/v1/convert"}}'
    assert [value(text, counted) for text in said] == [1, 2]
    assert value(said[1], 'gateway_work_under_way{where="pool"}') == 1
