"""Keys as values: what kind, and the bytes; the kinds are a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.records import quick

__all__ = ["CURVES", "KINDS", "Kind", "PublicKey", "SecretKey"]


@quick
@dataclass(frozen=True, slots=True)
class Kind:
    """The sizes in bytes of one kind of key, its multicodec prefixes (as varints), and its names as a JWK."""

    public_bytes: int
    secret_bytes: int
    signature_bytes: int
    public_prefix: bytes
    secret_prefix: bytes
    jwk_type: str
    curve: str


KINDS: dict[str, Kind] = {
    "ed25519": Kind(32, 32, 64, b"\xed\x01", b"\x80\x26", "OKP", "Ed25519"),
    "x25519": Kind(32, 32, 0, b"\xec\x01", b"\x82\x26", "OKP", "X25519"),
    "p256": Kind(33, 32, 64, b"\x80\x24", b"\x86\x26", "EC", "P-256"),
    "p384": Kind(49, 48, 96, b"\x81\x24", b"\x87\x26", "EC", "P-384"),
}
"""The kinds that have a Multikey. RSA keys besides come from JWKs, PEM texts and certificates alone."""
CURVES = frozenset(("p256", "p384"))
"""The kinds that ECDSA signs with."""


@quick
@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that was checked when it was read.

    ``data`` is 32 raw bytes for ``ed25519`` and ``x25519``, the compressed point for ``p256`` and
    ``p384``, the SubjectPublicKeyInfo in DER for ``rsa``.
    """

    kind: str
    data: bytes


@quick
@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret key: the seed of ``ed25519``, the scalar (big endian) of ``p256`` and ``p384``.

    ``expanded`` is for what signing with it derives each time; it lives and dies with the key.
    """

    kind: str
    data: bytes = field(repr=False)
    expanded: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)
