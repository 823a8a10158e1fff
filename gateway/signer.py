"""The port to a private key: a file that only its owner reads, or the environment for development."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gateway.errors import GatewayError, SignerFailed
from gateway.keys import (
    did_key,
    multikey,
    public_key_of_seed,
    secret_multikey,
    seed_from_secret_multikey,
    sign,
    verification_method_of,
)
from gateway.settings import Settings, did_web_of

__all__ = ["KeyRecord", "KeyStore", "Signer", "signer_for"]

SEED_BYTES = 32


class Signer(Protocol):
    """Signs for one DID; the key itself never leaves."""

    @property
    def did(self) -> str: ...

    @property
    def verification_method(self) -> str: ...

    @property
    def public(self) -> bytes: ...

    async def sign(self, data: bytes) -> bytes:
        """The 64-byte Ed25519 signature. Raises ``SignerFailed``."""
        ...


@dataclass(frozen=True, slots=True)
class SeedSigner:
    """A signer with the key in memory."""

    did: str
    verification_method: str
    public: bytes
    seed: bytes = field(repr=False)

    async def sign(self, data: bytes) -> bytes:
        """The signature; 30 microseconds, hence made at once."""
        return sign(self.seed, data)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One key of a store: its number, when it was made, and its public forms."""

    number: int
    created: str
    public: bytes

    @property
    def did(self) -> str:
        """The did:key of the key."""
        return did_key(self.public)


class KeyStore:
    """Keys as files ``keys/key-N.json`` below a folder, readable by their owner only. The newest signs."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "keys"

    def new(self, now: datetime) -> KeyRecord:
        """Make a key; it signs from now on. Raises ``SignerFailed`` when it cannot be kept."""
        seed = os.urandom(SEED_BYTES)
        public = public_key_of_seed(seed)
        created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = {
            "created": created,
            "publicKeyMultibase": multikey(public),
            "secretKeyMultibase": secret_multikey(seed),
        }
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = self._keep(json.dumps(content, indent=2).encode())
        except OSError as error:
            raise SignerFailed(f"the key cannot be kept: {error.strerror}") from None
        return KeyRecord(number, created, public)

    def _keep(self, content: bytes) -> int:
        """Write under the next free number: whole or not at all, and never over another key."""
        part = self._folder / f".part-{os.getpid()}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        number = max(self._numbers(), default=0) + 1
        try:
            while True:
                try:
                    os.link(part, self._folder / f"key-{number}.json")
                    return number
                except FileExistsError:
                    number += 1
        finally:
            part.unlink(missing_ok=True)

    def records(self) -> tuple[KeyRecord, ...]:
        """Every key, oldest first. Raises ``SignerFailed`` for a file that others may read."""
        return tuple(self._read(number)[0] for number in self._numbers())

    def active(self, now: datetime) -> tuple[KeyRecord, bytes]:
        """The newest key with its seed; the first is made when there is none."""
        numbers = self._numbers() or [self.new(now).number]
        return self._read(numbers[-1])

    def _numbers(self) -> list[int]:
        names = (path.stem.removeprefix("key-") for path in self._folder.glob("key-*.json"))
        return sorted(int(name) for name in names if name.isdigit())

    def _read(self, number: int) -> tuple[KeyRecord, bytes]:
        path = self._folder / f"key-{number}.json"
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise SignerFailed(
                    f"others may read {path.name}", hint=f"chmod 600 {path.name} in the keys folder."
                )
            content = json.loads(path.read_bytes())
            seed = seed_from_secret_multikey(content["secretKeyMultibase"])
            return KeyRecord(number, str(content["created"]), public_key_of_seed(seed)), seed
        except (OSError, ValueError, KeyError, TypeError):
            raise SignerFailed(f"the key file {path.name} cannot be read") from None
        except SignerFailed:
            raise
        except GatewayError:
            raise SignerFailed(f"the key file {path.name} is damaged") from None


def signer_for(settings: Settings, now: datetime) -> Signer:
    """The gateway's signer: the key of the environment, else the newest of the store.

    It signs as did:web under the public address if there is one, else as did:key.
    """
    if settings.signing_key is not None:
        number, seed = 1, seed_from_secret_multikey(settings.signing_key)
    else:
        record, seed = KeyStore(settings.data).active(now)
        number = record.number
    public = public_key_of_seed(seed)
    if settings.public_url is None:
        did = did_key(public)
        return SeedSigner(did, verification_method_of(did), public, seed)
    did = did_web_of(settings.public_url)
    return SeedSigner(did, f"{did}#key-{number}", public, seed)
