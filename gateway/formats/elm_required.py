"""What the Commission's profile demands and the hub may lack: supplied where the source implies it.

Nothing is invented: what nobody said stays out, and the report names what the profile misses.
"""

from __future__ import annotations

from typing import Any

from gateway.formats.format import Tree, WriteOptions
from gateway.model import Credential

__all__ = ["supply_required"]

CONVERTED_PROFILE = "http://data.europa.eu/snb/credential/c_7e400154"


def supply_required(tree: Tree, hub: Credential, options: WriteOptions) -> tuple[str, ...]:
    """Add to ``tree`` what the profile demands and ``hub`` implies; the pointers of what was added."""
    supplied: list[str] = []
    if options.converted and not hub.credential_profiles:
        tree["credentialProfiles"] = _concept(CONVERTED_PROFILE, "Converted")
        supplied.append("/credentialProfiles")
    for name in ("issued", "issuanceDate", "validFrom"):
        # Sealing states these (VCDM 1.1 section 4.6; ELM issued); an unsealed document says nothing.
        if options.sealed_at and name not in tree:
            tree[name] = options.sealed_at
            supplied.append(f"/{name}")
    return tuple(supplied)


def _concept(identifier: str, label: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "type": "Concept",
        "inScheme": {"id": identifier.rpartition("/")[0] + "/25831c2", "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }
