"""Kinds of values: what a text or number must look like, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

__all__ = ["KINDS", "OF_OBJECTS", "is_language", "is_url"]

WEB = ("http", "https")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+\Z")
_PLAIN_URL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9/._~?&=#:@-]*)?\Z")
"""What is an address with a host at first sight."""
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{1,30}(;ext=\d+)?\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_IDENTITY_HASH = re.compile(r"(sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})\Z")
_DIGEST_SRI = re.compile(
    r"sha(256|384|512)-[A-Za-z0-9+/]+={0,2}(\s+sha(256|384|512)-[A-Za-z0-9+/]+={0,2})*\Z"
)
_MULTIBASE = re.compile(r"(z[1-9A-HJ-NP-Za-km-z]+|u[A-Za-z0-9_-]+)\Z")
_COMPACT_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


def is_url(value: Any, schemes: tuple[str, ...] = WEB) -> bool:
    """Whether a value is an address with a host."""
    if not isinstance(value, str) or not _IRI.match(value):
        return False
    if schemes is WEB and _PLAIN_URL.match(value):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme.lower() in schemes and bool(parts.hostname)


def is_language(value: Any) -> bool:
    """Whether a value is a language tag (BCP 47, well formed)."""
    return isinstance(value, str) and _LANGUAGE.match(value) is not None


def _text(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


def _date_time(value: Any) -> bool:
    return _moment(_DATE_TIME, value)


def _moment(pattern: re.Pattern[str], value: Any) -> bool:
    """Whether a text has the form of a date, and is one of the calendar."""
    if not isinstance(value, str) or not pattern.match(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_LANGUAGE_VALUE = frozenset(("@value", "@language", "@direction"))


def _language_value(value: Any) -> bool:
    """A value object of VCDM 2.0 section 11.1: a text with its language and direction, nothing else."""
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("@value"), str)
        or value.keys() - _LANGUAGE_VALUE
    ):
        return False
    language, direction = value.get("@language", "en"), value.get("@direction", "ltr")
    return is_language(language) and direction in ("ltr", "rtl")


KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "filled": lambda value: isinstance(value, str) and bool(value.strip()),
    "boolean": lambda value: isinstance(value, bool),
    "number": _number,
    "object": lambda value: isinstance(value, dict) and bool(value),
    "any": lambda value: value is not None,
    "iri": _text(_IRI),
    "iriOrId": lambda value: isinstance(value, dict) and _IRI.match(str(value.get("id", ""))) is not None,
    "url": is_url,
    "data": lambda value: isinstance(value, str) and value.startswith("data:"),
    "blank": lambda value: isinstance(value, str) and value.startswith("_:"),
    "dateTime": _date_time,
    "date": lambda value: _moment(_DATE, value) or _date_time(value),
    "email": _text(_EMAIL),
    "phone": _text(_PHONE),
    "language": is_language,
    "identityHash": _text(_IDENTITY_HASH),
    "languageValue": _language_value,
    "digestSri": _text(_DIGEST_SRI),
    "multibase": _text(_MULTIBASE),
    "compactJws": _text(_COMPACT_JWS),
}
OF_OBJECTS = frozenset(("object", "any", "iriOrId", "languageValue"))
"""The kinds that an object can be of."""
