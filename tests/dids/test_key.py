"""did:key: the document is the published one, key for key, for every kind of key that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.dids import COMPUTED, METHODS, resolve
from gateway.dids.documents import FORMS, RELATIONS, key_document
from gateway.errors import (
    DidInvalid,
    DidMethodUnknown,
    KeyFormatExperimental,
    KeyFormatUnknown,
    KeyInvalid,
    KeyKindUnknown,
    KeyLengthInvalid,
)
from gateway.proofs.controllers import keys_of
from tests.dids.parts import Web, means

PUBLIC = keys.public_key_of(keys.SecretKey("ed25519", bytes(range(32))))
DID = keys.did_key(PUBLIC)
Json = dict[str, Any]


async def document(did: str, **given: Any) -> Json:
    web = Web()
    found = await resolve(did, means(web, **given))
    assert web.asked == [], "the document is computed"
    return found.active_document


def vectors(corpora: Path, name: str) -> dict[str, Json]:
    """The published documents by their DID."""
    found = json.loads((corpora / f"w3c/did-key/{name}.json").read_text(encoding="utf-8"))
    if "didDocument" in found:
        return dict(found["didDocument"])
    return {did: vector["didDocument"] for did, vector in found.items()}


async def test_the_document_names_one_key_for_every_purpose_and_one_to_agree_on_keys() -> None:
    found = await document(DID)
    method = f"{DID}#{keys.multikey(PUBLIC)}"
    assert found["@context"] == ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    assert found["id"] == DID
    assert found["verificationMethod"] == [
        {"id": method, "type": "Multikey", "controller": DID, "publicKeyMultibase": keys.multikey(PUBLIC)}
    ]
    assert {name: found[name] for name in RELATIONS} == {name: [method] for name in RELATIONS}
    [agreement] = found["keyAgreement"]
    assert agreement["publicKeyMultibase"].startswith("z6LS")
    assert agreement["id"] == f"{DID}#{agreement['publicKeyMultibase']}"
    assert agreement["controller"] == DID


async def test_published_ed25519_documents_have_the_same_keys_for_the_same_purposes(corpora: Path) -> None:
    published = vectors(corpora, "ed25519-x25519")
    assert len(published) == 5
    for did, expected in published.items():
        found = await document(did)
        assert {name: found[name] for name in RELATIONS} == {name: expected[name] for name in RELATIONS}
        [agreement] = [entry["id"] for entry in found["keyAgreement"]]
        assert [agreement] == expected["keyAgreement"]
        for method in expected["verificationMethod"]:
            assert method["controller"] == found["id"]
            if method["id"] == agreement:
                assert method["id"].endswith(found["keyAgreement"][0]["publicKeyMultibase"])
            else:
                assert method["id"] == found["verificationMethod"][0]["id"]


async def test_published_documents_of_the_nist_curves_are_the_same_as_jwk(corpora: Path) -> None:
    published = {did: one for did, one in vectors(corpora, "nist-curves").items() if did.startswith(KNOWN)}
    assert len(published) == 5
    for did, expected in published.items():
        found = await document(did, key_format="JsonWebKey2020")
        if "publicKeyJwk" in expected["verificationMethod"][0]:
            assert found == expected
        else:  # an older vector, whose key is written in base58
            [method] = expected["verificationMethod"]
            public = keys.public_key_of_did_key(did)
            assert keys.base58_decode(method["publicKeyBase58"]) == public.data
            assert method["id"] == found["verificationMethod"][0]["id"]


async def test_published_x25519_documents_agree_on_keys_and_do_nothing_else(corpora: Path) -> None:
    published = vectors(corpora, "x25519")
    assert len(published) == 4
    for did, expected in published.items():
        found = await document(did)
        assert found["keyAgreement"] == expected["keyAgreement"]
        assert not set(RELATIONS) & found.keys()
        [method], [known] = found["verificationMethod"], expected["verificationMethod"]
        public = keys.public_key_from_multikey(method["publicKeyMultibase"])
        if "publicKeyJwk" in known:
            assert public == keys.public_key_from_jwk(known["publicKeyJwk"])
        else:
            assert public.data == keys.base58_decode(known["publicKeyBase58"])


async def test_keys_of_other_kinds_are_refused(corpora: Path) -> None:
    dids = []
    for name in ("bls12381", "nist-curves", "rsa", "secp256k1"):
        found = json.loads((corpora / f"w3c/did-key/{name}.json").read_text(encoding="utf-8"))
        dids += [key for key in found if key.startswith("did:key:") and not key.startswith(KNOWN)]
    assert len(dids) > 15
    for did in dids:
        with pytest.raises(KeyInvalid):
            await document(did)


KNOWN = ("did:key:zDn", "did:key:z82")


@pytest.mark.parametrize(
    ("rest", "error"),
    [
        ("z", DidInvalid), ("z6Mk", KeyKindUnknown), ("u6Mk", DidInvalid), ("z6Mk0OIl", DidInvalid),
        (DID[8:] + "x", KeyInvalid), (DID[8:-1], KeyInvalid), (DID[9:], DidInvalid), ("z" * 2000, KeyInvalid),
        ("1.1:" + DID[8:], DidInvalid), ("-4:" + DID[8:], DidInvalid), (DID[8:] + ":a", DidInvalid),
        ("zTjsVPtY", KeyLengthInvalid),
        (keys.base58_encode(bytes([0xED, 1]) + bytes(31)).join(("z", "")), KeyLengthInvalid),
        (keys.base58_encode(bytes([0xED, 1]) + bytes(32)).join(("z", "")), KeyInvalid),
        (keys.base58_encode(bytes([0xE7, 1]) + bytes(33)).join(("z", "")), KeyKindUnknown),
    ],
)  # fmt: skip
async def test_a_malformed_key_is_refused(rest: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await document(f"did:key:{rest}")


@pytest.mark.parametrize(
    "text",
    ["", "did", "did:", "did:key", "did:key:", "DID:key:z6Mk", "did:KEY:z6Mk", DID + "#x", DID + "?x",
     DID + "/x", DID + "\n", " " + DID, "did:web:é.example", "did:web:a%zz", "did:key:" + "z" * 3000,
     "did:web:a.example:", "http://a.example", "https://a.example/#x", "https://a.example/ x",
     "https://" + "a" * 3000],
)  # fmt: skip
async def test_what_is_no_did_is_refused(text: str) -> None:
    with pytest.raises(DidInvalid, match="neither a DID nor an https URL"):
        await document(text)


@pytest.mark.parametrize("did", ["did:example:1", "did:ion:abc", "did:3:a"])
async def test_another_method_is_refused_by_name(did: str) -> None:
    with pytest.raises(DidMethodUnknown, match=did.split(":")[1]):
        await document(did)


def test_the_table_of_methods_is_what_is_promised() -> None:
    assert sorted(METHODS) == ["ebsi", "jwk", "key", "web", "webvh"]
    assert METHODS.keys() > COMPUTED


SEEDS = st.tuples(st.sampled_from(keys.SIGNING_KINDS), st.binary(min_size=48, max_size=48))


@given(seed=SEEDS, form=st.sampled_from(("Multikey", "JsonWebKey", "JsonWebKey2020")))
async def test_every_document_authorises_the_key_it_is_named_after(
    seed: tuple[str, bytes], form: str
) -> None:
    try:
        public = keys.public_key_of(keys.new_secret_key(*seed))
    except KeyInvalid:
        return
    did = keys.did_key(public)
    found = await document(did, key_format=form)
    for name in RELATIONS:
        assert keys_of(found, name) == {keys.verification_method_of(did): public}
    if public.kind == "ed25519" and form == "Multikey":
        assert {key.kind for key in keys_of(found, "keyAgreement").values()} == {"x25519"}


async def test_a_form_is_only_made_for_the_keys_it_has() -> None:
    p256 = keys.did_key(keys.public_key_of(keys.SecretKey("p256", bytes(range(1, 33)))))
    found = await document(DID, key_format="Ed25519VerificationKey2020")
    assert found["verificationMethod"][0]["type"] == "Ed25519VerificationKey2020"
    assert found["keyAgreement"][0]["type"] == "X25519KeyAgreementKey2020"
    with pytest.raises(KeyFormatUnknown):
        await document(p256, key_format="Ed25519VerificationKey2020")
    with pytest.raises(KeyFormatUnknown):
        await document(DID, key_format="unknown")
    with pytest.raises(KeyFormatExperimental):
        await document(DID, key_format="Ed25519VerificationKey2018")
    assert "Multikey" in FORMS


def test_changing_one_document_leaves_the_next_as_it_was() -> None:
    first: Json = key_document(DID, PUBLIC)
    expected = json.dumps(first)
    first["@context"].append("x")
    first["authentication"].append("y")
    assert first["assertionMethod"] == [keys.verification_method_of(DID)]
    assert json.dumps(key_document(DID, PUBLIC)) == expected
