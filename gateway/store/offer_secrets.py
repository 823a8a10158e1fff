"""What opens an offer on the way to a wallet: codes, tokens, nonces and the like, kept as SHA-256 and all short-lived.

Single use is decided inside the transaction that uses it up.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.store.moments import stamp
from gateway.store.offer_tables import offer_secrets
from gateway.store.offers import digest_of
from gateway.store.rows import Rows

__all__ = [
    "ACCESS",
    "AUTHORIZATION",
    "LIFETIMES",
    "NONCE",
    "NOTIFICATION",
    "PRE_AUTHORIZED",
    "REQUEST",
    "TRANSACTION",
    "Secret",
    "new_secret",
    "revoke_tokens",
    "secret_shown",
    "tell",
    "use_secret",
]

PRE_AUTHORIZED, AUTHORIZATION, REQUEST = "pre_authorized", "authorization", "request"
ACCESS, NONCE, TRANSACTION, NOTIFICATION = "access", "nonce", "transaction", "notification"
LIFETIMES = {
    PRE_AUTHORIZED: timedelta(minutes=10),
    AUTHORIZATION: timedelta(minutes=1),
    REQUEST: timedelta(minutes=10),
    ACCESS: timedelta(hours=1),
    NONCE: timedelta(minutes=5),
    TRANSACTION: timedelta(days=1),
    NOTIFICATION: timedelta(days=1),
}
"""How long each kind holds."""
REMEMBERED = timedelta(days=1)
"""How long one that has run out is remembered, so that one shown again is known to have been used."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is known of a text that was shown; ``about`` is what goes with it."""

    digest: str
    kind: str
    offer: str | None
    about: Mapping[str, Any]
    used: bool
    revoked: bool
    expires: str

    def holds(self, now: datetime) -> bool:
        """Whether it was not revoked and has not run out; used is another question."""
        return not self.revoked and self.expires > stamp(now)


def new_secret(
    rows: Rows, kind: str, offer: str | None, now: datetime, *, until: datetime | None = None, **about: Any
) -> str:
    """A new text of a kind, 256 random bits; those that ran out long ago are forgotten."""
    text = secrets.token_urlsafe(32)
    rows.remove(offer_secrets, offer_secrets.c.expires < stamp(now - REMEMBERED))
    rows.add(
        offer_secrets, digest=digest_of(text), kind=kind, offer_id=offer, about=json.dumps(about),
        expires=stamp(until or now + LIFETIMES[kind]), created=stamp(now),
    )  # fmt: skip
    return text


def secret_shown(rows: Rows, kind: str, text: str) -> Secret | None:
    """What a text stands for in this tenant, also when it was used or has run out."""
    known = (offer_secrets.c.digest == digest_of(text), offer_secrets.c.kind == kind)
    row = rows.one(offer_secrets, *known)
    if row is None:
        return None
    return Secret(
        row.digest, row.kind, row.offer_id, json.loads(row.about), row.used is not None,
        row.revoked is not None, row.expires,
    )  # fmt: skip


def use_secret(rows: Rows, kind: str, text: str, now: datetime) -> bool:
    """Use a text up; whether it held and this was the first time."""
    table = offer_secrets.c
    unused = (table.digest == digest_of(text), table.kind == kind, table.used.is_(None))
    held = (table.revoked.is_(None), table.expires > stamp(now))
    return rows.change(offer_secrets, {"used": stamp(now)}, *unused, *held) == 1


def tell(rows: Rows, known: Secret, **about: Any) -> None:
    """Keep more with a text that is known."""
    told = json.dumps({**known.about, **about})
    rows.change(offer_secrets, {"about": told}, offer_secrets.c.digest == known.digest)


def revoke_tokens(rows: Rows, offer: str, now: datetime) -> int:
    """Let nothing that an offer gave open anything any more; how many held."""
    table = offer_secrets.c
    held = (table.offer_id == offer, table.revoked.is_(None), table.expires > stamp(now))
    return rows.change(offer_secrets, {"revoked": stamp(now)}, *held)
