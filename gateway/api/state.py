"""What handlers find in the application."""

from __future__ import annotations

from aiohttp import web

from gateway.metrics import Metrics
from gateway.pipeline import Gateway
from gateway.settings import Settings

__all__ = ["GATEWAY", "METRICS", "SETTINGS"]

GATEWAY = web.AppKey("gateway", Gateway)
METRICS = web.AppKey("metrics", Metrics)
SETTINGS = web.AppKey("settings", Settings)
