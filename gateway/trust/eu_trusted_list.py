"""The EU trusted list: did a qualified service on it issue the certificate of the seal?

Regulation (EU) 910/2014, article 22; ETSI TS 119 615 section 4.4 for what makes a certificate qualified.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.certificates import read_certificate
from gateway.certificates.pinned import Pinned, pinned
from gateway.copies import Copy
from gateway.envelopes.trusted_list import Period, Service
from gateway.errors import CertificateMalformed, FetchFailed, GatewayError
from gateway.trust.eu_lists import EuList, EuLists
from gateway.trust.statements import EU_LIST, Accreditation, Fetch, Issuer, Statement

__all__ = ["MAX_SECONDS", "EuTrustedList"]

MAX_SECONDS = 10.0
"""How long a verification waits for lists, of which there may be many and large ones."""

CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
STAMPS = frozenset(("http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST",))
GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
SUPERVISED = frozenset(("undersupervision", "supervisionincessation", "accredited"))
"""How a service in good standing was called before the regulation."""
REGULATION = datetime(2016, 7, 1, tzinfo=UTC)
"""Since when qualified services are granted that status."""
USES = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
SEALS = frozenset((f"{USES}ForeSeals", f"{USES}QCForESeal"))
OTHER = frozenset((f"{USES}ForeSignatures", f"{USES}ForWebSiteAuthentication"))

REASONS = {
    "service_not_granted": "the service that issued the seal's certificate was not granted its status then",
    "service_not_for_seals": "the service that issued the seal's certificate is listed for other certificates",
}
"""Why a service on the list does not count, the reason to tell first standing first."""


@dataclass(frozen=True, slots=True)
class EuTrustedList:
    """A source of statements, and of the certificates that seals and timestamps may lead to."""

    lists: EuLists

    async def __call__(self, issuer: Issuer, fetch: Fetch, now: datetime) -> tuple[Statement, ...]:
        """Whether a service on the lists issued the certificate of a seal that was proven."""
        blank = Statement(EU_LIST, self.lists.name)
        if not issuer.certificates:
            return (
                blank.unasked("seal_unproven", "the list is about certificates of seals, and none is proven"),
            )
        try:
            path = [pinned(certificate) for certificate in issuer.certificates]
            found = await self._all(fetch, now)
        except GatewayError as error:
            return (blank.failed(error),)
        return (_stated(blank, found, path, issuer.sealed_at or now),)

    async def anchors(self, fetch: Fetch, now: datetime, at: datetime | None = None) -> tuple[bytes, ...]:
        """The certificates (DER) of services that are granted their status now, or were ``at`` a moment.

        Raises a ``GatewayError`` when the list cannot be had; of national lists, those that can be count.
        """
        found = await self._all(fetch, now)
        return tuple(dict.fromkeys(der for copy in _had(found) for der in _anchors(copy.value, at or now)))

    async def _all(self, fetch: Fetch, now: datetime) -> list[Copy | GatewayError]:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return await self.lists.all(fetch, now)
        except TimeoutError:
            raise FetchFailed(f"no answer within {MAX_SECONDS:g} seconds") from None


def _had(found: Iterable[Copy | GatewayError]) -> Iterator[Copy]:
    return (copy for copy in found if isinstance(copy, Copy))


def _anchors(listed: EuList, moment: datetime) -> Iterator[bytes]:
    for service in listed.content.services:
        period = service.at(moment)
        if period is not None and (_problem(period, moment) == "" or _stamps(period)):
            yield from service.certificates


def _stamps(period: Period) -> bool:
    return period.type in STAMPS and period.status == GRANTED


def _problem(period: Period, moment: datetime) -> str | None:
    """Why a service does not count for certificates of seals; None for one that issues none."""
    if period.type != CA_QC:
        return None
    supervised = moment < REGULATION and period.status.rpartition("/")[2] in SUPERVISED
    if period.status != GRANTED and not supervised:
        return "service_not_granted"
    if period.uses & OTHER and not period.uses & SEALS:
        return "service_not_for_seals"
    return ""


@dataclass(frozen=True, slots=True)
class _Match:
    """A service that signed a certificate of the path, on which list, and why it may not count."""

    copy: Copy
    service: Service
    problem: str


def _stated(
    blank: Statement, found: Sequence[Copy | GatewayError], path: Sequence[Pinned], moment: datetime
) -> Statement:
    matches = [match for copy in _had(found) for match in _matches(copy, path, moment)]
    good = next((match for match in matches if not match.problem), None)
    if good is not None:
        return _listed(blank, good, path[0])
    for code, message in REASONS.items():
        for match in matches:
            if match.problem == code:
                return _at(blank, match.copy).unlisted(code, message)
    failed = [entry for entry in found if isinstance(entry, GatewayError)]
    whole = _at(blank, *_had(found))
    if failed:
        return whole.unasked(
            failed[0].code, f"{len(failed)} of {len(found)} lists could not be asked: {failed[0].detail}"
        )
    return whole.unlisted("not_listed", "no service on the list issued the certificate of the seal")


def _matches(copy: Copy, path: Sequence[Pinned], moment: datetime) -> Iterator[_Match]:
    """The services of a list that signed one of the certificates."""
    listed: EuList = copy.value
    for certificate in path:
        for authority, service in listed.authorities.get(certificate.issuer, ()):
            period = service.at(moment)
            problem = _problem(period, moment) if period is not None else "service_not_granted"
            if problem is not None and certificate.issued_by(authority):
                yield _Match(copy, service, problem)


def _at(blank: Statement, *copies: Copy) -> Statement:
    """The statement with when the oldest of some lists was fetched; of one list alone, with its name."""
    name = copies[0].value.location if len(copies) == 1 else blank.list
    return replace(
        blank, list=name, retrieved=min(copy.retrieved for copy in copies), stale=any(c.stale for c in copies)
    )


def _listed(blank: Statement, match: _Match, seal: Pinned) -> Statement:
    name = ""
    with suppress(CertificateMalformed):
        name = read_certificate(seal.der).organization
    by = ", ".join(filter(None, (match.service.provider, match.service.name)))
    return replace(
        _at(blank, match.copy), listed=True, name=name, valid_until=seal.not_after,
        accreditations=(Accreditation(CA_QC, by=by, valid_until=seal.not_after),),
        checked=("signature of the list", "signature of the service on the certificate", "status of the service"),
    )  # fmt: skip
