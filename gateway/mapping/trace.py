"""What became of what, place by place: the trail reading and writing leave for the accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Step", "below"]


class Step(NamedTuple):
    """A value at ``here`` (JSON pointer into the document) and at ``hub`` (pointer into the hub).

    ``rule`` names the codec or rule; ``exact`` is false where the value changed its form;
    ``assumed`` is true where reading had to assume something the document does not say. There are as
    many steps as leaves, which is why they are tuples.
    """

    here: str
    hub: str
    rule: str
    exact: bool = True
    assumed: bool = False


def below(place: str, steps: Iterable[Step]) -> list[Step]:
    """The same steps of a document that stands at ``place`` in another."""
    return [Step(place + here, hub, rule, exact, assumed) for here, hub, rule, exact, assumed in steps]
