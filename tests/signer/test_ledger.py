"""What each key signed: written through, read however torn, and nothing about anybody."""

from __future__ import annotations

import asyncio
import hashlib
import json
import multiprocessing
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.errors import SignerFailed
from gateway.settings import Settings
from gateway.signer import KeyStore, Ledger, Signed, Signer, signer_for
from tests.signer.parts import NOW, PUBLIC, SECRET_TEXT, STAMP

DOCUMENT = b'{"credentialSubject":{"name":"Ada Example"}}'
RANDOM = "urn:uuid:0d4a1f2e-7c1b-4e5f-8a6b-9c0d1e2f3a4b"


def signer(data: Path) -> Signer:
    return signer_for(Settings(data=data), NOW)


def lines(data: Path) -> list[bytes]:
    return (data / "signatures.jsonl").read_bytes().splitlines()


async def test_a_signature_is_noted_by_digest_and_random_id(tmp_path: Path) -> None:
    by, ledger = signer(tmp_path), Ledger(tmp_path)
    entry = await ledger.append(DOCUMENT, signer=by, format="ob3", created=NOW, credential=RANDOM)
    assert entry == Signed(
        hashlib.sha256(DOCUMENT).hexdigest(), "ob3", 1, keys.multikey(by.public), by.verification_method,
        STAMP, RANDOM,
    )  # fmt: skip
    assert json.loads(lines(tmp_path)[0])["key"] == 1
    assert ledger.signed_by(by.public) == Ledger(tmp_path).signed_by(by.public)
    assert ledger.signed_by(by.public).entries == (entry,)
    assert stat.S_IMODE((tmp_path / "signatures.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "named",
    ["", None, 7, "https://example.org/people/somebody", "did:example:somebody", "mailto:somebody@example.org",
     "urn:uuid:somebody", RANDOM + "#somebody", RANDOM + "\n", "urn:example:" + "x" * 9000],
)  # fmt: skip
async def test_an_id_that_may_tell_of_somebody_is_not_noted(tmp_path: Path, named: object) -> None:
    await Ledger(tmp_path).append(
        DOCUMENT, signer=signer(tmp_path), format="vc", created=NOW, credential=named
    )
    content = (tmp_path / "signatures.jsonl").read_bytes().lower()
    assert b"somebody" not in content
    assert json.loads(content)["credential"] == ""


async def test_each_key_answers_for_its_own_signatures_also_under_another_name(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = signer(tmp_path)
    await ledger.append(b"1", signer=first, format="ob3", created=NOW)
    KeyStore(tmp_path).rotate(NOW)
    second = first.current()
    await ledger.append(b"2", signer=second, format="elm3", created=NOW + timedelta(hours=1))
    named = signer_for(Settings(data=tmp_path, public_url="https://gateway.example.org"), NOW)
    await ledger.append(b"3", signer=named, format="vc", created=NOW)
    assert [entry.format for entry in ledger.signed_by(first.public).entries] == ["ob3"]
    assert [entry.format for entry in ledger.signed_by(second.public).entries] == ["elm3", "vc"]


async def test_the_key_of_the_environment_has_number_0(tmp_path: Path) -> None:
    by = signer_for(Settings(data=tmp_path / "new", signing_key=SECRET_TEXT), NOW)
    entry = await Ledger(tmp_path / "new").append(DOCUMENT, signer=by, format="ob3", created=NOW)
    assert (entry.key, entry.public) == (0, keys.multikey(PUBLIC))


def test_without_a_ledger_nothing_was_signed(tmp_path: Path) -> None:
    assert Ledger(tmp_path).signed_by(PUBLIC).entries == ()


@pytest.mark.parametrize(
    "damage",
    [b"\n", b"{", b"null\n", b"[]\n", b'{"digest":"x"}\n', b"\xff\xfe\n", b"[" * 3000 + b"\n",
     b"x" * 20_000 + b"\n", b'{"digest":1,"format":1,"key":1,"public":1,"verification_method":1,'
     b'"created":1,"credential":1}\n'],
)  # fmt: skip
async def test_a_damaged_line_is_counted_and_costs_no_other(tmp_path: Path, damage: bytes) -> None:
    by, ledger = signer(tmp_path), Ledger(tmp_path)
    await ledger.append(b"1", signer=by, format="ob3", created=NOW)
    with (tmp_path / "signatures.jsonl").open("ab") as file:
        file.write(damage)
    await ledger.append(b"2", signer=by, format="vc", created=NOW)
    reading = ledger.signed_by(by.public)
    assert [entry.format for entry in reading.entries] == ["ob3", "vc"]
    assert reading.damaged == (0 if damage == b"\n" else 1)


@given(torn=st.integers(0, 1000), noise=st.binary(max_size=50))
def test_whatever_becomes_of_the_file_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, torn: int, noise: bytes
) -> None:
    data = tmp_path_factory.mktemp("ledger")
    by, ledger = signer(data), Ledger(data)

    async def write() -> None:
        for n in range(3):
            await ledger.append(bytes([n]), signer=by, format="ob3", created=NOW)

    asyncio.run(write())
    path = data / "signatures.jsonl"
    content = path.read_bytes()
    at = torn % len(content)
    path.write_bytes(content[:at] + noise)
    reading = ledger.signed_by(by.public)
    assert len(reading.entries) >= content[:at].count(b"\n")


def _append(data: Path, name: str) -> None:
    async def run() -> None:
        by = signer_for(Settings(data=data), NOW)
        for n in range(20):
            await Ledger(data).append(f"{name}{n}".encode(), signer=by, format="ob3", created=NOW)

    asyncio.run(run())


def test_two_processes_write_to_one_ledger(tmp_path: Path) -> None:
    by = signer(tmp_path)
    fresh = multiprocessing.get_context("spawn")
    workers = [fresh.Process(target=_append, args=(tmp_path, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    reading = Ledger(tmp_path).signed_by(by.public)
    assert (len({entry.digest for entry in reading.entries}), reading.damaged) == (40, 0)


@pytest.mark.parametrize("named", ["", "a b", "x" * 65, "ob3\n"])
async def test_a_format_that_is_no_name_is_refused(tmp_path: Path, named: str) -> None:
    with pytest.raises(SignerFailed, match="malformed"):
        await Ledger(tmp_path).append(DOCUMENT, signer=signer(tmp_path), format=named, created=NOW)
    assert not (tmp_path / "signatures.jsonl").exists()


async def test_a_signature_that_cannot_be_noted_is_said_so(tmp_path: Path) -> None:
    by = signer(tmp_path)
    (tmp_path / "signatures.jsonl").mkdir()
    with pytest.raises(SignerFailed, match="cannot be noted"):
        await Ledger(tmp_path).append(DOCUMENT, signer=by, format="ob3", created=NOW)
    with pytest.raises(SignerFailed, match="cannot be read"):
        Ledger(tmp_path).signed_by(by.public)


async def test_many_signatures_are_noted_by_one_write(tmp_path: Path) -> None:
    by, ledger = signer(tmp_path), Ledger(tmp_path)
    await ledger.append(b"0", signer=by, format="ob3", created=NOW)
    identifier = "urn:uuid:12345678-0000-4000-8000-000000000001"
    documents = [(b"1", identifier), (b"2", "https://example.org/who"), (b"3", None)]
    entries = await ledger.append_many(documents, signer=by, format="vc", created=NOW)
    assert [entry.credential for entry in entries] == [identifier, "", ""]
    assert ledger.signed_by(by.public).entries[1:] == tuple(entries)


async def test_of_many_signatures_none_is_noted_when_one_cannot_be(tmp_path: Path) -> None:
    by, ledger = signer(tmp_path), Ledger(tmp_path)
    with pytest.raises(SignerFailed):
        await ledger.append_many([(b"1", "")], signer=by, format="no name", created=NOW)
    assert ledger.signed_by(by.public).entries == ()
