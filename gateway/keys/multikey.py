"""Multikey and did:key texts (Controlled Identifiers 1.0 section 2.2.2, did:key)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from gateway.errors import KeyInvalid, KeyKindUnknown, KeyLengthInvalid
from gateway.keys import ed25519
from gateway.keys.base58 import base58_decode, base58_encode
from gateway.keys.values import CURVES, KINDS, PublicKey, SecretKey

__all__ = [
    "did_key",
    "key_agreement_key",
    "multikey",
    "public_key",
    "public_key_from_multikey",
    "public_key_of_did_key",
    "secret_key",
    "secret_key_from_multikey",
    "secret_multikey",
    "verification_method_of",
]

KNOWN_KEYS = 1024
"""Most public keys that are remembered as checked: whether a point is one of its curve costs as much as a signature."""
DID_KEY = re.compile(r"did:key:(z[1-9A-HJ-NP-Za-km-z]+)(?:#\1)?\Z")


def public_key(kind: str, data: bytes) -> PublicKey:
    """A public key from its bytes, checked to be a point of its curve. Raises ``KeyInvalid``."""
    entry = KINDS.get(kind)
    if entry is None or len(data) != entry.public_bytes:
        raise KeyLengthInvalid("the public key has the wrong length for its kind")
    if kind == "ed25519":
        return PublicKey(kind, ed25519.check_point(data))
    if kind == "x25519":
        return PublicKey(kind, data)
    from gateway.keys import ecdsa  # imported here: most keys are Ed25519

    return PublicKey(kind, ecdsa.check_point(kind, data))


def secret_key(kind: str, data: bytes) -> SecretKey:
    """A secret key from its bytes. Raises ``KeyInvalid``, which never holds them."""
    entry = KINDS.get(kind)
    if entry is None or not isinstance(data, bytes) or len(data) != entry.secret_bytes:
        raise KeyInvalid("the secret key has the wrong length for its kind")
    if kind in CURVES:
        from gateway.keys import ecdsa

        ecdsa.public_bytes(kind, data)
    return SecretKey(kind, data)


def multikey(key: PublicKey) -> str:
    """A public key as Multikey text, ``z6Mk…`` for Ed25519, ``zDn…`` for P-256. ``KeyInvalid`` for RSA."""
    entry = KINDS.get(key.kind)
    if entry is None:
        raise KeyInvalid("an RSA key has no Multikey")
    return "z" + base58_encode(entry.public_prefix + key.data)


def public_key_from_multikey(text: Any) -> PublicKey:
    """The key of a public Multikey; ``KeyInvalid`` when it is none."""
    return _public_key_from(_multibase(text, "the public key"))


@lru_cache(maxsize=KNOWN_KEYS)
def _public_key_from(text: str) -> PublicKey:
    data = base58_decode(text[1:])
    for kind, entry in KINDS.items():
        if data.startswith(entry.public_prefix):
            return public_key(kind, data[len(entry.public_prefix) :])
    raise KeyKindUnknown("the public key is of no kind the gateway knows")


def secret_multikey(key: SecretKey) -> str:
    """A secret key as Multikey text, ``z3u2…`` for Ed25519."""
    return "z" + base58_encode(KINDS[key.kind].secret_prefix + key.data)


def secret_key_from_multikey(text: Any) -> SecretKey:
    """The key of a secret Multikey; ``KeyInvalid`` (which never holds the text) when it is none."""
    data = base58_decode(_multibase(text, "the secret key")[1:])
    for kind, entry in KINDS.items():
        if data.startswith(entry.secret_prefix):
            return secret_key(kind, data[len(entry.secret_prefix) :])
    raise KeyInvalid("the secret key is of no kind the gateway knows")


def _multibase(text: Any, what: str) -> str:
    if not isinstance(text, str) or not text.startswith("z"):
        raise KeyInvalid(f"{what} is not a base58btc multibase text")
    return text


def key_agreement_key(key: PublicKey) -> PublicKey:
    """The X25519 key derived from an Ed25519 key (did:key section 3.1.3). ``KeyInvalid`` for other kinds."""
    if key.kind != "ed25519":
        raise KeyInvalid("only an Ed25519 key has an X25519 form")
    return PublicKey("x25519", ed25519.agreement_bytes(key.data))


def did_key(key: PublicKey) -> str:
    """The did:key of a public key."""
    return f"did:key:{multikey(key)}"


def verification_method_of(did: str) -> str:
    """The one verification method of a did:key."""
    return f"{did}#{did.removeprefix('did:key:')}"


def public_key_of_did_key(did_url: Any) -> PublicKey:
    """The public key of a did:key or of its verification method; ``KeyInvalid`` when malformed."""
    found = DID_KEY.match(did_url) if isinstance(did_url, str) else None
    if found is None:
        raise KeyInvalid("not a did:key")
    return public_key_from_multikey(found[1])
