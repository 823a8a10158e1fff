"""Tokens made by hand, with whatever header and claims a test needs."""

from __future__ import annotations

import json
from typing import Any

from gateway import keys
from gateway.envelopes.jwt import base64url_encode
from tests.core.parts import secret


def compact(header: dict[str, Any], payload: dict[str, Any], number: int = 0) -> bytes:
    """A compact JWS by the key of that number."""
    parts = [base64url_encode(json.dumps(part).encode()) for part in (header, payload)]
    signing_input = ".".join(parts).encode()
    signature = keys.sign(secret(number), signing_input)
    return signing_input + b"." + base64url_encode(signature).encode()
