"""Endorsements of Open Badges 2.0: each hosted at its own address, as an assertion is.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#Endorsement
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from gateway.core.endorsements import MAX_ENDORSEMENTS
from gateway.core.mechanisms.open_badges_2 import vouched
from gateway.core.open_badges_2 import Badge, Node, follow, follow_value
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved
from gateway.shapes import load_shapes, problems_of

__all__ = ["endorsement_2_checks"]


def endorsement_2_checks(badge: Badge, retrieved: Retrieved) -> list[Check]:
    """One check for each endorsement of the assertion, its class or its issuer; no more than the bound."""
    nodes = (badge.assertion, badge.badge_class, badge.issuer)
    about = {node.id for node in nodes if node.tree is not None}
    named = list(islice(_named(nodes), MAX_ENDORSEMENTS + 1))
    checks = [
        _checked(follow_value(value, retrieved, place), about, retrieved)
        for value, place in named[:MAX_ENDORSEMENTS]
    ]
    if len(named) > MAX_ENDORSEMENTS:
        message = f"only the first {MAX_ENDORSEMENTS} endorsements were verified"
        checks.append(_open(message, "endorsement_undetermined", named[-1][1]))
    return checks


def _named(nodes: tuple[Node, ...]) -> Iterator[tuple[Any, str]]:
    for node in nodes:
        given = (node.tree or {}).get("endorsement")
        for position, entry in enumerate(given if isinstance(given, list) else [given]):
            if isinstance(entry, str | dict):
                yield (
                    entry,
                    f"{node.pointer}/endorsement" + (f"/{position}" if isinstance(given, list) else ""),
                )


def _checked(endorsement: Node, about: set[str], retrieved: Retrieved) -> Check:
    """The endorsement by its shape, by what it is about, and by where it stands."""
    if endorsement.tree is None:
        return _open(endorsement.reason, "node_not_retrieved", endorsement.pointer)
    for problem in problems_of(endorsement.tree, "Endorsement", load_shapes("ob2"), endorsement.pointer):
        return _wrong(problem.message, problem.code, problem.pointer)
    claim = endorsement.tree["claim"]
    if str(claim.get("id")) not in about:
        return _wrong(
            "it is about something else", "endorsement_of_another", f"{endorsement.pointer}/claim/id"
        )
    issuer = follow(endorsement.tree, "issuer", retrieved, endorsement.pointer)
    nobody = Node(None, "", reason="an endorsement has none")
    shown = vouched(Badge(endorsement, nobody, issuer), b"", "", retrieved)
    for check in shown.checks:
        if check.verdict is Verdict.INVALID:
            return _wrong(check.message, check.code, endorsement.pointer)
    for check in shown.checks:
        if check.verdict is Verdict.UNDETERMINED:
            return _open(check.message, check.code, endorsement.pointer)
    return Check("endorsement", Verdict.VALID, pointer=endorsement.pointer)


def _wrong(message: str, code: str, pointer: str) -> Check:
    return Check(
        "endorsement", Verdict.INVALID, "endorsement_invalid", f"an endorsement does not hold: {message}", pointer,
        "Ask the endorser for a current endorsement.", {"code": code},
    )  # fmt: skip


def _open(message: str, code: str, pointer: str) -> Check:
    return Check(
        "endorsement", Verdict.UNDETERMINED, "endorsement_undetermined",
        f"an endorsement could not be verified: {message}", pointer, "Try again when its address answers.",
        {"code": code},
    )  # fmt: skip
