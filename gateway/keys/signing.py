"""Signing and verifying bytes, by the kind of the key."""

from __future__ import annotations

from gateway.errors import KeyInvalid, ProofInvalid
from gateway.keys import ed25519
from gateway.keys.multikey import secret_key
from gateway.keys.values import CURVES, KINDS, PublicKey, SecretKey

__all__ = ["SIGNING_KINDS", "new_secret_key", "public_key_of", "sign", "verify_signature"]

SIGNING_KINDS = ("ed25519", "p256", "p384")
"""The kinds a secret key can sign with."""


def new_secret_key(kind: str, random: bytes) -> SecretKey:
    """A secret key from as many random bytes as its kind needs. Raises ``KeyInvalid`` (draw again)."""
    if kind not in SIGNING_KINDS:
        raise KeyInvalid(f"keys are of these kinds: {', '.join(SIGNING_KINDS)}")
    return secret_key(kind, random[: KINDS[kind].secret_bytes])


def public_key_of(key: SecretKey) -> PublicKey:
    """The public key that belongs to a secret one. Raises ``KeyInvalid``."""
    _check(key)
    if key.kind == "ed25519":
        return PublicKey(key.kind, ed25519.public_bytes(key.data))
    from gateway.keys import ecdsa  # imported here: most keys are Ed25519

    return PublicKey(key.kind, ecdsa.public_bytes(key.kind, key.data))


def sign(key: SecretKey, message: bytes) -> bytes:
    """The signature of a message: 64 bytes, 96 for P-384; ECDSA as r || s. Raises ``KeyInvalid``."""
    _check(key)
    if key.kind == "ed25519":
        if not key.expanded:
            key.expanded.append(ed25519.expanded(key.data))
        return ed25519.sign(key.expanded[0], message)
    from gateway.keys import ecdsa

    return ecdsa.sign(key.kind, key.data, message)


def _check(key: SecretKey) -> None:
    if key.kind not in SIGNING_KINDS or len(key.data) != KINDS[key.kind].secret_bytes:
        raise KeyInvalid("the secret key does not sign")


def verify_signature(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case, whatever the reason.

    Ed25519 by the rules of libsodium; ECDSA with SHA-256 on P-256 and SHA-384 on P-384, r || s;
    RSASSA-PKCS1-v1_5 with SHA-256.
    """
    if not all(isinstance(part, bytes) for part in (key.data, message, signature)):
        raise ProofInvalid("the signature does not match")
    if key.kind == "ed25519":
        ed25519.verify(key.data, message, signature)
    elif key.kind == "rsa":
        from gateway.keys import rsa

        rsa.verify(key.data, message, signature)
    elif key.kind in CURVES:
        from gateway.keys import ecdsa

        ecdsa.verify(key.kind, key.data, message, signature)
    else:
        raise ProofInvalid("a key of this kind does not sign")
