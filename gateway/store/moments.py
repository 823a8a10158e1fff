"""Moments and identifiers as the store writes them: both sort as they follow each other."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

__all__ = ["moment", "new_id", "stamp"]


def stamp(when: datetime) -> str:
    """A moment as a text of constant length: UTC, microseconds, ``Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment that ``stamp`` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def new_id(now: datetime) -> str:
    """An identifier nobody can guess that sorts by time, so that a growing table grows at its end.

    UUID version 7: milliseconds, then 74 random bits. RFC 9562, section 5.7.
    """
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    random = uuid.uuid4().int
    high, low = (random >> 64) & 0xFFF, random & ((1 << 62) - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low))
