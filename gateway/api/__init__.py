"""The HTTP service (aiohttp): thin faces over the pipeline. Errors are problem documents (RFC 9457)."""

from gateway.api.app import GATEWAY, make_app
from gateway.api.supervising import serve

__all__ = ["GATEWAY", "make_app", "serve"]
