"""Signing a file of credentials on the command line: in order, row by row, gone on with, and never half."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.documents import document
from gateway.cli import main
from gateway.cli.progress import Progress
from gateway.errors import UnsafeJsonLd
from gateway.keys import SecretKey, did_key, public_key_of, secret_multikey
from gateway.pipeline import Row
from gateway.pipeline.bulk import CHUNK_ROWS
from tests.parts import SEED

SECRET = SecretKey("ed25519", SEED)
DID = did_key(public_key_of(SECRET))
BAD = {3: b"{", 5: b"", 250: b'{"type":["VerifiableCredential"]}', 251: b"null", 400: b"\xff"}
"""Rows that are no credential, by number; the empty one is none at all."""
ROWS = 430


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test in a folder with a file to sign, and a key in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_SIGNING_KEY", secret_multikey(SECRET))
    (tmp_path / "in").write_bytes(
        b"".join(BAD.get(number, row(number)) + b"\n" for number in range(1, ROWS + 1))
    )
    return tmp_path


def row(number: int) -> bytes:
    made = document("small", DID)
    made["id"] = f"urn:uuid:{number:08d}-0000-4000-8000-000000000000"
    made["credentialSubject"]["id"] = f"did:example:{number}"
    return json.dumps(made).encode()


def sign(*options: str) -> int:
    return main(["sign", "in", "--batch", "--out", "out", "--processes", "1", *options])


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in Path(name).read_bytes().splitlines()]


def numbers_signed() -> list[int]:
    return [int(credential["id"][9:17]) for credential in lines("out")]


GOOD = [number for number in range(1, ROWS + 1) if number not in BAD]
REFUSED = [number for number, content in BAD.items() if content]


def test_each_row_is_signed_or_refused_in_order(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign() == 1
    assert numbers_signed() == GOOD
    failures = lines("out.failures")
    assert [failure["row"] for failure in failures] == REFUSED
    assert failures[0]["code"] == "malformed_json"
    assert all(failure["detail"] and failure["hint"] for failure in failures)
    said = capsys.readouterr().err
    assert f"{len(GOOD)} signed" in said
    assert "4 refused: out.failures" in said
    for number in (0, CHUNK_ROWS, len(GOOD) - 1):
        (at_home / "one.json").write_text(json.dumps(lines("out")[number]))
        assert main(["verify", "one.json"]) == 0


def test_what_is_signed_is_in_the_ledger(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sign()
    noted = lines("data/signatures.jsonl")
    assert [int(entry["credential"][9:17]) for entry in noted] == GOOD


def test_two_processes_make_the_same_file(at_home: Path) -> None:
    path = at_home / "in"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:260]) + b"\n")
    sign()
    alone = [{**c, "proof": []} for c in lines("out")]
    Path("out").unlink()
    Path("out.failures").unlink()
    command = [sys.executable, "-c", "import sys; from gateway.cli import main; sys.exit(main())"]
    asked = ["sign", "in", "--batch", "--out", "out", "--processes", "2"]
    assert subprocess.run([*command, *asked], check=False, timeout=120).returncode == 1
    assert [{**c, "proof": []} for c in lines("out")] == alone


def cut(name: str, part: float) -> None:
    content = Path(name).read_bytes()
    Path(name).write_bytes(content[: int(len(content) * part)])


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.61, 0.999, 1.0])
def test_an_interrupted_batch_goes_on_after_the_last_whole_line(
    part: float, capsys: pytest.CaptureFixture[str]
) -> None:
    sign()
    whole, failures = numbers_signed(), Path("out.failures").read_bytes()
    cut("out", part)
    kept = Path("out").read_bytes()
    kept = kept[: kept.rfind(b"\n") + 1]
    capsys.readouterr()
    assert sign() == 1
    assert numbers_signed() == whole
    assert Path("out").read_bytes().startswith(kept)
    assert Path("out.failures").read_bytes() == failures
    assert f"{len(whole)} signed ({len(whole) - kept.count(10)} now" in capsys.readouterr().err


def test_failures_that_were_cut_off_are_told_again() -> None:
    sign()
    whole = Path("out.failures").read_bytes()
    cut("out", 1 / 3)
    Path("out.failures").write_bytes(whole[: whole.find(b"\n") + 20])
    assert sign() == 1
    assert Path("out.failures").read_bytes() == whole
    assert numbers_signed() == GOOD


def test_a_batch_without_refusals_exits_0(at_home: Path) -> None:
    (at_home / "in").write_bytes(row(1) + b"\r\n\n" + row(2))
    assert sign() == 0
    assert numbers_signed() == [1, 2]
    assert Path("out.failures").read_bytes() == b""


def test_standard_input_and_output(at_home: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(row(1) + b"\n" + row(2) + b"\n")))
    asked = ["sign", "-", "--batch", "--processes", "1"]
    assert main([*asked, "--failures", "bad"]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 2
    assert main(asked) == 2
    Path("notes").write_text("mine")
    assert main([*asked, "--failures", "notes"]) == 2
    assert Path("notes").read_text() == "mine"


@pytest.mark.parametrize("spoil", ["another input", "too much", "failures"])
def test_files_of_another_input_are_refused_before_anything_is_signed(
    at_home: Path, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sign()
    before = Path("out").read_bytes()
    if spoil == "another input":
        (at_home / "in").write_bytes(b"".join(row(number + 1000) + b"\n" for number in range(ROWS + 9)))
    elif spoil == "too much":
        (at_home / "in").write_bytes(row(1) + b"\n")
    else:
        Path("out.failures").write_bytes(b"{}\n")
    assert sign() == 2
    assert "not of this input" in capsys.readouterr().err
    assert Path("out").read_bytes() == before


@pytest.mark.parametrize("name", ["out", "out.failures"])
@pytest.mark.parametrize(
    "content",
    [
        b"notes",
        b"notes\n",
        b'{"a":1}',
        b'{"a":1}\n{"b"',
        row(2),
        row(1) + b"\n",
        row(1) + b"\nnotes",
        b"\n",
        b"\0\xff",
    ],
)
def test_a_file_of_something_else_is_left_as_it_is(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    assert sign() == 2
    assert Path(name).read_bytes() == content


def test_the_input_is_not_written_over(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (at_home / "in").read_bytes()
    assert main(["sign", "in", "--batch", "--out", "in"]) == 2
    assert "written over" in capsys.readouterr().err
    assert main(["sign", "in", "--batch", "--out", "out", "--failures", "out"]) == 2
    assert (at_home / "in").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--securing", "vc+jwt"], 2), (["--securing", "nothing"], 2), (["--failures", "no/such/file"], 3),
     (["--out", "no/such/file"], 3), (["--key", "p256"], 2)],
)  # fmt: skip
def test_what_keeps_all_rows_from_being_signed_ends_the_batch(options: list[str], code: int) -> None:
    assert sign(*options) == code
    assert not Path("out").exists() or Path("out").read_bytes() == b""


def test_a_file_that_is_not_there_is_refused() -> None:
    assert main(["sign", "missing", "--batch", "--out", "out"]) == 2


def test_a_line_too_long_is_a_refused_row(at_home: Path) -> None:
    (at_home / "in").write_bytes(row(1) + b"\n" + b"[" * 20_000_000 + b"\n" + row(3) + b"\n")
    assert sign() == 1
    assert numbers_signed() == [1, 3]
    assert [(failure["row"], failure["code"]) for failure in lines("out.failures")] == [(2, "too_large")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_rate_and_time_left() -> None:
    moments = iter([0.0, 10.0, 20.0, 4000.0])
    stream = Terminal()
    progress = Progress(stream, 10_000, lambda: next(moments))
    rows = tuple(Row(number, b"x", templated=True) for number in range(100))
    progress.note((*rows, Row(101, refusal=UnsafeJsonLd("x"))), 0)
    progress.note(rows, 5_000)
    assert "200 signed, 1 refused · 10/s · 50 % · 0:20 left" in stream.getvalue()
    progress.note(tuple(Row(number, b"x", simple=False) for number in range(100)), 5_100)
    assert "300 signed, 1 refused · 0/s · 51 % · 1:04:03 left" in stream.getvalue()
    progress.end(300, 1, "bad")
    assert stream.getvalue().endswith(
        "300 signed (300 now, 200 of them by templates), 1 refused: bad\n"
        "warning: 100 are not canonically simple: implementations differ on them [not_simple]\n"
    )
    quiet = io.StringIO()
    Progress(quiet, 0).note(rows, 0)
    assert quiet.getvalue() == ""
