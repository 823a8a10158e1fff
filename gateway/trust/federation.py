"""OpenID Federation: does a chain of signed statements lead from an issuer up to a trust anchor?

https://openid.net/specs/openid-federation-1_0.html#section-10
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from gateway.copies import Copies, Shelves
from gateway.errors import DocumentGone, DocumentMissing, GatewayError, SettingInvalid, TrustListMalformed
from gateway.trust.constraints import check_constraints
from gateway.trust.documents import address, mapping, read_object, text
from gateway.trust.entity_statements import (
    MAX_STATEMENT,
    EntityStatement,
    FederationKey,
    StatementRefused,
    check_period,
    read_entity_statement,
    read_keys,
    verify_entity_statement,
)
from gateway.trust.statements import FEDERATION, Fetch, Issuer, Statement, TrustSource
from gateway.trust.trust_marks import trust_marks

__all__ = [
    "MAX_INTERMEDIATES",
    "MAX_REQUESTS",
    "MAX_SECONDS",
    "Anchor",
    "Walk",
    "anchor_of",
    "openid_federation",
]

WELL_KNOWN = "/.well-known/openid-federation"
ACCEPT = "application/entity-statement+jwt"
MAX_INTERMEDIATES = 5
"""Most superiors between an issuer and its trust anchor."""
MAX_REQUESTS = 24
"""Most statements looked at for one issuer and one anchor."""
MAX_SECONDS = 10.0
NOT_LISTED = "not_listed"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A trust anchor; without ``keys`` it is known by its address alone, and trusted with what it serves."""

    id: str
    keys: tuple[FederationKey, ...] = ()


def anchor_of(identifier: str, path: Path) -> Anchor:
    """The anchor whose keys are the JWK Set in a file. Raises ``SettingInvalid``."""
    try:
        keys = read_keys(read_object(path.read_bytes()))
    except OSError as error:
        raise SettingInvalid(f"the keys of a trust anchor cannot be read ({type(error).__name__})") from None
    except TrustListMalformed as error:
        raise SettingInvalid(f"the keys of a trust anchor are malformed: {error.detail}") from None
    if not keys:
        raise SettingInvalid(f"{path.name} holds no key with an id that a trust anchor could sign with")
    return Anchor(identifier, keys)


def openid_federation(anchors: Sequence[Anchor], shelves: Shelves) -> TrustSource:
    """The source for some trust anchors: one statement for each."""

    async def source(issuer: Issuer, fetch: Fetch, now: datetime) -> tuple[Statement, ...]:
        walks = (Walk(anchor, fetch, now, shelves) for anchor in anchors)
        return tuple(await asyncio.gather(*(walk.ask_about(issuer) for walk in walks)))

    return source


def _is_entity(identifier: str) -> bool:
    """Whether an identifier can be an entity's (section 1.2): an address without query and fragment."""
    return bool(address(identifier)) and not {"?", "#"} & set(identifier)


