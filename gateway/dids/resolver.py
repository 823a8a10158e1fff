"""The resolver of one gateway: copies of documents, and its own DID without the network.

docs/decisions says how long copies serve for what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gateway.copies import FRESH, PAUSE, Copies
from gateway.dids import COMPUTED, Means, Resolution, method_of, resolve
from gateway.dids.resolution import Json, Run, here
from gateway.fetch import Fetch

__all__ = ["STALE", "Registries", "Resolver"]

STALE = timedelta(hours=24)
"""How long a document serves, marked as stale, when it cannot be fetched anew."""
ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Registries:
    """Addresses of others who resolve DIDs: a DID registry of EBSI, a universal resolver; empty for none."""

    ebsi: str = ""
    universal: str = ""


class Resolver:
    """Resolves DIDs and https URLs. One for each gateway.

    ``own`` gives the document of a DID that is the gateway's own, None for every other; ``run`` computes what
    takes long; ``fresh`` is how long a document is used without asking again.
    """

    def __init__(
        self, fetch: Fetch, clock: Callable[[], datetime], *, registries: Registries | None = None,
        run: Run = here, fresh: timedelta = FRESH, own: Callable[[str], Json | None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._fetch, self._clock, self._run, self._own = fetch, clock, run, own
        self._registries = registries or Registries()
        self._fresh = fresh
        self._copies = Copies(fresh=fresh, kept=STALE)

    async def resolve(
        self, identifier: str, *, stale: bool = False, key_format: str = "Multikey"
    ) -> Resolution:
        """The document and what is known of it; of a DID that is no longer in force, its past.

        An older copy serves when asking fails only where ``stale`` allows it, and says so. Raises
        ``DidInvalid``, ``DidMethodUnknown``, ``DidNotFound``, ``DidDocumentInvalid``, or what ``fetch`` raises.
        """
        now = self._clock()
        means = Means(
            self._fetch, now, self._registries.ebsi, self._registries.universal, self._run, key_format
        )
        if (own := self._own(identifier)) is not None:
            return Resolution(own, retrieved=now)
        if method_of(identifier) in COMPUTED:
            return replace(await resolve(identifier, means), retrieved=now)

        async def fetched() -> Resolution:
            return replace(await resolve(identifier, means), retrieved=now)

        copy = await self._copies.get(
            identifier, now, fetched, until=_until, fresh=self._fresh_for, stale=stale
        )
        found: Resolution = copy.value
        return replace(found, stale=copy.stale)

    async def resolve_as(self, did: str, key_format: str) -> Resolution:
        """The same for a look-up, which names the form of keys and takes no stale copy."""
        return await self.resolve(did, key_format=key_format)

    def _fresh_for(self, found: Resolution) -> timedelta:
        """The controller may want its document kept for less than we would, never for longer."""
        return self._fresh if found.fresh is None else min(self._fresh, found.fresh)


def _until(found: Resolution) -> datetime:
    """A log that does not verify is soon looked at again: its controller may have mended it."""
    return (found.retrieved or ALWAYS) + PAUSE if found.broken is not None else ALWAYS
