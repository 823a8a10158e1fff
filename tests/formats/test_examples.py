"""The project's own examples: every form is what the gateway makes of the one written by hand, and says the same."""

from __future__ import annotations

import pytest

from conformance.make_examples import SOURCES, forms
from gateway.core import understand
from gateway.resources import example_bytes, example_names

MADE = {name: data for source in SOURCES for name, data in forms(source)}


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_form_is_what_the_gateway_writes(name: str) -> None:
    assert example_bytes(name) == MADE[name]


def test_no_form_is_forgotten() -> None:
    assert {*MADE, *SOURCES, "badge.ob2.json"} == set(example_names())


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_form_says_what_its_source_says(name: str) -> None:
    source = next(source for source in SOURCES if source.split(".")[0] == name.split(".")[0])
    assert understand(example_bytes(name)).hub == understand(example_bytes(source)).hub
