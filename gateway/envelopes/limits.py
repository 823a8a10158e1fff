"""What one document may cost: every bound the envelopes keep."""

from __future__ import annotations

from gateway.errors import TooLarge

__all__ = [
    "MAX_ATTRIBUTES",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "MAX_REFERENCES",
    "MAX_TRUSTED_LIST_BYTES",
    "MAX_TRUSTED_LIST_ELEMENTS",
    "MAX_VALUES",
    "check_size",
]

MAX_BYTES = 8 * 1024 * 1024
"""Largest document; real credentials with page images reach 2 MB."""

MAX_DEPTH = 64
"""Deepest nesting of objects, arrays or elements."""

MAX_VALUES = 100_000
"""Most JSON values in one document."""

MAX_ELEMENTS = 50_000
"""Most XML elements in one document."""

MAX_ATTRIBUTES = 64
"""Most attributes of one XML element."""

MAX_TRUSTED_LIST_BYTES = 16 * 1024 * 1024
"""Largest trusted list; the largest national ones have some 2 MB."""

MAX_TRUSTED_LIST_ELEMENTS = 200_000
"""Most XML elements in a trusted list; the largest national ones have some 16,000."""

MAX_REFERENCES = 8
"""Most parts that one signature in XML may cover: each costs a copy of the document."""


def check_size(data: bytes, most: int = MAX_BYTES) -> None:
    """Raise ``TooLarge`` for more bytes than a credential, or what else is read, may have."""
    if len(data) > most:
        raise TooLarge(f"{len(data)} bytes are more than the {most} that are read")
