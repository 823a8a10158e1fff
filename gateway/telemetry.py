"""Traces by OpenTelemetry: a span for each request, with the steps of its work inside.

The libraries are an optional extra and are loaded only where a collector is set. A span has the method, the route as it
is written in the description, the status, the id of the request and the names of steps: no address, no path as sent, no
query, and nothing of a credential. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import SettingInvalid

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["Answered", "Telemetry", "open_telemetry"]

SERVICE = "microcredential-gateway"
TRACES = "/v1/traces"
FIRST_FAILURE = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered: when it ended, in seconds since 1970, how long it took, and its steps in order."""

    method: str
    route: str
    status: int
    request_id: str
    ended: float
    seconds: float
    steps: tuple[tuple[str, float], ...] = ()


class Telemetry:
    """What is told to a collector. ``parents`` in a request (W3C Trace Context) are gone on with."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("gateway")
        from opentelemetry import trace  # imported here, as below: only who has a collector has the extra
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._trace: Any = trace
        self._parents = TraceContextTextMapPropagator()

    def answered(self, told: Answered, traceparent: str = "") -> None:
        """Tell of a request, once it is answered."""
        above = self._parents.extract({"traceparent": traceparent}) if traceparent else None
        span = self._tracer.start_span(
            f"{told.method} {told.route}", context=above, kind=self._trace.SpanKind.SERVER,
            start_time=_nanoseconds(told.ended - told.seconds), attributes={
                "http.request.method": told.method,
                "http.route": told.route,
                "http.response.status_code": told.status,
                "gateway.request_id": told.request_id,
            },
        )  # fmt: skip
        if told.status >= FIRST_FAILURE:
            span.set_status(self._trace.StatusCode.ERROR)
        self._steps(told.steps, self._trace.set_span_in_context(span), told.ended - told.seconds)
        span.end(_nanoseconds(told.ended))

    def _steps(self, steps: Iterable[tuple[str, float]], above: Any, began: float) -> None:
        """Steps follow one another: where between them nothing was told, nobody worked."""
        for name, seconds in steps:
            span = self._tracer.start_span(name, context=above, start_time=_nanoseconds(began))
            began += seconds
            span.end(_nanoseconds(began))

    def close(self) -> None:
        """Send what is not sent yet, within the time that the library allows."""
        self._provider.shutdown()


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1_000_000_000)


def open_telemetry(collector: str | None) -> Telemetry | None:
    """What tells the ``collector`` at an address; None without one.

    Raises ``SettingInvalid`` where the extra is not installed.
    """
    if collector is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingInvalid(
            "GATEWAY_TELEMETRY needs the extra telemetry",
            hint="pip install microcredential-gateway[telemetry], or leave the setting out.",
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector.rstrip("/") + TRACES)))
    return Telemetry(provider)
