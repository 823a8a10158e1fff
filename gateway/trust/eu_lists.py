"""EU trusted lists as files or at addresses: verified, in force, and the national ones a list of lists names.

ETSI TS 119 612; a list of lists is followed once: what national lists point to is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.certificates.pinned import Pinned, pinned, read_pem
from gateway.copies import KEPT, Copies, Copy
from gateway.envelopes.limits import MAX_TRUSTED_LIST_BYTES
from gateway.envelopes.trusted_list import Pointer, Service, TrustedList, read_trusted_list
from gateway.errors import (
    CertificateMalformed,
    GatewayError,
    InputRefused,
    OutsideFailed,
    ProofRefused,
    SettingInvalid,
    TrustListExpired,
    TrustListMalformed,
    TrustListUnsigned,
)
from gateway.trust.documents import address
from gateway.trust.statements import Fetch

__all__ = ["FRESH", "MAX_NATIONAL", "EuList", "EuLists", "read_certificates"]

FRESH = timedelta(hours=6)
"""How long a list is used without asking again: it is issued anew a few times a year, and is large."""
MAX_NATIONAL = 64
"""Most national lists that one list of lists leads to."""
MAX_FILE = 1024 * 1024
ACCEPT = "application/vnd.etsi.tsl+xml, application/xml;q=0.9"
LISTS_OF_LISTS = "listofthelists"
MEDIA_TYPE = "application/vnd.etsi.tsl+xml"
ENDLESS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EuList:
    """A list that was verified: where it stands, what it says, and its services by the names of their keys."""

    location: str
    content: TrustedList
    authorities: dict[bytes, tuple[tuple[Pinned, Service], ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EuLists:
    """A trusted list and, where it is a list of lists, those it leads to. Kept for as long as they are fresh.

    ``where`` is an address or a file; ``signers`` are the certificates that may sign it.
    """

    where: str
    signers: tuple[Pinned, ...]
    copies: Copies = field(default_factory=lambda: Copies(fresh=FRESH, kept=KEPT))

    @property
    def name(self) -> str:
        """What the list is called in answers: its address, or the name of its file."""
        return self.where if address(self.where) else Path(self.where).name

    async def all(self, fetch: Fetch, now: datetime) -> list[Copy | GatewayError]:
        """Every list, or why it could not be had; the first one is the one that was configured.

        A list that is out of date is none. Raises what keeps the first one from being had.
        """
        first = await self._first(fetch, now)
        top: TrustedList = first.value.content
        if not top.kind.lower().endswith(LISTS_OF_LISTS):
            return [first]
        wanted = [pointer for pointer in top.pointers if _is_national(pointer)][:MAX_NATIONAL]
        found = await asyncio.gather(*(self._national(pointer, fetch, now) for pointer in wanted))
        return [first, *found]

    async def _first(self, fetch: Fetch, now: datetime) -> Copy:
        async def fetched() -> EuList:
            if address(self.where):
                data = await fetch.get(self.where, accept=ACCEPT, max_bytes=MAX_TRUSTED_LIST_BYTES)
            else:
                data = await asyncio.to_thread(_of_file, Path(self.where))
            return await asyncio.to_thread(_read, self.name, data, self.signers, now)

        return await self.copies.get(self.where, now, fetched, until=_over)

    async def _national(self, pointer: Pointer, fetch: Fetch, now: datetime) -> Copy | GatewayError:
        async def fetched() -> EuList:
            signers = tuple(_readable(pointer.signers))
            data = await fetch.get(pointer.location, accept=ACCEPT, max_bytes=MAX_TRUSTED_LIST_BYTES)
            return await asyncio.to_thread(_read, pointer.location, data, signers, now)

        try:
            return await self.copies.get(pointer.location, now, fetched, until=_over)
        except GatewayError as error:
            return error

    def check(self) -> None:
        """Read a file once, whatever its date. Raises ``SettingInvalid`` for one that cannot be used."""
        if address(self.where):
            return
        try:
            _read(self.name, _of_file(Path(self.where)), self.signers, None)
        except OutsideFailed as error:
            raise SettingInvalid(f"the EU trusted list cannot be used: {error.detail}") from None


def read_certificates(path: Path, what: str) -> tuple[Pinned, ...]:
    """The certificates in a file that a setting names. Raises ``SettingInvalid``."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise SettingInvalid(f"the file of {what} is larger than {MAX_FILE} bytes", pointer=path.name)
        return read_pem(path.read_bytes())
    except OSError as error:
        raise SettingInvalid(f"the file of {what} cannot be read ({type(error).__name__})") from None
    except CertificateMalformed as error:
        raise SettingInvalid(f"the file of {what} is malformed: {error.detail}", pointer=path.name) from None


def _is_national(pointer: Pointer) -> bool:
    """Whether a pointer leads to a list of services in XML; each is also pointed at as a document to read."""
    machine = not pointer.media_type or pointer.media_type == MEDIA_TYPE
    return machine and bool(address(pointer.location)) and not pointer.kind.lower().endswith(LISTS_OF_LISTS)


def _over(value: EuList) -> datetime:
    return value.content.next_update or ENDLESS


def _of_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_TRUSTED_LIST_BYTES:
            raise TrustListMalformed(f"{path.name} is larger than {MAX_TRUSTED_LIST_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise TrustListMalformed(f"{path.name} cannot be read ({type(error).__name__})") from None


def _read(location: str, data: bytes, signers: Sequence[Pinned], now: datetime | None) -> EuList:
    """The list in some bytes; ``now`` is when it must be in force.

    Raises ``TrustListUnsigned``, ``TrustListMalformed`` or ``TrustListExpired``.
    """
    try:
        content = read_trusted_list(data, {signer.der: signer.not_before for signer in signers})
    except ProofRefused as error:
        raise TrustListUnsigned(error.detail) from None
    except InputRefused as error:
        raise TrustListMalformed(f"{error.title}: {error.detail}", pointer=error.pointer) from None
    if now is not None:
        _check_period(content, signers, now)
    return EuList(location, content, _authorities(content.services))


def _check_period(content: TrustedList, signers: Sequence[Pinned], now: datetime) -> None:
    if content.next_update is not None and content.next_update <= now:
        raise TrustListExpired(f"the list should have been issued anew by {content.next_update:%Y-%m-%d}")
    if not any(signer.der == content.signer and signer.holds_at(now) for signer in signers):
        raise TrustListExpired("the certificate that signed the list is not valid at this time")


def _authorities(services: Iterable[Service]) -> dict[bytes, tuple[tuple[Pinned, Service], ...]]:
    """The services by the subject of each of their certificates."""
    found: dict[bytes, tuple[tuple[Pinned, Service], ...]] = {}
    for service in services:
        for certificate in _readable(service.certificates):
            found[certificate.subject] = (*found.get(certificate.subject, ()), (certificate, service))
    return found


def _readable(certificates: Iterable[bytes]) -> Iterable[Pinned]:
    """Those that can be read: one that cannot is nobody's, and no reason to pass over the others."""
    for der in certificates:
        try:
            yield pinned(der)
        except CertificateMalformed:
            continue
