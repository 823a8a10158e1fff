"""The gateway's jobs end to end: convert, verify, resolve. Waits on the outside, computes elsewhere."""

from gateway.pipeline.answering import Shape, conversion_json, report_json
from gateway.pipeline.bulk import Row
from gateway.pipeline.gateway import Gateway, utc_now
from gateway.pipeline.retrieving import Retriever
from gateway.pipeline.warming import contexts_known, warm, warm_small
from gateway.pipeline.work import Delivery

__all__ = [
    "Delivery",
    "Gateway",
    "Retriever",
    "Shape",
    "Row",
    "contexts_known",
    "conversion_json",
    "report_json",
    "utc_now",
    "warm",
    "warm_small",
]
