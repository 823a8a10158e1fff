"""The keys that proofs name: from the controller's document, or, shown as such, from the proof itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import KeyInvalid
from gateway.keys import PublicKey, public_key_from_multikey, public_key_of_did_key
from gateway.proofs.controllers import VerificationMethod, controller_of, methods_of
from gateway.retrieval import NOT_RETRIEVED, Answer, Retrieved

__all__ = ["PURPOSE", "SigningKey", "signing_keys"]

PURPOSE = "assertionMethod"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What is known of the key a proof names.

    ``method`` is its entry in the controller's ``document``; without one, ``key`` may still be the key
    that the proof brings along in the method's fragment, which shows who signed only under a policy
    that takes the proof's word for it.
    """

    name: str
    document: Answer
    method: VerificationMethod | None = None
    key: PublicKey | None = None

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
    method = methods_of(document.content, purpose).get(name) if document.found else None
    return SigningKey(name, document, method, method.key if method is not None else _brought_along(name))


def _brought_along(name: str) -> PublicKey | None:
    """The key that stands in the name itself: a Multikey as fragment, or a did:key without fragment."""
    for read, text in ((public_key_from_multikey, name.partition("#")[2]), (public_key_of_did_key, name)):
        try:
            return read(text)
        except KeyInvalid:
            continue
    return None
