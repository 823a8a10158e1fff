"""The port to a private key: a file that only its owner reads, or the environment for development."""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gateway.errors import KeyInvalid, SettingInvalid, SignerFailed
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
MAX_FILE = 65_536
KEY_FILE = re.compile(r"key-([1-9][0-9]{0,8})\.json\Z")


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
        number = max(self._numbers(), default=0) + 1
        while True:
            try:
                return self._make(number, now)
            except FileExistsError:
                number += 1

    def _make(self, number: int, now: datetime) -> KeyRecord:
        """A new key under a number. Raises ``FileExistsError`` when the number is taken."""
        seed = os.urandom(SEED_BYTES)
        public = public_key_of_seed(seed)
        created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = {
            "created": created,
            "publicKeyMultibase": multikey(public),
            "secretKeyMultibase": secret_multikey(seed),
        }
        self._prepare()
        try:
            self._keep(number, json.dumps(content, indent=2).encode())
        except FileExistsError:
            raise
        except OSError as error:
            raise _unkept(error) from None
        return KeyRecord(number, created, public)

    def _prepare(self) -> None:
        """The folder, made for its owner alone; ``SignerFailed`` when others could put keys into it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self._folder.stat().st_mode)
        except OSError as error:
            raise _unkept(error) from None
        if mode & 0o022:
            raise SignerFailed("others may write into the keys folder", hint="chmod 700 the keys folder.")

    def _keep(self, number: int, content: bytes) -> None:
        """Write a key file: whole or not at all, never over another, never readable by others meanwhile."""
        part = self._folder / f".part-{os.urandom(8).hex()}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, self._folder / f"key-{number}.json")
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def records(self) -> tuple[KeyRecord, ...]:
        """Every key, oldest first. Raises ``SignerFailed`` for a file that others may read."""
        return tuple(self._read(number)[0] for number in self._numbers())

    def active(self, now: datetime) -> tuple[KeyRecord, bytes]:
        """The newest key with its seed; the first is made when there is none."""
        if not self._numbers():
            with suppress(FileExistsError):  # another process was first: then its key is this one's too
                self._make(1, now)
        self._prepare()
        return self._read(max(self._numbers()))

    def _numbers(self) -> list[int]:
        found = (KEY_FILE.match(path.name) for path in self._folder.glob("key-*.json"))
        return sorted(int(name[1]) for name in found if name)

    def _read(self, number: int) -> tuple[KeyRecord, bytes]:
        path = self._folder / f"key-{number}.json"
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise SignerFailed(
                        f"others may read {path.name}", hint=f"chmod 600 {path.name} in the keys folder."
                    )
                content = json.loads(file.read(MAX_FILE))
            seed = seed_from_secret_multikey(content["secretKeyMultibase"])
            public = public_key_of_seed(seed)
            if content["publicKeyMultibase"] != multikey(public):
                raise KeyInvalid("the two keys do not belong together")
            return KeyRecord(number, str(content["created"]), public), seed
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise SignerFailed(f"the key file {path.name} cannot be read") from None
        except KeyInvalid:
            raise SignerFailed(f"the key file {path.name} is damaged") from None


def _unkept(error: OSError) -> SignerFailed:
    return SignerFailed(f"the key cannot be kept: {error.strerror}")


def signer_for(settings: Settings, now: datetime) -> Signer:
    """The gateway's signer: the key of the environment, else the newest of the store.

    It signs as did:web under the public address if there is one, else as did:key.
    Raises ``SettingInvalid`` or ``SignerFailed``, neither of which holds a key.
    """
    if settings.signing_key is not None:
        number, seed = 1, _given(settings.signing_key)
    else:
        record, seed = KeyStore(settings.data).active(now)
        number = record.number
    public = public_key_of_seed(seed)
    if settings.public_url is None:
        did = did_key(public)
        return SeedSigner(did, verification_method_of(did), public, seed)
    did = did_web_of(settings.public_url)
    return SeedSigner(did, f"{did}#key-{number}", public, seed)


def _given(text: str) -> bytes:
    try:
        return seed_from_secret_multikey(text)
    except KeyInvalid:
        raise SettingInvalid("GATEWAY_SIGNING_KEY is not a secret Ed25519 Multikey") from None
