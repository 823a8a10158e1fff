"""The results that the VC API tells of a verification, member by member of what was verified.

https://www.w3.org/TR/vcalm/ VerifyCredentialResult and VerifyPresentationResult in its OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.pipeline.presentations import PresentationReport, PresentedCredential
from gateway.pipeline.vc_problems import errors_and_warnings, problem_of
from gateway.proofs import proofs_of
from gateway.report import Check, Report, Verdict

__all__ = ["credential_results", "presentation_results"]

Json = dict[str, Any]

DATES = {
    "validFrom": "validFrom", "issuanceDate": "validFrom",
    "validUntil": "validUntil", "expirationDate": "validUntil",
}  # fmt: skip
"""Under which name the API tells of a date of the document."""
LISTED = {"credentialStatus": "status", "credentialSchema": "schema"}
"""Members whose entries have a check each, and how the check begins."""


def credential_results(tree: Json, report: Report) -> Json:
    """What was found of each part of a credential that has a result of its own in the API."""
    told: Json = {}
    for name, member in DATES.items():
        if name in tree:
            told[member] = {"verified": _holds(report, "period", f"/{name}"), "input": tree[name]}
    for name, kind in LISTED.items():
        if name in tree:
            told[name] = [
                {"verified": _holds(report, kind, pointer), "input": entry}
                for pointer, entry in _entries(tree, name)
            ]
    return {**told, "proof": _proofs(tree, report)}


def presentation_results(done: PresentationReport, asked: Mapping[str, Any]) -> Json:
    """The same of a presentation, and of every credential in it."""
    about: Json = {
        name: {"verified": _all_valid(done.report, f"proof.{name}"), "input": value}
        for name, value in asked.items() if name in ("challenge", "domain")
    }  # fmt: skip
    if "holder" in done.tree:
        holder = done.tree["holder"]
        named = holder.get("id") if isinstance(holder, dict) else holder
        about["holder"] = {"verified": bool(done.holder) and done.holder == named, "input": named}
    about["proof"] = _proofs(done.tree, done.report)
    return {"presentation": about, "credentials": [_credential(one) for one in done.credentials]}


def _credential(one: PresentedCredential) -> Json:
    errors, warnings = errors_and_warnings(one.report)
    return {
        "verified": one.verified, "problemDetails": [*errors, *warnings],
        "results": credential_results(one.tree, one.report),
    }  # fmt: skip


def _entries(tree: Json, name: str) -> list[tuple[str, Any]]:
    value = tree[name]
    if isinstance(value, list):
        return [(f"/{name}/{position}", entry) for position, entry in enumerate(value)]
    return [(f"/{name}", value)]


def _proofs(tree: Json, report: Report) -> list[Json]:
    """Each proof with whether it holds; none of a token, whose signature stands around the document."""
    told = []
    for pointer, proof in proofs_of(tree):
        found = _about(report, "proof", pointer)
        wrong = [problem_of(check) for check in found if check.verdict is not Verdict.VALID]
        told.append({"verified": bool(found) and not wrong, "input": proof, "problemDetails": wrong})
    return told


def _about(report: Report, kind: str, pointer: str) -> list[Check]:
    """The checks of a kind at a place or below it."""
    return [
        check for check in report.checks
        if check.name.partition(".")[0] == kind and f"{check.pointer}/".startswith(f"{pointer}/")
    ]  # fmt: skip


def _holds(report: Report, kind: str, pointer: str) -> bool:
    found = _about(report, kind, pointer)
    return bool(found) and all(check.verdict is Verdict.VALID for check in found)


def _all_valid(report: Report, name: str) -> bool:
    found = [check for check in report.checks if check.name == name]
    return bool(found) and all(check.verdict is Verdict.VALID for check in found)
