"""The members of a document that verification asks about, under the names of VCDM whatever the format."""

from __future__ import annotations

from typing import Any

from gateway.core.understanding import Inspected
from gateway.pointers import resolve

__all__ = ["credential_of"]

OPEN_BADGES_2 = {"id": "id", "issuanceDate": "issuedOn", "expirationDate": "expires"}

Json = dict[str, Any]


def credential_of(inspected: Inspected) -> Json:
    """The verifiable credential in a document, as it stands; for other formats its issuer and period."""
    tree = inspected.envelope.tree
    if inspected.linked_data:
        found = resolve(tree, inspected.prefix)
        return found if isinstance(found, dict) else {}
    if inspected.open_badges_2:
        return {name: tree[member] for name, member in OPEN_BADGES_2.items() if member in tree}
    return {}
