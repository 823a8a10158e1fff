"""Comprehensive Learner Records (CLR 2.0): a credential that holds others, each of which is one by itself.

https://www.imsglobal.org/spec/clr/v2p0/
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.core.expressing import Identity
from gateway.envelopes import open_envelope, write_json
from gateway.errors import NotACredential, TooManyElements
from gateway.formats.identifiers import derived_id
from gateway.formats.reading import VCDM_2, types_of

__all__ = ["BUNDLES", "Bundle", "Part", "bundle_in", "record_of"]

BUNDLES = frozenset(("ClrCredential",))
"""The types of credentials that hold others."""
MEMBER, HERE = "verifiableCredential", "/credentialSubject/verifiableCredential"
OTHERS = ("achievement", "association")
"""What a record says besides: what its own issuer knows of the learner, and how things belong together."""
MAX_PARTS = 1000
CONTEXTS = [
    VCDM_2, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One credential of a bundle: where it stands, and its bytes."""

    pointer: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The credentials in a record, and the pointers of what it says besides."""

    parts: tuple[Part, ...]
    besides: tuple[str, ...]


def bundle_in(data: bytes) -> Bundle:
    """The credentials in a record, each as it stands there.

    Raises what opening it does, ``NotACredential`` for what is no record or holds nothing, ``TooManyElements``.
    """
    tree = open_envelope(data).tree
    if not types_of(tree) & BUNDLES:
        raise NotACredential("it is no record that holds credentials", pointer="/type")
    subject = tree.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and len(subject) == 1 else subject
    held = subject.get(MEMBER) if isinstance(subject, dict) else None
    entries = held if isinstance(held, list) else [held] if held else []
    if not entries:
        raise NotACredential("the record holds no credential", pointer=HERE)
    if len(entries) > MAX_PARTS:
        raise TooManyElements(f"the record holds more than {MAX_PARTS} credentials", pointer=HERE)
    parts = tuple(Part(f"{HERE}/{position}", _bytes(entry)) for position, entry in enumerate(entries))
    besides = tuple(f"/credentialSubject/{name}" for name in OTHERS if subject.get(name))
    return Bundle(parts, besides)


def record_of(documents: Sequence[bytes], name: str, identity: Identity, now: str) -> Json:
    """A record of credentials as they stand, to be signed by whoever puts them together.

    Raises what opening them does, ``NotACredential`` for what is no verifiable credential.
    """
    held = [_held(document) for document in documents]
    about = {tree.get("id") for tree in map(_subject, documents)}
    known = {"id": next(iter(about))} if len(about) == 1 and None not in about else {}
    digest = hashlib.sha256(b"".join(hashlib.sha256(document).digest() for document in documents)).hexdigest()
    return {
        "@context": CONTEXTS,
        "id": derived_id(digest, now),
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": name,
        "issuer": {"id": identity.did, "type": ["Profile"], "name": identity.name},
        "validFrom": now,
        "credentialSubject": {**known, "type": ["ClrSubject"], MEMBER: held},
    }


def _held(document: bytes) -> Json:
    """A credential as a record holds it: with its proofs in it, which no token has."""
    envelope = open_envelope(document)
    if envelope.kind != "json" or envelope.sealed or "VerifiableCredential" not in types_of(envelope.tree):
        raise NotACredential(
            "a record holds verifiable credentials in JSON, with their proofs in them",
            hint="Convert it first, as with --to ob3.",
        )
    held: Json = envelope.tree
    return held


def _subject(document: bytes) -> Json:
    subject = open_envelope(document).tree.get("credentialSubject")
    return subject if isinstance(subject, dict) else {}


def _bytes(entry: Any) -> bytes:
    return entry.encode("utf-8", "surrogatepass") if isinstance(entry, str) else write_json(entry)
