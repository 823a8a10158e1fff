"""What is handed in for a job, row by row: lines of NDJSON, entries of a zip archive, rows of a table (CSV).

Files are read as they are asked for, never whole, and never beyond what is said here. What is wrong with one
row is that row's problem; what is wrong with the whole is refused.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from gateway.envelopes import read_json
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import GatewayError, InputRefused, RequestRefused, TooLarge
from gateway.jobs.tables import Issuer, read_table

__all__ = ["MAX_BATCH_BYTES", "MAX_DIRECTORY", "MAX_INFLATED", "MAX_ROWS", "MEDIA_TYPES", "Item", "items"]

MAX_BATCH_BYTES = 512 * 1024 * 1024
"""Most bytes that are handed in at once, as they are sent."""
MAX_ROWS = 500_000
"""Most rows of one job."""
MAX_INFLATED = 4 * 1024 * 1024 * 1024
"""Most bytes all entries of an archive may have together once they are inflated."""
MAX_DIRECTORY = 8 * 1024 * 1024
"""Longest list of entries in an archive: it is read whole."""
HIDDEN = ("__MACOSX/", ".")
"""How names begin of what systems put into archives beside what people did."""

END, END_64 = b"PK\x05\x06", b"PK\x06\x06"
TAIL = 22 + 65_535 + 20 + 56
"""How far from the end of an archive its list may be named: the record, a comment, and two records of zip64."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    struct.error,
    RuntimeError,
)
"""What the archive reader raises for archives and entries that are damaged, encrypted or of another kind."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row as it was handed in: its bytes, or what is wrong with it before anybody looks inside."""

    name: str
    data: bytes = field(repr=False, default=b"")
    problem: GatewayError | None = None


Reading = Callable[[BinaryIO, Issuer], Iterator[Item]]


def items(file: BinaryIO, media_type: str, issuer: Issuer) -> Iterator[Item]:
    """The rows of a file. Raises an ``InputRefused``, now or at any row, when the whole is not accepted."""
    if media_type not in MEDIA_TYPES:
        raise RequestRefused(
            "the body is none of the kinds that are taken in at once",
            hint=f"Content-Type is one of {', '.join(sorted(set(MEDIA_TYPES)))}.",
        )
    count = 0
    for item in MEDIA_TYPES[media_type](file, issuer):
        count += 1
        if count > MAX_ROWS:
            raise TooLarge(f"more than the {MAX_ROWS} rows of one job", hint="Hand it in in parts.")
        yield item
    if count == 0:
        raise RequestRefused("there is not one row in it")


# --- lines -----------------------------------------------------------------------------------------


def _lines(file: BinaryIO, _: Issuer) -> Iterator[Item]:
    """Each line is a credential; a line that is a JSON string holds a token, or XML."""
    number = 0
    while line := file.readline(MAX_BYTES + 2):
        number += 1
        name = f"line {number}"
        if len(line.rstrip(b"\r\n")) > MAX_BYTES:
            _skip_line(file, line)
            yield Item(name, problem=TooLarge(f"more than the {MAX_BYTES} bytes that are read", pointer=name))
        elif text := line.strip():
            yield _line(name, text)


def _line(name: str, text: bytes) -> Item:
    if not text.startswith(b'"'):
        return Item(name, text)
    try:
        return Item(name, str(read_json(text)).encode())
    except InputRefused as error:
        return Item(name, text, problem=error)


def _skip_line(file: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(MAX_BYTES)


# --- archives --------------------------------------------------------------------------------------


def _entries(file: BinaryIO, _: Issuer) -> Iterator[Item]:
    """Each entry is a credential of any format; folders and what systems hide are left out."""
    if _directory(file) > MAX_DIRECTORY:
        raise TooLarge("the archive lists too many entries", hint="Hand it in in parts, or as lines.")
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN:
        raise RequestRefused("the archive is damaged, or no zip archive") from None
    left = MAX_INFLATED
    for entry in archive.infolist():
        base = entry.filename.rstrip("/").rpartition("/")[2]
        if entry.is_dir() or entry.filename.startswith(HIDDEN[0]) or base.startswith(HIDDEN[1]):
            continue
        item, inflated = _entry(archive, entry)
        left -= inflated
        if left < 0:
            raise TooLarge(f"the entries have more than the {MAX_INFLATED} bytes that are inflated")
        yield item


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[Item, int]:
    """An entry, and how many bytes were inflated for it."""
    name = entry.filename
    if entry.flag_bits & 1 or entry.compress_type not in METHODS:
        return Item(
            name, problem=RequestRefused("the entry is encrypted, or compressed in an unusual way")
        ), 0
    try:
        with archive.open(entry) as opened:
            data = opened.read(MAX_BYTES + 1)
    except BROKEN:
        return Item(name, problem=RequestRefused("the entry is damaged")), MAX_BYTES
    if len(data) > MAX_BYTES:
        return Item(name, problem=TooLarge(f"more than the {MAX_BYTES} bytes that are read")), len(data)
    return Item(name, data), len(data)


def _directory(file: BinaryIO) -> int:
    """How long the list of an archive's entries says it is, by either of the records that may say so."""
    end = file.seek(0, 2)
    file.seek(max(0, end - TAIL))
    tail = file.read(TAIL)
    found = [0]
    if (at := tail.rfind(END)) >= 0 and len(tail) >= at + 16:
        found.append(struct.unpack_from("<L", tail, at + 12)[0])
    at = tail.find(END_64)
    while at >= 0 and len(tail) >= at + 48:
        found.append(struct.unpack_from("<Q", tail, at + 40)[0])
        at = tail.find(END_64, at + 1)
    file.seek(0)
    return max(found)


# --- tables ----------------------------------------------------------------------------------------


def _table(file: BinaryIO, issuer: Issuer) -> Iterator[Item]:
    """Each row becomes an Open Badge of the issuer's."""
    for number, made in read_table(file, issuer):
        name = f"line {number}"
        yield Item(name, problem=made) if isinstance(made, GatewayError) else Item(name, made)


MEDIA_TYPES: Mapping[str, Reading] = {
    "application/x-ndjson": _lines,
    "application/ndjson": _lines,
    "application/jsonl": _lines,
    "application/zip": _entries,
    "application/x-zip-compressed": _entries,
    "text/csv": _table,
}
"""What can be handed in, and how it is read."""
