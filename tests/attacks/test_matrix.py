"""Single changes to a secured credential: each mechanism takes its share of the matrix, together all of it."""

from __future__ import annotations

import pytest

from conformance.attacks import mutations, tokens
from conformance.attacks.matrix import BY_POLICY
from conformance.attacks.signed import MECHANISMS, POLICIES, Mechanism, Signed, signed, small, verified, world

SHARES = 9
"""Each mechanism tries one change in so many; ``make conformance`` tries them all under every policy."""


def attacked(mechanism: Mechanism) -> Signed:
    options = {} if mechanism.token else mutations.options(mechanism.suite)
    return signed(mechanism, small(mechanism), **options)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.name)
def test_no_single_change_leaves_a_credential_verified(mechanism: Mechanism) -> None:
    part = tokens if mechanism.token else mutations
    changes = list(part.mutations(attacked(mechanism)))
    assert len({name for name, _ in changes}) == len(changes) >= 200
    answers = world(mechanism.kind)
    share = MECHANISMS.index(mechanism) % SHARES
    for name, data in changes[share::SHARES]:
        assert verified(data, answers, ("strict",)) == (), name


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.name)
def test_what_changes_no_meaning_stays_verified(mechanism: Mechanism) -> None:
    part = tokens if mechanism.token else mutations
    for name, data in part.harmless(attacked(mechanism)):
        assert verified(data, world(mechanism.kind), ("strict",)) == ("strict",), name


def test_a_policy_passes_only_what_its_own_definition_says() -> None:
    mechanism = MECHANISMS[0]
    changes = dict(mutations.mutations(attacked(mechanism)))
    for name, policy in BY_POLICY.items():
        assert verified(changes[name], world(mechanism.kind)) == (policy,), name
    assert set(BY_POLICY.values()) < set(POLICIES)
