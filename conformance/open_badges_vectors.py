"""The proof vectors that the Open Badges implementation guide prints, for a badge and for a CLR."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from conformance.proof_steps import read_json, verified
from gateway.jsonld import LinkedData
from gateway.keys import SecretKey, sign
from gateway.proofs import CRYPTOSUITES, create_proof

__all__ = ["checks"]

VECTORS = {"ob": "obv3p0", "clr": "clrv2p0"}


def checks(folder: Path) -> dict[str, bool]:
    """Canonical document and proof, the proof made anew, and what verification says, of each vector."""
    done: dict[str, bool] = {}
    for name, vectors in VECTORS.items():
        examples = folder / "examples/ob3"
        signed = read_json(examples / f"impl-linked-data-proof-{name}-07.json")
        secret = _secret((examples / f"impl-linked-data-proof-{name}-00.txt").read_text())
        proof = signed["proof"][0] if isinstance(signed["proof"], list) else signed["proof"]
        document = {member: value for member, value in signed.items() if member != "proof"}
        options = {member: value for member, value in proof.items() if member != "proofValue"}
        steps = CRYPTOSUITES["eddsa-rdfc-2022"].transformation
        config = steps.proof_configuration(document, options)
        texts = {"document-canon": document, "proof-canon": config}
        for file, value in texts.items():
            official = (folder / "spec/test-vectors" / vectors / f"{file}.txt").read_text()
            canonical = steps.transform(LinkedData(value), "sha256").canonical
            done[f"{name} {file}"] = canonical.decode() == official
        made = create_proof(document, options, sign=partial(sign, secret))
        done[f"{name} proof"] = made["proof"] == [proof]
        done[f"{name} published proof"] = proof == read_json(
            examples / f"impl-linked-data-proof-{name}-06.json"
        )
        done.update(verified(name, signed))
    return done


def _secret(text: str) -> SecretKey:
    """The seed, the first half of the 64 bytes that the guide prints as a typed array."""
    numbers = re.search(r"secretKey: Uint8Array\(64\) \[([\d,\s]+)\]", text)
    return SecretKey("ed25519", bytes(map(int, numbers.group(1).split(",")))[:32] if numbers else b"")
