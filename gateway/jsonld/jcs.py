"""JSON Canonicalization Scheme (RFC 8785), by the rfc8785 library."""

from __future__ import annotations

from typing import Any

import rfc8785

from gateway.errors import NotAnInteroperableNumber

__all__ = ["jcs"]


def jcs(value: Any) -> bytes:
    """The canonical bytes of a JSON value; ``NotAnInteroperableNumber`` for what RFC 8785 has no form for."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotAnInteroperableNumber(f"no canonical JSON form: {type(error).__name__}") from None
