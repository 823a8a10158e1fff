"""Credentials offered to wallets: made by a tenant, given out to whoever has the link, in the form they can hold.

Nothing is kept of a holder. What a wallet gets is converted and signed when it is fetched, about the holder's DID,
with the same status entry in every form; each delivery is counted and audited by ids only.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.core import ConvertOptions
from gateway.errors import CredentialWithdrawn, NotFound, RequestRefused
from gateway.pipeline.archive import Archive
from gateway.pipeline.configurations import CONFIGURATIONS, Configuration, configurations_named
from gateway.report import Report
from gateway.store import Caller, Offer, Rows
from gateway.store.audit import append
from gateway.store.credentials import credential, original_of
from gateway.store.moments import moment
from gateway.store.offers import (
    NewOffer,
    count_delivery,
    end_offer,
    holding,
    new_offers,
    offer,
    offer_behind,
    offers_of,
    take,
)

__all__ = ["LONGEST", "MOST_OFFERS", "Made", "Offers", "Rendered", "TxCode", "Wish", "actor_of"]

LIFETIME = timedelta(days=30)
LONGEST = timedelta(days=366)
MOST_OFFERS = 1000
"""Most offers that are made at once."""
TX_LENGTHS = range(4, 33)
"""How long a transaction code may be."""
ALPHABETS = {"numeric": "0123456789", "text": "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"}
"""What transaction codes are made of; letters and digits that look alike are left out."""


@dataclass(frozen=True, slots=True)
class TxCode:
    """A code that the learner gets on another way than the link, and types into the wallet (section 4.1.1)."""

    input_mode: str = "numeric"
    length: int = 6
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse what no wallet could show."""
        if self.input_mode not in ALPHABETS or self.length not in TX_LENGTHS or len(self.description) > 300:
            raise RequestRefused(
                "no such transaction code", pointer="/txCode",
                hint="inputMode is numeric or text, length 4 to 32, description at most 300 characters.",
            )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """How it looks, as wallets are told."""
        more = {"description": self.description} if self.description else {}
        return {"input_mode": self.input_mode, "length": self.length, **more}

    def drawn(self) -> str:
        """One that nobody can guess."""
        return "".join(secrets.choice(ALPHABETS[self.input_mode]) for _ in range(self.length))


