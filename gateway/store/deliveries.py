"""What receivers of webhooks are still to be told: written with the change itself, and delivered by whoever leases it.

A lease is taken under a lock that all hosts share, for one receiver at a time, so that each delivery is made by one
of them and a receiver is told in order; what its holder did not settle in time is free again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from gateway.errors import NotFound, StateConflict
from gateway.store.audit import append
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.tables import credentials
from gateway.store.webhook_tables import deliveries, webhooks
from gateway.store.webhooks import Webhook, set_webhook, webhook, webhook_from

__all__ = [
    "ACTOR",
    "BATCH",
    "KEPT_DEAD",
    "KEPT_DELIVERED",
    "STATES",
    "Delivery",
    "Lease",
    "deliveries_of",
    "ended",
    "failed",
    "lease",
    "paused",
    "queue",
    "release",
    "remove_old",
    "replay",
    "succeeded",
    "wanting",
]

STATES = ("waiting", "delivered", "dead")
BATCH = 16
"""Most deliveries to a receiver that are leased at once."""
KEPT_DELIVERED, KEPT_DEAD = timedelta(days=7), timedelta(days=30)
"""How long deliveries are kept that arrived, and those that did not (also those of receivers that are paused)."""
ACTOR = "webhooks"
"""Who acts, as the audit log has it, when a receiver's own behaviour ends or pauses its subscription."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A change that a receiver is told of; ``problem`` is why the last attempt failed."""

    id: str
    credential: str
    kind: str
    credential_state: str
    at: str
    state: str
    attempts: int
    begun: str
    due: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """Some deliveries to one receiver, in order, for their holder alone until a moment."""

    holder: str
    webhook: Webhook
    deliveries: tuple[Delivery, ...]
    until: datetime


def queue(rows: Rows, credential: str, kind: str, now: datetime) -> None:
    """Have every receiver told that asked for it, inside the transaction of the change."""
    asking = rows.all(webhooks, webhooks.c.state != "ended", webhooks.c.kinds.contains(f" {kind} "))
    if not asking:
        return
    changed = rows.one(credentials, credentials.c.id == credential)
    state, moment = changed.state if changed is not None else kind, stamp(now)
    rows.add_many(
        deliveries,
        [
            {
                "id": new_id(now), "webhook_id": found.id, "credential_id": credential, "kind": kind,
                "credential_state": state, "at": moment, "state": "waiting", "attempts": 0, "begun": moment,
                "due": moment,
            }
            for found in asking
        ],
    )  # fmt: skip


def wanting(connection: Connection, now: datetime, limit: int) -> list[Webhook]:
    """Receivers of all tenants that are due to be told something and that nobody is telling; failing ones last."""
    moment = stamp(now)
    own = (deliveries.c.tenant_id == webhooks.c.tenant_id) & (deliveries.c.webhook_id == webhooks.c.id)
    waits = select(deliveries.c.id).where(own, *_due(moment)).exists()
    statement = (
        select(webhooks)
        .where(webhooks.c.state == "active", webhooks.c.due <= moment, _free(moment), waits)
        .order_by(webhooks.c.failing.is_not(None), webhooks.c.due)
        .limit(limit)
    )
    return [webhook_from(row) for row in connection.execute(statement)]


def lease(connection: Connection, found: Webhook, now: datetime, until: datetime) -> Lease | None:
    """The next deliveries to a receiver; None when somebody else tells it meanwhile, or nothing is due any more."""
    rows, moment, holder = Rows(connection, found.tenant), stamp(now), new_id(now)
    own = deliveries.c.webhook_id == found.id
    due = rows.all(deliveries, own, *_due(moment), order=deliveries.c.due, limit=BATCH)
    values = {"leased": stamp(until), "holder": holder}
    if not due or not rows.change(webhooks, values, webhooks.c.id == found.id, _free(moment)):
        return None
    return Lease(holder, found, tuple(_delivery(row) for row in due), until)


def _free(moment: str) -> ColumnElement[bool]:
    return webhooks.c.leased.is_(None) | (webhooks.c.leased <= moment)


def _due(moment: str) -> tuple[ColumnElement[bool], ...]:
    return (deliveries.c.state == "waiting", deliveries.c.due <= moment)


