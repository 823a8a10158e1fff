"""Exchanges of the VC API: a wallet asks where it is, presents what is asked for, and gets what is offered.

Offers have an exchange each, which needs no making: its address ends in the offer's link. Other exchanges follow the
workflow of a tenant. A step is taken once: of two that come together one is refused, and gets nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.core.vpr import DID_AUTHENTICATION
from gateway.core.workflows import check_workflow, filled, template_of
from gateway.envelopes import write_json
from gateway.errors import ExchangeEnded, InputRefused, NotFound, RequestRefused, StateConflict
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.pipeline.exchange_messages import (
    Message,
    answered,
    presenting,
    read_message,
    request_for,
)
from gateway.pipeline.offers import Offers
from gateway.pipeline.presentations import PresentationReport, Presentations
from gateway.pipeline.vc_api import Instance, issue
from gateway.pipeline.work import is_small
from gateway.store import Caller, Database, Exchange, Offer, Rows, Workflow
from gateway.store.exchanges import (
    advance,
    exchange_behind,
    forget_exchanges,
    keep_refusal,
    new_exchange,
    new_workflow,
    own_exchange,
    workflow,
)
from gateway.store.moments import moment
from gateway.store.tables import SYSTEM

__all__ = ["LIFETIME", "LONGEST", "OFFER", "Exchanges", "forget_over", "workflow_of"]

Json = dict[str, Any]

OFFER = "offer"
"""The workflow of offers; ``offer-ob3`` gives the credential out in the form of that name."""
LIFETIME, LONGEST = timedelta(days=1), timedelta(days=30)
"""How long an exchange can be gone on with, and how long at most."""
KEPT = timedelta(days=1)
"""For how long whoever made an exchange can look at it after its end."""
SUITES = ("eddsa-rdfc-2022", "Ed25519Signature2020", "ecdsa-rdfc-2019", "eddsa-jcs-2022", "ecdsa-jcs-2019")
AUTHENTICATE: Json = {
    "query": [{
        "type": DID_AUTHENTICATION,
        "acceptedMethods": [{"method": "key"}, {"method": "jwk"}, {"method": "web"}],
        "acceptedCryptosuites": [{"cryptosuite": name} for name in SUITES],
    }]
}  # fmt: skip
"""What is asked of whoever takes an offer: who they are."""


async def forget_over(store: Database, now: datetime) -> int:
    """Forget the exchanges that were over a day ago, with what was presented in them; how many."""
    return await store.write(SYSTEM, lambda connection: forget_exchanges(connection, now - KEPT))


def workflow_of(configuration: str = "") -> str:
    """The workflow of offers that gives the credential out in a form; without one, in the first that has a proof."""
    return f"{OFFER}-{configuration}" if configuration else OFFER


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The exchanges of every tenant. ``domain`` is the gateway's origin, which presentations are made for."""

    offers: Offers
    domain: str

    # --- for those who make them ---------------------------------------------------------------------

    async def create_workflow(self, caller: Caller, configuration: Json) -> Workflow:
        """A new workflow. Raises ``RequestRefused``, ``OptionUnknown`` for one that cannot be followed here."""
        caller.demand("sign")
        check_workflow(configuration, self.domain)
        return await self.offers.archive.write(
            caller, lambda rows: new_workflow(rows, caller.actor, configuration, self.now)
        )

    async def workflow(self, caller: Caller, identifier: str) -> Workflow:
        """A workflow of the caller's own. Raises ``NotFound``."""
        caller.demand("sign")
        return await self.offers.archive.read(caller, lambda rows: workflow(rows, identifier))

    async def create(
        self, caller: Caller, identifier: str, variables: Json, expires: datetime | None
    ) -> tuple[Exchange, str]:
        """A new exchange, and what its address ends in. Raises ``NotFound``, ``RequestRefused``."""
        caller.demand("sign")
        ends = expires or self.now + LIFETIME
        if "results" in variables or not self.now < ends <= self.now + LONGEST:
            raise RequestRefused("an exchange ends within 30 days, and has no results when it begins")

        def work(rows: Rows) -> tuple[Exchange, str]:
            found = workflow(rows, identifier)
            return new_exchange(rows, caller.actor, found, variables, ends, self.now)

        return await self.offers.archive.write(caller, work)

    async def state(self, caller: Caller, identifier: str, link: str) -> Exchange:
        """What became of an exchange. Raises ``NotFound``."""
        caller.demand("sign")
        return await self.offers.archive.read(caller, lambda rows: own_exchange(rows, identifier, link))

    # --- for wallets ---------------------------------------------------------------------------------

    async def asked(self, within: str, link: str) -> Json:
        """The present request of an exchange, empty where there is none; nothing changes. Raises ``NotFound``."""
        if _form(within) is not None:
            found = await self.offers.behind(link)
            return request_for(AUTHENTICATE, link, 0, self.domain) if found.state == "open" else {}
        exchange, around = await self._behind(within, link)
        wanted = around.configuration["steps"][exchange.step].get("verifiablePresentationRequest")
        if wanted is None or exchange.state == "complete":
            return {}
        return request_for(wanted, link, exchange.sequence, self.domain)

    async def answer(self, within: str, link: str, data: bytes) -> Any:
        """The answer to a message of a wallet. Raises ``NotFound``, ``ExchangeEnded``, ``PresentationRefused`` …"""
        message = await self.offers.archive.gateway.compute.run(read_message, data, small=is_small(data))
        form = _form(within)
        if form is not None:
            return await self._offered(form, link, message)
        found, around = await self._behind(within, link)
        if found.state == "complete" and not message.presentations:
            return {}
        if found.state == "complete" or moment(found.expires) <= self.now:
            raise ExchangeEnded("the exchange is over")
        try:
            return await self._forward(found, around, link, message)
        except InputRefused as error:
            told = error.problem()
            await self._write(found.tenant, lambda rows: keep_refusal(rows, found, told))
            raise

    async def _offered(self, form: str, link: str, message: Message) -> Any:
        """The exchange of an offer: who are you, and then the credential, about them."""
        found = await self.offers.behind(link)
        if not message.presentations and found.state == "taken":
            return {}
        found = await self.offers.find(link)
        configuration = form or _first_form(found)
        if configuration not in found.configurations:
            raise NotFound("the offer has no such form")
        if found.tx_code is not None:
            raise RequestRefused("the offer has a transaction code, for which there is no place here")
        if not message.presentations:
            return {"verifiablePresentationRequest": request_for(AUTHENTICATE, link, 0, self.domain)}
        if not self.offers.is_ready(found):
            raise StateConflict(f"the credential is given out from {found.ready} on")
        holder = answered(AUTHENTICATE, await self._judged(message, AUTHENTICATE, link, 0))
        await self.offers.take(found)
        made = await self.offers.render(found, configuration, holder)
        given = presenting([made.value])
        return given if message.direct else {"verifiablePresentation": given}

    async def _forward(self, found: Exchange, around: Workflow, link: str, message: Message) -> Json:
        steps: Json = around.configuration["steps"]
        step, variables = steps[found.step], dict(found.variables)
        wanted = step.get("verifiablePresentationRequest")
        if wanted is None and message.presentations:
            raise StateConflict("no presentation is asked for at this step")
        if wanted is not None and not message.presentations:
            return {"verifiablePresentationRequest": request_for(wanted, link, found.sequence, self.domain)}
        if wanted is not None:
            reports = await self._judged(message, wanted, link, found.sequence)
            holder = answered(wanted, reports)
            results = {**variables.get("results", {}), found.step: _result(holder, reports)}
            variables |= {"results": results, "holder": holder}
        answer, last = await self._given(around, found.step, variables)
        following = steps[last].get("nextStep")
        if following is not None:
            request = steps[following]["verifiablePresentationRequest"]
            answer["verifiablePresentationRequest"] = request_for(
                request, link, found.sequence + 1, self.domain
            )
        state = "complete" if following is None else "active"
        kept = {name: value for name, value in variables.items() if name != "holder"}
        await self._write(found.tenant, lambda rows: advance(rows, found, following or last, state, kept))
        return answer

    async def _given(self, around: Workflow, first: str, variables: Json) -> tuple[Json, str]:
        """What the steps from one on give out, until one asks for something; and the last of them."""
        steps, name, answer = around.configuration["steps"], first, dict[str, Any]()
        credentials: list[Any] = []
        while True:
            step = steps[name]
            for wanted in step.get("issueRequests", []):
                credentials.append(await self._issued(template_of(around.configuration, wanted), variables))
            if "redirectUrl" in step:
                answer["redirectUrl"] = step["redirectUrl"]
            if "verifiablePresentation" in step:
                answer["verifiablePresentation"] = step["verifiablePresentation"]
            following = step.get("nextStep")
            if following is None or "verifiablePresentationRequest" in steps[following]:
                break
            name = following
        if credentials:
            answer["verifiablePresentation"] = presenting(credentials)
        return answer, name

    async def _issued(self, template: Json, variables: Json) -> Any:
        gateway = self.offers.archive.gateway
        known = {"issuer": gateway.signer.current("ed25519").did, **variables}
        made = await issue(gateway, write_json(filled(template, known)), Instance())
        return json.loads(made.body)["verifiableCredential"]

    async def _judged(
        self, message: Message, wanted: Json, link: str, sequence: int
    ) -> list[PresentationReport]:
        """The report on each presentation, made for this gateway in answer to this step."""
        challenge = request_for(wanted, link, sequence, self.domain)["challenge"]
        domain = None if message.undirected else self.domain
        judge = Presentations(self.offers.archive.gateway).judge
        return [await judge(data, domain, challenge) for data in message.presentations]

    async def _behind(self, within: str, link: str) -> tuple[Exchange, Workflow]:
        return await self.offers.archive.database.read(
            lambda connection: exchange_behind(connection, within, link)
        )

    async def _write(self, tenant: str, work: Any) -> None:
        await self.offers.archive.write(Caller(tenant, "exchange", frozenset()), work)

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.offers.now


def _form(within: str) -> str | None:
    """The form that a workflow of offers gives out, empty for its choice; None for another workflow."""
    if within == OFFER:
        return ""
    return within.removeprefix(f"{OFFER}-") if within.startswith(f"{OFFER}-") else None


def _first_form(found: Offer) -> str:
    """The first form of an offer that has a proof, which this protocol is about; else the first of all."""
    forms = [name for name in found.configurations if name in CONFIGURATIONS]
    with_proof = (name for name in forms if CONFIGURATIONS[name].format == "ldp_vc")
    return next(with_proof, forms[0] if forms else "")


def _result(holder: str, reports: Sequence[PresentationReport]) -> Json:
    """What a step found, for whoever made the exchange: what was presented, by whom, and the full reports."""
    trees = [done.tree for done in reports]
    return {
        "holder": holder,
        "verifiablePresentation": trees[0] if len(trees) == 1 else trees,
        "reports": [one.report.to_json() for done in reports for one in done.credentials],
    }
