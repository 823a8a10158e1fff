"""The gateway's jobs end to end: convert, verify, resolve. Waits on the outside, computes elsewhere."""

from gateway.pipeline.gateway import Gateway, utc_now
from gateway.pipeline.retrieving import Retriever
from gateway.pipeline.work import Delivery

__all__ = ["Delivery", "Gateway", "Retriever", "utc_now"]
