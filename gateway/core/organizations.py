"""Which organization an issuer says it is, in the terms of a seal's certificate (2.5.4.97, ETSI EN 319 412-1).

``VATES-A00000000`` is a scheme of three letters, a country of two, and a number. ELM has it as it stands in
``eIDASIdentifier``; EDCI XML, in whatever field the sealing service or the issuer put it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Named", "named_in_elm", "named_in_xml"]

Json = dict[str, Any]
_FULL = re.compile(r"(?:[A-Z]{3}|[A-Z]{2}:)[A-Z]{2}-.+\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
SCHEMES = (
    # the member of an organization in EDCI XML -> the scheme its number is one of, where a country is said
    ("registration", "NTR"),
    ("vatIdentifier", "VAT"),
    ("taxIdentifier", "TIN"),
    ("identifier", ""),
)


@dataclass(frozen=True, slots=True)
class Named:
    """The identifiers of an issuer; ``exact`` says that they are there to be those of the certificate."""

    identifiers: tuple[str, ...] = ()
    exact: bool = False

    def differs(self, organization: str) -> bool:
        """Whether an organization that is none of these is another one, and not just named another way."""
        return self.exact or any(text[:5] == organization[:5] for text in self.identifiers)


def named_in_elm(issuer: Any) -> Named:
    """The notations of ``eIDASIdentifier``; without it, those of the other identifiers that are written in full."""
    if not isinstance(issuer, dict):
        return Named()
    if named := tuple(_notations(issuer.get("eIDASIdentifier"))):
        return Named(named, exact=True)
    others = (text for member, _ in SCHEMES for text in _notations(issuer.get(member)))
    return Named(tuple(text for text in others if _FULL.match(text)))


def _notations(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        notation = entry.get("notation") if isinstance(entry, dict) else None
        if isinstance(notation, str) and notation.strip():
            yield notation.strip()


def named_in_xml(organization: Json) -> Named:
    """The identifiers of an organization of EDCI XML, each in full where its kind and country are said."""
    return Named(tuple(dict.fromkeys(_in_full(organization))))


def _in_full(organization: Json) -> Iterator[str]:
    for member, scheme in SCHEMES:
        for entry in organization.get(member, []):
            text = entry.get("#", "").strip() if isinstance(entry, dict) else ""
            if _FULL.match(text):
                yield text
            elif text and scheme and _COUNTRY.match(country := entry.get("@spatialID", "")):
                yield f"{scheme}{country}-{text.removeprefix(country)}"
            elif text:
                yield text
