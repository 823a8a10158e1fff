"""Public keys in PEM and DER: Open Badges 2.0 profiles, certificates (RFC 7468, RFC 5280 section 4.1.2.7)."""

from __future__ import annotations

from typing import Any

from gateway.errors import KeyInvalid
from gateway.keys.multikey import public_key
from gateway.keys.values import PublicKey

__all__ = ["public_key_from_der", "public_key_from_pem"]

MAX_PEM = 16_384


def public_key_from_pem(text: Any) -> PublicKey:
    """The key of a PEM text, ``PUBLIC KEY`` or ``RSA PUBLIC KEY``. Raises ``KeyInvalid``."""
    if not isinstance(text, str) or len(text) > MAX_PEM or not text.isascii():
        raise KeyInvalid("not a public key in PEM")
    from cryptography.exceptions import UnsupportedAlgorithm  # imported here: most keys are no such texts
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return _value(load_pem_public_key(text.encode()))
    except (ValueError, UnsupportedAlgorithm):
        raise KeyInvalid("not a public key in PEM") from None


def public_key_from_der(data: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. Raises ``KeyInvalid``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        return _value(load_der_public_key(data))
    except (ValueError, UnsupportedAlgorithm):
        raise KeyInvalid("not a public key in DER") from None


def _value(key: object) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from gateway.keys import ecdsa, rsa

    curves = {curve.name: kind for kind, curve in ecdsa.CURVES.items()}
    if isinstance(key, RSAPublicKey):
        return PublicKey("rsa", rsa.checked(key))
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in curves:
        return PublicKey(curves[key.curve.name], ecdsa.compressed(key))
    if isinstance(key, Ed25519PublicKey):
        return public_key("ed25519", key.public_bytes_raw())
    raise KeyInvalid("the key is of no kind the gateway knows")
