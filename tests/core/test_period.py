"""The period of validity: one check for each date, and one for their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.period import CLOCK_SKEW, period_checks
from gateway.report import Verdict
from tests.core.parts import NOW


def codes(**tree: Any) -> list[tuple[str, str]]:
    return [(check.pointer, check.code) for check in period_checks(tree, NOW)]


def stamp(delta: timedelta) -> str:
    return (NOW + delta).isoformat()


def test_no_dates_are_no_checks() -> None:
    assert codes() == []


@pytest.mark.parametrize(("start", "end"), [("validFrom", "validUntil"), ("issuanceDate", "expirationDate")])
def test_the_dates_of_both_data_models_are_looked_at(start: str, end: str) -> None:
    assert codes(**{start: "2026-01-01T00:00:00Z", end: "2027-01-01T00:00:00Z"}) == [
        (f"/{start}", ""), (f"/{end}", ""),
    ]  # fmt: skip
    assert (f"/{end}", "expired") in codes(**{end: "2026-02-01T00:00:00Z"})
    assert (f"/{start}", "not_yet_valid") in codes(**{start: "2026-04-01T00:00:00Z"})


def test_two_clocks_may_be_a_minute_apart() -> None:
    close, far = CLOCK_SKEW - timedelta(seconds=1), CLOCK_SKEW + timedelta(seconds=1)
    assert codes(validFrom=stamp(close)) == [("/validFrom", "")]
    assert codes(validFrom=stamp(far)) == [("/validFrom", "not_yet_valid")]
    assert codes(validUntil=stamp(-close)) == [("/validUntil", "")]
    assert codes(validUntil=stamp(-far)) == [("/validUntil", "expired")]


def test_a_zone_moves_the_moment() -> None:
    assert codes(validUntil="2026-03-01T14:00:00+03:00") == [("/validUntil", "expired")]
    assert codes(validUntil="2026-03-01T12:00:00-03:00") == [("/validUntil", "")]


def test_a_date_without_zone_is_taken_for_utc_as_older_credentials_have_it() -> None:
    assert codes(validUntil="2026-03-02") == [("/validUntil", "")]
    assert codes(validUntil="2026-02-28T12:00:00") == [("/validUntil", "expired")]


def test_a_period_that_ends_before_it_begins_is_one_fault_more() -> None:
    assert codes(validFrom="2026-02-01T00:00:00Z", validUntil="2026-01-01T00:00:00Z") == [
        ("/validFrom", ""), ("/validUntil", "expired"), ("/validUntil", "period_reversed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["yesterday", "", "2026-13-01T00:00:00Z", "2026-02-30", 1_767_225_600, None, [], {}, True, "9" * 400],
)
def test_what_is_no_date_is_told_to_be_none(value: Any) -> None:
    assert codes(validFrom=value) == [("/validFrom", "date_malformed")]


ANY = st.text(max_size=30) | st.integers() | st.datetimes().map(lambda moment: moment.isoformat() + "Z")
DATES = st.sampled_from(["validFrom", "validUntil", "issuanceDate", "expirationDate"])


@given(st.dictionaries(DATES, ANY))
def test_whatever_stands_there_each_date_is_one_check(tree: dict[str, Any]) -> None:
    checks = [check for check in period_checks(tree, NOW) if check.code != "period_reversed"]
    assert {check.pointer for check in checks} == {f"/{name}" for name in tree}
    assert len(checks) == len(tree)
    assert all(check.code and check.hint for check in checks if check.verdict is not Verdict.VALID)
