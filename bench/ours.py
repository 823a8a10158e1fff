"""The gateway's own work, from bytes to bytes, with all checks on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway import keys
from gateway.core import (
    SECURINGS,
    Key,
    Question,
    Way,
    attach,
    inspect,
    prepare_as_it_stands,
    to_sign,
    verify,
)
from gateway.dids.documents import key_document
from gateway.jsonld import canonicalize, canonicalize_quads, parse_nquads
from gateway.report import Verdict
from gateway.retrieval import CONTROLLER, Answer, Need, Retrieved

__all__ = [
    "CREATED",
    "DID",
    "KEY",
    "METHOD",
    "PUBLIC",
    "SEED",
    "canonical",
    "options",
    "relabelled",
    "sign",
    "signed",
    "verified",
    "verified_today",
]

SEED = bytes(range(32))
KEY = keys.SecretKey("ed25519", SEED)
PUBLIC = keys.public_key_of(KEY)
DID = keys.did_key(PUBLIC)
METHOD = keys.verification_method_of(DID)
CREATED = "2026-02-01T00:00:00Z"
NOW = datetime.fromisoformat(CREATED)
SUITE = "eddsa-rdfc-2022"
QUESTION = Question(datetime(2026, 6, 1, tzinfo=UTC))
KNOWN = {Need(CONTROLLER, DID): Answer(key_document(DID, PUBLIC))}


def sign(data: bytes) -> bytes:
    """The signature of bytes."""
    return keys.sign(KEY, data)


def options() -> dict[str, Any]:
    """The proof that everybody is asked to make."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": CREATED,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
    }


def canonical(tree: dict[str, Any]) -> str:
    """The canonical N-Quads of a document."""
    return canonicalize(tree).nquads


def relabelled(nquads: str) -> str:
    """The canonical N-Quads of a dataset: parsed, canonicalized, written."""
    return canonicalize_quads(parse_nquads(nquads)).nquads


def signed(data: bytes, securing: str = SUITE) -> bytes:
    """A credential with a proof, as ``gateway sign`` makes it: parsed, checked, canonicalized, signed, written."""
    tree: dict[str, Any] = inspect(data).envelope.tree
    making = prepare_as_it_stands(tree, (Way(SECURINGS[securing], Key(METHOD, KEY.kind)),), NOW)
    content, _ = attach(making, [sign(to_sign(each)) for each in making])
    return content


def verified(data: bytes) -> bool:
    """Whether a credential is verified under the strict policy, but for a list of issuers, which nobody configured."""
    return _holds(data, QUESTION)


def verified_today(data: bytes) -> bool:
    """The same of a credential that was signed just now."""
    return _holds(data, Question(datetime.now(UTC)))


def _holds(data: bytes, question: Question) -> bool:
    judged = verify(inspect(data), Retrieved(KNOWN), question)
    return judged.verified and judged.verdict is Verdict.VALID
