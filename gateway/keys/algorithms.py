"""The algorithms seals are made with, by their JOSE names (RFC 7518 section 3.1); no other is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import ProofInvalid
from gateway.keys.signing import verify_signature
from gateway.keys.values import PublicKey

__all__ = ["ALGORITHMS", "Algorithm", "verify_by_algorithm"]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """The kind of key an algorithm takes, its digest, and whether RSA signs with PSS."""

    kind: str
    digest: str
    pss: bool = False


ALGORITHMS: dict[str, Algorithm] = {
    "RS256": Algorithm("rsa", "sha256"),
    "RS384": Algorithm("rsa", "sha384"),
    "RS512": Algorithm("rsa", "sha512"),
    "PS256": Algorithm("rsa", "sha256", pss=True),
    "PS384": Algorithm("rsa", "sha384", pss=True),
    "PS512": Algorithm("rsa", "sha512", pss=True),
    "ES256": Algorithm("p256", "sha256"),
    "ES384": Algorithm("p384", "sha384"),
}


def verify_by_algorithm(name: str, key: PublicKey, message: bytes, signature: bytes) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case, also for a key of another kind."""
    algorithm = ALGORITHMS.get(name)
    if algorithm is None or algorithm.kind != key.kind:
        raise ProofInvalid("the key is not one of the algorithm")
    if key.kind == "rsa":
        from gateway.keys import rsa  # imported here: most keys are Ed25519

        rsa.verify(key.data, message, signature, digest=algorithm.digest, pss=algorithm.pss)
    else:
        verify_signature(key, message, signature)
