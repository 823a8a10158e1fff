"""Requests for a credential, in the shape of OpenID4VCI 1.0 and of drafts 13 to 15, and answers in the same shape.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html section 8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.errors import (
    ConfigurationUnknown,
    CredentialIdentifierUnknown,
    CredentialTypeUnsupported,
    EncryptionUnsupported,
    IssuanceRefused,
    KeyProofInvalid,
)
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.pipeline.offer_access import Token

__all__ = ["DRAFT", "FINAL", "FINAL_AND_DRAFT", "Asked", "answered", "asked_in"]

Json = dict[str, Any]

FINAL, DRAFT, FINAL_AND_DRAFT = "final", "draft", "final and draft"
"""How an answer looks: ``credentials`` of objects (from draft 15 on), ``credential`` (13 and 14), or both, where a
request could be of either."""
SELECTORS = ("credential_identifier", "credential_configuration_id", "format")
OLD_NAMES = {"ldp_vp": "di_vp"}
"""Proof types by the names they had in drafts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is in order: which form, the proofs and their type, and how to answer. ``single`` says that
    the one proof came in ``proof``."""

    configuration: str
    proof_type: str
    proofs: list[Any]
    shape: str
    single: bool


def asked_in(given: Any, token: Token, *, extra_member: bool = False) -> Asked:
    """What a request asks for. Raises an ``IssuanceRefused``.

    ``extra_member`` passes over a ``proof_type`` inside ``proofs``: a compatibility profile.
    """
    if not isinstance(given, dict):
        raise IssuanceRefused("the request is no JSON object")
    if "credential_response_encryption" in given:
        raise EncryptionUnsupported("responses are not encrypted")
    selectors = [name for name in SELECTORS if name in given]
    if len(selectors) != 1:
        raise IssuanceRefused("a request has one of credential_identifier and credential_configuration_id")
    configuration = CHOICES[selectors[0]](given, token)
    kind, proofs, single = _proofs(given, extra_member=extra_member)
    shape = DRAFT if selectors[0] == "format" else FINAL
    if selectors[0] == "credential_identifier" and single:
        shape = FINAL_AND_DRAFT
    return Asked(configuration, kind, proofs, shape, single)


def _by_identifier(given: Json, token: Token) -> str:
    wanted = given["credential_identifier"]
    for name in token.configurations if token.identifiers else ():
        if token.identifier(name) == wanted:
            return name
    raise CredentialIdentifierUnknown("the identifier did not come with the token")


def _by_configuration(given: Json, token: Token) -> str:
    wanted = given["credential_configuration_id"]
    if token.identifiers:
        raise IssuanceRefused("the token came with credential_identifiers: ask by one of them")
    if not isinstance(wanted, str) or wanted not in token.configurations:
        raise ConfigurationUnknown("the configuration was not offered")
    return wanted


def _by_format(given: Json, token: Token) -> str:
    """The form that drafts 13 and 14 describe: the first on offer of the format, with the types and contexts."""
    definition = given.get("credential_definition", given)
    types, contexts = _texts(definition, "type"), _texts(definition, "@context")
    if types is None or contexts is None:
        raise IssuanceRefused("credential_definition is malformed")
    for name in token.configurations:
        one = CONFIGURATIONS.get(name)
        if one is None or one.format != given["format"] or not set(types) <= set(one.types):
            continue
        if not contexts or tuple(contexts) == one.contexts:
            return name
    raise CredentialTypeUnsupported("nothing of this format and type was offered")


def _texts(node: Any, name: str) -> list[str] | None:
    """A list of texts, empty where it is absent; None for anything else."""
    value = node.get(name, []) if isinstance(node, dict) else None
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


CHOICES = {
    "credential_identifier": _by_identifier,
    "credential_configuration_id": _by_configuration,
    "format": _by_format,
}


def _proofs(given: Json, *, extra_member: bool) -> tuple[str, list[Any], bool]:
    """The type of the proofs, the proofs, and whether it was one in ``proof``."""
    if "proof" in given and "proofs" in given:
        raise IssuanceRefused("a request has proof or proofs, not both")
    if "proof" in given:
        return _one_proof(given["proof"])
    proofs = given.get("proofs")
    if proofs is None:
        raise KeyProofInvalid("the request has no key proof")
    if not isinstance(proofs, dict):
        raise IssuanceRefused("proofs is an object")
    members = {name: value for name, value in proofs.items() if not (extra_member and name == "proof_type")}
    if len(members) != 1:
        raise IssuanceRefused("proofs has exactly one member")
    kind, values = next(iter(members.items()))
    if not isinstance(values, list) or not values:
        raise IssuanceRefused("the proofs of a type are a list of at least one")
    return kind, values, False


def _one_proof(proof: Any) -> tuple[str, list[Any], bool]:
    kind = proof.get("proof_type") if isinstance(proof, dict) else None
    if not isinstance(kind, str) or kind not in proof:
        raise IssuanceRefused("proof has a proof_type, and a member of that name")
    return OLD_NAMES.get(kind, kind), [proof[kind]], True


def answered(asked: Asked, values: Sequence[Any]) -> Json:
    """The credentials in the shape of the request."""
    objects = {"credentials": [{"credential": value} for value in values]}
    if asked.shape == FINAL:
        return objects
    if asked.shape == FINAL_AND_DRAFT:
        return {**objects, "credential": values[0]}
    return {"credential": values[0]} if asked.single else {"credentials": [*values]}
