"""Securing many credentials as they stand: prepare, sign elsewhere, attach, a row of bytes at a time.

A row gives the same bytes and the same refusals as the document would alone. Rows that differ from earlier ones in
some texts only are read and canonicalized by a template; whatever is remarkable about one goes the ordinary way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.core.securing import Way, out_of_order, prepare_as_it_stands
from gateway.core.templates import Known, Templates
from gateway.core.understanding import inspect, inspect_opened
from gateway.envelopes import Envelope, write_json_line
from gateway.envelopes.outline import outline_of
from gateway.errors import GatewayFailed, InputRefused, NotACredential, ProofGenerationError, RequestRefused
from gateway.jsonld import Contexts
from gateway.proofs import Prepared, attach_value, proof_value_of
from gateway.proofs.cryptosuites import DIGESTS, SIGNATURE_BYTES

__all__ = ["Order", "Outcome", "Unsigned", "attach_signatures", "check_issuer", "prepare_rows"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """How all rows are secured: by which ``ways``, when, under which contexts. ``issuer`` is who they must name
    as theirs; anybody where it is empty.
    """

    ways: tuple[Way, ...]
    now: datetime
    contexts: Contexts
    issuer: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A secured credential that lacks nothing but signatures: they go between the ``pieces`` of its one line.

    ``lengths`` are those of the signatures, in bytes; ``identifier`` is the credential's, where it has one;
    ``simple`` says that all implementations agree on what is signed, ``templated`` that it was read by a template.
    """

    pieces: tuple[bytes, ...]
    to_sign: tuple[bytes, ...]
    lengths: tuple[int, ...]
    identifier: str | None
    simple: bool
    templated: bool


Outcome = Unsigned | InputRefused
MAX_ORDERS = 4
"""Most ways of securing for which it is kept what documents taught."""
_LEARNT: list[tuple[tuple[Way, ...], Templates]] = []


def prepare_rows(rows: Sequence[bytes], order: Order) -> tuple[Outcome, ...]:
    """Every row ready to be signed, or why it is not: a row that is refused keeps no other from being secured.

    Raises ``RequestRefused`` for an order of tokens.
    """
    if any(way.securing.token for way in order.ways):
        raise RequestRefused(
            "many credentials at once are secured by proofs, not as tokens",
            hint="Ask for tokens one by one.",
        )
    templates = _templates(order)
    return tuple(_outcome(row, order, templates) for row in rows)


def _outcome(row: bytes, order: Order, templates: Templates | None) -> Outcome:
    try:
        return _prepared(row, order, templates)
    except InputRefused as refusal:
        return refusal


def _prepared(row: bytes, order: Order, templates: Templates | None) -> Unsigned:
    """One credential ready to be signed. Raises an ``InputRefused`` for one that is not in order."""
    outline = outline_of(row) if templates is not None else None
    known = templates.known(outline) if templates is not None and outline is not None else None
    if known is not None and (made := _as_known(known, order)):
        return _unsigned(made, known.tree, templated=True)
    tree, makings = _read(row, order)
    simple = "proof" not in tree and all(making.simple for making in makings)
    if templates is not None and outline is not None and simple:
        templates.learn(outline, tree, makings[0].document, _Lesson(order.now, makings))
    return _unsigned(makings, tree, templated=False)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What was prepared of a document; another of its shape, at the same moment, has the same proof configurations."""

    now: datetime
    makings: tuple[Prepared, ...]


def _as_known(known: Known, order: Order) -> tuple[Prepared, ...]:
    """What is prepared of a document of a known shape; nothing for one that is not plainly in order."""
    lesson: _Lesson = known.lesson
    tree = known.tree
    try:
        inspected = inspect_opened(Envelope("json", tree, b""))
    except InputRefused:
        return ()
    in_order = inspected.linked_data and _is_issued_by(tree, order.issuer)
    if lesson.now != order.now or not in_order or out_of_order(tree, order.contexts):
        return ()
    contexts = lesson.makings[0].document["@context"]
    document = tree if tree["@context"] == contexts else {**tree, "@context": contexts}
    # One digest for all: what is signed with several is not read by templates.
    digest = hashlib.new(DIGESTS.get(lesson.makings[0].kind, "sha256"), known.nquads).digest()
    return tuple(
        replace(making, document=document, hash_data=making.hash_data[: len(digest)] + digest)
        for making in lesson.makings
    )


def _read(row: bytes, order: Order) -> tuple[Json, tuple[Prepared, ...]]:
    """A document and what is prepared of it, the ordinary way."""
    inspected = inspect(row)
    tree = inspected.envelope.tree
    check_issuer(tree, order.issuer)
    if not inspected.linked_data:
        raise NotACredential("only verifiable credentials in JSON are signed as they stand")
    makings = prepare_as_it_stands(tree, order.ways, order.now, contexts=order.contexts)
    return tree, tuple(making for making in makings if isinstance(making, Prepared))


def check_issuer(tree: Any, issuer: str) -> None:
    """Raise ``ProofGenerationError`` for a credential that somebody else issues than ``issuer``, if that is given."""
    if not _is_issued_by(tree, issuer):
        raise ProofGenerationError(
            "the credential names another issuer than the gateway", pointer="/issuer",
            hint=f"The issuer of what the gateway signs is {issuer}.",
        )  # fmt: skip


def _is_issued_by(tree: Any, issuer: str) -> bool:
    named = tree.get("issuer") if isinstance(tree, dict) else None
    return not issuer or (named.get("id") if isinstance(named, dict) else named) == issuer


def _templates(order: Order) -> Templates | None:
    """What was learnt of documents that are secured so; None where what is signed of them is no N-Quads."""
    digests = {DIGESTS.get(way.key.kind, "sha256") for way in order.ways}
    if len(digests) != 1 or not all(way.securing.expands for way in order.ways):
        return None
    for ways, templates in _LEARNT:
        if ways == order.ways and templates.contexts == order.contexts:
            return templates
    templates = Templates(order.contexts, digests.pop())
    _LEARNT.append((order.ways, templates))
    del _LEARNT[:-MAX_ORDERS]
    return templates


# --- signatures --------------------------------------------------------------------------------------


def _unsigned(makings: Sequence[Prepared], tree: Json, *, templated: bool) -> Unsigned:
    """The credential as its one line, taken apart where signatures go."""
    secured: Json = {}
    marks = [making.hash_data.hex() for making in makings]
    for making, mark in zip(makings, marks, strict=True):
        made = attach_value(making, mark)
        secured = {**secured, "proof": [*secured["proof"], made["proof"][-1]]} if secured else made
    pieces, rest = [], write_json_line(secured)
    for mark in marks:
        # No document holds its own digest, so that the mark stands once.
        piece, _, rest = rest.partition(mark.encode())
        pieces.append(piece)
    identifier = tree.get("id")
    return Unsigned(
        (*pieces, rest),
        tuple(making.hash_data for making in makings),
        tuple(SIGNATURE_BYTES[making.kind] for making in makings),
        identifier if isinstance(identifier, str) else None,
        all(making.simple for making in makings),
        templated,
    )


def attach_signatures(unsigned: Unsigned, signatures: Sequence[bytes]) -> bytes:
    """The secured credential in one line. Raises ``GatewayFailed`` for signatures that are not what it lacks."""
    if tuple(map(len, signatures)) != unsigned.lengths:
        raise GatewayFailed("the signatures are not as many, or not as long, as the credential lacks")
    values = [proof_value_of(signature).encode() for signature in signatures]
    inner = [part for pair in zip(values, unsigned.pieces[1:], strict=True) for part in pair]
    return b"".join((unsigned.pieces[0], *inner))
