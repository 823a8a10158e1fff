"""The gateway's own work, from bytes to bytes, with all checks on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gateway import keys
from gateway.core import Question, inspect, verify
from gateway.dids.documents import key_document
from gateway.jsonld import canonicalize
from gateway.proofs import create_proof
from gateway.report import Verdict
from gateway.retrieval import CONTROLLER, Answer, Need, Retrieved

__all__ = ["CREATED", "DID", "METHOD", "SEED", "canonical", "options", "signed", "verified"]

SEED = bytes(range(32))
KEY = keys.SecretKey("ed25519", SEED)
PUBLIC = keys.public_key_of(KEY)
DID = keys.did_key(PUBLIC)
METHOD = keys.verification_method_of(DID)
CREATED = "2026-02-01T00:00:00Z"
QUESTION = Question(datetime(2026, 6, 1, tzinfo=UTC))
KNOWN = {Need(CONTROLLER, DID): Answer(key_document(DID, PUBLIC))}


def options() -> dict[str, Any]:
    """The proof that everybody is asked to make."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": CREATED,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
    }


def canonical(tree: dict[str, Any]) -> str:
    """The canonical N-Quads of a document."""
    return canonicalize(tree).nquads


def signed(data: bytes) -> bytes:
    """A credential with a proof: parsed, checked, canonicalized, signed, written."""
    tree = inspect(data).envelope.tree
    made = create_proof(tree, options(), sign=lambda digests: keys.sign(KEY, digests))
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def verified(data: bytes) -> bool:
    """Whether a credential is verified under the strict policy, but for a list of issuers, which nobody configured."""
    judged = verify(inspect(data), Retrieved(KNOWN), QUESTION)
    return judged.verified and judged.verdict is Verdict.VALID
