"""What the command line says to people: short, aligned, one thought a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

from gateway.core import deciding, policy_reported
from gateway.errors import GatewayError
from gateway.formats import Format
from gateway.messages import (
    DEFAULT_LANGUAGE,
    check_title,
    localized,
    localized_problem,
    says_more,
    told_statement,
    words,
)
from gateway.report import Check, Report, Severity, Verdict

__all__ = [
    "MARKS", "Paint", "convert_summary", "formats_table", "paint_for", "problem_text", "verify_summary", "warnings",
]  # fmt: skip

SHOWN = 10
"""Most places listed in a summary; the report has them all."""

MARKS = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.UNDETERMINED: "?"}
COLOURS = {Verdict.VALID: "32", Verdict.INVALID: "31", Verdict.UNDETERMINED: "33"}
"""Of terminals (ECMA-48): green, red, yellow."""

Paint = Callable[[Verdict, str], str]


def _plain(_: Verdict, text: str) -> str:
    return text


def _coloured(verdict: Verdict, text: str) -> str:
    return f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m"


def paint_for(stream: TextIO, environ: Mapping[str, str]) -> Paint:
    """Colours for a terminal that has them, unless NO_COLOR is set (https://no-color.org)."""
    bare = environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not stream.isatty()
    return _plain if bare else _coloured


def problem_text(error: GatewayError, language: str = DEFAULT_LANGUAGE) -> str:
    """An error as lines: what, where, what to do."""
    told, labels = localized_problem(error.problem(), language), words(language)["labels"]
    lines = [f"gateway: {told['title']}: {error.detail} [{error.code}]"]
    if error.pointer:
        lines.append(f"  {labels['where']}: {error.pointer}")
    if told.get("hint"):
        lines.append(f"  {labels['hint']}:  {told['hint']}")
    return "\n".join(lines)


def convert_summary(report: Report) -> str:
    """What became of the source, and what was verified of it."""
    source, target = report.facts.get("source", {}), report.facts.get("target", {})
    layers = Counter(f.layer.value for f in report.findings if f.layer is not None)
    counts = report.counts()
    lines = [
        f"{source.get('format')} → {target.get('format')}: "
        + ", ".join(f"{number} {name}" for name, number in counts.items())
        + f" ({layers['native']} in native terms, {layers['carried']} carried)"
    ]
    lines += [f"  dropped: {f.pointer} ({f.code})" for f in report.dropped()[:SHOWN]]
    if (more := len(report.dropped()) - SHOWN) > 0:
        lines.append(f"  … and {more} more; --report FILE lists them all")
    lines += [f"  {line}" for line in warnings(report)]
    for check in report.checks:
        said = f": {check.message} [{check.code}]" if check.code else ""
        lines.append(f"  source {MARKS[check.verdict]} {check.name}{said}")
    return "\n".join(lines)


def warnings(report: Report) -> list[str]:
    """The remarks of a report that somebody should read, a line each."""
    told = [f for f in report.findings if f.outcome is None and f.severity is not Severity.INFO]
    return [f"warning: {f'{f.pointer} ' if f.pointer else ''}{f.message} [{f.code}]" for f in told[:SHOWN]]


# --- a verification ------------------------------------------------------------------------------


def verify_summary(report: Report, language: str = DEFAULT_LANGUAGE, paint: Paint = _plain) -> str:
    """The verdict under its policy, the checks that decided it, then every check."""
    said, verdict = words(language), report.verdict()
    policy = report.facts.get("policy", "")
    title = said["verdicts"]["verified" if report.verified else verdict.value]
    lines = [paint(verdict, title) + (f" ({said['labels']['policy']} {policy})" if policy else "")]
    reasons = () if report.verified else deciding(policy, report.checks, verdict)
    if reasons:
        lines.append(f"{said['labels']['because']}:")
        for check in reasons:
            lines += _check(check, language, paint, counts=True)
        lines.append("")
    known = policy_reported(policy)
    for check in report.checks:
        if not any(check is reason for reason in reasons):
            counts = known is None or known.rests_on(check) or check.verdict is Verdict.VALID
            lines += _check(check, language, paint, counts=counts)
    return "\n".join(lines)


def _check(check: Check, language: str, paint: Paint, *, counts: bool) -> Iterator[str]:
    """A check in lines: its mark, name and sentence; where it is, what to do, what lists say."""
    told, labels = localized(check.to_json(), language), words(language)["labels"]
    sentence = f": {told.get('message', '')} [{check.code}]" if check.code else ""
    aside = "" if counts else f" ({labels['not_counted']})"
    name = f"{check_title(check.name, language)} ({check.name})"
    yield f"  {paint(check.verdict, MARKS[check.verdict])} {name}{sentence}{aside}"
    if check.code and check.pointer:
        yield f"      {labels['where']}: {check.pointer}"
    if says_more(told):
        yield f"      {labels['detail']}: {told['detail']}"
    if told.get("hint"):
        yield f"      {labels['todo']}: {told['hint']}"
    for statement in told.get("values", {}).get("statements", ()):
        yield f"      {told_statement(statement, language)}"


def formats_table(formats: tuple[Format, ...], *, as_json: bool) -> str:
    """The formats: name, read or also written, title."""
    rows = [
        {"name": form.name, "reads": True, "writes": form.write is not None, "title": form.title}
        for form in formats
    ]
    if as_json:
        return json.dumps(rows, indent=2)
    return "\n".join(
        f"{row['name']!s:<10} {'read, write' if row['writes'] else 'read':<12} {row['title']}" for row in rows
    )
