"""ECDSA on P-256 with SHA-256 and P-384 with SHA-384, signatures as r and s beside each other (FIPS 186-5).

OpenSSL does the arithmetic, through ``cryptography``. Signing is deterministic (RFC 6979): no bad randomness
can give the key away. docs/decisions/0006-signatures.md says why, and why both s and n - s are taken.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import KeyInvalid, ProofInvalid

__all__ = ["check_point", "compressed", "coordinates", "point_of", "public_bytes", "sign", "verify"]

CURVES: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}
HASHES: dict[str, hashes.HashAlgorithm] = {"p256": hashes.SHA256(), "p384": hashes.SHA384()}


def _loaded(kind: str, point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[kind], point)
    except ValueError:
        raise KeyInvalid("the public key is not a point of its curve") from None


def compressed(key: ec.EllipticCurvePublicKey) -> bytes:
    """A loaded key as compressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def check_point(kind: str, point: bytes) -> bytes:
    """The compressed point of a point in either form. Raises ``KeyInvalid`` when it is on no curve."""
    return compressed(_loaded(kind, point))


def coordinates(kind: str, point: bytes) -> tuple[bytes, bytes]:
    """The two coordinates of a point, each of the curve's full length."""
    key = _loaded(kind, point)
    length = (CURVES[kind].key_size + 7) // 8
    numbers = key.public_numbers()
    return numbers.x.to_bytes(length, "big"), numbers.y.to_bytes(length, "big")


def point_of(kind: str, x: bytes, y: bytes) -> bytes:
    """The compressed point with these coordinates. Raises ``KeyInvalid``."""
    return check_point(kind, b"\x04" + x + y)


def _secret(kind: str, scalar: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(scalar, "big"), CURVES[kind])
    except ValueError:
        raise KeyInvalid("the secret key is out of range") from None


def public_bytes(kind: str, scalar: bytes) -> bytes:
    """The compressed public point of a secret scalar. Raises ``KeyInvalid`` for zero or one too large."""
    return compressed(_secret(kind, scalar).public_key())


def sign(kind: str, scalar: bytes, message: bytes) -> bytes:
    """The signature r || s of a message, always the same one."""
    algorithm = ec.ECDSA(HASHES[kind], deterministic_signing=True)
    signature = _secret(kind, scalar).sign(message, algorithm)
    r, s = decode_dss_signature(signature)
    length = (CURVES[kind].key_size + 7) // 8
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def verify(kind: str, point: bytes, message: bytes, signature: bytes) -> None:
    """Return when the signature r || s holds; ``ProofInvalid`` in every other case."""
    length = (CURVES[kind].key_size + 7) // 8
    if len(signature) != 2 * length:
        raise ProofInvalid("the signature does not match")
    r, s = int.from_bytes(signature[:length], "big"), int.from_bytes(signature[length:], "big")
    try:
        _loaded(kind, point).verify(encode_dss_signature(r, s), message, ec.ECDSA(HASHES[kind]))
    except (InvalidSignature, KeyInvalid, ValueError):
        raise ProofInvalid("the signature does not match") from None
