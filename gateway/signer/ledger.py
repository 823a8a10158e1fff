"""What each key signed: an append-only list, one JSON line for each signature, without personal data.

The digest of the secured document names it, and its id where that is a random ``urn:uuid:``.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from gateway.errors import SignerFailed
from gateway.keys import PublicKey, multikey
from gateway.signer.port import Signer
from gateway.signer.records import stamp

__all__ = ["Ledger", "Reading", "Signed"]

MAX_LINE = 4096
RANDOM_ID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
FORMAT = re.compile(r"[A-Za-z0-9._+-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: the SHA-256 of the document as delivered (hexadecimal), its format, and the key.

    ``credential`` is the document's id if it is a urn:uuid, else empty; ``key`` the number of the key, 0
    for that of the environment; ``public`` its Multikey, which stays right whatever the DID is called.
    """

    digest: str
    format: str
    key: int
    public: str
    verification_method: str
    created: str
    credential: str = ""


MEMBERS = tuple(field.name for field in fields(Signed))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger says, and how many of its lines cannot be read."""

    entries: tuple[Signed, ...]
    damaged: int


class Ledger:
    """The ledger in ``signatures.jsonl`` below a folder. Any number of processes may write to it."""

    def __init__(self, data: Path) -> None:
        self._path = data / "signatures.jsonl"

    async def append(
        self, document: bytes, *, signer: Signer, format: str, created: datetime, credential: object = ""
    ) -> Signed:
        """Note a signature under a document as it is delivered; when this returns, it is on the disk.

        ``credential`` is the document's id, noted only if it says nothing about anybody.
        Raises ``SignerFailed`` when it cannot be noted: then the document must not leave.
        """
        named = [(document, credential)]
        return (await self.append_many(named, signer=signer, format=format, created=created))[0]

    async def append_many(
        self, documents: Iterable[tuple[bytes, object]], *, signer: Signer, format: str, created: datetime
    ) -> list[Signed]:
        """The same for several documents, each with its id: all are on the disk when this returns, by one write."""
        key, public = signer.number, multikey(signer.public)
        method, moment = signer.verification_method, stamp(created)
        entries = [
            Signed(
                hashlib.sha256(document).hexdigest(), format, key, public, method, moment, _random(credential)
            )
            for document, credential in documents
        ]
        await asyncio.to_thread(self._append, b"".join(map(_line, entries)))
        return entries

    def signed_by(self, public: PublicKey) -> Reading:
        """Every signature by a key, oldest first. Raises ``SignerFailed`` if nothing can be read at all."""
        wanted = multikey(public)
        found, damaged = [], 0
        for entry in self._entries():
            if entry is None:
                damaged += 1
            elif entry.public == wanted:
                found.append(entry)
        return Reading(tuple(found), damaged)

    def _append(self, lines: bytes) -> None:
        try:
            handle = self._opened()
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                end = os.fstat(handle).st_size
                torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
                content = b"\n" + lines if torn else lines
                if os.write(handle, content) != len(content):
                    raise SignerFailed("the signature cannot be noted: the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise SignerFailed(f"the signature cannot be noted: {error.strerror}") from None

    def _opened(self) -> int:
        """The file, made with its folder where it is not there."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            return os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, flags, 0o600)

    def _entries(self) -> Iterator[Signed | None]:
        """The entries in order; None for a line that is none."""
        try:
            with self._path.open("rb") as file:
                while line := file.readline(MAX_LINE):
                    if not line.endswith(b"\n") and len(line) == MAX_LINE:
                        _skip_line(file)
                    if line != b"\n":
                        yield _read(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise SignerFailed(f"the list of signatures cannot be read: {error.strerror}") from None


def _random(credential: object) -> str:
    """A document's id, if it says nothing about anybody."""
    return credential if isinstance(credential, str) and RANDOM_ID.match(credential) else ""


def _skip_line(file: BinaryIO) -> None:
    while (more := file.readline(MAX_LINE)) and not more.endswith(b"\n"):
        pass


def _line(entry: Signed) -> bytes:
    members = {name: getattr(entry, name) for name in MEMBERS}
    line = json.dumps(members, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_LINE or not FORMAT.match(entry.format):
        raise SignerFailed("the signature cannot be noted: a name in it is malformed")
    return line


def _read(line: bytes) -> Signed | None:
    try:
        members: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or set(members) != set(MEMBERS):
        return None
    key = members.pop("key")
    if type(key) is not int or not all(isinstance(value, str) for value in members.values()):
        return None
    return Signed(key=key, **members)
