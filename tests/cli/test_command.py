"""The command line: the contract of commands, files, summaries and exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.text import paint_for, verify_summary
from gateway.report import Check, Report, Verdict
from gateway.resources import data_path

EXAMPLES = data_path("examples")
BADGE = str(EXAMPLES / "badge.ob3.json")
MICRO = str(EXAMPLES / "micro-credential.elm3.json")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test in an empty folder, where the data folder will be."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_convert_writes_the_credential_and_says_what_became_of_the_source(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", MICRO, "--to", "ob3", "--out", "badge.json"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "elm3 → ob3" in said.err
    assert main(["verify", "badge.json"]) == 0
    assert capsys.readouterr().out.startswith("verified")


def test_a_pipe_or_a_device_is_written_to_and_not_replaced(at_home: Path) -> None:
    os.mkfifo("pipe")
    read = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["convert", BADGE, "--to", "vc", "--out", "pipe"]) == 0
        assert os.read(read, 100).startswith(b"{")
    finally:
        os.close(read)
    assert Path("pipe").is_fifo()


def test_the_report_goes_to_a_file_as_json(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", MICRO, "--to", "vc", "--report", "report.json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["proof"]
    assert said.err == ""
    report = json.loads(Path("report.json").read_text())
    assert sum(report["leaves"].values()) == sum(1 for f in report["findings"] if "outcome" in f)


def test_standard_input_and_output_are_a_dash(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    data = io.BytesIO(Path(MICRO).read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert main(["convert", "-", "--to", "edci-xml", "--out", "-"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"<?xml")


def test_what_is_not_verified_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", BADGE]) == 1
    assert "no_proof" in capsys.readouterr().out
    assert main(["verify", BADGE, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "undetermined"


def test_a_verdict_says_first_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", BADGE, "--policy", "archive"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "not verified: a question is open (policy archive)",
        "Because:",
        "  ? Proof (proof): nothing secures the document [no_proof]",
    ]
    assert lines[3].startswith("      what to do: ")
    assert "  ✓ Form (structure)" in lines
    trust = next(line for line in lines if "no_trust_source" in line)
    assert trust.endswith("(does not count under this policy)")


def test_a_verdict_is_told_in_other_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", BADGE, "--language", "de"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(
        "nicht erwiesen: eine Frage ist offen (Regel strict)\nGrund:\n  ? Signatur (proof): Nichts"
    )
    assert main(["verify", BADGE, "--language", "fr", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert next(c for c in checks if c["name"] == "proof")["message"] == "Rien ne sécurise le document"
    Path("twice.json").write_text('{"type": "a", "type": "b"}')
    assert main(["verify", "twice.json", "--language", "fr"]) == 2
    said = capsys.readouterr().err
    assert "Un objet cite deux fois la même clé" in said
    assert "endroit: /type" in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [(Terminal(), {}, True), (Terminal(), {"NO_COLOR": "1"}, False), (Terminal(), {"NO_COLOR": ""}, True),
     (Terminal(), {"TERM": "dumb"}, False), (io.StringIO(), {}, False)],
)  # fmt: skip
def test_colour_is_for_terminals_that_want_it(
    stream: io.StringIO, environ: dict[str, str], coloured: bool
) -> None:
    report = Report(checks=(Check("proof", Verdict.INVALID, "no_proof", "nothing"),))
    said = verify_summary(report, paint=paint_for(stream, environ))
    assert ("\x1b[31mNOT verified\x1b[0m" in said) is coloured
    assert ("\x1b" in said) is coloured


def test_a_terminal_without_the_letters_gets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["verify", BADGE, "--language", "de"]) == 1
    sys.stdout.flush()
    assert b"? Signatur" in raw.getvalue()


def test_refused_input_exits_2_and_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    Path("twice.json").write_text('{"type": "a", "type": "b"}')
    assert main(["convert", "twice.json", "--to", "ob3"]) == 2
    said = capsys.readouterr().err
    assert "[duplicate_key]" in said
    assert "where: /type" in said
    assert "hint:" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert", "missing.json", "--to", "ob3"],
        ["convert", MICRO, "--to", "docx"],
        ["convert", MICRO, "--to", "ob2"],
        ["resolve", "did:nothing:x"],
        ["resolve", "no did"],
    ],
)
def test_what_cannot_be_done_as_asked_exits_2(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_what_the_gateway_cannot_do_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", MICRO, "--to", "ob3", "--out", "no/such/folder/x.json"]) == 3
    assert "cannot write" in capsys.readouterr().err


def test_nothing_is_left_behind_when_writing_fails(at_home: Path) -> None:
    Path("taken").mkdir()
    assert main(["convert", MICRO, "--to", "ob3", "--out", "taken"]) == 3
    assert [path.name for path in at_home.iterdir() if path.name not in ("taken", "data")] == []


def test_resolve_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    did = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    assert main(["resolve", did]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == did


def test_keys_are_made_listed_and_kept_secret(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0
    assert "no keys yet" in capsys.readouterr().err
    assert main(["keys", "new"]) == 0
    assert main(["keys", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[1]
    assert "did:key:z6Mk" in lines[0]
    files = list((at_home / "data/keys").iterdir())
    assert len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0


def test_formats_are_listed_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    assert "Open Badges 3.0" in capsys.readouterr().out
    assert main(["formats", "--json"]) == 0
    rows = {row["name"]: row["writes"] for row in json.loads(capsys.readouterr().out)}
    written = {"ob3", "vc", "elm3", "edci-xml", "eudi-learning"}
    assert rows == {name: name in written for name in (*written, "ob2", "ob1")}


@pytest.mark.parametrize("arguments", [[], ["convert"], ["dance"], ["convert", MICRO]])
def test_a_wrong_command_line_exits_2_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_signing_as_it_stands_warns_where_implementations_differ(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "new"]) == 0
    did = capsys.readouterr().out.split()[-1]
    did = next(word for word in did.split() if word.startswith("did:key:"))
    badge = json.loads(Path(BADGE).read_text())
    badge["issuer"] = {**badge["issuer"], "id": did} if isinstance(badge["issuer"], dict) else did
    Path("plain.json").write_text(json.dumps(badge))
    assert main(["sign", "plain.json", "--out", "signed.json"]) == 0
    assert capsys.readouterr().err == ""
    badge["name"] = "So\u0001ldering"
    Path("odd.json").write_text(json.dumps(badge))
    assert main(["sign", "odd.json", "--out", "signed.json"]) == 0
    assert "[not_simple]" in capsys.readouterr().err


RESOLVED = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"


def test_resolve_prints_the_part_that_a_did_url_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resolve", f"{RESOLVED}#{RESOLVED.removeprefix('did:key:')}"]) == 0
    assert json.loads(capsys.readouterr().out)["controller"] == RESOLVED
    assert main(["resolve", f"{RESOLVED}#nothing"]) == 3
    assert "did_not_found" in capsys.readouterr().err


def test_resolve_prints_what_is_known_of_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resolve", RESOLVED, "--metadata"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["didDocument"]["id"] == RESOLVED
    assert said["didResolutionMetadata"]["contentType"] == "application/did"
    assert said["didDocumentMetadata"] == {}


@pytest.mark.parametrize(
    ("did", "code"),
    [("did:key:z6Mk", 2), ("did:x:1", 2), ("", 2), ("did:web:127.0.0.1", 2), (f"{RESOLVED}#^", 2)],
)
def test_resolve_refuses_what_is_no_did(capsys: pytest.CaptureFixture[str], did: str, code: int) -> None:
    assert main(["resolve", did]) == code
    assert capsys.readouterr().err.startswith("gateway: ")


def test_the_version_is_that_of_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == f"gateway {version('microcredential-gateway')}\n"
