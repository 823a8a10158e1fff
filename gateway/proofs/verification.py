"""Verifying one Data Integrity proof: each question its own check (D5; vc-data-integrity section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from gateway.errors import GatewayError, ProofInvalid, ProofMalformed
from gateway.jsonld import Contexts, LinkedData
from gateway.keys import PublicKey, base58_decode, verify_signature
from gateway.proofs.cryptosuites import SIGNATURE_BYTES, suite_of
from gateway.proofs.data_integrity import (
    DATE_TIME_STAMP,
    OPTIONS,
    misshapen_member,
    proofs_of,
    signed_with,
    unsecured,
)
from gateway.proofs.ecdsa_sd_2023 import verify_derived_proof
from gateway.proofs.secured import Secured
from gateway.proofs.suite import Json
from gateway.records import quick
from gateway.report import Check, Verdict

__all__ = ["Expectations", "verification_methods", "verify_proof"]

CLOCK_SKEW = timedelta(seconds=60)
MAX_CHAIN = 16
LONGEST_VALUE, LATE_VALUES = 256, 64
"""Longest text that can be a signature, and how many of them are remembered as bytes."""
MEMBERS = OPTIONS | {"proofValue", "@context"}
"""What a proof may have."""


@quick
@dataclass(frozen=True, slots=True)
class Expectations:
    """What the verifier holds a proof against: the time, the purpose, and domain or challenge it set.

    ``keys`` maps verification methods to public keys that their controller lists for the purpose;
    ``contexts`` are those to read the document under, the bundled ones if None.
    """

    now: datetime
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    purpose: str = "assertionMethod"
    domain: str | None = None
    challenge: str | None = None
    contexts: Contexts | None = None


def verification_methods(document: Json) -> tuple[str, ...]:
    """The verification methods the document's proofs name, each once: what must be resolved first."""
    named = (item.get("verificationMethod") for _, item in proofs_of(document) if isinstance(item, dict))
    return tuple(dict.fromkeys(method for method in named if isinstance(method, str)))


def verify_proof(
    document: Json, pointer: str, expected: Expectations, read: LinkedData | None = None
) -> Secured:
    """Every check of the proof at ``pointer``. Refusals become checks: nothing is raised for bad input.

    ``read`` is ``unsecured`` of the document under the contexts expected, where it is at hand.
    """
    proof = dict(proofs_of(document)).get(pointer)
    structure = _structure(proof, pointer)
    if structure.verdict is not Verdict.VALID or not isinstance(proof, dict):
        return Secured((structure,), pointer=pointer)
    expectations = _expectations(proof, pointer, expected)
    whole = _Whole(document, unsecured(document, expected.contexts) if read is None else read, expected, {})
    signature = _signature(whole, proof, pointer)
    holds = signature.verdict is Verdict.VALID
    return Secured(
        (structure, *expectations, signature),
        method=proof["verificationMethod"] if holds else "",
        claimed_at=_moment(proof.get("created")),
        pointer=pointer,
    )


def _structure(proof: Any, pointer: str) -> Check:
    try:
        return _checked_structure(proof, pointer)
    except ProofMalformed as error:
        return _refused("proof.structure", error, pointer)


def _checked_structure(proof: Any, pointer: str) -> Check:
    if not isinstance(proof, dict) or not isinstance(proof.get("type"), str):
        raise ProofMalformed("a proof is an object with a type")
    if wrong := misshapen_member(proof):
        raise ProofMalformed(f"{wrong} is no text", pointer=f"{pointer}/{wrong}")
    suite = suite_of(proof)
    if suite is None:
        name = str(proof.get("cryptosuite") or proof["type"])[:80]
        return Check(
            "proof.structure", Verdict.UNDETERMINED, "cryptosuite_unknown",
            f"the securing mechanism {name!r} is not verified by this gateway yet", pointer,
        )  # fmt: skip
    for name in ("verificationMethod", "proofPurpose", "proofValue"):
        if not isinstance(proof.get(name), str):
            raise ProofMalformed(f"{name} is missing or no text", pointer=f"{pointer}/{name}")
    allowed = MEMBERS if suite.proof_type == "DataIntegrityProof" else MEMBERS - {"cryptosuite"}
    if unknown := sorted(proof.keys() - allowed):
        raise ProofMalformed("a member is not one of a proof", pointer=f"{pointer}/{unknown[0]}")
    if not suite.selective:
        _signature_bytes(proof, pointer)
    return Check("proof.structure", Verdict.VALID, pointer=pointer)


def _signature_bytes(proof: Json, pointer: str) -> bytes:
    """The signature; its length against the key's kind is looked at with the key."""
    value = proof["proofValue"]
    signature = _decoded(value) if len(value) <= LONGEST_VALUE else b""
    if len(signature) not in SIGNATURE_BYTES.values():
        raise ProofMalformed("proofValue is no signature in base58btc", pointer=f"{pointer}/proofValue")
    return signature


@lru_cache(maxsize=LATE_VALUES)
def _decoded(value: str) -> bytes:
    """The bytes of a proof's value, which is looked at for its form and for itself; empty where it has none."""
    try:
        return base58_decode(value[1:]) if value.startswith("z") else b""
    except GatewayError:
        return b""


def _refused(name: str, error: GatewayError, pointer: str) -> Check:
    return Check(name, Verdict.INVALID, error.code, error.detail, error.pointer or pointer, error.hint)


