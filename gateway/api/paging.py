"""Pages of the Open Badges APIs: ``limit``, ``offset`` and ``since``, and the header ``Link`` to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.requests import known_parameters, moment_in
from gateway.errors import RequestRefused

__all__ = ["MOST", "PAGING", "Page", "page_asked"]

USUAL, MOST = 50, 100
MOST_OFFSET = 2**31
PAGING: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1},
    "offset": {"type": "integer", "minimum": 0},
    "since": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is asked for; ``since`` as the store writes moments, ``asked`` as the client does."""

    limit: int
    offset: int
    since: str
    asked: str
    address: str

    def headers(self, total: int) -> dict[str, str]:
        """How many there are, and where the other pages are: first and last always, next and previous if there."""
        links = ", ".join(f'<{self._at(offset)}>; rel="{rel}"' for rel, offset in self._others(total))
        return {"X-Total-Count": str(total), "Link": links}

    def _others(self, total: int) -> Iterator[tuple[str, int]]:
        if self.offset + self.limit < total:
            yield "next", self.offset + self.limit
        yield "last", max(0, (total - 1) // self.limit * self.limit)
        yield "first", 0
        if self.offset > 0:
            yield "prev", max(0, self.offset - self.limit)

    def _at(self, offset: int) -> str:
        query = {"limit": self.limit, "offset": offset, **({"since": self.asked} if self.asked else {})}
        return f"{self.address}?{urlencode(query)}"


def page_asked(request: web.Request) -> Page:
    """The page that a request asks for; more than ``MOST`` at once are given in several. Raises ``RequestRefused``."""
    known_parameters(request, frozenset(PAGING))
    return Page(
        min(_number(request, "limit", USUAL, 1), MOST),
        _number(request, "offset", 0, 0),
        moment_in(request, "since"),
        request.query.get("since", ""),
        f"{public_address(request)}{request.path}",
    )


def _number(request: web.Request, name: str, usual: int, least: int) -> int:
    text = request.query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 11 and least <= int(text) <= MOST_OFFSET):
        raise RequestRefused(f"{name} is a number from {least}")
    return int(text)
