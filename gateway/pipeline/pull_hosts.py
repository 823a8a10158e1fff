"""Hosts that credentials are pulled from: asked through the one door, with patience that has an end.

What a host answers is judged whole: a page that is not what it must be is not used in part.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urljoin, urlsplit

from gateway.envelopes import read_json
from gateway.errors import (
    FetchFailed,
    FetchRefused,
    GatewayError,
    RequestRefused,
    SourceMalformed,
    SourceRefused,
)
from gateway.fetch import Exchange, OutgoingRequest, ReceivedAnswer

__all__ = [
    "PAGE_BYTES",
    "Grant",
    "Host",
    "Item",
    "Key",
    "Source",
    "SourcePage",
    "address_of",
    "checked_secret",
]

PAGE_BYTES = 16_777_216
"""Most bytes of one page."""
TRIES = 5
FIRST_PAUSE = 1.0
"""Seconds before a host that failed is asked again; twice as many each time."""
LONGEST_PAUSE = 300
"""Most seconds that are waited because a host asks for it; one that asks for more is left alone."""
LATER = frozenset((429, 502, 503, 504))
"""Answers that say nothing but that the host cannot answer now."""
LONGEST_ADDRESS = 2000
SECRET = re.compile(r"[!-~]{1,4096}\Z")
NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel\s*=\s*"?next\b')


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a source tells of: what it calls it, its state there, and how to come by its bytes.

    ``digest`` is what the source tells of the bytes, ``data`` the bytes where they stand in the page, ``address``
    where they are fetched, ``problem`` the code with which the source says that there are none.
    """

    remote: str
    state: str
    digest: str = ""
    data: bytes | None = field(default=None, repr=False)
    address: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page: its items, and where to go on. ``total`` is how many there are in all, where it is told."""

    items: tuple[Item, ...]
    next: str
    number: int
    more: bool
    total: int | None = None


class Source(Protocol):
    """Something that is followed: ``kind`` and ``name`` tell it from others, ``first`` is its first page."""

    kind: str
    name: str
    first: str

    async def page(self, address: str, number: int) -> SourcePage:
        """The page at an address, ``number`` as the page before it said. Raises an ``OutsideFailed``."""
        ...

    async def original(self, item: Item) -> bytes | None:
        """The bytes of an item that has an address, None where they are gone. Raises an ``OutsideFailed``."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """A key or token as it is."""

    text: str = field(repr=False)

    async def token(self, exchange: Exchange) -> str:
        """What is shown."""
        return self.text


@dataclass(frozen=True, slots=True)
class Grant:
    """Client credentials that a token is asked with. RFC 6749, section 4.4."""

    address: str
    client: str
    secret: str = field(repr=False)
    scope: str = ""

    async def token(self, exchange: Exchange) -> str:
        """A new token. Raises ``SourceRefused``, ``SourceMalformed``, and what the door raises."""
        pair = f"{quote(self.client, safe='')}:{quote(self.secret, safe='')}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        wish = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        answer = await exchange.exchange(
            OutgoingRequest("POST", self.address, headers, urlencode(wish).encode(), max_bytes=65_536)
        )
        if answer.status != 200:
            raise SourceRefused(f"no token is given out: the answer has status {answer.status}")
        told = json_object(answer.body).get("access_token")
        if not isinstance(told, str) or not SECRET.match(told):
            raise SourceMalformed("the answer holds no token")
        return told


class Host:
    """One host that is asked again when it cannot answer now. ``pause`` waits so many seconds."""

    def __init__(
        self,
        exchange: Exchange,
        access: Key | Grant,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._exchange, self._access, self._pause = exchange, access, pause
        self._token = ""

    async def ask(self, address: str, accept: str, max_bytes: int, *, gone: bool = False) -> ReceivedAnswer:
        """The answer of status 200, where it may be ``gone`` also 404 or 410.

        Raises ``SourceRefused`` for another status, ``FetchRefused`` and ``FetchFailed``.
        """
        for attempt in range(TRIES):
            wait = FIRST_PAUSE * 2**attempt
            try:
                answer = await self._once(address, accept, max_bytes)
            except FetchRefused:
                raise
            except FetchFailed as error:
                failure: GatewayError = error
            else:
                if answer.status == 200 or (gone and answer.status in (404, 410)):
                    return answer
                failure = SourceRefused(f"the answer has status {answer.status}")
                if answer.status not in LATER:
                    raise failure
                wait = _asked_for(answer, wait)
            if wait > LONGEST_PAUSE or attempt == TRIES - 1:
                raise failure
            await self._pause(wait)
        raise SourceRefused("the host does not answer")

    async def _once(self, address: str, accept: str, max_bytes: int) -> ReceivedAnswer:
        """One answer; a token that does not hold any more is renewed once."""
        fresh = not self._token
        self._token = self._token or await self._access.token(self._exchange)
        answer = await self._shown(address, accept, max_bytes)
        if answer.status == 401 and not fresh and isinstance(self._access, Grant):
            self._token = await self._access.token(self._exchange)
            answer = await self._shown(address, accept, max_bytes)
        return answer

    async def _shown(self, address: str, accept: str, max_bytes: int) -> ReceivedAnswer:
        headers = {"Accept": accept, "Authorization": f"Bearer {self._token}"}
        return await self._exchange.exchange(OutgoingRequest("GET", address, headers, max_bytes=max_bytes))


def _asked_for(answer: ReceivedAnswer, otherwise: float) -> float:
    """How many seconds a host asks to be left alone; dates are not read."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def next_address(answer: ReceivedAnswer, address: str) -> str:
    """Where ``Link`` says that the next page is, empty where it does not. Raises ``SourceMalformed``."""
    found = NEXT.search(answer.headers.get("link", ""))
    return same_host(address, found.group(1)) if found else ""


def same_host(address: str, link: str) -> str:
    """A link, made whole. Raises ``SourceMalformed`` for one to another host: the key is not shown there."""
    try:
        made = urljoin(address, link)
        same = urlsplit(made)[:2] == urlsplit(address)[:2]
    except ValueError:
        made, same = "", False
    if not same or len(made) > LONGEST_ADDRESS:
        raise SourceMalformed("a link leads to another host, or nowhere")
    return made


def json_object(data: bytes) -> dict[str, Any]:
    """An object from outside. Raises ``SourceMalformed`` for anything else."""
    try:
        told = read_json(data)
    except GatewayError as error:
        raise SourceMalformed(f"the answer is no JSON object ({error.code})") from None
    if not isinstance(told, dict):
        raise SourceMalformed("the answer is no JSON object")
    return told


def media_type(answer: ReceivedAnswer, *known: str) -> None:
    """Refuse an answer that says it is something else. Raises ``SourceMalformed``."""
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() not in known:
        raise SourceMalformed(f"the answer is not of the type {known[0]}")


def address_of(text: str) -> str:
    """The address of a source. Raises ``RequestRefused`` for what cannot be one."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.fragment:
        raise RequestRefused("the address of a source begins with https:// and has no fragment")
    if len(text) > LONGEST_ADDRESS or "@" in parts.netloc:
        raise RequestRefused(f"the address has more than {LONGEST_ADDRESS} characters, or a password in it")
    return text


def checked_secret(text: str) -> str:
    """A key or token as it stands in its file. Raises ``RequestRefused`` for what none can be."""
    if not SECRET.match(text.strip()):
        raise RequestRefused("the file holds no key: one line of printable characters")
    return text.strip()
