"""The port to a private key: who signs, and the check that what came back is a signature of the right key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.errors import ProofInvalid, SignerFailed
from gateway.keys import PublicKey, SecretKey, sign, verify_signature
from gateway.signer.records import ACTIVE, ALGORITHMS, KeyRecord
from gateway.signer.store import KeyStore

__all__ = ["Held", "KeyRing", "KeySigner", "NoSigner", "SecretSource", "Signer", "Source"]


class Signer(Protocol):
    """Signs for one DID with one key; the key itself never leaves."""

    @property
    def did(self) -> str: ...

    @property
    def verification_method(self) -> str: ...

    @property
    def public(self) -> PublicKey: ...

    @property
    def algorithm(self) -> str:
        """The JOSE name: ``EdDSA`` or ``ES256``."""
        ...

    @property
    def number(self) -> int:
        """The number of the key in the store; 0 for the key of the environment."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """The raw signature, r || s for ECDSA, shown to verify. Raises ``SignerFailed``."""
        ...

    async def sign_many(self, data: Sequence[bytes]) -> list[bytes]:
        """The same for each of several, by a key that may sign when they begin. Raises ``SignerFailed``."""
        ...

    def current(self, kind: str = "") -> Signer:
        """The signer for work that begins now: the newest active key (of a kind). Raises ``SignerFailed``."""
        ...

    def history(self) -> tuple[KeyRecord, ...]:
        """Every key the gateway ever signed with, as its state is now. Raises ``SignerFailed``."""
        ...

    async def close(self) -> None:
        """Let go of sessions and connections."""
        ...


class Source(Protocol):
    """Where a secret key is: makes raw signatures with it."""

    async def sign(self, data: bytes) -> bytes:
        """The raw signature, r || s for ECDSA. Raises ``SignerFailed``."""
        ...

    async def close(self) -> None:
        """Let go of sessions and connections."""
        ...


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A secret key in memory."""

    secret: SecretKey = field(repr=False)

    async def sign(self, data: bytes) -> bytes:
        """The signature; 30 microseconds, hence made at once."""
        return sign(self.secret, data)

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key and where its secret half is."""

    record: KeyRecord
    source: Source = field(repr=False)


class KeyRing:
    """The keys of one gateway. The one key held elsewhere signs if there is one, else those of the store.

    ``did`` is the gateway's did:web; without it each key is its own did:key.
    """

    def __init__(self, store: KeyStore, did: str = "", held: Held | None = None) -> None:
        self._store = store
        self._did = did
        self._held = held

    def choose(self, kind: str = "") -> KeySigner:
        """The signer with the newest active key (of a kind). Raises ``SignerFailed``."""
        if self._held is None:
            record, secret = self._store.key(kind)
            source: Source = SecretSource(secret)
        else:
            record, source = self._held.record, self._held.source
        if kind not in ("", record.kind):
            raise SignerFailed(
                f"the key in use is of kind {record.kind}, not {kind}",
                hint=f"Ask for a proof that a {record.kind} key makes, or set up a key of the other kind.",
            )
        if self._held is not None:
            self.check(record)
        return KeySigner(self._did or record.did, record, source, self)

    def history(self) -> tuple[KeyRecord, ...]:
        """Every key as it is now; that of the environment last."""
        found = self._store.records()
        alone = self._held is not None and self._held.record.number == 0
        return (*found, self._held.record) if self._held is not None and alone else found

    def check(self, record: KeyRecord) -> None:
        """Refuse to sign with a key that is retired or revoked by now. Raises ``SignerFailed``."""
        found = self._store.known(record)
        state = found.state if found is not None else "gone" if record.number else ACTIVE
        if state != ACTIVE:
            raise SignerFailed(
                f"the key {record.fragment} is {state} and signs no more",
                hint="Try again: the next signature is made with the active key, if there is one.",
            )

    async def close(self) -> None:
        """Let go of the key held elsewhere."""
        if self._held is not None:
            await self._held.source.close()


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A signer with one key of a ring."""

    did: str
    record: KeyRecord
    source: Source = field(repr=False)
    ring: KeyRing = field(repr=False, compare=False)

    @property
    def verification_method(self) -> str:
        """The absolute id of the key in the DID's document."""
        if self.did == self.record.did:
            return f"{self.did}#{self.did.removeprefix('did:key:')}"
        return f"{self.did}#{self.record.fragment}"

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return self.record.public

    @property
    def algorithm(self) -> str:
        """The JOSE name of what the key signs with."""
        return ALGORITHMS[self.record.kind]

    @property
    def number(self) -> int:
        """The number of the key in the store."""
        return self.record.number

    async def sign(self, data: bytes) -> bytes:
        """The signature by an active key; one that does not verify with its public half never leaves here."""
        return (await self.sign_many((data,)))[0]

    async def sign_many(self, data: Sequence[bytes]) -> list[bytes]:
        """The signatures, made by the source one after the other; whether the key is active is looked up once."""
        self.ring.check(self.record)
        return [await self._signed(one) for one in data]

    async def _signed(self, data: bytes) -> bytes:
        signature = await self.source.sign(data)
        try:
            verify_signature(self.public, data, signature)
        except ProofInvalid:
            raise SignerFailed(
                "what came back is not a signature by the signing key",
                hint="Check that the signing device or service holds the key that was set up.",
            ) from None
        return signature

    def current(self, kind: str = "") -> KeySigner:
        """The signer for work that begins now."""
        return self.ring.choose(kind)

    def history(self) -> tuple[KeyRecord, ...]:
        """Every key of the gateway."""
        return self.ring.history()

    async def close(self) -> None:
        """Let go of what the ring holds."""
        await self.ring.close()


class NoSigner:
    """The signer of a gateway that signs nothing: no key is opened, none is made."""

    did = verification_method = algorithm = ""
    public = PublicKey("", b"")
    number = 0

    async def sign(self, data: bytes) -> bytes:
        """Never a signature."""
        raise SignerFailed("no signing key was opened")

    async def sign_many(self, data: Sequence[bytes]) -> list[bytes]:
        """Never a signature."""
        raise SignerFailed("no signing key was opened")

    def current(self, kind: str = "") -> Signer:
        """Never a signer."""
        raise SignerFailed("no signing key was opened")

    def history(self) -> tuple[KeyRecord, ...]:
        """No keys."""
        return ()

    async def close(self) -> None:
        """Nothing to let go of."""
