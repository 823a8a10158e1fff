"""Answers that are kept for their Idempotency-Key: a request sent again is answered again, not done again (R2).

https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.errors import IdempotencyConflict
from gateway.store.moments import stamp
from gateway.store.rows import Rows
from gateway.store.tables import answers

__all__ = ["KEPT", "Answer", "Request", "answered", "digesting", "forget_old", "keep_answer"]

KEPT = timedelta(hours=24)
"""How long an answer is kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """What identifies a request: its Idempotency-Key, and what it asks (method, path and body).

    ``told`` is the digest of a request whose body was too long to be held, as ``digesting`` began it.
    """

    key: str
    method: str
    path: str
    body: bytes = field(repr=False, default=b"")
    told: str = ""

    def digest(self) -> str:
        """SHA-256 of what it asks."""
        if self.told:
            return self.told
        digest = digesting(self.method, self.path)
        digest.update(self.body)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is sent."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def digesting(method: str, path: str) -> hashlib._Hash:
    """The digest of a request whose body comes piece by piece."""
    return hashlib.sha256(f"{method} {path}\n".encode())


def answered(rows: Rows, request: Request, now: datetime) -> Answer | None:
    """The answer a request has got. Raises ``IdempotencyConflict`` when its key was another request's."""
    row = rows.one(answers, answers.c.key == request.key, answers.c.expires > stamp(now))
    if row is None:
        return None
    if row.request != request.digest():
        raise IdempotencyConflict("the Idempotency-Key was sent with another request")
    return Answer(row.status, row.body, json.loads(row.headers))


def keep_answer(rows: Rows, request: Request, answer: Answer, now: datetime) -> None:
    """Keep an answer, in the transaction that does what it says."""
    rows.remove(answers, answers.c.key == request.key, answers.c.expires <= stamp(now))
    rows.add(
        answers, key=request.key, request=request.digest(), status=answer.status,
        headers=json.dumps(dict(answer.headers)), body=answer.body, expires=stamp(now + KEPT),
    )  # fmt: skip


def forget_old(rows: Rows, now: datetime) -> int:
    """Take out the answers of a tenant that are kept no longer; how many."""
    return rows.remove(answers, answers.c.expires <= stamp(now))