@dataclass(frozen=True, slots=True)
class Wish:
    """Credentials to offer, one link each: in which forms (all by default), with a transaction code or without.

    ``ready`` is from when on they are given out, at once without it.
    """

    credentials: tuple[str, ...]
    configurations: tuple[str, ...] = ()
    tx_code: TxCode | None = None
    lifetime: timedelta = LIFETIME
    ready: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A new offer with what is told this once: the end of its link, and the transaction code."""

    offer: Offer
    link: str = field(repr=False)
    tx_code: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A credential as it is given out: ``content`` are its bytes, ``tree`` its JSON, empty for a token."""

    configuration: Configuration
    content: bytes = field(repr=False)
    tree: Mapping[str, Any] = field(repr=False)
    media_type: str
    report: Report = field(repr=False)

    @property
    def value(self) -> Any:
        """What stands for the credential in JSON: an object, or the text of a token."""
        return self.tree or self.content.decode()


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of every tenant, over one archive."""

    archive: Archive

    async def create(self, caller: Caller, wish: Wish) -> tuple[Made, ...]:
        """Offers of credentials, one each. Raises ``RequestRefused``, ``NotFound``, ``CredentialWithdrawn``."""
        caller.demand("sign")
        now = self.now
        forms = configurations_named(wish.configurations, self.archive.gateway.signer)
        _check(wish, now)
        told = wish.tx_code.told() if wish.tx_code is not None else None
        codes = [wish.tx_code.drawn() if wish.tx_code is not None else "" for _ in wish.credentials]
        wanted = [
            NewOffer(name, forms, wish.ready or now, now + wish.lifetime, told, code)
            for name, code in zip(wish.credentials, codes, strict=True)
        ]

        def work(rows: Rows) -> list[tuple[Offer, str]]:
            for name in wish.credentials:
                if (state := credential(rows, name).state) != "active":
                    raise CredentialWithdrawn(f"the credential is {state}")
            made = new_offers(rows, wanted, now)
            append(rows, caller.actor, "offers_created", made[0][0].campaign, now, count=len(made))
            return made

        made = await self.archive.write(caller, work)
        return tuple(Made(one, link, code) for (one, link), code in zip(made, codes, strict=True))

    async def find(self, link: str) -> Offer:
        """The offer that a link leads to and that can still be taken. Raises ``NotFound``, ``OfferEnded``."""
        return holding(await self.behind(link), self.now)

    async def behind(self, link: str) -> Offer:
        """The offer that a link leads to, whatever became of it. Raises ``NotFound``."""
        return await self.archive.database.read(lambda connection: offer_behind(connection, link))

    async def take(self, found: Offer) -> None:
        """Take an offer, which works once. Raises ``OfferEnded``. OpenID4VCI takes it as a code becomes a token."""

        def work(rows: Rows) -> None:
            take(rows, found.id, self.now)
            append(rows, actor_of(found), "offer_taken", found.id, self.now)

        await self.archive.write(self.taker(found), work)

    async def render(self, found: Offer, configuration: str, holder: str) -> Rendered:
        """The credential of an offer in a form, about the DID of a holder, signed now; counted and audited.

        Without a holder it is about whom the source says. Raises ``NotFound`` for a form that is not offered,
        ``CredentialWithdrawn``, ``OfferEnded`` when the offer was ended meanwhile, and what ``Gateway.convert`` raises.
        """
        form, caller = self._form(found, configuration), self.taker(found)
        made = await self._made(caller, found, form, holder)

        def work(rows: Rows) -> None:
            _active(rows, found)
            count_delivery(rows, found.id, self.now)
            told = {"offer": found.id, "configuration": form.id}
            append(rows, caller.actor, "credential_delivered", found.credential, self.now, **told)

        await self.archive.write(caller, work)
        return made

    async def report(self, found: Offer, configuration: str) -> Report:
        """What a form of an offer keeps, carries and loses, without giving the credential out."""
        return (await self._made(self.taker(found), found, self._form(found, configuration), "")).report

    async def _made(self, caller: Caller, found: Offer, form: Configuration, holder: str) -> Rendered:
        original = await self.archive.read(caller, lambda rows: original_of(rows, _active(rows, found)))
        status = await self.archive.status(caller, found.credential)
        options = ConvertOptions(form.form, status=status, holder=holder, vcdm=form.vcdm)
        made = await self.archive.gateway.convert(
            original.data, options, securing=form.securing, key=form.key
        )
        return Rendered(form, made.content, made.tree, made.media_type, made.report)

    def _form(self, found: Offer, configuration: str) -> Configuration:
        if configuration not in found.configurations or configuration not in CONFIGURATIONS:
            raise NotFound("the offer has no such configuration")
        return CONFIGURATIONS[configuration]

    async def known(self, caller: Caller, identifier: str) -> Offer:
        """An offer of the caller's own. Raises ``NotFound``, ``ScopeMissing``."""
        caller.demand("sign")
        return await self.archive.read(caller, lambda rows: offer(rows, identifier))

    async def listed(self, caller: Caller, campaign: str, after: str, limit: int) -> list[Offer]:
        """The caller's own offers in turn, those made together or all. Raises ``ScopeMissing``."""
        caller.demand("sign")
        return await self.archive.read(caller, lambda rows: offers_of(rows, campaign, after, limit))

    async def end(self, caller: Caller, identifier: str) -> None:
        """End an offer, and what was given out to fetch it. Raises ``NotFound``, ``StateConflict``."""
        caller.demand("sign")

        def work(rows: Rows) -> None:
            end_offer(rows, identifier, self.now)
            append(rows, caller.actor, "offer_ended", identifier, self.now)

        await self.archive.write(caller, work)

    def taker(self, found: Offer) -> Caller:
        """Who acts for whoever has the link: in the offer's tenant, allowed nothing but to read."""
        return Caller(found.tenant, actor_of(found), frozenset({"read"}))

    def is_ready(self, found: Offer) -> bool:
        """Whether the credential is given out already."""
        return moment(found.ready) <= self.now

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.archive.gateway.clock()


def actor_of(found: Offer) -> str:
    """How the audit log names whoever has the link."""
    return f"offer:{found.id}"


def _active(rows: Rows, found: Offer) -> Any:
    """The credential of an offer as it is kept. Raises ``CredentialWithdrawn``."""
    stored = credential(rows, found.credential)
    if stored.state != "active":
        raise CredentialWithdrawn(f"the credential is {stored.state}")
    return stored


def _check(wish: Wish, now: datetime) -> None:
    """Raise ``RequestRefused`` for a wish that no offer can be made of."""
    if not 1 <= len(wish.credentials) <= MOST_OFFERS:
        raise RequestRefused(f"an offer is of 1 to {MOST_OFFERS} credentials", pointer="/credentials")
    if not timedelta(0) < wish.lifetime <= LONGEST:
        raise RequestRefused("an offer holds for a second to a year", pointer="/expiresIn")
    if wish.ready is not None and wish.ready > now + wish.lifetime:
        raise RequestRefused("the offer ends before it is ready", pointer="/ready")
