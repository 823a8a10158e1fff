"""Requests for presentations: made by a tenant, found by the end of their addresses, answered once.

An address ends in 192 random bits, kept as SHA-256: whoever has it may answer. It is looked up across tenants,
because it names none; everything else is reached through the tenant's rows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from gateway.errors import NotFound, PresentationRefused
from gateway.store.moments import moment, new_id, stamp
from gateway.store.request_tables import presentation_requests as table
from gateway.store.rows import Rows
from gateway.store.tables import tenants

__all__ = [
    "EXPIRED", "FAILED", "KEPT", "MOST_ATTEMPTS", "REFUSED", "STATES", "VERIFIED", "WAITING", "PresentationRequest",
    "count_attempt", "drawn", "forget_requests", "new_request", "presentation_request", "remove_request",
    "request_behind", "right_code", "settle",
]  # fmt: skip

WAITING, VERIFIED, REFUSED, FAILED, EXPIRED = "waiting", "verified", "refused", "failed", "expired"
STATES = (WAITING, VERIFIED, REFUSED, FAILED, EXPIRED)
"""What can become of a request; ``failed`` is that the wallet said so."""
MOST_ATTEMPTS = 10
"""Answers that are not for a request, or malformed, after which it takes none."""
KEPT = timedelta(days=1)
"""How long a request and its result are kept after it has expired."""


@dataclass(frozen=True, slots=True)
class PresentationRequest:
    """A request for a presentation, and what came of it; ``outcome`` is JSON."""

    tenant: str
    id: str
    asked: Mapping[str, Any] = field(repr=False)
    state: str
    attempts: int
    created: str
    expires: str
    updated: str
    outcome: bytes | None = field(repr=False, default=None)
    code_digest: str | None = field(repr=False, default=None)

    def state_at(self, now: datetime) -> str:
        """The state; one that nobody answered in time has expired."""
        return EXPIRED if self.state == WAITING and moment(self.expires) <= now else self.state

    def waiting(self, now: datetime) -> PresentationRequest:
        """The request itself, if it can still be answered. Raises ``PresentationRefused``."""
        state = self.state_at(now)
        if state != WAITING:
            over = "has expired" if state == EXPIRED else "was answered already"
            raise PresentationRefused(f"the request {over}")
        if self.attempts >= MOST_ATTEMPTS:
            raise PresentationRefused("the request had too many wrong answers")
        return self


def drawn() -> str:
    """A text that nobody can guess."""
    return secrets.token_urlsafe(24)


def new_request(
    rows: Rows, asked: Mapping[str, Any], expires: datetime, now: datetime
) -> tuple[PresentationRequest, str]:
    """A request with the end of its addresses, which is told this once."""
    identifier, handle = new_id(now), drawn()
    rows.add(
        table, id=identifier, digest=_digest(handle), asked=json.dumps(dict(asked)), state=WAITING, attempts=0,
        outcome=None, code_digest=None, created=stamp(now), expires=stamp(expires), updated=stamp(now),
    )  # fmt: skip
    return presentation_request(rows, identifier), handle


def presentation_request(rows: Rows, identifier: str) -> PresentationRequest:
    """A request of the tenant's. Raises ``NotFound``."""
    row = rows.one(table, table.c.id == identifier)
    if row is None:
        raise NotFound("there is no such request")
    return _request(row)


def request_behind(connection: Connection, handle: str) -> PresentationRequest:
    """The request of any tenant's that an address ends in. Raises ``NotFound``, also while the tenant is suspended."""
    active = table.join(tenants, tenants.c.id == table.c.tenant_id)
    statement = select(table).select_from(active)
    row = connection.execute(
        statement.where(table.c.digest == _digest(handle), tenants.c.state == "active")
    ).first()
    if row is None:
        raise NotFound("there is no such request")
    return _request(row)


def count_attempt(rows: Rows, identifier: str) -> None:
    """One more answer that was not for a request."""
    rows.change(table, {"attempts": table.c.attempts + 1}, table.c.id == identifier)


def settle(
    rows: Rows, identifier: str, state: str, outcome: bytes, now: datetime, response_code: str | None = None
) -> None:
    """What came of a request, once. Raises ``PresentationRefused`` where it was answered meanwhile, or has expired."""
    presentation_request(rows, identifier).waiting(now)
    code_digest = _digest(response_code) if response_code is not None else None
    values = {"state": state, "outcome": outcome, "code_digest": code_digest, "updated": stamp(now)}
    if rows.change(table, values, table.c.id == identifier, table.c.state == WAITING) != 1:
        raise PresentationRefused("the request was answered already")


def right_code(request: PresentationRequest, shown: str) -> bool:
    """Whether a response code is the one that the result needs; any, where it needs none."""
    return request.code_digest is None or hmac.compare_digest(request.code_digest, _digest(shown))


def remove_request(rows: Rows, identifier: str) -> None:
    """Take a request out with all that came of it. Raises ``NotFound``."""
    if rows.remove(table, table.c.id == identifier) != 1:
        raise NotFound("there is no such request")


def forget_requests(rows: Rows, now: datetime) -> int:
    """Take out the requests that have expired long ago, with their results; how many."""
    return rows.remove(table, table.c.expires < stamp(now - KEPT))


def _request(row: Any) -> PresentationRequest:
    return PresentationRequest(
        row.tenant_id, row.id, json.loads(row.asked), row.state, row.attempts, row.created, row.expires,
        row.updated, row.outcome, row.code_digest,
    )  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
