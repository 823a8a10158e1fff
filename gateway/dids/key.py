"""did:key: the document is computed from the identifier. https://w3c-ccg.github.io/did-key-spec/"""

from __future__ import annotations

import re

from gateway.dids.documents import key_document
from gateway.dids.resolution import Means, Resolution
from gateway.errors import DidInvalid
from gateway.keys import public_key_of_did_key

__all__ = ["resolve"]

_DID_KEY = re.compile(r"did:key:z[1-9A-HJ-NP-Za-km-z]+\Z")


async def resolve(did: str, means: Means) -> Resolution:
    """The document, its keys in the form asked for.

    Raises ``DidInvalid`` for what is no base58btc text, ``KeyInvalid`` when the text is no key of a kind
    the gateway knows.
    """
    if not _DID_KEY.match(did):
        raise DidInvalid(
            "not a did:key", hint="A did:key is did:key: and a base58btc text that begins with z."
        )
    return Resolution(key_document(did, public_key_of_did_key(did), means.key_format))
