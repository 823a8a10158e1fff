"""One gateway: convert, verify, resolve, from bytes to bytes. Waits on the outside, computes elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.breaker import Breaker
from gateway.compute import Compute
from gateway.copies import Copies
from gateway.core import (
    DEFAULT_SECURING,
    SD_JWT,
    STRICT,
    ConvertOptions,
    Disclosing,
    Identity,
    Key,
    Question,
    Securing,
    Way,
    holder_jwk,
    policy_named,
    securings_named,
)
from gateway.course import lap
from gateway.dids.ebsi import IDENTIFIERS
from gateway.dids.resolution import Resolution
from gateway.dids.resolver import Registries, Resolver
from gateway.errors import RequestRefused, SignerFailed
from gateway.fetch import Fetch
from gateway.formats import format_named
from gateway.pipeline.answering import (
    Answered,
    Rendered,
    Shape,
    answer,
    converted,
    report_as,
    verified_and_converted,
)
from gateway.pipeline.bulk import Bulk, Row, secured
from gateway.pipeline.identity import own_document_of
from gateway.pipeline.retrieving import Retriever, until_complete
from gateway.pipeline.work import (
    Delivery,
    Done,
    SecureJob,
    VerifyJob,
    is_small,
    prepare,
    secure,
    verify,
)
from gateway.report import Report
from gateway.retrieval import Answer, Need
from gateway.settings import Settings
from gateway.signer import ACTIVE, Ledger, Signer
from gateway.trust import TrustSource

if TYPE_CHECKING:
    from gateway.dids.looking_up import Outcome

__all__ = ["MAX_STATUS_LISTS", "Gateway", "utc_now"]

MAX_STATUS_LISTS = 64
"""Most status lists that are kept, of at most 1 MiB each."""

SEED_BYTES = 32
"""Random bytes for the salts of one credential."""

Result = TypeVar("Result", Delivery, Answered)
Seen = TypeVar("Seen")


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything one gateway works with; the same for the command line and the service.

    ``context_url`` is where it serves its own context, and the one address besides the published ones
    that it reads documents under. ``anchors`` are the certificates that seals must lead to;
    ``trust`` are the lists that are asked who an issuer is, made once: they keep what they fetched;
    ``random`` makes the bytes that salts are drawn from; ``ledger`` notes what each key signed; ``published``
    knows the documents the gateway publishes.
    The ``resolver``, the ``door`` to the network, which leaves failing hosts alone, and the copies of status
    ``lists`` are made with the gateway, once: they keep what they learned.
    """

    signer: Signer
    settings: Settings
    fetch: Fetch
    compute: Compute
    context_url: str = ""
    clock: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = secrets.token_bytes
    anchors: tuple[bytes, ...] = ()
    ledger: Ledger | None = None
    trust: tuple[TrustSource, ...] = ()
    published: Callable[[str], Awaitable[bytes | None]] | None = None
    door: Fetch = field(init=False, repr=False, compare=False)
    resolver: Resolver = field(init=False, repr=False, compare=False)
    lists: Copies = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the parts that are the gateway's own."""
        door = Breaker(self.fetch, self.clock)
        object.__setattr__(self, "door", door)
        object.__setattr__(self, "resolver", self._resolver(door))
        object.__setattr__(self, "lists", Copies(most=MAX_STATUS_LISTS))

    def _resolver(self, door: Fetch) -> Resolver:
        said = self.settings
        below = f"{said.ebsi_registry}{IDENTIFIERS}" if said.ebsi_registry else ""
        return Resolver(
            door, self.clock, run=self.compute.run, fresh=timedelta(seconds=said.did_fresh),
            registries=Registries(said.ebsi_did_registry or below, said.universal_resolver or ""),
            own=lambda did: own_document_of(self.signer, did),
        )  # fmt: skip

    def retriever(self, *, stale: bool = True) -> Retriever:
        """Who answers what a verification needs from outside; ``stale`` copies of DID documents may serve."""
        return Retriever(
            self.door, self.clock, self.resolver, self.trust, stale, self.lists, own=self.published
        )

    async def convert(
        self, data: bytes, options: ConvertOptions, *, signed: bool = True, securing: str = DEFAULT_SECURING,
        key: str = "",
    ) -> Delivery:  # fmt: skip
        """The credential in another format, signed by the gateway unless it cannot or shall not be.

        The source is verified first. ``securing`` says how the result is secured, with a comma between
        several proofs, and stands for the format's own way where it is not said; ``key`` with which kind of
        key. Raises an ``InputRefused`` for bad input, ``ProofInvalid`` for a forged source that would be
        signed, ``LossRefused``, ``FormatUnwritable``.
        """
        made = await self._converted(data, options, securing if signed else None, key)
        return await self._signed(secure, *made, options.to)

    async def answer(
        self, data: bytes, options: ConvertOptions, shape: Shape, *, signed: bool = True,
        securing: str = DEFAULT_SECURING, key: str = "",
    ) -> bytes:  # fmt: skip
        """The same in the ``shape`` of those who asked, written where work is done."""
        made = await self._converted(data, options, securing if signed else None, key, shape.tell)
        return (await self._signed(partial(answer, shape.render), *made, options.to)).body

    async def _converted(
        self, data: bytes, options: ConvertOptions, securing: str | None, key: str,
        tell: Callable[[Report], object] | None = None,
    ) -> tuple[Done, tuple[Signer, ...], datetime]:  # fmt: skip
        """A conversion that is done but for its signatures, who makes them, and when it began."""
        now, form = self.clock(), format_named(options.to, to_write=True)
        if securing == DEFAULT_SECURING:
            securing = form.secured_by or securing
        securings = securings_named(securing) if securing is not None else ()
        disclosing = self._disclosing(securing, options)
        signers = self._signers(securings, key) if form.signable and securings else ()
        identity = self._identity(signers[0]) if signers else None
        vcdm = options.vcdm or next((s.vcdm for s in securings if s.vcdm in form.vcdm), "")
        wanted = replace(options, identity=identity, now=_stamp(now), vcdm=vcdm)
        ways = _ways(securings, signers, disclosing) if signers else ()
        job = VerifyJob(data, self._question(STRICT.name, now), self.context_url, bool(self.trust))
        at_once = partial(verified_and_converted, wanted, ways, tell)
        found = await self._verified(at_once, job, small=False, stale=not signers)
        if isinstance(found, Report):
            late = partial(converted, wanted, ways, tell, job)
            return await self.compute.run(late, found, small=False), signers, now
        return found, signers, now

    def identity(self, securing: str = DEFAULT_SECURING, key: str = "") -> Identity:
        """Who signs in a way. Raises ``RequestRefused`` for a way or a key there is not."""
        return self._identity(self._signers(securings_named(securing), key)[0])

    def _identity(self, signer: Signer) -> Identity:
        return Identity(signer.did, self.settings.issuer_name, self.settings.issuer_country)

    def _disclosing(self, securing: str | None, options: ConvertOptions) -> Disclosing | None:
        """How claims are disclosed, and to whom they are bound. Raises ``RequestRefused`` for a key of no use."""
        if securing == SD_JWT:
            return Disclosing(self.random(SEED_BYTES), holder_jwk(options.holder))
        if options.holder and not options.about:
            raise RequestRefused(
                "a key that is no DID is bound by dc+sd-jwt alone", hint="Give the holder's DID."
            )
        return None

    async def secure(
        self, data: bytes, *, securing: str = DEFAULT_SECURING, key: str = "", any_issuer: bool = False
    ) -> Delivery:
        """A credential of the gateway's own, signed as it stands.

        Raises an ``InputRefused`` for one that is not in order or, unless ``any_issuer``, is issued by
        somebody else: the signature would prove nothing.
        """
        return await self.sign_with(prepare, secure, data, securing=securing, key=key, any_issuer=any_issuer)

    async def sign_with(
        self, first: Callable[[SecureJob], Done], last: Callable[[Done, tuple[bytes, ...]], Result], data: bytes,
        *, securing: str = DEFAULT_SECURING, key: str = "", any_issuer: bool = False,
    ) -> Result:  # fmt: skip
        """What ``last`` makes of the signatures over what ``first`` made ready of some bytes.

        Raises what they do, and ``RequestRefused`` for a way of securing or a kind of key there is not.
        """
        now, securings = self.clock(), securings_named(securing)
        signers = self._signers(securings, key)
        issuer = "" if any_issuer else signers[0].did
        job = SecureJob(data, _ways(securings, signers), now, self.context_url, issuer)
        done = await self.compute.run(first, job, small=is_small(data))
        return await self._signed(last, done, signers, now, "vc")

    def secure_many(
        self, rows: Iterable[tuple[int, bytes]], *, securing: str = DEFAULT_SECURING, key: str = "",
        any_issuer: bool = False, ahead: int = 1,
    ) -> AsyncGenerator[tuple[Row, ...], None]:  # fmt: skip
        """Numbered credentials of the gateway's own, each signed as it stands, or why it is not, in order.

        They come by chunks; ``ahead`` are prepared while others are signed. A chunk is in the ledger before it is
        here. Raises ``RequestRefused`` for tokens, which are not made so, and what keeps all rows from being signed.
        """
        securings = securings_named(securing)
        signers = self._signers(securings, key)
        issuer = "" if any_issuer else signers[0].did
        ways = _ways(securings, signers)
        return secured(
            rows, Bulk(self.compute, signers, ways, issuer, self.context_url, self.clock, self.ledger, ahead)
        )

    def _signers(self, securings: tuple[Securing, ...], key: str) -> tuple[Signer, ...]:
        """Who makes each proof. Raises ``RequestRefused`` for a kind of key that the gateway does not have."""
        alone = len(securings) == 1
        signers = tuple(
            self.signer_of(key if key and (alone or key in securing.kinds) else securing.kinds[0])
            for securing in securings
        )
        if len({signer.did for signer in signers}) > 1:
            raise RequestRefused(
                "proofs by several keys are of one issuer only where it has a did:web",
                hint="Set GATEWAY_PUBLIC_URL, or ask for proofs that one key makes.",
            )
        return signers

    def signer_of(self, kind: str) -> Signer:
        """Who signs with a kind of key, any for none. Raises ``RequestRefused`` for one that the gateway has not."""
        try:
            return self.signer.current(kind)
        except SignerFailed:
            held = {record.kind for record in self.signer.history() if record.state == ACTIVE}
            if not held or kind in held:
                raise
            raise RequestRefused(
                f"the gateway has no active {kind} key", hint=f"`gateway keys new --kind {kind}` makes one."
            ) from None

    async def _signed(
        self, last: Callable[[Done, tuple[bytes, ...]], Result], done: Done, signers: tuple[Signer, ...],
        now: datetime, form: str,
    ) -> Result:  # fmt: skip
        """Sign, finish with ``last``, and note in the ledger before anything leaves."""
        lap()
        signatures = [await signer.sign(data) for signer, data in zip(signers, done.to_sign, strict=True)]
        lap("sign")
        made = await self.compute.run(last, done, tuple(signatures), small=done.small)
        if self.ledger is not None:
            for signer in signers:
                await self.ledger.append(
                    made.content, signer=signer, format=form, created=now, credential=made.identifier
                )
        return made

    async def verify(
        self, data: bytes, *, policy: str = STRICT.name, domain: str | None = None, challenge: str | None = None,
        proof_only: bool = False, stale: bool = True,
    ) -> Report:  # fmt: skip
        """Every check of a document (D5) and the verdict of a policy on them.

        What is needed from outside is retrieved: controller documents, status lists, lists of issuers. Where
        ``stale`` allows it, older copies of controller documents serve when their source fails, marked as such.
        Raises ``RequestRefused`` for a policy there is not, an ``InputRefused`` for bad input.
        """
        asked = {"domain": domain, "challenge": challenge, "proof_only": proof_only}
        return await self.examine(verify, data, policy=policy, stale=stale, **asked)

    async def examine(
        self, work: Callable[[VerifyJob, Mapping[Need, Answer]], tuple[Seen, tuple[Need, ...]]], data: bytes, *,
        policy: str = STRICT.name, stale: bool = True, **asked: Any,
    ) -> Seen:  # fmt: skip
        """What some ``work`` makes of a document and of what it needs from outside; ``asked`` are of ``Question``."""
        question = replace(self._question(policy, self.clock()), **asked)
        job = VerifyJob(data, question, self.context_url, bool(self.trust))
        return await self._verified(work, job, small=is_small(data), stale=stale)

    async def report(
        self, data: bytes, render: Callable[[Report], Rendered], *, policy: str = STRICT.name
    ) -> Rendered:
        """The same as ``render`` makes of the report, in the piece of work that completes it."""
        found = await self.examine(partial(report_as, render, verify), data, policy=policy)
        if isinstance(found, Report):
            return await self.compute.run(render, found, small=is_small(data))
        return found

    def _question(self, policy: str, now: datetime) -> Question:
        judge = policy_named(policy)
        if self.settings.trust_required:
            judge = judge.with_trust()
        return Question(now, judge, anchors=self.anchors)

    async def _verified(
        self, work: Callable[[VerifyJob, Mapping[Need, Answer]], tuple[Seen, tuple[Need, ...]]],
        job: VerifyJob, *, small: bool, stale: bool = True,
    ) -> Seen:  # fmt: skip
        """What ``work`` makes of a document when it has from outside what there is to have."""

        async def known(answers: Mapping[Need, Answer]) -> tuple[Seen, tuple[Need, ...]]:
            return await self.compute.run(work, job, dict(answers), small=small)

        return await until_complete(known, self.retriever(stale=stale))

    async def resolve(self, did: str, *, key_format: str = "Multikey") -> Resolution:
        """The document of a DID and what is known of it. Raises what ``Resolver.resolve`` does."""
        return await self.resolver.resolve(did, key_format=key_format)

    async def look_up(self, text: str) -> Outcome:
        """What a DID, a DID URL or an https URL stands for. Raises what ``look_up`` of DIDs does."""
        from gateway.dids.looking_up import look_up, outcome_of  # imported here: few are asked for a part

        if text.startswith("https://"):
            return outcome_of(await self.resolve(text))
        return await look_up(text, {}, self.resolver.resolve_as)


def _ways(
    securings: tuple[Securing, ...], signers: tuple[Signer, ...], disclosing: Disclosing | None = None
) -> tuple[Way, ...]:
    return tuple(
        Way(securing, Key(signer.verification_method, signer.public.kind), disclosing)
        for securing, signer in zip(securings, signers, strict=True)
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
