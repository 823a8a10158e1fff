"""Tables (CSV) of achievements: the header names what each column is, each row becomes an Open Badge 3.0.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from gateway.envelopes import write_json
from gateway.errors import GatewayError, RequestRefused, RowMalformed, TooLarge

__all__ = ["COLUMNS", "REQUIRED", "Issuer", "read_table"]

MAX_LINE = 256 * 1024
"""Longest line of a table, in bytes."""
SEPARATORS = (";", "\t", ",")
CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
ROWS = uuid.UUID("0d6a2b7c-6d5e-5a0b-9a57-2f4bb0f1f0aa")
"""The name space of the identifiers that badges get from what is in them."""
DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
EQF = "http://data.europa.eu/snb/eqf/"

Json = dict[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues the badges of a table that names no issuer."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column's text goes in the badge, and how it is read; ``words`` say what it is."""

    path: Path
    words: str
    read: Callable[[str], Any] = str


def _moment(text: str) -> str:
    """A date, or a moment with its offset. Raises ``ValueError`` for anything else."""
    if DATE.match(text):
        text = f"{text}T00:00:00Z"
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(text)
    return text


def _email(text: str) -> list[Json]:
    if "@" not in text:
        raise ValueError(text)
    return [{"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": "emailAddress"}]


def _named(text: str) -> list[Json]:
    return [{"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": "name"}]


def _eqf(text: str) -> list[Json]:
    if text not in tuple("12345678"):
        raise ValueError(text)
    return [
        {
            "type": ["Alignment"], "targetType": "ext:EQF", "targetName": f"EQF level {text}",
            "targetUrl": f"{EQF}{text}", "targetFramework": "European Qualifications Framework",
        }
    ]  # fmt: skip


def _credits(text: str) -> float:
    if not re.match(r"\d{1,6}(\.\d{1,3})?\Z", number := text.replace(",", ".")):
        raise ValueError(text)
    return float(number)


def _iri(text: str) -> str:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z", text):
        raise ValueError(text)
    return text


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]


def _evidence(text: str) -> list[Json]:
    return [{"id": _iri(text), "type": ["Evidence"]}]


def _result(text: str) -> list[Json]:
    return [{"type": ["Result"], "value": text}]


SUBJECT, ACHIEVEMENT = ("credentialSubject",), ("credentialSubject", "achievement")
COLUMNS: Mapping[str, Column] = {
    "id": Column(("id",), "the identifier of the badge; made from the row when it is left out", _iri),
    "learner_id": Column((*SUBJECT, "id"), "the learner, by a DID or another IRI", _iri),
    "learner_email": Column((*SUBJECT, "identifier"), "the learner's address", _email),
    "learner_name": Column((*SUBJECT, "identifier"), "the learner's name", _named),
    "achievement_id": Column((*ACHIEVEMENT, "id"), "the identifier of the achievement", _iri),
    "achievement_name": Column((*ACHIEVEMENT, "name"), "its name"),
    "achievement_description": Column((*ACHIEVEMENT, "description"), "what it is"),
    "achievement_type": Column((*ACHIEVEMENT, "achievementType"), "as Open Badges name it: Course, Badge, …"),
    "criteria": Column((*ACHIEVEMENT, "criteria", "narrative"), "what had to be done for it"),
    "criteria_url": Column((*ACHIEVEMENT, "criteria", "id"), "where that is written", _iri),
    "language": Column((*ACHIEVEMENT, "inLanguage"), "the language of the texts, as a tag"),
    "credits": Column((*ACHIEVEMENT, "creditsAvailable"), "how many credits it is worth", _credits),
    "eqf_level": Column((*ACHIEVEMENT, "alignment"), "the level of the EQF, 1 to 8", _eqf),
    "tags": Column((*ACHIEVEMENT, "tag"), "words for finding it, separated by |", _listed),
    "result": Column((*SUBJECT, "result"), "the mark or grade that was reached", _result),
    "evidence_url": Column(("evidence",), "where the work can be seen", _evidence),
    "issued": Column(("validFrom",), "since when it holds: a date, or a moment with its offset", _moment),
    "awarded": Column(("awardedDate",), "when it was awarded", _moment),
    "expires": Column(("validUntil",), "until when it holds", _moment),
    "issuer_id": Column(("issuer", "id"), "who issues it; the gateway, when it is left out", _iri),
    "issuer_name": Column(("issuer", "name"), "the issuer's name"),
    "issuer_url": Column(("issuer", "url"), "the issuer's address", _iri),
}
"""Every column there is."""
REQUIRED = ("achievement_id", "achievement_name", "achievement_description", "issued")
"""Columns a table must have, with something in every row; ``criteria`` or ``criteria_url`` besides."""
CRITERIA = ("criteria", "criteria_url")
LEARNER = ("learner_id", "learner_email", "learner_name")


