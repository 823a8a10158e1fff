"""What the VC API calls the problems that checks and refusals tell of: the published types, where there is one.

VCDM 2.0 section 7.2, Data Integrity section 4.7, Bitstring Status List section 3.5, VCALM section 3.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.report import Check, Report, Verdict

__all__ = ["errors_and_warnings", "problem_of", "refusal_of"]

Json = dict[str, Any]

VCDM = "https://www.w3.org/TR/vc-data-model#"
INTEGRITY = "https://w3id.org/security#"
STATUS_LIST = "https://www.w3.org/ns/credentials/status-list#"
OPTION = "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED"

PARSING = f"{VCDM}PARSING_ERROR"
MALFORMED = f"{VCDM}MALFORMED_VALUE_ERROR"
DATA_LOSS = f"{INTEGRITY}DATA_LOSS_DETECTION_ERROR"
BY_CODE = {
    "invalid_domain_error": f"{INTEGRITY}INVALID_DOMAIN_ERROR",
    "invalid_challenge_error": f"{INTEGRITY}INVALID_CHALLENGE_ERROR",
    "status_retrieval_error": f"{STATUS_LIST}STATUS_RETRIEVAL_ERROR",
    "range_error": f"{STATUS_LIST}RANGE_ERROR",
    "malformed_value_error": f"{STATUS_LIST}MALFORMED_VALUE_ERROR",
    "proof_generation_error": f"{INTEGRITY}PROOF_GENERATION_ERROR",
    "proof_malformed": f"{INTEGRITY}PROOF_VERIFICATION_ERROR",
    "option_unknown": OPTION,
    **dict.fromkeys(("undefined_term", "unsafe_jsonld", "protected_term_redefinition"), DATA_LOSS),
    **dict.fromkeys(
        ("malformed_json", "duplicate_key", "nesting_too_deep", "wrong_encoding", "malformed_jwt"), PARSING
    ),
    **dict.fromkeys(("not_a_credential", "not_a_presentation", "request_refused"), MALFORMED),
}
"""By the gateway's own code, which says more than the name of a check."""
BY_NAME = {
    "structure": MALFORMED,
    "terms": DATA_LOSS,
    "proof": f"{INTEGRITY}PROOF_VERIFICATION_ERROR",
    "issuer": f"{VCDM}CRYPTOGRAPHIC_SECURITY_ERROR",
    "period": f"{VCDM}RANGE_ERROR",
    "status": f"{STATUS_LIST}STATUS_VERIFICATION_ERROR",
}
"""By the first part of the name of a check."""
BAD, AS_BAD = 400, frozenset((409, 415, 422))
"""Whatever is wrong with the input is a bad request; the API has none of these."""


def problem_of(check: Check) -> Json:
    """A check that did not pass as a problem document (RFC 9457), with the gateway's own code beside its type."""
    own = f"urn:microcredential-gateway:check:{check.code}"
    kind = BY_CODE.get(check.code) or BY_NAME.get(check.name.partition(".")[0], own)
    told = {
        "type": kind, "title": check.name, "code": check.code, "detail": check.message,
        "pointer": check.pointer, "hint": check.hint,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def refusal_of(problem: Json) -> Json:
    """The problem document of an error with the published type, if it has one, and a status the API has."""
    kind = BY_CODE.get(str(problem.get("code")), problem["type"])
    return {**problem, "type": kind, "status": BAD if problem["status"] in AS_BAD else problem["status"]}


def errors_and_warnings(report: Report) -> tuple[list[Json], list[Json]]:
    """What stands in the way of calling a document verified, and what else is open."""
    errors = [check for check in report.checks if not report.verified and _is_error(report, check)]
    told = [id(check) for check in errors]
    open_ones = [c for c in report.checks if c.verdict is not Verdict.VALID and id(c) not in told]
    return _problems(errors), _problems(open_ones)


def _is_error(report: Report, check: Check) -> bool:
    reason = report.facts.get("reason", {})
    return check.verdict is Verdict.INVALID or {"check": check.name, "code": check.code} == reason


def _problems(checks: Iterable[Check]) -> list[Json]:
    return [problem_of(check) for check in checks]
