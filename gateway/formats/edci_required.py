"""Written EDCI XML made valid: what the schema refuses is left out, what it demands stands there empty.

Nothing is invented: an empty element says nothing, and its place is listed as supplied, so that
reading passes over it. What is left out here travels in the carrier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.formats.edci_shape import FRAMEWORKS, LEXICAL, Part, shape_of
from gateway.formats.format import Tree
from gateway.formats.identifiers import derived_id
from gateway.pointers import escape

__all__ = ["Shaping", "shaped"]

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMPTY: dict[str, Any] = {"Text": {}, "Identifier": {}, "Score": {}, "Location": {}}
"""Elements of these types say nothing when they are empty, and are valid."""
DEFAULTS = {"@lang": "en", "@content-type": "text/plain"}


@dataclass(slots=True)
class Shaping:
    """One run. ``moved`` tells where each place of the old tree is now, ``supplied`` what was added.

    ``pools`` are the identifiers that references may lead to, by pool; ``fallback`` the learning
    specification that says nothing, made when something demands one.
    """

    digest: str
    pools: Mapping[str, frozenset[str]]
    fallback: str
    moved: dict[str, str] = field(default_factory=dict)
    supplied: list[str] = field(default_factory=list)


class _Invalid(Exception):
    """The node cannot be made valid; never leaves this file."""


def shaped(tree: Tree, kind: str, run: Shaping, *, old: str = "", new: str = "") -> Tree | None:
    """The tree in the shape of a type, None where it cannot have it."""
    try:
        return _shaped(tree, kind, run, old, new)
    except _Invalid:
        return None


def _shaped(tree: Tree, kind: str, run: Shaping, old: str, new: str) -> Tree:
    parts = shape_of(kind) or ()
    result: Tree = {}
    run.moved[old] = new
    for part in parts:
        if part.name[0] in "@#":
            _leaf(tree, part, result, run, (old, new, kind))
        else:
            _children(tree, part, result, run, (old, new))
    if kind == "ContactPoint" and not {"mailBox", "wallet"} & set(result):
        raise _Invalid
    if kind == "Display" and "html" in result:
        result.pop("template", None)
    if kind == "OneAchieved" and len(result) != 1:
        raise _Invalid
    return result


def _leaf(tree: Tree, part: Part, result: Tree, run: Shaping, at: tuple[str, str, str]) -> None:
    old, new, kind = at
    value = tree.get(part.name)
    place = f"{new}/{escape(part.name)}"
    if part.name == "@targetFrameworkUrl" and kind in FRAMEWORKS and value != FRAMEWORKS[kind]:
        known = str(tree.get("@uri", "")).startswith(FRAMEWORKS[kind].removesuffix("25831c2"))
        if value is not None or not known:
            raise _Invalid
        result[part.name] = FRAMEWORKS[kind]
        run.supplied.append(place)
    elif isinstance(value, str) and _fits(value, part.kind):
        if not (part.name == "#" and value == ""):
            result[part.name] = value
            run.moved[f"{old}/{escape(part.name)}"] = place
    elif part.required:
        generated = part.name in ("@id", "@cred:id")
        if not generated and part.name not in DEFAULTS:
            raise _Invalid
        result[part.name] = derived_id(run.digest, place) if generated else DEFAULTS[part.name]
        run.supplied.append(place)


def _fits(value: str, kind: str) -> bool:
    return LEXICAL[kind].match(value) is not None and NOT_XML.search(value) is None


def _children(tree: Tree, part: Part, result: Tree, run: Shaping, at: tuple[str, str]) -> None:
    old, new = at
    given = tree.get(part.name, [])
    kept: list[Any] = []
    for position, item in enumerate(given):
        if kept and not part.many:
            break
        before = f"{old}/{escape(part.name)}/{position}"
        after = f"{new}/{escape(part.name)}/{len(kept)}"
        mark = len(run.supplied)
        child = _child(item, part, run, before, after)
        if child is None:
            del run.supplied[mark:]
            for place in [p for p in run.moved if p == before or p.startswith(before + "/")]:
                del run.moved[place]
        else:
            kept.append(child)
    if not kept and part.required:
        kept = [_demanded(part, run, f"{new}/{escape(part.name)}/0")]
    if kept:
        result[part.name] = kept
        run.moved[f"{old}/{escape(part.name)}"] = f"{new}/{escape(part.name)}"


def _child(item: Any, part: Part, run: Shaping, before: str, after: str) -> Tree | None:
    if part.kind.startswith("&"):
        known = item.get("@idref") in run.pools.get(part.kind[1:], ())
        if known:
            run.moved[before] = after
            run.moved[f"{before}/@idref"] = f"{after}/@idref"
        return {"@idref": item["@idref"]} if known else None
    if shape_of(part.kind) is not None:
        return shaped(item, part.kind, run, old=before, new=after)
    text = item.get("#", "")
    if not _fits(text, part.kind):
        return None
    run.moved[before] = after
    run.moved[f"{before}/#"] = f"{after}/#"
    return {"#": text} if text else {}


def _demanded(part: Part, run: Shaping, place: str) -> Tree:
    """What stands where the schema demands something nobody said."""
    if part.kind in EMPTY:
        run.supplied.append(place)
        return dict(EMPTY[part.kind])
    if part.kind == "&learningSpecificationReferences":
        run.supplied.append(place)
        return {"@idref": run.fallback}
    if part.kind == "Organization":
        run.supplied.append(place)
        return shaped({}, "Organization", run, old=f"supplied:{place}", new=place) or {}
    raise _Invalid
