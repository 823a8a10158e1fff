"""What one hub says and another does not: the part a target's own terms do not give back (D3).

``difference(whole, back)`` and ``apply(difference, back)`` obey one law::

    apply(difference(whole, back), back) == whole

The difference is itself a hub (``part``) holding only what differs, so that it can be written in
terms anyone reads; what must go is listed in ``absent``. Lists of equal length are compared item by
item (an item without difference stands as a bare placeholder); other lists are replaced whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from gateway.model.schema import FieldSpec, fields_of, is_node
from gateway.model.values import Residue
from gateway.records import quick

__all__ = ["Difference", "apply", "difference"]

Node = TypeVar("Node")


@quick
@dataclass(frozen=True, slots=True)
class Difference:
    """``part`` holds the values to set (None: nothing), ``absent`` hub pointers of fields to empty.

    ``changed`` lists the hub pointers at which ``part`` says something.
    """

    part: Any | None
    absent: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.absent)


def difference(whole: Any, back: Any) -> Difference:
    """What must be told beside ``back`` so that ``whole`` can be restored."""
    absent: list[str] = []
    changed: list[str] = []
    part = _node(whole, back, "", absent, changed)
    return Difference(part if changed or absent else None, tuple(absent), tuple(changed))


def _node(whole: Any, back: Any, pointer: str, absent: list[str], changed: list[str]) -> Any:
    told: dict[str, Any] = {}
    if type(whole) is not type(back):
        back = _as(type(whole), back)
        changed.append(pointer)
    for name, spec in fields_of(type(whole)).items():
        value, given = getattr(whole, name), getattr(back, name)
        if value == given:
            continue
        here = f"{pointer}/{name}"
        if _empty(value):
            absent.append(here)
        elif _alike(spec, value, given):
            told[name] = _merge(spec, value, given, here, absent, changed)
        else:
            told[name] = value
            changed.append(here)
    if getattr(whole, "id", None) is not None:
        # The node keeps its name, so that a reader of the graph sees whom the part is about.
        told["id"] = whole.id
    return type(whole)(**told)


def _as(node_class: type, node: Any) -> Any:
    """``node`` as another class, with the fields both classes have alike."""
    own, other = fields_of(node_class), fields_of(type(node))
    return node_class(**{name: getattr(node, name) for name in own if own[name] == other.get(name)})


def _merge(spec: FieldSpec, value: Any, given: Any, here: str, absent: list[str], changed: list[str]) -> Any:
    if not spec.many:
        return _node(value, given, here, absent, changed)
    return tuple(
        _node(item, other, f"{here}/{index}", absent, changed)
        for index, (item, other) in enumerate(zip(value, given, strict=True))
    )


def _alike(spec: FieldSpec, value: Any, given: Any) -> bool:
    """Whether a field can be told item by item: nodes that may leave fields out, in the same number."""
    if spec.kind != "node" or Residue in spec.classes or _empty(value) or _empty(given):
        return False
    return not spec.many or len(value) == len(given)


def _empty(value: Any) -> bool:
    return value is None or value == ()


def apply(told: Difference, back: Node) -> Node:
    """``back`` with what was told beside it: values set, absent fields emptied."""
    node = back if told.part is None else _set(told.part, back)
    for pointer in told.absent:
        node = _emptied(node, pointer.split("/")[1:])
    return node


def _set(part: Any, back: Any) -> Any:
    if type(part) is not type(back):
        back = _as(type(part), back)
    changes: dict[str, Any] = {}
    for name, spec in fields_of(type(part)).items():
        value = getattr(part, name)
        if value is None or value == ():
            continue
        given = getattr(back, name)
        if not _alike(spec, value, given):
            changes[name] = value
        elif spec.many:
            changes[name] = tuple(_set(item, other) for item, other in zip(value, given, strict=True))
        else:
            changes[name] = _set(value, given)
    return replace(back, **changes) if changes else back


def _emptied(node: Any, path: list[str]) -> Any:
    """``node`` without the field at ``path``; a path that leads nowhere changes nothing."""
    name, *rest = path
    spec = fields_of(type(node)).get(name) if is_node(node) else None
    if spec is None:
        return node
    value = getattr(node, name)
    if not rest:
        return replace(node, **{name: () if spec.many or spec.kind == "text" else None})
    if not spec.many:
        return replace(node, **{name: _emptied(value, rest)}) if is_node(value) else node
    index = int(rest[0]) if rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 10 else -1
    if not 0 <= index < len(value) or len(rest) < 2:
        return node
    items = list(value)
    items[index] = _emptied(items[index], rest[1:])
    return replace(node, **{name: tuple(items)})
