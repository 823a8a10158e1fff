"""Credentials, keys and tokens for the tests: made by hand, with fixed keys and a fixed clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway import keys
from gateway.envelopes.jwt import base64url_encode
from gateway.retrieval import CONTROLLER, Answer, Need

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VCDM_1 = "https://www.w3.org/2018/credentials/v1"
VCDM_2 = "https://www.w3.org/ns/credentials/v2"
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}


def secret_of(kind: str, number: int = 7) -> keys.SecretKey:
    return keys.secret_key(kind, bytes([number]) * keys.KINDS[kind].secret_bytes)


def did_of(kind: str, number: int = 7) -> str:
    return keys.did_key(keys.public_key_of(secret_of(kind, number)))


def method_of(kind: str, number: int = 7) -> str:
    return keys.verification_method_of(did_of(kind, number))


def credential_2(issuer: str = did_of("ed25519"), **changes: Any) -> dict[str, Any]:
    return {
        "@context": [VCDM_2],
        "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000002",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
        **changes,
    }


def credential_1(issuer: str = did_of("ed25519"), **changes: Any) -> dict[str, Any]:
    return {
        "@context": [VCDM_1],
        "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
        **changes,
    }


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def claims_1(credential: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The payload of a VC-JWT 1.1; a claim that is changed to None is left out."""
    claims = {
        "iss": credential["issuer"], "sub": credential["credentialSubject"]["id"], "jti": credential["id"],
        "nbf": seconds(credential["issuanceDate"]), "exp": seconds(credential["expirationDate"]), "vc": credential,
        **changes,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def token_of(header: Mapping[str, Any], payload: Mapping[str, Any], secret: keys.SecretKey) -> bytes:
    """A compact token with whatever header, signed by the key all the same."""
    parts = [base64url_encode(json.dumps(part).encode()) for part in (header, payload)]
    signing_input = ".".join(parts).encode()
    return signing_input + b"." + base64url_encode(keys.sign(secret, signing_input)).encode()


def controllers() -> dict[Need, Answer]:
    """The documents of the did:keys the tests use, as the pipeline would have them."""
    found = {}
    for number in (7, 66):
        for kind in ALGORITHMS:
            did, public = did_of(kind, number), keys.public_key_of(secret_of(kind, number))
            method = {"id": method_of(kind, number), "type": "Multikey", "controller": did,
                      "publicKeyMultibase": keys.multikey(public)}  # fmt: skip
            relations = {name: [method["id"]] for name in ("assertionMethod", "authentication")}
            document = {"id": did, "verificationMethod": [method], **relations}
            found[Need(CONTROLLER, did)] = Answer(document)
    return found
