"""What became of every value, and what was checked: findings, checks, and the report that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from gateway.messages import DEFAULT_LANGUAGE, localized
from gateway.records import quick

__all__ = [
    "INVALID",
    "UNDETERMINED",
    "VALID",
    "Check",
    "Finding",
    "Layer",
    "Outcome",
    "Report",
    "Severity",
    "Verdict",
    "overall",
]


class Outcome(StrEnum):
    """What became of one leaf of the source (D3)."""

    KEPT = "kept"
    TRANSFORMED = "transformed"
    DEFAULTED = "defaulted"
    DROPPED = "dropped"


class Layer(StrEnum):
    """Where the target holds a leaf that was not dropped."""

    NATIVE = "native"
    CARRIED = "carried"
    ORIGINAL = "original"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"


VALID, INVALID, UNDETERMINED = Verdict
"""The members by name, for what looks at many: to ask the class for one is a call."""


class Finding(NamedTuple):
    """One remark about one place. Never holds the value itself, only where it stands.

    ``outcome`` is set for a leaf of the source, with the ``rule`` that read or wrote it and the
    ``layer`` of the target that holds it; a remark without outcome is about something else. There is
    one for every leaf, which is why they are tuples.
    """

    pointer: str
    code: str
    severity: Severity = Severity.INFO
    rule: str = ""
    outcome: Outcome | None = None
    layer: Layer | None = None
    target: str = ""
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON, empty members left out."""
        pointer, code, severity, rule, outcome, layer, target, message = self
        members = {"pointer": pointer}
        if code:
            members["code"] = code
        members["severity"] = severity._value_
        if rule:
            members["rule"] = rule
        if outcome is not None:
            members["outcome"] = outcome._value_
        if layer is not None:
            members["layer"] = layer._value_
        if target:
            members["target"] = target
        if message:
            members["message"] = message
        return members


@quick
@dataclass(frozen=True, slots=True)
class Check:
    """One verification step and its tri-state result (D5)."""

    name: str
    verdict: Verdict
    code: str = ""
    message: str = ""
    pointer: str = ""
    hint: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The check as JSON, empty members left out."""
        members: dict[str, Any] = {
            "name": self.name,
            "verdict": self.verdict.value,
            "code": self.code,
            "message": self.message,
            "pointer": self.pointer,
            "hint": self.hint,
            "values": self.values,
        }
        return {name: value for name, value in members.items() if value}


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """``invalid`` if one of them is, ``valid`` if there are some and all are, else ``undetermined``."""
    if INVALID in verdicts:
        return INVALID
    return VALID if verdicts.count(VALID) == len(verdicts) > 0 else UNDETERMINED


@quick
@dataclass(frozen=True, slots=True)
class Report:
    """Everything the gateway has to say about one credential on its way.

    ``findings`` account for the leaves of the source and add remarks; ``checks`` are the
    verification steps; ``facts`` are short machine-readable answers (formats, digests, versions).
    ``judged`` is the verdict of a policy on the checks; ``verified`` that the document may be called so.
    """

    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    judged: Verdict | None = None
    verified: bool = False

    def with_findings(self, *findings: Finding) -> Report:
        return replace(self, findings=(*self.findings, *findings))

    def with_checks(self, *checks: Check) -> Report:
        return replace(self, checks=(*self.checks, *checks))

    def with_facts(self, **facts: Any) -> Report:
        return replace(self, facts={**self.facts, **facts})

    def counts(self) -> dict[str, int]:
        """How many leaves of the source ended as kept, transformed, defaulted, dropped."""
        totals = {outcome.value: 0 for outcome in Outcome}
        for finding in self.findings:
            if finding.outcome is not None:
                totals[finding.outcome._value_] += 1
        return totals

    def dropped(self) -> tuple[Finding, ...]:
        """The leaves that are neither native nor carried in the target."""
        return tuple(f for f in self.findings if f.outcome is Outcome.DROPPED)

    def verdict(self) -> Verdict:
        """The policy's; without one ``invalid`` if any check failed, ``valid`` if all passed, else ``undetermined``."""
        if self.judged is not None:
            return self.judged
        return overall([check.verdict for check in self.checks])

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The report as JSON, in the shape the HTTP interface and ``--report`` give out."""
        return {
            **self.facts,
            "verdict": self.verdict().value,
            "verified": self.verified,
            "checks": [localized(check.to_json(), language) for check in self.checks],
            "leaves": self.counts(),
            "findings": [finding.to_json() for finding in self.findings],
        }
