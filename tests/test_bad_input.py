"""Every kind of bad input gets its own code, a hint, exit 2 and a 4xx; quickly, and nothing else."""

from __future__ import annotations

import time

import pytest

from gateway.core import ConvertOptions
from gateway.errors import GatewayError, InputRefused
from tests.bad_input import BAD
from tests.parts import gateway

SLOW = 3.0


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("job", ["convert", "verify"])
async def test_bad_input_is_refused_with_its_code_and_in_time(kind: str, job: str) -> None:
    data, code = BAD[kind]
    start = time.perf_counter()
    with pytest.raises(GatewayError) as refusal:
        if job == "verify":
            report = await gateway().verify(data)
            # A document may be looked at although nobody can convert it: then nothing is verified.
            assert report.verdict() != "valid"
            raise InputRefused("looked at") if code in ("no_subject", "several_subjects") else AssertionError
        await gateway().convert(data, ConvertOptions("elm3"))
    error = refusal.value
    assert time.perf_counter() - start < SLOW
    if error.detail != "looked at":
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
