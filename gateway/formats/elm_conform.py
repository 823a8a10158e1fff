"""An ELM document held to its profile: what the profile refuses is left to the carrier, the rest is named.

A supporting node that lacks what the profile demands of it, and a value the profile does not take, are
taken out of the document, as the writers of Open Badges and EDCI XML do; the carrier tells them. What
says the credential itself, as claims, people and organisations, stays, and ``missing`` names what the
profile misses of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.formats.elm_nodes import nodes_of
from gateway.formats.elm_shapes import Problem, problems, rows
from gateway.formats.format import Tree
from gateway.formats.reading import types_of
from gateway.mapping import Step
from gateway.pointers import resolve, split
from gateway.report import Finding, Severity

__all__ = ["conform", "missing", "moved", "moved_steps"]

SUPPORTING = frozenset((
    "Address", "Amount", "Concept", "ConceptScheme", "ContactPoint", "CreditPoint", "DisplayDetail", "Evidence",
    "Geometry", "GradingScheme", "Grant", "Group", "Identifier", "IndividualDisplay", "LegalIdentifier", "Location",
    "Mailbox", "MediaObject", "Note", "PeriodOfTime", "Phone", "PriceDetail", "ResultCategory", "ResultDistribution",
    "ShortenedGrading", "WebResource",
))  # fmt: skip
"""Classes whose nodes say something about others: without what the profile demands they are carried."""
ROUNDS = 8
EVIDENCE = "/evidence"
"""What the profile *converted* demands of a credential comes with the carrier."""
BY_SEAL = "EuropeanDigitalCredential.issuer Node"


def conform(tree: Tree, *, converted: bool) -> list[str]:
    """Take out of ``tree``, in place, what the profile refuses and may be carried; the pointers, in order.

    An item of an array moves up when one before it is taken out: ``moved`` says where a pointer went.
    """
    removed: list[str] = []
    for _ in range(ROUNDS):
        wanted = _refused(tree, converted=converted)
        if not wanted:
            break
        removed += [_remove(tree, pointer) for pointer in wanted]
    return removed


def _refused(tree: Tree, *, converted: bool) -> list[str]:
    """What to take out next: places in the document, none inside another, the last ones first."""
    found: set[str] = set()
    nodes, table = nodes_of(tree), rows(converted=converted)
    for problem in problems(tree, converted=converted):
        if problem.constraint == "MinCount" or _is_only(problem, table):
            places = problem.places if nodes[problem.key].types & SUPPORTING else ()
        else:
            places = problem.values
        found.update(place for place in places if place and not _is_demanded(tree, place, table))
    outer = [place for place in found if not any(place.startswith(f"{other}/") for other in found)]
    return sorted(outer, key=_order, reverse=True)


def _is_only(problem: Problem, table: dict[str, dict[str, Any]]) -> bool:
    """Whether a value is refused that the node must have: without it the node would be refused as well."""
    row = table[problem.shape][problem.member]
    return row.least > 0 and problem.constraint not in ("MaxCount", "UniqueLang")


def _is_demanded(tree: Tree, place: str, table: dict[str, dict[str, Any]]) -> bool:
    """Whether taking out what stands at a place would leave an essential node without what it must have."""
    holder = resolve(tree, place.rpartition("/")[0])
    if isinstance(holder, list):
        return len(holder) == 1 and _is_demanded(tree, place.rpartition("/")[0], table)
    name = split(place)[-1]
    shapes = (table.get(kind, {}) for kind in types_of(holder) - SUPPORTING)
    return place != EVIDENCE and any(name in shape and shape[name].least > 0 for shape in shapes)


def _order(pointer: str) -> list[tuple[int, str]]:
    return [(int(step), "") if step.isdigit() else (-1, step) for step in split(pointer)]


def _remove(tree: Tree, pointer: str) -> str:
    """Take out what stands at a pointer and what is empty then, which says nothing; where that began."""
    holder, _, name = pointer.rpartition("/")
    node = resolve(tree, holder)
    if isinstance(node, list):
        del node[int(name)]
    elif isinstance(node, dict):
        node.pop(split(pointer)[-1], None)
    return _remove(tree, holder) if not node and holder else pointer


def moved(pointer: str, removed: Iterable[str]) -> str | None:
    """Where a pointer went when others were taken out one after the other; None if it went with them."""
    for gone in removed:
        if pointer == gone or pointer.startswith(f"{gone}/"):
            return None
        holder, _, name = gone.rpartition("/")
        if not name.isdigit() or not pointer.startswith(f"{holder}/"):
            continue
        step, slash, rest = pointer[len(holder) + 1 :].partition("/")
        if step.isdigit() and int(step) > int(name):
            pointer = f"{holder}/{int(step) - 1}{slash}{rest}"
    return pointer


def moved_steps(steps: Iterable[Step], removed: list[str]) -> tuple[Step, ...]:
    """The trail of a document out of which something was taken."""
    found = ((step, moved(step.here, removed)) for step in steps)
    return tuple(
        step if here == step.here else step._replace(here=here) for step, here in found if here is not None
    )


def missing(tree: Tree, *, converted: bool) -> tuple[Finding, ...]:
    """Every shape the document does not satisfy, a finding each, with the cause."""
    return tuple(_told(problem) for problem in problems(tree, converted=converted))


def _told(problem: Problem) -> Finding:
    if problem.rule == BY_SEAL:
        code, message = (
            "profile_needs_seal",
            "the profile demands it; only a qualified electronic seal brings it",
        )
    elif problem.constraint == "MinCount":
        code, message = "profile_misses", "the profile demands it and the source does not say it"
    else:
        code, message = "profile_breaks", "the source says it in a way the profile does not take"
    return Finding("", code, Severity.INFO, rule=problem.rule, target=problem.pointer, message=message)
