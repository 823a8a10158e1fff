"""What the pipeline computes away from the event loop: plain functions of values that can travel (D9)."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from gateway import core
from gateway.core import ConvertOptions, Inspected, Making, Question, Recorded, Understanding, Verified, Way
from gateway.course import lap
from gateway.errors import JsonLdRefused, NotACredential, ProofInvalid
from gateway.formats.vocabulary import own_context
from gateway.jsonld import Contexts, LinkedData, bundled
from gateway.proofs import Prepared
from gateway.proofs.jose_creation import PreparedJwt
from gateway.records import quick
from gateway.report import Finding, Report, Severity, Verdict
from gateway.retrieval import Answer, Need, Retrieved

__all__ = [
    "SMALL_BYTES",
    "ConvertJob",
    "Delivery",
    "Done",
    "RecordJob",
    "SecureJob",
    "VerifyJob",
    "Verifying",
    "contexts_of",
    "convert",
    "convert_understood",
    "is_small",
    "judge",
    "prepare",
    "ready",
    "record",
    "report_of",
    "secure",
    "verify",
]

SMALL_BYTES = 16_384
"""Most bytes of a document whose signing or verification is small work, of a millisecond or two."""
GENUINE = ("proof", "issuer")
"""Checks (by the first part of their names) that must not fail in what the gateway signs anew."""
UNSAFE: dict[str, type[JsonLdRefused]] = {kind.code: kind for kind in JsonLdRefused.__subclasses__()}
"""What makes a proof cover less than the document says."""


@quick
@dataclass(frozen=True, slots=True)
class Delivery:
    """A converted document: ``content`` as bytes, the ``tree`` for JSON, and the report.

    ``told`` is what those who answer with it tell of the report; an empty report then goes along. ``image`` is what
    the content is baked into, once it is whole, as one of ``form``.
    """

    content: bytes = field(repr=False)
    tree: dict[str, Any] = field(repr=False)
    media_type: str
    kind: str
    report: Report = field(repr=False)
    told: Any = field(default=None, repr=False)
    image: bytes = field(default=b"", repr=False)
    form: str = ""

    @property
    def identifier(self) -> str | None:
        """The credential's identifier, where it has one."""
        return self.tree.get("id")


@quick
@dataclass(frozen=True, slots=True)
class VerifyJob:
    """A document to verify. ``own`` is the address the gateway serves its own context at; ``lists`` says
    whether there is anybody to ask about issuers."""

    data: bytes
    question: Question
    own: str = ""
    lists: bool = True


@quick
@dataclass(frozen=True, slots=True)
class ConvertJob:
    """A document to convert, with the report of its verification and how to secure the result, if at all."""

    data: bytes
    options: ConvertOptions
    verified: Report
    now: datetime
    ways: tuple[Way, ...] = ()
    own: str = ""


@quick
@dataclass(frozen=True, slots=True)
class SecureJob:
    """A document to secure as it stands; with an ``issuer``, only if that is who issues it."""

    data: bytes
    ways: tuple[Way, ...]
    now: datetime
    own: str = ""
    issuer: str = ""


Verifying = Callable[[VerifyJob, Mapping[Need, Answer]], tuple[Report, tuple[Need, ...]]]
"""A verification: the report, and what is still needed from outside."""


@quick
@dataclass(frozen=True, slots=True)
class RecordJob:
    """A document to keep, with the report of its verification."""

    data: bytes
    verified: Report


@quick
@dataclass(frozen=True, slots=True)
class Done:
    """A conversion that is done but for its signatures: what has to be signed, and the rest.

    The rest leaves the process it was made in as bytes, which are opened only where work goes on.
    """

    to_sign: tuple[bytes, ...]
    rest: bytes | tuple[Delivery, tuple[Making, ...]] = field(repr=False)

    @classmethod
    def of(cls, delivery: Delivery, prepared: tuple[Making, ...]) -> Done:
        """A delivery with what is prepared to be signed of it; nothing where nobody signs."""
        return cls(tuple(core.to_sign(making) for making in prepared), (delivery, prepared))

    def __reduce__(self) -> tuple[Any, ...]:
        rest = self.rest if isinstance(self.rest, bytes) else pickle.dumps(self.rest)
        return Done, (self.to_sign, rest)

    @property
    def small(self) -> bool:
        """Whether to finish it is small work: so it is where the rest was made."""
        return not isinstance(self.rest, bytes) or len(self.rest) <= SMALL_BYTES

    def unpacked(self) -> tuple[Delivery, tuple[Making, ...]]:
        """The delivery and what is prepared."""
        if not isinstance(self.rest, bytes):
            return self.rest
        found: tuple[Delivery, tuple[Making, ...]] = pickle.loads(self.rest)
        return found


def is_small(data: bytes) -> bool:
    """Whether signing or verifying the bytes is small work: so much of JSON, by what is known before it is read."""
    return len(data) <= SMALL_BYTES and data.lstrip()[:1] == b"{"


@lru_cache(maxsize=8)
def contexts_of(own: str) -> Contexts:
    """The contexts documents are read under: the bundled ones, and the gateway's own."""
    return Contexts(bundled().versions, {own: own_context()} if own else {})


def verify(job: VerifyJob, answers: Mapping[Need, Answer]) -> tuple[Report, tuple[Need, ...]]:
    """The report of a verification, and what it still needs from outside."""
    return judge(core.inspect(job.data), job, answers)


