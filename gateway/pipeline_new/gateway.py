"""The gateway's jobs end to end: convert, verify, resolve. Waits on the outside, computes elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gateway import core
from gateway.compute import Compute
from gateway.core import ConvertOptions, Identity
from gateway.dids import resolve
from gateway.errors import GatewayError, GatewayFailed, ProofInvalid
from gateway.fetch import Fetch
from gateway.formats import format_named
from gateway.formats.vocabulary import own_context
from gateway.jsonld import Contexts, bundled
from gateway.proofs import Prepared
from gateway.report import Check, Report, Verdict
from gateway.settings import Settings
from gateway.signer import Signer

__all__ = ["Delivery", "Gateway", "utc_now"]

CRYPTOSUITE = "eddsa-rdfc-2022"
MAX_CONTROLLERS = 16
"""Most DIDs resolved for one document."""

GENUINE = ("proof", "issuer")
"""Checks (by the first part of their names) that must not fail in what the gateway signs anew."""


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A converted document: ``content`` as bytes, the ``tree`` for JSON, and the report."""

    content: bytes
    tree: dict[str, Any]
    media_type: str
    kind: str
    report: Report


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything one gateway works with; the same for the command line and the service.

    ``context_url`` is where it serves its own context, and the one address besides the published ones
    that it reads documents under.
    """

    signer: Signer
    settings: Settings
    fetch: Fetch
    compute: Compute
    context_url: str = ""
    clock: Callable[[], datetime] = utc_now

    async def convert(self, data: bytes, options: ConvertOptions, *, signed: bool = True) -> Delivery:
        """The credential in another format, signed by the gateway unless it cannot or shall not be.

        The source's proofs are verified first. Raises an ``InputRefused`` for bad input,
        ``ProofInvalid`` for a forged source that would be signed, ``LossRefused``, ``FormatUnwritable``.
        """
        documents, unresolved = await self._documents(data)
        now = self.clock()
        signed = signed and format_named(options.to, to_write=True).signable
        identity = (
            Identity(self.signer.did, self.settings.issuer_name, self.settings.issuer_country)
            if signed
            else None
        )
        wanted = replace(options, identity=identity, now=_stamp(now))
        proof = self._proof_options(now) if signed else None
        job = _Job(data, documents, unresolved, now, wanted, proof, self.context_url)
        done = await self.compute.run(_convert, job)
        if done.prepared is None:
            return done.delivery
        signature = await self.signer.sign(done.prepared.hash_data)
        return await self.compute.run(_secured, done, signature)

    async def verify(self, data: bytes) -> Report:
        """Every check of a document (D5), with the issuers' DIDs resolved."""
        documents, unresolved = await self._documents(data)
        return await self.compute.run(
            _verify, _Job(data, documents, unresolved, self.clock(), own=self.context_url)
        )

    async def resolve(self, did: str) -> dict[str, Any]:
        """The DID document of a DID."""
        return await resolve(did, self.fetch)

    async def _documents(self, data: bytes) -> tuple[dict[str, Any], dict[str, str]]:
        """The controller documents a verification needs, and why some could not be had."""
        documents: dict[str, Any] = {}
        unresolved: dict[str, str] = {}
        for did in (await self.compute.run(_controllers, data))[:MAX_CONTROLLERS]:
            try:
                documents[did] = await resolve(did, self.fetch)
            except GatewayError as error:
                unresolved[did] = f"{error.title}: {error.detail}"
        return documents, unresolved

    def _proof_options(self, now: datetime) -> dict[str, str]:
        return {
            "cryptosuite": CRYPTOSUITE,
            "created": _stamp(now),
            "verificationMethod": self.signer.verification_method,
        }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- what runs elsewhere ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    data: bytes
    documents: dict[str, Any]
    unresolved: dict[str, str]
    now: datetime
    options: ConvertOptions | None = None
    proof: dict[str, str] | None = None
    own: str = ""

    @property
    def contexts(self) -> Contexts:
        """The contexts documents are read under: the bundled ones, and the gateway's own."""
        return Contexts(bundled().versions, {self.own: own_context()} if self.own else {})

    def check(self) -> tuple[core.Inspected, tuple[Check, ...]]:
        """The document opened, and every check of it."""
        inspected = core.inspect(self.data)
        checks = core.check(
            inspected, self.documents, self.now, unresolved=self.unresolved, contexts=self.contexts
        )
        return inspected, checks


@dataclass(frozen=True, slots=True)
class _Done:
    """A conversion that is done but for its signature."""

    delivery: Delivery
    prepared: Prepared | None


def _controllers(data: bytes) -> tuple[str, ...]:
    return core.controllers(core.inspect(data))


def _verify(job: _Job) -> Report:
    inspected, checks = job.check()
    name = inspected.form.name if inspected.form is not None else "unknown"
    return Report(
        checks=checks, facts={"source": {"format": name, "mediaType": inspected.envelope.media_type}}
    )


def _convert(job: _Job) -> _Done:
    source = core.understand(job.data)
    _, checks = job.check()
    if job.options is None:
        raise GatewayFailed("a conversion without options")
    if job.proof is not None:
        _refuse_forged(checks)
    converted = core.express(source, replace(job.options, checks=checks))
    form = converted.form
    prepared = core.prepare(converted, job.proof, contexts=job.contexts) if job.proof is not None else None
    content = b"" if prepared is not None else core.render(form, converted.tree)
    tree = converted.tree if form.kind == "json" else {}
    return _Done(Delivery(content, tree, form.media_type, form.kind, converted.report), prepared)


def _refuse_forged(checks: tuple[Check, ...]) -> None:
    """A source that is provably not genuine is never signed anew (D4)."""
    for check in checks:
        if check.verdict is Verdict.INVALID and check.name.partition(".")[0] in GENUINE:
            raise ProofInvalid(
                f"the source is not genuine: {check.message}",
                pointer=check.pointer,
                hint="Ask the issuer for the genuine credential; --unsigned converts it without vouching.",
            )


def _secured(done: _Done, signature: bytes) -> Delivery:
    if done.prepared is None:
        return done.delivery
    tree = core.attach(done.prepared, signature)
    return replace(done.delivery, tree=tree, content=core.render_json(tree))
