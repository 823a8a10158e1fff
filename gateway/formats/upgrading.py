"""Open Badges 0.5, 1.0 and 1.1 upgraded to the terms of 2.0, with where each value came from.

Nothing is invented: what 2.0 demands and the old badge lacks stays out, apart from the types and the
kind of verification, which the old versions have only one of.
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#Upgrading
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.formats.reading import contexts_of, types_of

__all__ = ["CONTEXTS_1", "Upgraded", "upgrade", "version_of"]

Tree = dict[str, Any]

CONTEXT_2 = "https://w3id.org/openbadges/v2"
CONTEXTS_1 = ("https://w3id.org/openbadges/v1", "https://openbadgespec.org/v1/context.json")
MAX_SECONDS = 253_402_300_799
HOSTED, SIGNED = "hosted", "signed"
ALIGNMENT = {"name": "targetName", "url": "targetUrl", "description": "targetDescription"}
CLASSES = ("Assertion", "BadgeClass", "Issuer")


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The tree in terms of 2.0; ``moved`` says from which places of the old one those of a new name came."""

    tree: Tree
    moved: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def sources(self, pointer: str) -> Iterator[str]:
        """The places of the old document behind a place of the new one; none for what was added."""
        for new in sorted(self.moved, key=len, reverse=True):
            if pointer == new or pointer.startswith(new + "/"):
                yield from (old + pointer[len(new) :] for old in self.moved[new])
                return
        yield pointer


def version_of(tree: Any) -> str:
    """``0.5``, ``1.0`` or ``1.1`` for a badge of that version, by its members; empty for anything else."""
    if not isinstance(tree, dict):
        return ""
    if set(contexts_of(tree)) & set(CONTEXTS_1) and types_of(tree) & {*CLASSES}:
        return "1.1"
    if types_of(tree) or "@context" in tree or "recipient" not in tree:
        return ""
    if "uid" in tree and "verify" in tree and isinstance(tree.get("badge"), str | dict):
        return "1.0"
    badge = tree.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    return "0.5" if isinstance(issuer, dict) and "origin" in issuer else ""


def upgrade(tree: Tree, kind: str = "Assertion", *, address: str = "") -> Upgraded:
    """A node of an old badge in terms of 2.0. ``kind`` is its class by its place, ``address`` where it stands."""
    work = Upgraded(copy.deepcopy(tree))
    named = [name for name in CLASSES if name in types_of(tree)]
    _node(work, work.tree, (named or [kind])[0], "")
    if address and "id" not in work.tree:
        work.tree["id"] = address
        work.moved["/id"] = ()
    work.tree["@context"] = CONTEXT_2
    return work


def _node(work: Upgraded, node: Tree, kind: str, pointer: str) -> None:
    if not types_of(node):
        node["type"] = kind
        work.moved[f"{pointer}/type"] = ()
    {"Assertion": _assertion, "BadgeClass": _badge_class, "Issuer": _issuer}[kind](work, node, pointer)


def _assertion(work: Upgraded, node: Tree, pointer: str) -> None:
    _rename(work, node, pointer, "issued_on", "issuedOn")
    _recipient(work, node, pointer)
    _verification(work, node, pointer)
    for name in ("issuedOn", "expires"):
        if name in node:
            node[name] = _moment(node[name])
    if isinstance(node.get("badge"), dict):
        _node(work, node["badge"], "BadgeClass", f"{pointer}/badge")


def _recipient(work: Upgraded, node: Tree, pointer: str) -> None:
    """A text is the identity itself: an address, or with a ``$`` in it and no ``@`` its hash."""
    identity = node.get("recipient")
    if not isinstance(identity, str):
        return
    place = f"{pointer}/recipient"
    node["recipient"] = {"type": "email", "identity": identity, "hashed": "@" not in identity}
    work.moved.update({f"{place}/identity": (place,), f"{place}/type": (), f"{place}/hashed": ()})
    if isinstance(node.get("salt"), str):
        node["recipient"]["salt"] = node.pop("salt")
        work.moved[f"{place}/salt"] = (f"{pointer}/salt",)


def _verification(work: Upgraded, node: Tree, pointer: str) -> None:
    """``verify`` says where the badge stands, or where the key that signed it does."""
    if "verification" in node:
        return
    old = node.pop("verify", None)
    told = old if isinstance(old, dict) else {}
    kind = SIGNED if told.get("type") == SIGNED else HOSTED
    node["verification"] = {"type": kind, **({"creator": told.get("url")} if kind == SIGNED else {})}
    work.moved[f"{pointer}/verification"] = (f"{pointer}/verify",) if old is not None else ()
    if "id" in node:
        return
    if kind == HOSTED and isinstance(told.get("url"), str):
        node["id"] = told["url"]
        work.moved[f"{pointer}/id"] = (f"{pointer}/verify/url",)
    elif isinstance(node.get("uid"), str):
        node["id"] = f"uid:{node['uid']}"
        work.moved[f"{pointer}/id"] = (f"{pointer}/uid",)


def _badge_class(work: Upgraded, node: Tree, pointer: str) -> None:
    listed = node.get("alignment")
    for position, entry in enumerate(listed if isinstance(listed, list) else [listed]):
        place = f"{pointer}/alignment" + (f"/{position}" if isinstance(listed, list) else "")
        if isinstance(entry, dict):
            for old, new in ALIGNMENT.items():
                _rename(work, entry, place, old, new)
    if isinstance(node.get("issuer"), dict):
        _node(work, node["issuer"], "Issuer", f"{pointer}/issuer")


def _issuer(work: Upgraded, node: Tree, pointer: str) -> None:
    origin = node.get("origin")
    _rename(work, node, pointer, "origin", "url")
    _rename(work, node, pointer, "contact", "email")
    if isinstance(origin, str) and "id" not in node:
        node["id"] = origin
        work.moved[f"{pointer}/id"] = (f"{pointer}/origin",)
    name, part = node.get("name"), node.get("org")
    if isinstance(name, str) and isinstance(part, str):
        node["name"] = f"{name}: {node.pop('org')}"
        work.moved[f"{pointer}/name"] = (f"{pointer}/name", f"{pointer}/org")


def _rename(work: Upgraded, node: Tree, pointer: str, old: str, new: str) -> None:
    if old in node and new not in node:
        node[new] = node.pop(old)
        work.moved[f"{pointer}/{new}"] = (f"{pointer}/{old}",)


def _moment(value: Any) -> Any:
    """A date of seconds since 1970, or one without a zone, as 2.0 writes dates; anything else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_SECONDS:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not isinstance(value, str):
        return value
    if value.isascii() and value.isdigit() and 8 < len(value) < 12:
        return _moment(int(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is not None:
        return value
    return moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
