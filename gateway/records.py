"""Records that are made by the thousand: frozen dataclasses, filled without being asked for each field.

What ``dataclass(frozen=True)`` makes looks every field up by its name to get around its own ``__setattr__``, which
takes longer than most of what is done with a ``Check`` or a node of the hub. Here the slots are filled directly;
all else, that nobody changes them above all, is as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

__all__ = ["quick"]

T = TypeVar("T")


def quick(kind: type[T]) -> type[T]:
    """A frozen dataclass with slots whose instances are made quickly; written when the first of them is made."""

    changed: Any = kind

    def first(self: Any, *args: Any, **named: Any) -> None:
        changed.__init__ = init = _init(kind)
        init(self, *args, **named)

    changed.__init__ = first
    return kind


def _init(kind: type[Any]) -> Callable[..., None]:
    """What fills an instance: a function of the fields, in the order and with the defaults they were declared with."""
    known: dict[str, Any] = {"MISSING": MISSING}
    plain: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for item in fields(kind):
        name, default = item.name, _default(item, known)
        known[f"set_{name}"] = getattr(kind, name).__set__
        if item.init:
            (named if item.kw_only else plain).append(name + default)
        if item.default_factory is not MISSING:
            made = f"make_{name}()"
            body.append(
                f"set_{name}(self, {f'{made} if {name} is MISSING else {name}' if item.init else made})"
            )
        elif item.init or default:
            body.append(f"set_{name}(self, {name if item.init else f'default_{name}'})")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *named] if named else [])])
    lines = "\n    ".join([f"def __init__({parameters}):", *(body or ["pass"])])
    exec(lines, known)
    init: Callable[..., None] = known["__init__"]
    return init


def _default(item: Field[Any], known: dict[str, Any]) -> str:
    if item.default_factory is not MISSING:
        known[f"make_{item.name}"] = item.default_factory
        return "=MISSING"
    if item.default is not MISSING:
        known[f"default_{item.name}"] = item.default
        return f"=default_{item.name}"
    return ""
