"""The physical limit of signing and verifying in Python: JSON in and out, two digests, one Ed25519 operation.

Everything by the fastest library there is for it; nothing is canonicalized or checked.
"""

from __future__ import annotations

import hashlib

import orjson

from bench.ours import KEY, PUBLIC
from gateway import keys
from gateway.keys import base58_decode, base58_encode

__all__ = ["signed", "verified"]


def _digests(body: bytes) -> bytes:
    return hashlib.sha256(b"proof").digest() + hashlib.sha256(body).digest()


def signed(data: bytes) -> bytes:
    """What no signer can do without, whatever it canonicalizes by."""
    tree = orjson.loads(data)
    value = "z" + base58_encode(keys.sign(KEY, _digests(data)))
    return orjson.dumps({**tree, "proof": [{"proofValue": value}]})


def verified(data: bytes) -> bool:
    """The same for a verifier, of what ``signed`` made of JSON without white space."""
    tree = orjson.loads(data)
    (proof,) = tree.pop("proof")
    keys.verify_signature(PUBLIC, _digests(orjson.dumps(tree)), base58_decode(proof["proofValue"][1:]))
    return True
