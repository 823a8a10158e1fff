"""How a wallet comes to an access token for an offer: by a pre-authorized code, or by consent and PKCE.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html sections 4 to 6. Wallets have no accounts
and no secrets here: what opens an offer is its link, and the transaction code where there is one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from gateway.envelopes import read_json
from gateway.envelopes.jwt import base64url_encode
from gateway.errors import (
    ConsentDenied,
    GatewayError,
    GrantInvalid,
    OAuthRefused,
    OfferEnded,
    TokenRefused,
)
from gateway.pipeline.offers import Offers, actor_of
from gateway.store import Offer, Rows
from gateway.store.audit import append
from gateway.store.moments import moment
from gateway.store.offer_secrets import (
    ACCESS,
    AUTHORIZATION,
    LIFETIMES,
    NONCE,
    PRE_AUTHORIZED,
    REQUEST,
    TRANSACTION,
    Secret,
    new_secret,
    revoke_tokens,
    secret_shown,
    use_secret,
)
from gateway.store.offers import holding, offer, right_tx_code, take

__all__ = [
    "DETAIL",
    "GRANT_TYPES",
    "PRE_AUTHORIZED_GRANT",
    "Access",
    "Consented",
    "Token",
    "details_in",
    "restricted",
]

Form = Mapping[str, str]
Result = TypeVar("Result")

PRE_AUTHORIZED_GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
GRANT_TYPES = (PRE_AUTHORIZED_GRANT, "authorization_code")
DETAIL = "openid_credential"
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token allows. ``identifiers`` says that credentials are asked for by credential_identifier."""

    offer: Offer
    configurations: tuple[str, ...]
    identifiers: bool
    client: str

    def identifier(self, configuration: str) -> str:
        """The credential_identifier of a form."""
        return f"{configuration}:{self.offer.credential}"


@dataclass(frozen=True, slots=True)
class Consented:
    """What an authorization request asks for, with nothing open any more but the person's word."""

    offer: Offer
    client: str
    redirect_uri: str
    challenge: str
    configurations: tuple[str, ...]
    identifiers: bool


