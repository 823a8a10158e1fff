"""The vectors of vc-di-eddsa: every intermediate file and signed document, byte for byte.

Counted is each published file that states a step (canonical forms, hashes, signature), each proof in a
signed document made anew, and each signed document verified and then refused when tampered with.
"""

from __future__ import annotations

from pathlib import Path

from conformance.proof_steps import Json, Vector, read_json, steps, verified
from gateway.keys import SecretKey, secret_key_from_multikey, sign
from gateway.proofs import attach, prepare, proofs_of

__all__ = ["checks"]

VECTORS = (
    Vector("eddsa-rdfc-2022", "DataInt", "eddsa-rdfc-2022"),
    Vector("eddsa-rdfc-2022/employ", "DataInt", "eddsa-rdfc-2022"),
    Vector("eddsa-jcs-2022", "JCS", "eddsa-jcs-2022"),
    Vector("Ed25519Signature2020", "EdSig", "Ed25519Signature2020"),
)
SETS = ("signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2")


def checks(folder: Path) -> dict[str, bool]:
    """Every check with its outcome."""
    done: dict[str, bool] = {}
    secret = secret_key_from_multikey(read_json(folder / "keyPair.json")["privateKeyMultibase"])
    for vector in VECTORS:
        done.update(steps(folder, vector, secret))
        signed = read_json(folder / vector.folder / f"signed{vector.ending}.json")
        done.update(verified(vector.folder, signed))
    pairs = read_json(folder / "proof-set-chain/multiKeyPairs.json")
    secrets = {
        pair["publicKeyMultibase"]: secret_key_from_multikey(pair["privateKeyMultibase"])
        for pair in pairs.values()
    }
    for name in SETS:
        signed = read_json(folder / f"proof-set-chain/{name}.json")
        done.update(_remade(name, signed, secrets))
        done.update(verified(name, signed))
    done.update(_published_proofs(folder / "proof-set-chain"))
    return done


def _published_proofs(folder: Path) -> dict[str, bool]:
    """Each proof published alone stands in the signed document, each template is what its proof signs."""
    done: dict[str, bool] = {}
    for kind, signed in (
        ("proofSetConfigSigned", "signedProofSet2"),
        ("proofChainConfigSigned", "signedProofChain2"),
    ):
        proofs = [proof for _, proof in proofs_of(read_json(folder / f"{signed}.json"))]
        for number in (1, 2):
            done[f"{kind}{number}"] = read_json(folder / f"{kind}{number}.json") in proofs
    return done


def _remade(name: str, signed: Json, secrets: dict[str, SecretKey]) -> dict[str, bool]:
    """Each proof of a set or chain, made anew over the document as it stood before."""
    outcomes: dict[str, bool] = {}
    present: list[Json] = []
    for position, (_, proof) in enumerate(proofs_of(signed)):
        document = {key: value for key, value in signed.items() if key != "proof"}
        if present:
            document["proof"] = list(present)
        options = {key: value for key, value in proof.items() if key not in ("proofValue", "@context")}
        prepared = prepare(document, options)
        secret = secrets[proof["verificationMethod"].partition("#")[2]]
        made = attach(prepared, sign(secret, prepared.hash_data))["proof"][-1]
        outcomes[f"{name} proof {position}"] = made == proof
        present.append(proof)
    return outcomes
