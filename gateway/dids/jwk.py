"""did:jwk: the document is computed from the JWK in the identifier. https://github.com/quartzjer/did-jwk"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from gateway.dids.documents import DID_CONTEXT, FORMS, RELATIONS
from gateway.dids.resolution import Json, Means, Resolution
from gateway.envelopes import read_json
from gateway.errors import DidInvalid, InputRefused
from gateway.keys import public_key_from_jwk

__all__ = ["resolve"]

_DID_JWK = re.compile(r"did:jwk:([A-Za-z0-9_-]+)\Z")
FORM = "JsonWebKey2020"
AGREEMENT = ("keyAgreement",)
USES = {"sig": RELATIONS, "enc": AGREEMENT}
"""The purposes that the JWK's ``use`` leaves; without one the key has them all."""


async def resolve(did: str, _: Means) -> Resolution:
    """The document with the JWK as it is.

    Raises ``DidInvalid`` for what is no JSON in base64url, ``KeyInvalid`` for a JWK of no kind the gateway
    knows, or one with a private part.
    """
    jwk = _jwk(did)
    public_key_from_jwk(jwk)
    method = f"{did}#0"
    entry = {"id": method, "type": FORM, "controller": did, "publicKeyJwk": jwk}
    relations = USES.get(str(jwk.get("use")), (*RELATIONS, *AGREEMENT))
    document: Json = {
        "@context": [DID_CONTEXT, FORMS[FORM].context],
        "id": did,
        "verificationMethod": [entry],
        **{relation: [method] for relation in relations},
    }
    return Resolution(document)


def _jwk(did: str) -> Any:
    """The JSON in the identifier, whichever way its author wrote it."""
    found = _DID_JWK.match(did)
    text = found[1] if found else ""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not text or base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
            raise DidInvalid("not a did:jwk", hint="A did:jwk is did:jwk: and a JWK in base64url.")
        jwk = read_json(data)
    except (binascii.Error, InputRefused):
        raise DidInvalid("not a did:jwk", hint="A did:jwk is did:jwk: and a JWK in base64url.") from None
    if not isinstance(jwk, dict):
        raise DidInvalid("not a did:jwk", hint="A did:jwk is did:jwk: and a JWK in base64url.")
    return jwk
