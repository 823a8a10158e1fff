"""The fields of the hub's classes as data: what the annotations say, whoever reads them."""

from __future__ import annotations

import types
import typing
from dataclasses import fields
from typing import Any

import pytest

from gateway.model import CLASSES, fields_of
from gateway.model.values import Text

SCALARS = {str: "string", int: "integer", bool: "boolean"}


def told(hint: Any) -> tuple[str, bool, tuple[Any, ...]]:
    """Kind, number and classes of a field by what its annotation evaluates to."""
    if hint == Text:
        return "text", False, ()
    many = typing.get_origin(hint) is tuple
    one = typing.get_args(hint)[0] if many else hint
    members = typing.get_args(one) if isinstance(one, types.UnionType) else (one,)
    classes = tuple(member for member in members if member is not type(None))
    return (SCALARS[classes[0]], many, ()) if classes[0] in SCALARS else ("node", many, classes)


@pytest.mark.parametrize("name", CLASSES)
def test_the_fields_of_a_class_are_what_its_annotations_evaluate_to(name: str) -> None:
    hints = typing.get_type_hints(CLASSES[name])
    found = {spec.name: (spec.kind, spec.many, spec.classes) for spec in fields_of(CLASSES[name]).values()}
    assert found == {item.name: told(hints[item.name]) for item in fields(CLASSES[name])}
