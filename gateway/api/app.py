"""The application: routes, limits, start and stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from aiohttp import web

from gateway.api import batches
from gateway.api.access import access, tell_request
from gateway.api.connections import CONNECTIONS, connections_of
from gateway.api.duties import duties
from gateway.api.faces import FACES, KEEPING
from gateway.api.lag import watch_lag
from gateway.api.openapi import description
from gateway.api.problems import begin, problems
from gateway.api.readiness import READINESS, readiness_of
from gateway.api.shares import SHARES, fair, shares_of
from gateway.api.state import (
    ARCHIVE,
    DESCRIPTION,
    GATEWAY,
    LIFECYCLE,
    METRICS,
    OFFERS,
    SETTINGS,
    STORE,
    TELEMETRY,
)
from gateway.compute import PoolCompute, Spare, WatchedCompute
from gateway.envelopes.limits import MAX_BYTES
from gateway.fetch import Fetcher
from gateway.formats.vocabulary import OWN_CONTEXT
from gateway.jobs.worker import Worker
from gateway.metrics import Metrics
from gateway.pipeline import Gateway, utc_now, warm, warm_small
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import Lifecycle
from gateway.pipeline.offers import Offers
from gateway.settings import Settings
from gateway.signer import Ledger, open_signer
from gateway.store import Database, open_store
from gateway.telemetry import Telemetry, open_telemetry
from gateway.trust import seal_anchors, trust_sources

__all__ = ["GATEWAY", "make_app"]

log = logging.getLogger("gateway")


def make_app(
    settings: Settings,
    gateway: Gateway | None = None,
    store: Database | None = None,
    metrics: Metrics | None = None,
    telemetry: Telemetry | None = None,
) -> web.Application:
    """The application; ``gateway`` and ``store`` are opened at start from the settings unless they are given.

    With a ``gateway`` and no ``store`` it converts, verifies and signs, and keeps nothing.
    What it does is counted in ``metrics``, in counters of its own unless some are given.
    """
    app = web.Application(client_max_size=MAX_BYTES + 1024, middlewares=[access, problems, fair])
    app.on_response_prepare.append(tell_request)
    app.on_response_prepare.append(begin)
    app[SETTINGS] = settings
    app[METRICS] = metrics or Metrics()
    app[DESCRIPTION] = description()
    app[SHARES], app[CONNECTIONS] = shares_of(settings), connections_of(settings)
    app[READINESS] = readiness_of(app)
    app.cleanup_ctx.append(watch_lag)
    if (telemetry := telemetry or open_telemetry(settings.telemetry)) is not None:
        app[TELEMETRY] = telemetry
        app.cleanup_ctx.append(_telling)
    if gateway is not None:
        app[GATEWAY] = gateway
    else:
        app.cleanup_ctx.append(_lifetime)
    for face in FACES:
        app.add_routes(face.routes)
    if store is not None:
        app[STORE] = store
    if gateway is None or store is not None:
        app.cleanup_ctx.append(_keeping)
        batches.prepare(app)
        for face in KEEPING:
            app.add_routes(face.routes)
        if gateway is None:
            app.cleanup_ctx.append(_working)
    return app


async def _telling(app: web.Application) -> AsyncIterator[None]:
    """What is still to be told when the application stops is sent, away from the loop."""
    yield
    await asyncio.to_thread(app[TELEMETRY].close)


async def _lifetime(app: web.Application) -> AsyncIterator[None]:
    """The gateway's parts, for as long as the application runs."""
    settings = app[SETTINGS]
    trust, anchors = trust_sources(settings), seal_anchors(settings)
    signer = await open_signer(settings, utc_now())
    fetch = Fetcher(settings)
    public = settings.public_url or f"http://{settings.host}:{settings.port}"
    own = f"{public}/contexts/{OWN_CONTEXT}"
    compute = PoolCompute(
        settings.workers, settings.max_queue, app[METRICS], warm=partial(warm, own), spare=Spare()
    )
    warm_small(own)
    ledger = Ledger(settings.data)
    app[GATEWAY] = Gateway(
        signer, settings, fetch, WatchedCompute(compute), own, anchors=anchors, ledger=ledger, trust=trust
    )
    await compute.start()
    log.info("signing as %s", signer.did)
    yield
    await compute.close()
    await fetch.close()
    await signer.close()


async def _keeping(app: web.Application) -> AsyncIterator[None]:
    """The store and what is built on it."""
    settings, given = app[SETTINGS], STORE in app
    database = app[STORE] if given else await open_store(settings, app[GATEWAY].clock())
    lists = Lifecycle(Archive(app[GATEWAY], database))
    app[GATEWAY] = replace(app[GATEWAY], published=lists.own_list)
    app[STORE], app[ARCHIVE] = database, Archive(app[GATEWAY], database)
    app[LIFECYCLE], app[OFFERS] = Lifecycle(app[ARCHIVE]), Offers(app[ARCHIVE])
    async with duties(app):
        yield
    if not given:
        await database.close()


async def _working(app: web.Application) -> AsyncIterator[None]:
    """A worker for jobs, beside the requests; what it has under way at the end is finished."""
    settings = app[SETTINGS]
    worker = Worker(app[ARCHIVE], settings.database_url, settings.workers)
    task = asyncio.create_task(worker.run(), name="jobs")
    yield
    await worker.stop()
    await task
