"""A network of canned answers, and the means to resolve with it, for the tests of DIDs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gateway.dids import Means
from gateway.errors import DocumentMissing, GatewayError
from gateway.fetch import Fetch

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

Answer = bytes | GatewayError | dict[str, Any] | list[Any]


class Web:
    """What stands at which address; everything else is missing. It remembers what was asked."""

    def __init__(self, at: dict[str, Answer] | None = None) -> None:
        self.at = dict(at or {})
        self.asked: list[str] = []
        self.accepted: list[str] = []

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        self.asked.append(url)
        self.accepted.append(accept)
        answer = self.at.get(url, DocumentMissing("the answer has status 404"))
        if isinstance(answer, GatewayError):
            raise answer
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


class Always(Web):
    """The same answer at every address."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        self.at[url] = self.answer
        return await super().get(url, accept=accept, max_bytes=max_bytes)


def means(web: Fetch | None = None, **given: Any) -> Means:
    """Means with a fixed time; without a web, nothing is anywhere."""
    return Means(web or Web(), given.pop("now", NOW), **given)
