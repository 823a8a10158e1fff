"""A document and four keys to prove it with, and what the checks of a proof say."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from gateway import keys
from gateway.proofs import Expectations, create_proof, verify_proof
from gateway.report import Check, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
VCDM_1 = "https://www.w3.org/2018/credentials/v1"
VCDM_2 = "https://www.w3.org/ns/credentials/v2"
OB_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SEC = "https://w3id.org/security#"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"


def seed_of(number: int) -> bytes:
    return bytes([number]) * 32


def method_of(number: int) -> str:
    return keys.verification_method_of(
        keys.did_key(keys.public_key_of(keys.SecretKey("ed25519", seed_of(number))))
    )


KEYS = {
    method_of(number): keys.public_key_of(keys.SecretKey("ed25519", seed_of(number))) for number in range(4)
}

DOCUMENT: dict[str, Any] = {
    "@context": [VCDM_2, OB_3],
    "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": method_of(0).partition("#")[0], "type": ["Profile"], "name": "School of Examples"},
    "name": "First aid",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:learner",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://school.example/a/1",
            "type": ["Achievement"],
            "name": "First aid",
            "description": "Knows what to do first.",
            "creditsAvailable": 2.5,
            "criteria": {"narrative": "A day of practice."},
            "tag": ["health", "safety"],
        },
    },
}


def signed(document: Any = None, *, suite: str = SUITES[0], key: int = 0, **options: Any) -> dict[str, Any]:
    given = {
        "cryptosuite": suite,
        "created": "2026-02-01T00:00:00Z",
        "verificationMethod": method_of(key),
        **options,
    }
    return create_proof(
        copy.deepcopy(DOCUMENT) if document is None else document,
        given,
        sign=lambda data: keys.sign(keys.SecretKey("ed25519", seed_of(key)), data),
    )


def checks_of(document: Any, pointer: str = "/proof/0", **expected: Any) -> dict[str, Check]:
    expectations = Expectations(**{"now": NOW, "keys": KEYS, **expected})
    return {check.name: check for check in verify_proof(document, pointer, expectations).checks}


def verdict_of(document: Any, pointer: str = "/proof/0", **expected: Any) -> Verdict:
    verdicts = {check.verdict for check in checks_of(document, pointer, **expected).values()}
    if Verdict.INVALID in verdicts:
        return Verdict.INVALID
    return Verdict.VALID if verdicts == {Verdict.VALID} else Verdict.UNDETERMINED
