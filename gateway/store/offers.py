"""Offers of credentials to wallets: made by a tenant, found by their link, taken once.

A link ends in 192 random bits, kept as SHA-256: whoever has it may fetch. It is looked up across tenants, because
it names none; everything else is reached through the tenant's rows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.errors import NotFound, OfferEnded, StateConflict
from gateway.store.moments import new_id, stamp
from gateway.store.offer_tables import offer_secrets, offers
from gateway.store.rows import Rows
from gateway.store.tables import tenants

__all__ = [
    "MOST_ATTEMPTS",
    "MOST_DELIVERED",
    "NewOffer",
    "Offer",
    "count_delivery",
    "digest_of",
    "end_offer",
    "holding",
    "new_offers",
    "offer",
    "offer_behind",
    "offers_of",
    "right_tx_code",
    "take",
]

OPEN, TAKEN, ENDED = "open", "taken", "ended"
MOST_ATTEMPTS = 5
"""Wrong transaction codes after which an offer is over (OpenID4VCI section 13.5)."""


MOST_DELIVERED = 64
"""Credentials that one offer gives out, in all forms and for all keys of a wallet."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A credential offered to whoever has the link. ``tx_code`` says how a transaction code looks that is asked for."""

    tenant: str
    id: str
    campaign: str
    credential: str
    configurations: tuple[str, ...]
    tx_code: Mapping[str, Any] | None
    attempts: int
    state: str
    delivered: int
    ready: str
    expires: str
    created: str
    updated: str
    tx_digest: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class NewOffer:
    """What one more offer is: the credential, how to fetch it, and the transaction code that is told elsewhere."""

    credential: str
    configurations: tuple[str, ...]
    ready: datetime
    expires: datetime
    tx_code: Mapping[str, Any] | None = None
    tx_text: str = field(repr=False, default="")


def new_offers(rows: Rows, wanted: Sequence[NewOffer], now: datetime) -> list[tuple[Offer, str]]:
    """Offers made together, each with the end of its link, which is told this once."""
    campaign = new_id(now)
    made: list[tuple[dict[str, Any], str]] = []
    for one in wanted:
        identifier, link = new_id(now), secrets.token_urlsafe(24)
        made.append(
            ({
                "id": identifier, "campaign": campaign, "credential_id": one.credential,
                "configurations": " ".join(one.configurations), "digest": digest_of(link),
                "tx_code": json.dumps(dict(one.tx_code)) if one.tx_code is not None else None,
                "tx_digest": tx_digest(identifier, one.tx_text) if one.tx_code is not None else None,
                "attempts": 0, "state": OPEN, "delivered": 0, "ready": stamp(one.ready),
                "expires": stamp(one.expires), "created": stamp(now), "updated": stamp(now),
            }, link)
        )  # fmt: skip
    rows.add_many(offers, [values for values, _ in made])
    found = {one.id: one for one in offers_of(rows, campaign, "", len(made))}
    return [(found[values["id"]], link) for values, link in made]


def offer(rows: Rows, identifier: str) -> Offer:
    """An offer of the tenant's. Raises ``NotFound``."""
    row = rows.one(offers, offers.c.id == identifier)
    if row is None:
        raise NotFound("there is no such offer")
    return _offer(row)


def offers_of(rows: Rows, campaign: str, after: str, limit: int) -> list[Offer]:
    """The offers of the tenant's, those made together or all, from one on."""
    where = [offers.c.id > after] + ([offers.c.campaign == campaign] if campaign else [])
    return [_offer(row) for row in rows.all(offers, *where, order=offers.c.id, limit=limit)]


def offer_behind(connection: Connection, link: str) -> Offer:
    """The offer of any tenant's that a link leads to. Raises ``NotFound``, also while the tenant is suspended."""
    active = offers.join(tenants, tenants.c.id == offers.c.tenant_id)
    statement = select(offers).select_from(active)
    row = connection.execute(
        statement.where(offers.c.digest == digest_of(link), tenants.c.state == "active")
    ).first()
    if row is None:
        raise NotFound("there is no such offer")
    return _offer(row)


def holding(found: Offer, now: datetime) -> Offer:
    """The offer if it can still be taken. Raises ``OfferEnded``."""
    if found.state == TAKEN:
        raise OfferEnded("the offer was taken before")
    if found.state == ENDED or found.expires <= stamp(now):
        raise OfferEnded("the offer is over")
    return found


def take(rows: Rows, identifier: str, now: datetime) -> None:
    """Take an offer, which works once. Raises ``OfferEnded``."""
    held = (offers.c.id == identifier, offers.c.state == OPEN, offers.c.expires > stamp(now))
    if rows.change(offers, {"state": TAKEN, "updated": stamp(now)}, *held) == 0:
        holding(offer(rows, identifier), now)
        raise OfferEnded("the offer is over")


def end_offer(rows: Rows, identifier: str, now: datetime) -> None:
    """End an offer, with all that was given out to fetch it. Raises ``NotFound``, ``StateConflict``."""
    if offer(rows, identifier).state == ENDED:
        raise StateConflict("the offer has ended already")
    rows.change(offers, {"state": ENDED, "updated": stamp(now)}, offers.c.id == identifier)
    given = (offer_secrets.c.offer_id == identifier, offer_secrets.c.revoked.is_(None))
    rows.change(offer_secrets, {"revoked": stamp(now)}, *given)


def count_delivery(rows: Rows, identifier: str, now: datetime) -> None:
    """One more credential was given out. Raises ``OfferEnded`` when the offer ended meanwhile, or gave out enough."""
    found = offer(rows, identifier)
    if found.state == ENDED or found.delivered >= MOST_DELIVERED:
        raise OfferEnded("the offer is over")
    values = {"delivered": found.delivered + 1, "updated": stamp(now)}
    rows.change(offers, values, offers.c.id == identifier)


def right_tx_code(rows: Rows, found: Offer, shown: str, now: datetime) -> bool:
    """Whether the transaction code of an offer was shown; one wrong too often ends the offer."""
    if hmac.compare_digest(found.tx_digest or "", tx_digest(found.id, shown)):
        return True
    attempts = offer(rows, found.id).attempts + 1
    rows.change(offers, {"attempts": attempts, "updated": stamp(now)}, offers.c.id == found.id)
    if attempts >= MOST_ATTEMPTS and offer(rows, found.id).state != ENDED:
        end_offer(rows, found.id, now)
    return False


def tx_digest(identifier: str, text: str) -> str:
    """What is kept of a transaction code: it is short, and hides nothing from who reads the database."""
    return digest_of(f"{identifier} {text}")


def digest_of(text: str) -> str:
    """What is kept of a text that opens something."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _offer(row: Any) -> Offer:
    return Offer(
        row.tenant_id, row.id, row.campaign, row.credential_id, tuple(row.configurations.split()),
        json.loads(row.tx_code) if row.tx_code is not None else None, row.attempts, row.state, row.delivered,
        row.ready, row.expires, row.created, row.updated, row.tx_digest,
    )  # fmt: skip
