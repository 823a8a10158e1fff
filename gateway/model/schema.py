"""The fields of every hub class, as data: what mapping tables and walks are checked against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from gateway.model import claims, contacts, credential, specifications, values
from gateway.model.values import LangString
from gateway.records import quick

__all__ = ["CLASSES", "FieldSpec", "Kind", "class_name", "fields_of", "is_node", "walk", "walk_nodes"]

Kind = Literal["text", "string", "integer", "boolean", "node"]

CLASSES: dict[str, type] = {
    name: getattr(module, name)
    for module in (values, contacts, specifications, claims, credential)
    for name in module.__all__
    if is_dataclass(getattr(module, name)) and name != "LangString"
}
"""Every node class of the hub by its name."""
SCALARS: dict[str, Kind] = {"str": "string", "int": "integer", "bool": "boolean"}


@quick
@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its kind, whether it holds several, and the classes a node in it may have."""

    name: str
    kind: Kind
    many: bool
    classes: tuple[type, ...] = ()


def fields_of(node_class: type[Any]) -> dict[str, FieldSpec]:
    """The fields of a hub class by name, in order of declaration."""
    if node_class not in _FIELDS:
        _FIELDS[node_class] = _fields(node_class)
    return _FIELDS[node_class]


_FIELDS: dict[type[Any], dict[str, FieldSpec]] = {}
"""One entry for each class of the hub, filled on first use."""


def _fields(node_class: type[Any]) -> dict[str, FieldSpec]:
    return {item.name: _spec(item.name, str(item.type)) for item in fields(node_class)}


def _spec(name: str, annotation: str) -> FieldSpec:
    """A field by its annotation, which is read as a text: evaluating hundreds of them takes ten times as long."""
    if annotation == "Text":
        return FieldSpec(name, "text", many=False)
    one = annotation.removeprefix("tuple[").removesuffix(", ...]")
    members = [member for member in one.split(" | ") if member != "None"]
    if (kind := SCALARS.get(members[0])) is not None:
        return FieldSpec(name, kind, many=one != annotation)
    return FieldSpec(name, "node", many=one != annotation, classes=tuple(CLASSES[name] for name in members))


def is_node(value: object) -> bool:
    """Whether ``value`` is a node of the hub (a language string is a value, not a node)."""
    return is_dataclass(value) and not isinstance(value, (LangString, type))


def class_name(node: object) -> str:
    """The name of a node's class."""
    return type(node).__name__


def walk(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every filled field below ``node`` that is no node itself, with its hub pointer.

    A text counts as one value; a field of several scalars gives one entry for each.
    """
    for name, spec in fields_of(type(node)).items():
        value = getattr(node, name)
        here = f"{pointer}/{name}"
        if value is None or value == ():
            continue
        if spec.kind == "text" or (spec.kind != "node" and not spec.many):
            yield here, value
        elif not spec.many:
            yield from walk(value, here)
        else:
            for index, item in enumerate(value):
                if spec.kind == "node":
                    yield from walk(item, f"{here}/{index}")
                else:
                    yield f"{here}/{index}", item


def walk_nodes(node: Any) -> Iterator[Any]:
    """A node and every node below it."""
    yield node
    for name, spec in fields_of(type(node)).items():
        if spec.kind != "node" or not (value := getattr(node, name)):
            continue
        for item in value if spec.many else (value,):
            yield from walk_nodes(item)
