"""Reports: findings and checks add up, the verdict follows from the checks, and nothing is shared."""

from __future__ import annotations

import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.report import Check, Finding, Layer, Outcome, Report, Severity, Verdict, overall

VALID, INVALID, UNDETERMINED = Verdict.VALID, Verdict.INVALID, Verdict.UNDETERMINED
CHECKS = st.lists(st.builds(Check, st.text(max_size=4), st.sampled_from(list(Verdict))), max_size=5).map(
    tuple
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        st.text(max_size=4),
        st.text(max_size=4),
        st.sampled_from(list(Severity)),
        outcome=st.none() | st.sampled_from(list(Outcome)),
        layer=st.none() | st.sampled_from(list(Layer)),
    ),
    max_size=5,
).map(tuple)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [([], UNDETERMINED), ([VALID], VALID), ([VALID, VALID], VALID), ([VALID, UNDETERMINED], UNDETERMINED),
     ([UNDETERMINED], UNDETERMINED), ([INVALID], INVALID), ([VALID, UNDETERMINED, INVALID], INVALID)],
)  # fmt: skip
def test_one_failure_decides_and_nothing_checked_is_not_valid(
    verdicts: list[Verdict], expected: Verdict
) -> None:
    assert Report(checks=tuple(Check("c", verdict) for verdict in verdicts)).verdict() is expected


@given(CHECKS)
def test_the_verdict_does_not_depend_on_the_order(checks: tuple[Check, ...]) -> None:
    assert Report(checks=checks).verdict() is Report(checks=checks[::-1]).verdict()


@given(CHECKS)
def test_another_check_never_makes_a_verdict_better_unless_it_is_the_first(checks: tuple[Check, ...]) -> None:
    rank = {INVALID: 0, UNDETERMINED: 1, VALID: 2}
    before = Report(checks=checks)
    for verdict in Verdict:
        after = before.with_checks(Check("new", verdict))
        assert not checks or rank[after.verdict()] <= rank[before.verdict()]


@given(FINDINGS)
def test_every_outcome_is_counted_once(findings: tuple[Finding, ...]) -> None:
    report = Report(findings)
    counts = report.counts()
    assert list(counts) == ["kept", "transformed", "defaulted", "dropped"]
    assert sum(counts.values()) == sum(finding.outcome is not None for finding in findings)
    assert len(report.dropped()) == counts["dropped"]


@given(FINDINGS, FINDINGS, CHECKS)
def test_adding_gives_a_new_report_and_keeps_the_order(one: object, other: object, checks: object) -> None:
    first = Report(one)  # type: ignore[arg-type]
    second = first.with_findings(*other).with_checks(*checks).with_facts(a=1)  # type: ignore[misc]
    assert (first.findings, first.checks, first.facts) == (one, (), {})
    assert second.findings == (*one, *other)  # type: ignore[misc]
    assert second.checks == checks
    assert second.with_facts(a=2, b=3).facts == {"a": 2, "b": 3}
    assert second.facts == {"a": 1}


@given(FINDINGS, CHECKS)
def test_a_report_is_json_and_crosses_processes(
    findings: tuple[Finding, ...], checks: tuple[Check, ...]
) -> None:
    report = Report(findings, checks, {"format": "ob3"})
    written = json.loads(json.dumps(report.to_json()))
    assert written["verdict"] == report.verdict().value
    assert written["format"] == "ob3"
    assert len(written["findings"]) == len(findings)
    assert len(written["checks"]) == len(checks)
    assert written["leaves"] == report.counts()
    assert pickle.loads(pickle.dumps(report)) == report


def test_empty_members_are_left_out() -> None:
    assert Finding("", "remark").to_json() == {"pointer": "", "code": "remark", "severity": "info"}
    assert Check("proof", VALID).to_json() == {"name": "proof", "verdict": "valid"}


def test_what_is_said_is_written() -> None:
    finding = Finding("/a", "c", Severity.WARNING, "r", Outcome.DROPPED, Layer.CARRIED, "/b", "m")
    assert finding.to_json() == {
        "pointer": "/a", "code": "c", "severity": "warning", "rule": "r", "outcome": "dropped",
        "layer": "carried", "target": "/b", "message": "m",
    }  # fmt: skip
    check = Check("n", INVALID, "c", "m", "/p", "h", {"v": 1})
    assert set(check.to_json()) == {field.name for field in dataclasses.fields(Check)}


@pytest.mark.parametrize(
    "value", [Finding("", "c"), Check("n", VALID), Report()], ids=lambda v: type(v).__name__
)
def test_nothing_is_changed_in_place(value: object) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        value.code = "x"  # type: ignore[attr-defined]


@given(st.lists(st.sampled_from(Verdict), max_size=4))
def test_one_verdict_of_many_is_the_worst_and_nothing_is_not_valid(verdicts: list[Verdict]) -> None:
    kinds = set(verdicts)
    worst = Verdict.VALID if kinds == {Verdict.VALID} else Verdict.UNDETERMINED
    assert overall(verdicts) == (Verdict.INVALID if Verdict.INVALID in kinds else worst)
