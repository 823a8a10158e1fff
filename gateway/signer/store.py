"""Keys over time as files: made, rotated, retired, revoked; every change is whole or has not happened."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gateway.errors import KeyInvalid, NotFound, RequestRefused, SignerFailed
from gateway.keys import PublicKey, SecretKey, new_secret_key, public_key_of
from gateway.signer import records
from gateway.signer.files import PrivateFolder, Stamp
from gateway.signer.records import ACTIVE, KeyRecord

__all__ = ["DEFAULT_KIND", "NEW_KINDS", "KeyStore"]

KEY_FILE = re.compile(r"key-([1-9][0-9]{0,8})\.json\Z")
NEW_KINDS = ("ed25519", "p256")
"""The kinds of key the gateway makes."""
DEFAULT_KIND = "ed25519"
RANDOM_BYTES = 64
DRAWS = 8

Entry = tuple[KeyRecord, SecretKey | None]


class KeyStore:
    """Keys as files ``keys/key-N.json`` below a folder, readable by their owner only.

    The newest active key of a kind signs. Numbers are never given twice. Any number of processes may
    use one folder.
    """

    def __init__(self, data: Path) -> None:
        self._files = PrivateFolder(data / "keys")
        self._known: tuple[Stamp, tuple[Entry, ...]] | None = None

    # --- looking ---------------------------------------------------------------------------------

    def records(self) -> tuple[KeyRecord, ...]:
        """Every key, oldest first, as the files are now. Raises ``SignerFailed`` for a bad file."""
        return tuple(record for record, _ in self._entries())

    def record(self, number: int) -> KeyRecord:
        """The key of a number. Raises ``NotFound``, ``SignerFailed``."""
        return self._entry(number)[0]

    def known(self, record: KeyRecord) -> KeyRecord | None:
        """What a key is by now: one of the store by its number, another by its public half. Raises ``SignerFailed``."""
        number, public = record.number, record.public
        alike = (e for e, _ in self._entries() if (e.number == number if number else e.public == public))
        return max(alike, key=lambda entry: entry.number, default=None)

    def active(self, now: datetime, kind: str = "") -> tuple[KeyRecord, SecretKey]:
        """The key that signs: the newest active one of the kind, or of any, Ed25519 before others.

        The first key of all is made when there is none. Raises ``SignerFailed`` when no key may sign.
        """
        if not self._entries():
            with self._files.locked():
                if not self._entries():
                    self._make(DEFAULT_KIND, now)
        self._files.prepare()
        return self.key(kind)

    def key(self, kind: str = "") -> tuple[KeyRecord, SecretKey]:
        """The key that signs, as ``active`` chooses it; none is made. Raises ``SignerFailed``."""
        usable = [
            (record, secret)
            for record, secret in self._entries()
            if record.state == ACTIVE and secret is not None and kind in ("", record.kind)
        ]
        if not usable:
            what = f"no active {kind} key" if kind else "no active key"
            option = f" --kind {kind}" if kind in NEW_KINDS else ""
            raise SignerFailed(f"there is {what}", hint=f"`gateway keys new{option}` makes one.")
        return max(usable, key=lambda entry: (entry[0].kind == DEFAULT_KIND, entry[0].number))

    def _entry(self, number: int) -> Entry:
        """One key, also when the file of another is damaged: a revocation must not wait for that."""
        name = _name(number)
        if not KEY_FILE.match(name) or name not in self._files.names():
            raise NotFound(f"there is no key {number}", hint="`gateway keys list` names the keys.")
        return self._read(number)

    def _entries(self) -> tuple[Entry, ...]:
        """Every key; the files are read again only when one of them was exchanged."""
        stamp = self._files.stamp()
        if self._known is None or self._known[0] != stamp:
            found = (KEY_FILE.match(entry[0]) for entry in stamp)
            numbers = sorted(int(name[1]) for name in found if name)
            self._known = (stamp, tuple(self._read(number) for number in numbers))
        return self._known[1]

    def _read(self, number: int) -> Entry:
        name = _name(number)
        content = self._files.read(name)
        try:
            return records.read(number, content)
        except KeyInvalid:
            raise SignerFailed(
                f"the key file {name} is damaged", hint="Restore it from a backup; it is never overwritten."
            ) from None

    # --- changing --------------------------------------------------------------------------------

    def new(self, now: datetime, kind: str = DEFAULT_KIND) -> KeyRecord:
        """Make a key; it signs from now on. Raises ``RequestRefused``, ``SignerFailed``."""
        _check_kind(kind)
        with self._files.locked():
            return self._make(kind, now)

    def rotate(self, now: datetime, kind: str = "") -> tuple[KeyRecord, tuple[KeyRecord, ...]]:
        """Make a key and retire the active ones of its kind: the new one, and those retired.

        Without a kind, that of the key that signs. Interrupted in between, both are active and the new
        one signs. Raises ``RequestRefused``, ``SignerFailed``.
        """
        with self._files.locked():
            before = [r for r in self.records() if r.state == ACTIVE and r.source == "file"]
            kind = kind or (self.key()[0].kind if before else DEFAULT_KIND)
            _check_kind(kind)
            made = self._make(kind, now)
            old = [record for record in before if record.kind == kind]
            return made, tuple(self._change(record.number, lambda r: r.after_retiring(now)) for record in old)

    def retire(self, number: int, now: datetime) -> KeyRecord:
        """Let a key sign no more; what it signed stays verifiable.

        Raises ``KeyStateRefused``, ``NotFound``, ``SignerFailed``.
        """
        with self._files.locked():
            return self._change(number, lambda record: record.after_retiring(now))

    def revoke(self, number: int, now: datetime, *, reason: str) -> KeyRecord:
        """Take a key back, with what it signed; its secret is wiped.

        Raises ``RequestRefused``, ``KeyStateRefused``, ``NotFound``, ``SignerFailed``.
        """
        with self._files.locked():
            return self._change(number, lambda record: record.after_revoking(now, reason))

    def register(self, public: PublicKey, now: datetime, *, source: str) -> KeyRecord:
        """The record of a key whose secret half is elsewhere; written when it is first met."""
        with self._files.locked():
            for record in self.records():
                if record.public == public:
                    return record
            record = KeyRecord(self._next(), records.stamp(now), public, source=source)
            self._files.add(_name(record.number), records.write(record, None))
            return record

    def _make(self, kind: str, now: datetime) -> KeyRecord:
        secret = _secret(kind)
        record = KeyRecord(self._next(), records.stamp(now), public_key_of(secret))
        self._files.add(_name(record.number), records.write(record, secret))
        return record

    def _next(self) -> int:
        return max((record.number for record in self.records()), default=0) + 1

    def _change(self, number: int, change: Callable[[KeyRecord], KeyRecord]) -> KeyRecord:
        before, secret = self._entry(number)
        after = change(before)
        if after != before:
            self._files.replace(_name(number), records.write(after, secret))
        return after


def _name(number: int) -> str:
    return f"key-{number}.json"


def _check_kind(kind: str) -> None:
    if kind not in NEW_KINDS:
        raise RequestRefused("not a kind of key the gateway makes", hint=f"Kinds are {', '.join(NEW_KINDS)}.")


def _secret(kind: str) -> SecretKey:
    for _ in range(DRAWS):
        try:
            return new_secret_key(kind, os.urandom(RANDOM_BYTES))
        except KeyInvalid:  # a scalar out of range: one draw in 2^32 for P-256
            continue
    raise SignerFailed("no key could be drawn")
