"""Securing mechanisms: Data Integrity proofs, created in two steps and verified check by check."""

from gateway.proofs.cryptosuites import CRYPTOSUITES
from gateway.proofs.data_integrity import (
    Prepared,
    attach,
    attach_value,
    create_proof,
    hash_data,
    prepare,
    proof_value_of,
    proofs_of,
    unsecured,
    with_context,
)
from gateway.proofs.secured import Secured
from gateway.proofs.suite import Cryptosuite
from gateway.proofs.verification import Expectations, verification_methods, verify_proof

__all__ = [
    "CRYPTOSUITES",
    "Cryptosuite",
    "Expectations",
    "Prepared",
    "Secured",
    "attach",
    "attach_value",
    "create_proof",
    "hash_data",
    "prepare",
    "proof_value_of",
    "proofs_of",
    "unsecured",
    "verification_methods",
    "verify_proof",
    "with_context",
]
