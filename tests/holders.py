"""Holders for tests of what is presented: learners with did:key identifiers, and presentations they sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from gateway import keys
from gateway.proofs import create_proof
from tests.core.tokens import compact
from tests.parts import NOW, gateway

Json = dict[str, Any]

VCDM_2 = "https://www.w3.org/ns/credentials/v2"
OB_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
SUITES = ("eddsa-rdfc-2022", "Ed25519Signature2020")
"""What holders authenticate with: the current cryptosuite, and what Learner Credential Wallet has."""
DOMAIN, CHALLENGE = "https://registry.example", "a-challenge-of-the-registry"


def stamped(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Holder:
    """A learner with a key of a number."""

    number: int

    @property
    def secret(self) -> keys.SecretKey:
        return keys.SecretKey("ed25519", bytes([self.number]) * 32)

    @property
    def did(self) -> str:
        return keys.did_key(keys.public_key_of(self.secret))

    @property
    def method(self) -> str:
        return f"{self.did}#{self.did.removeprefix('did:key:')}"

    def present(
        self, *credentials: Any, suite: str = SUITES[0], holder: Any = "", challenge: str | None = CHALLENGE,
        domain: Any = DOMAIN, created: datetime = NOW, **options: Any,
    ) -> Json:  # fmt: skip
        """A presentation with a proof of authentication; None leaves a member out."""
        old = suite == "Ed25519Signature2020"
        tree = {
            "@context": [VCDM_2, *([ED25519_2020] if old else [])], "type": ["VerifiablePresentation"],
            "holder": self.did if holder == "" else holder,
            "verifiableCredential": list(credentials) or None,
        }  # fmt: skip
        kind = {"type": suite} if old else {"type": "DataIntegrityProof", "cryptosuite": suite}
        proof = {
            **kind, "created": stamped(created), "verificationMethod": self.method,
            "proofPurpose": "authentication", "challenge": challenge, "domain": domain, **options,
        }  # fmt: skip
        made = create_proof(_filled(tree), _filled(proof), sign=partial(keys.sign, self.secret))
        return {**made, "proof": made["proof"][0]}

    def present_token(
        self, *credentials: Any, wrapped: bool = True, challenge: str = CHALLENGE, domain: Any = DOMAIN,
        header: Json | None = None, **claims: Any,
    ) -> bytes:  # fmt: skip
        """A presentation as a token: with the claim ``vp`` (VC-JWT 1.1), or as ``vp+jwt``."""
        contexts = ["https://www.w3.org/2018/credentials/v1"] if wrapped else [VCDM_2]
        tree = _filled({
            "@context": contexts, "type": ["VerifiablePresentation"],
            "verifiableCredential": list(credentials) or None,
        })  # fmt: skip
        body = {"vp": tree} if wrapped else {**tree, "holder": self.did}
        payload = {
            "iss": self.did, "aud": domain, "nonce": challenge, "iat": int(NOW.timestamp()), **body, **claims,
        }  # fmt: skip
        heads = {"alg": "EdDSA", "kid": self.method, "typ": "JWT" if wrapped else "vp+jwt", **(header or {})}
        return compact(_filled(heads), _filled(payload), self.number)


def _filled(tree: Json) -> Json:
    return {name: value for name, value in tree.items() if value is not None}


def badge_for(subject: str | None, **changes: Any) -> Json:
    """A badge of the gateway's of ``tests.parts`` about somebody, not signed yet."""
    about = {
        "id": subject, "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://school.example/a/1", "type": ["Achievement"], "name": "First aid",
            "description": "Knows what to do first.", "criteria": {"narrative": "A day of practice."},
        },
    }  # fmt: skip
    tree: Json = {
        "@context": [VCDM_2, OB_3], "id": "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000a1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": gateway().signer.did, "type": ["Profile"], "name": "School of Examples"},
        "name": "First aid", "validFrom": "2026-01-01T00:00:00Z", "credentialSubject": _filled(about), **changes,
    }  # fmt: skip
    return _filled(tree)
