"""What operators watch: counters of requests, documents and work, as the text Prometheus reads.

Counted in the process that serves, from what results say: worker processes count nothing. Nothing of a
document or of who asked is in a label. https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["COMPILED", "EXPANDED", "Metrics"]

COMPILED, EXPANDED = "compiled", "expanded"
"""The ways of a document to its statements."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for the folder that serving processes share."""


class Metrics:
    """The counters of one serving process.

    With ``shared``, an empty folder that several serving processes are given, ``text`` tells of all of them;
    it has to be said before anything is counted in the process.
    """

    def __init__(self, shared: Path | None = None) -> None:
        if shared is not None:
            os.environ[SHARED] = str(shared)
        # Imported here: it costs a tenth of a second, and of the commands only `serve` counts.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

        self._shared, registry = shared, CollectorRegistry()
        self._registry = registry
        self._requests = Counter(
            "gateway_requests", "Requests answered", ("method", "route", "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "gateway_request_seconds", "Seconds until a request was answered", ("route",),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._documents = Counter(
            "gateway_documents", "Documents in linked data, by how their statements were found",
            ("route", "path"), registry=registry,
        )  # fmt: skip
        self._work_seconds = Histogram(
            "gateway_work_seconds", "Seconds a piece of work took, waiting for a process included", ("where",),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._under_way = Gauge(
            "gateway_work_under_way", "Pieces of work begun or waiting", ("where",),
            multiprocess_mode="livesum", registry=registry,
        )  # fmt: skip
        self._refused = Counter(
            "gateway_work_refused", "Pieces of work refused since too much waited", registry=registry
        )
        self._shares = Counter(
            "gateway_shares", "Requests that asked for their tenant's share, by outcome", ("outcome",),
            registry=registry,
        )  # fmt: skip
        self._lag = Histogram(
            "gateway_event_loop_lag_seconds", "Seconds the event loop is late, asked at even intervals",
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        if shared is None:
            ProcessCollector(registry=registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. ``route`` is one of those there are, never a path as sent."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def document(self, route: str, path: str) -> None:
        """A document, with what was made of it, went its ``path``: compiled, or expanded where any of it was."""
        self._documents.labels(route, path).inc()

    @contextmanager
    def working(self, where: str) -> Iterator[None]:
        """A piece of work goes on ``where`` (``pool`` or ``here``) for as long as the block."""
        under_way, start = self._under_way.labels(where), time.perf_counter()
        under_way.inc()
        try:
            yield
        finally:
            under_way.dec()
            self._work_seconds.labels(where).observe(time.perf_counter() - start)

    def refused(self) -> None:
        """A piece of work was refused since too much waited already."""
        self._refused.inc()

    def shared(self, outcome: str) -> None:
        """A request got its tenant's share (``taken``), or came too often (``rate``), or found no ``place``."""
        self._shares.labels(outcome).inc()

    def lag(self, seconds: float) -> None:
        """The event loop was so late."""
        self._lag.observe(seconds)

    def text(self) -> bytes:
        """Everything counted, as Prometheus reads it."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._registry
        if self._shared is not None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def forget(self, process: int) -> None:
        """A serving process that shared the folder has ended: what it had under way is no longer."""
        from prometheus_client.multiprocess import mark_process_dead

        if self._shared is not None:
            mark_process_dead(process, str(self._shared))  # type: ignore[no-untyped-call]
