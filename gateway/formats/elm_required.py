"""What the Commission's profile demands and the hub may lack: supplied where the source implies it.

Nothing is invented: what nobody said stays out. The lists that concepts are of, the country of an
identifier and the time of a date are facts about what the source says; the value as the source wrote
it travels in the carrier.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from gateway.formats.countries import COUNTRIES, country_iri
from gateway.formats.dates import date_time_stamp
from gateway.formats.elm_display import Supply, supply_display
from gateway.formats.elm_nodes import is_node
from gateway.formats.elm_shapes import rows
from gateway.formats.format import Tree, WriteOptions
from gateway.formats.identifiers import derived_id
from gateway.formats.reading import types_of
from gateway.mapping import leaves_of
from gateway.model import Credential
from gateway.pointers import escape, resolve

__all__ = ["concept", "supply_required"]

CONVERTED_PROFILE = "http://data.europa.eu/snb/credential/c_7e400154"
GENERIC_PROFILE = "http://data.europa.eu/snb/credential/e34929035b"
CONTAINERS = (dict, list)
DATES = ("issued", "issuanceDate", "validFrom")
CLAIMS = frozenset(("LearningAchievement", "LearningActivity", "LearningAssessment", "LearningEntitlement"))
OFFICIAL = ("registration", "eIDASIdentifier", "vatIdentifier", "taxIdentifier")
SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
ESCO = {
    "http://data.europa.eu/esco/skill/": "http://data.europa.eu/esco/concept-scheme/skills",
    "http://data.europa.eu/esco/occupation/": "http://data.europa.eu/esco/concept-scheme/occupations",
}
"""The lists of ESCO, by how their concepts begin."""


def supply_required(tree: Tree, hub: Credential, options: WriteOptions) -> tuple[str, ...]:
    """Add to ``tree`` what the profile demands and ``hub`` implies; the pointers of what was added."""
    supply = Supply()
    profile = CONVERTED_PROFILE if options.converted else GENERIC_PROFILE
    label = "Converted" if options.converted else "Generic"
    if not hub.credential_profiles:
        supply.put(tree, "", "credentialProfiles", concept(profile, label))
    for name in DATES:
        # Sealing states these (VCDM 1.1 section 4.6; ELM issued); an unsealed document says nothing.
        supply.put(tree, "", name, options.sealed_at)
    for node, pointer in _nodes(tree, "", []):
        kinds = types_of(node)
        if kinds & CLAIMS:
            _titles(supply, node, pointer)
        if "Concept" in kinds:
            _lists(supply, node, pointer)
        _countries(supply, node, pointer)
        _dates(supply, node, pointer, kinds)
    supply_display(supply, tree, hub, options)
    _name_repeated(supply, tree, options.digest)
    return tuple(supply.pointers)


def concept(identifier: str, label: str) -> dict[str, Any]:
    """A concept of one of the Commission's lists."""
    return {
        "id": identifier,
        "type": "Concept",
        "inScheme": {"id": identifier.rpartition("/")[0] + "/25831c2", "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }


def _nodes(value: Any, pointer: str, found: list[tuple[Tree, str]]) -> list[tuple[Tree, str]]:
    """Every node of a document with its pointer, outer ones first."""
    if isinstance(value, dict):
        if is_node(value):
            found.append((value, pointer))
        for name, child in value.items():
            if isinstance(child, CONTAINERS) and name != "@context":
                _nodes(child, f"{pointer}/{escape(name)}", found)
    else:
        for position, child in enumerate(value):
            if isinstance(child, CONTAINERS):
                _nodes(child, f"{pointer}/{position}", found)
    return found


def _titles(supply: Supply, node: Tree, pointer: str) -> None:
    """A claim and its specification are called alike where only one of them has a title."""
    specified = node.get("specifiedBy")
    if isinstance(specified, dict):
        supply.put(node, pointer, "title", specified.get("title"))
        supply.put(specified, f"{pointer}/specifiedBy", "title", node.get("title"))


def _lists(supply: Supply, node: Tree, pointer: str) -> None:
    """A concept of a well-known list says which list it is of."""
    notation = node.get("notation")
    if "id" not in node and pointer.endswith(("/countryCode", "/spatial")) and isinstance(notation, str):
        supply.put(node, pointer, "id", country_iri(notation))
    scheme = list_of(str(node.get("id", "")))
    told = node.get("inScheme")
    if scheme and not (isinstance(told, dict) and told.get("id") == scheme):
        supply.replace(node, pointer, "inScheme", {"id": scheme, "type": "ConceptScheme"})


def list_of(identifier: str) -> str:
    """The list a concept of the EU's vocabularies is of; empty for any other concept."""
    for start, scheme in ESCO.items():
        if identifier.startswith(start):
            return scheme
    base = identifier.rpartition("/")[0]
    vocabulary = base.removeprefix(SNB).removeprefix(AUTHORITY)
    if vocabulary == base or not vocabulary or "/" in vocabulary:
        return ""
    return base if base.startswith(AUTHORITY) else f"{base}/25831c2"


def _countries(supply: Supply, node: Tree, pointer: str) -> None:
    """An organisation's official identifiers are of the country it stands in."""
    official = [name for name in OFFICIAL if name in node]
    country = _country_of(node) if official else None
    for name in official if country else ():
        given = node[name]
        for position, entry in enumerate(given if isinstance(given, list) else [given]):
            place = f"{pointer}/{name}/{position}" if isinstance(given, list) else f"{pointer}/{name}"
            if is_node(entry):
                supply.put(entry, place, "spatial", dict(country or {}))


def _country_of(node: Tree) -> Tree | None:
    locations = node.get("location", [])
    for location in locations if isinstance(locations, list) else [locations]:
        addresses = location.get("address", []) if isinstance(location, dict) else []
        for address in addresses if isinstance(addresses, list) else [addresses]:
            code = address.get("countryCode") if isinstance(address, dict) else None
            notation = code.get("notation") if isinstance(code, dict) else None
            known = country_iri(str(notation)) or (code or {}).get("id", "")
            if isinstance(known, str) and known.startswith(COUNTRIES + "/"):
                return {
                    "id": known,
                    "type": "Concept",
                    "inScheme": {"id": COUNTRIES, "type": "ConceptScheme"},
                }
    return None


def _dates(supply: Supply, node: Tree, pointer: str, kinds: frozenset[str]) -> None:
    """Where the profile wants date and time, a bare date is its first moment."""
    for name in (name for kind in kinds for name in _timed().get(kind, ())):
        value = node.get(name)
        if isinstance(value, str) and date_time_stamp(value) not in (None, value):
            supply.replace(node, pointer, name, date_time_stamp(value))


@cache
def _timed() -> dict[str, tuple[str, ...]]:
    """The members of each class that are a date and time."""
    table = rows(converted=False)
    return {
        kind: tuple(m for m, row in members.items() if "dateTime" in row.kinds)
        for kind, members in table.items()
    }


def _name_repeated(supply: Supply, tree: Tree, digest: str) -> None:
    """Parts of a node that is embedded more than once get an identifier: else each time they count anew."""
    places: dict[str, list[str]] = {}
    for node, pointer in _nodes(tree, "", []):
        if "id" in node:
            places.setdefault(node["id"], []).append(pointer)
    for identifier, pointers in places.items():
        for pointer in pointers if len(pointers) > 1 else ():
            _name_parts(supply, resolve(tree, pointer), pointer, f"{digest}{identifier}")


def _name_parts(supply: Supply, node: Tree, pointer: str, seed: str) -> None:
    for name, member in node.items():
        for position, part in enumerate(member if isinstance(member, list) else [member]):
            place = (
                f"{pointer}/{escape(name)}/{position}"
                if isinstance(member, list)
                else f"{pointer}/{escape(name)}"
            )
            if is_node(part) and "id" not in part and "Concept" not in types_of(part):
                said = "".join(f"{where}={leaf}" for where, leaf in leaves_of(part))
                supply.put(part, place, "id", derived_id(seed, f"/{name}{said}"))
                _name_parts(supply, part, place, f"{seed}/{name}")
