"""Texts without control characters: verifiers in the field disagree on how these are signed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from gateway.model.schema import is_node
from gateway.model.values import LangString

__all__ = ["without_control_characters"]

Node = TypeVar("Node")

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def without_control_characters(node: Node) -> tuple[Node, tuple[str, ...]]:
    """The node with every text cleaned, and the hub pointers of the texts that changed."""
    if not _has_control(node):
        return node, ()
    changed: list[str] = []
    cleaned: Node = _cleaned(node, "", changed)
    return cleaned, tuple(changed)


def _has_control(node: Any) -> bool:
    """Whether any text at or below ``node`` has a control character: hardly ever, so that this is asked first."""
    texts: list[str] = []
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            stack += value
        elif not isinstance(value, int):
            stack += [item for item in _values(value.__class__)(value) if item]
    return CONTROL.search(" ".join(texts)) is not None


@cache
def _values(node_class: type) -> Callable[[Any], tuple[Any, ...]]:
    """Gives the values of all fields of a node."""
    names = _names(node_class)
    return attrgetter(*names) if len(names) > 1 else lambda node: (getattr(node, names[0]),)


def _cleaned(value: Any, pointer: str, changed: list[str]) -> Any:
    if isinstance(value, str):
        if not CONTROL.search(value):
            return value
        changed.append(pointer)
        return CONTROL.sub("", value)
    if isinstance(value, tuple):
        return tuple(_cleaned(item, f"{pointer}/{place}", changed) for place, item in enumerate(value))
    if not is_node(value) and not isinstance(value, LangString):
        return value
    differing: dict[str, Any] = {}
    for name in _names(value.__class__):
        item = getattr(value, name)
        if item is None or item == ():
            continue
        kept = _cleaned(item, f"{pointer}/{name}", changed)
        if kept is not item and kept != item:
            differing[name] = kept
    return replace(value, **differing) if differing else value


@cache
def _names(node_class: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(node_class))
