"""A report as HTML for people: the verdict, what it rests on, every check with its place and remedy."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

from gateway.core import deciding, policy_reported
from gateway.messages import check_title, localized, localized_problem, says_more, told_statement, words
from gateway.pipeline import Delivery, Shape
from gateway.report import Check, Report, Verdict

__all__ = ["conversion", "problem", "verification"]

MARKS = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.UNDETERMINED: "?"}
SHOWN = 20
"""Most places of lost values that are listed; the report has them all."""


def verification(report: Report, language: str) -> bytes:
    """What a verification found, in UTF-8."""
    said, verdict = words(language), report.verdict()
    policy = report.facts.get("policy", "")
    title = said["verdicts"]["verified" if report.verified else verdict.value]
    kind = verdict.value if report.verified or verdict is not Verdict.VALID else Verdict.UNDETERMINED.value
    mark = MARKS[Verdict(kind)]
    reasons = () if report.verified else deciding(policy, report.checks, verdict)
    body = f"<p>{escape(said['labels']['policy'])} <strong>{escape(policy)}</strong></p>"
    if reasons:
        body += f"<h3>{escape(said['labels']['because'])}</h3>{_checks(reasons, language, policy)}"
    body += _details(said["page"]["checks"], _checks(report.checks, language, policy))
    body += _details(said["page"]["report"], _json(report.to_json(language)))
    return _answer(kind, f"{mark} {title}", body).encode()


def conversion(language: str) -> Shape:
    """A converted credential: the result to look at and to save, what was lost, what the source's proof was worth."""
    return Shape(partial(_told, language=language), partial(_converted, language=language))


def _told(report: Report, language: str) -> tuple[bool, str, str]:
    """What is told of a conversion: whether nothing was lost, what stands before the result, and what after it."""
    said, lost = words(language)["page"], report.dropped()
    told = f"{len(lost)} {said['lost']}" if lost else said["nothing_lost"]
    places = "".join(f"<li><code>{escape(f.pointer)}</code></li>" for f in lost[:SHOWN])
    after = _details(said["checks"], _checks(report.checks, language, report.facts.get("policy", "")))
    after += _details(said["report"], _json(report.to_json(language)))
    return not lost, f"<p>{escape(told)}</p>{f'<ul>{places}</ul>' if places else ''}", after


def _converted(delivery: Delivery, language: str) -> bytes:
    said, content = words(language)["page"], delivery.content
    whole, before, after = delivery.told
    body = (
        f'{before}<p><a download="{_file_name(delivery)}" href="{_data_url(content)}">'
        f"{escape(said['download'])}</a></p>"
        f'<label for="result">{escape(said["result"])}</label>'
        f'<textarea id="result" readonly rows="16">\n{escape(content.decode("utf-8", "replace"))}</textarea>{after}'
    )
    kind = "valid" if whole else "undetermined"
    return _answer(kind, f"{said['result']}: {delivery.media_type}", body).encode()


def problem(members: Mapping[str, Any], language: str) -> str:
    """A refusal: what, where, and what to do."""
    told = localized_problem(dict(members), language)
    labels = words(language)["labels"]
    rows = [
        (labels["where"], told.get("pointer")),
        (labels["detail"], told["detail"]),
        (labels["todo"], told.get("hint")),
    ]
    title = f"{words(language)['page']['refused']}: {told['title']}"
    return _answer(
        "invalid", f"✗ {title}", f"<p><code>{escape(told['code'])}</code></p>{_said(rows, labels['detail'])}"
    )


def _answer(kind: str, title: str, body: str) -> str:
    return (
        f'<section class="answer {kind}" id="answer" tabindex="-1" role="status" aria-labelledby="verdict">'
        f'<h2 class="verdict" id="verdict">{escape(title)}</h2>{body}</section>'
    )


def _details(title: str, body: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"


def _checks(checks: Iterable[Check], language: str, policy: str) -> str:
    return f'<ul class="checks">{"".join(_check(check, language, policy) for check in checks)}</ul>'


def _check(check: Check, language: str, policy: str) -> str:
    """One check: its mark and answer, its name, its sentence, where it is, what to do, what lists say."""
    told, said = localized(check.to_json(), language), words(language)
    labels, known = said["labels"], policy_reported(policy)
    aside = check.verdict is not Verdict.VALID and known is not None and not known.rests_on(check)
    sentence = f" {escape(told.get('message', ''))} <code>{escape(check.code)}</code>" if check.code else ""
    note = f' <span class="aside">({escape(labels["not_counted"])})</span>' if aside else ""
    rows = [
        (labels["where"], check.pointer if check.code else ""),
        (labels["detail"], told["detail"] if says_more(told) else ""),
        (labels["todo"], told.get("hint")),
        *(
            (labels["lists"], told_statement(entry, language))
            for entry in told.get("values", {}).get("statements", ())
        ),
    ]
    return (
        f'<li class="{check.verdict.value}"><span class="mark" aria-hidden="true">{MARKS[check.verdict]}</span>'
        f'<span class="name">{escape(check_title(check.name, language))}</span>: '
        f"{escape(said['answers'][check.verdict.value])}.{sentence}{note}{_said(rows, labels['detail'])}</li>"
    )


def _said(rows: Iterable[tuple[str, Any]], english: str = "") -> str:
    """Labels and texts; the text under the label ``english`` is in English, whatever the page is in."""
    spoken = {english: ' lang="en"'}
    entries = "".join(
        f"<dt>{escape(label)}</dt><dd{spoken.get(label, '')}>{escape(str(text))}</dd>"
        for label, text in rows
        if text
    )
    return f'<dl class="said">{entries}</dl>' if entries else ""


def _data_url(content: bytes) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"


def _file_name(delivery: Delivery) -> str:
    return "credential." + {"xml": "xml", "jwt": "jwt"}.get(delivery.kind, "json")
