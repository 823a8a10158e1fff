"""The cryptosuites there are. To add one, add a row, its vectors to the tests and a line to the changelog.

https://www.w3.org/TR/vc-di-eddsa/, https://www.w3.org/TR/vc-di-ecdsa/,
https://www.w3.org/TR/vc-di-eddsa/#ed25519signature2020
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.proofs.suite import Cryptosuite
from gateway.proofs.transformations import JCS, RDFC

__all__ = ["CRYPTOSUITES", "DIGESTS", "SIGNATURE_BYTES", "suite_of"]

ED25519, NIST = ("ed25519",), ("p256", "p384")
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"

CRYPTOSUITES: dict[str, Cryptosuite] = {
    suite.name: suite
    for suite in (
        Cryptosuite("eddsa-rdfc-2022", RDFC, ED25519),
        Cryptosuite("eddsa-jcs-2022", JCS, ED25519),
        Cryptosuite("ecdsa-rdfc-2019", RDFC, NIST),
        Cryptosuite("ecdsa-jcs-2019", JCS, NIST),
        Cryptosuite("ecdsa-sd-2023", RDFC, ("p256",), created=False, selective=True),
        # The name eddsa-rdfc-2022 had in drafts; the bytes are the same.
        Cryptosuite("eddsa-2022", RDFC, ED25519, created=False),
        Cryptosuite("Ed25519Signature2020", RDFC, ED25519, "Ed25519Signature2020", ED25519_2020),
    )
}

DIGESTS = {"p384": "sha384"}
"""The digest that goes with a kind of key where it is not SHA-256."""
SIGNATURE_BYTES = {"ed25519": 64, "p256": 64, "p384": 96}

_BY_TYPE = {
    suite.proof_type: suite for suite in CRYPTOSUITES.values() if suite.proof_type != "DataIntegrityProof"
}


def suite_of(proof: Mapping[str, Any]) -> Cryptosuite | None:
    """The suite a proof or its options name, by ``cryptosuite`` or by the older types; None when unknown."""
    if proof.get("type") == "DataIntegrityProof":
        suite = CRYPTOSUITES.get(str(proof.get("cryptosuite")))
        return suite if suite is not None and suite.proof_type == "DataIntegrityProof" else None
    return _BY_TYPE.get(str(proof.get("type")))
