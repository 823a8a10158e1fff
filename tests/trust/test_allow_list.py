"""The operator's own list: read whole or not at all, and the day decides."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SettingInvalid
from gateway.fetch import NoFetch
from gateway.trust import Issuer, Statement, ask
from gateway.trust.allow_list import allow_list, read_allow_list
from tests.trust.lists import NOW

UNIVERSITY = "did:web:university.example.org"
LIST = """
# who we know
[[issuer]]
id = "did:web:university.example.org"
name = "Example University"
url = "https://university.example.org/"
organization = "VATES-A0000000"
since = 2026-01-01
until = 2026-12-31
accreditation = [{ type = "programme", url = "https://agency.example.org/1", by = "Example Agency" }]

[[issuer]]
id = "https://school.example.org"

  [[issuer.accreditation]]
  type = "institution"
  until = 2027-06-30
"""


async def said(path: Path, issuer: Issuer, now: datetime = NOW) -> Statement:
    (statement,) = await ask(issuer, [allow_list(path)], NoFetch(), now)
    return statement


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "issuers.toml"
    found.write_text(LIST, encoding="utf-8")
    return found


async def test_an_issuer_on_the_list_is_listed_with_what_the_list_says_of_it(path: Path) -> None:
    statement = await said(path, Issuer(UNIVERSITY))
    assert statement.retrieved == datetime.fromtimestamp(path.stat().st_mtime, UTC)
    json = statement.to_json()
    assert json.pop("retrieved")
    assert json == {
        "source": "allow-list", "list": "issuers.toml", "listed": True, "name": "Example University",
        "url": "https://university.example.org/", "validUntil": "2027-01-01T00:00:00Z",
        "accreditations": [
            {"type": "programme", "url": "https://agency.example.org/1", "by": "Example Agency"}
        ],
    }  # fmt: skip


async def test_tables_within_an_issuer_belong_to_it(path: Path) -> None:
    statement = await said(path, Issuer("https://school.example.org"))
    (accreditation,) = statement.accreditations
    assert accreditation.to_json() == {"type": "institution", "validUntil": "2027-07-01T00:00:00Z"}


async def test_an_issuer_that_is_not_on_the_list_is_not_listed(path: Path) -> None:
    for identifier in ("did:web:university.example.org:a", "did:web:UNIVERSITY.example.org", "", "VATES-B"):
        statement = await said(path, Issuer(identifier))
        assert (statement.listed, statement.code) == (False, "not_listed")


async def test_the_organization_of_a_proven_seal_is_found(path: Path) -> None:
    assert (await said(path, Issuer("urn:uuid:1", "VATES-A0000000"))).listed is True
    assert (await said(path, Issuer("urn:uuid:1", "VATES-A0000001"))).listed is False


@pytest.mark.parametrize(
    ("now", "listed", "code"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), False, "listing_not_yet_valid"),
        (datetime(2026, 1, 1, tzinfo=UTC), True, ""),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), True, ""),
        (datetime(2027, 1, 1, tzinfo=UTC), False, "listing_expired"),
    ],
)
async def test_the_first_and_the_last_day_count_whole(
    path: Path, now: datetime, listed: bool, code: str
) -> None:
    statement = await said(path, Issuer(UNIVERSITY), now)
    assert (statement.listed, statement.code) == (listed, code)


async def test_of_two_entries_the_one_in_force_counts(tmp_path: Path) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text('[[issuer]]\nid = "a"\nuntil = 2020-01-01\n[[issuer]]\nid = "a"\nsince = 2021-01-01\n')
    assert (await said(path, Issuer("a"))).listed is True


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[issuer]]\nid = "a"\n\n[[issuer]]\nid = "b\n', 5),
        ('[[issuer]]\nid = "a"\n\n[[issuer]]\nname = "b"\n', 4),
        ('[[issuer]]\nid = "a"\n\n[[ issuer ]]\nid = "b"\ncolour = "red"\n', 4),
        ('[[issuer]]\nid = 1\n', 1),
        ('[[issuer]]\nid = " "\n', 1),
        ('[[issuer]]\nid = "a"\nsince = "2026-01-01"\n', 1),
        ('[[issuer]]\nid = "a"\nsince = 2026-01-01T00:00:00\n', 1),
        ('[[issuer]]\nid = "a"\nsince = 2026-02-30\n', 3),
        ('[[issuer]]\nid = "a"\nsince = 2026-02-02\nuntil = 2026-02-01\n', 1),
        ('[[issuer]]\nid = "a"\naccreditation = "b"\n', 1),
        ('[[issuer]]\nid = "a"\naccreditation = [{}]\n', 1),
        ('[[issuer]]\nid = "a"\naccreditation = [{ type = 1 }]\n', 1),
        ('issuer = ["a"]\n', 1),
        ('issuer = "a"\n', 1),
        ('[issuer]\nid = "a"\n', 1),
        ('[[issuers]]\nid = "a"\n', 1),
        ('a = ' + "[" * 5000, 1),
        ('a = ' + "9" * 5000, 1),
    ],
)  # fmt: skip
def test_a_malformed_list_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid) as refused:
        allow_list(path)
    assert refused.value.pointer == f"issuers.toml line {line}"


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.toml"):
        with pytest.raises(SettingInvalid):
            allow_list(path)
    (tmp_path / "latin.toml").write_bytes(b'[[issuer]]\nid = "a"\nname = "\xe9"\n')
    with pytest.raises(SettingInvalid) as refused:
        allow_list(tmp_path / "latin.toml")
    assert refused.value.pointer == "latin.toml line 3"


def test_the_last_day_there_is_does_not_overflow() -> None:
    (entry,) = read_allow_list(b'[[issuer]]\nid = "a"\nuntil = 9999-12-31\n')
    assert entry.until is not None
    assert entry.until > NOW + timedelta(days=365_000)


NEARLY = st.text(alphabet='[]issuer="d a\n2026-01{}', max_size=60).map(str.encode)


@given(st.one_of(st.binary(max_size=60), NEARLY))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with contextlib.suppress(SettingInvalid):
        read_allow_list(data)
