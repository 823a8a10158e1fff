"""The graph of an Open Badges 2.0 document: assertion, badge class, issuer and key, wherever each stands.

Older badges are looked at in the terms of 2.0 (``gateway/formats/upgrading.py``).

Open Badges 2.0 is hosted linked data: a node may stand in place or at its address.
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.core.extensions import extension_checks
from gateway.envelopes import read_json
from gateway.errors import GatewayError
from gateway.formats.reading import types_of
from gateway.formats.upgrading import upgrade, version_of
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved
from gateway.shapes import load_shapes, problems_of

__all__ = [
    "Badge",
    "Node",
    "badge_of",
    "follow",
    "follow_value",
    "in_terms_of_2",
    "published",
    "shape_checks",
]

Json = dict[str, Any]

OLD_CLASSES = {"badge": "BadgeClass", "issuer": "Issuer", "creator": "CryptographicKey"}
"""What a member names in Open Badges 1.x, where nothing says of what class it is."""
PEM = b"-----BEGIN "
CLASSES = {"Assertion": "Assertion", "BadgeClass": "BadgeClass", "Issuer": "Profile", "Profile": "Profile"}
TYPES = frozenset((
    *CLASSES, "AlignmentObject", "Criteria", "CryptographicKey", "Endorsement", "Evidence", "Extension",
    "IdentityObject", "Image", "RevocationList", "VerificationObject", "HostedBadge", "SignedBadge", "hosted",
    "signed",
))  # fmt: skip
"""The types the vocabulary has; any other must be an IRI."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the graph: its ``tree``, None when it could not be had for ``reason``; ``pointer`` where it is named.

    ``url`` is where it was fetched, empty for one that stands in place; ``old`` the class of a node of
    Open Badges 1.x, whose ``tree`` was upgraded.
    """

    tree: Json | None
    pointer: str
    url: str = ""
    reason: str = ""
    old: str = ""

    @property
    def id(self) -> str:
        """The node's identifier, or the address it was asked at."""
        found = (self.tree or {}).get("id")
        return found if isinstance(found, str) else self.url


@dataclass(frozen=True, slots=True)
class Badge:
    """What hangs together: the document, the class of the badge, who issued it."""

    assertion: Node
    badge_class: Node
    issuer: Node


def badge_of(tree: Json, retrieved: Retrieved) -> Badge:
    """The graph that a document is part of, with what was retrieved of it, in terms of 2.0."""
    old = bool(version_of(tree))
    tree = in_terms_of_2(tree)
    types = types_of(tree)
    document = Node(tree, "", old="Assertion" if old else "")
    none = Node(None, "", reason="it is not named")
    if types & {"Issuer", "Profile"}:
        return Badge(none, none, document)
    if "BadgeClass" in types:
        return Badge(none, document, follow(tree, "issuer", retrieved, old=old))
    badge_class = follow(tree, "badge", retrieved, old=old)
    issuer = follow(badge_class.tree or {}, "issuer", retrieved, badge_class.pointer, old=old)
    return Badge(document, badge_class, issuer)


def in_terms_of_2(tree: Json) -> Json:
    """The document, upgraded when it is of an older version."""
    return upgrade(tree).tree if version_of(tree) else tree


def follow(tree: Json, member: str, retrieved: Retrieved, pointer: str = "", *, old: bool = False) -> Node:
    """The node that a member names, in place or at its address."""
    kind = OLD_CLASSES.get(member, "") if old else ""
    return follow_value(tree.get(member), retrieved, f"{pointer}/{member}", kind)


def follow_value(value: Any, retrieved: Retrieved, pointer: str, old: str = "") -> Node:
    """The node a value is or names; one of Open Badges 1.x is upgraded, ``old`` being its class."""
    if isinstance(value, dict):
        return Node(value, pointer, old=old)
    if not isinstance(value, str):
        return Node(None, pointer, reason="it is not named")
    answer = retrieved.document(value)
    if not answer.found:
        return Node(None, pointer, value, answer.message, old)
    if old == "CryptographicKey" and answer.content.startswith(PEM):
        key = {"id": value, "publicKeyPem": answer.content.decode("ascii", "replace")}
        return Node(key, pointer, value, old=old)
    try:
        found = read_json(answer.content)
    except GatewayError as error:
        return Node(None, pointer, value, error.detail, old)
    if not isinstance(found, dict):
        return Node(None, pointer, value, "it is no JSON object", old)
    upgraded = upgrade(found, old, address=value).tree if old in CLASSES else found
    return Node(upgraded, pointer, value, old=old)


def published(node: Node, retrieved: Retrieved) -> Node:
    """The node as its own address has it: what stands in the badge itself, anybody can have written."""
    if node.tree is None or node.url:
        return node
    return follow_value(node.tree.get("id"), retrieved, node.pointer, node.old)


def shape_checks(badge: Badge) -> list[Check]:
    """Whether each node that is there has the members of its class, and a type at all."""
    checks = [check for node in (badge.assertion, badge.badge_class, badge.issuer) for check in _shape(node)]
    return checks or [Check("schema", Verdict.VALID)]


def _shape(node: Node) -> Iterator[Check]:
    if node.tree is None:
        if node.url:
            yield Check(
                "schema", Verdict.UNDETERMINED, "node_not_retrieved",
                f"a part of the badge could not be had: {node.reason}", node.pointer,
                "Its host must answer with the JSON of the node.",
            )  # fmt: skip
        return
    types = types_of(node.tree)
    if not types or any(":" not in name and name not in TYPES for name in types):
        yield _wrong(
            "type_unknown", "a type is missing or is no type of Open Badges 2.0", f"{node.pointer}/type"
        )
        return
    expected = {
        "/badge": ("BadgeClass",),
        "/issuer": ("Issuer", "Profile"),
        "/badge/issuer": ("Issuer", "Profile"),
    }
    if node.pointer in expected and not types & set(expected[node.pointer]):
        yield _wrong("type_unexpected", "the node is of another type than its place needs", node.pointer)
        return
    if node.url and node.tree.get("id") != node.url:
        yield Check(
            "schema", Verdict.UNDETERMINED, "node_renamed", "the node has another id than its address",
            node.pointer, "The host may redirect; the id should be the address it is found at.",
        )  # fmt: skip
    yield from extension_checks(node.tree, node.pointer)
    for name in sorted(types & set(CLASSES)):
        for problem in problems_of(node.tree, CLASSES[name], load_shapes("ob2"), node.pointer):
            yield Check(
                "schema", Verdict.INVALID, problem.code, problem.message, problem.pointer, problem.hint
            )


def _wrong(code: str, message: str, pointer: str) -> Check:
    return Check("schema", Verdict.INVALID, code, message, pointer, "The issuer must correct the badge.")
