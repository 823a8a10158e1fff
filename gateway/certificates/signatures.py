"""Whether the key of a certificate made a signature, as CMS and OCSP have them."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

__all__ = ["made_by"]


def made_by(certificate: bytes, signature: bytes, message: bytes, digest: hashes.HashAlgorithm) -> bool:
    """Whether it did, by RSASSA-PKCS1-v1_5 or ECDSA. Raises ``ValueError`` for a certificate that cannot be read."""
    key = load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
