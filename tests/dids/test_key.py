"""did:key: the document is the published one, key for key, for Ed25519 and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.dids import METHODS, resolve
from gateway.dids.documents import key_document
from gateway.errors import DidMethodUnknown, KeyInvalid
from gateway.fetch import NoFetch
from gateway.proofs.controllers import keys_of

PUBLIC = keys.public_key_of(keys.SecretKey("ed25519", bytes(range(32))))
DID = keys.did_key(PUBLIC)
RELATIONS = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


async def test_the_document_names_one_key_for_every_purpose_and_one_to_agree_on_keys() -> None:
    document = await resolve(DID, NoFetch())
    method = f"{DID}#{keys.multikey(PUBLIC)}"
    assert document["@context"] == ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    assert document["id"] == DID
    assert document["verificationMethod"] == [
        {"id": method, "type": "Multikey", "controller": DID, "publicKeyMultibase": keys.multikey(PUBLIC)}
    ]
    assert {name: document[name] for name in RELATIONS} == {name: [method] for name in RELATIONS}
    [agreement] = document["keyAgreement"]
    assert agreement["publicKeyMultibase"].startswith("z6LS")
    assert agreement["id"] == f"{DID}#{agreement['publicKeyMultibase']}"
    assert agreement["controller"] == DID


async def test_published_documents_have_the_same_keys_for_the_same_purposes(corpora: Path) -> None:
    vectors = json.loads((corpora / "w3c/did-key/ed25519-x25519.json").read_text(encoding="utf-8"))
    assert len(vectors) == 5
    for did, vector in vectors.items():
        document, published = await resolve(did, NoFetch()), vector["didDocument"]
        assert (
            keys.did_key(keys.public_key_of(keys.SecretKey("ed25519", bytes.fromhex(vector["seed"])))) == did
        )
        for name in RELATIONS:
            assert document[name] == published[name]
        [agreement] = [entry["id"] for entry in document["keyAgreement"]]
        assert [agreement] == published["keyAgreement"]
        for method in published["verificationMethod"]:
            assert method["controller"] == document["id"]
            if method["id"] == agreement:
                assert method["id"].endswith(document["keyAgreement"][0]["publicKeyMultibase"])
            else:
                assert method["id"] == document["verificationMethod"][0]["id"]


async def test_keys_of_other_kinds_are_refused(corpora: Path) -> None:
    dids = []
    for name in ("bls12381", "rsa", "secp256k1", "x25519"):
        found = json.loads((corpora / f"w3c/did-key/{name}.json").read_text(encoding="utf-8"))
        dids += [key for key in found.get("didDocument", found) if key.startswith("did:key:")]
    assert len(dids) == 18
    for did in dids:
        with pytest.raises(KeyInvalid):
            await resolve(did, NoFetch())


@pytest.mark.parametrize(
    "rest", ["z", "z6Mk", "u6Mk", "z6Mk0OIl", DID[8:] + "x", DID[8:-1], DID[9:], "z" * 2000]
)
async def test_a_malformed_key_is_refused(rest: str) -> None:
    with pytest.raises(KeyInvalid):
        await resolve(f"did:key:{rest}", NoFetch())


@pytest.mark.parametrize(
    "text",
    ["", "did", "did:", "did:key", "did:key:", "DID:key:z6Mk", "did:KEY:z6Mk", DID + "#x", DID + "?x",
     DID + "/x", DID + "\n", " " + DID, "did:web:é.example", "did:web:a%zz", "did:key:" + "z" * 3000, "https://a.example"],
)  # fmt: skip
async def test_what_is_no_did_is_refused(text: str) -> None:
    with pytest.raises(DidMethodUnknown, match="not a DID"):
        await resolve(text, NoFetch())


@pytest.mark.parametrize("did", ["did:example:1", "did:jwk:abc", "did:ebsi:zabc", "did:webvh:a:b.example"])
async def test_another_method_is_refused_by_name(did: str) -> None:
    with pytest.raises(DidMethodUnknown, match=did.split(":")[1]):
        await resolve(did, NoFetch())


def test_the_table_of_methods_is_what_is_promised() -> None:
    assert sorted(METHODS) == ["key", "web"]


@given(seed=st.binary(min_size=32, max_size=32))
def test_every_document_authorises_the_key_it_is_named_after(seed: bytes) -> None:
    public = keys.public_key_of(keys.SecretKey("ed25519", seed))
    did = keys.did_key(public)
    document = key_document(did, public)
    for name in RELATIONS:
        assert keys_of(document, name) == {keys.verification_method_of(did): public}
    assert {key.kind for key in keys_of(document, "keyAgreement").values()} == {"x25519"}


def test_changing_one_document_leaves_the_next_as_it_was() -> None:
    first: dict[str, Any] = key_document(DID, PUBLIC)
    expected = json.dumps(first)
    first["@context"].append("x")
    first["authentication"].append("y")
    assert first["assertionMethod"] == [keys.verification_method_of(DID)]
    assert json.dumps(key_document(DID, PUBLIC)) == expected
