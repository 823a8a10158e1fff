"""Fixtures of the trust tests: a server of lists for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway.fetch import Fetcher
from tests.trust.lists import Lists, serving


@pytest_asyncio.fixture
async def world() -> AsyncIterator[tuple[Lists, Fetcher]]:
    """The server and the client that asks it."""
    async with serving() as found:
        yield found
