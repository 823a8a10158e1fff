"""The values hub nodes are made of: texts in several languages, coded concepts, media, residue.

Terms follow the European Learning Model 3.2 (http://data.europa.eu/snb/model/elm) and SKOS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.records import quick

__all__ = [
    "Concept",
    "ConceptScheme",
    "Identifier",
    "LangString",
    "LegalIdentifier",
    "MediaObject",
    "Note",
    "PeriodOfTime",
    "Residue",
    "Text",
    "WebResource",
    "languages_of",
    "text",
]


@quick
@dataclass(frozen=True, slots=True)
class LangString:
    """One text in one language; ``language`` is a BCP 47 tag, ``und`` when the source names none.

    ``html`` is true where the source marks the text as HTML (EDCI XML ``content-type``).
    """

    value: str
    language: str = "und"
    html: bool = False


Text = tuple[LangString, ...]
"""A text in any number of languages: grouped by language, in order of first appearance."""


def text(strings: Iterable[LangString]) -> Text:
    """The normal form of a text: strings of one language stand together, first seen first."""
    given = tuple(strings)
    if len(given) < 3:
        return given  # nothing can stand between two
    groups: dict[str, list[LangString]] = {}
    for string in given:
        groups.setdefault(string.language, []).append(string)
    return tuple(string for group in groups.values() for string in group)


def languages_of(value: Text) -> tuple[str, ...]:
    """The languages of a text, each once, in order."""
    return tuple(dict.fromkeys(string.language for string in value))


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme:
    """A code list: SKOS ConceptScheme."""

    id: str | None = None
    pref_label: Text = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A coded value: SKOS Concept. ``id`` is the code's IRI, ``notation`` its short form."""

    id: str | None = None
    pref_label: Text = ()
    alt_label: Text = ()
    definition: Text = ()
    in_scheme: tuple[ConceptScheme, ...] = ()
    notation: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text with an optional topic and format: ELM Note."""

    id: str | None = None
    note_literal: Text = ()
    note_format: Concept | None = None
    subject: tuple[Concept, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier given by some scheme: ELM Identifier, Open Badges IdentifierEntry.

    ``identifier_type`` is the Open Badges code (``sourcedId``, ``ext:Registration`` …).
    """

    id: str | None = None
    notation: str | None = None
    identifier_type: str | None = None
    scheme_id: str | None = None
    scheme_name: str | None = None
    scheme_agency: Text = ()
    scheme_version: str | None = None
    creator: str | None = None
    date_issued: str | None = None
    dc_type: tuple[Concept, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LegalIdentifier:
    """An identifier with a jurisdiction: ELM LegalIdentifier."""

    id: str | None = None
    notation: str | None = None
    identifier_type: str | None = None
    scheme_id: str | None = None
    scheme_name: str | None = None
    scheme_agency: Text = ()
    scheme_version: str | None = None
    creator: str | None = None
    date_issued: str | None = None
    dc_type: tuple[Concept, ...] = ()
    spatial: Concept | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WebResource:
    """A page: ELM WebResource."""

    id: str | None = None
    title: Text = ()
    description: Text = ()
    language: Concept | None = None
    subject: tuple[Concept, ...] = ()
    content_url: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class MediaObject:
    """A file, embedded (``content``, base64 text) or linked (``content_url``).

    ELM MediaObject, EDCI MediaObjectType, Open Badges Image (``content_url`` is its id, which may
    be a ``data:`` URL; ``caption`` its caption).
    """

    id: str | None = None
    title: Text = ()
    description: Text = ()
    caption: Text = ()
    attachment_type: Concept | None = None
    content_type: Concept | None = None
    content_encoding: Concept | None = None
    content_size: int | None = None
    content_url: str | None = None
    content: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOfTime:
    """From one moment to another, ISO 8601 texts kept as written: ELM PeriodOfTime."""

    id: str | None = None
    pref_label: Text = ()
    start_date: str | None = None
    end_date: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """What no field of the hub holds: property ``name`` of the node at hub pointer ``node``.

    ``value`` is JSON text, ``format`` the format it was read from; only that format puts it back.
    """

    format: str = ""
    node: str = ""
    name: str = ""
    value: str = ""
