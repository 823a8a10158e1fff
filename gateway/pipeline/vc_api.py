"""Messages of the VC API taken apart and made where work is done: issue, verify, present.

https://www.w3.org/TR/vcalm/ (once the VC API of the credentials community group)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gateway import core
from gateway.core import Inspected, StatusEntry, with_status
from gateway.envelopes import open_tree, read_json, write_json
from gateway.envelopes.limits import check_size
from gateway.errors import OptionUnknown, RequestRefused
from gateway.pipeline.answering import Answered
from gateway.pipeline.gateway import Gateway
from gateway.pipeline.presentations import judge_opened
from gateway.pipeline.vc_problems import errors_and_warnings
from gateway.pipeline.vc_results import credential_results, presentation_results
from gateway.pipeline.work import (
    Delivery,
    Done,
    SecureJob,
    VerifyJob,
    contexts_of,
    is_small,
    judge,
    ready,
    secure,
)
from gateway.report import Report
from gateway.retrieval import Answer, Need

__all__ = [
    "PRESENT_OPTIONS",
    "Instance",
    "Told",
    "credential_id",
    "issue",
    "present",
    "verify",
    "verify_credential",
    "verify_presentation",
]

Json = dict[str, Any]

VCDM_2 = "https://www.w3.org/ns/credentials/v2"
ISSUE_OPTIONS = frozenset(("credentialId",))
"""Options of a request to issue; how it is secured is a matter of the instance that is asked."""
ASKED = frozenset(("checks", "domain", "challenge"))
RETURNED = frozenset(("returnCredential", "returnResults", "returnProblemDetails", "returnPresentation"))
PROOF_ONLY = ["proof"]
"""The ``checks`` that leave out whatever is not the proof's: status, period, lists of issuers."""
LONGEST_ID = 2048
PRESENT_OPTIONS = frozenset(
    ("type", "cryptosuite", "verificationMethod", "proofPurpose", "challenge", "domain")
)
SAID = frozenset(("domain", "challenge"))
DATA_INTEGRITY, AUTHENTICATION = "DataIntegrityProof", "authentication"


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a request to verify: the ``body``, and whether the document is ``verified``."""

    body: bytes
    verified: bool


def _request(data: bytes, names: tuple[str, ...], known: frozenset[str]) -> tuple[Json, Json]:
    """The document that a request holds under one of some names, and the options. Raises ``RequestRefused``."""
    check_size(data)
    request = read_json(data)
    given = [name for name in names if isinstance(request, dict) and isinstance(request.get(name), dict)]
    if len(given) != 1:
        raise RequestRefused(f"the request has no object {names[0]}", pointer=f"/{names[0]}")
    options = request.get("options", {})
    if not isinstance(options, dict):
        raise RequestRefused("the options are no object", pointer="/options")
    _refuse_unknown(request.keys() - {given[0], "options"}, "")
    _refuse_unknown(options.keys() - known, "/options")
    document: Json = request[given[0]]
    return document, options


def _inspected(tree: Json) -> Inspected:
    return core.inspect_opened(open_tree(tree, write_json(tree)))


def _refuse_unknown(names: set[str], pointer: str) -> None:
    if unknown := sorted(names):
        raise OptionUnknown(f"nothing is known of {unknown[0][:40]!r}", pointer=pointer)


# --- issue -------------------------------------------------------------------------------------------


def prepare_issue(entries: tuple[StatusEntry, ...], job: SecureJob) -> Done:
    """A request to issue: the credential in it, ready to be signed as it stands but for its status ``entries``.

    Raises what ``prepare`` does, and ``RequestRefused`` for a credential that has a status already.
    """
    credential, _ = _request(job.data, ("credential",), ISSUE_OPTIONS)
    if entries and "credentialStatus" in credential:
        raise RequestRefused("the credential has a status already", pointer="/credential/credentialStatus")
    if entries and "@context" in credential:
        credential = with_status(credential, entries, single=len(entries) == 1)
    return ready(_inspected(credential), job)


def credential_id(data: bytes) -> str:
    """What a request to issue calls the credential: its id, or the option ``credentialId`` in its place.

    Raises ``RequestRefused`` for a malformed request, or one that calls it nothing.
    """
    credential, options = _request(data, ("credential",), ISSUE_OPTIONS)
    name = credential.get("id", options.get("credentialId"))
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise RequestRefused(
            "a credential with a status has an id, by which it is changed", pointer="/credential/id",
            hint="Give the credential an id, or the request the option credentialId.",
        )  # fmt: skip
    return name


def issued(done: Done, signatures: tuple[bytes, ...]) -> Answered:
    """The answer to a request to issue; around a token stands an envelope (VCDM 2.0 section 4.13.1)."""
    delivery = secure(done, signatures)
    body = b'{"verifiableCredential": %b}' % _enveloped(delivery).strip()
    return Answered(body, delivery.content, delivery.identifier)


def _enveloped(delivery: Delivery) -> bytes:
    if delivery.tree:
        return delivery.content
    address = f"data:{delivery.media_type},{delivery.content.decode().strip()}"
    return write_json({"@context": VCDM_2, "type": "EnvelopedVerifiableCredential", "id": address})


# --- verify ------------------------------------------------------------------------------------------


def _asked(options: Json, job: VerifyJob) -> VerifyJob:
    """The job with what the options ask for. Raises ``RequestRefused`` for values that are malformed."""
    texts = {name: options[name] for name in ("domain", "challenge") if name in options}
    for name in options.keys() & (texts.keys() | RETURNED):
        if not isinstance(options[name], str if name in texts else bool):
            raise RequestRefused(f"{name} is malformed", pointer=f"/options/{name}")
    only = job.question.proof_only or options.get("checks") == PROOF_ONLY
    return replace(job, question=replace(job.question, **texts, proof_only=only))


Work = Callable[[VerifyJob, Mapping[Need, Answer]], tuple["Told | Found", tuple[Need, ...]]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a verification found, before it is written: ``more`` are the members besides the verdict."""

    report: Report
    more: Json
    problems: bool

    def told(self) -> Told:
        """The answer. Errors are what stands in the way, warnings what else is open; ``problemDetails`` are both."""
        errors, warnings = errors_and_warnings(self.report)
        both = {"problemDetails": [*errors, *warnings]} if self.problems else {}
        body = {
            "verified": self.report.verified, "errors": errors, "warnings": warnings,
            "report": self.report.to_json(), **both, **self.more,
        }  # fmt: skip
        return Told(write_json(body), self.report.verified)