@dataclass(frozen=True, slots=True)
class Access:
    """The codes and tokens of one tenant's offers."""

    offers: Offers
    tenant: str

    async def codes(self, found: Offer) -> tuple[str, str]:
        """A new pre-authorized code and a new issuer_state for whoever has the link."""

        def work(rows: Rows) -> tuple[str, str]:
            holding(offer(rows, found.id), self.now)
            code = new_secret(rows, PRE_AUTHORIZED, found.id, self.now)
            return code, new_secret(rows, REQUEST, found.id, self.now)

        return await self.write(work)

    async def nonce(self) -> str:
        """A new nonce, anybody's."""
        return await self.write(lambda rows: new_secret(rows, NONCE, None, self.now))

    async def offer_for(self, issuer_state: str) -> Offer:
        """The offer that an issuer_state was given for. Raises ``ConsentDenied``, ``OfferEnded``."""

        def work(rows: Rows) -> Offer:
            known = secret_shown(rows, REQUEST, issuer_state)
            if known is None or not known.holds(self.now) or known.offer is None or known.about:
                raise ConsentDenied("nothing is given out but what was offered, by its issuer_state")
            return holding(offer(rows, known.offer), self.now)

        return await self.read(work)

    async def push(self, fields: Form) -> str:
        """Keep an authorization request; what names it (RFC 9126)."""
        until = self.now + LIFETIMES[AUTHORIZATION]
        return await self.write(
            lambda rows: new_secret(rows, REQUEST, None, self.now, until=until, fields=dict(fields))
        )

    async def pushed(self, name: str, client: str) -> Form:
        """An authorization request that was kept for a client. Raises ``OAuthRefused``."""
        known = await self.read(lambda rows: secret_shown(rows, REQUEST, name))
        if known is None or not known.holds(self.now) or "fields" not in known.about:
            raise OAuthRefused("request_uri is not known, or has run out")
        fields: Form = known.about["fields"]
        if fields.get("client_id") != client:
            raise OAuthRefused("client_id is another than the one that pushed the request")
        return fields

    async def consent(self, asked: Consented, tx_code: str) -> str:
        """A person lets a wallet have what was offered; the code. Raises ``GrantInvalid``, ``OfferEnded``."""

        def work(rows: Rows) -> str | GatewayError:
            found = holding(offer(rows, asked.offer.id), self.now)
            if found.tx_code is not None and not right_tx_code(rows, found, tx_code, self.now):
                append(rows, actor_of(found), "tx_code_wrong", found.id, self.now)
                return GrantInvalid("the transaction code is another")
            return new_secret(
                rows, AUTHORIZATION, found.id, self.now, client=asked.client, redirect_uri=asked.redirect_uri,
                challenge=asked.challenge, configurations=asked.configurations, identifiers=asked.identifiers,
            )  # fmt: skip

        return _kept(await self.write(work))

    async def token(self, form: Form) -> dict[str, Any]:
        """The answer to a token request. Raises an ``OAuthRefused``."""
        by_code = form["grant_type"] == "authorization_code"
        kind, name = (AUTHORIZATION, "code") if by_code else (PRE_AUTHORIZED, "pre-authorized_code")
        if not form.get(name):
            raise OAuthRefused(f"{name} is missing")
        details = details_in(form)

        def work(rows: Rows) -> dict[str, Any] | GatewayError:
            known = secret_shown(rows, kind, form[name])
            if known is None or known.offer is None:
                return GrantInvalid("the code is not known")
            found = offer(rows, known.offer)
            if (problem := self._unusable(rows, known, found)) is not None:
                return problem
            if problem := (_pkce if by_code else self._tx_code)(rows, known, found, form):
                return problem
            return self._given(rows, known, found, form, details)

        return _kept(await self.write(work))

    def _unusable(self, rows: Rows, known: Secret, found: Offer) -> GatewayError | None:
        """Why a code opens nothing; one that comes twice takes back all that it gave."""
        if known.used:
            if revoke_tokens(rows, found.id, self.now):
                append(rows, actor_of(found), "tokens_revoked", found.id, self.now, reason="code used twice")
            return GrantInvalid("the code was used before; what it gave is taken back")
        if not known.holds(self.now):
            return GrantInvalid("the code has run out")
        try:
            holding(found, self.now)
        except OfferEnded as error:
            return GrantInvalid(error.detail)
        return None

    def _tx_code(self, rows: Rows, _: Secret, found: Offer, form: Form) -> GatewayError | None:
        """What is wrong with the transaction code (section 6.1), and that it is missing or nobody asked for it."""
        shown = form.get("tx_code")
        if (shown is not None) is not (found.tx_code is not None):
            return OAuthRefused("tx_code is " + ("missing" if shown is None else "not expected"))
        if shown is None or right_tx_code(rows, found, shown, self.now):
            return None
        append(rows, actor_of(found), "tx_code_wrong", found.id, self.now)
        return GrantInvalid("the transaction code is another")

    def _given(
        self, rows: Rows, known: Secret, found: Offer, form: Form, details: tuple[str, ...] | None
    ) -> dict[str, Any]:
        """A token, after the code and the offer are used up. Raises ``OAuthRefused`` for what was not offered."""
        offered = tuple(known.about.get("configurations", found.configurations))
        names = offered if details is None else restricted(details, offered)
        told = bool(known.about.get("identifiers")) or details is not None
        client = form.get("client_id", "")
        use_secret(rows, known.kind, form.get("code") or form.get("pre-authorized_code", ""), self.now)
        take(rows, found.id, self.now)
        until = max(self.now, moment(found.ready)) + LIFETIMES[ACCESS]
        text = new_secret(
            rows,
            ACCESS,
            found.id,
            self.now,
            until=until,
            configurations=names,
            identifiers=told,
            client=client,
        )
        append(rows, actor_of(found), "offer_taken", found.id, self.now)
        more: dict[str, Any] = {}
        if told:
            token = Token(found, names, True, client)
            more["authorization_details"] = [
                {"type": DETAIL, "credential_configuration_id": name,
                 "credential_identifiers": [token.identifier(name)]}
                for name in names
            ]  # fmt: skip
        return {
            "access_token": text, "token_type": "bearer", "expires_in": int((until - self.now).total_seconds()),
            # Drafts 13 and 14 know no nonce endpoint; later ones pass over members they do not know.
            "c_nonce": new_secret(rows, NONCE, None, self.now),
            "c_nonce_expires_in": int(LIFETIMES[NONCE].total_seconds()), **more,
        }  # fmt: skip

    async def shown(self, text: str) -> Token:
        """What an access token allows. Raises ``TokenRefused``."""

        def work(rows: Rows) -> Token:
            known = secret_shown(rows, ACCESS, text) if text else None
            if known is None or not known.holds(self.now) or known.offer is None:
                raise TokenRefused("the access token is not known, or does not hold any more")
            about = known.about
            return Token(
                offer(rows, known.offer),
                tuple(about["configurations"]),
                about["identifiers"],
                about["client"],
            )

        return await self.read(work)

    async def defer(self, token: Token, **about: Any) -> str:
        """Keep a request that is answered later; what names it."""
        until = max(self.now, moment(token.offer.ready)) + LIFETIMES[TRANSACTION]
        return await self.write(
            lambda rows: new_secret(rows, TRANSACTION, token.offer.id, self.now, until=until, **about)
        )

    async def read(self, work: Callable[[Rows], Result]) -> Result:
        """What is found among the tenant's rows."""
        return await self.offers.archive.database.read(lambda connection: work(Rows(connection, self.tenant)))

    async def write(self, work: Callable[[Rows], Result]) -> Result:
        """What is written among the tenant's rows, all of it or nothing."""
        return await self.offers.archive.database.write(
            self.tenant, lambda connection: work(Rows(connection, self.tenant))
        )

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.offers.now


