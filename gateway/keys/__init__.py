"""Keys as Multikey, did:key, JWK and PEM; signing and verifying bytes. The one door to the primitives."""

from gateway.keys.algorithms import ALGORITHMS, Algorithm, verify_by_algorithm
from gateway.keys.base58 import base58_decode, base58_encode, sha256_multihash
from gateway.keys.jwk import jwk_of, public_key_from_jwk
from gateway.keys.multikey import (
    did_key,
    key_agreement_key,
    multikey,
    public_key,
    public_key_from_multikey,
    public_key_of_did_key,
    secret_key,
    secret_key_from_multikey,
    secret_multikey,
    verification_method_of,
)
from gateway.keys.pem import public_key_from_der, public_key_from_pem
from gateway.keys.signing import SIGNING_KINDS, new_secret_key, public_key_of, sign, verify_signature
from gateway.keys.values import KINDS, PublicKey, SecretKey

__all__ = [
    "ALGORITHMS",
    "KINDS",
    "SIGNING_KINDS",
    "Algorithm",
    "PublicKey",
    "SecretKey",
    "base58_decode",
    "base58_encode",
    "did_key",
    "jwk_of",
    "key_agreement_key",
    "multikey",
    "new_secret_key",
    "public_key",
    "public_key_from_der",
    "public_key_from_jwk",
    "public_key_from_multikey",
    "public_key_from_pem",
    "public_key_of",
    "public_key_of_did_key",
    "secret_key",
    "secret_key_from_multikey",
    "secret_multikey",
    "sha256_multihash",
    "sign",
    "verification_method_of",
    "verify_by_algorithm",
    "verify_signature",
]
