"""What cryptosuite vectors have in common: the steps of a proof, byte for byte, and what verifying one says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.jsonld import LinkedData
from gateway.keys import SecretKey, base58_encode, public_key_from_multikey, sign
from gateway.proofs import CRYPTOSUITES, Expectations, proofs_of, verification_methods, verify_proof
from gateway.report import Verdict

__all__ = ["Json", "Vector", "read_json", "steps", "verified"]

Json = dict[str, Any]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Vector:
    """One published proof: where its files are, how their names end, its suite and its digest."""

    folder: str
    ending: str
    suite: str
    digest: str = "sha256"


def read_json(path: Path) -> Json:
    """A vector's JSON file."""
    document: Json = json.loads(path.read_text())
    return document


def steps(vectors: Path, vector: Vector, secret: SecretKey) -> dict[str, bool]:
    """Each published intermediate file against what the suite's steps give, the signature included."""
    folder, ending = vectors / vector.folder, vector.ending
    transformation = CRYPTOSUITES[vector.suite].transformation
    signed = read_json(folder / f"signed{ending}.json")
    document = {name: value for name, value in signed.items() if name != "proof"}
    proof = proofs_of(signed)[0][1]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    config = transformation.proof_configuration(document, options)
    body = transformation.transform(LinkedData(document), vector.digest).canonical
    canonical_config = transformation.transform(LinkedData(config), vector.digest).canonical
    hashes = [hashlib.new(vector.digest, part) for part in (canonical_config, body)]
    signature = sign(secret, b"".join(part.digest() for part in hashes))
    made = {
        "canonDoc": body.decode(),
        "proofCanon": canonical_config.decode(),
        "docHash": hashes[1].hexdigest(),
        "proofHash": hashes[0].hexdigest(),
        "combinedHash": hashes[0].hexdigest() + hashes[1].hexdigest(),
        "sigHex": signature.hex(),
        "sigBTC58": "z" + base58_encode(signature),
    }
    outcomes = {
        step: (folder / f"{step}{ending}.txt").read_text().strip() == text.strip()
        for step, text in made.items()
    }
    outcomes["proofConfig"] = read_json(folder / f"proofConfig{ending}.json") == {**config}
    outcomes["proofValue"] = proof["proofValue"] == made["sigBTC58"]
    return {f"{vector.folder} {step}": outcome for step, outcome in outcomes.items()}


def verified(name: str, signed: Json) -> dict[str, bool]:
    """That a document's proofs are valid in every check, and not when a date of it is changed."""
    tampered = json.loads(json.dumps(signed))
    tampered["validFrom"] = "2001-01-01T00:00:00Z"
    return {
        f"{name} verifies": _verdicts(signed) == {Verdict.VALID},
        f"{name} tampered": Verdict.INVALID in _verdicts(tampered),
    }


def _verdicts(document: Json) -> set[Verdict]:
    keys = {
        method: public_key_from_multikey(method.partition("#")[2])
        for method in verification_methods(document)
    }
    return {
        check.verdict
        for pointer, _ in proofs_of(document)
        for check in verify_proof(document, pointer, Expectations(NOW, keys)).checks
    }
