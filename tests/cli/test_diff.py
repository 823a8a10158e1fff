"""`gateway diff`: two credentials side by side, whatever their formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.resources import data_path

EXAMPLES = data_path("examples")
MICRO, XML = str(EXAMPLES / "micro-credential.elm3.json"), str(EXAMPLES / "micro-credential.edci-xml.xml")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_document_says_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", MICRO, MICRO]) == 0
    said = capsys.readouterr().out
    assert said.rstrip().endswith("0 different, 0 only in A (-), 0 only in B (+)")


def test_what_was_changed_is_told_with_both_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path(MICRO).read_text()
    (tmp_path / "other.json").write_text(
        text.replace('"volumeOfLearning": "PT50H"', '"volumeOfLearning": "PT60H"')
    )
    assert main(["diff", MICRO, "other.json", "--values"]) == 1
    said = capsys.readouterr().out
    assert "1 different, 0 only in A" in said
    assert "≠ /credentialSubject/hasClaim/specifiedBy/volumeOfLearning" in said
    assert "A: PT50H" in said
    assert "B: PT60H" in said


def test_across_formats_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", MICRO, XML, "--all", "--json"])
    told = {line["hub"]: line for line in json.loads(capsys.readouterr().out)}
    level = told["/has_claim/0/specified_by/eqf_level/id"]
    assert level["side"] == "same"
    assert level["first"] == "/credentialSubject/hasClaim/specifiedBy/eqfLevel/id"
    assert level["second"].endswith("/qualification[1]/eqfLevel[1]/@uri")
    assert (level["firstRule"], level["secondRule"]) == ("iri", "string")
    assert "firstValue" not in level


def test_what_only_one_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(Path(MICRO).read_text())
    del document["credentialSubject"]["fullName"]
    (tmp_path / "less.json").write_text(json.dumps(document))
    assert main(["diff", MICRO, "less.json"]) == 1
    assert "\n  - /credentialSubject/fullName" in capsys.readouterr().out
    assert main(["diff", "less.json", MICRO]) == 1
    assert "/credentialSubject/fullName" in capsys.readouterr().out


def test_what_is_no_credential_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.json").write_text("{}")
    assert main(["diff", MICRO, "no.json"]) == 2
    assert "[format_unknown]" in capsys.readouterr().err
