"""``--explain``: how a command went, for those who want to know why it took so long, or what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateway.course import Course
from gateway.report import Report

__all__ = ["explanation"]

SHOWN = 10
"""Most mapping rules that are named; the report has them all."""
WIDTH = 13
WIDEST = 80
"""Widest column of places in the source."""


def explanation(course: Course, report: Report) -> str:
    """What was recognised, which way it went, what was used, and where the time went, as lines."""
    lines = ["how it went:"]
    for label, said in (
        ("recognised", _recognised(report)),
        ("linked data", _linked_data(course)),
        ("canonical", _canonical(course)),
        ("mapping", _mapping(report)),
        ("rules", _rules(report)),
        ("values", _leaves(report)),
        ("time", _time(course)),
    ):
        lines += [f"  {label if not line else '':{WIDTH}}{text}" for line, text in enumerate(said)]
    return "\n".join(lines)


def _recognised(report: Report) -> Iterator[str]:
    source = report.facts.get("source", {})
    kind = f" ({source['mediaType']})" if "mediaType" in source else ""
    yield f"{source.get('format', 'unknown')}{kind}"


def _linked_data(course: Course) -> Iterator[str]:
    """By which way documents came to their statements, and why where it was the long one."""
    for reason, count in Counter(read.expanded for read in course.reads).items():
        way = f"expanded by the general processor: {reason}" if reason else "through compiled contexts"
        yield f"{_times(count)} {way}"
    if not course.reads:
        yield "nothing was read as linked data"


def _canonical(course: Course) -> Iterator[str]:
    """The work of RDFC-1.0, and how much of what it may use."""
    for one, count in Counter(course.canonicalized).items():
        yield f"{_times(count)} {one.quads} quads, {one.tried} of {one.budget} permutations tried"


def _mapping(report: Report) -> Iterator[str]:
    versions = report.facts.get("mappings", {})
    if versions:
        yield " → ".join(f"{name} {version}" for name, version in versions.items())


def _rules(report: Report) -> Iterator[str]:
    """The rules that told what became of each value, those used most before the others."""
    used = Counter(finding.rule for finding in report.findings if finding.rule)
    for rule, count in used.most_common(SHOWN):
        yield f"{_times(count)} {rule}"
    if len(used) > SHOWN:
        yield f"… and {len(used) - SHOWN} more; --report FILE lists them all"


def _leaves(report: Report) -> Iterator[str]:
    """Source and target side by side, with the rule on each line; what is dropped has no target."""
    told = [finding for finding in report.findings if finding.outcome is not None]
    width = min(max((len(finding.pointer) for finding in told), default=0), WIDEST)
    for finding in told:
        how = f"{finding.outcome}, {finding.rule}" if finding.rule else str(finding.outcome)
        yield f"{finding.pointer:<{width}}  →  {finding.target or finding.layer or '·'}  [{how}]"


def _time(course: Course) -> Iterator[str]:
    """The milliseconds of each step, in the order in which steps were first done."""
    taken: dict[str, list[float]] = {}
    for step, seconds in course.steps:
        taken.setdefault(step, []).append(seconds)
    for step, each in taken.items():
        rounds = f" in {len(each)} rounds" if len(each) > 1 else ""
        yield f"{sum(each) * 1000:8.1f} ms  {step}{rounds}"
    yield f"{sum(seconds for _, seconds in course.steps) * 1000:8.1f} ms  in all"


def _times(count: int) -> str:
    return f"{count:4} ×"
