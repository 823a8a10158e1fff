"""Carriers: what a target's own terms do not give back, told beside them in the gateway's terms (D3).

A carrier is a tree in the vocabulary of ``mappings/vc.toml`` (section ``Carried``): the part of the
credential that differs, with ELM names and IRIs, and three lists: ``exact`` for values no term can
express (hub pointer and value, as JSON text), ``absent`` for hub fields to empty, ``supplied`` for
pointers of values that the gateway put into the document and reading passes over.

``restore(record_of(hub, back), back) == hub`` for every pair of hubs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from gateway.codecs import CodecContext
from gateway.errors import InputRefused
from gateway.formats.plain import from_plain, to_plain
from gateway.formats.reading import index_nodes
from gateway.formats.repeated import refer_repeated, referred_to
from gateway.mapping import MAX_NODES, Step, load_table, reader_of, writer_of
from gateway.model import Credential, Difference, apply, difference, fields_of, is_node

__all__ = ["Record", "hub_of_record", "record_of", "restore"]

CONTEXT = CodecContext()
LISTS = ("exact", "absent", "supplied")
OWN_PLACES = "/carried/"
"""How the pointers begin of what was supplied inside the carrier; the others are of the document around it."""
MAX_EXACT = 100_000
"""Most entries of each list that are read from a carrier."""


@dataclass(frozen=True, slots=True)
class Record:
    """A carrier's tree, and the hub pointers it tells of."""

    tree: dict[str, Any]
    told: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.tree)


def record_of(whole: Credential, back: Credential, supplied: tuple[str, ...]) -> Record:
    """The carrier that makes ``whole`` out of ``back``; empty where nothing has to be told."""
    told = difference(whole, back)
    tree, read = _tree_of(told)
    lists: dict[str, list[str]] = {"exact": [], "absent": list(told.absent), "supplied": list(supplied)}
    if read is not told.part:
        missed = difference(whole, apply(Difference(read, told.absent), back))
        lists["exact"] = [_exact(whole, pointer) for pointer in missed.changed]
        lists["absent"] += [pointer for pointer in missed.absent if pointer not in told.absent]
    return Record({**tree, **_filled(lists)}, frozenset((*told.changed, *told.absent)))


def _tree_of(told: Difference) -> tuple[dict[str, Any], Credential | None]:
    """The part that differs, in the vocabulary's terms, and the part as it will be read from there.

    The vocabulary has one row for every field, and types that tell the classes of a field apart
    (``tests/mapping/test_table.py``): what is written without refusal is read.
    """
    if told.part is None or not told.changed:
        return {}, told.part
    writer = writer_of(load_table("vc"), CONTEXT, traced=False)
    tree = writer.write(told.part, "Carried")
    if writer.vague:
        tree = _pruned(tree) or {}
    if refer_repeated(tree).reordered or writer.vague or writer.count > MAX_NODES:
        return tree, hub_of_record(tree)[0]
    return tree, apply(Difference(None, tuple(writer.refused)), told.part) if writer.refused else told.part


def _filled(lists: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: entries for name, entries in lists.items() if entries}


def _pruned(value: Any) -> Any:
    """The tree without empty objects and arrays, which say nothing and cannot be signed."""
    if isinstance(value, dict):
        items = {name: _pruned(item) for name, item in value.items()}
        return {name: item for name, item in items.items() if item not in ({}, [])}
    if isinstance(value, list):
        return [item for item in map(_pruned, value) if item not in ({}, [])]
    return value


def _exact(whole: Credential, pointer: str) -> str:
    value: Any = whole
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    entry = {"at": pointer, "value": to_plain(value)}
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def restore(tree: dict[str, Any], back: Credential) -> tuple[Credential, tuple[Step, ...]]:
    """``back`` with what a carrier's tree tells, and the trail of the tree's leaves."""
    part, steps = hub_of_record(tree)
    absent = tuple(entry for entry in _texts(tree, "absent"))
    hub = apply(Difference(part, absent), back)
    for position, entry in enumerate(_texts(tree, "exact")):
        hub, pointer = _with_exact(hub, entry)
        steps = (*steps, Step(f"/exact/{position}", pointer, "carrier"))
    return hub, steps


def hub_of_record(tree: dict[str, Any]) -> tuple[Credential | None, tuple[Step, ...]]:
    """The partial hub a carrier's tree tells, and its trail; None when it tells no field."""
    told = {name: value for name, value in tree.items() if name not in LISTS}
    lists = [Step(f"/{name}", "", "carrier") for name in LISTS[1:] if name in tree]
    if not told:
        return None, tuple(lists)
    supplied = (pointer for pointer in _texts(tree, "supplied") if pointer.startswith(OWN_PLACES))
    ignore = frozenset(pointer.removeprefix("/carried") for pointer in supplied)
    wanted = referred_to(told)
    index = {name: node for name, node in index_nodes(told).items() if name in wanted}
    reader = reader_of(load_table("vc"), CONTEXT, index, ignore)
    draft = reader.read(told, "Carried")
    return draft.build(), (*lists, *reader.steps)


def _texts(tree: dict[str, Any], name: str) -> list[str]:
    """A list of the carrier; a single text stands alone once somebody has compacted the document."""
    entries = tree.get(name, [])
    entries = entries if isinstance(entries, list) else [entries]
    return [entry for entry in entries if isinstance(entry, str)][:MAX_EXACT]


def _with_exact(hub: Credential, entry: str) -> tuple[Credential, str]:
    try:
        told = json.loads(entry)
        path, value = told["at"].split("/")[1:], from_plain(told["value"])
        changed: Credential = _put(hub, path, value)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputRefused(
            "the carrier of the gateway's terms is damaged", pointer="/carried/exact"
        ) from None
    return changed, told["at"]


def _put(node: Any, path: list[str], value: Any) -> Any:
    """``node`` with ``value`` at a path of fields and indices; a path that leads nowhere changes nothing."""
    if not path:
        return value if value is not None else node
    name, *rest = path
    if isinstance(node, tuple):
        items = list(node)
        if name.isdigit() and int(name) < len(items):
            items[int(name)] = _put(items[int(name)], rest, value)
        return tuple(items)
    if not is_node(node) or name not in fields_of(type(node)):
        return node
    return replace(node, **{name: _put(getattr(node, name), rest, value)})
