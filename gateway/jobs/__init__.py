"""Bulk work: many credentials handed in, converted or made anew, in chunks that survive whoever does them (D7)."""

from gateway.jobs.batches import Batches, as_json, row_json
from gateway.jobs.reading import MAX_BATCH_BYTES, MEDIA_TYPES

__all__ = ["MAX_BATCH_BYTES", "MEDIA_TYPES", "Batches", "as_json", "row_json"]
