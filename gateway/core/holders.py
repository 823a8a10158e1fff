"""The key of a holder, to whom a credential is bound: from a JWK, or from a DID that is its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.envelopes import read_json
from gateway.envelopes.jwt import base64url_decode
from gateway.errors import GatewayError, RequestRefused
from gateway.keys import PublicKey, jwk_of, public_key_from_jwk, public_key_of_did_key

__all__ = ["holder_jwk"]

SIGNING = ("ed25519", "p256", "p384")
HINT = "Give a public JWK (as JSON), a did:key or a did:jwk: a key that signs, Ed25519, P-256 or P-384."


def holder_jwk(holder: Mapping[str, Any] | str) -> dict[str, str] | None:
    """The public JWK of a holder, given as JWK, its JSON text, did:key or did:jwk; None where nobody is named.

    Raises ``RequestRefused`` for anything else, a private key and a key that does not sign among them.
    """
    if not holder:
        return None
    try:
        key = _key_of(holder)
    except GatewayError as error:
        raise RequestRefused(f"the holder's key is not usable: {error.detail}", hint=HINT) from None
    if key.kind not in SIGNING:
        raise RequestRefused("the holder's key does not sign", hint=HINT)
    return jwk_of(key)


def _key_of(holder: Mapping[str, Any] | str) -> PublicKey:
    if not isinstance(holder, str):
        return public_key_from_jwk(dict(holder))
    did = holder.partition("#")[0]
    if did.startswith("did:jwk:"):
        return public_key_from_jwk(read_json(base64url_decode(did.removeprefix("did:jwk:"))))
    if did.startswith("did:key:"):
        return public_key_of_did_key(did)
    if holder.lstrip().startswith("{"):
        return public_key_from_jwk(read_json(holder.encode()))
    raise RequestRefused("it is neither a JWK nor a DID that is a key")
