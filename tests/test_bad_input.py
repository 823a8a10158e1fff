"""Every kind of bad input gets its own code, a hint, exit 2 and a 4xx; quickly, and nothing else."""

from __future__ import annotations

import time

import pytest

from gateway.core import ConvertOptions
from gateway.errors import GatewayError, InputRefused
from gateway.report import Verdict
from tests.bad_input import BAD
from tests.parts import gateway

SLOW = 3.0


LOOKED_AT = {
    "no subject", "an empty subject", "several subjects", "no subject in XML",
    "an unknown context", "a protected term", "an undefined term", "a relative id",
    "a presentation",
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


@pytest.mark.parametrize(
    "kind", ["duplicate key", "NaN", "no subject", "several subjects", "a comment in a value"]
)
async def test_bad_input_says_where(kind: str) -> None:
    data, _ = BAD[kind]
    with pytest.raises(InputRefused) as refusal:
        await gateway().convert(data, ConvertOptions("elm3"))
    assert refusal.value.pointer
