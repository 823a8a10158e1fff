"""The fifteen elements of a micro-credential go through every pair of formats, natively or carried."""

from __future__ import annotations

import pytest

from conformance.elements import ELEMENTS, WRITABLE, through, values
from gateway.core import understand
from gateway.resources import example_bytes

NATIVE = {"ob3": 5, "eudi-learning": 3}
"""Least elements in native terms of targets that have few places; the others have one for nearly all."""
PAIRS = [(first, second) for first in WRITABLE for second in WRITABLE if first != second]


def test_our_micro_credential_says_all_fifteen() -> None:
    hub = understand(example_bytes("micro-credential.elm3.json")).hub
    assert len(ELEMENTS) == 15
    assert [name for name in ELEMENTS if not any(values(hub, name))] == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_element_goes_through(first: str, second: str) -> None:
    equal, native = through(first, second)
    assert [name for name, kept in equal.items() if not kept] == []
    assert native >= NATIVE.get(second, 12)
