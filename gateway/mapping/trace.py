"""What became of what, place by place: the trail reading and writing leave for the accounts."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Step"]


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
