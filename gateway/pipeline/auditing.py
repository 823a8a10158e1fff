"""Heads of the audit log: how far each chain had come, signed by the gateway and kept outside the database (R11).

A chain shows what was altered inside it. Who can write to the database can still cut off its end, or write it
all anew; the heads show that, for they lie in a file of their own and nobody makes one without the key.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from gateway.errors import GatewayError, StoreFailed
from gateway.keys import PublicKey, verify_signature
from gateway.signer import KeyRecord, Signer
from gateway.store import Connection, Database, Rows
from gateway.store.audit import check_chain, hash_at, heads
from gateway.store.moments import stamp

__all__ = ["EVERY", "Flaw", "Head", "Heads", "verify_audit"]

EVERY = 60.0
"""Seconds between looks at whether chains have grown; what is younger has no head yet."""
LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """How far a tenant's chain had come: the number and the hash of its last entry then."""

    tenant: str
    number: int
    hash: str
    at: str
    key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return json.dumps(asdict(replace(self, signature="")), sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with the log of a tenant, at an entry."""

    tenant: str
    number: int
    how: str


class Heads:
    """The file of heads, one JSON line each, only ever appended to."""

    def __init__(self, data: Path) -> None:
        self._path = data / "audit-heads.jsonl"
        self._known: dict[str, int] = {}
        self._end = 0

    async def sign(self, database: Database, signer: Signer, now: datetime) -> int:
        """Add a head for each chain that has grown; how many."""
        await asyncio.to_thread(self._look)
        grown = [found for found in await database.read(heads) if self._known.get(found[0], 0) < found[1]]
        if not grown:
            return 0
        current = signer.current()
        for tenant, number, digest in grown:
            head = Head(tenant, number, digest, stamp(now), current.verification_method)
            signature = await current.sign(head.signed_bytes())
            signed = replace(head, signature=base64.b64encode(signature).decode())
            await asyncio.to_thread(self._append, signed)
        return len(grown)

    def read(self) -> list[Head | None]:
        """Every head, oldest first; None for a line that is none. Raises ``StoreFailed``."""
        return [_head(line) for line in self._lines(0)]

    def _look(self) -> None:
        """Take note of heads that are new in the file: other processes write to it too."""
        for line in self._lines(self._end):
            self._end += len(line)
            if (head := _head(line)) is not None:
                self._known[head.tenant] = max(head.number, self._known.get(head.tenant, 0))

    def _lines(self, start: int) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                while line := file.readline(LONGEST_LINE):
                    yield line
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreFailed(f"the heads of the audit log cannot be read: {error.strerror}") from None

    def _append(self, head: Head) -> None:
        line = json.dumps(asdict(head), sort_keys=True).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise StoreFailed(f"a head of the audit log cannot be kept: {error.strerror}") from None


def _head(line: bytes) -> Head | None:
    try:
        told = json.loads(line)
        head = Head(**told)
    except (ValueError, TypeError):
        return None
    texts = (head.tenant, head.hash, head.at, head.key, head.signature)
    return head if isinstance(head.number, int) and all(isinstance(text, str) for text in texts) else None


def verify_audit(
    connection: Connection, signed: list[Head | None], keys: tuple[KeyRecord, ...]
) -> tuple[dict[str, int], list[Flaw]]:
    """How many entries of each tenant hold, and all that is wrong: with the chains, and against their heads."""
    holding: dict[str, int] = {}
    problems: list[Flaw] = []
    tenants = {tenant for tenant, _, _ in heads(connection)} | {
        head.tenant for head in signed if head is not None
    }
    for tenant in sorted(tenants):
        holding[tenant], broken = check_chain(Rows(connection, tenant))
        if broken is not None:
            problems.append(Flaw(tenant, broken.number, broken.how))
    for head in signed:
        if head is None:
            problems.append(Flaw("", 0, "a head that cannot be read"))
        elif not _is_signed(head, [record.public for record in keys]):
            problems.append(Flaw(head.tenant, head.number, "a head that no key of the gateway signed"))
        else:
            found = hash_at(Rows(connection, head.tenant), head.number)
            if found != head.hash:
                how = "cut off before its signed head" if found is None else "not what its signed head says"
                problems.append(Flaw(head.tenant, head.number, how))
    return holding, problems


def _is_signed(head: Head, keys: list[PublicKey]) -> bool:
    try:
        signature = base64.b64decode(head.signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_verifies(key, head.signed_bytes(), signature) for key in keys)


def _verifies(key: PublicKey, data: bytes, signature: bytes) -> bool:
    try:
        verify_signature(key, data, signature)
    except GatewayError:
        return False
    return True
