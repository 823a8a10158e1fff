"""A host of the Open Badges API as a source: ``getCredentials``, page by page.

https://www.imsglobal.org/spec/ob/v3p0#getcredentials. Positions in its list move when something is taken out of
it, so that each round reads the whole list; what is here already costs one look.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gateway.envelopes import read_json
from gateway.envelopes.slices import elements, members
from gateway.errors import GatewayError, SourceMalformed
from gateway.fetch import ReceivedAnswer
from gateway.pipeline.pull_hosts import (
    PAGE_BYTES,
    Host,
    Item,
    SourcePage,
    address_of,
    media_type,
    next_address,
)

__all__ = ["USUAL", "BadgesSource"]

USUAL = 100
"""How many credentials are asked for at a time."""
TYPES = ("application/json", "application/vnd.imsglobal.ob.v3p0+json")
TOKENS = ("compactJwsString", "compactJwsStrings")
"""The member of the model, and the one of the specification's own example."""


class BadgesSource:
    """A host; ``since`` asks only for what was issued after a moment."""

    kind = "open-badges"

    def __init__(self, host: Host, base: str, *, limit: int = USUAL, since: str = "") -> None:
        wish = urlencode({"since": since}) if since else ""
        self.name = address_of(base.rstrip("/")) + (f"?{wish}" if wish else "")
        self.first = f"{base.rstrip('/')}/credentials?limit={limit}&offset=0{'&' if wish else ''}{wish}"
        self._host = host
        self._seen: set[str] = set()

    async def page(self, address: str, number: int) -> SourcePage:
        """The next credentials. Raises ``SourceMalformed``, ``SourceRefused``, and what the door raises."""
        answer = await self._host.ask(address, "application/json", PAGE_BYTES)
        media_type(answer, *TYPES)
        items = _items(answer.body)
        total, number = _total(answer), number + len(items)
        after = next_address(answer, address)
        if not after and total is not None and number < total:
            after = _moved(address, number)
        self._seen.add(address)
        if after and (not items or after in self._seen or (total is not None and number > total)):
            raise SourceMalformed("the list turns in a circle, or is longer than it says")
        if not after:
            self._seen.clear()
            return SourcePage(items, self.first, 0, more=False, total=total)
        return SourcePage(items, after, number, more=True, total=total)

    async def original(self, item: Item) -> bytes | None:
        """Nothing: the bytes stand in the page."""
        return None


def _total(answer: ReceivedAnswer) -> int | None:
    text = answer.headers.get("x-total-count", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _moved(address: str, offset: int) -> str:
    """The same question from another offset on."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "offset"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("offset", str(offset))])))


def _items(body: bytes) -> tuple[Item, ...]:
    """The credentials of a page: documents as they stand in it, tokens as they are."""
    try:
        told = members(body.decode("utf-8-sig"))
        documents = [text.encode() for text in elements(told.get("credential", "[]"))]
        tokens = [_token(text) for name in TOKENS for text in elements(told.get(name, "[]"))]
    except (ValueError, GatewayError):
        raise SourceMalformed("the answer is no list of credentials") from None
    found = [(data, hashlib.sha256(data).hexdigest()) for data in (*documents, *tokens)]
    return tuple(Item(digest, "active", digest, data) for data, digest in found)


def _token(text: str) -> bytes:
    token = read_json(text.encode())
    if not isinstance(token, str):
        raise ValueError("a token is a text")
    return token.encode()
