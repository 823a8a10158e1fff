"""GET /healthz, /readyz and /metrics: whether the process lives, whether it can take work, what it did."""

from __future__ import annotations

from aiohttp import web

from gateway.api.describing import Paths, got
from gateway.api.problems import problem_response
from gateway.api.readiness import GOOD, READINESS
from gateway.api.requests import asked_language
from gateway.api.state import GATEWAY, METRICS
from gateway.errors import NotReady

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Each check by name; all must be ``ok``."""
    checks = await request.app[READINESS].look()
    if failed := [name for name, said in checks.items() if said != GOOD]:
        members = {**NotReady(f"{', '.join(failed)} cannot be used now").problem(), "checks": checks}
        return problem_response(members, asked_language(request))
    return web.json_response({"status": "ready", "checks": checks, "signer": request.app[GATEWAY].signer.did})


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
