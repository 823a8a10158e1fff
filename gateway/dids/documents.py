"""Documents made from one key, in the forms a key has. https://w3c-ccg.github.io/did-key-spec/#create

FORMS is a table: to add a form, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.errors import KeyFormatExperimental, KeyFormatUnknown
from gateway.keys import PublicKey, jwk_of, key_agreement_key, multikey

__all__ = ["AGREEMENT", "DID_CONTEXT", "FORMS", "RELATIONS", "key_document"]

Json = dict[str, Any]
DID_CONTEXT = "https://www.w3.org/ns/did/v1"
RELATIONS = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
AGREEMENT = "keyAgreement"
EXPERIMENTAL = frozenset(
    ("Ed25519VerificationKey2018", "X25519KeyAgreementKey2019", "EcdsaSecp256k1VerificationKey2019",
     "EcdsaSecp256r1VerificationKey2019", "Bls12381G2Key2020", "UnsupportedVerificationMethod2020")
)  # fmt: skip
"""Forms that did:key names and that are asked for as experimental ones only; none is made here."""


def _as_multikey(key: PublicKey) -> Json:
    return {"publicKeyMultibase": multikey(key)}


def _as_jwk(key: PublicKey) -> Json:
    return {"publicKeyJwk": jwk_of(key)}


@dataclass(frozen=True, slots=True)
class Form:
    """How a key is written: the type of its method by kind (empty for all others), context, members."""

    types: dict[str, str]
    context: str
    members: Callable[[PublicKey], Json]


JWS_2020 = "https://w3id.org/security/suites/jws-2020/v1"
FORMS: dict[str, Form] = {
    "Multikey": Form({"": "Multikey"}, "https://w3id.org/security/multikey/v1", _as_multikey),
    "JsonWebKey": Form({"": "JsonWebKey"}, "https://w3id.org/security/jwk/v1", _as_jwk),
    "JsonWebKey2020": Form({"": "JsonWebKey2020"}, JWS_2020, _as_jwk),
    "Ed25519VerificationKey2020": Form(
        {"ed25519": "Ed25519VerificationKey2020", "x25519": "X25519KeyAgreementKey2020"},
        "https://w3id.org/security/suites/ed25519-2020/v1", _as_multikey,
    ),
    "X25519KeyAgreementKey2020": Form(
        {"x25519": "X25519KeyAgreementKey2020"},
        "https://w3id.org/security/suites/x25519-2020/v1", _as_multikey,
    ),
}  # fmt: skip


def key_document(did: str, public: PublicKey, form: str = "Multikey") -> Json:
    """The document of a did:key: one key for every purpose that its kind serves.

    An Ed25519 key signs, and its X25519 form agrees on keys; an X25519 key does nothing but agree.
    Raises ``KeyFormatUnknown`` for a form there is not, or not for the kind of the key, and
    ``KeyFormatExperimental``.
    """
    written = _form(form, public)
    method = _method(did, public, written)
    document: Json = {"@context": [DID_CONTEXT, written.context], "id": did, "verificationMethod": [method]}
    if public.kind != "x25519":
        document |= {relation: [method["id"]] for relation in RELATIONS}
    if public.kind != "ed25519":
        return {**document, AGREEMENT: [method["id"]]}
    return {**document, AGREEMENT: [_method(did, key_agreement_key(public), written)]}


def _form(name: str, public: PublicKey) -> Form:
    if name in EXPERIMENTAL:
        raise KeyFormatExperimental(f"{name} is experimental")
    form = FORMS.get(name)
    if form is None or not (form.types.get(public.kind) or form.types.get("")):
        raise KeyFormatUnknown("the key is not written in this form")
    return form


def _method(did: str, key: PublicKey, form: Form) -> Json:
    kind = form.types.get(key.kind) or form.types[""]
    return {"id": f"{did}#{multikey(key)}", "type": kind, "controller": did, **form.members(key)}
