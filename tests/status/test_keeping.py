"""How long a status list is used without asking again: as it says itself, within bounds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.status.keeping import ENDLESS, LONGEST, USUAL, lifetime_of
from tests.status.parts import status_list, token_list


def kept(members: dict[str, Any] | None = None, **subject: Any) -> timedelta | None:
    found = lifetime_of(json.dumps(status_list(members=members, **subject)).encode())
    return found.span if found is not None else None


@pytest.mark.parametrize(
    ("ttl", "span"),
    [
        (None, USUAL), (60_000, timedelta(minutes=1)), (0, timedelta()), (10**15, LONGEST), (-1, USUAL),
        ("60000", USUAL), (True, USUAL), (60_000.5, USUAL),
    ],
)  # fmt: skip
def test_the_time_a_list_names_counts_within_bounds(ttl: Any, span: timedelta) -> None:
    assert kept(ttl=ttl) == span


def test_a_list_is_used_no_longer_than_its_period() -> None:
    def until(end: Any) -> datetime:
        found = lifetime_of(json.dumps(status_list(members={"validUntil": end})).encode())
        assert found is not None
        return found.until

    assert until("2026-06-02T00:00:00Z") == datetime(2026, 6, 2, tzinfo=UTC)
    assert until("2026-06-02T00:00:00") == datetime(2026, 6, 2, tzinfo=UTC)
    assert until("soon") == until(7) == ENDLESS


def test_a_list_in_a_token_says_so_too() -> None:
    found = lifetime_of(token_list(ttl=60_000))
    assert found is not None
    assert found.span == timedelta(minutes=1)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"1", b"{}", b'{"type": 7}', b"a.b.c", b"\xff"])
def test_what_is_no_status_list_is_not_kept(data: bytes) -> None:
    assert lifetime_of(data) is None
