"""Having what a verification lacks: needs answered from outside, round after round, until none is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from gateway.copies import Copies
from gateway.course import lap
from gateway.dids.resolver import Resolver
from gateway.errors import GatewayError
from gateway.fetch import Fetch
from gateway.retrieval import CONTROLLER, DOCUMENT, ISSUER, Answer, Need
from gateway.status import Lifetime, lifetime_of
from gateway.trust import Issuer, TrustSource, anchors, ask

__all__ = ["MAX_ISSUERS", "MAX_NEEDS", "MAX_ROUNDS", "Retriever", "until_complete"]

MAX_ROUNDS = 5
"""A credential, its issuer, its status list, that list's issuer: the longest chain there is, and one more."""
MAX_NEEDS = 32
"""Most look-ups for one document."""
MAX_ISSUERS = 16
"""Most of them that ask lists of issuers: each may cost requests to every list there is."""
ACCEPT = (
    "application/vc+ld+json, application/vc, application/ld+json, application/json, application/vc+jwt, "
    "application/jwt, text/plain;q=0.5, */*;q=0.1"
)

Result = TypeVar("Result")
Answers = dict[Need, Answer]


@dataclass(frozen=True, slots=True)
class Retriever:
    """Answers needs: DID documents, documents at https addresses, what the lists of ``trust`` say of an issuer.

    ``trust`` also says which certificates seals may lead to. With ``stale``, an older copy of a
    controller's document serves when its source fails, and says so. ``lists`` keeps status lists.
    ``own`` knows what the gateway publishes itself, which needs no way over the network.
    """

    fetch: Fetch
    clock: Callable[[], datetime]
    resolver: Resolver
    trust: tuple[TrustSource, ...] = ()
    stale: bool = True
    lists: Copies = field(default_factory=Copies)
    max_document: int = 1_048_576
    own: Callable[[str], Awaitable[bytes | None]] | None = None

    async def answer(self, need: Need) -> Answer:
        """What came back, or why nothing did. Raises nothing of the outside world's."""
        try:
            return await self._asked(need)
        except GatewayError as error:
            return Answer(code=error.code, message=f"{error.title}: {error.detail}")

    async def _asked(self, need: Need) -> Answer:
        if need.kind == CONTROLLER:
            found = await self.resolver.resolve(need.address, stale=self.stale)
            return Answer(
                found.active_document, retrieved=found.retrieved, stale=found.stale, resolved_by=found.by
            )
        if need.kind == DOCUMENT:
            return await self._document(need.address)
        if need.kind == ISSUER:
            issuer = Issuer(need.address, need.organization, need.certificates, need.proven, need.sealed_at)
            now = self.clock()
            statements = await ask(issuer, self.trust, self.fetch, now)
            return Answer([statement.to_json() for statement in statements], retrieved=now)
        now = self.clock()
        return Answer(await anchors(self.trust, self.fetch, now, need.sealed_at), retrieved=now)

    async def _document(self, url: str) -> Answer:
        """The bytes at an address; of a status list, a copy for as long as the list allows and no longer."""

        async def fetched() -> tuple[bytes, Lifetime | None]:
            content = await self.fetch.get(url, accept=ACCEPT, max_bytes=self.max_document)
            return content, lifetime_of(content)

        now = self.clock()
        if self.own is not None and (content := await self.own(url)) is not None:
            return Answer(content, retrieved=now, url=url)
        if url in self.lists:
            copy = await self.lists.get(url, now, fetched, until=_until, fresh=_span, stale=False)
            return Answer(copy.value[0], retrieved=copy.retrieved, url=url)
        content, lifetime = await fetched()
        if lifetime is not None:
            self.lists.keep(url, now, (content, lifetime))
        return Answer(content, retrieved=now, url=url)


def _span(value: tuple[bytes, Lifetime | None]) -> timedelta:
    return value[1].span if value[1] is not None else timedelta()


def _until(value: tuple[bytes, Lifetime | None]) -> datetime:
    return value[1].until if value[1] is not None else datetime.max.replace(tzinfo=UTC)


async def until_complete(
    work: Callable[[Answers], Awaitable[tuple[Result, tuple[Need, ...]]]], retriever: Retriever
) -> Result:
    """Run ``work`` on what is known until it needs nothing more.

    ``work`` gives its result and what it missed. Rounds and look-ups are bounded; what is missing
    after that stays undetermined.
    """
    answers: Answers = {}
    result, missing = await work(answers)
    for _ in range(MAX_ROUNDS):
        wanted = _affordable([need for need in missing if need not in answers], answers)
        if not wanted:
            break
        lap()
        found = await asyncio.gather(*(retriever.answer(need) for need in wanted))
        answers.update(zip(wanted, found, strict=True))
        lap("retrieve")
        result, missing = await work(answers)
    return result


def _affordable(wanted: list[Need], answers: Answers) -> list[Need]:
    """The needs that may still be answered for this document, in their order."""
    issuers = sum(need.kind == ISSUER for need in answers)
    chosen: list[Need] = []
    for need in wanted:
        issuers += need.kind == ISSUER
        if need.kind != ISSUER or issuers <= MAX_ISSUERS:
            chosen.append(need)
    return chosen[: MAX_NEEDS - len(answers)]
