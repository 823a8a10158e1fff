"""Named two-way pairs between a value as a format writes it and as the hub holds it (D1).

A codec is a pair with a law: ``read(write(value)) == value`` for every value it writes. What it
cannot express it refuses; the mapping engine then keeps the value as residue, or carries it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from gateway.codecs.codec import DATE_TIME, UNDETERMINED, Codec, CodecContext, Refused
from gateway.codecs.tokens import TOKEN_CODECS
from gateway.model import LangString, Text, languages_of, text

__all__ = [
    "ABSOLUTE_IRI",
    "CODECS",
    "DATE",
    "DATE_TIME",
    "LANGUAGE_TAG",
    "EDCI_LANGUAGES",
    "Codec",
    "CodecContext",
    "Refused",
    "UNDETERMINED",
    "choose_language",
    "language_of_code",
    "code_of_language",
]

LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]*\Z")
LARGEST_INTEGER = 2**53 - 1
"""From here on readers of JSON disagree (RFC 7493 section 2.2)."""
LONGEST_NUMBER = 32
"""No number that comes back as the same text is longer."""
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")


def choose_language(value: Text, context: CodecContext) -> str:
    """The language a one-language target shows: preference, then English, then the first."""
    available = languages_of(value)
    for wanted in (*context.languages, "en"):
        for language in available:
            if language.lower() == wanted.lower():
                return language
    return available[0]


# --- scalars -----------------------------------------------------------------------------------


def _read_string(value: Any, _: CodecContext) -> str:
    if not isinstance(value, str):
        raise Refused
    return value


def _write_string(value: str, context: CodecContext) -> str:
    return _signable(value, context)


def _signable(value: str, context: CodecContext) -> str:
    """A text verifiers agree on: one of them signs a tab differently, so that JSON has none."""
    if "\t" in value and not context.element:
        raise Refused
    return value


def _write_iri(value: str, _: CodecContext) -> str:
    if not ABSOLUTE_IRI.match(value):
        raise Refused
    return value


def _read_integer(value: Any, context: CodecContext) -> int:
    if context.element and isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,15})", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused
    return value


def _write_integer(value: int, context: CodecContext) -> Any:
    return str(value) if context.element else value


def _read_boolean(value: Any, context: CodecContext) -> bool:
    if context.element and value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise Refused
    return value


def _write_boolean(value: bool, context: CodecContext) -> Any:
    return ("true" if value else "false") if context.element else value


def _read_number(value: Any, _: CodecContext) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused
    return repr(value)


def _write_number(value: str, _: CodecContext) -> Any:
    """A JSON number, when it comes back as the very same text."""
    if not NUMBER.match(value) or len(value) > LONGEST_NUMBER:
        raise Refused
    number = float(value) if any(mark in value for mark in ".eE") else int(value)
    if repr(number) != value or (isinstance(number, int) and abs(number) > LARGEST_INTEGER):
        raise Refused
    return number


def _read_decimal(value: Any, context: CodecContext) -> str:
    """A decimal that stands as text in one document and as a number in another."""
    return value if isinstance(value, str) else _read_number(value, context)


def _read_integer_text(value: Any, _: CodecContext) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused
    return str(value)


def _write_integer_text(value: str, _: CodecContext) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,15})", value) or value == "-0":
        raise Refused
    if abs(int(value)) > LARGEST_INTEGER:
        raise Refused
    return int(value)


DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


def _write_date_time(value: str, _: CodecContext) -> str:
    """A date and time with zone, as written; nothing is completed."""
    if not DATE_TIME.match(value):
        raise Refused
    return value


def _write_date(value: str, _: CodecContext) -> str:
    if not DATE.match(value):
        raise Refused
    return value


def _write_alpha_2(value: str, _: CodecContext) -> str:
    """A two-letter country code; ELM often has the name of the list for a notation."""
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise Refused
    return value


def _read_json(value: Any, _: CodecContext) -> str:
    """Any JSON value, as text that names members in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_json(value: str, _: CodecContext) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Refused from None


IDENTITY_TYPES = {"email": "emailAddress", "url": "ext:url", "telephone": "ext:telephone"}
"""Open Badges 2.0's kinds of identity in the words of Open Badges 3.0."""

_OLD_IDENTITY_TYPES = {new: old for old, new in IDENTITY_TYPES.items()}


