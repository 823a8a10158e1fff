"""did:jwk: the document holds the JWK as it is, for the purposes its ``use`` leaves."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.dids import resolve
from gateway.dids.documents import RELATIONS
from gateway.errors import DidInvalid, GatewayError, InputRefused, KeyInvalid, KeyKindUnknown
from gateway.proofs.controllers import keys_of
from tests.dids.parts import Web, means

ED25519 = keys.public_key_of(keys.SecretKey("ed25519", bytes(range(32))))
P256 = keys.public_key_of(keys.SecretKey("p256", bytes(range(1, 33))))
P384 = keys.public_key_of(keys.SecretKey("p384", bytes(range(1, 49))))
X25519 = keys.key_agreement_key(ED25519)

EXAMPLES = (
    # The two examples of the specification: a P-256 key, and an X25519 key for encryption.
    "eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5"
    "IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9",
    "eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5y"
    "ZngtRkctSUswOCJ9",
)


def did_of(jwk: Any) -> str:
    data = jwk if isinstance(jwk, bytes) else json.dumps(jwk).encode()
    return "did:jwk:" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def document(did: str) -> dict[str, Any]:
    web = Web()
    found = await resolve(did, means(web))
    assert web.asked == []
    return found.active_document


@pytest.mark.parametrize("text", EXAMPLES)
async def test_the_examples_of_the_specification_have_their_documents(text: str) -> None:
    did = f"did:jwk:{text}"
    jwk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    found = await document(did)
    signs = {name: [f"{did}#0"] for name in RELATIONS} if "use" not in jwk else {}
    assert found == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [
            {"id": f"{did}#0", "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
        ],
        **signs,
        "keyAgreement": [f"{did}#0"],
    }


@pytest.mark.parametrize("public", [ED25519, P256, P384], ids=lambda key: key.kind)
async def test_the_document_authorises_its_key(public: keys.PublicKey) -> None:
    did = did_of(keys.jwk_of(public))
    assert keys_of(await document(did), "assertionMethod") == {f"{did}#0": public}


async def test_the_use_says_what_a_key_is_for() -> None:
    signing = await document(did_of({**keys.jwk_of(P256), "use": "sig"}))
    assert "keyAgreement" not in signing
    agreeing = await document(did_of({**keys.jwk_of(X25519), "use": "enc"}))
    assert not agreeing.keys() & set(RELATIONS)
    assert keys_of(agreeing, "keyAgreement").popitem()[1] == X25519


async def test_the_name_of_the_key_is_zero_whatever_the_jwk_says() -> None:
    did = did_of({**keys.jwk_of(P256), "kid": "mine", "more": [1]})
    [method] = (await document(did))["verificationMethod"]
    assert method["id"] == f"{did}#0"
    assert method["publicKeyJwk"]["more"] == [1]


@pytest.mark.parametrize(
    ("jwk", "error"),
    [
        ({}, KeyKindUnknown), ([], DidInvalid), (None, DidInvalid), (1, DidInvalid), ("x", DidInvalid),
        (b"{", DidInvalid), (b"\xff", DidInvalid), (b'{"kty":"EC","kty":"EC"}', DidInvalid),
        ({**keys.jwk_of(P256), "d": "AA"}, KeyInvalid), ({"kty": "oct", "k": "AA"}, KeyInvalid),
        ({**keys.jwk_of(P256), "crv": "secp256k1"}, KeyKindUnknown), ({**keys.jwk_of(P256), "y": "AA"}, KeyInvalid),
        ({**keys.jwk_of(ED25519), "x": 7}, KeyInvalid), ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, KeyInvalid),
    ],
)  # fmt: skip
async def test_what_is_no_public_key_is_refused(jwk: Any, error: type[GatewayError]) -> None:
    with pytest.raises(error):
        await document(did_of(jwk))


@pytest.mark.parametrize("text", ["", "a", "====", "e30=", "e3 0", "e30\n", "e31", "e30:e30", "*"])
async def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        await document(f"did:jwk:{text}")


@given(data=st.binary(max_size=100))
async def test_no_identifier_makes_a_foreign_error(data: bytes) -> None:
    with pytest.raises(InputRefused):
        await document(did_of(data))
