"""Trusted lists of trust services: signed XML, read into what a verification asks of them.

ETSI TS 119 612 v2, https://www.etsi.org/deliver/etsi_ts/119600_119699/119612/
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.envelopes.limits import MAX_TRUSTED_LIST_BYTES, MAX_TRUSTED_LIST_ELEMENTS
from gateway.envelopes.signed_xml import signed_root
from gateway.errors import MalformedXml

__all__ = ["Period", "Pointer", "Service", "TrustedList", "read_trusted_list"]

TSL = "http://uri.etsi.org/02231/v2#"
EXTRA = "http://uri.etsi.org/02231/v2/additionaltypes#"
QUALIFIERS = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
NAMES = {"t": TSL, "x": EXTRA, "q": QUALIFIERS}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MAX_NAME = 300


@dataclass(frozen=True, slots=True)
class Pointer:
    """Another list (section 5.3.13): where it is, of which kind and territory, and who may sign it (DER)."""

    location: str
    kind: str
    territory: str
    media_type: str
    signers: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Period:
    """What a service was from a moment on (sections 5.5 and 5.6): its type, its status, what it is for.

    ``uses`` are the URIs of additional service information and of qualifiers.
    """

    type: str
    status: str
    since: datetime
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a provider: its certificates (DER), and its periods, the current one first."""

    provider: str
    name: str
    certificates: tuple[bytes, ...] = field(repr=False)
    periods: tuple[Period, ...]

    def at(self, moment: datetime) -> Period | None:
        """The period a moment lies in; None before the first."""
        begun = (period for period in self.periods if period.since <= moment)
        return max(begun, key=lambda period: period.since, default=None)


@dataclass(frozen=True, slots=True)
class TrustedList:
    """A list as it was signed: by whom (DER), of which kind and territory, until when, and what is on it.

    ``next_update`` is None for a list that was closed, and is then never issued anew.
    """

    signer: bytes = field(repr=False)
    kind: str
    territory: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    pointers: tuple[Pointer, ...]
    services: tuple[Service, ...]


def read_trusted_list(data: bytes, signers: Mapping[bytes, datetime]) -> TrustedList:
    """The list that one of the ``signers`` (DER, each with a moment it is valid at) signed.

    Raises what ``signed_root`` raises, and ``MalformedXml`` for what is signed and no trusted list.
    """
    signed = signed_root(
        data, signers, max_bytes=MAX_TRUSTED_LIST_BYTES, max_elements=MAX_TRUSTED_LIST_ELEMENTS
    )
    root = signed.element
    scheme = root.find("t:SchemeInformation", NAMES)
    if root.tag != f"{{{TSL}}}TrustServiceStatusList" or scheme is None:
        raise MalformedXml("the document is no trusted list")
    update = _text(scheme, "t:NextUpdate/t:dateTime")
    return TrustedList(
        signer=signed.signer,
        kind=_text(scheme, "t:TSLType"),
        territory=_text(scheme, "t:SchemeTerritory"),
        sequence=_number(_text(scheme, "t:TSLSequenceNumber")),
        issued=_moment(_text(scheme, "t:ListIssueDateTime")),
        next_update=_moment(update) if update else None,
        pointers=tuple(_pointers(scheme)),
        services=tuple(_services(root)),
    )


def _pointers(scheme: Any) -> Iterator[Pointer]:
    for element in scheme.iterfind("t:PointersToOtherTSL/t:OtherTSLPointer", NAMES):
        about = "t:AdditionalInformation/t:OtherInformation/"
        yield Pointer(
            location=_text(element, "t:TSLLocation"),
            kind=_text(element, about + "t:TSLType"),
            territory=_text(element, about + "t:SchemeTerritory"),
            media_type=_text(element, about + "x:MimeType"),
            signers=_certificates(element, "t:ServiceDigitalIdentities/t:ServiceDigitalIdentity/t:DigitalId"),
        )


def _services(root: Any) -> Iterator[Service]:
    for provider in root.iterfind("t:TrustServiceProviderList/t:TrustServiceProvider", NAMES):
        named = _name(provider, "t:TSPInformation/t:TSPName/t:Name")
        for element in provider.iterfind("t:TSPServices/t:TSPService", NAMES):
            current = element.find("t:ServiceInformation", NAMES)
            if current is None:
                raise MalformedXml("a service of the list says nothing about itself")
            history = element.iterfind("t:ServiceHistory/t:ServiceHistoryInstance", NAMES)
            yield Service(
                provider=named,
                name=_name(current, "t:ServiceName/t:Name"),
                certificates=_certificates(current, "t:ServiceDigitalIdentity/t:DigitalId"),
                periods=(_period(current), *(_period(instance) for instance in history)),
            )


def _period(element: Any) -> Period:
    extensions = element.find("t:ServiceInformationExtensions", NAMES)
    uses: set[str] = set()
    if extensions is not None:
        uses |= {
            _line(uri.text) for uri in extensions.iterfind(".//t:AdditionalServiceInformation/t:URI", NAMES)
        }
        uses |= {_line(qualifier.get("uri")) for qualifier in extensions.iterfind(".//q:Qualifier", NAMES)}
    return Period(
        type=_text(element, "t:ServiceTypeIdentifier"),
        status=_text(element, "t:ServiceStatus"),
        since=_moment(_text(element, "t:StatusStartingTime")),
        uses=frozenset(uses),
    )


def _certificates(element: Any, path: str) -> tuple[bytes, ...]:
    found = []
    for certificate in element.iterfind(f"{path}/t:X509Certificate", NAMES):
        try:
            found.append(base64.b64decode("".join((certificate.text or "").split()), validate=True))
        except (binascii.Error, ValueError):
            raise MalformedXml("a certificate of the list is not base64") from None
    return tuple(dict.fromkeys(found))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _text(element: Any, path: str) -> str:
    """The text of the first element at a path, on one line; empty without one."""
    return _line(element.findtext(path, namespaces=NAMES))


def _name(element: Any, path: str) -> str:
    """The English name among several, else the first."""
    names = element.findall(path, NAMES)
    english = [name for name in names if (name.get(LANGUAGE) or "").lower().startswith("en")]
    return next((_line(name.text)[:MAX_NAME] for name in (*english, *names)), "")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise MalformedXml("the number of the list is none")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedXml("a date of the list is malformed") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
