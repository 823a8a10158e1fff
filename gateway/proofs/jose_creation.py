"""Securing a credential as a token in two steps: prepare, sign elsewhere, attach.

``vc+jwt`` for VCDM 2.0 (https://www.w3.org/TR/vc-jose-cose/#securing-with-jose), ``jwt_vc_json`` for
VCDM 1.1 (https://www.w3.org/TR/vc-data-model-1.1/#json-web-token).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.envelopes.jwt import MAX_SECONDS, base64url_encode
from gateway.errors import ProofGenerationError
from gateway.proofs.jose import ALGORITHMS

__all__ = ["CREATED", "FORMS", "PreparedJwt", "attach_jwt", "part_of", "prepare_jwt", "unsigned_jwt"]

Json = dict[str, Any]

FORMS = {
    "vc+jwt": "https://www.w3.org/ns/credentials/v2",
    "jwt_vc_json": "https://www.w3.org/2018/credentials/v1",
}
"""The forms of token, and the data model each is for, by its context."""
MEDIA_TYPES = {"vc+jwt": "application/vc+jwt", "jwt_vc_json": "application/jwt"}
CREATED = ("EdDSA", "ES256", "ES384")
"""The algorithms tokens are made with."""


@dataclass(frozen=True, slots=True)
class PreparedJwt:
    """A token ready to be signed: sign ``signing_input`` and ``attach_jwt`` the signature.

    ``after`` stands behind the token and is not signed itself, as the disclosures of an SD-JWT.
    """

    signing_input: bytes
    algorithm: str
    media_type: str
    after: str = ""


def prepare_jwt(credential: Json, *, form: str, algorithm: str, method: str, now: datetime) -> PreparedJwt:
    """Everything but the signature. ``method`` is the verification method, which becomes ``kid``.

    Raises ``ProofGenerationError`` for a form or algorithm there is not, or a credential of the other
    data model.
    """
    if form not in FORMS or algorithm not in CREATED:
        raise ProofGenerationError("no such form of token or algorithm", hint=f"Forms: {', '.join(FORMS)}.")
    contexts = credential.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first != FORMS[form]:
        raise ProofGenerationError(f"{form} is not for a credential of this data model", pointer="/@context")
    if "proof" in credential:
        raise ProofGenerationError("a credential with a proof is not wrapped into a token", pointer="/proof")
    header = {"alg": algorithm, "typ": "vc+jwt" if form == "vc+jwt" else "JWT", "kid": method}
    if form == "vc+jwt":
        header["cty"] = "vc"
    issued = {"iat": int(now.timestamp())}
    payload = {**credential, **_claims(credential), **issued}
    if form == "jwt_vc_json":
        payload = {**_claims(credential), **issued, "vc": credential}
    return PreparedJwt(unsigned_jwt(header, payload), algorithm, MEDIA_TYPES[form])


def unsigned_jwt(header: Json, payload: Json) -> bytes:
    """The first two parts of a token, which its signature covers (RFC 7515 section 5.1)."""
    return f"{part_of(header)}.{part_of(payload)}".encode()


def attach_jwt(prepared: PreparedJwt, signature: bytes) -> str:
    """The token. Raises ``ProofGenerationError`` for a signature of another length than its algorithm's."""
    if len(signature) != (96 if ALGORITHMS[prepared.algorithm] == "p384" else 64):
        raise ProofGenerationError("the signature has another length than its algorithm's")
    return f"{prepared.signing_input.decode()}.{base64url_encode(signature)}{prepared.after}"


def part_of(value: Json) -> str:
    """A part of a token: JSON in base64url."""
    return base64url_encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _claims(credential: Json) -> Json:
    """The registered claims that repeat what the credential says (VC-JWT 1.1 section 6.3.1)."""
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    claims: Json = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "jti": credential.get("id"),
        "nbf": _seconds(credential.get("validFrom", credential.get("issuanceDate"))),
        "exp": _seconds(credential.get("validUntil", credential.get("expirationDate"))),
    }
    return {name: value for name, value in claims.items() if value is not None}


def _seconds(text: Any) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ProofGenerationError("a date of the credential is malformed") from None
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if seconds > MAX_SECONDS:
        raise ProofGenerationError("a date of the credential is beyond what a token can say")
    return seconds