def _read_identity_type(value: Any, _: CodecContext) -> str:
    if not isinstance(value, str):
        raise Refused
    return IDENTITY_TYPES.get(value, value)


def _write_identity_type(value: str, _: CodecContext) -> str:
    if value in IDENTITY_TYPES:
        raise Refused
    return _OLD_IDENTITY_TYPES.get(value, value)


def _read_mailto(value: Any, _: CodecContext) -> str:
    if not isinstance(value, str) or not value or value.startswith("mailto:"):
        raise Refused
    return f"mailto:{value}"


def _write_mailto(value: str, _: CodecContext) -> str:
    if not value.startswith("mailto:") or value == "mailto:":
        raise Refused
    return value.removeprefix("mailto:")


# --- texts -------------------------------------------------------------------------------------


def _read_language_map(value: Any, context: CodecContext) -> Text:
    """A JSON-LD language map; a plain string is in the document's language, or in none known."""
    return text(_language_strings(value, context))


def _language_strings(value: Any, context: CodecContext) -> list[LangString]:
    if isinstance(value, str):
        return [LangString(value, context.language)]
    if isinstance(value, list) and value:
        return [string for item in value for string in _language_strings(item, context)]
    if not isinstance(value, dict) or not value:
        raise Refused
    if "@value" in value:
        if set(value) - {"@value", "@language"} or not isinstance(value["@value"], str):
            raise Refused
        return [LangString(value["@value"], _tag(value.get("@language", context.language)))]
    strings = []
    for language, entries in value.items():
        for entry in entries if isinstance(entries, list) and entries else [entries]:
            if not isinstance(entry, str):
                raise Refused
            strings.append(LangString(entry, UNDETERMINED if language == "@none" else _tag(language)))
    return strings


def _tag(language: Any) -> str:
    if not isinstance(language, str) or not LANGUAGE_TAG.match(language):
        raise Refused
    return language


def _write_language_map(value: Text, context: CodecContext) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for string in value:
        if string.html or not LANGUAGE_TAG.match(string.language):
            raise Refused
        groups.setdefault(string.language, []).append(_signable(string.value, context))
    return {language: group[0] if len(group) == 1 else group for language, group in groups.items()}


def _read_one_language(value: Any, context: CodecContext) -> Text:
    if not isinstance(value, str):
        raise Refused
    return (LangString(value, context.language),)


def _write_one_language(value: Text, context: CodecContext) -> str:
    """The text in the one language the document is in, or the best there is."""
    language = choose_language(value, CodecContext(languages=(context.language, *context.languages)))
    return _signable(next(string.value for string in value if string.language == language), context)


def _read_one_language_list(value: Any, context: CodecContext) -> Text:
    """Several texts in one language, in their order."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise Refused
    return tuple(LangString(item, context.language) for item in value)


def _write_one_language_list(value: Text, context: CodecContext) -> list[str]:
    language = choose_language(value, CodecContext(languages=(context.language, *context.languages)))
    return [_signable(string.value, context) for string in value if string.language == language]


# --- EDCI XML ----------------------------------------------------------------------------------


def _read_xml_content(value: Any, _: CodecContext) -> Text:
    """EDCI ContentType: ``text`` elements with ``lang`` and ``content-type``."""
    if not isinstance(value, list) or not value:
        raise Refused
    return text(_xml_string(element) for element in value)


def _xml_string(element: Any) -> LangString:
    if not isinstance(element, dict) or set(element) - {"@lang", "@content-type", "#"}:
        raise Refused
    kind = element.get("@content-type", "text/plain")
    if kind not in ("text/plain", "text/html"):
        raise Refused
    return LangString(element.get("#", ""), _tag(element.get("@lang", UNDETERMINED)), kind == "text/html")


def _write_xml_content(value: Text, context: CodecContext) -> list[dict[str, str]]:
    return [
        {
            "@lang": _xml_language(string.language, context),
            "@content-type": "text/html" if string.html else "text/plain",
            "#": string.value,
        }
        for string in _shown(value)
    ]


def _shown(value: Text) -> Text:
    """The strings in a language the schema allows; all of them where there is none."""
    allowed = tuple(s for s in value if s.language.split("-")[0].lower() in EDCI_LANGUAGES)
    return allowed or value


EDCI_LANGUAGES = frozenset(
    ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it",
     "lt", "lv", "mk", "mt", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sr", "sv", "tr")
)  # fmt: skip
"""The 29 languages EDCI XML 1.2 allows."""


def _xml_language(language: str, context: CodecContext) -> str:
    """A language the schema allows: the tag, its primary part, or the document's language."""
    for candidate in (language, language.split("-")[0].lower(), context.language):
        if candidate in EDCI_LANGUAGES:
            return candidate
    return "en"


