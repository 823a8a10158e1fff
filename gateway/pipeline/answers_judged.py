"""What a wallet answered to a query, judged where work is done (OpenID4VP 1.0 section 8.6).

Every presentation by itself, every credential in it in full, and all of them together against the query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway import core
from gateway.core import Inspected
from gateway.core.dcql import JWT_VC, LDP_VC, SD_JWT_VC, CredentialQuery, Query
from gateway.core.dcql_answers import (
    Candidate,
    answer_checks,
    candidate_checks,
    expanded_types,
    read_vp_token,
)
from gateway.envelopes import read_json, write_json
from gateway.envelopes.jwt import base64url_encode
from gateway.envelopes.limits import check_size
from gateway.envelopes.sd_jwt import read_sd_jwt
from gateway.errors import InputRefused, PresentationRefused
from gateway.pipeline.presentations import PresentationReport, judge_opened
from gateway.pipeline.work import VerifyJob, contexts_of, report_of
from gateway.pointers import join
from gateway.report import Check, Report, Verdict
from gateway.retrieval import Answer, Need, Retrieved

__all__ = ["AnsweredCredential", "AnsweredPresentation", "JudgedAnswer", "judge_answer"]

Json = dict[str, Any]
SD_JWT = "sd-jwt"
"""How an envelope calls the seal of a credential of claims."""
BINDING = ("proof.key_binding", "proof.challenge", "proof.domain")
"""The checks of a holder's token behind a credential of claims: whose, for which question, for whom."""
INSIDE = "credential"
"""The checks of a presentation that are about what is in it, not about who presents it, for whom and when."""


@dataclass(frozen=True, slots=True)
class AnsweredCredential:
    """A credential that was presented: its bytes, the JSON or token it came as, and the full report on it.

    ``holds`` says that it is verified, what was asked for, and its holder's where that was asked for.
    """

    data: bytes = field(repr=False)
    shown: Json | str = field(repr=False)
    format: str
    report: Report = field(repr=False)
    holds: bool

    def to_json(self, taken: Json | None = None) -> Json:
        """The credential as it is told to who asked; one that was ``taken`` in is told by where it is."""
        told = {"format": self.format, "verified": self.holds, "report": self.report.to_json()}
        return {**told, **({"credential": self.shown} if taken is None else taken)}


