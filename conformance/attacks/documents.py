"""Changes to a credential under its proof: contexts, members, and the same statements put elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.attacks.signed import Json

__all__ = ["CONTEXTS", "CREDENTIAL", "Change"]

CREDENTIALS = "https://www.w3.org/2018/credentials#"
STATUS = CREDENTIALS + "credentialStatus"
Change = Callable[[Json, Json], Any]
"""Changes a document and its proof in place; what it returns counts for nothing."""


def _context(change: Callable[[list[Any]], Any]) -> Change:
    def applied(tree: Json, proof: Json) -> None:
        tree["@context"] = change(tree["@context"])

    return applied


SWAP = {"name": "https://schema.org/description", "description": "https://schema.org/name"}

CONTEXTS: dict[str, Change] = {
    "@context removed": lambda tree, proof: tree.pop("@context"),
    "@context reversed": _context(lambda given: given[::-1]),
    "@context without its first": _context(lambda given: given[1:]),
    "@context with its first alone": _context(lambda given: given[:1]),
    "@context null": _context(lambda given: None),
    "@context with null": _context(lambda given: [*given, None]),
    "@context with another vocabulary": _context(lambda given: [*given, {"@vocab": "https://x.example/"}]),
    "@context with a base": _context(lambda given: [*given, {"@base": "https://x.example/"}]),
    "@context with an import": _context(lambda given: [*given, {"@import": given[0]}]),
    "@context with an unknown address": _context(lambda given: [*given, "https://x.example/context"]),
    "@context with a term made null": _context(lambda given: [*given, {"name": None}]),
    "@context with a term redefined": _context(lambda given: [*given, {"achievement": "https://x.example/a"}]),
    "@context with a language": _context(lambda given: [*given, {"@language": "nl"}]),
    "@context of another version of Open Badges": _context(lambda given: [
        entry.replace("3.0.3", "3.0.2") if isinstance(entry, str) else entry for entry in given]),
    "@context that swaps two terms": lambda tree, proof: _swap_terms(tree),
    "@context inside the subject": lambda tree, proof: tree["credentialSubject"].update(
        {"@context": {"achievement": "https://x.example/a"}}),
    "@context inside the issuer": lambda tree, proof: tree["issuer"].update({"@context": SWAP}),
}  # fmt: skip


def _swap_terms(tree: Json) -> None:
    """Two texts exchanged in what people read; a context that exchanges the terms too, so that no quad changes."""
    tree["@context"] = [*tree["@context"], SWAP]
    tree["name"], tree["description"] = tree["description"], tree["name"]


def _add(member: str, value: Any, *path: str) -> Change:
    def change(tree: Json, proof: Json) -> None:
        place: Any = tree
        for step in path:
            place = place[step]
        place[member] = value

    return change


def _renamed(
    tree: Json, member: str, definition: Any, wrap: Callable[[Any], Any] = lambda value: value, **terms: Any
) -> Json:
    """A member put under another name, with a context that gives that name the same meaning."""
    tree["@context"] = [*tree["@context"], {"more": definition, **terms}]
    tree["more"] = wrap(tree.pop(member))
    return tree


CREDENTIAL: dict[str, Change] = {
    "another issuer": lambda tree, proof: tree["issuer"].update(id="did:example:another"),
    "issuer as a text": lambda tree, proof: tree.update(issuer=tree["issuer"]["id"]),
    "another subject": lambda tree, proof: tree["credentialSubject"].update(id="did:example:another"),
    "a second subject": lambda tree, proof: tree.update(
        credentialSubject=[tree["credentialSubject"], {**tree["credentialSubject"], "id": "did:example:another"}]),
    "a term of a context added": _add("evidence", [{"id": "https://x.example/e", "type": ["Evidence"]}]),
    "terms of use added": _add("termsOfUse", [{"type": "https://x.example/T"}]),
    "an undefined term added": _add("shoeSize", "44"),
    "a relative id added": _add("image", {"id": "forged", "type": "Image"}, "issuer"),
    "a keyword added": _add("@included", [{"@id": "urn:x:1", "@type": "urn:x:2"}]),
    "a keyword-like term added": _add("@note", "x"),
    "an absolute property added": _add("https://x.example/p", "x"),
    "reversed statements added": _add("@reverse", {"https://x.example/p": {"@id": "urn:x:1"}}),
    "nested statements added": _add("@nest", {"name": "x"}),
    "an index added": _add("@index", "x"),
    "an alias of id added": _add("@id", "urn:x:1"),
    "null added": _add("evidence", None), "nothing added": _add("evidence", []),
    "a type added": lambda tree, proof: tree["type"].append("EndorsementCredential"),
    "a type removed": lambda tree, proof: tree["type"].pop(),
    "an undefined type added": lambda tree, proof: tree["type"].append("Forged"),
    "status removed": lambda tree, proof: tree.pop("credentialStatus"),
    "status null": _add("credentialStatus", None), "status empty": _add("credentialStatus", {}),
    "status of another index": _add("statusListIndex", "9", "credentialStatus"),
    "status in another list": _add("statusListCredential", "https://x.example/l", "credentialStatus"),
    "status under another name": lambda tree, proof: tree.update(status=tree.pop("credentialStatus")),
    "status under its IRI": lambda tree, proof: tree.update({STATUS: tree.pop("credentialStatus")}),
    "status under an alias": lambda tree, proof: _renamed(tree, "credentialStatus", {
        "@id": STATUS, "@type": "@id"}),
    "status under an alias of its name": lambda tree, proof: _renamed(tree, "credentialStatus", "credentialStatus"),
    "status under an alias with a prefix": lambda tree, proof: _renamed(
        tree, "credentialStatus", "vcdm:credentialStatus", vcdm=CREDENTIALS),
    "status under a name with a prefix": lambda tree, proof: (
        tree["@context"].append({"vcdm": CREDENTIALS}),
        tree.update({"vcdm:credentialStatus": tree.pop("credentialStatus")})),
    "status nested": lambda tree, proof: _renamed(
        tree, "credentialStatus", "@nest", lambda value: {"credentialStatus": value}),
    "status in an index": lambda tree, proof: (
        tree["@context"].append({"credentialStatus": {
            "@id": STATUS, "@type": "@id", "@container": "@index"}}),
        tree.update(credentialStatus={"x": tree["credentialStatus"]})),
    "status in a set": lambda tree, proof: tree.update(credentialStatus={"@set": [tree["credentialStatus"]]}),
    "status of a type by its IRI": lambda tree, proof: tree["credentialStatus"].update(
        type="https://www.w3.org/ns/credentials/status#" + tree["credentialStatus"]["type"]),
    "id under its keyword": lambda tree, proof: tree.update({"@id": tree.pop("id")}),
    "id under an alias": lambda tree, proof: _renamed(tree, "id", "@id"),
    "id under an alias of a published context": lambda tree, proof: (
        tree["@context"].append("https://www.w3.org/ns/odrl.jsonld"), tree.update(uid=tree.pop("id"))),
    "everything in a graph": lambda tree, proof: tree.update({"@graph": [
        {"@id": tree["id"], "credentialStatus": tree.pop("credentialStatus")}]}),
    "everything included": lambda tree, proof: tree.update({"@included": [
        {"id": tree["id"], "credentialStatus": tree.pop("credentialStatus")}]}),
}  # fmt: skip
