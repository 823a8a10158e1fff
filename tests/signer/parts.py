"""Parts the tests of the signer share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gateway.errors import GatewayError
from gateway.keys import SecretKey, public_key_of, secret_multikey

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMP = "2026-01-02T03:04:05Z"
SECRET = SecretKey("ed25519", bytes(range(32)))
PUBLIC = public_key_of(SECRET)
SECRET_TEXT = secret_multikey(SECRET)
SCALAR = SecretKey("p256", bytes(range(1, 33)))


def key_file(data: Path, number: int = 1) -> Path:
    """Where a key is kept."""
    return data / "keys" / f"key-{number}.json"


def said(error: GatewayError) -> str:
    """Everything an error shows to anybody."""
    return f"{error!r} {error} {error.problem()} {error.__cause__!r}"
