"""The address that people reach the gateway at, and the one they come from: past proxies that are trusted."""

from __future__ import annotations

import re
from ipaddress import ip_address

from aiohttp import web

from gateway.api.connections import CONNECTIONS, counted
from gateway.api.state import SETTINGS
from gateway.errors import RequestRefused

__all__ = ["client_address", "public_address", "scheme_of"]

HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+\Z")


def public_address(request: web.Request) -> str:
    """The public address; without one, which is in development, the one that was asked. Raises ``RequestRefused``."""
    if public := request.app[SETTINGS].public_url:
        return public
    if not HOST.match(request.host):
        raise RequestRefused("the header Host names no host")
    return f"{scheme_of(request)}://{request.host}"


def scheme_of(request: web.Request) -> str:
    """``https`` or ``http``: what a trusted proxy says it was asked by, else what the gateway was."""
    told = request.headers.get("X-Forwarded-Proto", "").strip().lower()
    return told if told in ("http", "https") and _from_proxy(request) else request.scheme


def client_address(request: web.Request) -> str:
    """Who a trusted proxy speaks for: the last address of ``X-Forwarded-For`` that is no such proxy.

    Empty where it says nothing that can be believed: what others write there is theirs to choose.
    """
    if not _from_proxy(request):
        return ""
    trusted = request.app[CONNECTIONS].is_trusted
    for part in reversed(",".join(request.headers.getall("X-Forwarded-For", ())).split(",")):
        try:
            given = str(ip_address(part.strip().partition("%")[0]))
        except ValueError:
            return ""
        if not trusted(given):
            return counted((given, 0))
    return ""


def _from_proxy(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    return request.app[CONNECTIONS].is_trusted(counted(peer))
