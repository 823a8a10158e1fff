"""One document read whole, carrier included, and one written whole, so that it reads back equal.

    read_document(write_document(hub, format)).hub == hub

holds for every hub and every format that is written: what the format's own terms give back is found
by reading them, and the rest goes into the carrier.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from gateway.errors import FormatUnwritable
from gateway.formats.carriers import record_of, restore
from gateway.formats.format import Format, Tree, WriteOptions
from gateway.formats.simple import name_ties
from gateway.jsonld import LinkedData
from gateway.mapping import Step, below, leaves_of
from gateway.model import Credential, Residue
from gateway.pointers import escape

__all__ = ["Expressed", "Understood", "read_document", "write_document"]


SEALS = ("proof", "vp:proof", "ds:Signature")


@dataclass(frozen=True, slots=True)
class Understood:
    """A document read: the hub and the trail, with pointers into the tree that was given."""

    hub: Credential
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expressed:
    """A document written: ``carried`` are hub pointers told by the carrier, ``record`` its tree,
    ``supplied`` the pointers of values that stand for no hub field; ``read`` is the tree as linked data,
    where it was read just as it is.
    """

    tree: Tree
    steps: tuple[Step, ...]
    carried: frozenset[str]
    supplied: tuple[str, ...]
    record: Tree
    read: LinkedData | None = None


def read_document(form: Format, tree: Tree) -> Understood:
    """The hub of a document, restored by the gateway's carrier where there is one."""
    inner, prefix = form.unwrap(tree) if form.unwrap else (tree, "")
    body, record = form.detach(inner)
    supplied = _supplied(record)
    native = form.read(body, supplied)
    hub, steps = native.hub, list(native.steps)
    if record is not None:
        hub, told = restore(record, hub)
        steps += below("/carried", told)
        steps += [Step(pointer, "", "carrier") for pointer in _taken_out(inner, body)]
    if prefix:
        steps = below(prefix, steps)
        hub, outside = _with_wrapper(form, hub, tree, prefix)
        steps += outside
    return Understood(hub, tuple(steps))


def _taken_out(inner: Tree, body: Tree) -> list[str]:
    """The pointers of all leaves of ``inner`` that are not in ``body``, which shares the rest with it."""
    changed = [name for name in inner if inner[name] is not body.get(name)]
    left = {pointer for pointer, _ in leaves_of({name: body[name] for name in changed if name in body})}
    leaves = leaves_of({name: inner[name] for name in changed})
    return [pointer for pointer, _ in leaves if pointer and pointer not in left]


def _with_wrapper(form: Format, hub: Credential, tree: Tree, prefix: str) -> tuple[Credential, list[Step]]:
    """The hub with what stands around the credential as residue; a wrapper's seal is not copied."""
    residue, steps = list(hub.residue), []
    for name, value in tree.items():
        if name in SEALS or prefix.startswith(f"/{escape(name)}/") or prefix == f"/{escape(name)}":
            continue
        steps.append(Step(f"/{escape(name)}", f"/residue/{len(residue)}", "residue"))
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        residue.append(Residue(format=form.table, node="", name=name, value=text))
    return replace(hub, residue=tuple(residue)), steps


def _supplied(record: Tree | None) -> frozenset[str]:
    entries = record.get("supplied", []) if record else []
    listed = entries if isinstance(entries, list) else [entries]
    return frozenset(entry for entry in listed if isinstance(entry, str))


def write_document(form: Format, hub: Credential, options: WriteOptions) -> Expressed:
    """The document of a hub, with a carrier for what the format's own terms do not give back.

    JSON-LD comes out canonically simple: nodes that would tie have identifiers, which the carrier
    lists as supplied.
    """
    if form.write is None:
        raise FormatUnwritable(f"{form.name} is read only")
    written = form.write(hub, options)
    back = form.read(written.tree, frozenset(written.supplied)).hub
    record = record_of(hub, back, written.supplied)
    carrier, supplied = record.tree, written.supplied
    tree = _assembled(form, written.tree, carrier, replace(options, by_url="") if options.by_url else options)
    read: LinkedData | None = None
    if form.kind == "json" and not form.claims:
        named, left, read = name_ties(tree, options.digest)
        if left and not options.untie:
            return write_document(form, hub, replace(options, untie=True))
        if named:
            supplied = (*supplied, *named)
            carrier = {**carrier, "supplied": list(supplied)}
        if named or options.by_url:
            tree = _assembled(form, written.tree, carrier, options)
            read = None
    return Expressed(tree, written.steps, record.told, supplied, carrier, read)


def _assembled(form: Format, native: Tree, carrier: Tree, options: WriteOptions) -> Tree:
    if form.attach is None or form.finish is None:
        raise FormatUnwritable(f"{form.name} is read only")
    tree = native
    if carrier or options.original is not None:
        tree = form.attach(native, carrier, options)
    return form.finish(tree, options)
