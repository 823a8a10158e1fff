"""JSON Web Keys, public ones alone (RFC 7517, RFC 7518 section 6, RFC 8037)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from gateway.errors import KeyInvalid, KeyKindUnknown
from gateway.keys.multikey import public_key
from gateway.keys.values import KINDS, PublicKey

__all__ = ["jwk_of", "public_key_from_jwk"]

SECRET_MEMBERS = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z")
_CURVES = {(kind.jwk_type, kind.curve): name for name, kind in KINDS.items()}


def public_key_from_jwk(jwk: Any) -> PublicKey:
    """The public key of a JWK: Ed25519, X25519, P-256, P-384 or RSA.

    Raises ``KeyInvalid`` for anything else, and for a JWK with a private part: a published secret
    proves nothing (CID 1.0 section 2.2.3).
    """
    if not isinstance(jwk, dict):
        raise KeyInvalid("a JWK is an object")
    if SECRET_MEMBERS & jwk.keys():
        raise KeyInvalid("the JWK holds a private key")
    if jwk.get("kty") == "RSA":
        from gateway.keys import rsa  # imported here: most keys are Ed25519

        return PublicKey("rsa", rsa.public_bytes(_bytes(jwk, "n"), _bytes(jwk, "e")))
    kind = _CURVES.get((str(jwk.get("kty")), str(jwk.get("crv"))))
    if kind is None:
        raise KeyKindUnknown("the JWK is of no kind the gateway knows")
    if KINDS[kind].jwk_type == "OKP":
        return public_key(kind, _bytes(jwk, "x"))
    length = KINDS[kind].secret_bytes
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if len(x) != length or len(y) != length:
        raise KeyInvalid("a coordinate of the JWK has the wrong length")
    from gateway.keys import ecdsa

    return PublicKey(kind, ecdsa.point_of(kind, x, y))


def jwk_of(key: PublicKey) -> dict[str, str]:
    """A public key as JWK."""
    if key.kind == "rsa":
        from gateway.keys import rsa

        modulus, exponent = rsa.numbers(key.data)
        return {"kty": "RSA", "n": _text(modulus), "e": _text(exponent)}
    kind = KINDS[key.kind]
    members = {"kty": kind.jwk_type, "crv": kind.curve}
    if kind.jwk_type == "OKP":
        return {**members, "x": _text(key.data)}
    from gateway.keys import ecdsa

    x, y = ecdsa.coordinates(key.kind, key.data)
    return {**members, "x": _text(x), "y": _text(y)}


def _bytes(jwk: dict[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or not _BASE64URL.match(text):
        raise KeyInvalid(f"the JWK's {name} is not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise KeyInvalid(f"the JWK's {name} is not base64url") from None
    if _text(data) != text:
        raise KeyInvalid(f"the JWK's {name} is not base64url")
    return data


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
