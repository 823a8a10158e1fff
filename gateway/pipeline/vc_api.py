"""Messages of the VC API taken apart and made where work is done: issue and verify a credential.

https://w3c-ccg.github.io/vc-api/#issue-credential, …#verify-credential
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway import core
from gateway.core import Inspected
from gateway.envelopes import open_tree, read_json, write_json
from gateway.envelopes.limits import check_size
from gateway.errors import RequestRefused
from gateway.pipeline.answering import Answered
from gateway.pipeline.work import Done, SecureJob, VerifyJob, judge, ready, secure
from gateway.report import Check, Report, Verdict
from gateway.retrieval import Answer, Need

__all__ = ["ISSUE_OPTIONS", "VERIFY_OPTIONS", "Told", "issued", "prepare_issue", "told", "verify_request"]

Json = dict[str, Any]

ISSUE_OPTIONS: frozenset[str] = frozenset()
"""Options of a request to issue: the gateway has one way of its own, and no selective disclosure."""
VERIFY_OPTIONS = frozenset(("checks", "domain", "challenge"))
PROOF_ONLY = ["proof"]
"""The ``checks`` that leave out whatever is not the proof's: status, period, lists of issuers."""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a request to verify: the ``body``, and whether the document is ``verified``."""

    body: bytes
    verified: bool


def _request(data: bytes, name: str, known: frozenset[str]) -> tuple[Inspected, Json]:
    """The document that a request holds under a name, and the options. Raises ``RequestRefused``, and
    what ``inspect`` does."""
    check_size(data)
    request = read_json(data)
    if not isinstance(request, dict) or not isinstance(request.get(name), dict):
        raise RequestRefused(f"the request has no object {name}", pointer=f"/{name}")
    options = request.get("options", {})
    if not isinstance(options, dict):
        raise RequestRefused("the options are no object", pointer="/options")
    _refuse_unknown(request.keys() - {name, "options"}, "")
    _refuse_unknown(options.keys() - known, "/options")
    tree = request[name]
    return core.inspect_opened(open_tree(tree, write_json(tree))), options


def _refuse_unknown(names: set[str], pointer: str) -> None:
    if unknown := sorted(names):
        raise RequestRefused(
            f"nothing is known of {unknown[0][:40]!r}", pointer=pointer, hint="Leave it out of the request."
        )


def prepare_issue(job: SecureJob) -> Done:
    """A request to issue: the credential in it, ready to be signed as it stands. Raises what ``prepare`` does."""
    inspected, _ = _request(job.data, "credential", ISSUE_OPTIONS)
    return ready(inspected, job)


def issued(done: Done, signatures: tuple[bytes, ...]) -> Answered:
    """The answer to a request to issue; a token is the enveloped credential it is."""
    delivery = secure(done, signatures)
    body = b'{"verifiableCredential": %b}' % delivery.content.strip()
    return Answered(body, delivery.content, delivery.identifier)


def verify_request(job: VerifyJob, answers: Mapping[Need, Answer]) -> tuple[Report, tuple[Need, ...]]:
    """A request to verify: the report on the credential in it, and what is still needed from outside."""
    inspected, options = _request(job.data, "verifiableCredential", VERIFY_OPTIONS)
    asked = {name: options[name] for name in ("domain", "challenge") if name in options}
    if wrong := [name for name, value in asked.items() if not isinstance(value, str)]:
        raise RequestRefused(f"{wrong[0]} is no text", pointer=f"/options/{wrong[0]}")
    only = options.get("checks") == PROOF_ONLY
    question = replace(job.question, **asked, proof_only=only)
    return judge(inspected, replace(job, question=question), answers)


def told(report: Report) -> Told:
    """The answer to a request to verify: errors are what stands in the way, warnings what else is open."""
    reason = report.facts.get("reason", {})
    errors = [
        check
        for check in report.checks
        if not report.verified
        and (check.verdict is Verdict.INVALID or {"check": check.name, "code": check.code} == reason)
    ]
    warnings = [
        check for check in report.checks if check.verdict is not Verdict.VALID and check not in errors
    ]
    body = {
        "verified": report.verified,
        "errors": [_problem(check) for check in errors],
        "warnings": [_problem(check) for check in warnings],
        "report": report.to_json(),
    }
    return Told(write_json(body), report.verified)


def _problem(check: Check) -> Json:
    """A check that did not pass as a problem document (RFC 9457)."""
    members = {
        "type": f"urn:microcredential-gateway:check:{check.code}",
        "title": check.name,
        "code": check.code,
        "detail": check.message,
        "pointer": check.pointer,
        "hint": check.hint,
    }
    return {name: value for name, value in members.items() if value}
