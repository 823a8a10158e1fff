"""Another gateway's feed as a source: credentials by their originals, or in the form that the address asks for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway.envelopes.limits import MAX_BYTES
from gateway.envelopes.slices import members
from gateway.errors import SourceMalformed
from gateway.pipeline.pull_hosts import (
    PAGE_BYTES,
    Host,
    Item,
    SourcePage,
    address_of,
    json_object,
    media_type,
    next_address,
    same_host,
)

__all__ = ["FeedSource"]

MEDIA_TYPE = "application/x-ndjson"
STATES = ("active", "suspended", "revoked", "erased")
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
LONGEST_NAME = 255
MOST_LINES = 1000
LARGEST_NUMBER = 2**63 - 1


class FeedSource:
    """A feed. Its changes are counted, so that one that turns in a circle is found out."""

    kind = "feed"

    def __init__(self, host: Host, address: str) -> None:
        self.name = address_of(address)
        query = urlsplit(address).query
        sign = "&" if query else "?"
        self.first = address if "limit" in parse_qs(query) else f"{address}{sign}limit=100"
        self._host = host

    async def page(self, address: str, number: int) -> SourcePage:
        """The next changes. Raises ``SourceMalformed``, ``SourceRefused``, and what the door raises."""
        answer = await self._host.ask(address, MEDIA_TYPE, PAGE_BYTES)
        media_type(answer, MEDIA_TYPE)
        lines = answer.body.splitlines()
        after = next_address(answer, address)
        more = answer.headers.get("feed-more") == "true"
        if not after or len(lines) > MOST_LINES:
            raise SourceMalformed("the page does not say where the next one begins, or is too long")
        if more and (not lines or after == address):
            raise SourceMalformed("the feed turns in a circle")
        items = []
        for position, line in enumerate(lines, 1):
            item, told = _item(line, address, f"line {position}")
            if told <= number:
                raise SourceMalformed(
                    "the feed goes back: its changes do not grow", pointer=f"line {position}",
                    hint="If it was put back from a copy, read it again from the start.",
                )  # fmt: skip
            items.append(item)
            number = told
        return SourcePage(tuple(items), after, number, more)

    async def original(self, item: Item) -> bytes | None:
        """The bytes as the other gateway got them. Raises what ``page`` does."""
        answer = await self._host.ask(item.address, "*/*", MAX_BYTES, gone=True)
        return answer.body if answer.status == 200 else None


def _item(line: bytes, address: str, pointer: str) -> tuple[Item, int]:
    """What a line tells of, and the number of its change."""
    told = json_object(line)
    remote, state, number = told.get("id"), told.get("state"), told.get("number")
    if not isinstance(remote, str) or not 0 < len(remote) <= LONGEST_NAME or not remote.isprintable():
        raise SourceMalformed("a line names no credential", pointer=pointer)
    if state not in STATES or type(number) is not int or not 0 < number <= LARGEST_NUMBER:
        raise SourceMalformed("a line tells no state or no number", pointer=pointer)
    if told.get("tombstone") is True:
        return Item(remote, str(state)), number
    problem = told.get("problem")
    if isinstance(problem, dict):
        return Item(remote, str(state), problem=_code(problem)), number
    if "credential" in told:
        return Item(remote, str(state), _digest(told, pointer), _content(line, told, pointer)), number
    record = told.get("record")
    if not isinstance(record, dict) or not isinstance(record.get("original"), str):
        raise SourceMalformed("a line has neither a credential nor its record", pointer=pointer)
    original = same_host(address, record["original"])
    return Item(remote, str(state), _digest(record, pointer), address=original), number


def _code(problem: dict[str, Any]) -> str:
    code = problem.get("code")
    return code[:64] if isinstance(code, str) and code.isprintable() else "problem"


def _digest(told: dict[str, Any], pointer: str) -> str:
    digest = told.get("digest")
    if not isinstance(digest, str) or not DIGEST.match(digest):
        raise SourceMalformed("a line tells no digest", pointer=pointer)
    return digest


def _content(line: bytes, told: dict[str, Any], pointer: str) -> bytes:
    """The credential in a line: texts as they are, JSON as it stands."""
    try:
        if isinstance(told["credential"], str):
            return told["credential"].encode()
        return members(line.decode())["credential"].encode()
    except ValueError:
        raise SourceMalformed("a line cannot be read", pointer=pointer) from None
