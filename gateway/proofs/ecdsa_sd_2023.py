"""The cryptosuite ``ecdsa-sd-2023``: derived proofs, which show some statements of what the issuer signed.

https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-sd-2023, section 3.5.8 (Verify Derived Proof). Base proofs are
for holders; a verifier is never shown one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

from gateway.errors import KeyInvalid, ProofInvalid, ProofMalformed
from gateway.jsonld import LinkedData, Quad, Term, parse_nquads
from gateway.jsonld.nquads import write_quad
from gateway.keys import PublicKey, base58_encode, public_key_from_multikey, verify_signature
from gateway.proofs.cbor import read_cbor
from gateway.proofs.suite import Json, Transformation

__all__ = ["DerivedProof", "parse_derived_proof", "verify_derived_proof"]

BASE, DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
LABEL_BYTES, SIGNATURE_BYTES = 32, 64


@dataclass(frozen=True, slots=True)
class DerivedProof:
    """What a derived proof value holds (section 3.5.7); ``public_key`` is the ephemeral key's multicodec bytes."""

    base_signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: dict[str, str]
    mandatory: tuple[int, ...]

    @property
    def ephemeral(self) -> PublicKey:
        """The key that signed each statement by itself. Raises ``KeyInvalid``."""
        return public_key_from_multikey("z" + base58_encode(self.public_key))


def parse_derived_proof(proof_value: str) -> DerivedProof:
    """The parts of a proof value. Raises ``ProofMalformed``."""
    data = _decoded(proof_value)
    if data.startswith(BASE):
        raise ProofMalformed("this is a base proof, which only its holder is given",
                             hint="The holder derives a proof from it for each verifier.")  # fmt: skip
    if not data.startswith(DERIVED):
        raise ProofMalformed("the proof value is no derived proof")
    parts = read_cbor(data[len(DERIVED) :])
    if not isinstance(parts, list) or len(parts) != 5:
        raise ProofMalformed("the proof value has not five parts")
    base, key, signatures, labels, mandatory = parts
    fits = (
        _bytes(base, SIGNATURE_BYTES)
        and isinstance(key, bytes)
        and isinstance(signatures, list)
        and all(_bytes(entry, SIGNATURE_BYTES) for entry in signatures)
        and isinstance(labels, dict)
        and all(_bytes(entry, LABEL_BYTES) for entry in labels.values())
        and isinstance(mandatory, list)
        and all(isinstance(entry, int) for entry in mandatory)
    )
    if not fits:
        raise ProofMalformed("a part of the proof value is of another kind")
    named = {f"c14n{number}": f"u{_base64url(label)}" for number, label in labels.items()}
    return DerivedProof(base, key, tuple(signatures), named, tuple(mandatory))


def _bytes(value: Any, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _decoded(text: str) -> bytes:
    try:
        if not text.startswith("u"):
            raise ValueError
        return base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ProofMalformed("the proof value is not base64url with its multibase prefix") from None


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def verify_derived_proof(
    transformation: Transformation, read: LinkedData, proof: Json, public: PublicKey
) -> bool:
    """Return whether the unsecured document is canonically simple, when the proof holds for it.

    Raises ``ProofInvalid``, ``ProofMalformed``, or what canonicalization refuses.
    """
    derived = parse_derived_proof(proof["proofValue"])
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    configuration = transformation.proof_configuration(read.document, options)
    config = transformation.transform(LinkedData(configuration, read.contexts), "sha256")
    canonical = read.canonical()
    statements = _relabelled(canonical.nquads, derived.labels)
    mandatory = set(derived.mandatory)
    if len(mandatory) != len(derived.mandatory) or any(number >= len(statements) for number in mandatory):
        raise ProofMalformed("an index of the proof value points to no statement")
    shown = [line for number, line in enumerate(statements) if number in mandatory]
    other = [line for number, line in enumerate(statements) if number not in mandatory]
    if len(other) != len(derived.signatures):
        raise ProofInvalid("there are not as many signatures as statements")
    signed = hashlib.sha256(config.canonical).digest() + derived.public_key
    signed += hashlib.sha256("".join(shown).encode()).digest()
    verify_signature(public, signed, derived.base_signature)
    ephemeral = _ephemeral(derived)
    for line, signature in zip(other, derived.signatures, strict=True):
        verify_signature(ephemeral, line.encode(), signature)
    return canonical.simple


def _ephemeral(derived: DerivedProof) -> PublicKey:
    try:
        key = derived.ephemeral
    except KeyInvalid:
        raise ProofMalformed("the proof value's public key is none") from None
    if key.kind != "p256":
        raise ProofMalformed("the proof value's public key is not on P-256")
    return key


def _relabelled(nquads: str, labels: dict[str, str]) -> list[str]:
    """The statements with the labels the issuer gave blank nodes, in the order of their texts."""
    lines = []
    for quad in parse_nquads(nquads):
        terms = [_named(term, labels) for term in (quad.subject, quad.object)]
        graph = _named(quad.graph, labels) if quad.graph is not None else None
        lines.append(write_quad(Quad(terms[0], quad.predicate, terms[1], graph)))
    return sorted(lines)


def _named(term: Term, labels: dict[str, str]) -> Term:
    if term.kind != "blank":
        return term
    label = labels.get(term.value.removeprefix("_:"))
    if label is None:
        raise ProofMalformed("a node has no label in the proof value")
    return Term("blank", label)