@dataclass(frozen=True, slots=True)
class AnsweredPresentation:
    """A presentation under a query. ``fresh`` says that it was made for this verifier in answer to this request."""

    query: str
    pointer: str
    holder: str
    fresh: bool
    report: Report = field(repr=False)
    credentials: tuple[AnsweredCredential, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it, and everything in it, is verified and what was asked for."""
        return self.report.verified and all(one.holds for one in self.credentials)


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer: its presentations, and the checks of all of them against the query."""

    presentations: tuple[AnsweredPresentation, ...]
    checks: tuple[Check, ...]

    @property
    def fresh(self) -> bool:
        """Whether every presentation answers this request, and none another."""
        return all(one.fresh for one in self.presentations)

    @property
    def holds(self) -> bool:
        """Whether all that was asked for was presented, no more, and all of it holds."""
        right = all(check.verdict is Verdict.VALID for check in self.checks)
        return right and all(one.holds for one in self.presentations)

    @property
    def credentials(self) -> list[AnsweredCredential]:
        """All that was presented, in turn."""
        return [credential for one in self.presentations for credential in one.credentials]

    def reason(self) -> str:
        """The code of the first check that stands in the way."""
        return next((check.code for check in self._against()), "")

    def _against(self) -> Iterator[Check]:
        """What is not as it should be: the answer as a whole, what was asked for, whose it is, what is not verified."""
        reports = [one.report for one in self.presentations] + [one.report for one in self.credentials]
        asked = [check for report in reports for check in report.checks if check.name in ("query", "holder")]
        codes = [report.facts.get("reason", {}).get("code") for report in reports]
        rest = [check for report in reports for check in report.checks if check.code in codes]
        return (check for check in (*self.checks, *asked, *rest) if check.verdict is not Verdict.VALID)

    def to_json(self, taken: Sequence[Json] = ()) -> Json:
        """The answer as it is told to who asked; ``taken`` is where each credential is kept, if they were."""
        places = iter(taken)
        return {
            "verified": self.holds,
            "checks": [check.to_json() for check in self.checks],
            "presentations": [
                {
                    "query": one.query, "holder": one.holder, "verified": one.holds, "report": one.report.to_json(),
                    "credentials": [credential.to_json(next(places, None)) for credential in one.credentials],
                }
                for one in self.presentations
            ],
        }  # fmt: skip


def judge_answer(
    query: Query, job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[JudgedAnswer, tuple[Need, ...]]:
    """The VP token of a job judged, and what is still needed from outside.

    Raises ``RequestRefused`` for another shape, ``PresentationRefused`` for what is no presentation where one was
    asked for, what ``inspect`` raises.
    """
    check_size(job.data)
    shown = read_vp_token(read_json(job.data), query)
    judged: list[AnsweredPresentation] = []
    missing: dict[Need, None] = {}
    for asked in query.credentials:
        for position, entry in enumerate(shown.get(asked.id, ())):
            one, needs = _judged(asked, entry, join(asked.id, position), job, answers)
            judged.append(one)
            missing |= dict.fromkeys(needs)
    return JudgedAnswer(tuple(judged), tuple(answer_checks(query, shown))), tuple(missing)


def _judged(
    asked: CredentialQuery, entry: Json | str, pointer: str, job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[AnsweredPresentation, tuple[Need, ...]]:
    data = write_json(entry) if isinstance(entry, dict) else entry.encode("utf-8", "replace")
    try:
        inspected = core.inspect(data)
    except InputRefused as error:
        raise PresentationRefused(error.detail, pointer=pointer + error.pointer, hint=error.hint) from None
    job = replace(job, data=data)
    if core.is_presentation(inspected.envelope.tree):
        found, needs = judge_opened(inspected, job, answers)
        return _presented(asked, found, pointer, job), needs
    if inspected.envelope.sealed == SD_JWT:
        return _alone(asked, entry, inspected, pointer, job, answers)
    if asked.bound:
        raise PresentationRefused(
            "a credential stands where a presentation is expected, signed by the holder", pointer=pointer
        )
    return _alone(asked, entry, inspected, pointer, job, answers)


def _presented(
    asked: CredentialQuery, found: PresentationReport, pointer: str, job: VerifyJob
) -> AnsweredPresentation:
    """A presentation, whose one credential is what the query asks for."""
    credentials = []
    for one in found.credentials:
        inside = core.inspect(one.data) if one.tree else None
        form, shown = _form(inside), _shown_as(one.data)
        checks = _checks(asked, inside, form, job)
        held = one.held is Verdict.VALID or not asked.bound
        holds = one.verified and held and all(check.verdict is Verdict.VALID for check in checks)
        credentials.append(
            AnsweredCredential(one.data, shown, form, one.report.with_checks(*checks), holds)
        )  # fmt: skip
    report = found.report
    if len(credentials) != 1:
        report = replace(report.with_checks(_count(len(credentials), asked)), verified=False)
    own = [check for check in found.report.checks if check.name.partition(".")[0] != INSIDE]
    fresh = all(check.verdict is Verdict.VALID for check in own) and bool(found.holder or not asked.bound)
    return AnsweredPresentation(asked.id, pointer, found.holder, fresh, report, tuple(credentials))


def _alone(
    asked: CredentialQuery, entry: Json | str, inspected: Inspected, pointer: str, job: VerifyJob,
    answers: Mapping[Need, Answer],
) -> tuple[AnsweredPresentation, tuple[Need, ...]]:  # fmt: skip
    """A credential without a presentation around it: one that its holder's token stands behind (section B.3), or
    one that nobody proves to hold, where that was not asked for (section 5.3)."""
    retrieved, binding = Retrieved(answers, lists=job.lists), _binding(inspected)
    question = replace(job.question, contexts=contexts_of(job.own))
    if binding is None and not asked.bound:
        question = replace(question, domain=None, challenge=None)
    done = core.verify(inspected, retrieved, question)
    report = report_of(inspected, done, question.policy.name)
    shown = {check.name: check for check in report.checks if check.name in BINDING}
    fresh = all(check.verdict is Verdict.VALID for check in shown.values()) and (
        not asked.bound or shown.keys() == set(BINDING)
    )
    form = _form(inspected)
    checks = _checks(asked, inspected, form, job)
    holds = report.verified and all(check.verdict is Verdict.VALID for check in checks)
    credential = AnsweredCredential(job.data, entry, form, report.with_checks(*checks), holds)
    holder = f"did:jwk:{base64url_encode(write_json(binding))}" if binding is not None and fresh else ""
    return AnsweredPresentation(asked.id, pointer, holder, fresh, report, (credential,)), retrieved.missing


def _binding(inspected: Inspected) -> Json | None:
    """The key that a credential of claims is bound to; None where no token of its holder's stands behind it."""
    if inspected.envelope.sealed != SD_JWT or read_sd_jwt(inspected.envelope.data).key_binding is None:
        return None
    confirmation = inspected.envelope.tree.get("cnf")
    key = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    return key if isinstance(key, dict) else {}


def _checks(asked: CredentialQuery, inside: Inspected | None, form: str, job: VerifyJob) -> list[Check]:
    """The checks of a credential against its query."""
    if inside is not None and form == SD_JWT_VC:
        claims: Json = inside.envelope.tree
        kind = claims.get("vct")
        return candidate_checks(
            asked, Candidate(form, frozenset({kind} if isinstance(kind, str) else ()), claims)
        )
    tree = core.credential_of(inside) if inside is not None else {}
    types = expanded_types(tree, contexts_of(job.own)) if asked.types else frozenset[str]()
    return candidate_checks(asked, Candidate(form, types, tree))


def _form(inspected: Inspected | None) -> str:
    """The format of a credential, as OpenID4VP names it; empty for one that could not be looked at."""
    if inspected is None or inspected.envelope.kind != "json" or inspected.envelope.image:
        return ""
    return {"jwt": JWT_VC, "": LDP_VC, SD_JWT: SD_JWT_VC}.get(inspected.envelope.sealed, "")


def _shown_as(data: bytes) -> Json | str:
    """A credential in a presentation as JSON has it: an object, or a token."""
    if data.lstrip()[:1] == b"{":
        tree: Json = read_json(data)
        return tree
    return data.decode("utf-8", "replace")


def _count(count: int, asked: CredentialQuery) -> Check:
    """That a presentation does not hold the one credential it is of."""
    code = "answer_unrequested" if count else "query_unanswered"
    message = "a presentation holds one credential" if count else "the presentation holds no credential"
    return Check(
        "query", Verdict.INVALID, code, message, "/verifiableCredential",
        "Present each credential by itself.", {"query": asked.id},
    )  # fmt: skip
