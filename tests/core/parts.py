"""A small world for verification: issuers with fixed keys, a fixed clock, and what answers at addresses."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway import keys
from gateway.core import Question, Verified, inspect, policy_named, verify
from gateway.core.understanding import Inspected
from gateway.proofs import create_proof
from gateway.proofs.jose_creation import attach_jwt, prepare_jwt
from gateway.report import Check, Verdict
from gateway.retrieval import CONTROLLER, DOCUMENT, Answer, Need, Retrieved

Json = dict[str, Any]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VCDM_1 = "https://www.w3.org/2018/credentials/v1"
VCDM_2 = "https://www.w3.org/ns/credentials/v2"
OB_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHOOL = "https://school.example/issuer"
OTHER = "https://other.example/issuer"
METHOD = f"{SCHOOL}#key-1"
LEARNER = "did:example:learner"

BADGE: Json = {
    "@context": [VCDM_2, OB_3],
    "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": SCHOOL, "type": ["Profile"], "name": "School of Examples"},
    "name": "First aid",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": LEARNER,
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://school.example/a/1",
            "type": ["Achievement"],
            "name": "First aid",
            "description": "Knows what to do first.",
            "criteria": {"narrative": "A day of practice."},
        },
    },
}


def secret(number: int) -> keys.SecretKey:
    return keys.SecretKey("ed25519", bytes([number]) * 32)


def multikey_of(number: int) -> str:
    return keys.multikey(keys.public_key_of(secret(number)))


def did_key_of(number: int) -> str:
    return keys.did_key(keys.public_key_of(secret(number)))


def badge(**changes: Any) -> Json:
    """The badge with some members changed; None takes one out."""
    made = {**copy.deepcopy(BADGE), **changes}
    return {name: value for name, value in made.items() if value is not None}


def controller(identifier: str = SCHOOL, number: int = 0, *, name: str = "key-1", **changes: Any) -> Json:
    """A controlled identifier document with one key, listed for every purpose a test asks about."""
    method = f"{identifier}#{name}"
    return {
        "id": identifier,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": identifier, "publicKeyMultibase": multikey_of(number)}
        ],
        "assertionMethod": [method],
        "authentication": [method],
        **changes,
    }  # fmt: skip


def signed(document: Json | None = None, number: int = 0, method: str = METHOD, **options: Any) -> Json:
    given = {
        "cryptosuite": "eddsa-jcs-2022", "created": "2026-02-01T00:00:00Z", "verificationMethod": method, **options,
    }  # fmt: skip
    return create_proof(
        badge() if document is None else document,
        {name: value for name, value in given.items() if value is not None},
        sign=lambda data: keys.sign(secret(number), data),
    )


def token(document: Json | None = None, number: int = 0, method: str = METHOD, form: str = "vc+jwt") -> bytes:
    prepared = prepare_jwt(
        badge() if document is None else document, form=form, algorithm="EdDSA", method=method, now=NOW
    )
    return attach_jwt(prepared, keys.sign(secret(number), prepared.signing_input)).encode()


def world(
    controllers: Mapping[str, Any] | None = None, documents: Mapping[str, Any] | None = None
) -> Retrieved:
    """What was retrieved: documents by identifier or address; an ``Answer`` stands for itself."""
    if controllers is None:
        controllers = {SCHOOL: controller()}
    answers: dict[Need, Answer] = {}
    for identifier, content in controllers.items():
        answers[Need(CONTROLLER, identifier)] = content if isinstance(content, Answer) else Answer(content)
    for url, content in (documents or {}).items():
        answers[Need(DOCUMENT, url)] = _answer(content, url)
    return Retrieved(answers)


def _answer(content: Any, url: str) -> Answer:
    if isinstance(content, Answer):
        return content
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(data, retrieved=NOW, url=url)


def inspected(document: Json | bytes) -> Inspected:
    return inspect(document if isinstance(document, bytes) else json.dumps(document).encode())


def check_all(
    document: Json | bytes, policy: str = "strict", retrieved: Retrieved | None = None, **asked: Any
) -> Verified:
    """The verification of a document in a world, the school's key known in it unless said otherwise."""
    question = Question(**{"now": NOW, "policy": policy_named(policy), **asked})
    return verify(inspected(document), world() if retrieved is None else retrieved, question)


def against(done: Verified) -> dict[str, str]:
    """The codes of what is not valid, by the names of the checks; trust, which no list says anything of, left out."""
    return {c.name: c.code for c in done.checks if c.verdict is not Verdict.VALID and c.name != "trust"}


def check_named(done: Verified, name: str) -> Check:
    return next(check for check in done.checks if check.name == name)
