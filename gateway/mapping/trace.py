"""What became of what, place by place: the trail reading and writing leave for the accounts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """A value at ``here`` (JSON pointer into the document) and at ``hub`` (pointer into the hub).

    ``rule`` names the codec or rule; ``exact`` is false where the value changed its form;
    ``assumed`` is true where reading had to assume something the document does not say.
    """

    here: str
    hub: str
    rule: str
    exact: bool = True
    assumed: bool = False
