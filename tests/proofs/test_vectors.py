"""The official vectors of vc-di-eddsa, step by step and byte for byte.

How the checks are counted (``CHECKS``; each is one parametrised test):

- keys: each of the 5 secret keys gives its public key (5);
- single proofs (``eddsa-rdfc-2022``, its ``employ`` variant, ``eddsa-jcs-2022`` and the older
  ``Ed25519Signature2020``): proof configuration, canonical proof configuration, canonical document,
  hash of each, combined hash, signature in hex, ``proofValue``, signed document (9 each), and what
  verification says (1 each);
- proof set and chain: for each of 4 steps the signed proof, the signed document and the verdict on
  every proof in it (3 each), and the 2 documents a chained proof signs.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import keys
from gateway.jsonld import LinkedData, canonicalize, jcs
from gateway.proofs import CRYPTOSUITES, Expectations, attach, prepare, proofs_of, verify_proof
from gateway.report import Verdict

VECTORS = Path("w3c/vc-di-eddsa/TestVectors")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

SINGLE = {
    # variant -> folder, ending of the file names, the cryptosuite
    "rdfc": ("eddsa-rdfc-2022", "DataInt", "eddsa-rdfc-2022"),
    "employ": ("eddsa-rdfc-2022/employ", "DataInt", "eddsa-rdfc-2022"),
    "jcs": ("eddsa-jcs-2022", "JCS", "eddsa-jcs-2022"),
    "2020": ("Ed25519Signature2020", "EdSig", "Ed25519Signature2020"),
}
UNSIGNED = {"employ": "employmentAuth.json"}
STEPS = (
    "proof-configuration", "canonical-proof", "canonical-document", "proof-hash", "document-hash",
    "combined-hash", "signature", "proof-value", "signed-document", "verdict",
)  # fmt: skip
CHAIN = {
    # step -> the name of its files, its number, the key pair, the document it joins
    "set-1": ("Set", 1, "keyPair1", "unsigned"),
    "set-2": ("Set", 2, "keyPair2", "signedProofSet1"),
    "chain-1": ("Chain", 1, "keyPair3", "signedProofSet2"),
    "chain-2": ("Chain", 2, "keyPair4", "signedProofChain1"),
}

KEYS = ("keyPair.json", *(f"keyPair{number}" for number in range(1, 5)))
CHECKS = (
    [("key", name, "public") for name in KEYS]
    + [("single", variant, step) for variant in SINGLE for step in STEPS]
    + [("chain", step, what) for step in CHAIN for what in ("signed-proof", "signed-document", "verdicts")]
    + [("chain", step, "what-it-signs") for step in ("chain-1", "chain-2")]
)


def test_all_checks_are_counted() -> None:
    assert len(set(CHECKS)) == len(CHECKS) == 5 + 4 * 10 + 4 * 3 + 2


def of(kind: str) -> list[Any]:
    return [pytest.param(name, step, id=f"{name}-{step}") for k, name, step in CHECKS if k == kind]


@pytest.fixture(scope="module")
def vectors(corpora: Path) -> Path:
    return corpora / VECTORS


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def pair(vectors: Path, name: str) -> tuple[bytes, str]:
    """The secret seed and the public Multikey of one key pair."""
    every = {"keyPair.json": load(vectors / "keyPair.json")}
    every |= load(vectors / "proof-set-chain" / "multiKeyPairs.json")
    found = every[name]
    return keys.secret_key_from_multikey(found["privateKeyMultibase"]), found["publicKeyMultibase"]


@pytest.mark.parametrize(("name", "step"), of("key"))
def test_a_secret_key_gives_its_public_key(vectors: Path, name: str, step: str) -> None:
    seed, public = pair(vectors, name)
    assert keys.multikey(keys.public_key_of(seed)) == public


class Single:
    """Everything the gateway makes on the way to one signed document, and where the official bytes are."""

    def __init__(self, vectors: Path, variant: str) -> None:
        folder, ending, suite = SINGLE[variant]
        self.at = vectors / folder
        self.ending = ending
        self.config = load(self.at / f"proofConfig{ending}.json")
        self.signed = load(self.at / f"signed{ending}.json")
        self.options = {name: value for name, value in self.config.items() if name != "@context"}
        document = load(vectors / UNSIGNED.get(variant, "unsigned.json"))
        self.document = {**document, "@context": self.config.get("@context", document["@context"])}
        seed, _ = pair(vectors, "keyPair.json")
        steps = CRYPTOSUITES[suite].transformation
        made = steps.proof_configuration(self.document, self.options)
        self.made: dict[str, Any] = {
            "proof-configuration": made,
            "canonical-proof": steps.transform(LinkedData(made), "sha256").canonical,
            "canonical-document": steps.transform(LinkedData(self.document), "sha256").canonical,
        }
        proof, body = (self.made[f"canonical-{part}"] for part in ("proof", "document"))
        self.made["proof-hash"] = hashlib.sha256(proof).hexdigest()
        self.made["document-hash"] = hashlib.sha256(body).hexdigest()
        prepared = prepare(document, self.options)
        self.made["combined-hash"] = prepared.hash_data.hex()
        signature = keys.sign(seed, prepared.hash_data)
        self.made["signature"] = signature.hex()
        self.made["proof-value"] = "z" + keys.base58_encode(signature)
        self.made["signed-document"] = attach(prepared, signature)

    def official(self, step: str) -> Any:
        names = {
            "canonical-proof": "proofCanon", "canonical-document": "canonDoc", "proof-hash": "proofHash",
            "document-hash": "docHash", "combined-hash": "combinedHash", "signature": "sigHex",
            "proof-value": "sigBTC58",
        }  # fmt: skip
        if step == "proof-configuration":
            return self.config
        if step == "signed-document":
            return {**self.signed, "proof": [self.signed["proof"]]}
        data = (self.at / f"{names[step]}{self.ending}.txt").read_bytes()
        return data if step.startswith("canonical") else data.decode().strip()


def canonical(document: Any) -> bytes:
    return canonicalize(document).nquads.encode()


def expectations(*documents: Any) -> Expectations:
    """All keys the documents' proofs name: every vector uses did:key."""
    methods = {proof["verificationMethod"] for document in documents for _, proof in proofs_of(document)}
    public = {method: keys.public_key_from_multikey(method.partition("#")[2]) for method in methods}
    return Expectations(NOW, public)


