"""What is handed in, row by row: lines and archives, and everything that can be wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import InputRefused, RequestRefused, TooLarge
from gateway.jobs import reading
from gateway.jobs.reading import Item, items
from gateway.jobs.tables import Issuer
from tests.jobs.parts import NDJSON, ZIP, zipped

ISSUER = Issuer("did:example:gateway", "Gateway")


def read(data: bytes | io.BytesIO, media_type: str = NDJSON) -> list[Item]:
    return list(items(io.BytesIO(data) if isinstance(data, bytes) else data, media_type, ISSUER))


def test_each_line_is_a_row_named_by_its_number() -> None:
    assert [(item.name, item.data) for item in read(b'{"a":1}\r\n\n {"b":2} \n')] == [
        ("line 1", b'{"a":1}'), ("line 3", b'{"b":2}'),
    ]  # fmt: skip


def test_a_line_that_is_a_string_holds_a_token_or_xml() -> None:
    assert [item.data for item in read(b'"ey.ey.x"\n"<a b=\\"c\\"/>"')] == [b"ey.ey.x", b'<a b="c"/>']
    (broken,) = read(b'"ey')
    assert isinstance(broken.problem, InputRefused)


def test_a_line_that_is_too_long_fails_alone() -> None:
    first, second = read(b"x" * (MAX_BYTES * 2) + b"\n{}")
    assert isinstance(first.problem, TooLarge)
    assert (second.name, second.data, second.problem) == ("line 2", b"{}", None)


def test_entries_are_rows_by_their_names_and_what_systems_hide_is_left_out() -> None:
    found = read(
        zipped({"a/b.json": b"{}", "__MACOSX/._b": b"x", "a/.DS_Store": b"x", "c.xml": b"<c/>"}), ZIP
    )
    assert [(item.name, item.data) for item in found] == [("a/b.json", b"{}"), ("c.xml", b"<c/>")]


def test_an_entry_that_inflates_beyond_a_credential_fails_alone() -> None:
    bomb, good = read(zipped({"bomb": b"\0" * (MAX_BYTES * 3), "good": b"{}"}), ZIP)
    assert isinstance(bomb.problem, TooLarge)
    assert good.problem is None


def test_an_archive_that_inflates_beyond_everything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_INFLATED", 1000)
    with pytest.raises(TooLarge):
        read(zipped({str(n): bytes(400) for n in range(3)}), ZIP)


def test_entries_that_are_too_large_count_for_what_was_inflated_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_INFLATED", 2 * MAX_BYTES)
    with pytest.raises(TooLarge):
        read(zipped({str(n): bytes(MAX_BYTES + 1) for n in range(3)}), ZIP)


def test_an_archive_with_too_long_a_list_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_DIRECTORY", 100)
    with pytest.raises(TooLarge):
        read(zipped({f"a-long-name-{n}": b"{}" for n in range(10)}), ZIP)


def test_a_list_whose_length_stands_in_a_record_of_zip64_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({f"n{n}": b"{}" for n in range(4)}).getvalue()
    at = data.rfind(reading.END)
    count, size, offset = struct.unpack_from("<HLL", data, at + 10)
    record = reading.END_64 + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1)
    end = data[at : at + 12] + struct.pack("<LLH", 0, 0, 0)  # the old record says nothing
    wide = data[:at] + record + locator + end
    assert len(zipfile.ZipFile(io.BytesIO(wide)).infolist()) == 4
    monkeypatch.setattr(reading, "MAX_DIRECTORY", size - 1)
    with pytest.raises(TooLarge):
        read(wide, ZIP)


def test_an_entry_that_is_encrypted_or_damaged_fails_alone() -> None:
    data = bytearray(zipped({"a": b"A" * 100, "b": b"{}"}).getvalue())
    central = data.find(b"PK\x01\x02")
    encrypted = bytearray(data)
    encrypted[central + 8] |= 1
    data[central + 16] ^= 0xFF  # its checksum
    for broken in (encrypted, data):
        first, second = read(bytes(broken), ZIP)
        assert (isinstance(first.problem, RequestRefused), second.problem) == (True, None)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"no archive", bytes(100)])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(InputRefused):
        read(data, ZIP)


@pytest.mark.parametrize("data", [b"", b"\n\n \n"])
def test_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(RequestRefused, match="not one row"):
        read(data)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    with pytest.raises(TooLarge):
        read(b"{}\n" * 4)


def test_another_kind_of_body_is_refused() -> None:
    with pytest.raises(RequestRefused, match="none of the kinds"):
        read(b"{}", "application/x-tar")
