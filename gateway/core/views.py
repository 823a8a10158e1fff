"""The members of a document that verification asks about, under the names of VCDM whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.core.claims import MEMBERS, members_of_claims
from gateway.core.open_badges_2 import in_terms_of_2
from gateway.core.understanding import Inspected
from gateway.pointers import resolve

__all__ = ["credential_of", "issuing_organization", "where"]

OPEN_BADGES_2 = {"id": "id", "issuanceDate": "issuedOn", "expirationDate": "expires"}
EDCI = {
    "id": "@cred:id",
    "issuer": "cred:issuer",
    "validFrom": "cred:validFrom",
    "validUntil": "cred:validUntil",
}

Json = dict[str, Any]


def credential_of(inspected: Inspected) -> Json:
    """The verifiable credential in a document, as it stands; for other formats its issuer and period."""
    tree = inspected.envelope.tree
    if inspected.linked_data:
        found = resolve(tree, inspected.prefix)
        return found if isinstance(found, dict) else {}
    if inspected.open_badges_2:
        tree = in_terms_of_2(tree)
        return {name: tree[member] for name, member in OPEN_BADGES_2.items() if member in tree}
    if inspected.envelope.kind == "xml":
        return _edci(tree, resolve(tree, inspected.prefix))
    return members_of_claims(tree) if inspected.claims else {}


def where(inspected: Inspected, pointer: str) -> str:
    """Where in the document a member of ``credential_of`` stands, from its pointer there."""
    name = pointer.removeprefix("/")
    if inspected.open_badges_2:
        return f"/{OPEN_BADGES_2.get(name, name)}"
    if inspected.claims:
        return f"/{MEMBERS.get(name, name)}"
    if inspected.envelope.kind == "xml":
        return f"{inspected.prefix}/{EDCI[name]}" if name in EDCI else pointer
    return pointer


def _edci(tree: Json, credential: Json) -> Json:
    """The members of a credential in EDCI XML, and the date on which the presentation of it ends."""
    found = {name: said for name, here in EDCI.items() if (said := _said(credential.get(here)))}
    if tree is not credential and (ends := _said(tree.get("expirationDate"))):
        found["expirationDate"] = ends
    if issuer := _reference(credential):
        found["issuer"] = issuer
    return found


def _said(value: Any) -> str:
    """The text of an attribute, or of the first element of a name."""
    first = value[0] if isinstance(value, list) and value else value
    text = first.get("#", "") if isinstance(first, dict) else first
    return text.strip() if isinstance(text, str) else ""


def _reference(credential: Json) -> str:
    """The local identifier of the organization that a credential in EDCI XML names as its issuer."""
    issuers = credential.get("cred:issuer", [])
    return str(issuers[0].get("@idref", "")) if len(issuers) == 1 else ""


def issuing_organization(credential: Json) -> Json:
    """The organization in EDCI XML that the issuer of a credential refers to; empty when there is none."""
    wanted = _reference(credential)
    return next((found for found in _organizations(credential) if wanted and found.get("@id") == wanted), {})


def _organizations(credential: Json) -> Iterator[Json]:
    for pool in credential.get("agentReferences", []):
        yield from pool.get("organization", [])
