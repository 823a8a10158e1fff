"""From checks to a verdict, and to the one word that is never said too much: verified (D5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.core.policies import Policy, unproven
from gateway.core.question import Question
from gateway.proofs.secured import Secured
from gateway.records import quick
from gateway.report import INVALID, UNDETERMINED, VALID, Check, Verdict

__all__ = ["NOT_VERIFIED", "Verified", "judged"]

PROOF_ONLY = frozenset(("structure", "terms", "proof"))
NOT_VERIFIED = Check(
    "proof", Verdict.UNDETERMINED, "no_proof", "nothing shows who vouches for the document",
    hint="Ask the issuer for a signed credential.",
)  # fmt: skip


@quick
@dataclass(frozen=True, slots=True)
class Verified:
    """The checks, the policy's verdict on them, and whether the document may be called verified.

    ``verified`` is never true while the key is not shown to be the issuer's, whatever a policy tolerates;
    only a question about proofs alone leaves that open. ``reason`` is the check that stands in the way
    when it is not verified.
    """

    checks: tuple[Check, ...]
    verdict: Verdict
    verified: bool
    reason: Check | None = None


def judged(checks: tuple[Check, ...], secured: tuple[Secured, ...], question: Question) -> Verified:
    """The verdict. Of several proofs, one of an unknown kind is passed over where another one holds."""
    counted = tuple(_counted(checks, secured, question.policy))
    if question.proof_only:
        counted = tuple(check for check in counted if check.name.partition(".")[0] in PROOF_ONLY)
    verdict = question.policy.verdict(counted)
    proven = question.proof_only or (_holds(secured) and _bound(checks))
    if verdict is VALID and proven:
        return Verified(checks, verdict, True)
    reason = unproven(checks) if verdict is VALID else question.policy.reason(counted)
    return Verified(checks, verdict, False, reason or NOT_VERIFIED)


def _counted(checks: tuple[Check, ...], secured: tuple[Secured, ...], policy: Policy) -> Iterable[Check]:
    if not any(item.verdict is VALID for item in secured):
        return checks
    passed_over = [
        item for item in secured
        if item.verdict is UNDETERMINED
        or (policy.one_proof_is_enough and item.verdict is INVALID)
    ]  # fmt: skip
    skipped = {id(check) for item in passed_over for check in item.checks}
    return (check for check in checks if id(check) not in skipped)


def _holds(secured: tuple[Secured, ...]) -> bool:
    """Whether something vouches: a signature, or an address that answered, and nothing against it."""
    return any(item.signed and item.verdict is not INVALID for item in secured)


def _bound(checks: tuple[Check, ...]) -> bool:
    bindings = [check.verdict for check in checks if check.name == "issuer"]
    return bool(bindings) and all(verdict is VALID for verdict in bindings)
