"""Data Integrity proofs: create in two steps, verify with a check for each question.

https://www.w3.org/TR/vc-data-integrity/ sections 4.2 to 4.5; the cryptosuites are a table of their own.
"""

from __future__ import annotations

import hashlib
import marshal
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.errors import ProofMalformed
from gateway.jsonld import Contexts, LinkedData
from gateway.keys import base58_encode
from gateway.proofs.cryptosuites import DIGESTS, SIGNATURE_BYTES, suite_of
from gateway.proofs.suite import Cryptosuite, Json, Transformation
from gateway.records import quick

__all__ = [
    "Prepared",
    "attach",
    "attach_value",
    "create_proof",
    "hash_data",
    "misshapen_member",
    "prepare",
    "proof_value_of",
    "proofs_of",
    "signed_with",
    "unsecured",
    "with_context",
]

VCDM_1 = "https://www.w3.org/2018/credentials/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/"
DATA_INTEGRITY_V2 = DATA_INTEGRITY + "v2"
DATE_TIME_STAMP = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
OPTIONS = frozenset(
    ("id", "type", "cryptosuite", "created", "expires", "domain", "challenge", "nonce",
     "previousProof", "proofPurpose", "verificationMethod")
)  # fmt: skip


LATE_CONFIGURATIONS = 512
"""Most configurations of proofs whose digests are remembered, by their content."""
MAX_CONFIGURATION = 4_096
"""Longest configuration that is remembered, in bytes."""
TEXTS = ("id", "type", "cryptosuite", "proofPurpose", "verificationMethod", "challenge", "nonce")
ONE_OR_MORE_TEXTS = ("domain", "previousProof")


@quick
@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be signed: sign ``hash_data`` and ``attach`` the signature.

    ``hash_data`` is two digests, 64 bytes (96 for a P-384 key); ``kind`` is the kind of key that must
    sign; ``simple`` says that all implementations agree on the canonical bytes.
    """

    document: Json
    proof_config: Json
    hash_data: bytes
    simple: bool
    keep_context: bool
    kind: str = "ed25519"


def proofs_of(document: Json) -> list[tuple[str, Any]]:
    """The document's proofs with their JSON pointers; a single proof need not stand in an array."""
    proof = document.get("proof")
    if proof is None:
        return []
    if isinstance(proof, list):
        return [(f"/proof/{position}", item) for position, item in enumerate(proof)]
    return [("/proof", proof)]


def prepare(
    unsecured_document: Json,
    options: Mapping[str, Any],
    *,
    kind: str | None = None,
    contexts: Contexts | None = None,
    read: LinkedData | None = None,
) -> Prepared:
    """Everything but the signature: checks, transformation, hashing (section 4.2 steps 1 to 5).

    ``options`` are the proof's members without ``proofValue``; ``type`` and ``proofPurpose`` have
    defaults. ``kind`` is that of the key that will sign, the suite's first one if None. A document
    whose contexts do not define the proof's terms gets the context that does. ``read`` is ``unsecured``
    of this document, where it is at hand. Raises
    ``ProofMalformed`` (PROOF_GENERATION_ERROR) or what canonicalization refuses.
    """
    proof = {"type": "DataIntegrityProof", "proofPurpose": "assertionMethod", **options}
    suite = suite_of(proof)
    if suite is None or not suite.created:
        raise ProofMalformed("no proofs are created with this cryptosuite", pointer="/cryptosuite")
    kind = suite.kinds[0] if kind is None else kind
    if kind not in suite.kinds:
        raise ProofMalformed(f"{suite.name} does not sign with such a key", pointer="/verificationMethod")
    _check_options(proof)
    document = with_context(unsecured_document, suite)
    config = suite.transformation.proof_configuration(document, proof)
    if read is None or document is not unsecured_document:
        read = unsecured(document, contexts)
    hashed, simple = _hashed(suite, _signed_document(document, proof, read), config, kind)
    return Prepared(document, config, hashed, simple, suite.transformation.keep_context, kind)


def misshapen_member(proof: Mapping[str, Any]) -> str:
    """The first member that is no text, or no list of texts where one may stand; empty when all are."""
    for name in TEXTS:
        if name in proof and not isinstance(proof[name], str):
            return name
    for name in ONE_OR_MORE_TEXTS:
        values = proof.get(name, "")
        values = values if isinstance(values, list) else [values]
        if not values or not all(isinstance(value, str) for value in values):
            return name
    return ""


def _check_options(proof: Mapping[str, Any]) -> None:
    if unknown := sorted(set(proof) - OPTIONS):
        raise ProofMalformed(f"unknown proof options: {', '.join(unknown)}"[:200], pointer="/proof")
    if not isinstance(proof.get("verificationMethod"), str):
        raise ProofMalformed("a proof names its verification method", pointer="/proof/verificationMethod")
    if wrong := misshapen_member(proof):
        raise ProofMalformed(f"{wrong} is no text", pointer=f"/proof/{wrong}")
    for name in ("created", "expires"):
        if name in proof and not (isinstance(proof[name], str) and DATE_TIME_STAMP.match(proof[name])):
            raise ProofMalformed("not a date and time with zone", pointer=f"/proof/{name}")


def with_context(document: Json, suite: Cryptosuite) -> Json:
    """The document with the context that defines the proof's terms, where its own do not."""
    contexts = document.get("@context")
    entries = contexts if isinstance(contexts, list) else [contexts]
    known = any(isinstance(entry, str) and entry.startswith(DATA_INTEGRITY) for entry in entries)
    if suite.context:
        return document if suite.context in entries else {**document, "@context": [*entries, suite.context]}
    if entries[:1] != [VCDM_1] or known:
        return document
    return {**document, "@context": [*entries, DATA_INTEGRITY_V2]}


