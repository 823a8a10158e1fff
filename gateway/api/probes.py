"""GET /healthz, /readyz and /metrics: whether the process lives, whether it can take work, what it did."""

from __future__ import annotations

from aiohttp import web

from gateway.api.describing import Paths, got
from gateway.api.state import GATEWAY, METRICS
from gateway.pipeline import contexts_known

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """A worker process answers too, and there is a key to sign with."""
    gateway = request.app[GATEWAY]
    contexts = await gateway.compute.run(contexts_known)
    return web.json_response({"status": "ready", "contexts": contexts, "signer": gateway.signer.did})


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Everything counted since the start."""
    return web.Response(body=request.app[METRICS].text(), headers={"Content-Type": EXPOSITION})


PATHS: Paths = {
    "/healthz": got("Whether the process lives"),
    "/readyz": got("Whether it can take work"),
    "/metrics": got("Counters of requests, documents and work, as Prometheus reads them", "text/plain"),
}
"""The paths of this face, as the API's description tells of them."""
