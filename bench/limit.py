"""The physical limit of signing and verifying in Python: JSON in and out, two digests, one signature."""

from __future__ import annotations

import hashlib
import json

from bench.ours import KEY, PUBLIC
from gateway import keys
from gateway.keys import base58_decode, base58_encode

__all__ = ["signed", "verified"]


def signed(data: bytes) -> bytes:
    """What no signer can do without, whatever it canonicalizes by."""
    tree = json.loads(data)
    body = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    digests = hashlib.sha256(b"proof").digest() + hashlib.sha256(body).digest()
    tree["proof"] = [{"proofValue": "z" + base58_encode(keys.sign(KEY, digests))}]
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def verified(data: bytes) -> bool:
    """The same for a verifier."""
    tree = json.loads(data)
    (proof,) = tree.pop("proof")
    body = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    digests = hashlib.sha256(b"proof").digest() + hashlib.sha256(body).digest()
    keys.verify_signature(PUBLIC, digests, base58_decode(proof["proofValue"][1:]))
    return True
