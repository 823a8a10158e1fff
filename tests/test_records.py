"""Records that are made quickly are what dataclasses make, and as little to be changed."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.model.schema import CLASSES
from gateway.records import quick
from gateway.report import Check, Verdict


@dataclass(frozen=True, slots=True)
class Ordinary:
    name: str
    code: str = "none"
    values: dict[str, Any] = field(default_factory=dict)
    told: int = field(init=False, default=3)
    late: list[int] = field(init=False, default_factory=list)
    length: int = field(init=False)
    kind: str = field(default="plain", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    code: str = "none"
    values: dict[str, Any] = field(default_factory=dict)
    told: int = field(init=False, default=3)
    late: list[int] = field(init=False, default_factory=list)
    length: int = field(init=False)
    kind: str = field(default="plain", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))


GIVEN: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    (("a",), {}),
    (("a", "b"), {}),
    ((), {"name": "abc", "values": {"x": 1}, "kind": "other"}),
    (("a", "b", {"c": 2}), {"kind": ""}),
)


@pytest.mark.parametrize(("args", "named"), GIVEN)
def test_has_the_fields_that_a_dataclass_has(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    for _ in range(2):  # the first is made in another way
        assert dataclasses.asdict(Quick(*args, **named)) == dataclasses.asdict(Ordinary(*args, **named))


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ((), {}),
        (("a", "b", {}, "plain"), {}),
        (("a",), {"name": "b"}),
        (("a",), {"told": 1}),
        (("a",), {"x": 1}),
    ],
)
def test_takes_what_a_dataclass_takes(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Ordinary, Quick, Quick):
        with pytest.raises(TypeError):
            kind(*args, **named)


def test_defaults_are_made_for_each() -> None:
    one, other = Quick("a"), Quick("a")
    assert one == other
    assert one.values is not other.values
    assert one.late is not other.late


def test_nobody_changes_one() -> None:
    made = Quick("a")
    for change in (lambda: setattr(made, "name", "b"), lambda: delattr(made, "name")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        made.more = 1  # type: ignore[attr-defined]


def test_travels_and_is_replaced_as_before() -> None:
    made = Check("proof", Verdict.VALID, values={"a": 1})
    assert pickle.loads(pickle.dumps(made)) == made
    assert dataclasses.replace(made, name="b") == Check("b", Verdict.VALID, values={"a": 1})


def test_every_class_of_the_hub_has_the_defaults_it_declares() -> None:
    for kind in CLASSES.values():
        needed = [item for item in dataclasses.fields(kind) if item.default is dataclasses.MISSING]
        made = kind(**dict.fromkeys((item.name for item in needed), None))
        for item in dataclasses.fields(kind):
            expected = None if item in needed else item.default
            assert getattr(made, item.name) is expected, f"{kind.__name__}.{item.name}"
