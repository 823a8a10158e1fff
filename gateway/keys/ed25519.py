"""Ed25519 by libsodium: the strict verifier, which refuses small-order keys (RFC 8032, RFC 8410)."""

from __future__ import annotations

from nacl import bindings
from nacl.exceptions import CryptoError

from gateway.errors import KeyInvalid, ProofInvalid

__all__ = ["agreement_bytes", "check_point", "expanded", "public_bytes", "sign", "verify"]

PUBLIC_BYTES, SIGNATURE_BYTES = 32, 64


def check_point(public: bytes) -> bytes:
    """A public key that is a point of the main subgroup: small-order keys verify many messages."""
    if len(public) != PUBLIC_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise KeyInvalid("the public key is not a valid Ed25519 point")
    return public


def public_bytes(seed: bytes) -> bytes:
    """The public key that belongs to a 32-byte seed."""
    public, _ = bindings.crypto_sign_seed_keypair(seed)
    return bytes(public)


def agreement_bytes(public: bytes) -> bytes:
    """The X25519 key derived from an Ed25519 public key (did:key section 3.1.3)."""
    try:
        return bytes(bindings.crypto_sign_ed25519_pk_to_curve25519(public))
    except (CryptoError, ValueError, TypeError):
        raise KeyInvalid("no X25519 key can be derived") from None


def expanded(seed: bytes) -> bytes:
    """What ``sign`` needs: the seed with its public key."""
    return bytes(bindings.crypto_sign_seed_keypair(seed)[1])


def sign(secret: bytes, message: bytes) -> bytes:
    """The 64-byte signature of a message, by an ``expanded`` seed."""
    return bytes(bindings.crypto_sign(message, secret)[:SIGNATURE_BYTES])


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case, whatever the reason."""
    if len(signature) != SIGNATURE_BYTES or len(public) != PUBLIC_BYTES:
        raise ProofInvalid("the signature does not match")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError, TypeError):
        raise ProofInvalid("the signature does not match") from None
