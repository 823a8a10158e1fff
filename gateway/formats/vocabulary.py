"""The gateway's own terms as JSON-LD contexts: whole and constant in a carrier, or those in use.

``contexts/gateway/terms-v1.jsonld`` states every term of ``mappings/vc.toml``: ELM's IRIs for what
ELM knows, Open Badges' and PROV-O's for what they know, ``urn:microcredential-gateway:terms:`` for
the rest. No term is typed ``xsd:string``, which verifiers in the field sign differently.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from gateway.resources import context_bytes

__all__ = ["CARRIED", "OWN_CONTEXT", "carrier_context", "inline_context", "own_context", "terms"]

CARRIED = "carried"
"""The one property under which a carrier stands in a JSON-LD credential."""

OWN_CONTEXT = "gateway/vc-v1.jsonld"
"""Where below ``/contexts/`` the gateway serves its own context."""

_CARRIED_IRI = "urn:microcredential-gateway:terms:carried"
_KEPT_BY_VCDM_2 = ("description",)
"""Terms VCDM 2.0 protects: only a property-scoped context may give them their ELM meaning."""


@cache
def terms() -> dict[str, Any]:
    """Every term with its definition, sorted by name."""
    document: dict[str, dict[str, Any]] = json.loads(context_bytes("gateway/terms-v1.jsonld"))
    return document["@context"]


@cache
def carrier_context() -> dict[str, Any]:
    """The constant inline context of a carrier: one term, whose scope holds all others."""
    return {CARRIED: {"@id": _CARRIED_IRI, "@context": terms()}}


def inline_context(tree: dict[str, Any]) -> dict[str, Any]:
    """The terms a VCDM 2.0 document uses, in a fixed order, in a form that VCDM 2.0 allows."""
    used: set[str] = set()
    _collect(tree, used)
    return {name: _scoped(name) for name in terms() if name in used and name not in _KEPT_BY_VCDM_2}


@cache
def own_context() -> dict[str, Any]:
    """The document of the gateway's own context, to be served: every term, as VCDM 2.0 allows it."""
    return {"@context": {name: _scoped(name) for name in terms() if name not in _KEPT_BY_VCDM_2}}


def _scoped(name: str) -> Any:
    """A term's definition; a term for nodes brings ELM's ``description`` along."""
    definition = terms()[name]
    if isinstance(definition, dict) and definition.get("@type") == "@id":
        return {**definition, "@context": {term: terms()[term] for term in _KEPT_BY_VCDM_2}}
    return definition


def _collect(value: Any, used: set[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, used)
    if isinstance(value, dict):
        for name, item in value.items():
            used.add(name)
            if name == "type":
                used.update(item if isinstance(item, list) else [item])
            elif name != "@context":
                _collect(item, used)
