"""What handlers find in the application."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from gateway.metrics import Metrics
from gateway.pipeline import Gateway
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import Lifecycle
from gateway.pipeline.offers import Offers
from gateway.settings import Settings
from gateway.store import Database
from gateway.telemetry import Telemetry

__all__ = [
    "ARCHIVE",
    "DESCRIPTION",
    "GATEWAY",
    "LIFECYCLE",
    "METRICS",
    "OFFERS",
    "SETTINGS",
    "SPOOLING",
    "STORE",
    "TELEMETRY",
]

DESCRIPTION = web.AppKey("description", dict[str, Any])
"""What `/openapi.json` says."""
GATEWAY = web.AppKey("gateway", Gateway)
METRICS = web.AppKey("metrics", Metrics)
SETTINGS = web.AppKey("settings", Settings)
SPOOLING = web.AppKey("spooling", asyncio.Semaphore)
"""The places of bodies that are put into files."""
STORE = web.AppKey("store", Database)
TELEMETRY = web.AppKey("telemetry", Telemetry)
"""There where a collector is set."""
ARCHIVE = web.AppKey("archive", Archive)
LIFECYCLE = web.AppKey("lifecycle", Lifecycle)
OFFERS = web.AppKey("offers", Offers)
