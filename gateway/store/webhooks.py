"""Subscriptions of a tenant to the changes of its credentials, and the secrets that deliveries are signed with."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import NotFound, RequestRefused, StateConflict
from gateway.store.audit import append
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.webhook_tables import deliveries, webhooks

__all__ = [
    "KINDS",
    "MOST",
    "OVERLAP",
    "Webhook",
    "add_webhook",
    "all_webhooks",
    "remove_webhook",
    "resume_webhook",
    "rotate_secret",
    "set_webhook",
    "webhook",
    "webhook_from",
]

KINDS = ("created", "updated", "suspended", "reinstated", "revoked", "erased")
"""The kinds of changes there are."""
MOST = 16
"""Most subscriptions of a tenant."""
OVERLAP = timedelta(hours=24)
"""How long the secret that was replaced signs beside its successor."""
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. ``failing`` says since when nothing has arrived, ``secrets`` is what signs now."""

    tenant: str
    id: str
    url: str
    kinds: tuple[str, ...]
    state: str
    failing: str | None
    created: str
    secret: str = field(repr=False)
    old_secret: str | None = field(repr=False)
    old_until: str | None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at a moment, the current one first."""
        if self.old_secret is None or (self.old_until or "") <= stamp(now):
            return (self.secret,)
        return (self.secret, self.old_secret)


def add_webhook(rows: Rows, actor: str, url: str, kinds: Sequence[str], now: datetime) -> Webhook:
    """One more subscription, with a secret of its own. Raises ``RequestRefused``, ``StateConflict``."""
    if not kinds or (unknown := sorted(set(kinds) - set(KINDS))):
        said = f"there is no event of the kind {unknown[0][:40]!r}" if kinds else "no event is asked for"
        raise RequestRefused(said, pointer="/events")
    if rows.count(webhooks) >= MOST:
        raise StateConflict(f"a tenant has at most {MOST} webhooks", hint="Delete one that is not needed.")
    identifier = new_id(now)
    rows.add(
        webhooks, id=identifier, url=url, kinds=f" {' '.join(kind for kind in KINDS if kind in kinds)} ",
        state="active", secret=_new_secret(), due=stamp(now), created=stamp(now),
    )  # fmt: skip
    append(rows, actor, "webhook.created", identifier, now)
    return webhook(rows, identifier)


def webhook(rows: Rows, identifier: str) -> Webhook:
    """A subscription by its id. Raises ``NotFound``."""
    row = rows.one(webhooks, webhooks.c.id == identifier)
    if row is None:
        raise NotFound("there is no such webhook")
    return webhook_from(row)


def all_webhooks(rows: Rows) -> list[Webhook]:
    """Every subscription of the tenant, oldest first."""
    return [webhook_from(row) for row in rows.all(webhooks, order=webhooks.c.id)]


def webhook_from(row: Any) -> Webhook:
    """A row of the table as what is told of it."""
    return Webhook(
        row.tenant_id, row.id, row.url, tuple(row.kinds.split()), row.state, row.failing, row.created,
        row.secret, row.old_secret, row.old_until,
    )  # fmt: skip


def remove_webhook(rows: Rows, actor: str, identifier: str, now: datetime) -> None:
    """Take a subscription out with all that it was still to be told. Raises ``NotFound``."""
    webhook(rows, identifier)
    rows.remove(deliveries, deliveries.c.webhook_id == identifier)
    rows.remove(webhooks, webhooks.c.id == identifier)
    append(rows, actor, "webhook.deleted", identifier, now)


def rotate_secret(rows: Rows, actor: str, identifier: str, now: datetime) -> Webhook:
    """Give a new secret; the present one signs beside it for ``OVERLAP``. Raises ``NotFound``."""
    before = webhook(rows, identifier)
    fresh = {"secret": _new_secret(), "old_secret": before.secret, "old_until": stamp(now + OVERLAP)}
    set_webhook(rows, identifier, **fresh)
    append(rows, actor, "webhook.rotated", identifier, now)
    return webhook(rows, identifier)


def resume_webhook(rows: Rows, actor: str, identifier: str, now: datetime) -> Webhook:
    """Have a receiver told again that was paused or had ended the subscription itself. Raises ``NotFound``."""
    if webhook(rows, identifier).state != "active":
        set_webhook(rows, identifier, state="active", failing=None, due=stamp(now))
        append(rows, actor, "webhook.resumed", identifier, now)
    return webhook(rows, identifier)


def set_webhook(rows: Rows, identifier: str, **values: Any) -> None:
    """Set columns of a subscription."""
    rows.change(webhooks, values, webhooks.c.id == identifier)


def _new_secret() -> str:
    """A secret as Standard Webhooks writes it: 256 random bits in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
