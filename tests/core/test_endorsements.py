"""Endorsements inside credentials: which parts of a document are taken for one."""

from __future__ import annotations

from gateway.core.endorsements import endorsement_checks
from gateway.core.understanding import Inspected
from gateway.report import Verdict


class Held:
    """An endorsement that holds."""

    checks = ()
    verdict = Verdict.VALID


def held(_: Inspected) -> Held:
    return Held()


def test_a_context_that_defines_endorsements_has_none() -> None:
    tree = {"@context": [{"endorsementJwt": "https://example.org/terms#endorsementJwt"}]}
    assert endorsement_checks(tree, held) == []


def test_an_endorsement_is_found_wherever_it_stands() -> None:
    tree = {"credentialSubject": {"achievement": {"endorsement": [{"type": ["VerifiableCredential"]}]}}}
    assert [check.pointer for check in endorsement_checks(tree, held)] == [
        "/credentialSubject/achievement/endorsement/0"
    ]
