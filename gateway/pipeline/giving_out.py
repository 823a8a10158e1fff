"""Credentials given out to wallets by OpenID4VCI: at once, later, and what became of them.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html sections 8, 9 and 11
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gateway.core.key_proofs import Expected
from gateway.errors import (
    CredentialRequestDenied,
    CredentialWithdrawn,
    IssuancePending,
    NotFound,
    NotificationInvalid,
    NotificationUnknown,
    OfferEnded,
    Overloaded,
    TransactionUnknown,
)
from gateway.pipeline.credential_requests import DRAFT, Asked, answered, asked_in
from gateway.pipeline.key_proofs import PROFILE, KeyProofs
from gateway.pipeline.offer_access import Access, Token
from gateway.pipeline.offers import actor_of
from gateway.store import Rows
from gateway.store.audit import append
from gateway.store.offer_secrets import (
    LIFETIMES,
    NONCE,
    NOTIFICATION,
    TRANSACTION,
    Secret,
    new_secret,
    secret_shown,
    tell,
    use_secret,
)

__all__ = ["EVENTS", "INTERVAL", "Issuing"]

Json = dict[str, Any]

INTERVAL = 10
"""Seconds after which a wallet that was told to wait asks again."""
EVENTS = ("credential_accepted", "credential_failure", "credential_deleted")


@dataclass(frozen=True, slots=True)
class Issuing:
    """One tenant as a credential issuer, under its identifier. ``profiles`` are the compatibility profiles in use."""

    access: Access
    issuer: str
    profiles: Collection[str] = ()

    async def credential(self, token: Token, given: Any) -> tuple[int, Json]:
        """The answer to a credential request: 200 with credentials, 202 with a transaction_id.

        Raises an ``IssuanceRefused``.
        """
        extra = PROFILE in self.profiles
        asked = asked_in(given, token, extra_member=extra)
        expected = Expected(self.issuer, self.access.now, token.client, untyped=extra)
        proofs = KeyProofs(self.access.offers, self.access.tenant, expected)
        holders = await proofs.holders(asked.proof_type, asked.proofs)
        if self.access.offers.is_ready(token.offer):
            try:
                return 200, await self._delivered(token, asked, holders)
            except Overloaded:
                pass  # the wallet has used up its nonce: it is told to come back instead
        transaction = await self.access.defer(
            token, configuration=asked.configuration, holders=holders, shape=asked.shape, single=asked.single
        )
        return 202, {"transaction_id": transaction, "interval": INTERVAL}

    async def deferred(self, token: Token, name: Any) -> tuple[int, Json]:
        """The answer to a deferred request (section 9). Raises an ``IssuanceRefused``."""
        known = await self._transaction(token, name)
        about = known.about
        asked = Asked(about["configuration"], "", [], about["shape"], about["single"])
        if not self.access.offers.is_ready(token.offer):
            return self._pending(asked, name)
        try:
            told = await self._delivered(token, asked, about["holders"])
        except Overloaded:
            return self._pending(asked, name)
        if not await self.access.write(lambda rows: _finish(rows, known, name, self.access)):
            raise TransactionUnknown("the transaction is over")
        return 200, told

    def _pending(self, asked: Asked, name: str) -> tuple[int, Json]:
        if asked.shape == DRAFT:
            raise IssuancePending("the credential is not ready yet")
        return 202, {"transaction_id": name, "interval": INTERVAL}

    async def _transaction(self, token: Token, name: Any) -> Secret:
        if not isinstance(name, str):
            raise TransactionUnknown("transaction_id is missing")
        known = await self.access.read(lambda rows: secret_shown(rows, TRANSACTION, name))
        if known is None or known.used or not known.holds(self.access.now) or known.offer != token.offer.id:
            raise TransactionUnknown("the transaction is not known, or is over")
        return known

    async def _delivered(self, token: Token, asked: Asked, holders: list[str]) -> Json:
        """The credentials, one for each holder, in the shape of the request. Raises ``CredentialRequestDenied``."""
        offers, now = self.access.offers, self.access.now
        try:
            made = [await offers.render(token.offer, asked.configuration, holder) for holder in holders]
        except (CredentialWithdrawn, OfferEnded, NotFound) as error:
            raise CredentialRequestDenied(error.detail) from None
        fresh = asked.shape == DRAFT

        def work(rows: Rows) -> tuple[str, str]:
            told = new_secret(rows, NOTIFICATION, token.offer.id, now, configuration=asked.configuration)
            return told, new_secret(rows, NONCE, None, now) if fresh else ""

        notification, nonce = await self.access.write(work)
        told = answered(asked, [one.value for one in made]) | {"notification_id": notification}
        return told | self.nonce_told(nonce) if fresh else told

    @staticmethod
    def nonce_told(nonce: str) -> Json:
        """A nonce as drafts tell it."""
        return {"c_nonce": nonce, "c_nonce_expires_in": int(LIFETIMES[NONCE].total_seconds())}

    async def notified(self, token: Token, given: Any) -> None:
        """Note what a wallet says became of a credential, the same as often as it says it (section 11).

        Raises ``NotificationInvalid``, ``NotificationUnknown``.
        """
        name, event = (
            (given.get(key) for key in ("notification_id", "event")) if isinstance(given, dict) else ("", "")
        )
        if not isinstance(name, str) or event not in EVENTS:
            raise NotificationInvalid("a notification has notification_id, and an event there is")
        offer = token.offer

        def work(rows: Rows) -> None:
            known = secret_shown(rows, NOTIFICATION, name)
            if known is None or not known.holds(self.access.now) or known.offer != offer.id:
                raise NotificationUnknown(
                    "the notification is about nothing that was given out with this token"
                )
            if known.about.get("event") == event:
                return
            tell(rows, known, event=event)
            told = {"offer": offer.id, "configuration": known.about["configuration"], "event": event}
            append(rows, actor_of(offer), "wallet_notified", offer.credential, self.access.now, **told)

        await self.access.write(work)


def _finish(rows: Rows, known: Secret, name: str, access: Access) -> bool:
    """End a transaction, and forget whom it was for; whether this was the first time."""
    tell(rows, known, holders=[])
    return use_secret(rows, TRANSACTION, name, access.now)
