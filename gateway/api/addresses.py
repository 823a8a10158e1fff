"""The address that people reach the gateway at, for answers that name others of its addresses."""

from __future__ import annotations

from aiohttp import web

from gateway.api.state import SETTINGS

__all__ = ["public_address"]


def public_address(request: web.Request) -> str:
    """The public address; without one, which is in development, the one that was asked."""
    return request.app[SETTINGS].public_url or f"{request.scheme}://{request.host}"
