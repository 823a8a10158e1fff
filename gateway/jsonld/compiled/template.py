"""Templates: the canonical form of documents that differ from a specimen in some texts alone.

The statements are those of the specimen with other texts in their places. What no text touches is done once:
hashes of blank nodes, the lines about a subject in their order. Where a text could be read otherwise than the
specimen's, or two blank nodes have one first-degree hash, there is no answer, and the document goes the
ordinary way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any, NamedTuple

from gateway.jsonld.compiled.specimen import scheme_of
from gateway.jsonld.compiled.terms import NotCompiled, sound_iri
from gateway.jsonld.nquads import write_literal
from gateway.jsonld.rdf import CONTROL

__all__ = ["Block", "Column", "Line", "Node", "Template"]

_PLAIN = re.compile(r"[^\"\\\x00-\x1f\x7f]*\Z")
"""A text that stands in a literal as it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A form that a text is written in: ``hole`` numbers the text, ``scheme`` is how it begins as an identifier."""

    hole: int
    before: str
    after: str
    scheme: str


class Line(NamedTuple):
    """A line, or the end of one, with ``%s`` for each of its terms that are told by document, and what takes those
    out of all: ``form % told(terms)``.
    """

    form: str
    told: Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A blank node: its first-degree hash, or the lines that it comes of."""

    digest: str
    fixed: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What is said of one subject: an empty text and the ends of lines that are always the same, in order, and
    other lines. ``text`` is the whole where all of it is always the same.
    """

    subject: str | int
    fixed: tuple[str, ...]
    lines: tuple[Line, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """The canonical form by the texts in the holes.

    Terms that differ by document have numbers: the columns, then the blank nodes.
    """

    columns: tuple[Column, ...]
    nodes: tuple[Node, ...]
    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    terms: frozenset[str]
    digest: Callable[[bytes], hashlib._Hash]
    quads: int

    def nquads(self, texts: Sequence[str]) -> bytes | None:
        """The canonical N-Quads in UTF-8; None where these texts make a document to be looked at."""
        try:
            columns = self._written(texts)
            labels = None if columns is None else self._named(columns)
            if columns is None or labels is None:
                return None
            return self._ordered([*columns, *labels])
        except UnicodeEncodeError:
            return None

    def _written(self, texts: Sequence[str]) -> list[str] | None:
        """The terms that the texts make; None where one is not read as that of the specimen is."""
        written = []
        for column in self.columns:
            text = texts[column.hole]
            if column.before == "<":
                if scheme_of(text) != column.scheme or text in self.terms:
                    return None
                try:
                    written.append(sound_iri(text))
                except NotCompiled:
                    return None
            elif _PLAIN.match(text):
                written.append(f'"{text}{column.after}')
            elif CONTROL.search(text):
                return None
            else:
                written.append(write_literal(text, column.after[1:]))
        return written

    def _named(self, columns: list[str]) -> list[str] | None:
        """The canonical label of each blank node; None where first-degree hashes do not tell them apart."""
        hashes = []
        for node in self.nodes:
            if node.digest:
                hashes.append(node.digest)
                continue
            lines = [*node.fixed, *[form % told(columns) for form, told in node.lines]]
            lines.sort()
            hashes.append(self.digest("".join(lines).encode()).hexdigest())
        ranks = dict(zip(sorted(hashes), self.labels, strict=True))
        return [ranks[digest] for digest in hashes] if len(ranks) == len(hashes) else None

    def _ordered(self, terms: list[str]) -> bytes | None:
        """All lines in order; None where two became one."""
        blocks: dict[str, str] = {}
        for block in self.blocks:
            subject = block.subject if isinstance(block.subject, str) else terms[block.subject]
            if block.text:
                blocks[subject] = block.text
                continue
            if not block.lines:
                blocks[subject] = subject.join(block.fixed)
                continue
            ends = [*block.fixed, *[form % told(terms) for form, told in block.lines]]
            ends.sort()
            if any(map(eq, ends, ends[1:])):
                return None
            blocks[subject] = subject.join(ends)
        if len(blocks) < len(self.blocks):
            return None
        # No subject and the space after it begin another subject: lines of one stand together.
        return "".join([blocks[subject] for subject in sorted(blocks)]).encode()
