"""The keys that proofs name: from the controller's document, or, shown as such, from the proof itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.envelopes import read_json
from gateway.errors import GatewayError, KeyInvalid
from gateway.keys import PublicKey, public_key_from_jwk, public_key_from_multikey, public_key_of_did_key
from gateway.proofs.controllers import VerificationMethod, controller_of, methods_of
from gateway.records import quick
from gateway.retrieval import NOT_RETRIEVED, Answer, Retrieved

__all__ = ["PURPOSE", "SigningKey", "is_below", "key_at_address", "key_called", "signing_keys"]

PURPOSE = "assertionMethod"
PATH = re.compile(r"(?!\.+(?:/|\Z))[A-Za-z0-9._~-]+(?:/(?!\.+(?:/|\Z))[A-Za-z0-9._~-]+)*\Z")
"""A path that stays below where it begins: plain segments, none of dots alone."""


@quick
@dataclass(frozen=True, slots=True)
class SigningKey:
    """What is known of the key a proof names.

    ``method`` is its entry in the controller's ``document``; without one, ``key`` may still be the key
    that the proof brings along in the method's fragment, which shows who signed only under a policy
    that takes the proof's word for it. ``at_address`` says that the key stands by itself where its name
    points to, and that nobody's document lists it.
    """

    name: str
    document: Answer
    method: VerificationMethod | None = None
    key: PublicKey | None = None
    at_address: bool = False

    @property
    def published(self) -> bool:
        """Whether the controller's document lists the key for the purpose."""
        return self.method is not None and self.method.authorised


def signing_keys(names: Iterable[str], retrieved: Retrieved, purpose: str = PURPOSE) -> dict[str, SigningKey]:
    """What is known of each verification method, by its name."""
    return {name: _signing_key(name, retrieved, purpose) for name in names}


def _signing_key(name: str, retrieved: Retrieved, purpose: str) -> SigningKey:
    document = retrieved.controller(controller_of(name))
    if document.code == NOT_RETRIEVED:
        return SigningKey(
            name, document
        )  # asked again when it is there: no need to look at the signature yet
    method = methods_of(document.content, purpose, name).get(name) if document.found else None
    return SigningKey(name, document, method, method.key if method is not None else _brought_along(name))


def _brought_along(name: str) -> PublicKey | None:
    """The key that stands in the name itself: a Multikey as fragment, or a did:key without fragment."""
    for read, text in ((public_key_from_multikey, name.partition("#")[2]), (public_key_of_did_key, name)):
        try:
            return read(text)
        except KeyInvalid:
            continue
    return None


def key_at_address(name: str, issuer: str, retrieved: Retrieved, *, anywhere: bool) -> SigningKey | None:
    """The key that is a JWK at the https address a token names (Open Badges 3.0 section 8.2).

    An address that is not below the issuer's shows nothing of the issuer: it is asked only where a policy
    looks ``anywhere``. None for a name that is no address, or when something else stands there.
    """
    if not name.startswith("https://") or "#" in name:
        return None
    if not anywhere and not is_below(issuer, name):
        return SigningKey(name, Answer(code=NOT_RETRIEVED), at_address=True)
    found = retrieved.document(name)
    if not found.found or found.url not in ("", name):
        return SigningKey(name, found) if found.code == NOT_RETRIEVED else None
    try:
        return SigningKey(name, found, key=public_key_from_jwk(read_json(found.content)), at_address=True)
    except GatewayError:
        return None


def is_below(issuer: str, address: str) -> bool:
    """Whether an address is below the issuer's own, by a path that nothing leads out of."""
    start = issuer.rstrip("/") + "/"
    below = issuer.startswith("https://") and address.startswith(start)
    return below and PATH.match(address[len(start) :]) is not None


def key_called(name: str, retrieved: Retrieved, purpose: str) -> SigningKey | None:
    """The key that a controller's document has under another id, but whose JWK has the ``kid`` a token names."""
    document = retrieved.controller(controller_of(name))
    wanted = name.partition("#")[2]
    methods = methods_of(document.content, purpose).values() if document.found and wanted else ()
    named = [method for method in methods if method.kid == wanted]
    return SigningKey(name, document, named[0], named[0].key) if len(named) == 1 else None
