"""What one document may cost: every bound the envelopes keep."""

from __future__ import annotations

from gateway.errors import TooLarge

__all__ = ["MAX_ATTRIBUTES", "MAX_BYTES", "MAX_DEPTH", "MAX_ELEMENTS", "MAX_VALUES", "check_size"]

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


def check_size(data: bytes) -> None:
    """Raise ``TooLarge`` for more bytes than a credential may have."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"{len(data)} bytes are more than the {MAX_BYTES} that are read")
