"""The gateway as a verifier of OpenID4VP 1.0: asks wallets, judges what they answer, and takes it in where wanted.

A request is answered once. What does not answer it leaves it open, a few times; what does is judged whatever it
is, and what a registry imports is taken in in the transaction that settles the request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gateway.core import Recorded, policy_named
from gateway.core.authorization_requests import (
    BY_ADDRESS,
    BY_DID,
    AuthorizationRequest,
    header_of,
    link,
)
from gateway.core.dcql import Query, read_query
from gateway.envelopes import write_json
from gateway.envelopes.jwt import base64url_encode
from gateway.errors import AccessRefused, InputRefused, PresentationRefused, StateConflict
from gateway.pipeline.answers_judged import AnsweredCredential, JudgedAnswer, judge_answer
from gateway.pipeline.archive import Archive
from gateway.proofs.jose_creation import unsigned_jwt
from gateway.store import Caller, Rows
from gateway.store.audit import append
from gateway.store.moments import moment
from gateway.store.presentation_requests import (
    FAILED,
    REFUSED,
    VERIFIED,
    PresentationRequest,
    count_attempt,
    drawn,
    new_request,
    presentation_request,
    remove_request,
    request_behind,
    right_code,
    settle,
)

__all__ = ["LIFETIMES", "Asked", "Verifier", "Wish"]

Json = dict[str, Any]

LIFETIMES = (timedelta(seconds=30), timedelta(hours=1))
"""How short and how long a request may hold."""
LONGEST_ERROR = 256
"""Most characters that are kept of what a wallet says is wrong."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a verifier asks for. ``prefix`` says how it shows who it is; ``kept`` whether what is verified is taken in.

    With a ``redirect_uri`` the wallet sends its user there, with a code without which nobody gets the result.
    """

    query: Json
    prefix: str = BY_DID
    key: str = ""
    policy: str = "strict"
    kept: bool = False
    post: bool = False
    redirect_uri: str = ""
    lifetime: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A new request with what is told this once: where the wallet fetches it, and links for it."""

    request: PresentationRequest
    client_id: str
    request_uri: str = field(repr=False)
    links: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verifier:
    """The requests of every tenant, over one archive."""

    archive: Archive

    async def ask(self, caller: Caller, wish: Wish, base: str) -> Asked:
        """A request that wallets find at an address. Raises ``RequestRefused``, ``ScopeMissing``."""
        caller.demand("read")
        if wish.kept:
            caller.demand("push")
        policy_named(wish.policy)
        read_query(wish.query)
        signer = self.archive.gateway.signer_of(wish.key)
        asked = {
            "query": wish.query, "prefix": wish.prefix, "key": wish.key, "did": signer.did, "policy": wish.policy,
            "kept": wish.kept, "redirectUri": wish.redirect_uri, "base": base,
        }  # fmt: skip
        now = self.now

        def work(rows: Rows) -> tuple[PresentationRequest, str]:
            made, handle = new_request(rows, asked, now + wish.lifetime, now)
            append(rows, caller.actor, "presentation_requested", made.id, now)
            return made, handle

        made, handle = await self.archive.write(caller, work)
        return _asked(made, handle, post=wish.post)

    async def request_object(self, handle: str, wallet_nonce: str | None = None) -> bytes:
        """The request that an address stands for, as a token; signed unless the client is the address itself.

        Raises ``NotFound``, ``PresentationRefused`` for one that takes no answer, ``StateConflict`` for one by a DID
        that the gateway has no more.
        """
        found = (await self._behind(handle)).waiting(self.now)
        claims = authorization_request(found, handle).claims(self.now, moment(found.expires), wallet_nonce)
        if found.asked["prefix"] == BY_ADDRESS:
            return unsigned_jwt(header_of("", ""), claims) + b"."
        signer = self.archive.gateway.signer_of(found.asked["key"])
        if signer.did != found.asked["did"]:
            raise StateConflict("the gateway has another DID since", hint="Make a new request.")
        data = unsigned_jwt(header_of(signer.algorithm, signer.verification_method), claims)
        return data + b"." + base64url_encode(await signer.sign(data)).encode()

    async def receive(self, handle: str, form: Mapping[str, str]) -> str:
        """Take in what a wallet answers (section 8.2); where it sends its user now, empty for nowhere.

        Raises ``NotFound``, ``PresentationRefused``, ``RequestRefused``.
        """
        found = (await self._behind(handle)).waiting(self.now)
        asked, query = authorization_request(found, handle), read_query(found.asked["query"])
        try:
            _check_form(form, asked, query)
            if "error" in form:
                return await self._failed(found, form)
            judged = await self._judged(found, asked, query, form["vp_token"])
        except InputRefused:
            await self.archive.write(taker(found), lambda rows: count_attempt(rows, found.id))
            raise
        return await self._settled(found, judged)

    async def _judged(
        self, found: PresentationRequest, asked: AuthorizationRequest, query: Query, token: str
    ) -> JudgedAnswer:
        """The answer judged. Raises ``PresentationRefused`` for one that does not answer this very request."""
        judged = await self.archive.gateway.examine(
            partial(judge_answer, query), token.encode("utf-8", "replace"), policy=found.asked["policy"],
            domain=asked.client_id, challenge=asked.nonce,
        )  # fmt: skip
        if not judged.fresh:
            stale = next(one for one in judged.presentations if not one.fresh)
            why = stale.report.facts.get("reason", {}).get("code", "holder_unproven")
            raise PresentationRefused(
                f"a presentation is not shown to be made by its holder for this request: {why}",
                pointer=stale.pointer,
            )
        return judged

    async def _failed(self, found: PresentationRequest, form: Mapping[str, str]) -> str:
        """Note that the wallet does not answer, and why (section 8.5)."""
        told = {name: form[name][:LONGEST_ERROR] for name in ("error", "error_description") if name in form}
        await self._settle(found, FAILED, lambda rows: {"error": told})
        return ""

    async def _settled(self, found: PresentationRequest, judged: JudgedAnswer) -> str:
        """Note what came of an answer, and take in what is to be kept."""
        keeps = judged.holds and found.asked["kept"]
        ready = [(one, await self._examined(one)) for one in judged.credentials] if keeps else []
        if not judged.holds:
            await self._settle(found, REFUSED, lambda rows: judged.to_json())
            raise PresentationRefused(f"what was presented is not accepted: {judged.reason()}")

        def outcome(rows: Rows) -> Json:
            return judged.to_json([self._take_in(rows, taker(found), *one) for one in ready])

        code = drawn() if found.asked["redirectUri"] else None
        await self._settle(found, VERIFIED, outcome, code)
        return f"{found.asked['redirectUri']}#response_code={code}" if code else ""

    async def _examined(self, credential: AnsweredCredential) -> Recorded | str:
        """A credential ready to be kept, or the code of why it cannot be."""
        try:
            return await self.archive.examine(credential.data)
        except InputRefused as error:
            return error.code

    async def _settle(
        self,
        found: PresentationRequest,
        state: str,
        outcome: Callable[[Rows], Json],
        response_code: str | None = None,
    ) -> None:
        """Note what came of a request, once, and do what goes with it in the same transaction."""
        now = self.now

        def work(rows: Rows) -> None:
            presentation_request(rows, found.id).waiting(now)
            settle(rows, found.id, state, write_json(outcome(rows)), now, response_code)
            append(rows, taker(found).actor, "presentation_answered", found.id, now, state=state)

        await self.archive.write(taker(found), work)

    def _take_in(
        self, rows: Rows, caller: Caller, credential: AnsweredCredential, recorded: Recorded | str
    ) -> Json:
        """Where a credential is kept now, or why it is not."""
        if isinstance(recorded, str):
            return {"problem": recorded}
        answer = self.archive.take_in(rows, caller, recorded, credential.data)
        return {"stored": answer.headers["Location"]}

    async def known(self, caller: Caller, identifier: str) -> PresentationRequest:
        """A request of the caller's own. Raises ``NotFound``, ``ScopeMissing``."""
        caller.demand("read")
        return await self.archive.read(caller, lambda rows: presentation_request(rows, identifier))

    async def result(self, caller: Caller, identifier: str, response_code: str) -> Json:
        """What came of a request. Raises ``StateConflict`` before it was answered, ``AccessRefused`` without
        the response code where it needs one."""
        found = await self.known(caller, identifier)
        if found.outcome is None:
            raise StateConflict(f"the request is {found.state_at(self.now)}: there is no result")
        if not right_code(found, response_code):
            raise AccessRefused(
                "the response code is not the one that the wallet was given",
                hint="It is in the address that the wallet opened: response_code.",
            )
        told: Json = json.loads(found.outcome)
        return {"id": found.id, "state": found.state, **told}

    async def withdraw(self, caller: Caller, identifier: str) -> None:
        """Take a request out, with what came of it. Raises ``NotFound``, ``ScopeMissing``."""
        caller.demand("read")
        now = self.now

        def work(rows: Rows) -> None:
            remove_request(rows, identifier)
            append(rows, caller.actor, "presentation_request_removed", identifier, now)

        await self.archive.write(caller, work)
        await self.archive.database.sweep()

    async def _behind(self, handle: str) -> PresentationRequest:
        return await self.archive.database.read(lambda connection: request_behind(connection, handle))

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.archive.gateway.clock()


