"""Presentations judged for whoever asked for them: who presents, for this verifier and now, and every credential.

https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway import core
from gateway.core import STRICT, Inside, Inspected, holding_check
from gateway.errors import NotAPresentation
from gateway.pipeline.gateway import Gateway
from gateway.pipeline.work import VerifyJob, contexts_of, report_of
from gateway.report import Report, Verdict
from gateway.retrieval import Answer, Need, Retrieved

__all__ = ["PresentationReport", "Presentations", "PresentedCredential", "judge_opened", "judge_presentation"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PresentedCredential:
    """A credential in a presentation: its bytes as they came, the ``tree`` in them, and the full report on it.

    ``held`` says whether the holder of the presentation is whom it is about; the check ``holder`` of the
    report says the same in words. ``tree`` is that of the credential also where a token is around it.
    """

    pointer: str
    data: bytes = field(repr=False)
    tree: Json = field(repr=False)
    report: Report = field(repr=False)
    held: Verdict

    @property
    def verified(self) -> bool:
        """Whether the credential may be called verified."""
        return self.report.verified


@dataclass(frozen=True, slots=True)
class PresentationReport:
    """What a presentation shows. ``report`` is on the whole, with one check for each credential in it.

    ``holder`` is the DID, or address, that is shown to have made it; empty where nothing shows that.
    """

    report: Report
    holder: str = ""
    tree: Json = field(default_factory=dict, repr=False)
    credentials: tuple[PresentedCredential, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the presentation, and every credential in it, may be called verified."""
        return self.report.verified

    @property
    def held(self) -> bool:
        """Whether every credential is about whoever presents it (holder binding)."""
        return bool(self.holder) and all(one.held is Verdict.VALID for one in self.credentials)


@dataclass(frozen=True, slots=True)
class Presentations:
    """What is presented to a gateway."""

    gateway: Gateway

    async def judge(
        self, data: bytes, domain: str | None, challenge: str | None, *, policy: str = STRICT.name,
        proof_only: bool = False,
    ) -> PresentationReport:  # fmt: skip
        """A presentation as JSON or as a token, made for ``domain`` in answer to ``challenge``.

        Both must be what the proof names (``aud`` and ``nonce`` of a token); None asks for nothing. Whether
        the challenge was used before is for the caller to know. Raises ``NotAPresentation``, an ``InputRefused``.
        """
        return await self.gateway.examine(
            judge_presentation, data, policy=policy, domain=domain, challenge=challenge, proof_only=proof_only
        )


def judge_presentation(
    job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[PresentationReport, tuple[Need, ...]]:
    """The report on a presentation, and what is still needed from outside; done where work is done."""
    return judge_opened(core.inspect(job.data), job, answers)


def judge_opened(
    inspected: Inspected, job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[PresentationReport, tuple[Need, ...]]:
    """The same of a presentation that is opened."""
    if not core.is_presentation(inspected.envelope.tree):
        raise NotAPresentation("the document is no presentation")
    retrieved = Retrieved(answers, lists=job.lists)
    question = replace(job.question, contexts=contexts_of(job.own))
    done, presented = core.verify_presentation(inspected, retrieved, question)
    policy = question.policy.name
    report = PresentationReport(
        report_of(inspected, done, policy), presented.holder, inspected.envelope.tree,
        tuple(_credential(inside, presented.holder, policy) for inside in presented.credentials),
    )  # fmt: skip
    return report, retrieved.missing


def _credential(inside: Inside, holder: str, policy: str) -> PresentedCredential:
    held = holding_check(holder, inside)
    if inside.inspected is None or inside.verified is None:
        facts = {"policy": policy, "reason": {"check": "credential", "code": inside.check.code}}
        report = Report((), (inside.check, held), facts, inside.check.verdict)
        return PresentedCredential(inside.pointer, inside.data, {}, report, held.verdict)
    report = report_of(inside.inspected, inside.verified, policy).with_checks(held)
    tree = core.credential_of(inside.inspected)
    return PresentedCredential(inside.pointer, inside.data, tree, report, held.verdict)
