"""Key proofs as tokens: a wallet shows that it has the key a credential is to be bound to, to this issuer and now.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html, appendix F.1. Whether the nonce was given
out and not used is for the caller to know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.envelopes.jwt import Jwt, base64url_decode, base64url_encode, read_jwt
from gateway.errors import GatewayError, KeyProofInvalid
from gateway.keys import PublicKey, jwk_of, public_key_from_jwk, public_key_of_did_key, verify_signature

__all__ = ["ALGORITHMS", "Expected", "Holding", "check_age", "jwt_holding", "key_of"]

ALGORITHMS = {"EdDSA": "ed25519", "Ed25519": "ed25519", "ES256": "p256", "ES384": "p384"}
"""The algorithms of key proofs, and the kind of key each takes."""
TYPE = "openid4vci-proof+jwt"
OLDEST, SKEW = timedelta(minutes=5), timedelta(seconds=60)
"""How old a proof may be, and by how much clocks may differ."""
KEY_MEMBERS = ("kid", "jwk", "x5c")
NOT_TAKEN = ("crit", "b64", "zip", "x5c", "key_attestation", "trust_chain")
LATEST = 253_402_300_799
LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class Expected:
    """What a proof must be for: the ``issuer``, at a moment, by a ``client`` (empty for one without a name).

    ``untyped`` takes proofs without ``typ`` and ``iat``, and with the holder as ``iss``: a compatibility profile.
    """

    issuer: str
    now: datetime
    client: str = ""
    untyped: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """What a proof shows: the DID of the key, and the nonce it was made with. ``lenient`` says a profile was needed."""

    holder: str
    nonce: str
    lenient: bool = False


def jwt_holding(text: str, expected: Expected) -> Holding:
    """What a token shows that is a proof of possession. Raises ``KeyProofInvalid``."""
    if len(text) > LONGEST:
        raise KeyProofInvalid("the proof is too long")
    try:
        proof = read_jwt(text.encode("utf-8", "replace"))
    except GatewayError as error:
        raise KeyProofInvalid(f"the proof is no token: {error.detail}") from None
    lenient = _check_header(proof, expected)
    holder, key = _holder(proof)
    if ALGORITHMS[proof.header["alg"]] != key.kind:
        raise KeyProofInvalid("the key is of another kind than the algorithm's")
    lenient |= _check_claims(proof, expected, holder)
    try:
        verify_signature(key, proof.signing_input, proof.signature)
    except GatewayError:
        raise KeyProofInvalid("the signature of the proof does not hold") from None
    return Holding(holder, proof.payload["nonce"], lenient)


def _check_header(proof: Jwt, expected: Expected) -> bool:
    """Whether the header needed the profile. Raises ``KeyProofInvalid``."""
    header = proof.header
    if header.get("alg") not in [*ALGORITHMS]:
        raise KeyProofInvalid("the algorithm of the proof is not one that is advertised")
    if sum(name in header for name in KEY_MEMBERS) != 1:
        raise KeyProofInvalid("a proof names its key by kid or by jwk, and by one of them")
    if found := [name for name in NOT_TAKEN if name in header]:
        raise KeyProofInvalid(f"proofs with {found[0]} are not taken")
    if header.get("typ") == TYPE:
        return False
    if "typ" in header or not expected.untyped:
        raise KeyProofInvalid(f"the typ of the proof is not {TYPE}")
    return True


def _holder(proof: Jwt) -> tuple[str, PublicKey]:
    """The DID of the key that the header names, and the key. Raises ``KeyProofInvalid``."""
    try:
        if "jwk" in proof.header:
            key = public_key_from_jwk(proof.header["jwk"])
            text = json.dumps(jwk_of(key), separators=(",", ":"))
            return f"did:jwk:{base64url_encode(text.encode())}", key
        return key_of(proof.header["kid"])
    except GatewayError as error:
        raise KeyProofInvalid(f"the key of the proof is not known: {error.detail}") from None


def key_of(kid: Any) -> tuple[str, PublicKey]:
    """The DID in a DID URL of did:key or did:jwk, and its key. Raises ``KeyProofInvalid``, ``KeyRefused``."""
    did, hash_, fragment = kid.partition("#") if isinstance(kid, str) else ("", "", "")
    own = did.rpartition(":")[2]
    if did.startswith("did:key:") and fragment in ("", own):
        return did, public_key_of_did_key(did)
    if did.startswith("did:jwk:") and (not hash_ or fragment == "0"):
        return did, public_key_from_jwk(_json(base64url_decode(own)))
    raise KeyProofInvalid("holders are did:key, did:jwk, or a JWK in the proof")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise KeyProofInvalid("the did:jwk holds no JWK") from None


def _check_claims(proof: Jwt, expected: Expected, holder: str) -> bool:
    """Whether the claims needed the profile. Raises ``KeyProofInvalid``."""
    claims = proof.payload
    audience = claims.get("aud")
    if (audience if isinstance(audience, list) else [audience]) != [expected.issuer]:
        raise KeyProofInvalid("the proof is not for this issuer")
    if not isinstance(claims.get("nonce"), str) or not claims["nonce"]:
        raise KeyProofInvalid("the proof has no nonce")
    lenient = _check_maker(claims, expected, holder)
    if "iat" in claims or not expected.untyped:
        check_age(_moment(claims.get("iat"), "iat"), expected.now)
    elif "exp" not in claims:
        raise KeyProofInvalid("the proof has neither iat nor exp")
    else:
        lenient = True
    if "exp" in claims and _moment(claims["exp"], "exp") <= expected.now - SKEW:
        raise KeyProofInvalid("the proof has expired")
    if "nbf" in claims and _moment(claims["nbf"], "nbf") > expected.now + SKEW:
        raise KeyProofInvalid("the proof is not valid yet")
    return lenient


def _check_maker(claims: dict[str, Any], expected: Expected, holder: str) -> bool:
    """``iss`` is the client, and absent for one without a name (appendix F.1)."""
    if "iss" not in claims or (expected.client and claims["iss"] == expected.client):
        return False
    if expected.untyped and claims["iss"] == holder:
        return True
    raise KeyProofInvalid("the iss of the proof is not the client")


def check_age(made: datetime, now: datetime) -> None:
    """Raise ``KeyProofInvalid`` for a proof made too long ago, or in the future."""
    if made > now + SKEW:
        raise KeyProofInvalid("the proof was made in the future")
    if made < now - OLDEST:
        raise KeyProofInvalid("the proof is too old")


def _moment(seconds: Any, name: str) -> datetime:
    if type(seconds) not in (int, float) or not 0 <= seconds <= LATEST:
        raise KeyProofInvalid(f"{name} is no number of seconds")
    return datetime.fromtimestamp(seconds, UTC)