def succeeded(rows: Rows, held: Lease, delivery: Delivery, now: datetime) -> None:
    """The receiver took it."""
    values = {"state": "delivered", "attempts": delivery.attempts + 1, "problem": None}
    if _settle(rows, held, delivery, values):
        set_webhook(rows, held.webhook.id, failing=None, due=stamp(now))


def failed(
    rows: Rows, held: Lease, delivery: Delivery, problem: str, now: datetime, again: datetime | None,
    rest: timedelta,
) -> None:  # fmt: skip
    """The receiver did not take it: it is tried ``again`` at a moment or never, the receiver left alone for a rest."""
    values = {"attempts": delivery.attempts + 1, "problem": problem}
    values |= {"due": stamp(again)} if again is not None else {"state": "dead"}
    if _settle(rows, held, delivery, values):
        since = webhook(rows, held.webhook.id).failing or stamp(now)
        set_webhook(rows, held.webhook.id, failing=since, due=stamp(now + rest))


def paused(rows: Rows, identifier: str, now: datetime) -> None:
    """A receiver has failed for too long: it is told nothing until somebody resumes it."""
    if webhook(rows, identifier).state == "active":
        set_webhook(rows, identifier, state="paused")
        append(rows, ACTOR, "webhook.paused", identifier, now)


def ended(rows: Rows, held: Lease, delivery: Delivery, now: datetime) -> None:
    """The receiver said that it is gone for good: nothing more is written down for it."""
    if _settle(rows, held, delivery, {"attempts": delivery.attempts + 1, "problem": "gone"}):
        own = (deliveries.c.webhook_id == held.webhook.id, deliveries.c.state == "waiting")
        rows.change(deliveries, {"state": "dead", "problem": "gone"}, *own)
        set_webhook(rows, held.webhook.id, state="ended")
        append(rows, ACTOR, "webhook.ended", held.webhook.id, now)


def release(rows: Rows, held: Lease) -> None:
    """Let go of a receiver."""
    rows.change(webhooks, {"leased": None, "holder": None}, webhooks.c.holder == held.holder)


def _settle(rows: Rows, held: Lease, delivery: Delivery, values: dict[str, Any]) -> bool:
    """Write down what became of a delivery, unless the receiver is not the holder's any more."""
    if rows.one(webhooks, webhooks.c.id == held.webhook.id, webhooks.c.holder == held.holder) is None:
        return False
    return rows.change(deliveries, values, deliveries.c.id == delivery.id) == 1


def deliveries_of(rows: Rows, identifier: str, state: str, after: str, limit: int) -> list[Delivery]:
    """The deliveries to a receiver in a state, or in any, after one of them, oldest first. Raises ``NotFound``."""
    webhook(rows, identifier)
    where = [deliveries.c.webhook_id == identifier, deliveries.c.id > after]
    where += [deliveries.c.state == state] if state else []
    return [_delivery(row) for row in rows.all(deliveries, *where, order=deliveries.c.id, limit=limit)]


def replay(rows: Rows, actor: str, identifier: str, only: str, now: datetime) -> int:
    """Try the dead deliveries to a receiver anew, or one delivery that is dead or arrived; how many.

    Raises ``NotFound``, ``StateConflict`` for a receiver that is told nothing at present.
    """
    if (state := webhook(rows, identifier).state) != "active":
        raise StateConflict(f"the webhook is {state}", hint="Resume it first.")
    where = [deliveries.c.webhook_id == identifier]
    where.append(deliveries.c.id == only if only else deliveries.c.state == "dead")
    if only and rows.one(deliveries, *where) is None:
        raise NotFound("there is no such delivery")
    fresh = {"state": "waiting", "begun": stamp(now), "due": stamp(now)}
    count = rows.change(deliveries, fresh, *where, deliveries.c.state != "waiting")
    if count:
        append(rows, actor, "webhook.replayed", identifier, now, deliveries=count)
    return count


def remove_old(connection: Connection, now: datetime) -> int:
    """Take out deliveries of all tenants that are settled, or wait for somebody paused, for long; how many."""
    arrived = (deliveries.c.state == "delivered") & (deliveries.c.due < stamp(now - KEPT_DELIVERED))
    too_old = deliveries.c.due < stamp(now - KEPT_DEAD)
    return connection.execute(delete(deliveries).where(arrived | too_old)).rowcount


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.id, row.credential_id, row.kind, row.credential_state, row.at, row.state, row.attempts, row.begun,
        row.due, row.problem,
    )  # fmt: skip
