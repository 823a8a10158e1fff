"""Asking every configured list about one issuer, all at once; each answers, come what may. And for anchors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from gateway.trust.statements import Fetch, Issuer, Statement, TrustSource

__all__ = ["MAX_IDENTIFIER", "anchors", "ask"]

MAX_IDENTIFIER = 2048


async def ask(
    issuer: Issuer, sources: Sequence[TrustSource], fetch: Fetch, now: datetime
) -> tuple[Statement, ...]:
    """What each list says of the issuer at ``now``, in the order of the sources.

    A list that fails says so in its statement: nothing is raised for what the outside world does. No list
    is asked about an identifier that is too long or holds what cannot be printed.
    """
    if len(issuer.identifier) > MAX_IDENTIFIER or not issuer.identifier.isprintable():
        return ()
    answers = await asyncio.gather(*(source(issuer, fetch, now) for source in sources))
    return tuple(statement for answer in answers for statement in answer)


async def anchors(
    sources: Sequence[TrustSource], fetch: Fetch, now: datetime, at: datetime | None = None
) -> tuple[bytes, ...]:
    """The certificates (DER) that a seal or a timestamp may lead to by the word of a list, now or ``at`` a moment.

    Raises a ``GatewayError`` when the list that names them cannot be had.
    """
    if not sources:
        return ()
    from gateway.trust.eu_trusted_list import EuTrustedList  # imported here, with X.509: few are asked for it

    lists = [source for source in sources if isinstance(source, EuTrustedList)]
    found = await asyncio.gather(*(source.anchors(fetch, now, at) for source in lists))
    return tuple(der for ders in found for der in ders)
