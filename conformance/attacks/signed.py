"""Credentials of our own to attack: one for each way of securing, with fixed keys at a fixed time."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway import core, keys
from gateway.dids.own import OwnKey, own_document
from gateway.errors import GatewayError
from gateway.keys import KINDS, PublicKey, SecretKey
from gateway.proofs import CRYPTOSUITES, Prepared, attach, hash_data
from gateway.proofs.data_integrity import prepare
from gateway.proofs.jose_creation import attach_jwt, prepare_jwt
from gateway.resources import example_bytes
from gateway.retrieval import CONTROLLER, DOCUMENT, Answer, Need, Retrieved
from gateway.status import encode_bits

__all__ = [
    "ALGORITHMS",
    "LIST",
    "MECHANISMS",
    "NOW",
    "Json",
    "Mechanism",
    "POLICIES",
    "Party",
    "Signed",
    "badge",
    "issuer",
    "mallory",
    "secured",
    "signed",
    "small",
    "verified",
    "world",
]

Json = dict[str, Any]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CREATED = datetime(2026, 5, 1, 12, tzinfo=UTC)
VCDM_1 = "https://www.w3.org/2018/credentials/v1"
VCDM_2 = "https://www.w3.org/ns/credentials/v2"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
LIST = "https://status.example/lists/1"
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}
POLICIES = ("strict", "1edtech", "archive")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way of securing, the kind of key, and the data model of the credential it secures."""

    suite: str
    kind: str
    version: str = "2.0"
    token: bool = False

    @property
    def name(self) -> str:
        """How figures call it."""
        return f"{self.suite} {self.kind} VCDM {self.version}"


PROOFS = tuple(
    Mechanism(suite, kind, version)
    for suite, kind in (
        ("eddsa-rdfc-2022", "ed25519"),
        ("eddsa-jcs-2022", "ed25519"),
        ("eddsa-2022", "ed25519"),
        ("Ed25519Signature2020", "ed25519"),
        ("ecdsa-rdfc-2019", "p256"),
        ("ecdsa-rdfc-2019", "p384"),
        ("ecdsa-jcs-2019", "p256"),
        ("ecdsa-jcs-2019", "p384"),
    )
    for version in ("2.0", "1.1")
)
TOKENS = tuple(
    Mechanism(suite, kind, version, token=True)
    for suite, version in (("vc+jwt", "2.0"), ("jwt_vc_json", "1.1"))
    for kind in ALGORITHMS
)
MECHANISMS = (*PROOFS, *TOKENS)
"""Every mechanism the gateway verifies of which the project can make its own examples."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a key, known by the did:key of it."""

    secret: SecretKey

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return keys.public_key_of(self.secret)

    @property
    def did(self) -> str:
        """The identifier."""
        return keys.did_key(self.public)

    @property
    def method(self) -> str:
        """The verification method."""
        return keys.verification_method_of(self.did)

    @property
    def document(self) -> Json:
        """The controlled identifier document: the one key, for assertions."""
        return own_document(self.did, [OwnKey(self.method, self.public)])


def issuer(kind: str) -> Party:
    """Who issues the credentials."""
    return Party(SecretKey(kind, bytes(range(1, KINDS[kind].secret_bytes + 1))))


def mallory(kind: str) -> Party:
    """Who would like to."""
    return Party(SecretKey(kind, bytes(range(101, 101 + KINDS[kind].secret_bytes))))


@dataclass(frozen=True, slots=True)
class Signed:
    """A credential with the mechanism that secures it: ``tree`` as it was signed, ``data`` what was made."""

    mechanism: Mechanism
    tree: Json
    data: bytes

    @property
    def issuer(self) -> Party:
        """Who signed it."""
        return issuer(self.mechanism.kind)

    @property
    def mallory(self) -> Party:
        """Somebody with a key of the same kind."""
        return mallory(self.mechanism.kind)


# --- documents -------------------------------------------------------------------------------------


def badge(mechanism: Mechanism) -> Json:
    """The project's example badge, issued by the key's did:key, with a status."""
    return _for_version(json.loads(example_bytes("badge.ob3.json")), mechanism)


def small(mechanism: Mechanism) -> Json:
    """A badge of a few members only, for many quick attacks."""
    whole = badge(mechanism)
    subject = whole["credentialSubject"]
    achievement = {
        name: subject["achievement"][name]
        for name in ("id", "type", "name", "description", "criteria", "alignment")
    }
    whole["credentialSubject"] = {"id": subject["id"], "type": subject["type"], "achievement": achievement}
    whole["issuer"] = {name: whole["issuer"][name] for name in ("id", "type", "name")}
    return {name: value for name, value in whole.items() if name not in ("image", "evidence", "awardedDate")}


