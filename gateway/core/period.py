"""The period of validity (VCDM 2.0 section 4.9, VCDM 1.1 section 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.formats.dates import date_time_stamp
from gateway.report import Check, Verdict

__all__ = ["CLOCK_SKEW", "order_checks", "period_checks"]

CLOCK_SKEW = timedelta(seconds=60)
"""How far two clocks may be apart."""

STARTS, ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")


def period_checks(tree: Mapping[str, Any], now: datetime) -> list[Check]:
    """One check for each date of the period, and one when it ends before it begins."""
    return [*(_date(name, moment, now) for name, moment in _moments(tree).items()), *order_checks(tree)]


def order_checks(tree: Mapping[str, Any]) -> list[Check]:
    """The check that a period ends before it begins, which it does at any time; none when it does not."""
    moments = _moments(tree)
    start = next((m for name, m in moments.items() if name in STARTS and m), None)
    end = next((m for name, m in moments.items() if name in ENDS and m), None)
    if start is None or end is None or start <= end:
        return []
    return [
        Check(
            "period", Verdict.INVALID, "period_reversed", "the period ends before it begins",
            f"/{next(name for name in ENDS if name in moments)}", "Ask the issuer to correct the dates.",
        )
    ]  # fmt: skip


def _moments(tree: Mapping[str, Any]) -> dict[str, datetime | None]:
    return {name: _moment(tree[name]) for name in (*STARTS, *ENDS) if name in tree}


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(date_time_stamp(value) or "") if isinstance(value, str) else None
    except ValueError:
        return None


def _date(name: str, moment: datetime | None, now: datetime) -> Check:
    pointer = f"/{name}"
    if moment is None:
        return Check(
            "period", Verdict.INVALID, "date_malformed", "not a date and time with zone", pointer,
            "Dates look like 2026-01-31T12:00:00Z.",
        )  # fmt: skip
    if name in ENDS and moment <= now - CLOCK_SKEW:
        return Check(
            "period", Verdict.INVALID, "expired", "the credential has expired", pointer,
            "Ask the issuer whether it can be renewed.",
        )  # fmt: skip
    if name in STARTS and moment > now + CLOCK_SKEW:
        return Check(
            "period", Verdict.INVALID, "not_yet_valid", "the credential is not valid yet", pointer,
            "Verify it again after this date.",
        )  # fmt: skip
    return Check("period", Verdict.VALID, pointer=pointer)