@dataclass(slots=True)
class Walk:
    """One search for one issuer below one anchor.

    ``retrieved`` is when the oldest statement looked at was fetched, ``stale`` whether one could not be
    fetched anew.
    """

    anchor: Anchor
    fetch: Fetch
    now: datetime
    shelves: Shelves
    retrieved: datetime | None = None
    stale: bool = False
    requests: int = 0
    failures: list[Statement] = field(default_factory=list)

    async def ask_about(self, issuer: Issuer) -> Statement:
        """Whether the anchor's federation has the issuer as a member.

        The issuer of an https identifier publishes its configuration and a chain is sought from there; of
        a DID the anchor itself is asked, as registries of the Digital Credentials Consortium do.
        """
        identifier = issuer.identifier
        if not issuer.proven:
            return self._said.unproven()
        try:
            async with asyncio.timeout(MAX_SECONDS):
                if identifier.startswith("did:"):
                    return await self._answer_about(identifier)
                if not _is_entity(identifier):
                    return self._said.unlisted(NOT_LISTED, "the issuer's identifier names no entity")
                return await self._climb_from(identifier)
        except TimeoutError:
            return self._said.unasked("fetch_failed", f"no answer within {MAX_SECONDS:g} seconds")
        except (GatewayError, StatementRefused) as error:
            return self._without(error, "the federation does not know the issuer")

    @property
    def _said(self) -> Statement:
        return Statement(FEDERATION, self.anchor.id, retrieved=self.retrieved, stale=self.stale)

    async def _answer_about(self, did: str) -> Statement:
        """What the anchor says of a DID: a statement it signed, the DID its subject."""
        top = await self._anchor()
        said = await self._subordinate(top, did)
        verify_entity_statement(said, top.keys)
        check_constraints(said, (said,))
        return self._listed((said,), (said, top))

    async def _climb_from(self, identifier: str) -> Statement:
        """The first chain found that holds; why there is none, when there is none."""
        leaf = await self._configuration(identifier)
        verify_entity_statement(leaf, leaf.keys)
        if identifier == self.anchor.id:
            verify_entity_statement(leaf, self.anchor.keys or leaf.keys)
            return self._listed((leaf,), (leaf,))
        found = await self._climb(leaf, leaf, ())
        if found is not None:
            return found
        unasked = [failure for failure in self.failures if failure.listed is None]
        nothing = self._said.unlisted(NOT_LISTED, "no authority of the issuer leads to the trust anchor")
        return [*unasked, *self.failures, nothing][0]

    async def _climb(
        self, leaf: EntityStatement, entity: EntityStatement, below: tuple[EntityStatement, ...]
    ) -> Statement | None:
        """Try the superiors of an entity one after the other (section 10.1)."""
        path = (leaf.subject, *(statement.issuer for statement in below))
        for hint in entity.hints:
            try:
                if hint in path:
                    raise StatementRefused("federation_loop", "the issuer's authorities lead in a circle")
                if len(below) > MAX_INTERMEDIATES:
                    raise StatementRefused("federation_too_deep", "the chain to the trust anchor is too long")
                found = await self._step(leaf, entity, below, hint)
            except (GatewayError, StatementRefused) as error:
                missing = "an authority does not know whom it should vouch for"
                self.failures.append(self._without(error, missing))
            else:
                if found is not None:
                    return found
        return None

    async def _step(
        self, leaf: EntityStatement, entity: EntityStatement, below: tuple[EntityStatement, ...], hint: str
    ) -> Statement | None:
        top = hint == self.anchor.id
        superior = await (self._anchor() if top else self._superior(hint))
        said = await self._subordinate(superior, entity.subject)
        chain = (*below, said)
        if not top:
            return await self._climb(leaf, superior, chain)
        self._verify_chain(leaf, chain, superior)
        return self._listed((chain[0], leaf), (leaf, *chain, superior))

    def _verify_chain(
        self, leaf: EntityStatement, chain: tuple[EntityStatement, ...], top: EntityStatement
    ) -> None:
        """Section 10.2, from the top down: each statement by the keys that the one above it names."""
        above = top
        for statement in (*reversed(chain), leaf):
            verify_entity_statement(statement, above.keys)
            above = statement
        check_constraints(leaf, chain)

    def _listed(self, about: Sequence[EntityStatement], chain: Sequence[EntityStatement]) -> Statement:
        """The issuer is a member, as a chain shows; ``about`` is what is said of it, its superior first."""
        metadata = [statement.metadata.get("federation_entity", {}) for statement in about]
        names = [name for members in metadata if (name := text(members.get("organization_name")))]
        urls = [url for members in metadata if (url := address(members.get("homepage_uri")))]
        known = "the anchor's configured keys" if self.anchor.keys else "the anchor's address alone"
        return replace(
            self._said, listed=True, name=next(iter(names), ""), url=next(iter(urls), ""),
            valid_until=min(statement.expires for statement in chain),
            accreditations=trust_marks(about[-1], chain[-1], self.now),
            checked=(f"{len(chain)} signed statements", known),
        )  # fmt: skip

    async def _anchor(self) -> EntityStatement:
        """The anchor's configuration, signed by a key that is configured for it."""
        try:
            top = await self._configuration(self.anchor.id, self.shelves.lists)
            verify_entity_statement(top, self.anchor.keys or top.keys)
        except (DocumentMissing, DocumentGone):
            raise TrustListMalformed("the trust anchor publishes no configuration") from None
        except StatementRefused as refusal:
            raise StatementRefused(refusal.code, refusal.message, listed=None) from None
        return top

    async def _superior(self, identifier: str) -> EntityStatement:
        """The configuration of an intermediate, signed by itself; what it is worth its superior says."""
        if not _is_entity(identifier):
            raise StatementRefused("federation_hint", "an authority hint is no entity identifier")
        try:
            superior = await self._configuration(identifier)
        except (DocumentMissing, DocumentGone):
            raise TrustListMalformed("an authority publishes no configuration") from None
        verify_entity_statement(superior, superior.keys)
        return superior

    async def _configuration(self, identifier: str, copies: Copies | None = None) -> EntityStatement:
        url = identifier.removesuffix("/") + WELL_KNOWN
        statement = await self._statement(url, copies or self.shelves.answers)
        if not statement.issuer == statement.subject == identifier:
            raise StatementRefused("federation_subject", "a configuration is that of another entity")
        return statement

    async def _subordinate(self, superior: EntityStatement, subject: str) -> EntityStatement:
        """What a superior says of a subject (section 8.1)."""
        metadata = mapping(superior.metadata.get("federation_entity"))
        endpoint = address(metadata.get("federation_fetch_endpoint"))
        if not endpoint or "#" in endpoint:
            raise StatementRefused("federation_endpoint", "an authority has no endpoint to ask")
        joint = "&" if "?" in endpoint else "?"
        url = f"{endpoint}{joint}{urlencode({'sub': subject})}"
        statement = await self._statement(url, self.shelves.answers)
        if (statement.issuer, statement.subject) != (superior.subject, subject):
            raise StatementRefused("federation_subject", "an authority answered about somebody else")
        return statement

    async def _statement(self, url: str, copies: Copies) -> EntityStatement:
        """The statement at an address, in force."""
        self.requests += 1
        if self.requests > MAX_REQUESTS:
            raise StatementRefused("federation_too_wide", "the issuer names too many authorities")

        async def fetched() -> EntityStatement:
            return read_entity_statement(await self.fetch.get(url, accept=ACCEPT, max_bytes=MAX_STATEMENT))

        key = f"entity statement {url}"
        copy = await copies.get(key, self.now, fetched, until=lambda statement: statement.expires)
        self.retrieved = min(filter(None, (self.retrieved, copy.retrieved)))
        self.stale = self.stale or copy.stale
        check_period(copy.value, self.now)
        statement: EntityStatement = copy.value
        return statement

    def _without(self, error: GatewayError | StatementRefused, missing: str) -> Statement:
        """The statement for what stands in the way; ``missing`` is what it means when a document is."""
        if isinstance(error, StatementRefused):
            return replace(self._said, listed=error.listed, code=error.code, message=error.message)
        if isinstance(error, DocumentMissing | DocumentGone):
            return self._said.unlisted(NOT_LISTED, missing)
        return self._said.failed(error)
