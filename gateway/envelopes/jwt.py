"""JSON Web Tokens around credentials: compact JWS (RFC 7515 section 7.1), VC-JWT 1.1, ``vc+jwt`` (VC-JOSE-COSE).

Opening a token checks nothing of its signature.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.envelopes.json_text import read_json
from gateway.envelopes.limits import check_size
from gateway.errors import MalformedJwt

__all__ = [
    "CLAIMS",
    "MAX_SECONDS",
    "Jwt",
    "base64url_decode",
    "base64url_encode",
    "credential_in",
    "enveloped",
    "is_compact",
    "read_jwt",
]

Json = dict[str, Any]

CLAIMS = frozenset(("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"))
"""Claims about the token, which are no terms of a credential (RFC 7519 section 4.1, RFC 7800)."""
VCDM_2 = "https://www.w3.org/ns/credentials/v2"
PERIOD_1, PERIOD_2 = ("issuanceDate", "expirationDate"), ("validFrom", "validUntil")
_COMPACT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")
_DATA_URL = re.compile(
    r"data:application/(?:vc\+jwt|vp\+jwt|jwt|vc-ld\+jwt|vp-ld\+jwt)(?:;[a-z0-9=]+)*,(.*)\Z", re.DOTALL
)
MAX_SECONDS = 253_402_300_799
"""The last second of the year 9999, the end of what a date can be."""


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token taken apart: ``signing_input`` is what ``signature`` must have signed."""

    header: Json
    payload: Json
    signing_input: bytes
    signature: bytes

    @property
    def wrapped(self) -> str:
        """The claim that holds the credential or presentation, as VC-JWT 1.1 has it; empty for later ones."""
        return next((name for name in ("vc", "vp") if isinstance(self.payload.get(name), dict)), "")


def is_compact(data: bytes) -> bool:
    """Whether bytes look like a compact JWS."""
    return _COMPACT.match(data.strip()) is not None


def base64url_decode(text: str) -> bytes:
    """The bytes of base64url without padding. Raises ``MalformedJwt`` for anything else, also stray bits."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise MalformedJwt("a part of the token is not base64url") from None
    if base64url_encode(data) != text:
        raise MalformedJwt("a part of the token is not base64url in its one form")
    return data


def base64url_encode(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_jwt(data: bytes) -> Jwt:
    """A compact token taken apart. Raises ``MalformedJwt``, or what reading JSON raises."""
    check_size(data)
    token = data.strip()
    if not _COMPACT.match(token):
        raise MalformedJwt("not three parts of base64url")
    header, payload, signature = token.decode().split(".")
    parts = [read_json(base64url_decode(part)) for part in (header, payload)]
    if not all(isinstance(part, dict) for part in parts):
        raise MalformedJwt("header and payload of a token are objects")
    return Jwt(parts[0], parts[1], token.rpartition(b".")[0], base64url_decode(signature))


def credential_in(jwt: Jwt) -> Json:
    """The credential or presentation in a token, with the claims that stand for its members put in place.

    VC-JWT 1.1 section 6.3.1 has it in ``vc`` or ``vp`` and may leave out what the claims say (some wallets
    put a credential of VCDM 2.0 there all the same); in a ``vc+jwt`` the payload is the document, and only
    the token's own claims are no part of it.
    """
    if not jwt.wrapped:
        return {name: value for name, value in jwt.payload.items() if name not in CLAIMS}
    tree = dict(jwt.payload[jwt.wrapped])
    claims = jwt.payload
    _fill(tree, "id", claims.get("jti"))
    if jwt.wrapped == "vp":
        _fill(tree, "holder", claims.get("iss"))
        return tree
    _fill(tree, "issuer", claims.get("iss"))
    for name, claim in zip(PERIOD_2 if _under_2(tree) else PERIOD_1, ("nbf", "exp"), strict=True):
        _fill(tree, name, _date(claims.get(claim)))
    subject = tree.get("credentialSubject")
    if isinstance(subject, dict) and "id" not in subject and isinstance(claims.get("sub"), str):
        tree["credentialSubject"] = {"id": claims["sub"], **subject}
    return tree


def _under_2(tree: Json) -> bool:
    contexts = tree.get("@context")
    return VCDM_2 in (contexts if isinstance(contexts, list) else [contexts])


def _fill(tree: Json, name: str, value: Any) -> None:
    if isinstance(value, str) and name not in tree:
        tree[name] = value


def _date(seconds: Any) -> str | None:
    """A NumericDate as VCDM writes dates; None when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def enveloped(tree: Any) -> bytes | None:
    """The token in an EnvelopedVerifiableCredential or -Presentation (VCDM 2.0 section 4.13.1), else None."""
    if not isinstance(tree, dict):
        return None
    types = tree.get("type")
    names = types if isinstance(types, list) else [types]
    if not {"EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"} & {
        n for n in names if isinstance(n, str)
    }:
        return None
    found = _DATA_URL.match(str(tree.get("id")))
    return found[1].encode("utf-8", "replace") if found else b""