def _for_version(tree: Json, mechanism: Mechanism) -> Json:
    tree["issuer"]["id"] = issuer(mechanism.kind).did
    tree["validUntil"] = "2036-01-01T00:00:00Z"
    tree["credentialStatus"] = _status(mechanism.version)
    if mechanism.version == "2.0":
        return tree
    tree["@context"] = [VCDM_1, *tree["@context"][1:], STATUS_2021]
    names = {"validFrom": "issuanceDate", "validUntil": "expirationDate"}
    return {names.get(name, name): value for name, value in tree.items()}


def _status(version: str) -> Json:
    kind = "BitstringStatusListEntry" if version == "2.0" else "StatusList2021Entry"
    return {
        "id": f"{LIST}#7", "type": kind, "statusPurpose": "revocation", "statusListIndex": "7",
        "statusListCredential": LIST,
    }  # fmt: skip


# --- securing --------------------------------------------------------------------------------------


def signed(
    mechanism: Mechanism, tree: Json | None = None, *, party: Party | None = None, **options: Any
) -> Signed:
    """A credential secured by the issuer, or by another ``party`` that passes itself off as the issuer."""
    document = badge(mechanism) if tree is None else copy.deepcopy(tree)
    signer = party or issuer(mechanism.kind)
    if mechanism.token:
        return Signed(mechanism, document, secured(mechanism, document, signer))
    made = _with_proof(mechanism, document, signer, options)
    return Signed(mechanism, made, json.dumps(made).encode())


def secured(mechanism: Mechanism, document: Json, signer: Party) -> bytes:
    """The token around a document."""
    prepared = prepare_jwt(
        document,
        form=mechanism.suite,
        algorithm=ALGORITHMS[mechanism.kind],
        method=signer.method,
        now=CREATED,
    )
    return attach_jwt(prepared, keys.sign(signer.secret, prepared.signing_input)).encode()


def _with_proof(mechanism: Mechanism, document: Json, signer: Party, given: Mapping[str, Any]) -> Json:
    suite = CRYPTOSUITES[mechanism.suite]
    options: Json = {
        "type": suite.proof_type,
        "created": CREATED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
        **given,
    }
    if suite.proof_type == "DataIntegrityProof":
        options["cryptosuite"] = suite.name
    if suite.created:
        prepared = prepare(document, options, kind=mechanism.kind)
    else:  # a retired suite: its steps, which nothing of the gateway's creates proofs by any more
        named = prepare(document, {**options, "cryptosuite": "eddsa-rdfc-2022"}).document
        config = suite.transformation.proof_configuration(named, options)
        hashed, simple = hash_data(suite, named, config, kind=mechanism.kind)
        prepared = Prepared(named, config, hashed, simple, keep_context=False, kind=mechanism.kind)
    return attach(prepared, keys.sign(signer.secret, prepared.hash_data))


# --- verifying -------------------------------------------------------------------------------------


def world(kind: str) -> dict[Need, Answer]:
    """What the outside answers: the documents of both parties and the issuer's status list."""
    answers = {
        Need(CONTROLLER, party.did): Answer(party.document, retrieved=NOW)
        for party in (issuer(kind), mallory(kind))
    }
    answers[Need(DOCUMENT, LIST)] = Answer(_list(kind), retrieved=NOW, url=LIST)
    return answers


def _list(kind: str) -> bytes:
    """The issuer's status list, on which nothing is revoked but entry 8."""
    suite = "eddsa-rdfc-2022" if kind == "ed25519" else "ecdsa-rdfc-2019"
    tree = {
        "@context": [VCDM_2],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer(kind).did,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode_bits([8]),
        },
    }
    return signed(Mechanism(suite, kind), tree).data


def verified(
    data: bytes, answers: Mapping[Need, Answer], policies: tuple[str, ...] = POLICIES
) -> tuple[str, ...]:
    """The policies under which a document is called verified; a refusal is none."""
    try:
        inspected = core.inspect(data)
        return tuple(
            name
            for name in policies
            if core.verify(
                inspected, Retrieved(answers), core.Question(NOW, core.policy_named(name))
            ).verified
        )
    except GatewayError:
        return ()
