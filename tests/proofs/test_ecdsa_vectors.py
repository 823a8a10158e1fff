"""The official vectors of the ECDSA cryptosuites: every intermediate value, every signed document."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import keys
from gateway.jsonld import LinkedData
from gateway.proofs import CRYPTOSUITES, Expectations, attach, prepare, proofs_of, verify_proof
from gateway.proofs.data_integrity import hash_data
from gateway.report import Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)

SINGLE = {
    # folder, ending of the file names, cryptosuite, kind of key
    "rdfc-p256": ("ecdsa-rdfc-2019-p256", "ECDSAP256", "ecdsa-rdfc-2019", "p256"),
    "rdfc-p384": ("ecdsa-rdfc-2019-p384", "ECDSAP384", "ecdsa-rdfc-2019", "p384"),
    "rdfc-p256-employ": ("ecdsa-rdfc-2019-p256/employ", "ECDSAP256", "ecdsa-rdfc-2019", "p256"),
    "rdfc-p384-employ": ("ecdsa-rdfc-2019-p384/employ", "ECDSAP384", "ecdsa-rdfc-2019", "p384"),
    "jcs-p256": ("ecdsa-jcs-2019-p256", "JCSECDSAP256", "ecdsa-jcs-2019", "p256"),
    "jcs-p384": ("ecdsa-jcs-2019-p384", "JCSECDSAP384", "ecdsa-jcs-2019", "p384"),
}
STEPS = ("proofCanon", "canonDoc", "proofHash", "docHash", "combinedHash")
DERIVED = ("employ", "prc")


@pytest.fixture
def vectors(corpora: Path) -> Path:
    return corpora / "w3c/vc-di-ecdsa/TestVectors"


def load(path: Path) -> Any:
    return json.loads(path.read_text())


def expectations(document: Any) -> Expectations:
    methods = {proof["verificationMethod"] for _, proof in proofs_of(document)}
    return Expectations(NOW, {m: keys.public_key_from_multikey(m.partition("#")[2]) for m in methods})


def verdicts(document: Any) -> dict[str, Verdict]:
    return {
        c.name: c.verdict
        for c in verify_proof(document, proofs_of(document)[0][0], expectations(document)).checks
    }


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("variant", SINGLE)
def test_each_step_gives_the_official_bytes(vectors: Path, variant: str, step: str) -> None:
    folder, ending, suite, kind = SINGLE[variant]
    signed = load(vectors / folder / f"signed{ending}.json")
    digest = "sha384" if kind == "p384" else "sha256"
    steps = CRYPTOSUITES[suite].transformation
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    document = {name: value for name, value in signed.items() if name != "proof"}
    config = steps.proof_configuration(document, options)
    proof, body = (steps.transform(LinkedData(part), digest).canonical for part in (config, document))
    hashed, _ = hash_data(CRYPTOSUITES[suite], document, config, kind=kind)
    made = {
        "proofCanon": proof.decode(), "canonDoc": body.decode(), "combinedHash": hashed.hex(),
        "proofHash": hashlib.new(digest, proof).hexdigest(), "docHash": hashlib.new(digest, body).hexdigest(),
    }  # fmt: skip
    assert made[step].strip() == (vectors / folder / f"{step}{ending}.txt").read_text().strip()


@pytest.mark.parametrize("variant", SINGLE)
def test_the_official_document_verifies_and_a_changed_one_does_not(vectors: Path, variant: str) -> None:
    folder, ending, _, _ = SINGLE[variant]
    signed = load(vectors / folder / f"signed{ending}.json")
    assert set(verdicts(signed).values()) == {Verdict.VALID}
    assert verdicts({**signed, "validFrom": "2001-01-01T00:00:00Z"})["proof.signature"] is Verdict.INVALID


@pytest.mark.parametrize("kind", ["p256", "p384"])
@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_what_is_made_with_the_official_key_verifies(vectors: Path, suite: str, kind: str) -> None:
    pair = load(vectors / f"{kind}KeyPair.json")
    secret = keys.secret_key_from_multikey(pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])
    public = keys.public_key_of(secret)
    assert keys.multikey(public) == pair["publicKeyMultibase"]
    did = keys.did_key(public)
    options = {"cryptosuite": suite, "verificationMethod": keys.verification_method_of(did)}
    prepared = prepare(load(vectors / "unsigned.json"), options, kind=kind)
    assert len(prepared.hash_data) == (96 if kind == "p384" else 64)
    assert set(verdicts(attach(prepared, keys.sign(secret, prepared.hash_data))).values()) == {Verdict.VALID}


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_proof_verifies_and_no_statement_can_be_changed_or_left_out(
    vectors: Path, name: str
) -> None:
    path = next((vectors / "ecdsa-sd-2023" / name).glob("*[dD]erivedRevealDocument*.json"), None)
    assert path is not None
    document = load(path)
    assert set(verdicts(document).values()) == {Verdict.VALID}
    for member in sorted(set(document) - {"@context", "proof", "type"}):
        without = {key: value for key, value in document.items() if key != member}
        assert verdicts(without)["proof.signature"] is Verdict.INVALID, member
    text = json.dumps(document)
    for place in range(len(document["proof"]["proofValue"]) // 40):
        value = document["proof"]["proofValue"]
        at = place * 40 + 7
        changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
        broken = json.loads(text)
        broken["proof"]["proofValue"] = changed
        assert verdicts(broken)["proof.signature"] is Verdict.INVALID


@pytest.mark.parametrize("name", DERIVED)
def test_a_base_proof_is_not_for_verifiers(vectors: Path, name: str) -> None:
    path = next((vectors / "ecdsa-sd-2023" / name).glob("*[sS]ignedSDBase*.json"), None)
    assert path is not None
    assert verdicts(load(path))["proof.signature"] is Verdict.INVALID
