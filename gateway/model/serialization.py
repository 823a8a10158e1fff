"""The hub as JSON and back, losing nothing: how a credential is kept between its arrival and its forms.

A node is an object of its filled fields, with its class under ``is`` where it is not the first a field may
hold; a text is a list of ``[value, language]``, with ``true`` behind it where it is HTML.
``from_json(Credential, to_json(hub)) == hub``.
"""

from __future__ import annotations

from typing import Any

from gateway.model.schema import CLASSES, FieldSpec, fields_of, is_node
from gateway.model.values import LangString

__all__ = ["from_json", "to_json"]


def to_json(node: Any) -> dict[str, Any]:
    """A node of the hub as a JSON object."""
    return {
        name: _told(spec, value)
        for name, spec in fields_of(type(node)).items()
        if (value := getattr(node, name)) is not None and value != ()
    }


def _told(spec: FieldSpec, value: Any) -> Any:
    if spec.kind == "text":
        return [[part.value, part.language, *([True] if part.html else ())] for part in value]
    if spec.many:
        return [_one(spec, item) for item in value]
    return _one(spec, value)


def _one(spec: FieldSpec, value: Any) -> Any:
    if not is_node(value):
        return value
    told = to_json(value)
    return told if type(value) is spec.classes[0] else {"is": type(value).__name__, **told}


def from_json(node_class: type[Any], told: dict[str, Any]) -> Any:
    """The node that ``to_json`` told of."""
    specs = fields_of(node_class)
    return node_class(**{name: _read(specs[name], value) for name, value in told.items() if name != "is"})


def _read(spec: FieldSpec, value: Any) -> Any:
    if spec.kind == "text":
        return tuple(LangString(*part) for part in value)
    if spec.many:
        return tuple(_one_read(spec, item) for item in value)
    return _one_read(spec, value)


def _one_read(spec: FieldSpec, value: Any) -> Any:
    if spec.kind != "node":
        return value
    return from_json(CLASSES[value["is"]] if "is" in value else spec.classes[0], value)
