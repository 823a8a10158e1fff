"""Controlled identifier documents: which keys a document authorises for a purpose, and until when.

https://www.w3.org/TR/cid-1.0/#retrieve-verification-method
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import KeyInvalid
from gateway.keys import PublicKey, base58_decode, public_key, public_key_from_jwk, public_key_from_multikey
from gateway.records import quick

__all__ = ["VerificationMethod", "absolute", "controller_of", "keys_of", "methods_of"]

Json = dict[str, Any]
AGREEMENT, AGREEMENT_KIND = "keyAgreement", "x25519"
"""The one purpose that keys serve which do not sign."""


def _ed25519_base58(text: Any) -> PublicKey:
    return public_key("ed25519", base58_decode(text) if isinstance(text, str) else b"")


READERS: dict[str, tuple[tuple[str, Callable[[Any], PublicKey]], ...]] = {
    "Multikey": (("publicKeyMultibase", public_key_from_multikey),),
    "Ed25519VerificationKey2020": (("publicKeyMultibase", public_key_from_multikey),),
    "Ed25519VerificationKey2018": (("publicKeyBase58", _ed25519_base58), ("publicKeyJwk", public_key_from_jwk)),
    "EcdsaSecp256r1VerificationKey2019": (
        ("publicKeyMultibase", public_key_from_multikey), ("publicKeyJwk", public_key_from_jwk),
    ),
    "JsonWebKey": (("publicKeyJwk", public_key_from_jwk),),
    "JsonWebKey2020": (("publicKeyJwk", public_key_from_jwk),),
}  # fmt: skip


@quick
@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A key of a document by its absolute ``id``; ``authorised`` for the purpose asked about.

    From ``expires`` or ``revoked`` on it is no longer to be used (CID 1.0 section 2.2). ``kid`` is what its
    JWK calls it.
    """

    id: str
    key: PublicKey
    authorised: bool
    expires: datetime | None = None
    revoked: datetime | None = None
    kid: str = ""

    def holds_at(self, moment: datetime) -> bool:
        """Whether the key is neither expired nor revoked at a moment."""
        return all(end is None or moment < end for end in (self.expires, self.revoked))


def controller_of(method: str) -> str:
    """The identifier whose document must list a verification method."""
    return method.partition("#")[0].partition("?")[0]


def absolute(identifier: str, reference: str) -> str:
    """A verification method's id in full; within a document it may begin with ``#``."""
    return identifier + reference if reference.startswith("#") else reference


def methods_of(document: Any, purpose: str, wanted: str = "") -> dict[str, VerificationMethod]:
    """The keys of a document by the absolute id of their method, and whether it lists them for a purpose.

    A method is listed by reference or in place; one that is malformed, of another kind, or controlled
    or named by somebody else is passed over. ``wanted`` asks for that one alone.
    """
    identifier = document.get("id") if isinstance(document, dict) else None
    if not isinstance(identifier, str):
        return {}
    listed = _list(document.get(purpose))
    references = {absolute(identifier, entry) for entry in listed if isinstance(entry, str)}
    found: dict[str, VerificationMethod] = {}
    for methods, always in ((listed, True), (_list(document.get("verificationMethod")), False)):
        for method in methods:
            if wanted and not _is_named(method, identifier, wanted):
                continue
            read = _method(method, identifier, purpose, references, always)
            if read is not None:
                found.setdefault(read.id, read)
    return found


def keys_of(document: Json, purpose: str) -> dict[str, PublicKey]:
    """The keys a document lists for a purpose, by the absolute id of their method."""
    return {name: method.key for name, method in methods_of(document, purpose).items() if method.authorised}


def _is_named(method: Any, identifier: str, wanted: str) -> bool:
    name = method.get("id") if isinstance(method, dict) else None
    return isinstance(name, str) and absolute(identifier, name) == wanted


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _method(
    method: Any, identifier: str, purpose: str, references: set[str], always: bool
) -> VerificationMethod | None:
    if not isinstance(method, dict) or not isinstance(method.get("id"), str):
        return None
    name, key = absolute(identifier, method["id"]), _key(method, identifier)
    if key is None or controller_of(name) != identifier:
        return None
    if (key.kind == AGREEMENT_KIND) != (purpose == AGREEMENT):
        return None
    try:
        ends = {member: _moment(method.get(member)) for member in ("expires", "revoked")}
    except ValueError:
        return None
    jwk = method.get("publicKeyJwk")
    kid = jwk.get("kid") if isinstance(jwk, dict) else None
    known = kid if isinstance(kid, str) else ""
    return VerificationMethod(name, key, always or name in references, **ends, kid=known)


def _key(method: Json, identifier: str) -> PublicKey | None:
    if method.get("controller") != identifier:
        return None
    for member, read in READERS.get(str(method.get("type")), ()):
        if member in method:
            try:
                return read(method[member])
            except KeyInvalid:
                return None
    return None


def _moment(value: Any) -> datetime | None:
    """A date of a document; ``ValueError`` when it is there and is none."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return moment