def read_table(file: BinaryIO, issuer: Issuer) -> Iterator[tuple[int, bytes | GatewayError]]:
    """The badges of a table, each with the number of its line, or what is wrong with that row.

    Raises ``RequestRefused`` for a header that cannot be used, ``TooLarge`` for a line that is too long.
    """
    lines = _lines(file)
    header = next(lines, "")
    separator = max(SEPARATORS, key=header.count)
    columns = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
    _check_header(columns)
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise RequestRefused("the table is damaged", pointer=f"line {reader.line_num + 1}") from None
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield reader.line_num + 1, _made(columns, row, issuer)


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a text in UTF-8."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise TooLarge(f"a line of more than {MAX_LINE} bytes", pointer=f"line {number}")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise RequestRefused("the table is not UTF-8", pointer=f"line {number}") from None


def _check_header(columns: list[str]) -> None:
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise RequestRefused(
            f"there is no column {unknown[0][:40]!r}", pointer="line 1", hint=f"Known: {', '.join(COLUMNS)}."
        )
    if len(set(columns)) < len(columns):
        raise RequestRefused("a column is there twice", pointer="line 1")
    missing = [name for name in REQUIRED if name not in columns]
    missing += [" or ".join(names) for names in (CRITERIA, LEARNER) if not set(names) & set(columns)]
    if missing:
        raise RequestRefused(f"the column {missing[0]} is missing", pointer="line 1")


def _made(columns: list[str], row: list[str], issuer: Issuer) -> bytes | GatewayError:
    """The badge of a row; the same row makes the same badge."""
    if len(row) > len(columns):
        return RowMalformed("the row has more cells than the header")
    cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if cell.strip()}
    missing = [name for name in REQUIRED if name not in cells]
    missing += [names[0] for names in (CRITERIA, LEARNER) if not set(names) & set(cells)]
    if missing:
        return RowMalformed("the cell is empty", pointer=missing[0])
    badge = _blank(issuer if "issuer_id" not in cells else None)
    for name, cell in cells.items():
        try:
            _put(badge, COLUMNS[name].path, COLUMNS[name].read(cell))
        except ValueError:
            return RowMalformed("the cell is malformed", pointer=name, hint=f"It is {COLUMNS[name].words}.")
    if "id" not in badge:
        badge["id"] = f"urn:uuid:{uuid.uuid5(ROWS, hashlib.sha256(write_json(badge)).hexdigest())}"
    return write_json(badge)


def _blank(issuer: Issuer | None) -> Json:
    """A badge that says who issues it, unless the row does."""
    named = {"id": issuer.id, "name": issuer.name} if issuer is not None else {}
    return {
        "@context": list(CONTEXTS),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"type": ["Profile"], **named},
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": {"type": ["Achievement"]}},
    }


def _put(tree: Json, path: Path, value: Any) -> None:
    """Put a value at a path; more of a list that is there already is added to it."""
    *steps, last = path
    for step in steps:
        tree = tree.setdefault(step, {})
    if isinstance(value, list) and last in tree:
        tree[last] = [*tree[last], *value]
    else:
        tree[last] = value
