"""Controller documents: only keys that the document really authorises for the purpose come out."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.proofs.controllers import controller_of, keys_of, methods_of

DID = "did:web:registry.example.org"
OTHER = "did:web:other.example.org"
PUBLIC = keys.public_key_of(keys.SecretKey("ed25519", bytes(32)))
X = base64.urlsafe_b64encode(PUBLIC.data).decode().rstrip("=")
JWK = {"kty": "OKP", "crv": "Ed25519", "x": X}
PURPOSE = "assertionMethod"


def method(**changes: Any) -> dict[str, Any]:
    made = {
        "id": f"{DID}#key-1",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": keys.multikey(PUBLIC),
        **changes,
    }
    return {name: value for name, value in made.items() if value is not ...}


def jwk_method(kind: str, jwk: Any) -> dict[str, Any]:
    return method(type=kind, publicKeyMultibase=..., publicKeyJwk=jwk)


def listing(entry: Any, *methods: Any) -> dict[str, Any]:
    return {"id": DID, "verificationMethod": list(methods), PURPOSE: [entry]}


@pytest.mark.parametrize(
    "made",
    [
        method(), method(type="Ed25519VerificationKey2020"), jwk_method("JsonWebKey", JWK),
        jwk_method("JsonWebKey2020", JWK | {"kid": "1", "use": "sig"}), method(id="#key-1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reference", [f"{DID}#key-1", "#key-1", None])
def test_every_known_kind_is_read_by_reference_and_in_place(
    made: dict[str, Any], reference: str | None
) -> None:
    document = listing(made) if reference is None else listing(reference, made)
    assert keys_of(document, PURPOSE) == {f"{DID}#key-1": PUBLIC}


def test_a_key_counts_only_for_the_purposes_that_list_it() -> None:
    document = listing(f"{DID}#key-1", method())
    assert keys_of(document, "authentication") == {}
    assert keys_of({"id": DID, "verificationMethod": [method()]}, PURPOSE) == {}


@pytest.mark.parametrize(
    "made",
    [
        method(controller=OTHER), method(controller=...), method(controller=[DID]), method(controller=None),
        method(type="Ed25519VerificationKey2018"), method(type=["Multikey"]),
        method(type=...), method(type={}),
        method(publicKeyMultibase=...), method(publicKeyMultibase=7), method(publicKeyMultibase="z6Mk"),
        method(publicKeyMultibase=keys.multikey(keys.key_agreement_key(PUBLIC))),
        method(publicKeyMultibase=keys.multikey(keys.PublicKey("ed25519", bytes(32)))),
        method(publicKeyMultibase=keys.multikey(PUBLIC) + "1"),
        method(id=...), method(id=1), method(id=None), method(id=f"{OTHER}#key-1"), method(id="key-1"),
        jwk_method("JsonWebKey", None), jwk_method("JsonWebKey", [JWK]),
        jwk_method("JsonWebKey", {**JWK, "x": "AA"}),
        jwk_method("JsonWebKey", {**JWK, "crv": "X25519"}), jwk_method("JsonWebKey", {**JWK, "kty": "EC"}),
        jwk_method("JsonWebKey", {**JWK, "d": X}), method(type="JsonWebKey"), jwk_method("Multikey", JWK),
    ],
)  # fmt: skip
def test_a_malformed_or_foreign_method_is_passed_over_and_the_next_is_read(made: dict[str, Any]) -> None:
    good = method(id=f"{DID}#good")
    document = {
        "id": DID,
        "verificationMethod": [made, good],
        PURPOSE: [f"{DID}#key-1", "#key-1", f"{DID}#good"],
    }
    assert keys_of(document, PURPOSE) == {f"{DID}#good": PUBLIC}
    assert keys_of(listing(made), PURPOSE) == {}


def test_a_reference_to_nothing_or_to_another_document_gives_no_key() -> None:
    for reference in (f"{DID}#key-2", f"{OTHER}#key-1", "key-1", "", "#"):
        assert keys_of(listing(reference, method()), PURPOSE) == {}


def test_nobody_speaks_for_another_document_by_naming_its_key() -> None:
    stolen = method(id=f"{OTHER}#key-1")
    assert keys_of(listing(stolen), PURPOSE) == {}
    assert keys_of(listing(f"{OTHER}#key-1", stolen), PURPOSE) == {}


@pytest.mark.parametrize(
    "document",
    [
        {}, {"id": DID}, {"id": 1, PURPOSE: [method()]}, {"id": DID, PURPOSE: method()},
        {"id": DID, PURPOSE: None},
        {"id": DID, PURPOSE: "#key-1", "verificationMethod": [method()]},
        {"id": DID, PURPOSE: ["#key-1"], "verificationMethod": method()},
        {"id": DID, PURPOSE: ["#key-1"], "verificationMethod": [None, 1, "x", []]},
        {"id": DID, PURPOSE: [None, 1, [], {}], "verificationMethod": [method()]},
    ],
)  # fmt: skip
def test_a_malformed_document_authorises_nobody(document: dict[str, Any]) -> None:
    assert keys_of(document, PURPOSE) == {}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([DID, "#key-1", "Multikey"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*sorted(method()), "publicKeyJwk"]


@given(field=st.sampled_from(FIELDS), value=JSON, listed=JSON)
def test_whatever_stands_in_a_document_no_foreign_key_and_no_error_comes_out(
    field: str, value: Any, listed: Any
) -> None:
    document = listing("#key-1", method(**{field: value}))
    document[PURPOSE].append(listed)
    before = copy.deepcopy(document)
    assert set(keys_of(document, PURPOSE).values()) <= {PUBLIC}
    assert document == before


@pytest.mark.parametrize(
    ("url", "did"),
    [
        (f"{DID}#key-1", DID), (DID, DID), (f"{DID}?versionId=1#key-1", DID), (f"{DID}#a?b", DID),
        (f"{DID}#a#b", DID), ("", ""), ("#key-1", ""),
    ],
)  # fmt: skip
def test_the_controller_is_the_did_before_fragment_and_query(url: str, did: str) -> None:
    assert controller_of(url) == did


@pytest.mark.parametrize("entry", ["#key-1", f"{DID}#key-1", method(), method(id="#key-1")])
def test_one_key_asked_for_is_what_all_of_them_say_of_it(entry: Any) -> None:
    document = listing(entry, method(), method(id=f"{DID}#key-2"))
    everyone = methods_of(document, PURPOSE)
    assert everyone[f"{DID}#key-1"].authorised
    for name in (*everyone, f"{OTHER}#key-1", "#key-1"):
        assert methods_of(document, PURPOSE, name).get(name) == everyone.get(name)