LANGUAGE_CODES = "http://publications.europa.eu/resource/authority/language/"
_THREE_LETTERS = {
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "is": "ISL",
    "it": "ITA", "lt": "LIT", "lv": "LAV", "mk": "MKD", "mt": "MLT", "nl": "NLD", "no": "NOR",
    "pl": "POL", "pt": "POR", "ro": "RON", "sk": "SLK", "sl": "SLV", "sr": "SRP", "sv": "SWE",
    "tr": "TUR",
}  # fmt: skip
_TWO_LETTERS = {f"{LANGUAGE_CODES}{three}": two for two, three in _THREE_LETTERS.items()}


def code_of_language(language: str) -> str | None:
    """The authority code (IRI) of a two-letter language; None for a language without one here."""
    three = _THREE_LETTERS.get(language.split("-")[0].lower())
    return f"{LANGUAGE_CODES}{three}" if three else None


def language_of_code(code: str | None) -> str | None:
    """The two-letter language EDCI XML writes for a code of the EU's language list; None for others."""
    return _TWO_LETTERS.get(code or "")


def _read_language_code(value: Any, _: CodecContext) -> str:
    if not isinstance(value, str) or value not in EDCI_LANGUAGES:
        raise Refused
    return f"{LANGUAGE_CODES}{_THREE_LETTERS[value]}"


def _write_language_code(value: str, _: CodecContext) -> str:
    if value not in _TWO_LETTERS:
        raise Refused
    return _TWO_LETTERS[value]


ECTS_FRAMEWORK = "http://data.europa.eu/snb/education-credit/6fcec5c5af"


def _read_ects(_: Any, __: CodecContext) -> str:
    """The framework that an element for ECTS points implies by its name."""
    return ECTS_FRAMEWORK


def _write_ects(_: str, __: CodecContext) -> str:
    raise Refused


def _write_country(value: str, _: CodecContext) -> str:
    """A country as a code or an address; ELM's ``country`` is the name of the list, no country."""
    if not re.fullmatch(r"[A-Z]{2,3}|https?://\S+", value):
        raise Refused
    return value


def _read_xml_text(value: Any, context: CodecContext) -> Text:
    """EDCI TextType: elements that hold ``text`` elements."""
    strings: list[LangString] = []
    for element in value:
        if not isinstance(element, dict) or set(element) - {"text"}:
            raise Refused
        strings.extend(_read_xml_content(element.get("text", []), context))
    if not strings:
        raise Refused
    return text(strings)


def _write_xml_text(value: Text, context: CodecContext) -> list[dict[str, Any]]:
    return [{"text": _write_xml_content(value, context)}]


CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        Codec("string", _read_string, _write_string),
        Codec("iri", _read_string, _write_iri),
        Codec("integer", _read_integer, _write_integer),
        Codec("boolean", _read_boolean, _write_boolean),
        Codec("number", _read_number, _write_number),
        Codec("decimal", _read_decimal, _write_string),
        Codec("integer_text", _read_integer_text, _write_integer_text),
        Codec("date", _read_string, _write_date),
        Codec("date_time", _read_string, _write_date_time),
        Codec("alpha_2", _read_string, _write_alpha_2),
        Codec("json", _read_json, _write_json),
        Codec("identity_type", _read_identity_type, _write_identity_type, exact=False),
        Codec("mailto", _read_mailto, _write_mailto, exact=False),
        Codec("language_map", _read_language_map, _write_language_map, whole=True),
        Codec("one_language", _read_one_language, _write_one_language, whole=True),
        Codec("one_language_list", _read_one_language_list, _write_one_language_list, whole=True),
        Codec("xml_content", _read_xml_content, _write_xml_content, whole=True),
        Codec("language_code", _read_language_code, _write_language_code, exact=False),
        Codec("ects_framework", _read_ects, _write_ects, exact=False),
        Codec("country_code", _read_string, _write_country),
        Codec("xml_text", _read_xml_text, _write_xml_text, whole=True),
        *TOKEN_CODECS,
    )
}
"""The codecs by name; a mapping row names one in ``as``."""
