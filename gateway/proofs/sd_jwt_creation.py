"""Securing claims as an SD-JWT VC in two steps: prepare, sign elsewhere, attach.

Each claim that its holder may keep back stands beside the token, under a salt of its own.
https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, RFC 9901 section 4
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.envelopes.jwt import base64url_encode
from gateway.envelopes.sd_jwt import NEVER_KEPT_BACK, digest_of
from gateway.errors import ProofGenerationError
from gateway.proofs.jose_creation import CREATED, PreparedJwt, part_of

__all__ = ["MEDIA_TYPE", "Disclosing", "prepare_sd_jwt"]

Json = dict[str, Any]

MEDIA_TYPE = "application/dc+sd-jwt"
ALGORITHM = "sha-256"
SEED_BYTES, SALT_BYTES = 32, 16


@dataclass(frozen=True, slots=True)
class Disclosing:
    """How claims are disclosed. ``seed`` is random, and known to nobody afterwards: the salts come of it.

    ``holder`` is the public JWK of whoever may present the credential, None for a bearer's.
    """

    seed: bytes = field(repr=False)
    holder: Mapping[str, Any] | None = None


def prepare_sd_jwt(
    claims: Json, *, shown: frozenset[str], disclosing: Disclosing, algorithm: str, method: str, now: datetime
) -> PreparedJwt:
    """Everything but the signature. All claims but ``shown``, and those of the token itself, may be kept back.

    Raises ``ProofGenerationError`` for an algorithm there is not, claims without kind or issuer, or a seed
    that is too short to make salts of.
    """
    if algorithm not in CREATED or len(disclosing.seed) < SEED_BYTES:
        raise ProofGenerationError("no such algorithm, or no random bytes for the salts")
    if not isinstance(claims.get("vct"), str) or not isinstance(claims.get("iss"), str):
        raise ProofGenerationError("claims are secured that name their kind and their issuer", pointer="/vct")
    open_claims = NEVER_KEPT_BACK | shown
    made = {
        name: _disclosure(disclosing.seed, name, value)
        for name, value in claims.items()
        if name not in open_claims
    }
    payload = {name: value for name, value in claims.items() if name in open_claims}
    payload["iat"] = int(now.timestamp())
    if disclosing.holder is not None:
        payload["cnf"] = {"jwk": dict(disclosing.holder)}
    # In the order of the digests, which tells nothing of the claims (RFC 9901 section 4.2.4.1).
    payload["_sd"] = sorted(digest_of(text.encode(), ALGORITHM) for text in made.values())
    payload["_sd_alg"] = ALGORITHM
    header = {"alg": algorithm, "typ": "dc+sd-jwt", "kid": method}
    signing_input = f"{part_of(header)}.{part_of(payload)}".encode()
    return PreparedJwt(
        signing_input, algorithm, MEDIA_TYPE, "~" + "".join(f"{text}~" for text in made.values())
    )


def _disclosure(seed: bytes, name: str, value: Any) -> str:
    """The disclosure of a claim, its salt drawn from the seed for this claim alone."""
    salt = base64url_encode(hmac.digest(seed, name.encode(), "sha256")[:SALT_BYTES])
    return base64url_encode(
        json.dumps([salt, name, value], ensure_ascii=False, separators=(",", ":")).encode()
    )
