"""Entity statements: the signed JWTs a federation is made of.

https://openid.net/specs/openid-federation-1_0.html#section-3
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.envelopes.jwt import Jwt
from gateway.errors import KeyInvalid, TrustListMalformed
from gateway.keys import PublicKey, public_key_from_jwk
from gateway.trust.documents import mapping
from gateway.trust.tokens import algorithm_of, holds, moment, read_token

__all__ = [
    "MAX_STATEMENT",
    "SKEW",
    "EntityStatement",
    "FederationKey",
    "StatementRefused",
    "check_period",
    "read_entity_statement",
    "read_keys",
    "verify_entity_statement",
]

MAX_STATEMENT = 65_536
"""Most bytes of one statement; real ones with a logo within have some thousand."""
MAX_KEYS = 32
MAX_HINTS = 8
SKEW = timedelta(seconds=60)
TYPES = ("entity-statement+jwt", "application/entity-statement+jwt")
CRITICAL = ("crit", "metadata_policy_crit")
"""Claims that name what must be understood; whatever they name, the gateway does not."""


class StatementRefused(Exception):
    """A statement that was had and proves nothing. Never leaves this folder.

    ``listed`` is what that says of the issuer: not a member, or None when the fault is not below the anchor.
    """

    def __init__(self, code: str, message: str, *, listed: bool | None = False) -> None:
        super().__init__(message)
        self.code, self.message, self.listed = code, message, listed


@dataclass(frozen=True, slots=True)
class FederationKey:
    """A key of a federation by its id; ``algorithm`` is empty when the JWK names none."""

    id: str
    key: PublicKey
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class EntityStatement:
    """What ``issuer`` says of ``subject``: the subject's keys and superiors, metadata, constraints.

    Read, and not verified: that takes the keys of somebody above.
    """

    issuer: str
    subject: str
    issued: datetime
    expires: datetime
    keys: tuple[FederationKey, ...]
    hints: tuple[str, ...]
    token: Jwt

    @property
    def metadata(self) -> dict[str, dict[str, Any]]:
        """The metadata by entity type."""
        found = mapping(self.token.payload.get("metadata"))
        return {kind: mapping(value) for kind, value in found.items()}

    @property
    def constraints(self) -> Any:
        """What it demands of chains below it, as it stands there."""
        return self.token.payload.get("constraints")


def read_entity_statement(data: bytes) -> EntityStatement:
    """The statement in a compact JWS (section 3.1). Raises ``TrustListMalformed``."""
    token = read_token(data)
    claims = token.payload
    if str(token.header.get("typ")).lower() not in TYPES:
        raise TrustListMalformed("the JWS is of another type than an entity statement")
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str):
        raise TrustListMalformed("an entity statement names its issuer and its subject")
    issued, expires = moment(claims.get("iat")), moment(claims.get("exp"))
    if issued is None or expires is None:
        raise TrustListMalformed("an entity statement says when it was issued and when it expires")
    hints = claims.get("authority_hints", [])
    if not isinstance(hints, list) or not all(isinstance(hint, str) for hint in hints):
        raise TrustListMalformed("authority_hints is an array of identifiers")
    few = tuple(dict.fromkeys(hints))[:MAX_HINTS]
    return EntityStatement(issuer, subject, issued, expires, read_keys(claims.get("jwks")), few, token)


def read_keys(jwks: Any) -> tuple[FederationKey, ...]:
    """The keys of a JWK Set that can verify; those of another kind are passed over."""
    entries = mapping(jwks).get("keys")
    keys = []
    for jwk in entries[:MAX_KEYS] if isinstance(entries, list) else ():
        members = mapping(jwk)
        if members.get("use", "sig") != "sig" or not isinstance(members.get("kid"), str):
            continue
        try:
            key = public_key_from_jwk(members)
        except KeyInvalid:
            continue
        keys.append(FederationKey(members["kid"], key, str(members.get("alg", ""))))
    return tuple(keys)


def verify_entity_statement(statement: EntityStatement, keys: Iterable[FederationKey]) -> None:
    """Return when one of ``keys`` signed the statement and nothing in it is beyond the gateway.

    Raises ``StatementRefused``.
    """
    token = statement.token
    if "crit" in token.header or any(token.payload.get(claim) for claim in CRITICAL):
        raise StatementRefused("federation_critical", "a statement has critical parts that are not known")
    if not algorithm_of(token):
        raise StatementRefused("federation_algorithm", "a statement is signed by an unknown algorithm")
    algorithm, kid = algorithm_of(token), token.header.get("kid")
    named = (key.key for key in keys if key.id == kid and key.algorithm in ("", algorithm))
    if not any(holds(token, key) for key in named):
        raise StatementRefused(
            "federation_signature", "a statement is not signed by a key that its superior names"
        )


def check_period(statement: EntityStatement, now: datetime) -> None:
    """Return when the statement is in force. Raises ``StatementRefused``."""
    if statement.expires <= now:
        raise StatementRefused("federation_expired", "a statement of the federation has expired")
    if statement.issued > now + SKEW:
        raise StatementRefused("federation_not_yet_valid", "a statement of the federation is from the future")
