"""What handlers find in the application."""

from __future__ import annotations

from aiohttp import web

from gateway.pipeline import Gateway
from gateway.settings import Settings

__all__ = ["GATEWAY", "SETTINGS"]

GATEWAY = web.AppKey("gateway", Gateway)
SETTINGS = web.AppKey("settings", Settings)
