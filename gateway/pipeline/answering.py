"""How results are answered with: reports and deliveries as bytes, written where the work is done."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from gateway import core
from gateway.core import ConvertOptions, Way
from gateway.envelopes import write_json
from gateway.messages import DEFAULT_LANGUAGE
from gateway.pipeline.work import (
    ConvertJob,
    Delivery,
    Done,
    Verifying,
    VerifyJob,
    contexts_of,
    convert,
    convert_understood,
    judge,
    secure,
)
from gateway.records import quick
from gateway.report import Report
from gateway.retrieval import Answer, Need

__all__ = [
    "Answered",
    "Rendered",
    "Shape",
    "answer",
    "conversion_json",
    "converted",
    "credential_json",
    "report_as",
    "report_json",
    "verified_and_converted",
]

Rendered = TypeVar("Rendered")


@quick
@dataclass(frozen=True, slots=True)
class Answered:
    """A conversion as the service answers it: the ``body``, ready to be sent, and what the ledger notes."""

    body: bytes
    content: bytes
    identifier: str | None


@quick
@dataclass(frozen=True, slots=True)
class Shape:
    """How a conversion is answered: ``tell`` makes of the report what shall be told, before anything is signed,
    so that the report need not travel; ``render`` writes the signed delivery around it.
    """

    tell: Callable[[Report], Any]
    render: Callable[[Delivery], bytes]


def converted(
    options: ConvertOptions, ways: tuple[Way, ...], tell: Callable[[Report], Any] | None, job: VerifyJob,
    report: Report,
) -> Done:  # fmt: skip
    """The document of a verification in another format, ready to be signed."""
    return convert(ConvertJob(job.data, options, report, job.question.now, ways, job.own), tell)


def verified_and_converted(
    options: ConvertOptions, ways: tuple[Way, ...], tell: Callable[[Report], Any] | None, job: VerifyJob,
    answers: Mapping[Need, Answer],
) -> tuple[Report | Done, tuple[Need, ...]]:  # fmt: skip
    """The same once nothing is missing for the verification, else its report so far.

    The document is opened once for both, and read as linked data once where it has no proof.
    """
    inspected = core.inspect(job.data)
    read = core.read_of(inspected, contexts_of(job.own))
    report, missing = judge(inspected, job, answers, read)
    if missing:
        return report, missing
    source = core.understand_opened(inspected, job.data, read)
    made = ConvertJob(job.data, options, report, job.question.now, ways, job.own)
    return convert_understood(source, made, tell), ()


def answer(render: Callable[[Delivery], bytes], done: Done, signatures: tuple[bytes, ...]) -> Answered:
    """The delivery as ``render`` writes it, and what the ledger notes of it."""
    delivery = secure(done, signatures)
    return Answered(render(delivery), delivery.content, delivery.identifier)


def report_json(report: Report, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The report as JSON, its sentences in a language."""
    return write_json(report.to_json(language))


def conversion_json(language: str = DEFAULT_LANGUAGE) -> Shape:
    """As JSON: the credential, where it is none itself as a text (an image as ``data:`` URL), and the report on it."""
    return Shape(partial(report_json, language=language), _credential_and_report)


def credential_json(delivery: Delivery) -> bytes:
    """A credential as JSON: as it is, XML and tokens as a text, an image as a ``data:`` URL."""
    if delivery.kind == "json":
        return delivery.content
    if delivery.kind != "image":
        return write_json(delivery.content.decode())
    image = base64.b64encode(delivery.content).decode()
    return write_json(f"data:{delivery.media_type};base64,{image}")


def _credential_and_report(delivery: Delivery) -> bytes:
    credential = credential_json(delivery)
    return b'{"credential": %b, "report": %b}' % (credential.strip(), delivery.told.strip())


def report_as(
    render: Callable[[Report], Rendered], work: Verifying, job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[Report | Rendered, tuple[Need, ...]]:
    """What ``render`` makes of the report once nothing is missing, else the report as it is so far."""
    report, missing = work(job, answers)
    return (report if missing else render(report)), missing
