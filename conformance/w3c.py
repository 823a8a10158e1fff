"""The W3C suites' requests and inputs, cryptosuite vectors, edge cases of signatures, Open Badges' own vectors."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance import ecdsa, jose_inputs, open_badges_vectors, wycheproof
from conformance.figures import Figure, all_of
from conformance.vc_api import RECORDED, Answer, serving
from gateway.errors import GatewayError, ProofInvalid
from gateway.keys import (
    PublicKey,
    SecretKey,
    did_key,
    public_key_of,
    sign,
    verification_method_of,
    verify_signature,
)
from gateway.proofs import create_proof

__all__ = ["figures", "inputs", "recorded", "speccheck"]

Json = dict[str, Any]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
"""The day after the requests were recorded."""
TESTER = SecretKey("ed25519", bytes(range(1, 33)))
DOMAIN, CHALLENGE = "verifier.example", "a-challenge"
DATES = {"PAST DATE": "2025-01-01T00:00:00Z", "FUTURE DATE": "2028-01-01T00:00:00Z"}
ACCEPTED, BAD_REQUEST = (200, 201), 400
DEVIATIONS = {
    "input/presentation-enveloped-vc-ok.json": "no test of the suite sends it, and the token in it names no key",
}
STRONG = 3
"""The one case of speccheck that a strict verifier accepts: a mixed-order key and a signature in range."""


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about the W3C suites and signatures."""
    outcomes = recorded(corpora / "w3c/recorded")
    suites = Counter(name.split()[0] for name in outcomes)
    note = ", ".join(f"{name} {count}" for name, count in suites.items())
    yield all_of("recorded requests of W3C suites answered with the status they expect", outcomes, note)
    yield _inputs(corpora / "w3c/vcdm2-test-suite")
    vectors = ecdsa.checks(corpora / "w3c/vc-di-ecdsa/TestVectors")
    yield all_of("checks of the ECDSA cryptosuite vectors, byte for byte", vectors)
    yield all_of(
        "checks of the Open Badges and CLR proof vectors", open_badges_vectors.checks(corpora / "ob")
    )
    yield all_of(
        "tokens of the VC-JOSE-COSE suite judged right",
        jose_inputs.checks(corpora / "w3c/vc-jose-cose/input"),
    )
    yield from _wycheproof(corpora / "security")
    yield all_of("edge cases of speccheck judged strictly", speccheck(corpora / "security/ed25519"))


def _inputs(folder: Path) -> Figure:
    expected, unused = inputs(folder)
    deviations = {name: why for name, why in DEVIATIONS.items() if not expected[name]}
    lacking = tuple(name for name, reached in expected.items() if not reached)
    reasons = "; ".join(f"{name.rpartition('/')[2]}: {why}" for name, why in deviations.items())
    note = f"{reasons}; {len(unused)} more, which the suite does not use, are answered too"
    title = "inputs of the VCDM 2.0 suite accepted or refused as it expects"
    required = len(expected) - len(deviations) if all(unused.values()) else len(expected)
    return Figure(title, len(expected) - len(lacking), len(expected), required, lacking, note)


def _answers(requests: list[tuple[str, dict[str, str], Any]]) -> list[Answer]:
    """The answer of the running application to each request; what was issued is asked to verify as well."""

    async def run(folder: Path) -> list[Answer]:
        async with serving(folder, lambda: NOW) as served:
            return [await served.answer(path, query, body) for path, query, body in requests]

    with TemporaryDirectory() as folder:
        return asyncio.run(run(Path(folder)))


def recorded(folder: Path) -> dict[str, bool]:
    """Every recorded request: whether the status is the recorded one, and what is issued verifies."""
    requests: list[tuple[str, Json]] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            requests.append((f"{path.stem} {number}", json.loads(line)))
    answers = _answers([(r["path"], r["query"], r["body"]) for _, r in requests])
    return {
        name: found.status == request["status"] and found.sound
        for (name, request), found in zip(requests, answers, strict=True)
    }


# --- inputs of the VCDM 2.0 suite ------------------------------------------------------------------


