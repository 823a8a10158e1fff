"""Documents made at random: compiled contexts, expansion by pyld and the JavaScript stack make one form of each.

How many are made is set by ``GATEWAY_GENERATED``; the JavaScript stack looks at those that one of ours accepts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from conformance.documents import document
from conformance.figures import Figure, all_of
from conformance.lineages import available, run
from gateway.errors import GatewayError
from gateway.jsonld import bundled, canonicalize_dataset, canonicalize_quads, expand
from gateway.jsonld.compiled import NotCompiled, emit
from gateway.jsonld.rdf import quads_of

__all__ = ["compiled", "expanded", "figures"]

DEFAULT = 10_000
CHUNK = 1_000
APART = ('"@direction"', "1e-07", '"indexed"', '"@nest"')
"""What the JavaScript stack refuses in safe mode, takes for another number, says twice, or reads otherwise."""


def figures(corpora: Path) -> Iterator[Figure]:
    """How many generated documents have one form, and how many of those accepted have it in JavaScript too."""
    count = int(os.environ.get("GATEWAY_GENERATED", DEFAULT))
    with ProcessPoolExecutor(2) as pool:
        made = [one for outcomes in pool.map(_outcomes, range(0, count, CHUNK)) for one in outcomes]
    same = {f"document {one.number}": not one.compiled or one.compiled == one.expanded for one in made}
    taken = sum(bool(one.compiled) for one in made)
    accepted = [one for one in made if one.expanded]
    note = f"{taken} through compiled contexts, {len(accepted) - taken} by expansion, {count - len(accepted)} refused"
    yield all_of("generated documents: compiled contexts and expansion agree", same, note)
    if not available():
        alike = [one for one in accepted if not any(sign in one.text for sign in APART)]
        yield all_of(
            "generated documents accepted: jsonld.js in safe mode makes the same bytes",
            _by_javascript(alike),
            f"{len(accepted) - len(alike)} others hold what it is known to refuse or write otherwise (decision 11)",
        )


class _Outcome(NamedTuple):
    """The digests of a document's two forms, empty for none; its ``text`` where it is accepted."""

    number: int
    compiled: str
    expanded: str
    text: str


def _outcomes(start: int) -> list[_Outcome]:
    found = []
    for number in range(start, start + CHUNK):
        tree = document(number)
        fast, slow = _digest(compiled(tree)), _digest(expanded(tree))
        found.append(_Outcome(number, fast, slow, json.dumps(tree) if slow else ""))
    return found


def _digest(form: str | None) -> str:
    return sha256(form.encode()).hexdigest() if form else ""


def compiled(tree: Any) -> str | None:
    """The canonical form by compiled contexts; None where they do not suffice."""
    try:
        return canonicalize_dataset(emit(tree, bundled()).dataset).nquads
    except (NotCompiled, GatewayError):
        return None


def expanded(tree: Any) -> str | None:
    """The canonical form by expansion; None for a refused document."""
    try:
        return canonicalize_quads(quads_of(expand(tree))).nquads
    except GatewayError:
        return None


def _by_javascript(accepted: list[_Outcome]) -> dict[str, bool]:
    orders = ({"number": one.number, "document": json.loads(one.text)} for one in accepted)
    forms = {one.number: one.expanded for one in accepted}
    told = run("canonize.mjs", orders)
    return {f"document {entry['number']}": entry.get("sha256") == forms[entry["number"]] for entry in told}
