"""The cases in ``tests/cases/*.md``: commands with what they say, run one after the other.

A fenced block is a session in an empty folder with the project's ``examples``. A line that begins with
``% `` is a command; lines up to ``^D`` are its standard input; what follows is what it says, and
``=> N`` its exit code where that is not 0. Besides ``gateway`` there are ``show FILE POINTER`` (what
stands there, as JSON) and ``edit FILE POINTER JSON``. ``pytest --accept`` writes what is said now.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.keys import SecretKey, secret_multikey
from gateway.pointers import resolve, split
from gateway.resources import data_path
from tests.parts import NOW, SEED

CASES = Path(__file__).parent / "cases"
FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT, END, CODE = "% ", "^D", "=> "


def sessions() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.md")):
        for number, found in enumerate(FENCE.finditer(path.read_text(encoding="utf-8"))):
            yield pytest.param(path, found[1], id=f"{path.stem}-{number + 1}")


@pytest.mark.parametrize(("path", "session"), list(sessions()))
def test_a_session_goes_as_written(
    path: Path, session: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_SIGNING_KEY", secret_multikey(SecretKey("ed25519", SEED)))
    (tmp_path / "examples").symlink_to(data_path("examples"))
    given = "".join(
        f"{line}\n" for command, text in commands(session) for line in run(command, text, monkeypatch)
    )
    if request.config.getoption("--accept") and given != session:
        path.write_text(path.read_text(encoding="utf-8").replace(session, given), encoding="utf-8")
        return
    assert given == session


def commands(session: str) -> Iterator[tuple[str, str | None]]:
    """The commands of a session, each with its standard input, if it has one."""
    blocks = re.split(rf"^{PROMPT}", session, flags=re.MULTILINE)
    assert blocks[0] == "", "a session begins with a command"
    for block in blocks[1:]:
        command, _, rest = block.partition("\n")
        text, end, _ = rest.partition(f"{END}\n")
        yield command, text if end else None


def run(command: str, text: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The lines a command gives: itself, its input, what it says, its exit code."""
    yield PROMPT + command
    if text is not None:
        yield from text.splitlines()
        yield END
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((text or "").encode())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", write_through=True))
    code = dispatch(shlex.split(command))
    yield from (out.getvalue() + err.getvalue()).decode().splitlines()
    if code:
        yield f"{CODE}{code}"


def dispatch(words: list[str]) -> int:
    if words[0] == "gateway":
        try:
            return main(words[1:], clock=lambda: NOW)
        except SystemExit as end:
            return int(end.code or 0)
    path = Path(words[1])
    tree = json.loads(path.read_text(encoding="utf-8"))
    if words[0] == "edit":
        *holder, name = split(words[2])
        resolve(tree, "".join(f"/{step}" for step in holder))[name] = json.loads(words[3])
        path.write_text(json.dumps(tree), encoding="utf-8")
    else:
        assert words[0] == "show", words[0]
        print(json.dumps(resolve(tree, words[2]), ensure_ascii=False, indent=1))
    return 0
