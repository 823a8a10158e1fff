"""Reading that JSON formats share: types, subjects, the index of nodes, the run of a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.codecs import UNDETERMINED, CodecContext
from gateway.errors import NoSubject, SeveralSubjects
from gateway.formats.format import Native, Tree
from gateway.mapping import NodeIndex, load_table, reader_of
from gateway.mapping.reading import Choose
from gateway.pointers import escape, resolve

__all__ = ["check_subject", "contexts_of", "index_nodes", "run_table", "types_of"]

CONTAINERS = (dict, list)
VCDM_1 = "https://www.w3.org/2018/credentials/v1"
VCDM_2 = "https://www.w3.org/ns/credentials/v2"


def types_of(tree: Any) -> frozenset[str]:
    """The types of a document, whether one stands alone or several in an array."""
    given = tree.get("type", tree.get("@type")) if isinstance(tree, dict) else None
    entries = given if isinstance(given, list) else [given]
    return frozenset([entry for entry in entries if isinstance(entry, str)])


def contexts_of(tree: Any) -> tuple[str, ...]:
    """The context URLs of a document, in order."""
    given = tree.get("@context") if isinstance(tree, dict) else None
    entries = given if isinstance(given, list) else [given]
    return tuple([entry for entry in entries if isinstance(entry, str)])


def check_subject(tree: Tree, pointer: str = "/credentialSubject") -> None:
    """Raise ``NoSubject`` or ``SeveralSubjects`` unless the credential is about exactly one."""
    subject = tree.get("credentialSubject")
    if subject is None or subject in ({}, [], [{}], ""):
        raise NoSubject("credentialSubject is missing or empty", pointer=pointer)
    if isinstance(subject, list) and len(subject) > 1:
        raise SeveralSubjects(f"the credential is about {len(subject)} subjects", pointer=pointer)


def index_nodes(tree: Any) -> NodeIndex:
    """Every node of a document that has an identifier and says something, by that identifier.

    Where a node stands more than once, the fullest occurrence counts.
    """
    found: dict[str, tuple[Any, str, str]] = {}
    if isinstance(tree, CONTAINERS):
        _index(tree, "", found)
    return found


def _index(value: Any, pointer: str, found: dict[str, tuple[Any, str, str]]) -> None:
    if isinstance(value, dict) and pointer and isinstance(identifier := value.get("id"), str):
        fullest = found.get(identifier)
        if (fullest is None or len(value) > len(fullest[0])) and value.keys() - {"id", "type"}:
            found[identifier] = (value, pointer, "")
    for name, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, CONTAINERS) and name != "@context":
            _index(child, f"{pointer}/{escape(str(name))}", found)


def run_table(
    table: str,
    tree: Tree,
    *,
    ignore: frozenset[str],
    language: str = UNDETERMINED,
    index: NodeIndex | None = None,
    choose: Choose | None = None,
    pointer: str = "",
) -> Native:
    """The hub of a document by a table, with what no row took as residue.

    ``pointer`` is where the credential stands in the document.
    """
    reader = reader_of(load_table(table), CodecContext(language=language), index, ignore, choose)
    draft = reader.read(resolve(tree, pointer), "Credential", pointer)
    reading = reader.finish(tree, draft)
    return Native(replace(reading.draft.build(), residue=reading.residue), reading.steps)
