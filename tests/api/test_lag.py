"""How late the event loop is, as operators see it."""

from __future__ import annotations

import asyncio
import re
import time

from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.api.lag import INTERVAL, lateness
from gateway.settings import Settings
from tests.parts import gateway


def test_a_long_delay_is_that_of_all_who_would_have_asked_meanwhile() -> None:
    assert list(lateness(0.0)) == [0.0]
    assert list(lateness(-0.001)) == [0.0]
    assert [round(late / INTERVAL, 6) for late in lateness(3.5 * INTERVAL)] == [3.5, 2.5, 1.5, 0.5]


async def test_a_loop_that_was_held_up_is_seen_to_have_been() -> None:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
        await asyncio.sleep(2 * INTERVAL)
        time.sleep(0.3)
        await asyncio.sleep(2 * INTERVAL)
        text = await (await client.get("/metrics")).text()
    counts = dict(re.findall(r'gateway_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', text))
    assert float(counts["+Inf"]) - float(counts["0.1"]) >= 10
