"""What the Commission's profile demands and the hub may lack: supplied where the source implies it.

Nothing is invented: what nobody said stays out, and ``missing`` names it for the report. Some shapes
only a qualified electronic seal can satisfy: it brings the issuer's eIDAS identifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.codecs import code_of_language
from gateway.formats.format import Tree, WriteOptions
from gateway.model import Credential
from gateway.pointers import resolve
from gateway.report import Finding, Severity

__all__ = ["missing", "supply_required"]

CONVERTED_PROFILE = "http://data.europa.eu/snb/credential/c_7e400154"
LANGUAGES = "http://publications.europa.eu/resource/authority/language"
DATES = ("issued", "issuanceDate", "validFrom")

DEMANDED = (
    "issued", "validFrom", "credentialProfiles", "displayParameter", "displayParameter/title",
    "displayParameter/language", "displayParameter/primaryLanguage", "displayParameter/individualDisplay",
    "issuer/legalName", "issuer/location", "issuer/eIDASIdentifier", "credentialSubject/hasClaim",
)  # fmt: skip
DEMANDED_OF_CLAIM = ("title", "awardedBy", "awardedBy/awardingBody")
BY_SEAL = frozenset({"/issuer/eIDASIdentifier"})


def supply_required(tree: Tree, hub: Credential, options: WriteOptions) -> tuple[str, ...]:
    """Add to ``tree`` what the profile demands and ``hub`` implies; the pointers of what was added."""
    supplied: list[str] = []

    def put(node: Tree, pointer: str, name: str, value: Any) -> None:
        if name not in node and value:
            node[name] = value
            supplied.append(f"{pointer}/{name}")

    if options.converted and not hub.credential_profiles:
        put(tree, "", "credentialProfiles", _concept(CONVERTED_PROFILE, "Converted"))
    for name in DATES:
        # Sealing states these (VCDM 1.1 section 4.6; ELM issued); an unsealed document says nothing.
        put(tree, "", name, options.sealed_at)
    for claim, pointer in _claims(
        resolve(tree, "/credentialSubject/hasClaim"), "/credentialSubject/hasClaim"
    ):
        specified = claim.get("specifiedBy")
        put(claim, pointer, "title", specified.get("title") if isinstance(specified, dict) else None)
    display = tree.get("displayParameter")
    if isinstance(display, dict):
        codes = [code for language in display.get("title", ()) if (code := code_of_language(language))]
        concepts = [_language(code) for code in codes]
        put(display, "/displayParameter", "language", concepts if len(concepts) > 1 else concepts[:1])
        put(display, "/displayParameter", "primaryLanguage", concepts[0] if concepts else None)
    return tuple(supplied)


def _claims(value: Any, pointer: str) -> Iterator[tuple[Tree, str]]:
    """Every claim with its pointer, parts included."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _claims(item, f"{pointer}/{position}")
    elif isinstance(value, dict):
        yield value, pointer
        yield from _claims(value.get("hasPart"), f"{pointer}/hasPart")


def _concept(identifier: str, label: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "type": "Concept",
        "inScheme": {"id": identifier.rpartition("/")[0] + "/25831c2", "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }


def _language(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "type": "Concept",
        "inScheme": {"id": LANGUAGES, "type": "ConceptScheme"},
        "notation": "language",
    }


def missing(tree: Tree) -> tuple[Finding, ...]:
    """What the profile demands and the document does not say, a finding each."""
    places = [f"/{path}" for path in DEMANDED]
    for _, pointer in _claims(resolve(tree, "/credentialSubject/hasClaim"), "/credentialSubject/hasClaim"):
        places += [f"{pointer}/{path}" for path in DEMANDED_OF_CLAIM]
    return tuple(_missed(place) for place in places if resolve(tree, place) in (None, "", [], {}))


def _missed(place: str) -> Finding:
    if place in BY_SEAL:
        message = "the profile demands it; only a qualified electronic seal brings it"
        return Finding("", "profile_needs_seal", target=place, message=message)
    message = "the profile demands it and the source does not say it"
    return Finding("", "profile_misses", Severity.INFO, target=place, message=message)