def _expectations(proof: Json, pointer: str, expected: Expectations) -> list[Check]:
    purpose = proof["proofPurpose"] == expected.purpose
    checks = [
        _check(
            "proof.purpose",
            purpose,
            "proof_purpose_mismatch",
            f"the purpose is not {expected.purpose}",
            pointer,
        )
    ]
    for name, late in (("created", False), ("expires", True)):
        if name in proof:
            checks.append(_time(name, proof[name], pointer, expected.now, late=late))
    if expected.domain is not None or "domain" in proof:
        given = proof.get("domain")
        domains = set(given if isinstance(given, list) else [given])
        fits = expected.domain is None or domains == {expected.domain}
        checks.append(
            _check("proof.domain", fits, "invalid_domain_error", "the proof is for another domain", pointer)
        )
    if expected.challenge is not None:
        fits = proof.get("challenge") == expected.challenge
        checks.append(
            _check("proof.challenge", fits, "invalid_challenge_error", "the challenge is another", pointer)
        )
    return checks


def _check(name: str, fits: bool, code: str, message: str, pointer: str) -> Check:
    place = f"{pointer}/{name.partition('.')[2].replace('purpose', 'proofPurpose')}"
    if fits:
        return Check(name, Verdict.VALID, pointer=place)
    return Check(name, Verdict.INVALID, code, message, place)


def _time(name: str, value: Any, pointer: str, now: datetime, *, late: bool) -> Check:
    moment = _moment(value)
    if moment is None:
        return _check(f"proof.{name}", False, "proof_malformed", "not a date and time with zone", pointer)
    fits = moment > now - CLOCK_SKEW if late else moment <= now + CLOCK_SKEW
    message = "the proof has expired" if late else "the proof was created in the future"
    return _check(
        f"proof.{name}", fits, f"proof_{'expired' if late else 'from_the_future'}", message, pointer
    )


def _moment(value: Any) -> datetime | None:
    """A date and time with its zone; None for anything else."""
    if not isinstance(value, str) or not DATE_TIME_STAMP.match(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


@quick
@dataclass(frozen=True, slots=True)
class _Whole:
    """The document that a chain of proofs is in, also without its proofs, and what they are held against.

    ``done`` holds the proofs of the chain met so far: each is verified once, however many name it.
    """

    document: Json
    read: LinkedData
    expected: Expectations
    done: dict[str, Check]


def _signature(whole: _Whole, proof: Json, pointer: str) -> Check:
    """Verify Proof (section 4.4): previous proofs first, then this one's own signature."""
    public = whole.expected.keys.get(proof["verificationMethod"])
    if public is None:
        return Check(
            "proof.signature", Verdict.UNDETERMINED, "key_unknown",
            "the key of the verification method is not known", f"{pointer}/verificationMethod",
            "Resolve the issuer's DID, or give its document.",
        )  # fmt: skip
    simple, hashed = True, b""
    try:
        broken = _previous(whole, proof, pointer)
        if broken is not None:
            return broken
        suite = suite_of(proof)
        if suite is None or public.kind not in suite.kinds:
            return _wrong_kind(pointer)
        if suite.selective:
            verify_derived_proof(suite.transformation, whole.read, proof, public)
            return Check("proof.signature", Verdict.VALID, pointer=pointer)
        hashed, simple = signed_with(suite, whole.document, proof, whole.read, kind=public.kind)
        verify_signature(public, hashed, _signature_bytes(proof, pointer))
    except ProofInvalid as error:
        return _mismatch(error, pointer, simple, hashed)
    except GatewayError as error:
        return _refused("proof.signature", error, pointer)
    return Check("proof.signature", Verdict.VALID, pointer=pointer)


def _wrong_kind(pointer: str) -> Check:
    return Check(
        "proof.signature", Verdict.INVALID, "key_kind_mismatch", "the key is not of a kind the cryptosuite takes",
        f"{pointer}/verificationMethod", "The proof must be made with a key of its cryptosuite's kind.",
    )  # fmt: skip


def _mismatch(error: ProofInvalid, pointer: str, simple: bool, hashed: bytes) -> Check:
    """The signature does not hold; the intermediate values let two implementations compare notes."""
    half = len(hashed) // 2
    values: Json = {"canonicallySimple": simple}
    if hashed:
        values |= {"proofConfigHash": hashed[:half].hex(), "documentHash": hashed[half:].hex()}
    hint = error.hint
    if not simple:
        hint = "The document is not canonically simple: implementations differ on such documents."
    return Check("proof.signature", Verdict.INVALID, error.code, error.detail, pointer, hint, values)


def _previous(whole: _Whole, proof: Json, pointer: str) -> Check | None:
    """The first proof of the chain below that does not hold, if any."""
    previous, done = proof.get("previousProof"), whole.done
    if previous is None:
        return None
    circular = ProofMalformed("a proof builds on itself")
    done[pointer] = _refused("proof.signature", circular, pointer)  # replaced when it has been verified
    wanted = previous if isinstance(previous, list) else [previous]
    for place, item in proofs_of(whole.document):
        if isinstance(item, dict) and item.get("id") in wanted:
            if place not in done:
                if len(done) >= MAX_CHAIN:
                    raise ProofMalformed("the chain of proofs is too long")
                done[place] = _below(whole, item, place)
            if done[place].verdict is not Verdict.VALID:
                return done[place]
    return None


def _below(whole: _Whole, proof: Json, pointer: str) -> Check:
    """Whether a proof another builds on holds itself, in every question."""
    structure = _structure(proof, pointer)
    questions = [structure]
    if structure.verdict is Verdict.VALID:
        questions += _expectations(proof, pointer, whole.expected)
    for check in questions:
        if check.verdict is not Verdict.VALID:
            return Check("proof.signature", check.verdict, check.code, check.message, check.pointer)
    return _signature(whole, proof, pointer)
