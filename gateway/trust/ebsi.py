"""The EBSI Trusted Issuers Registry: is a DID registered, and who accredited it for what?

https://hub.ebsi.eu/apis/pilot/trusted-issuers-registry/v5
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from gateway.copies import Copies, Shelves
from gateway.envelopes.jwt import Jwt
from gateway.errors import DocumentGone, DocumentMissing, GatewayError, TrustListMalformed
from gateway.proofs.controllers import keys_of
from gateway.trust.documents import json_at, mapping, text
from gateway.trust.statements import EBSI, Accreditation, Fetch, Issuer, Statement, TrustSource
from gateway.trust.tokens import algorithm_of, holds, moment, read_token

__all__ = ["MAX_ATTRIBUTES", "MAX_PAGES", "ebsi_registry"]

ISSUERS = "/trusted-issuers-registry/v5/issuers/"
IDENTIFIERS = "/did-registry/v5/identifiers/"
MAX_PAGES = 3
MAX_ATTRIBUTES = 20
MAX_TYPES = 20
MAX_SECONDS = 10.0
PAGE_SIZE = 10
ACCREDITED = ("TI", "TAO", "RootTAO")
"""The roles that an attribute in force gives; the others are ``Revoked`` and ``Undefined``."""
NOT_LISTED = "not_listed"

REASONS = {
    "accreditation_revoked": "the accreditation in the registry was revoked",
    "accreditation_expired": "the accreditation in the registry has expired",
    "accreditation_not_yet_valid": "the accreditation in the registry is not valid yet",
    "accreditation_signature": "the accreditation in the registry is not signed by its accreditor",
    "no_accreditation": "the registry holds no accreditation of the issuer",
}
"""Why an attribute does not count, the reason to tell first standing first."""


def ebsi_registry(endpoint: str, shelves: Shelves) -> TrustSource:
    """The source for the registry at an address."""
    base = endpoint.rstrip("/")

    async def source(issuer: Issuer, fetch: Fetch, now: datetime) -> tuple[Statement, ...]:
        blank = Statement(EBSI, base)
        if not issuer.identifier.startswith("did:"):
            return (blank.unlisted(NOT_LISTED, "the registry names DIDs alone"),)
        if not issuer.proven:
            return (blank.unproven(),)
        desk = _Desk(base, issuer.identifier, fetch, now, shelves.answers, blank)
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return (await desk.ask(),)
        except TimeoutError:
            return (desk.blank.unasked("fetch_failed", f"no answer within {MAX_SECONDS:g} seconds"),)
        except GatewayError as error:
            unknown = isinstance(error, DocumentMissing | DocumentGone) and desk.blank.retrieved is None
            said = desk.blank.unlisted(NOT_LISTED, "the registry does not name the DID")
            return (said if unknown else desk.blank.failed(error),)

    return source


@dataclass(frozen=True, slots=True)
class _Found:
    """An attribute that counts: what it accredits for, until when, and whether its signature was verified."""

    accreditations: tuple[Accreditation, ...]
    until: datetime | None
    verified: bool


@dataclass(slots=True)
class _Desk:
    """Where the registry is asked about one DID."""

    base: str
    did: str
    fetch: Fetch
    now: datetime
    copies: Copies
    blank: Statement

    async def ask(self) -> Statement:
        """Registered with an accreditation that is in force, or not, or not to be told."""
        attributes = await self._attributes()
        judged = [await self._judge(attribute) for attribute in attributes]
        found = [item for item in judged if isinstance(item, _Found)]
        if found:
            return self._listed(found)
        for code, message in REASONS.items():
            if code in judged:
                return self.blank.unlisted(code, message)
        if judged:
            return self.blank.unasked("accreditation_malformed", "the accreditation cannot be read")
        return self.blank.unlisted("no_accreditation", REASONS["no_accreditation"])

    def _listed(self, found: Sequence[_Found]) -> Statement:
        ends = [item.until for item in found if item.until is not None]
        signed = sum(item.verified for item in found)
        return replace(
            self.blank, listed=True,
            valid_until=max(ends) if len(ends) == len(found) else None,
            accreditations=tuple(one for item in found for one in item.accreditations),
            checked=(
                "registration", "subject, accreditor and period of the accreditation",
                f"signature of the accreditor on {signed} of {len(found)}",
            ),
        )  # fmt: skip

    async def _attributes(self) -> list[dict[str, Any]]:
        """The attributes of the issuer: within the answer about it, or from pages of links to them."""
        about = f"{self.base}{ISSUERS}{quote(self.did, safe=':')}"
        issuer = await self._get(about)
        if issuer.get("did") != self.did:
            raise TrustListMalformed("the registry answered about another DID")
        if isinstance(issuer.get("attributes"), list):
            return [mapping(attribute) for attribute in issuer["attributes"][:MAX_ATTRIBUTES]]
        names = await self._names(f"{about}/attributes")
        answers = await asyncio.gather(*(self._get(f"{about}/attributes/{quote(name)}") for name in names))
        if any(answer.get("did") != self.did for answer in answers):
            raise TrustListMalformed("the registry answered about another DID")
        return [mapping(answer.get("attribute")) for answer in answers]

    async def _names(self, collection: str) -> list[str]:
        """The ids of the attributes; pages are counted, not followed by what they link to."""
        names: list[str] = []
        for page in range(1, MAX_PAGES + 1):
            answer = await self._get(f"{collection}?page%5Bafter%5D={page}&page%5Bsize%5D={PAGE_SIZE}")
            items = answer.get("items")
            if not isinstance(items, list):
                raise TrustListMalformed("a page of attributes has no items")
            names += [name for item in items[:PAGE_SIZE] if (name := text(mapping(item).get("id")))]
            if len(items) < PAGE_SIZE:
                break
        return list(dict.fromkeys(names))[:MAX_ATTRIBUTES]

    async def _judge(self, attribute: dict[str, Any]) -> _Found | str:
        """An attribute that counts, or the reason why not."""
        role, body, by = attribute.get("issuerType"), attribute.get("body"), text(attribute.get("tao"))
        if role == "Revoked":
            return "accreditation_revoked"
        if role not in ACCREDITED or not body:
            return "no_accreditation"
        try:
            token = read_token(body.encode() if isinstance(body, str) else b"")
            credential = mapping(token.payload.get("vc")) or token.payload
            starts, ends = _period(token, credential)
        except TrustListMalformed:
            return "accreditation_malformed"
        subject = mapping(credential.get("credentialSubject"))
        if subject.get("id", token.payload.get("sub")) != self.did or _issuer(token, credential) != by:
            return "accreditation_malformed"
        if any(end <= self.now for end in ends):
            return "accreditation_expired"
        if any(start > self.now for start in starts):
            return "accreditation_not_yet_valid"
        verified = await self._verified(token, by)
        if verified is False:
            return "accreditation_signature"
        until = min(ends, default=None)
        return _Found(_accreditations(credential, subject, by, until), until, bool(verified))

    async def _verified(self, token: Jwt, by: str) -> bool | None:
        """Whether the accreditor signed, by the keys of the DID registry; None when there are none."""
        try:
            document = await self._get(f"{self.base}{IDENTIFIERS}{quote(by, safe=':')}")
        except GatewayError:
            return None
        keys = keys_of(document, "assertionMethod") if document.get("id") == by else {}
        key = keys.get(str(token.header.get("kid")))
        return holds(token, key) if key is not None and algorithm_of(token) else None

    async def _get(self, url: str) -> dict[str, Any]:
        async def fetched() -> dict[str, Any]:
            document = await json_at(url, self.fetch)
            if not isinstance(document, dict):
                raise TrustListMalformed("the registry's answer is no object")
            return document

        copy = await self.copies.get(f"ebsi {url}", self.now, fetched)
        oldest = min(filter(None, (self.blank.retrieved, copy.retrieved)))
        self.blank = replace(self.blank, retrieved=oldest, stale=self.blank.stale or copy.stale)
        document: dict[str, Any] = copy.value
        return document


def _issuer(token: Jwt, credential: dict[str, Any]) -> Any:
    issuer = credential.get("issuer", token.payload.get("iss"))
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def _period(token: Jwt, credential: dict[str, Any]) -> tuple[list[datetime], list[datetime]]:
    """Every beginning and every end that the token and the credential within name."""
    starts = [moment(token.payload.get("nbf")), _date(credential.get("validFrom"))]
    ends = [moment(token.payload.get("exp"))]
    ends += [_date(credential.get(name)) for name in ("validUntil", "expirationDate")]
    return [start for start in starts if start is not None], [end for end in ends if end is not None]


def _date(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise TrustListMalformed("a date of an accreditation is malformed") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _accreditations(
    credential: dict[str, Any], subject: dict[str, Any], by: str, until: datetime | None
) -> tuple[Accreditation, ...]:
    """What it accredits for: the narrowest type of each credential that may be issued, and its schema."""
    types = credential.get("type")
    kind = text(types[-1]) if isinstance(types, list) and types else text(types)
    whole = Accreditation(kind, by=by, valid_until=until)
    entries = subject.get("accreditedFor")
    found = []
    for entry in entries[:MAX_TYPES] if isinstance(entries, list) else ():
        members = mapping(entry)
        narrow = members.get("types")
        last = text(narrow[-1]) if isinstance(narrow, list) and narrow else ""
        found.append(replace(whole, type=last or kind, url=text(members.get("schemaId"))))
    return tuple(found) or (whole,)
