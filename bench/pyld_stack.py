"""The stack others build in Python: pyld for canonicalization, PyNaCl for signatures, contexts offline."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nacl.signing import SigningKey, VerifyKey
from pyld import jsonld

from bench.ours import SEED, options
from gateway.jsonld import bundled
from gateway.keys import base58_decode, base58_encode, public_key_of_did_key

__all__ = ["canonical", "relabelled", "signed", "verified"]


def _loader(url: str, _: Any = None) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": bundled().get(url), "tag": "static"}


OPTIONS = {"algorithm": "URDNA2015", "format": "application/n-quads", "base": None, "documentLoader": _loader}


def canonical(tree: dict[str, Any]) -> str:
    """The canonical N-Quads of a document."""
    nquads: str = jsonld.normalize(tree, OPTIONS)
    return nquads


def relabelled(nquads: str) -> str:
    """The canonical N-Quads of a dataset: parsed, canonicalized, written."""
    made: str = jsonld.normalize(nquads, {**OPTIONS, "inputFormat": "application/n-quads"})
    return made


def _hashes(tree: dict[str, Any], proof: dict[str, Any]) -> bytes:
    config = canonical({**proof, "@context": tree["@context"]})
    return hashlib.sha256(config.encode()).digest() + hashlib.sha256(canonical(tree).encode()).digest()


def signed(data: bytes) -> bytes:
    """A credential with a proof."""
    tree, proof = json.loads(data), options()
    value = "z" + base58_encode(SigningKey(SEED).sign(_hashes(tree, proof)).signature)
    made = {**tree, "proof": [{**proof, "proofValue": value}]}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def verified(data: bytes) -> bool:
    """Whether the proof of a credential holds."""
    tree = json.loads(data)
    (proof,) = tree.pop("proof")
    value = base58_decode(proof.pop("proofValue")[1:])
    key = public_key_of_did_key(proof["verificationMethod"])
    VerifyKey(key.data).verify(_hashes(tree, proof), value)
    return True