def unsecured(document: Json, contexts: Contexts | None = None) -> LinkedData:
    """A document without its proofs, to be read once for all of them."""
    return LinkedData({name: value for name, value in document.items() if name != "proof"}, contexts)


def _signed_document(document: Json, proof: Mapping[str, Any], read: LinkedData) -> LinkedData:
    """What a proof signs: the document without proofs, or with those it builds on (section 4.6)."""
    previous = proof.get("previousProof")
    if previous is None:
        return read
    wanted = previous if isinstance(previous, list) else [previous]
    matching = [
        item for _, item in proofs_of(document) if isinstance(item, dict) and item.get("id") in wanted
    ]
    if not wanted or {item["id"] for item in matching} != set(wanted):
        raise ProofMalformed("a previous proof is not in the document", pointer="/proof/previousProof")
    return LinkedData({**read.document, "proof": matching}, read.contexts)


def hash_data(
    suite: Cryptosuite,
    document: Json,
    config: Json,
    contexts: Contexts | None = None,
    *,
    kind: str = "ed25519",
) -> tuple[bytes, bool]:
    """Hashing: the digest of the configuration, then of the document; and whether both are simple.

    The digest is SHA-256, SHA-384 for a P-384 key.
    """
    return _hashed(suite, LinkedData(document, contexts), config, kind)


def _hashed(suite: Cryptosuite, document: LinkedData, config: Json, kind: str) -> tuple[bytes, bool]:
    digest = DIGESTS.get(kind, "sha256")
    proof, simple = _configuration(suite.transformation, config, document.contexts, digest)
    body = suite.transformation.transform(document, digest)
    return proof + _hash(digest, body.canonical), simple and body.simple


def _configuration(
    transformation: Transformation, config: Json, contexts: Contexts | None, digest: str
) -> tuple[bytes, bool]:
    """The digest of a proof's configuration, and whether that is simple; of late ones, as it was made then.

    Proofs of one issue differ in nothing before their values, and come in numbers.
    """
    written = marshal.dumps(config, 0)
    if contexts is None and len(written) <= MAX_CONFIGURATION:
        return _late_configuration(transformation, written, digest)
    return _digest(transformation, LinkedData(config, contexts), digest)


@lru_cache(maxsize=LATE_CONFIGURATIONS)
def _late_configuration(transformation: Transformation, written: bytes, digest: str) -> tuple[bytes, bool]:
    return _digest(transformation, LinkedData(marshal.loads(written)), digest)


def _hash(digest: str, data: bytes) -> bytes:
    made: bytes = getattr(hashlib, digest)(data).digest()
    return made


def _digest(transformation: Transformation, document: LinkedData, digest: str) -> tuple[bytes, bool]:
    made = transformation.transform(document, digest)
    return _hash(digest, made.canonical), made.simple


def signed_with(
    suite: Cryptosuite, document: Json, proof: Json, read: LinkedData, *, kind: str = "ed25519"
) -> tuple[bytes, bool]:
    """The hash data a proof of a secured document must have signed; see ``hash_data``.

    ``read`` is ``unsecured`` of the document.
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    body = _signed_document(document, proof, read)
    if "@context" in options:
        if not _begins_with(body.document.get("@context"), options["@context"]):
            raise ProofMalformed(
                "the proof's @context is not how the document's begins", pointer="/proof/@context"
            )
        if suite.transformation.keep_context:
            body = LinkedData({**body.document, "@context": options["@context"]}, body.contexts)
    config = suite.transformation.proof_configuration(document, options)
    return _hashed(suite, body, config, kind)


def _begins_with(contexts: Any, start: Any) -> bool:
    """Whether a document's contexts are those of its proof and then, at most, addresses of more.

    Whoever adds a proof may add a context for it (vc-di-eddsa section 3.3.2); terms of somebody's own
    put there after the signature would be signed by nobody.
    """
    whole = contexts if isinstance(contexts, list) else [contexts]
    first = start if isinstance(start, list) else [start]
    more = whole[len(first) :]
    return bool(first) and whole[: len(first)] == first and all(isinstance(entry, str) for entry in more)


def attach(prepared: Prepared, signature: bytes) -> Json:
    """The secured document: the proof joins those already there; ``proof`` is always an array."""
    if len(signature) != SIGNATURE_BYTES[prepared.kind]:
        raise ProofMalformed("the signature has another length than its key's", pointer="/proof")
    return attach_value(prepared, proof_value_of(signature))


def proof_value_of(signature: bytes) -> str:
    """A signature as it stands in a proof."""
    return "z" + base58_encode(signature)


def attach_value(prepared: Prepared, value: str) -> Json:
    """The secured document with a text for its proof's value."""
    proof = dict(prepared.proof_config)
    if not prepared.keep_context:
        proof.pop("@context", None)
    proof["proofValue"] = value
    present = [item for _, item in proofs_of(prepared.document)]
    return {**prepared.document, "proof": [*present, proof]}


def create_proof(
    unsecured_document: Json,
    options: Mapping[str, Any],
    *,
    sign: Callable[[bytes], bytes],
    kind: str | None = None,
) -> Json:
    """Create Proof in one step, for a key at hand: ``sign`` turns hash data into a signature."""
    prepared = prepare(unsecured_document, options, kind=kind)
    return attach(prepared, sign(prepared.hash_data))