def authorization_request(found: PresentationRequest, handle: str) -> AuthorizationRequest:
    """A request as its wallet gets it."""
    response_uri = f"{found.asked['base']}/oid4vp/responses/{handle}"
    prefix = found.asked["prefix"]
    name = response_uri if prefix == BY_ADDRESS else found.asked["did"]
    return AuthorizationRequest(f"{prefix}:{name}", response_uri, found.asked["query"], handle)


def taker(found: PresentationRequest) -> Caller:
    """Who acts for whoever answers: in the request's tenant, allowed nothing but to hand in."""
    return Caller(found.tenant, f"presentation:{found.id}", frozenset({"push"}))


def _asked(found: PresentationRequest, handle: str, *, post: bool) -> Asked:
    asked = authorization_request(found, handle)
    request_uri = f"{found.asked['base']}/oid4vp/requests/{handle}"
    method = {"request_uri_method": "post"} if post else {}
    links = {"byReference": link({"client_id": asked.client_id, "request_uri": request_uri, **method})}
    if found.asked["prefix"] == BY_ADDRESS:
        links["byValue"] = link(asked.parameters())
    return Asked(found, asked.client_id, request_uri, links)


def _check_form(form: Mapping[str, str], asked: AuthorizationRequest, query: Query) -> None:
    """Raise ``PresentationRefused`` for a form that does not answer the request (sections 8.2, 8.3.1 and 5.3)."""
    if "response" in form:
        raise PresentationRefused("encrypted responses (direct_post.jwt) were not asked for and are not read")
    unbound = any(not one.bound for one in query.credentials)
    if form.get("state", asked.state if "error" in form or not unbound else "") != asked.state:
        raise PresentationRefused("the state is not that of the request")
    if ("vp_token" in form) == ("error" in form):
        raise PresentationRefused("an answer has a vp_token or an error")
