"""The command ``gateway keys``: what it prints, writes and refuses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.settings import Settings
from gateway.signer import KeyStore, Ledger, signer_for
from tests.parts import NOW

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test in an empty folder, where the data folder will be."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def keys(*arguments: str) -> int:
    return main(["keys", *arguments])


def sign(data: Path, count: int, format: str = "ob3") -> None:
    async def run() -> None:
        signer = signer_for(Settings(data=data), NOW)
        for n in range(count):
            await Ledger(data).append(str(n).encode(), signer=signer, format=format, created=NOW)

    asyncio.run(run())


def listed(capsys: Capture) -> list[dict[str, Any]]:
    assert keys("list", "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_key_of_each_kind_is_made_and_listed(capsys: Capture) -> None:
    assert keys("new") == 0
    assert keys("new", "--kind", "p256") == 0
    made = capsys.readouterr().out
    assert keys("list") == 0
    assert capsys.readouterr().out == made
    assert [line.split()[:3] for line in made.splitlines()] == [
        ["1", "active", "ed25519"], ["2", "active", "p256"],
    ]  # fmt: skip
    assert [(row["kind"], row["did"][:12]) for row in listed(capsys)] == [
        ("ed25519", "did:key:z6Mk"), ("p256", "did:key:zDna"),
    ]  # fmt: skip


def test_keys_are_rotated_retired_and_revoked(at_home: Path, capsys: Capture) -> None:
    assert keys("rotate") == 0
    assert keys("rotate", "--data", str(at_home)) == 0
    assert keys("revoke", "1", "--reason", "superseded") == 0
    said = capsys.readouterr()
    assert "0 credentials to be signed anew" in said.err
    assert "revoked " in said.out
    assert "(superseded)" in said.out
    assert keys("retire", "2") == 0
    assert "no active key is left" in capsys.readouterr().err
    assert [row["state"] for row in listed(capsys)] == ["revoked", "retired"]
    assert "z3u2" not in said.out + said.err


def test_a_revoked_key_gives_the_list_of_what_is_to_be_signed_anew(at_home: Path, capsys: Capture) -> None:
    sign(at_home, 3)
    KeyStore(at_home).rotate(NOW)
    sign(at_home, 1, "elm3")
    assert keys("revoke", "1", "--reason", "compromised", "--jobs", "jobs.jsonl") == 0
    assert "3 credentials to be signed anew; listed in jobs.jsonl" in capsys.readouterr().err
    jobs = [json.loads(line) for line in Path("jobs.jsonl").read_text().splitlines()]
    assert [(job["job"], job["key"], job["format"], job["reason"]) for job in jobs] == [
        ("sign-anew", 1, "ob3", "compromised")
    ] * 3
    assert len({job["digest"] for job in jobs}) == 3
    assert keys("signed", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [entry["format"] for entry in told["signed"]] == ["elm3"]
    assert (told["state"], told["damaged"]) == ("active", 0)


def test_what_a_key_signed_is_listed(at_home: Path, capsys: Capture) -> None:
    sign(at_home, 2)
    with (at_home / "signatures.jsonl").open("a") as file:
        file.write("{")
    assert keys("signed", "1") == 0
    said = capsys.readouterr()
    assert [line.split()[1] for line in said.out.splitlines()] == ["ob3", "ob3"]
    assert "1 line of the list of signatures cannot be read" in said.err


def test_a_list_that_cannot_be_written_does_not_undo_the_revocation(at_home: Path, capsys: Capture) -> None:
    sign(at_home, 1)
    assert keys("revoke", "1", "--reason", "ceased", "--jobs", "nowhere/jobs.jsonl") == 3
    said = capsys.readouterr()
    assert "key 1 is revoked, but" in said.err
    assert KeyStore(at_home).record(1).state == "revoked"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["retire", "7"], 2), (["revoke", "7", "--reason", "ceased"], 2), (["signed", "7"], 2),
        (["retire", "2"], 2),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(
    at_home: Path, arguments: list[str], code: int, capsys: Capture
) -> None:
    KeyStore(at_home).new(NOW)
    KeyStore(at_home).new(NOW)
    KeyStore(at_home).revoke(2, NOW, reason="ceased")
    assert keys(*arguments) == code
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [[], ["dance"], ["new", "--kind", "rsa"], ["revoke", "1"], ["revoke", "--reason", "ceased"],
     ["revoke", "1", "--reason", "boredom"], ["retire", "x"], ["retire"]],
)  # fmt: skip
def test_a_wrong_command_line_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        keys(*arguments)
    assert end.value.code == 2
