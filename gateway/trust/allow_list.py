"""The operator's own list of issuers: a TOML file, read when the gateway starts. https://toml.io/en/v1.0.0

[[issuer]]
id = "did:web:university.example.org"
name = "Example University"
url = "https://university.example.org/"
organization = "VATES-A0000000"       # organizationIdentifier of its seal
since = 2024-01-01
until = 2030-12-31                     # the whole day still counts
accreditation = [{ type = "programme", url = "https://agency.example.org/1", by = "Example Agency" }]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from gateway.errors import SettingInvalid
from gateway.trust.statements import ALLOW_LIST, Accreditation, Fetch, Issuer, Statement, TrustSource

__all__ = ["Entry", "allow_list", "read_allow_list"]

MAX_FILE = 4 * 1024 * 1024
MAX_ENTRIES = 20_000
_HEADER = re.compile(r"^\s*\[\[\s*issuer\s*\]\]", re.MULTILINE)
_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One issuer of the list; ``organization`` names it too. Valid from ``since`` and before ``until``."""

    id: str
    name: str = ""
    url: str = ""
    organization: str = ""
    since: datetime | None = None
    until: datetime | None = None
    accreditation: tuple[Accreditation, ...] = ()


def allow_list(path: Path) -> TrustSource:
    """The source for a file. Raises ``SettingInvalid`` with the line for a malformed or unreadable one."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise SettingInvalid(f"the list of issuers is larger than {MAX_FILE} bytes", pointer=path.name)
        data = path.read_bytes()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise SettingInvalid(f"the list of issuers cannot be read ({type(error).__name__})") from None
    entries = read_allow_list(data, path.name)
    known: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in filter(None, (entry.id, entry.organization)):
            known.setdefault(name, []).append(entry)
    blank = Statement(ALLOW_LIST, path.name, retrieved=changed)

    async def source(issuer: Issuer, fetch: Fetch, now: datetime) -> tuple[Statement, ...]:
        names = (issuer.identifier, issuer.organization_identifier)
        found = [entry for name in names if name for entry in known.get(name, ())]
        return (_stated(blank, found, now),)

    return source


def _stated(blank: Statement, found: list[Entry], now: datetime) -> Statement:
    """What the list says, its entries for an issuer being given: the best of them counts."""
    statements = [_of(blank, entry, now) for entry in found]
    listed = [statement for statement in statements if statement.listed]
    return [*listed, *statements, blank.unlisted("not_listed", "the list does not name the issuer")][0]


def _of(blank: Statement, entry: Entry, now: datetime) -> Statement:
    statement = replace(
        blank, listed=True, name=entry.name, url=entry.url,
        valid_until=entry.until, accreditations=entry.accreditation,
    )  # fmt: skip
    if entry.since is not None and now < entry.since:
        return statement.unlisted("listing_not_yet_valid", "the list names the issuer from a later day on")
    if entry.until is not None and entry.until <= now:
        return statement.unlisted("listing_expired", "the list named the issuer until an earlier day")
    return statement


def read_allow_list(data: bytes, name: str = "") -> tuple[Entry, ...]:
    """The entries of a list. Raises ``SettingInvalid`` whose pointer is the file and the line."""
    try:
        content = data.decode("utf-8")
        document = tomllib.loads(content)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingInvalid("the list of issuers is not UTF-8", pointer=_place(name, line)) from None
    except ValueError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else content.count("\n") + 1
        raise SettingInvalid("the list of issuers is not TOML", pointer=_place(name, line)) from None
    except RecursionError:
        raise SettingInvalid("the list of issuers is nested too deeply", pointer=_place(name, 1)) from None
    tables = document.pop("issuer", [])
    if document or not isinstance(tables, list) or len(tables) > MAX_ENTRIES:
        raise SettingInvalid(
            f"a list of issuers consists of at most {MAX_ENTRIES} tables [[issuer]]", pointer=_place(name, 1)
        )
    lines = [content.count("\n", 0, header.end()) + 1 for header in _HEADER.finditer(content)]
    at = lines if len(lines) == len(tables) else [1] * len(tables)
    return tuple(_entry(table, _place(name, line)) for table, line in zip(tables, at, strict=True))


def _place(name: str, line: int) -> str:
    return f"{name} line {line}".strip()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is a text that is not empty")
    return value.strip()


def _from(value: Any) -> datetime:
    """The moment that a date begins, or a date with a time and an offset."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    raise ValueError("is a date, or a date with time and offset")


def _until(value: Any) -> datetime:
    """The moment that a date is over."""
    moment = _from(value)
    if isinstance(value, datetime):
        return moment
    try:
        return moment + timedelta(days=1)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _accreditations(value: Any) -> tuple[Accreditation, ...]:
    readers: dict[str, Callable[[Any], Any]] = {"type": _text, "url": _text, "by": _text, "until": _until}
    if not isinstance(value, list) or not all(isinstance(item, dict) and item for item in value):
        raise ValueError("is a list of tables with type, url, by, until")
    read = [_members(item, readers) for item in value]
    return tuple(Accreditation(valid_until=item.pop("until", None), **item) for item in read)


_READERS: dict[str, Callable[[Any], Any]] = {
    "id": _text, "name": _text, "url": _text, "organization": _text,
    "since": _from, "until": _until, "accreditation": _accreditations,
}  # fmt: skip


def _members(table: dict[str, Any], readers: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in table.items():
        if key not in readers:
            raise ValueError(f"{key[:40]} is none of {', '.join(readers)}")
        try:
            read[key] = readers[key](value)
        except ValueError as error:
            raise ValueError(f"{key} {error}") from None
    return read


def _entry(table: Any, place: str) -> Entry:
    try:
        members = _members(table, _READERS) if isinstance(table, dict) else {}
    except ValueError as error:
        raise SettingInvalid(f"an issuer of the list is malformed: {error}", pointer=place) from None
    if "id" not in members:
        raise SettingInvalid("an issuer of the list has no id", pointer=place)
    entry = Entry(**members)
    if entry.since is not None and entry.until is not None and entry.until <= entry.since:
        raise SettingInvalid("an issuer of the list is listed until before it is", pointer=place)
    return entry
