"""What the command line says to people: short, aligned, one thought a line."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from gateway.errors import GatewayError
from gateway.formats import Format
from gateway.messages import DEFAULT_LANGUAGE, localized
from gateway.report import Report, Severity, Verdict

__all__ = ["convert_summary", "formats_table", "problem_text", "verify_summary"]

SHOWN = 10
"""Most places listed in a summary; the report has them all."""

MARKS = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.UNDETERMINED: "?"}


def problem_text(error: GatewayError) -> str:
    """An error as lines: what, where, what to do."""
    lines = [f"gateway: {error.title}: {error.detail} [{error.code}]"]
    if error.pointer:
        lines.append(f"  where: {error.pointer}")
    if error.hint:
        lines.append(f"  hint:  {error.hint}")
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
    warnings = [f for f in report.findings if f.outcome is None and f.severity is not Severity.INFO]
    lines += [f"  warning: {f.pointer} {f.message} [{f.code}]" for f in warnings[:SHOWN]]
    lines += [f"  source {line.strip()}" for line in _checks(report)]
    return "\n".join(lines)


def verify_summary(report: Report, language: str = DEFAULT_LANGUAGE) -> str:
    """The verdict, then each check."""
    words = {
        Verdict.VALID: "verified" if report.verified else "valid, but that it is the issuer's is unproven",
        Verdict.INVALID: "NOT verified",
        Verdict.UNDETERMINED: "not verified: a question is open",
    }
    policy = report.facts.get("policy")
    title = words[report.verdict()] + (f" (policy {policy})" if policy else "")
    return "\n".join([title, *_checks(report, language)])


def _checks(report: Report, language: str = DEFAULT_LANGUAGE) -> list[str]:
    lines = []
    for check in report.checks:
        told = localized(check.to_json(), language)
        said = f": {told.get('message', '')} [{check.code}]" if check.code else ""
        where = f" at {check.pointer}" if check.code and check.pointer else ""
        lines.append(f"  {MARKS[check.verdict]} {check.name}{said}{where}")
        if told.get("hint"):
            lines.append(f"      {told['hint']}")
        lines += [f"      {_statement(said)}" for said in check.values.get("statements", ())]
    return lines


def _statement(said: dict[str, Any]) -> str:
    """What one list says of the issuer: its name and kind, when it was fetched, and the answer."""
    when = "".join((said.get("retrieved", ""), " (an older copy)" if said.get("stale") else ""))
    head = f"{said['list']} [{said['source']}{' ' if when else ''}{when}]"
    if said.get("listed"):
        return f"{head}: listed" + (f" as {said['name']}" if said.get("name") else "")
    word = "not asked" if said.get("listed") is None else "not listed"
    return f"{head}: {word}, {said.get('message', '')} [{said.get('code', '')}]"


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
