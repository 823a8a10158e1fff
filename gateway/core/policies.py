"""Policies: which checks a verdict rests on. A policy is a record; POLICIES is the menu (D5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gateway.errors import RequestRefused
from gateway.report import INVALID, UNDETERMINED, VALID, Check, Verdict, overall

__all__ = ["POLICIES", "STRICT", "Policy", "deciding", "policy_named", "policy_reported", "unproven"]


WITH_TRUST = "+trust"
"""What the name of a policy ends with where the operator requires a listing of the issuer."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``required`` names the checks (by the first part of their names) that must be valid.

    ``tolerated`` are codes of undetermined checks that do not stand in the way of the verdict; whatever a
    policy tolerates, nothing is called verified whose issuer is unproven. ``embedded_keys`` looks at a
    key that a token's header brings along. ``at_signing`` judges keys and certificates at the time of
    signing. ``one_proof_is_enough`` passes a document of which one proof holds, whatever the others.
    """

    name: str
    required: frozenset[str]
    tolerated: frozenset[str] = frozenset()
    embedded_keys: bool = False
    at_signing: bool = False
    one_proof_is_enough: bool = False

    def requires(self, check: Check) -> bool:
        """Whether the verdict rests on a check."""
        return check.name.partition(".")[0] in self.required

    def rests_on(self, check: Check) -> bool:
        """Whether a check counts: it is required, and not one of those the policy tolerates."""
        return self.requires(check) and not (check.verdict is UNDETERMINED and check.code in self.tolerated)

    def verdict(self, checks: Iterable[Check]) -> Verdict:
        """``invalid`` if a required check is, ``valid`` if all are, else ``undetermined``."""
        return overall([check.verdict for check in checks if self.rests_on(check)])

    def reason(self, checks: Iterable[Check]) -> Check | None:
        """The first check that decides against a document; None when there is none."""
        against = [c for c in checks if self.rests_on(c) and c.verdict is not VALID]
        invalid = [check for check in against if check.verdict is INVALID]
        return next(iter(invalid or against), None)

    def with_trust(self) -> Policy:
        """The same, with a listing of the issuer required too; its name says so."""
        return replace(self, name=f"{self.name}{WITH_TRUST}", required=self.required | {"trust"})


BASE = frozenset(("structure", "terms", "proof", "issuer", "period", "status"))
STRICT = Policy("strict", BASE)
VOUCHING = ("issuer", "proof.signature", "proof", "credential")
"""The checks that show who vouches for a document, the most telling first."""

AS_THE_PUBLIC_VALIDATOR = frozenset((
    "claim_missing", "endorsement_undetermined", "hosted_not_retrieved", "issuer_without_host", "key_address_unproven",
    "key_from_proof", "node_renamed", "not_an_assertion", "revocation_list_unavailable", "schema_not_evaluated",
    "status_list_renamed",
))  # fmt: skip
"""What 1EdTech's public validator passes, or warns of, and has a reason for: docs/policies.md."""
STATUS_LOST = frozenset((
    "credential_unnamed", "revocation_list_unavailable", "status_list_outdated", "status_list_renamed",
    "status_list_unproven", "status_retrieval_error", "status_type_unknown",
))  # fmt: skip
"""What is open about a status when its list is gone, as lists of old credentials are."""

POLICIES: dict[str, Policy] = {
    "strict": STRICT,
    "1edtech": Policy(
        "1edtech",
        BASE | {"schema", "endorsement", "proof_terms"},
        tolerated=AS_THE_PUBLIC_VALIDATOR,
        embedded_keys=True,
        one_proof_is_enough=True,
    ),
    "archive": Policy("archive", BASE, tolerated=STATUS_LOST, at_signing=True),
}


def policy_named(name: str) -> Policy:
    """A policy by its name. Raises ``RequestRefused`` with the names there are."""
    policy = POLICIES.get(name)
    if policy is None:
        raise RequestRefused(f"there is no policy {name[:40]!r}", hint=f"Policies: {', '.join(POLICIES)}.")
    return policy


def policy_reported(name: str) -> Policy | None:
    """The policy that a report names, with what the operator required of it; None for an unknown one."""
    policy = POLICIES.get(name.removesuffix(WITH_TRUST))
    return policy.with_trust() if policy is not None and name.endswith(WITH_TRUST) else policy


def unproven(checks: Iterable[Check]) -> Check | None:
    """What proof or binding lacks of a document that a policy passes: the check that keeps it from being verified."""
    open_ones = [check for check in checks if check.verdict is not VALID or check.name == "credential"]
    found = (check for name in VOUCHING for check in open_ones if check.name == name and check.code)
    return next(found, None)


def deciding(policy: str, checks: Iterable[Check], verdict: Verdict) -> tuple[Check, ...]:
    """The checks that a verdict short of "verified" rests on, for people to read first.

    Where everything required is valid, that is who vouches for it, which nothing else makes up for.
    """
    checks = tuple(checks)
    if verdict is VALID:
        found = unproven(checks)
        return (found,) if found is not None else ()
    wrong = tuple(check for check in checks if check.verdict is verdict)
    known = policy_reported(policy)
    counted = (check for check in wrong if known is None or known.rests_on(check))
    return tuple(counted) or wrong
