"""Verification that explains itself: each question a check of its own, with three answers (D5).

What is asked: structure, terms, every proof, whether the issuer's document authorises the key, the
period, the status, what lists say of the issuer, endorsements. Nothing waits here: what has to be had
from outside is looked up in ``Retrieved``. https://www.w3.org/TR/vc-data-model-2.0/#verification
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gateway.core import mechanisms
from gateway.core.binding import issuer_of
from gateway.core.claims import claims_status_checks
from gateway.core.endorsements import endorsement_checks
from gateway.core.endorsements_2 import endorsement_2_checks
from gateway.core.judging import Verified, judged
from gateway.core.open_badges_2 import badge_of, published, shape_checks
from gateway.core.period import period_checks
from gateway.core.presentations import Presented, is_presentation, presentation
from gateway.core.question import Question
from gateway.core.related_resources import related_resource_checks
from gateway.core.schema import schema_checks, semantic_checks
from gateway.core.structure import edci_checks, proof_terms_checks, structure_checks, terms_check
from gateway.core.trust import trust_check
from gateway.core.understanding import Inspected, inspect, read_of
from gateway.core.views import credential_of, issuing_organization, where
from gateway.errors import GatewayError
from gateway.jsonld import LinkedData
from gateway.pointers import resolve
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved
from gateway.status import check_revocation_2_0, check_status

__all__ = ["Verified", "verify", "verify_presentation"]

Json = dict[str, Any]

PRESENTATION = frozenset(("structure", "terms", "proof", "issuer", "credential"))
"""What the verdict on a presentation rests on; each credential in it has one of its own."""


def verify(
    inspected: Inspected, retrieved: Retrieved, question: Question, read: LinkedData | None = None
) -> Verified:
    """Every check of a document, as far as what was retrieved allows.

    ``read`` is ``read_of`` it under the contexts of the question, where that is at hand.

    Raises ``TooComplex`` for a poison graph; nothing else, whatever is wrong with the document.
    """
    if is_presentation(inspected.envelope.tree):
        return verify_presentation(inspected, retrieved, question)[0]
    tree = credential_of(inspected)
    checks, secured = _intrinsic(inspected, tree, retrieved, question, read)
    if not question.proof_only:
        checks += _status(inspected, tree, retrieved, question)
        checks += _trust(inspected, tree, retrieved, secured, _bound(checks))
        if inspected.linked_data:
            envelope = inspected.envelope
            written = b"" if envelope.sealed else envelope.data
            checks += endorsement_checks(tree, lambda nested: verify(nested, retrieved, question), written)
        if inspected.open_badges_2:
            checks += endorsement_2_checks(badge_of(inspected.envelope.tree, retrieved), retrieved)
    return judged(tuple(checks), secured, question)


def verify_presentation(
    inspected: Inspected, retrieved: Retrieved, question: Question
) -> tuple[Verified, Presented]:
    """A presentation, with each credential in it judged by the same policy. Raises ``TooComplex``."""
    presented = presentation(
        inspected, retrieved, question, lambda credential, asked: verify(credential, retrieved, asked)
    )
    checks = presented.checks
    unproven = [
        done
        for inside in presented.credentials
        if (done := inside.verified) is not None and not done.verified
    ]
    asked = PRESENTATION - ({"issuer"} if question.proof_only else frozenset())
    policy = replace(question.policy, required=asked)
    verdict = policy.verdict(checks)
    open_ones = [check for check in checks if check.name in asked and check.verdict is not Verdict.VALID]
    reason = policy.reason(checks) or next(iter(open_ones), None)
    proven = verdict is Verdict.VALID and not open_ones and not unproven
    return Verified(checks, verdict, proven, None if proven else reason or unproven[0].reason), presented


def _intrinsic(
    inspected: Inspected, tree: Json, retrieved: Retrieved, question: Question, read: LinkedData | None = None
) -> tuple[list[Check], tuple[Secured, ...]]:
    """What the document and the keys show: structure, terms, proofs, binding, period."""
    checks: list[Check] = []
    read = read or read_of(inspected, question.contexts)
    if read is not None:
        checks += [*structure_checks(tree), *related_resource_checks(tree, question.contexts)]
        sealed = inspected.envelope.sealed == "jades"
        checks.append(terms_check(read, sealed=sealed))
        checks += proof_terms_checks(tree, question.contexts)
        checks += [*schema_checks(inspected, tree), *semantic_checks(inspected, tree)]
    if inspected.envelope.kind == "xml":
        credential = resolve(inspected.envelope.tree, inspected.prefix)
        checks += edci_checks(credential, issuing_organization(credential), inspected.prefix)
    if inspected.open_badges_2:
        checks += shape_checks(badge_of(inspected.envelope.tree, retrieved))
    shown = mechanisms.show(inspected, tree, retrieved, question, read)
    period = period_checks(tree, question.now)
    if inspected.prefix or inspected.claims:
        period = [replace(check, pointer=where(inspected, check.pointer)) for check in period]
    return [*checks, *shown.checks, *period], shown.secured


def _status(inspected: Inspected, tree: Json, retrieved: Retrieved, question: Question) -> list[Check]:
    """What is published of its status."""
    checks: list[Check] = []

    def verify_list(data: bytes) -> tuple[Json | None, Check | None]:
        return _status_list(data, retrieved, question)

    if inspected.linked_data:
        checks += check_status(tree, retrieved, verify_list, question.now)
    if inspected.claims:
        checks += claims_status_checks(inspected.envelope.tree)
    if inspected.open_badges_2:
        badge = badge_of(inspected.envelope.tree, retrieved)
        issuer_now = published(badge.issuer, retrieved).tree or badge.issuer.tree
        checks += check_revocation_2_0(badge.assertion.tree or {}, issuer_now, retrieved)
    return checks


def _trust(
    inspected: Inspected, tree: Json, retrieved: Retrieved, secured: tuple[Secured, ...], bound: Check | None
) -> list[Check]:
    """What lists say of the issuer, where the document names one or a seal shows one.

    Of several seals, the one that ``bound`` the document to its issuer counts: anybody can add another.
    """
    if inspected.open_badges_2:
        issuer, pointer = badge_of(inspected.envelope.tree, retrieved).issuer.id, "/badge/issuer"
    else:
        issuer, pointer = issuer_of(tree), where(inspected, "/issuer")
    seals = [item for item in secured if item.certificates]
    if bound is not None:
        seals = [item for item in seals if item.organization == bound.values.get("organization")]
    if not issuer and not seals:
        return []
    seal = next(iter(seals), None)
    return [trust_check(issuer, seal, retrieved, proven=bound is not None, pointer=pointer)]


def _bound(checks: Iterable[Check]) -> Check | None:
    """The check that shows the document to be the issuer's, if one does."""
    return next((c for c in checks if c.name == "issuer" and c.verdict is Verdict.VALID), None)


def _status_list(data: bytes, retrieved: Retrieved, question: Question) -> tuple[Json | None, Check | None]:
    """A status list credential, and what by the policy speaks against trusting it."""
    try:
        inspected = inspect(data)
        tree = credential_of(inspected)
        checks, secured = _intrinsic(
            inspected, tree, retrieved, replace(question, domain=None, challenge=None)
        )
    except GatewayError as error:
        return None, Check("structure", Verdict.INVALID, error.code, error.detail, error.pointer, error.hint)
    done = judged(tuple(checks), secured, question)
    return tree, None if done.verdict is Verdict.VALID else done.reason