def verify_credential(
    job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[Told | Found, tuple[Need, ...]]:
    """The answer to a request to verify a credential, and what is still needed from outside."""
    tree, options = _request(job.data, ("verifiableCredential",), ASKED | RETURNED)
    inspected = _inspected(tree)
    report, missing = judge(inspected, _asked(options, job), answers)
    given = {"credential": tree} if options.get("returnCredential") else {}
    results = credential_results(core.credential_of(inspected), report)
    return _found(report, results, given, options, missing)


def verify_presentation(
    job: VerifyJob, answers: Mapping[Need, Answer]
) -> tuple[Told | Found, tuple[Need, ...]]:
    """The same of a presentation and of every credential in it."""
    names = ("verifiablePresentation", "presentation")
    tree, options = _request(job.data, names, ASKED | RETURNED)
    done, missing = judge_opened(_inspected(tree), _asked(options, job), answers)
    given = {"verifiablePresentation": tree} if options.get("returnPresentation") else {}
    return _found(done.report, presentation_results(done, options), given, options, missing)


def _found(
    report: Report, results: Json, given: Json, options: Json, missing: tuple[Need, ...]
) -> tuple[Told | Found, tuple[Need, ...]]:
    """Written at once where nothing is missing, so that no more than the answer has to travel."""
    more = {**given, **({"results": results} if options.get("returnResults", True) else {})}
    found = Found(report, more, options.get("returnProblemDetails", True))
    return (found if missing else found.told()), missing


# --- present -----------------------------------------------------------------------------------------


def asked_securing(data: bytes) -> str:
    """How a request to make a presentation wants it secured. Raises ``RequestRefused``, ``OptionUnknown``."""
    _, options = _request(data, ("presentation",), PRESENT_OPTIONS)
    if wrong := sorted(name for name, value in options.items() if not isinstance(value, str)):
        raise RequestRefused(f"{wrong[0]} is no text", pointer=f"/options/{wrong[0]}")
    if options.get("proofPurpose", AUTHENTICATION) != AUTHENTICATION:
        raise RequestRefused("a presentation is made for authentication", pointer="/options/proofPurpose")
    kind = options.get("type", DATA_INTEGRITY)
    if kind != DATA_INTEGRITY and "cryptosuite" in options:
        raise RequestRefused(
            f"a proof of type {kind[:40]!r} has no cryptosuite", pointer="/options/cryptosuite"
        )
    named: str = options.get("cryptosuite", core.DEFAULT_SECURING) if kind == DATA_INTEGRITY else kind
    return named


def prepare_presentation(job: SecureJob) -> Done:
    """A request to make a presentation: the one in it, ready to be signed by the gateway as its holder."""
    tree, options = _request(job.data, ("presentation",), PRESENT_OPTIONS)
    (way,) = job.ways
    if options.get("verificationMethod", way.key.method) != way.key.method:
        raise RequestRefused("the gateway signs with its own key", pointer="/options/verificationMethod")
    holder = tree.get("holder", job.issuer)
    if (holder.get("id") if isinstance(holder, dict) else holder) != job.issuer:
        raise RequestRefused("the gateway presents in its own name only", pointer="/presentation/holder")
    said: dict[str, str] = {name: value for name, value in options.items() if name in SAID}
    contexts = contexts_of(job.own)
    prepared = core.prepare_presentation({**tree, "holder": holder}, way, job.now, said, contexts=contexts)
    return Done.of(Delivery(b"", {}, "application/vp", "json", Report()), (prepared,))


def presented(done: Done, signatures: tuple[bytes, ...]) -> Answered:
    """The answer to a request to make a presentation."""
    delivery = secure(done, signatures)
    body = b'{"verifiablePresentation": %b}' % delivery.content.strip()
    return Answered(body, delivery.content, delivery.identifier)


# --- over a gateway ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instance:
    """An issuer: how it secures, by which kind of key, and for which purposes it adds a status."""

    securing: str = core.DEFAULT_SECURING
    key: str = ""
    purposes: tuple[str, ...] = ()


async def issue(
    gateway: Gateway, request: bytes, instance: Instance, entries: tuple[StatusEntry, ...] = ()
) -> Answered:
    """The answer to a request to issue a credential of the gateway's own, with what status it has.

    Raises ``RequestRefused`` for a malformed request, and what ``Gateway.secure`` does.
    """
    return await gateway.sign_with(
        partial(prepare_issue, entries), issued, request, securing=instance.securing, key=instance.key
    )


async def verify(
    gateway: Gateway, work: Work, request: bytes, *, policy: str = core.STRICT.name, proof_only: bool = False
) -> Told:
    """The answer to a request to verify. Raises what ``Gateway.verify`` does."""
    found = await gateway.examine(work, request, policy=policy, proof_only=proof_only)
    return found if isinstance(found, Told) else await gateway.compute.run(Found.told, found)


async def present(gateway: Gateway, request: bytes) -> bytes:
    """The answer to a request to make a presentation. Raises ``RequestRefused``, ``ProofGenerationError``."""
    securing = await gateway.compute.run(asked_securing, request, small=is_small(request))
    made = await gateway.sign_with(prepare_presentation, presented, request, securing=securing)
    return made.body
