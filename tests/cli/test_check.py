"""`gateway check`: what it says, in which language, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.messages import LANGUAGES, words
from gateway.resources import data_path

EXAMPLES = data_path("examples")
BADGE, MICRO = str(EXAMPLES / "badge.ob3.json"), str(EXAMPLES / "micro-credential.elm3.json")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_complete_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", MICRO]) == 0
    said = capsys.readouterr().out
    assert said.startswith("complete: all that is mandatory is stated\n  profile eu: Council Recommendation")
    assert "✓ workload" in said


def test_an_incomplete_one_says_where_it_would_stand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", BADGE]) == 1
    said = capsys.readouterr().out
    assert said.startswith("NOT complete: of what is mandatory, 4 of 10 are not stated")
    assert "would stand at /carried/hasClaim/0/specifiedBy/mode/0" in said


def test_as_json_and_by_another_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", MICRO, "--profile", "oepass", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["profile"]["name"] == "oepass"
    assert [e["element"] for e in told["elements"] if e["state"] != "stated"] == ["issuer_reputation"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_in_every_language(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", BADGE, "--language", language])
    said = capsys.readouterr().out
    assert all(name in said for name in words(language)["dimensions"].values())
    assert words(language)["elements"]["workload"] in said


def test_what_looks_wrong_comes_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = Path(MICRO).read_text().replace('"PT50H"', '"P60M"')
    (tmp_path / "odd.json").write_text(odd)
    main(["check", "odd.json"])
    assert capsys.readouterr().out.rstrip().endswith("[workload_in_months]")


def test_what_is_no_credential_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.json").write_text("{}")
    assert main(["check", "no.json"]) == 2
    assert "[format_unknown]" in capsys.readouterr().err
