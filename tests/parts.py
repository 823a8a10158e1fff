"""Parts of a gateway with a fixed clock and key, for the tests."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from gateway.compute import HereCompute
from gateway.fetch import NoFetch
from gateway.keys import SecretKey, secret_multikey
from gateway.pipeline import Gateway
from gateway.settings import Settings
from gateway.signer import signer_for

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SEED = bytes(range(32))


def gateway(**changes: object) -> Gateway:
    """A gateway that computes here, reaches nobody, and signs with a fixed key at a fixed time."""
    settings = Settings(signing_key=secret_multikey(SecretKey("ed25519", SEED)))
    made = Gateway(signer_for(settings, NOW), settings, NoFetch(), HereCompute(), clock=lambda: NOW)
    return dataclasses.replace(made, **changes)