@pytest.mark.parametrize(("variant", "step"), of("single"))
def test_a_single_proof_is_made_and_verified_byte_for_byte(vectors: Path, variant: str, step: str) -> None:
    single = Single(vectors, variant)
    if step == "verdict":
        checks = verify_proof(single.signed, "/proof", expectations(single.signed)).checks
        assert {check.verdict for check in checks} == {Verdict.VALID}
    elif step in ("proof-configuration", "signed-document"):
        # The gateway's ``proof`` is always an array; the members are compared in one canonical writing.
        assert jcs(single.made[step]) == jcs(single.official(step))
    else:
        assert single.made[step] == single.official(step)


def secured(vectors: Path, step: str) -> tuple[Any, Any, Any]:
    """What the gateway makes of one step, the official signed proof and the official document."""
    name, number, key, source = CHAIN[step]
    options, proof = f"proof{name}Config{number}", f"proof{name}ConfigSigned{number}"
    document = f"signedProof{name}{number}"
    folder = vectors / "proof-set-chain"
    seed, _ = pair(vectors, key)
    prepared = prepare(load(folder / f"{source}.json"), load(folder / f"{options}.json"))
    made = attach(prepared, keys.sign(seed, prepared.hash_data))
    official = load(folder / f"{document}.json")
    official["proof"] = [item for _, item in proofs_of(official)]
    return made, load(folder / f"{proof}.json"), official


@pytest.mark.parametrize(("step", "what"), of("chain"))
def test_proof_sets_and_chains_are_made_and_verified_byte_for_byte(
    vectors: Path, step: str, what: str
) -> None:
    made, proof, official = secured(vectors, step)
    if what == "signed-proof":
        assert jcs(made["proof"][-1]) == jcs(proof)
    elif what == "signed-document":
        assert jcs(made) == jcs(official)
    elif what == "what-it-signs":
        # The official document to hash has the same quads as the gateway's, so the hash data agree.
        temporary = load(vectors / "proof-set-chain" / f"proofChainTempDoc{step[-1]}.json")
        seed, _ = pair(vectors, CHAIN[step][2])
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        config = {**options, "@context": temporary["@context"]}
        signed = b"".join(hashlib.sha256(canonical(part)).digest() for part in (config, temporary))
        assert "z" + keys.base58_encode(keys.sign(seed, signed)) == proof["proofValue"]
    else:
        for pointer, _ in proofs_of(official):
            checks = verify_proof(official, pointer, expectations(official)).checks
            assert {check.verdict for check in checks} == {Verdict.VALID}


@pytest.mark.parametrize("variant", SINGLE)
def test_an_official_document_with_another_name_does_not_verify(vectors: Path, variant: str) -> None:
    changed = {**Single(vectors, variant).signed, "name": "Another"}
    checks = {check.name: check for check in verify_proof(changed, "/proof", expectations(changed)).checks}
    assert checks["proof.signature"].verdict is Verdict.INVALID
    assert checks["proof.signature"].code == "proof_invalid"
