"""Verification with an outside world made of files: what is asked for at an address is read, never fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.core import Question, Verified, inspect, policy_named, verify
from gateway.dids import Means, resolve
from gateway.errors import GatewayError
from gateway.fetch import NoFetch
from gateway.retrieval import CONTROLLER, DOCUMENT, Answer, Need, Retrieved

__all__ = ["NOW", "World", "verified"]

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
"""The day the validator's version was published that the outcomes are of."""
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class World:
    """``folders`` answer for all addresses that begin so; ``documents`` and ``controllers`` for one each."""

    folders: dict[str, Path] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    controllers: dict[str, Any] = field(default_factory=dict)

    def answer(self, need: Need) -> Answer:
        """What stands at an address here, or that nothing does."""
        if need.kind == CONTROLLER:
            return self._controller(need.address)
        if need.kind == DOCUMENT:
            return self._document(need.address)
        return Answer(())

    def _controller(self, identifier: str) -> Answer:
        if identifier in self.controllers:
            return Answer(self.controllers[identifier], retrieved=NOW)
        if not identifier.startswith("did:key:"):
            return Answer(code="fetch_failed", message="nothing answers at this address")
        try:
            found = asyncio.run(resolve(identifier, Means(NoFetch(), NOW)))
            return Answer(found.active_document, retrieved=NOW)
        except GatewayError as error:
            return Answer(code=error.code, message=error.detail)

    def _document(self, url: str) -> Answer:
        content = self.documents.get(url)
        for start, folder in self.folders.items():
            path = folder / url.removeprefix(start)
            if content is None and url.startswith(start) and path.is_file():
                content = path.read_bytes()
        if content is None:
            return Answer(code="fetch_failed", message="nothing answers at this address")
        return Answer(content, retrieved=NOW, url=url)


def verified(data: bytes, policy: str, answer: Callable[[Need], Answer]) -> Verified:
    """A document verified, round after round, until nothing is missing. Raises what opening it refuses."""
    inspected = inspect(data)
    answers: dict[Need, Answer] = {}
    for _ in range(ROUNDS):
        retrieved = Retrieved(answers)
        done = verify(inspected, retrieved, Question(NOW, policy_named(policy)))
        if not retrieved.missing:
            break
        answers.update({need: answer(need) for need in retrieved.missing})
    return done
