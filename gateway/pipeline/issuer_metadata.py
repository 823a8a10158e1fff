"""What a tenant says of itself as a credential issuer, and as the authorization server of it.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html section 12.2,
https://www.rfc-editor.org/rfc/rfc8414
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from gateway.core.key_proofs import ALGORITHMS
from gateway.envelopes.jwt import base64url_encode
from gateway.pipeline.configurations import BINDINGS, Configuration, available
from gateway.pipeline.key_proofs import BATCH_SIZE, PROFILE
from gateway.pipeline.offer_access import DETAIL, GRANT_TYPES
from gateway.signer import Signer

__all__ = ["ISSUERS", "authorization_server", "credential_issuer", "signed"]

Json = dict[str, Any]

ISSUERS = "/oid4vci/"
"""Below this path every tenant is an issuer of its own."""
TYPE = "openidvci-issuer-metadata+jwt"
PROVED_BY = {
    "jwt": [name for name in ALGORITHMS if name != "Ed25519"],
    "di_vp": ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"],
}


def credential_issuer(issuer: str, name: str, signer: Signer, profiles: Collection[str] = ()) -> Json:
    """The metadata of an issuer, by its identifier and the name that people know it by."""
    told = {
        "credential_issuer": issuer,
        "credential_endpoint": f"{issuer}/credential",
        "nonce_endpoint": f"{issuer}/nonce",
        "deferred_credential_endpoint": f"{issuer}/deferred",
        "notification_endpoint": f"{issuer}/notification",
        "batch_credential_issuance": {"batch_size": BATCH_SIZE},
        "display": [{"name": name, "locale": "en"}],
        "credential_configurations_supported": {
            one.id: _configuration(one) for one in available(signer).values()
        },
    }
    if PROFILE in profiles:  # it looks for these here, and finds nothing where they belong
        told |= {"issuer": issuer, "token_endpoint": f"{issuer}/token"}
        told |= {"authorization_details_types_supported": [DETAIL]}
    return told


def _configuration(one: Configuration) -> Json:
    return {
        "format": one.format,
        "scope": one.id,
        "cryptographic_binding_methods_supported": [*BINDINGS],
        "credential_signing_alg_values_supported": [one.algorithm],
        "proof_types_supported": {
            kind: {"proof_signing_alg_values_supported": names} for kind, names in PROVED_BY.items()
        },
        "credential_definition": one.definition,
        "credential_metadata": {"display": [{"name": one.name, "locale": "en"}]},
    }


def authorization_server(issuer: str, signer: Signer) -> Json:
    """The metadata of the authorization server that goes with an issuer, and has its identifier."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "token_endpoint": f"{issuer}/token",
        "scopes_supported": [*available(signer)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [*GRANT_TYPES],
        "pre-authorized_grant_anonymous_access_supported": True,
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_details_types_supported": [DETAIL],
        "authorization_response_iss_parameter_supported": True,
    }


async def signed(told: Json, signer: Signer, now: datetime) -> str:
    """Metadata as a token by the gateway's key (section 12.2.3)."""
    header = {"alg": signer.algorithm, "typ": TYPE, "kid": signer.verification_method}
    claims = {"iss": signer.did, "sub": told["credential_issuer"], "iat": int(now.timestamp())}
    parts = [base64url_encode(json.dumps(part).encode()) for part in (header, {**told, **claims})]
    text = ".".join(parts)
    return f"{text}.{base64url_encode(await signer.sign(text.encode()))}"
