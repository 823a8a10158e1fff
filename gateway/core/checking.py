"""Verification that explains itself: each question a check of its own, with three answers (D5).

What is asked: structure, terms, every proof, whether the issuer's document authorises the key, the
period, the status, what lists say of the issuer, endorsements. Nothing waits here: what has to be had
from outside is looked up in ``Retrieved``. https://www.w3.org/TR/vc-data-model-2.0/#verification
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from gateway.core import mechanisms
from gateway.core.binding import issuer_of
from gateway.core.endorsements import endorsement_checks
from gateway.core.open_badges_2 import badge_of, shape_checks
from gateway.core.period import period_checks
from gateway.core.presentations import is_presentation, presentation
from gateway.core.question import Question
from gateway.core.related_resources import related_resource_checks
from gateway.core.schema import schema_checks, semantic_checks
from gateway.core.structure import structure_checks, terms_check
from gateway.core.trust import trust_check
from gateway.core.understanding import Inspected, inspect
from gateway.core.views import credential_of
from gateway.errors import GatewayError
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved
from gateway.status import check_revocation_2_0, check_status

__all__ = ["Verified", "verify"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """The checks, the policy's verdict on them, and whether the document may be called verified.

    ``verified`` is never true while the key is not shown to be the issuer's, whatever a policy tolerates;
    only a question about proofs alone leaves that open.
    """

    checks: tuple[Check, ...]
    verdict: Verdict
    verified: bool


def verify(inspected: Inspected, retrieved: Retrieved, question: Question) -> Verified:
    """Every check of a document, as far as what was retrieved allows.

    Raises ``TooComplex`` for a poison graph; nothing else, whatever is wrong with the document.
    """
    if is_presentation(inspected.envelope.tree):
        return _presented(inspected, retrieved, question)
    tree = credential_of(inspected)
    checks, secured = _intrinsic(inspected, tree, retrieved, question)
    if not question.proof_only:
        checks += _status(inspected, tree, retrieved, question)
        checks += _trust(inspected, tree, retrieved, secured, proven=_bound(checks))
        if inspected.linked_data:
            checks += endorsement_checks(tree, lambda nested: verify(nested, retrieved, question))
    return _judged(tuple(checks), secured, question)


def _presented(inspected: Inspected, retrieved: Retrieved, question: Question) -> Verified:
    """A presentation, with each credential in it judged by the same policy."""

    def judge(credential: Inspected, asked: Question) -> tuple[tuple[Check, ...], Verdict]:
        done = verify(credential, retrieved, asked)
        return done.checks, done.verdict

    checks = tuple(presentation(inspected, retrieved, question, judge))
    policy = replace(
        question.policy, required=PRESENTATION - ({"issuer"} if question.proof_only else frozenset())
    )
    verdict = policy.verdict(checks)
    return Verified(checks, verdict, verdict is Verdict.VALID)


def _intrinsic(
    inspected: Inspected, tree: Json, retrieved: Retrieved, question: Question
) -> tuple[list[Check], tuple[Secured, ...]]:
    """What the document and the keys show: structure, terms, proofs, binding, period."""
    checks: list[Check] = []
    if inspected.linked_data:
        checks += [*structure_checks(tree), *related_resource_checks(tree, question.contexts)]
        sealed = inspected.envelope.sealed == "jades"
        checks.append(terms_check(tree, question.contexts, sealed=sealed))
        checks += [*schema_checks(inspected, tree), *semantic_checks(inspected, tree)]
    if inspected.open_badges_2:
        checks += shape_checks(badge_of(inspected.envelope.tree, retrieved))
    shown = mechanisms.show(inspected, tree, retrieved, question)
    return [*checks, *shown.checks, *period_checks(tree, question.now)], shown.secured


def _status(inspected: Inspected, tree: Json, retrieved: Retrieved, question: Question) -> list[Check]:
    """What is published of its status."""
    checks: list[Check] = []

    def verify_list(data: bytes) -> tuple[Json | None, tuple[Check, ...]]:
        return _status_list(data, retrieved, question)

    if inspected.linked_data:
        checks += check_status(tree, retrieved, verify_list, question.now)
    if inspected.open_badges_2:
        badge = badge_of(inspected.envelope.tree, retrieved)
        checks += check_revocation_2_0(badge.assertion.tree or {}, badge.issuer.tree, retrieved)
    return checks


def _trust(
    inspected: Inspected, tree: Json, retrieved: Retrieved, secured: tuple[Secured, ...], *, proven: bool
) -> list[Check]:
    """What lists say of the issuer, where the document names one or a seal shows one."""
    if inspected.open_badges_2:
        issuer, pointer = badge_of(inspected.envelope.tree, retrieved).issuer.id, "/badge/issuer"
    else:
        issuer, pointer = issuer_of(tree), "/issuer"
    if not issuer and not any(item.certificates for item in secured):
        return []
    return [trust_check(issuer, secured, retrieved, proven=proven, pointer=pointer)]


def _bound(checks: Iterable[Check]) -> bool:
    """Whether the key is shown to be the issuer's."""
    return any(check.name == "issuer" and check.verdict is Verdict.VALID for check in checks)


def _status_list(
    data: bytes, retrieved: Retrieved, question: Question
) -> tuple[Json | None, tuple[Check, ...]]:
    """A status list credential with the checks of its own that the policy rests on."""
    try:
        inspected = inspect(data)
        tree = credential_of(inspected)
        checks, _ = _intrinsic(inspected, tree, retrieved, replace(question, domain=None, challenge=None))
    except GatewayError as error:
        return None, (
            Check("structure", Verdict.INVALID, error.code, error.detail, error.pointer, error.hint),
        )
    policy = question.policy
    return tree, tuple(c for c in checks if policy.requires(c) and c.code not in policy.tolerated)


def _judged(checks: tuple[Check, ...], secured: tuple[Secured, ...], question: Question) -> Verified:
    """The verdict. Of several proofs, one of an unknown kind is passed over where another one holds."""
    policy = question.policy
    counted = checks
    if any(item.verdict is Verdict.VALID for item in secured):
        passed_over = {
            item.pointer for item in secured
            if item.verdict is Verdict.UNDETERMINED
            or (policy.one_proof_is_enough and item.verdict is Verdict.INVALID)
        }  # fmt: skip
        skipped = {id(check) for item in secured if item.pointer in passed_over for check in item.checks}
        counted = tuple(check for check in checks if id(check) not in skipped)
    if question.proof_only:
        counted = tuple(check for check in counted if check.name.partition(".")[0] in PROOF_ONLY)
    verdict = policy.verdict(counted)
    return Verified(checks, verdict, verdict is Verdict.VALID and (_bound(checks) or question.proof_only))


PROOF_ONLY = frozenset(("structure", "terms", "proof"))
PRESENTATION = frozenset(("structure", "terms", "proof", "issuer", "credential"))
