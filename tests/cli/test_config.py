"""The command ``gateway config``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GATEWAY_CONFIG", "GATEWAY_CORPORA"):
        monkeypatch.delenv(name, raising=False)


def written(text: str, mode: int = 0o600) -> str:
    file = Path("gateway.toml")
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["config", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_sound_settings_are_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = told(capsys, "check", "--config", written("port = 9000"))
    assert (code, "sound; 1 of" in said) == (0, True)


def test_all_faults_are_said_and_a_misspelt_variable_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_PROT", "1")
    monkeypatch.setenv("GATEWAY_CONFIG", written('hots = "a"\nworkers = 0\ntrust_list = "nowhere.toml"'))
    code, said = told(capsys, "check")
    assert code == 1
    for part in (
        "Did you mean host?",
        "workers is malformed (gateway.toml:2)",
        "nowhere.toml",
        "mean GATEWAY_PORT?",
    ):
        assert part in said
    code, said = told(capsys, "check", "--json")
    answer = json.loads(said)
    assert (answer["sound"], [fault["key"] for fault in answer["faults"]]) == (
        False, ["hots", "workers", "trust_list"],
    )  # fmt: skip
    assert answer["faults"][0]["line"] == 1
    assert [remark["key"] for remark in answer["remarks"]] == ["GATEWAY_PROT"]


@pytest.mark.parametrize("text", ['pkcs11_pin = "1234"', 'database = "postgresql://me:1234@host/name"'])
def test_secrets_in_a_file_that_others_may_read_are_a_fault(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    for mode, expected in ((0o600, 0), (0o640, 1), (0o644, 1)):
        code, said = told(capsys, "check", "--config", written(text, mode))
        assert (code, "chmod 600" in said) == (expected, bool(expected))
        assert "1234" not in said


def test_what_holds_is_shown_with_where_it_comes_from_and_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_HOST", "::1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-1")
    file = written('port = 9000\nsigning_key = "hidden-2"\ndatabase = "postgresql://me:hidden-3@host/name"')
    code, said = told(capsys, "show", "--config", file, "--json", "--data", "elsewhere")
    shown = json.loads(said)
    assert (code, "hidden" in said) == (0, False)
    assert shown["port"] == {"value": 9000, "origin": "gateway.toml:1"}
    assert shown["host"] == {"value": "::1", "origin": "GATEWAY_HOST"}
    assert shown["data"] == {"value": "elsewhere", "origin": "option"}
    assert shown["workers"]["origin"] == "default"
    assert shown["database"]["value"] == "postgresql://me:(secret)@host/name"
    code, said = told(capsys, "show", "--config", file)
    assert (code, "hidden" in said, "(secret)" in said) == (0, False, True)


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = told(capsys, "check", "--config", "nothing.toml")
    assert (code, "cannot be read" in said) == (3, True)


def test_commands_go_by_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list", "--config", written("prot = 1")]) == 3
    assert "Did you mean port?" in capsys.readouterr().err
