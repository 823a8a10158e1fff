"""Every kind of bad input gets its own code, a hint, exit 2 and a 4xx; quickly, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.core import ConvertOptions
from gateway.errors import GatewayError, InputRefused
from gateway.report import Verdict
from tests.bad_input import BAD
from tests.parts import gateway

SLOW = 3.0


LOOKED_AT = {
    "no subject", "an empty subject", "several subjects", "no subject in XML",
    "an unknown context", "a protected term", "an undefined term", "a relative id",
    "a presentation", "an SD-JWT",
}  # fmt: skip
"""What nobody can convert, but what can be looked at: then nothing is verified."""


async def refused(data: bytes, job: str) -> GatewayError:
    """The refusal of a job, which must come in time."""
    start = time.perf_counter()
    work = gateway().verify(data) if job == "verify" else gateway().convert(data, ConvertOptions("elm3"))
    with pytest.raises(GatewayError) as refusal:
        await work
    assert time.perf_counter() - start < SLOW
    return refusal.value


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("job", ["convert", "verify"])
async def test_bad_input_is_refused_with_its_code_and_in_time(kind: str, job: str) -> None:
    data, code = BAD[kind]
    if job == "verify" and kind in LOOKED_AT:
        assert (await gateway().verify(data)).verdict() is not Verdict.VALID
        return
    error = await refused(data, job)
    assert error.code == code
    assert error.hint
    assert error.exit_code == 2
    assert 400 <= error.status < 500


WHOLE = {
    "empty", "a sentence", "PNG", "PDF", "another XML", "an array", "an SD-JWT", "oversized", "JWT",
    "a disclosure of nothing",
}  # fmt: skip
"""What is refused as a whole: no place in it is worse than another."""


@pytest.mark.parametrize("kind", sorted(set(BAD) - WHOLE))
async def test_bad_input_says_where(kind: str) -> None:
    data, _ = BAD[kind]
    with pytest.raises(InputRefused) as refusal:
        await gateway().convert(data, ConvertOptions("elm3"))
    assert refusal.value.pointer


@pytest.mark.parametrize("kind", sorted(set(BAD) - {"oversized", "a million elements"}))
def test_the_command_line_says_the_same(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data, code = BAD[kind]
    Path("in").write_bytes(data)
    assert main(["convert", "in", "--to", "elm3", "--out", "out"]) == 2
    said = capsys.readouterr()
    assert f"[{code}]" in said.err
    assert "hint:" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not Path("out").exists()
