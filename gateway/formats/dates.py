"""Dates a format demands in one form, from dates a source wrote in another."""

from __future__ import annotations

import re

from gateway.codecs import DATE, DATE_TIME

__all__ = ["date_time_stamp"]

LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\Z")


def date_time_stamp(value: str | None) -> str | None:
    """A date and time with zone (VCDM 2.0 section 4.9): a bare date is its first moment, no zone is UTC.

    None for what is no date. Verifiers can hold a credential to its period only in this form; the
    value as the source wrote it travels in the carrier.
    """
    if value is None or DATE_TIME.match(value):
        return value
    if DATE.match(value):
        return f"{value}T00:00:00Z"
    return f"{value}Z" if LOCAL.match(value) else None