def _kept(found: Result | GatewayError) -> Result:
    """What a transaction gave; a refusal that had to be kept is raised after it."""
    if isinstance(found, GatewayError):
        raise found
    return found


def _pkce(_: Rows, known: Secret, __: Offer, form: Form) -> GatewayError | None:
    """What is wrong with a code that came by consent (RFC 7636 section 4.6, RFC 6749 section 4.1.3)."""
    about, verifier = known.about, form.get("code_verifier", "")
    if form.get("client_id", "") != about["client"] or form.get("redirect_uri", "") != about["redirect_uri"]:
        return GrantInvalid("the code was given to another client or address")
    made = base64url_encode(hashlib.sha256(verifier.encode("utf-8", "replace")).digest())
    if not VERIFIER.match(verifier) or not hmac.compare_digest(made, about["challenge"]):
        return GrantInvalid("code_verifier is not that of the challenge")
    return None


def details_in(form: Form) -> tuple[str, ...] | None:
    """The forms that authorization_details ask for (section 5.1.1), None without them. Raises ``OAuthRefused``."""
    if "authorization_details" not in form:
        return None
    try:
        given = read_json(form["authorization_details"].encode("utf-8", "replace"))
    except GatewayError:
        raise OAuthRefused("authorization_details is no JSON") from None
    if not isinstance(given, list) or not given:
        raise OAuthRefused("authorization_details is a list")
    names = [one.get("credential_configuration_id") if isinstance(one, dict) and one.get("type") == DETAIL else None
             for one in given]  # fmt: skip
    if not all(isinstance(name, str) for name in names):
        raise OAuthRefused("authorization_details are of the type openid_credential and name a configuration")
    return tuple(dict.fromkeys(name for name in names if name))


def restricted(wanted: tuple[str, ...], offered: tuple[str, ...]) -> tuple[str, ...]:
    """The forms that are asked for, none but those on offer. Raises ``OAuthRefused``."""
    if not wanted or set(wanted) - set(offered):
        raise OAuthRefused("what is asked for was not offered")
    return tuple(name for name in offered if name in wanted)