def judge(
    inspected: Inspected, job: VerifyJob, answers: Mapping[Need, Answer], read: LinkedData | None = None
) -> tuple[Report, tuple[Need, ...]]:
    """The same of a document that is opened; ``read`` is ``read_of`` it, where that is at hand."""
    retrieved = Retrieved(answers, lists=job.lists)
    lap("recognise")
    done = core.verify(inspected, retrieved, replace(job.question, contexts=contexts_of(job.own)), read)
    lap("verify")
    return report_of(inspected, done, job.question.policy.name), retrieved.missing


def report_of(inspected: Inspected, done: Verified, policy: str) -> Report:
    """What is told of a document that was verified by a policy."""
    name = inspected.form.name if inspected.form is not None else "unknown"
    facts = {
        "source": {"format": name, "mediaType": inspected.envelope.media_type},
        "policy": policy,
        **({"reason": {"check": done.reason.name, "code": done.reason.code}} if done.reason else {}),
    }
    return Report((), done.checks, facts, done.verdict, done.verified)


def convert(job: ConvertJob, tell: Callable[[Report], Any] | None = None) -> Done:
    """A document in another format, ready to be signed. See ``Gateway.convert`` for what it raises.

    With ``tell``, what that makes of the report goes along in its place.
    """
    return convert_understood(core.understand(job.data), job, tell)


def convert_understood(
    source: Understanding, job: ConvertJob, tell: Callable[[Report], Any] | None = None
) -> Done:
    """The same of a document that is understood."""
    if job.ways:
        refuse_forged(job.verified)
    image = core.image_for(source, job.data, job.options.to, job.options.image)
    converted = core.express(source, replace(job.options, checks=job.verified.checks))
    form = converted.form
    prepared: tuple[Making, ...] = ()
    if job.ways:
        prepared = core.prepare(converted, job.ways, job.now, contexts=contexts_of(job.own))
    content = b"" if prepared else core.render(form, converted.tree)
    tree = converted.tree if form.kind == "json" else {}
    lap("canonicalize" if prepared else "write")
    report = replace(converted.report, judged=job.verified.judged, verified=job.verified.verified)
    delivery = Delivery(content, tree, form.media_type, form.kind, report, image=image, form=form.name)
    if not prepared:
        delivery = _baked(delivery)
    if tell is not None:
        delivery = replace(delivery, report=Report(), told=tell(report))
    return Done.of(delivery, prepared)


def _baked(delivery: Delivery) -> Delivery:
    """The delivery in its image, if it has one."""
    if not delivery.image:
        return delivery
    content, media_type = core.bake_in(delivery.image, delivery.content, delivery.form)
    return replace(delivery, content=content, media_type=media_type, kind="image", image=b"")


def refuse_forged(report: Report) -> None:
    """A source that is provably not genuine is never signed anew (D4)."""
    if not any(check.name.startswith("proof.") for check in report.checks):
        return  # nobody vouched for it, and the provenance says so
    for check in report.checks:
        if check.verdict is not Verdict.INVALID:
            continue
        if check.code in UNSAFE:
            raise UNSAFE[check.code](check.message, pointer=check.pointer, hint=check.hint)
        if check.name.partition(".")[0] in GENUINE:
            raise ProofInvalid(
                f"the source is not genuine: {check.message}",
                pointer=check.pointer,
                hint="Ask the issuer for the genuine credential; --unsigned converts it without vouching.",
            )


def secure(done: Done, signatures: tuple[bytes, ...]) -> Delivery:
    """The delivery with its proofs attached, or wrapped into its token; unchanged where nobody signs."""
    delivery, prepared = done.unpacked()
    if not prepared:
        return delivery
    content, tree = core.attach(prepared, signatures)
    lap("write")
    for making in prepared:
        if isinstance(making, PreparedJwt):
            token = replace(delivery, content=content, tree={}, media_type=making.media_type, kind="jwt")
            return _baked(token)
    return _baked(replace(delivery, content=content, tree=tree))


def record(job: RecordJob) -> Recorded:
    """What to keep of a document. Raises ``ProofInvalid`` for one that is provably not genuine."""
    source = core.understand(job.data)
    refuse_forged(job.verified)
    return core.record(source, job.verified)


def prepare(job: SecureJob) -> Done:
    """A document ready to be signed as it stands, with a warning where it is not canonically simple.

    Raises an ``InputRefused`` when it is not in order.
    """
    return ready(core.inspect(job.data), job)


def ready(inspected: Inspected, job: SecureJob) -> Done:
    """The same of a document that is opened."""
    tree = inspected.envelope.tree
    core.check_issuer(tree, job.issuer)
    if not inspected.linked_data:
        raise NotACredential("only verifiable credentials in JSON are signed as they stand")
    lap("recognise")
    prepared = core.prepare_as_it_stands(tree, job.ways, job.now, contexts=contexts_of(job.own))
    lap("canonicalize")
    name = inspected.form.name if inspected.form is not None else "vc"
    report = Report(_remarks(prepared), facts={"source": {"format": name}})
    return Done.of(Delivery(b"", {}, "application/vc", "json", report), prepared)


def _remarks(prepared: tuple[Making, ...]) -> tuple[Finding, ...]:
    """What a signer should know of a document that is signed as it stands."""
    if all(making.simple for making in prepared if isinstance(making, Prepared)):
        return ()
    message = "not canonically simple: implementations differ on it, so that some will refuse the signature"
    return (Finding("", "not_simple", Severity.WARNING, message=message),)
