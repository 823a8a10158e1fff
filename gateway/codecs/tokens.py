"""Codecs for claims of tokens: seconds since 1970, DIDs, numbers of levels, durations."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from gateway.codecs.codec import DATE_TIME, Codec, CodecContext, Refused

__all__ = ["TOKEN_CODECS"]

DURATION = re.compile(
    r"-?P(?=[0-9T])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\Z", re.ASCII
)


def _read_duration(value: Any, context: CodecContext) -> str:
    """A duration of ISO 8601; what else tells how long is no duration to calculate with."""
    return _write_duration(_read_text(value, context), context)


def _write_duration(value: str, _: CodecContext) -> str:
    if not DURATION.match(value):
        raise Refused
    return value


LAST_SECOND = 253_402_300_799
"""Of the year 9999, the end of what a date can be."""


def _read_numeric_date(value: Any, _: CodecContext) -> str:
    """The seconds since 1970 of a token (RFC 7519 section 2)."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_SECOND:
        raise Refused
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_numeric_date(value: str, context: CodecContext) -> int:
    """Whole seconds in UTC, which come back as the very same text."""
    if not DATE_TIME.match(value) or not value.endswith("Z"):
        raise Refused
    try:
        seconds = int(datetime.fromisoformat(value).timestamp())
    except ValueError:
        raise Refused from None
    if _read_numeric_date(seconds, context) != value:
        raise Refused
    return seconds


def _write_did(value: str, _: CodecContext) -> str:
    if not re.fullmatch(r"did:[a-z0-9]+:[^\s#?/]+", value):
        raise Refused
    return value


EQF = "http://data.europa.eu/snb/eqf/"


def _read_eqf_level(value: Any, _: CodecContext) -> str:
    """A level of the European Qualifications Framework by its number."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 8:
        raise Refused
    return f"{EQF}{value}"


def _write_eqf_level(value: str, _: CodecContext) -> int:
    if not re.fullmatch(re.escape(EQF) + "[1-8]", value):
        raise Refused
    return int(value[-1])


def _read_text(value: Any, _: CodecContext) -> str:
    if not isinstance(value, str):
        raise Refused
    return value


TOKEN_CODECS = (
    Codec("duration", _read_duration, _write_duration),
    Codec("numeric_date", _read_numeric_date, _write_numeric_date, exact=False),
    Codec("did", _read_text, _write_did),
    Codec("eqf_level", _read_eqf_level, _write_eqf_level, exact=False),
)
