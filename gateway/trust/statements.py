"""What a list says of an issuer, as a value that travels: which list, when, and whether it names the issuer.

Nothing here is a verdict; the check that reads the statements decides (D5).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gateway.errors import GatewayError
from gateway.fetch import Fetch

__all__ = [
    "ALLOW_LIST",
    "EBSI",
    "EU_LIST",
    "FEDERATION",
    "KNOWN_DIDS",
    "SOURCES",
    "Accreditation",
    "Fetch",
    "Issuer",
    "Statement",
    "TrustSource",
    "stamp",
]

ALLOW_LIST = "allow-list"
KNOWN_DIDS = "known-dids"
FEDERATION = "openid-federation"
EBSI = "ebsi-tir"
EU_LIST = "eu-trusted-list"

SOURCES = (ALLOW_LIST, KNOWN_DIDS, FEDERATION, EBSI, EU_LIST)
"""The kinds of list there are, in the order they are asked and reported."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who is asked about.

    ``identifier`` is a DID or an https URL. ``organization_identifier`` (X.520, 2.5.4.97) and
    ``certificates`` (DER, the seal's own first) are given only when they were proven: of a seal whose
    signature holds and whose chain was trusted. ``proven`` says that the document is this issuer's own: where
    it is not, anybody may have written the name, and nobody is asked about it by name. ``sealed_at`` is when
    a trusted timestamp shows that the seal was there.
    """

    identifier: str
    organization_identifier: str = ""
    certificates: tuple[bytes, ...] = ()
    proven: bool = True
    sealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accreditation:
    """One thing an issuer is accredited for: what kind, where it is described, by whom and until when."""

    type: str = ""
    url: str = ""
    by: str = ""
    valid_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The accreditation as JSON, empty members left out."""
        members = {"type": self.type, "url": self.url, "by": self.by, "validUntil": stamp(self.valid_until)}
        return {name: value for name, value in members.items() if value}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one list says of one issuer.

    ``source`` is the kind of list, ``list`` its name or address; ``name`` and ``url`` are what it calls the
    issuer and where it says to read about it. ``listed`` is None when the list could
    not be asked; ``code`` and ``message`` say why it is not True. ``retrieved`` is when the list was
    fetched, ``stale`` that it could not be fetched anew and an older copy was asked. ``checked`` names
    what was verified of the answer, and what was not.
    """

    source: str
    list: str
    listed: bool | None = None
    name: str = ""
    url: str = ""
    retrieved: datetime | None = None
    stale: bool = False
    valid_until: datetime | None = None
    accreditations: tuple[Accreditation, ...] = ()
    checked: tuple[str, ...] = ()
    code: str = ""
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """The statement as JSON, empty members left out; ``listed`` is always there."""
        members: dict[str, Any] = {
            "source": self.source,
            "list": self.list,
            "listed": self.listed,
            "name": self.name,
            "url": self.url,
            "retrieved": stamp(self.retrieved),
            "stale": self.stale,
            "validUntil": stamp(self.valid_until),
            "accreditations": [accreditation.to_json() for accreditation in self.accreditations],
            "checked": [*self.checked],
            "code": self.code,
            "message": self.message,
        }
        return {name: value for name, value in members.items() if value or name == "listed"}

    def unlisted(self, code: str, message: str) -> Statement:
        """The list was asked, and does not stand for the issuer."""
        return replace(self, listed=False, code=code, message=message)

    def unasked(self, code: str, message: str) -> Statement:
        """The list could not be asked."""
        return replace(self, listed=None, code=code, message=message)

    def unproven(self) -> Statement:
        """The list was not asked: it answers about one issuer at a time, and this one is a mere name."""
        return self.unasked("issuer_unproven", "the list was not asked about an issuer that is not proven")

    def failed(self, error: GatewayError) -> Statement:
        """The list could not be asked, for a reason the gateway has a code for."""
        return self.unasked(error.code, f"{error.title}: {error.detail}")


TrustSource = Callable[[Issuer, Fetch, datetime], Awaitable[tuple[Statement, ...]]]
"""Asks its lists about an issuer at a moment: one statement for each list, in the lists' order."""


def stamp(moment: datetime | None) -> str:
    """A moment as text in UTC, empty for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""