def inputs(folder: Path) -> tuple[dict[str, bool], dict[str, bool]]:
    """Each input with an expected outcome, and each without: whether it is answered at all."""
    entries = json.loads((folder / "manifest.json").read_text())["entries"]
    answers = _answers([_request(folder, entry) for entry in entries])
    expected: dict[str, bool] = {}
    unused: dict[str, bool] = {}
    for entry, found in zip(entries, answers, strict=True):
        accepted = found.status in ACCEPTED
        if entry["expected"] == "unknown":
            unused[entry["file"]] = accepted or found.status == BAD_REQUEST
        else:
            wanted = {"accept": accepted and found.sound, "reject": found.status == BAD_REQUEST}
            # Nothing is injected: what lacks its context is refused.
            expected[entry["file"]] = wanted.get(entry["expected"], found.status == BAD_REQUEST)
    return expected, unused


def _request(folder: Path, entry: Json) -> tuple[str, dict[str, str], Json]:
    """What the suite's tester would send: a credential to issue, or a presentation it signed first."""
    document = json.loads((folder / entry["file"]).read_text())
    if entry["kind"] == "credential":
        return "/eddsa-rdfc-2022/credentials/issue", {}, {"credential": _filled(document)}
    if not entry["file"].endswith("-fail.json"):
        document = _presented(document)
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    return "/presentations/verify", {}, {"verifiablePresentation": document, "options": options}


def _filled(credential: Json) -> Json:
    """A credential with the issuer (by the name of the recorded server) and the dates that the tester puts in."""
    did, given = next(iter(RECORDED)), credential.get("issuer", "")
    issuer = {"id": did, **given} if isinstance(given, dict) else did if given == "" else given
    dated = {name: DATES.get(value, value) for name, value in credential.items() if isinstance(value, str)}
    return {**credential, **dated, "issuer": issuer}


def _presented(presentation: Json) -> Json:
    """A presentation signed by the tester, with each credential in it."""
    given = presentation.get("verifiableCredential", [])
    entries = [_credential(entry) for entry in (given if isinstance(given, list) else [given])]
    if "verifiableCredential" in presentation:
        presentation = {**presentation, "verifiableCredential": entries}
    return _signed(presentation, proofPurpose="authentication", domain=DOMAIN, challenge=CHALLENGE)


def _credential(entry: Any) -> Any:
    if not isinstance(entry, dict) or "VerifiableCredential" not in entry.get("type", []):
        return entry
    return _signed({**entry, "issuer": did_key(public_key_of(TESTER))})


def _signed(document: Json, **options: str) -> Json:
    method = verification_method_of(did_key(public_key_of(TESTER)))
    proof = {"cryptosuite": "eddsa-rdfc-2022", "verificationMethod": method, **options}
    try:
        return create_proof(document, proof, sign=partial(sign, TESTER))
    except GatewayError:
        return document  # what cannot be signed is sent as it is


# --- signatures ------------------------------------------------------------------------------------


def _wycheproof(folder: Path) -> Iterator[Figure]:
    """A figure for each file of wycheproof that is there; Ed25519's must be."""
    for name in wycheproof.FILES:
        found = sorted(folder.glob(f"*/{name}"))
        if found or name == wycheproof.FILES[0]:
            yield all_of(
                f"wycheproof {name.removesuffix('_test.json')}", wycheproof.checks(found[0]) if found else {}
            )


def speccheck(folder: Path) -> dict[str, bool]:
    """Each case of "Taming the many EdDSAs": all refused but the one that is no forgery's tool."""
    cases = json.loads((folder / "speccheck_cases.json").read_text())
    return {
        f"case {number}": _holds(case["pub_key"], case["message"], case["signature"]) == (number == STRONG)
        for number, case in enumerate(cases)
    }


def _holds(public: str, message: str, signature: str) -> bool:
    try:
        key = PublicKey("ed25519", bytes.fromhex(public))
        verify_signature(key, bytes.fromhex(message), bytes.fromhex(signature))
    except ProofInvalid:
        return False
    return True
