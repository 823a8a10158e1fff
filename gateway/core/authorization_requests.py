"""Requests for presentations as wallets get them: parameters, links, request objects (OpenID4VP 1.0 section 5).

https://openid.net/specs/openid-4-verifiable-presentations-1_0.html#name-authorization-request
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from gateway.core.dcql import JWT_VC, LDP_VC, SD_JWT_VC
from gateway.envelopes.jwt import base64url_encode
from gateway.proofs.cryptosuites import CRYPTOSUITES
from gateway.proofs.jose import ALGORITHMS

__all__ = [
    "BY_DID", "BY_ADDRESS", "REQUEST_TYPE", "SCHEME", "VERIFIED_FORMATS", "AuthorizationRequest", "header_of", "link",
]  # fmt: skip

Json = dict[str, Any]

SCHEME = "openid4vp://"
REQUEST_TYPE = "oauth-authz-req+jwt"
BY_ADDRESS, BY_DID = "redirect_uri", "decentralized_identifier"
"""The prefixes of client identifiers there are: an unsigned request, and one that the gateway's DID signs."""
ANY_WALLET = "https://self-issued.me/v2"
"""The audience of a request object whose wallet is not known (section 5.8)."""
DATA_INTEGRITY = "DataIntegrityProof"
VERIFIED_FORMATS: Json = {
    LDP_VC: {
        "proof_type_values": sorted({suite.proof_type for suite in CRYPTOSUITES.values()}),
        "cryptosuite_values": [
            suite.name for suite in CRYPTOSUITES.values() if suite.proof_type == DATA_INTEGRITY
        ],
    },
    JWT_VC: {"alg_values": list(ALGORITHMS)},
    SD_JWT_VC: {"sd-jwt_alg_values": list(ALGORITHMS), "kb-jwt_alg_values": list(ALGORITHMS)},
}
"""What the gateway verifies, as wallets are told (sections 11.1, B.1.3.1.3, B.1.3.2.3 and B.3.4)."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request by a client, to be answered at an address. ``query`` is in DCQL.

    ``handle`` is what the address ends in and nobody can guess; nonce and state follow from it, so that neither
    is kept, and both are the same whenever the wallet fetches the request.
    """

    client_id: str
    response_uri: str
    query: Json
    handle: str

    @property
    def nonce(self) -> str:
        """What a presentation must be made in answer to."""
        return self._derived("nonce")

    @property
    def state(self) -> str:
        """What an answer without a holder's proof must bring back (section 5.3)."""
        return self._derived("state")

    def _derived(self, purpose: str) -> str:
        return base64url_encode(hashlib.sha256(f"{purpose}:{self.handle}".encode()).digest())

    def parameters(self) -> Json:
        """The parameters of the request, each as the JSON it is."""
        return {
            "client_id": self.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "state": self.state,
            "dcql_query": self.query,
            "client_metadata": {"vp_formats_supported": VERIFIED_FORMATS},
        }

    def claims(self, now: datetime, expires: datetime, wallet_nonce: str | None = None) -> Json:
        """The payload of a request object (RFC 9101); ``wallet_nonce`` goes back to a wallet that sent one."""
        more = {"wallet_nonce": wallet_nonce} if wallet_nonce is not None else {}
        until = max(expires, now + timedelta(seconds=1))
        period = {"iat": int(now.timestamp()), "exp": int(until.timestamp())}
        return {**self.parameters(), "aud": ANY_WALLET, **period, **more}


def header_of(algorithm: str, method: str) -> Json:
    """The header of a request object; without a ``method`` nobody signs it (section 5.9.3, ``redirect_uri``)."""
    header = {"typ": REQUEST_TYPE, "alg": algorithm if method else "none"}
    return header | ({"kid": method} if method else {})


def link(parameters: Mapping[str, Any], scheme: str = SCHEME) -> str:
    """A link that a wallet opens, or scans; parameters that are objects go as JSON (section 5.1)."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in parameters.items()
    }
    return f"{scheme}?{urlencode(texts)}"
