"""An outside world that lies: documents of somebody else, keys that are not authorised, lists that are none."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.attacks.signed import (
    LIST,
    MECHANISMS,
    NOW,
    POLICIES,
    Json,
    Mechanism,
    Party,
    issuer,
    mallory,
    signed,
    small,
    verified,
    world,
)
from gateway.envelopes.jwt import base64url_encode
from gateway.retrieval import CONTROLLER, DOCUMENT, Answer, Need
from gateway.status import encode_bits

MECHANISM = MECHANISMS[0]
HELD = ("eddsa-rdfc-2022 ed25519 VCDM 2.0", "vc+jwt p256 VCDM 2.0")
TRIED = [mechanism for mechanism in MECHANISMS if mechanism.name in HELD]

# --- controller documents ----------------------------------------------------------------------------


def _changed(**members: Any) -> Callable[[Party, Party], Json]:
    return lambda own, _: {**own.document, **members}


def _method(**members: Any) -> Callable[[Party, Party], Json]:
    def change(own: Party, _: Party) -> Json:
        document = copy.deepcopy(own.document)
        document["verificationMethod"][0].update(members)
        return document

    return change


DOCUMENTS: dict[str, Callable[[Party, Party], Any]] = {
    "of another DID": lambda own, other: other.document,
    "of another DID with the same key": lambda own, other: {**own.document, "id": other.did},
    "without a name": lambda own, other: {k: v for k, v in own.document.items() if k != "id"},
    "without keys": _changed(verificationMethod=[], assertionMethod=[]),
    "that does not let the key assert": _changed(assertionMethod=[]),
    "that lets it authenticate only": lambda own, other: {
        **{k: v for k, v in own.document.items() if k != "assertionMethod"}, "authentication": [own.method]},
    "with a text for its keys": _changed(verificationMethod="x", assertionMethod="x"),
    "with null keys": _changed(verificationMethod=[None], assertionMethod=[None]),
    "whose key somebody else controls": lambda own, other: _method(controller=other.did)(own, other),
    "whose key has no controller": _method(controller=None),
    "whose key is revoked": _method(revoked="2026-01-01T00:00:00Z"),
    "whose key has expired before it signed": _method(expires="2026-01-01T00:00:00Z"),
    "whose key has a malformed end": _method(revoked="soon"),
    "whose key is malformed": _method(publicKeyMultibase="zzz"),
    "whose key is a small one": _method(publicKeyMultibase="z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"),
    "whose key is of no type": _method(type="X"),
    "that is an array": lambda own, other: [own.document],
    "that is a text": lambda own, other: json.dumps(own.document),
    "that is nothing": lambda own, other: None,
}  # fmt: skip


@pytest.mark.parametrize("mechanism", TRIED, ids=lambda mechanism: mechanism.name)
@pytest.mark.parametrize("lie", DOCUMENTS)
def test_no_lie_about_the_issuers_keys_makes_a_credential_verified(mechanism: Mechanism, lie: str) -> None:
    own, other = issuer(mechanism.kind), mallory(mechanism.kind)
    told = {
        **world(mechanism.kind),
        Need(CONTROLLER, own.did): Answer(DOCUMENTS[lie](own, other), retrieved=NOW),
    }
    assert verified(signed(mechanism, small(mechanism)).data, told) == ()


@pytest.mark.parametrize("mechanism", TRIED, ids=lambda mechanism: mechanism.name)
@pytest.mark.parametrize("named", ["the issuer's", "its own"])
def test_nobody_becomes_the_issuer_by_saying_so_in_a_document_of_their_own(
    mechanism: Mechanism, named: str
) -> None:
    own, other = issuer(mechanism.kind), mallory(mechanism.kind)
    lie = {**other.document, "id": own.did if named == "the issuer's" else other.did, "alsoKnownAs": [own.did],
           "controller": own.did}  # fmt: skip
    told = {**world(mechanism.kind), Need(CONTROLLER, other.did): Answer(lie, retrieved=NOW)}
    assert verified(signed(mechanism, small(mechanism), party=other).data, told) == ()


# --- status lists --------------------------------------------------------------------------------------


def _list(party: Party | None = None, kind: str = "BitstringStatusListCredential", **subject: Any) -> bytes:
    tree = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer(MECHANISM.kind).did,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
            "encodedList": encode_bits([8]), **subject,
        },
    }  # fmt: skip
    return signed(MECHANISM, tree, party=party).data


def _bits(data: bytes) -> str:
    return "u" + base64url_encode(data)


def _tampered() -> bytes:
    tree = json.loads(_list())
    tree["credentialSubject"]["encodedList"] = encode_bits([])
    return json.dumps(tree).encode()


LISTS: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: _list(encodedList=_bits(gzip.compress(bytes(64 * 1024 * 1024)))),
    "cut short": lambda: _list(encodedList=_bits(gzip.compress(bytes(16384))[:-9])),
    "followed by more": lambda: _list(encodedList=_bits(gzip.compress(bytes(16384)) + b"x")),
    "two in one": lambda: _list(encodedList=_bits(gzip.compress(bytes(16384)) * 2)),
    "not compressed": lambda: _list(encodedList=_bits(bytes(16384))),
    "too short": lambda: _list(encodedList=_bits(gzip.compress(bytes(100)))),
    "empty": lambda: _list(encodedList="u"),
    "no text": lambda: _list(encodedList=7),
    "for another purpose": lambda: _list(statusPurpose="suspension"),
    "of another type": lambda: _list(kind="VerifiablePresentation"),
    "forged": lambda: _list(mallory(MECHANISM.kind)),
    "tampered": _tampered,
    "a page": lambda: b"<html/>",
    "nothing": lambda: b"",
    "a bomb of brackets": lambda: b"[" * 200_000,
    "the credential itself": lambda: signed(MECHANISM, small(MECHANISM)).data,
}


@pytest.mark.parametrize("lie", LISTS)
def test_no_lie_of_a_status_list_makes_a_credential_verified(lie: str) -> None:
    data = LISTS[lie]()
    told = {**world(MECHANISM.kind), Need(DOCUMENT, LIST): Answer(data, retrieved=NOW, url=LIST)}
    assert verified(signed(MECHANISM, small(MECHANISM)).data, told, ("strict", "archive")) == ()


def test_the_truth_is_verified() -> None:
    told = {**world(MECHANISM.kind), Need(DOCUMENT, LIST): Answer(_list(), retrieved=NOW, url=LIST)}
    assert verified(signed(MECHANISM, small(MECHANISM)).data, told) == POLICIES
