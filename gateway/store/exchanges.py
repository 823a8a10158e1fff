"""Workflows of tenants, and their exchanges: each found by what its address ends in, and going forward only."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from gateway.errors import NotFound, StateConflict
from gateway.store.audit import append
from gateway.store.exchange_tables import exchanges, workflows
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.tables import tenants

__all__ = [
    "Exchange",
    "Workflow",
    "advance",
    "exchange_behind",
    "forget_exchanges",
    "new_exchange",
    "new_workflow",
    "keep_refusal",
    "own_exchange",
    "workflow",
]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of a tenant's; ``configuration`` is as it was made with."""

    id: str
    configuration: Json
    created: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One interaction. ``step`` is what comes next; ``sequence`` how many were taken."""

    tenant: str
    digest: str
    workflow: str
    step: str
    state: str
    sequence: int
    variables: Json = field(repr=False)
    problem: Json | None
    expires: str


def new_workflow(rows: Rows, actor: str, configuration: Json, now: datetime) -> Workflow:
    """One more workflow."""
    identifier = new_id(now)
    rows.add(workflows, id=identifier, configuration=json.dumps(configuration), created=stamp(now))
    append(rows, actor, "workflow_created", identifier, now)
    return workflow(rows, identifier)


def workflow(rows: Rows, identifier: str) -> Workflow:
    """A workflow of the tenant's. Raises ``NotFound``."""
    row = rows.one(workflows, workflows.c.id == identifier)
    if row is None:
        raise NotFound("there is no such workflow")
    return Workflow(row.id, json.loads(row.configuration), row.created)


def new_exchange(
    rows: Rows, actor: str, within: Workflow, variables: Json, expires: datetime, now: datetime
) -> tuple[Exchange, str]:
    """A new exchange, and what its address ends in, which is told this once."""
    link = secrets.token_urlsafe(24)
    rows.add(
        exchanges, digest=_digest(link), workflow_id=within.id, step=within.configuration["initialStep"],
        state="pending", sequence=0, variables=json.dumps(variables), expires=stamp(expires),
        created=stamp(now),
    )  # fmt: skip
    append(rows, actor, "exchange_created", _digest(link)[:32], now, workflow=within.id)
    return own_exchange(rows, within.id, link), link


def own_exchange(rows: Rows, within: str, link: str) -> Exchange:
    """An exchange of the tenant's. Raises ``NotFound``."""
    row = rows.one(exchanges, exchanges.c.digest == _digest(link), exchanges.c.workflow_id == within)
    if row is None:
        raise NotFound("there is no such exchange")
    return _exchange(row)


def exchange_behind(connection: Connection, within: str, link: str) -> tuple[Exchange, Workflow]:
    """The exchange of any tenant's that an address leads to. Raises ``NotFound``, also for a suspended tenant."""
    active = exchanges.join(tenants, tenants.c.id == exchanges.c.tenant_id)
    statement = select(exchanges).select_from(active)
    named = (exchanges.c.digest == _digest(link), exchanges.c.workflow_id == within)
    row = connection.execute(statement.where(*named, tenants.c.state == "active")).first()
    if row is None:
        raise NotFound("there is no such exchange")
    return _exchange(row), workflow(Rows(connection, row.tenant_id), within)


def advance(rows: Rows, found: Exchange, step: str, state: str, variables: Mapping[str, Any]) -> None:
    """Go forward from where an exchange was found. Raises ``StateConflict`` when somebody else did meanwhile."""
    here = (exchanges.c.digest == found.digest, exchanges.c.sequence == found.sequence)
    values = {
        "step": step, "state": state, "sequence": found.sequence + 1, "variables": json.dumps(variables),
        "problem": None,
    }  # fmt: skip
    if rows.change(exchanges, values, *here) == 0:
        raise StateConflict("the exchange has gone on meanwhile", hint="Ask it with {} where it is.")


def keep_refusal(rows: Rows, found: Exchange, told: Mapping[str, Any]) -> None:
    """Keep why the last message was refused, for whoever made the exchange."""
    values = {"problem": json.dumps(told), "state": "active"}
    here = (exchanges.c.digest == found.digest, exchanges.c.sequence == found.sequence)
    rows.change(exchanges, values, *here, exchanges.c.state != "complete")


def forget_exchanges(connection: Connection, before: datetime) -> int:
    """Forget the exchanges of all tenants that were over before a moment, with what was presented in them."""
    over = delete(exchanges).where(exchanges.c.expires < stamp(before))
    return connection.execute(over).rowcount


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode("utf-8", "surrogatepass")).hexdigest()


def _exchange(row: Any) -> Exchange:
    return Exchange(
        row.tenant_id, row.digest, row.workflow_id, row.step, row.state, row.sequence, json.loads(row.variables),
        json.loads(row.problem) if row.problem is not None else None, row.expires,
    )  # fmt: skip
