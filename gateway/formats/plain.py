"""Hub values as plain JSON and back: for the few a target's terms cannot express at all."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from gateway.model import CLASSES, LangString

__all__ = ["from_plain", "to_plain"]


def to_plain(value: Any) -> Any:
    """A hub value as JSON: nodes with their class under ``@``, texts as lists of three."""
    if isinstance(value, LangString):
        return {"@": "LangString", "value": value.value, "language": value.language, "html": value.html}
    if is_dataclass(value) and not isinstance(value, type):
        filled = {f.name: getattr(value, f.name) for f in fields(value)}
        members = {name: to_plain(item) for name, item in filled.items() if item not in (None, ())}
        return {"@": type(value).__name__, **members}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(value: Any) -> Any:
    """The hub value ``to_plain`` told; anything it cannot have told becomes None."""
    if isinstance(value, list):
        return tuple(from_plain(item) for item in value)
    if not isinstance(value, dict):
        return value
    name = value.get("@")
    node_class = LangString if name == "LangString" else CLASSES.get(str(name))
    if node_class is None:
        return None
    known = {f.name for f in fields(node_class)}
    try:
        return node_class(**{key: from_plain(item) for key, item in value.items() if key in known})
    except TypeError:
        return None
