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
from typing import Any

from conformance.documents import document
from conformance.figures import Figure, all_of
from conformance.lineages import available, run
from gateway.errors import GatewayError
from gateway.jsonld import bundled, canonicalize_rows, expand
from gateway.jsonld.compiled import NotCompiled, emit
from gateway.jsonld.nquads import row_of
from gateway.jsonld.rdf import quads_of

__all__ = ["compiled", "expanded", "figures"]

DEFAULT = 10_000
CHUNK = 1_000
APART = ('"@direction"', "1e-07", '"indexed"')
"""What the JavaScript stack refuses in safe mode, takes for another number, or says twice."""


def figures(corpora: Path) -> Iterator[Figure]:
    """How many generated documents have one form, and how many refused ones are refused by all."""
    count = int(os.environ.get("GATEWAY_GENERATED", DEFAULT))
    same: dict[str, bool] = {}
    forms: dict[int, str] = {}
    taken = 0
    with ProcessPoolExecutor(2) as pool:
        for outcomes in pool.map(_outcomes, range(0, count, CHUNK)):
            for number, fast, slow in outcomes:
                same[f"document {number}"] = not fast or fast == slow
                taken += bool(fast)
                if slow:
                    forms[number] = slow
    note = (
        f"{taken} through compiled contexts, {len(forms) - taken} by expansion, {count - len(forms)} refused"
    )
    yield all_of("generated documents: compiled contexts and expansion agree", same, note)
    if not available():
        left = {number: form for number, form in forms.items() if not _apart(document(number))}
        apart = len(forms) - len(left)
        yield all_of(
            "generated documents accepted: jsonld.js in safe mode makes the same bytes",
            _by_javascript(left),
            f"{apart} others hold what it is known to refuse or write otherwise (decision 11)",
        )


def _apart(tree: dict[str, Any]) -> bool:
    """Whether the JavaScript stack is known to differ: decision 11 says how."""
    text = json.dumps(tree)
    return any(sign in text for sign in APART)


def _outcomes(start: int) -> list[tuple[int, str, str]]:
    """For each document of a chunk the digests of both forms, empty for none."""
    found = []
    for number in range(start, start + CHUNK):
        tree = document(number)
        found.append((number, _digest(compiled(tree)), _digest(expanded(tree))))
    return found


def _digest(form: str | None) -> str:
    return sha256(form.encode()).hexdigest() if form else ""


def compiled(tree: Any) -> str | None:
    """The canonical form by compiled contexts; None where they do not suffice."""
    try:
        return canonicalize_rows(emit(tree, bundled()).rows).nquads
    except (NotCompiled, GatewayError):
        return None


def expanded(tree: Any) -> str | None:
    """The canonical form by expansion; None for a refused document."""
    try:
        return canonicalize_rows(map(row_of, quads_of(expand(tree)))).nquads
    except GatewayError:
        return None


def _by_javascript(forms: dict[int, str]) -> dict[str, bool]:
    orders = ({"number": number, "document": document(number)} for number in forms)
    told = run("canonize.mjs", orders)
    return {f"document {entry['number']}": entry.get("sha256") == forms[entry["number"]] for entry in told}
