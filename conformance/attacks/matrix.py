"""The matrix: every mechanism, every single change, what is called verified all the same."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.attacks import mutations, tokens
from conformance.attacks.signed import POLICIES, Mechanism, signed, small, verified, world

__all__ = ["BY_POLICY", "Outcome", "attack"]

BY_POLICY: dict[str, str] = {
    # One proof that holds is enough under the public validator's rules.
    "proof stands beside a forged one": "1edtech",
    "the proofs of both documents": "1edtech",
}
"""The one policy that passes a change, by its own definition."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one mechanism: how many changes were tried and which were called verified; the harmless ones, and
    which of those were refused."""

    mechanism: Mechanism
    tried: int
    passed: tuple[str, ...]
    harmless: tuple[str, ...]
    refused: tuple[str, ...]


def attack(mechanism: Mechanism) -> Outcome:
    """Every change of the matrix to one credential, under every policy."""
    part = tokens if mechanism.token else mutations
    options = {} if mechanism.token else mutations.options(mechanism.suite)
    attacked = signed(mechanism, small(mechanism), **options)
    answers = world(mechanism.kind)
    changes = dict(part.mutations(attacked))
    passed = [
        f"{name} ({policy})"
        for name, data in changes.items()
        for policy in verified(data, answers)
        if BY_POLICY.get(name) != policy
    ]
    harmless = dict(part.harmless(attacked))
    refused = [name for name, data in harmless.items() if verified(data, answers) != POLICIES]
    return Outcome(mechanism, len(changes), tuple(passed), tuple(harmless), tuple(refused))
