"""Signed tokens as lists hand them out: read strictly, verified by a key one already has.

https://www.rfc-editor.org/rfc/rfc7515#section-5.2
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway.envelopes.jwt import Jwt, read_jwt
from gateway.errors import InputRefused, KeyInvalid, ProofInvalid, TrustListMalformed
from gateway.keys import PublicKey, verify_signature
from gateway.proofs.jose import ALGORITHMS

__all__ = ["algorithm_of", "holds", "moment", "read_token"]


def read_token(data: bytes) -> Jwt:
    """The parts of a compact JWS whose payload is a JSON object. Raises ``TrustListMalformed``."""
    try:
        return read_jwt(data)
    except InputRefused as error:
        raise TrustListMalformed(f"{error.title}: {error.detail}") from None


def algorithm_of(token: Jwt) -> str:
    """The algorithm of a token if it is one that is taken, else an empty text."""
    name = token.header.get("alg")
    return name if isinstance(name, str) and name in ALGORITHMS else ""


def holds(token: Jwt, key: PublicKey) -> bool:
    """Whether a key of the kind that the algorithm needs made the signature.

    Keys within the header are of no account, and a header that must be understood is not.
    """
    if "crit" in token.header or ALGORITHMS.get(algorithm_of(token)) != key.kind:
        return False
    try:
        verify_signature(key, token.signing_input, token.signature)
    except (ProofInvalid, KeyInvalid):
        return False
    return True


def moment(value: Any) -> datetime | None:
    """The moment of a NumericDate (RFC 7519 section 2), None for none. Raises ``TrustListMalformed``."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TrustListMalformed("a date of a JWT is no number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        raise TrustListMalformed("a date of a JWT is out of range") from None
