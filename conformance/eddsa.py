"""The vectors of vc-di-eddsa: every intermediate file and signed document, byte for byte.

Counted is each published file that states a step (canonical forms, hashes, signature), each proof in a
signed document made anew, and each signed document verified and then refused when tampered with.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.keys import SecretKey, base58_encode, public_key_of_did_key, secret_key_from_multikey, sign
from gateway.proofs import (
    CRYPTOSUITES,
    Expectations,
    attach,
    prepare,
    proofs_of,
    verification_methods,
    verify_proof,
)
from gateway.report import Verdict

__all__ = ["checks"]

Json = dict[str, Any]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOLDERS = {
    "eddsa-rdfc-2022": ("DataInt", "eddsa-rdfc-2022"),
    "eddsa-rdfc-2022/employ": ("DataInt", "eddsa-rdfc-2022"),
    "eddsa-jcs-2022": ("JCS", "eddsa-jcs-2022"),
    "Ed25519Signature2020": ("EdSig", "eddsa-rdfc-2022"),
}
SETS = ("signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2")


def checks(folder: Path) -> dict[str, bool]:
    """Every check with its outcome."""
    done: dict[str, bool] = {}
    seed = secret_key_from_multikey(_json(folder / "keyPair.json")["privateKeyMultibase"])
    for name, (suffix, suite) in FOLDERS.items():
        signed = _json(folder / name / f"signed{suffix}.json")
        for step, outcome in _steps(folder / name, suffix, suite, signed, seed).items():
            done[f"{name} {step}"] = outcome
        if suffix != "EdSig":
            done.update(_verified(name, signed))
    pairs = _json(folder / "proof-set-chain/multiKeyPairs.json")
    seeds = {
        pair["publicKeyMultibase"]: secret_key_from_multikey(pair["privateKeyMultibase"])
        for pair in pairs.values()
    }
    for name in SETS:
        signed = _json(folder / f"proof-set-chain/{name}.json")
        done.update(_remade(name, signed, seeds))
        done.update(_verified(name, signed))
    done.update(_published_proofs(folder / "proof-set-chain"))
    return done


def _published_proofs(folder: Path) -> dict[str, bool]:
    """Each proof published alone stands in the signed document, each template is what its proof signs."""
    done: dict[str, bool] = {}
    for kind, signed in (
        ("proofSetConfigSigned", "signedProofSet2"),
        ("proofChainConfigSigned", "signedProofChain2"),
    ):
        proofs = [proof for _, proof in proofs_of(_json(folder / f"{signed}.json"))]
        for number in (1, 2):
            done[f"{kind}{number}"] = _json(folder / f"{kind}{number}.json") in proofs
    return done


def _json(path: Path) -> Json:
    document: Json = json.loads(path.read_text())
    return document


def _steps(folder: Path, suffix: str, suite_name: str, signed: Json, seed: SecretKey) -> dict[str, bool]:
    """Each published intermediate file against what the suite's steps give."""
    suite = CRYPTOSUITES[suite_name]
    document = {name: value for name, value in signed.items() if name != "proof"}
    proof = signed["proof"] if isinstance(signed["proof"], dict) else signed["proof"][0]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    config = suite.transformation.proof_configuration(document, options)
    body, canonical_config = (
        suite.transformation.transform(document, None, "sha256").canonical,
        suite.transformation.transform(config, None, "sha256").canonical,
    )
    document_hash, config_hash = hashlib.sha256(body), hashlib.sha256(canonical_config)
    signature = sign(seed, config_hash.digest() + document_hash.digest())
    made = {
        "canonDoc": body.decode(),
        "proofCanon": canonical_config.decode(),
        "docHash": document_hash.hexdigest(),
        "proofHash": config_hash.hexdigest(),
        "combinedHash": config_hash.hexdigest() + document_hash.hexdigest(),
        "sigHex": signature.hex(),
        "sigBTC58": "z" + base58_encode(signature),
    }
    outcomes = {
        step: (folder / f"{step}{suffix}.txt").read_text().strip() == text.strip()
        for step, text in made.items()
    }
    outcomes["proofConfig"] = _json(folder / f"proofConfig{suffix}.json") == {**config}
    outcomes["proofValue"] = proof["proofValue"] == made["sigBTC58"]
    return outcomes


def _remade(name: str, signed: Json, seeds: dict[str, SecretKey]) -> dict[str, bool]:
    """Each proof of a set or chain, made anew over the document as it stood before."""
    outcomes: dict[str, bool] = {}
    present: list[Json] = []
    for position, (_, proof) in enumerate(proofs_of(signed)):
        document = {key: value for key, value in signed.items() if key != "proof"}
        if present:
            document["proof"] = list(present)
        options = {key: value for key, value in proof.items() if key not in ("proofValue", "@context")}
        prepared = prepare(document, options)
        seed = seeds[proof["verificationMethod"].partition("#")[2]]
        made = attach(prepared, sign(seed, prepared.hash_data))["proof"][-1]
        outcomes[f"{name} proof {position}"] = made == proof
        present.append(proof)
    return outcomes


def _verified(name: str, signed: Json) -> dict[str, bool]:
    tampered = json.loads(json.dumps(signed))
    tampered["validFrom"] = "2001-01-01T00:00:00Z"
    return {
        f"{name} verifies": _verdicts(signed) == {Verdict.VALID},
        f"{name} tampered": Verdict.INVALID in _verdicts(tampered),
    }


def _verdicts(document: Json) -> set[Verdict]:
    keys = {method: public_key_of_did_key(method) for method in verification_methods(document)}
    return {
        check.verdict
        for pointer, _ in proofs_of(document)
        for check in verify_proof(document, pointer, Expectations(NOW, keys)).checks
    }
