"""Credentials that stay: accepted with their original, found again, given out in any form (D3, D7).

Whatever is answered is on the disk before the answer leaves; a request that is sent again is answered again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.core import DEFAULT_SECURING, ConvertOptions, Recorded, StatusEntry, mapping_versions
from gateway.envelopes import write_json
from gateway.errors import CredentialWithdrawn
from gateway.formats import FORMATS, format_named
from gateway.pipeline.gateway import Gateway
from gateway.pipeline.work import RecordJob, record
from gateway.store import Caller, Database, Rows
from gateway.store.answers import Answer, Request, answered, keep_answer
from gateway.store.audit import append
from gateway.store.credentials import (
    Form,
    Original,
    StoredCredential,
    credential,
    form_of,
    keep,
    keep_form,
    original_of,
)
from gateway.store.statuses import positions

__all__ = ["Archive", "Wanted", "as_json"]

STATUS_PATH = "/v1/status/"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form as it is asked for; every wish that makes other bytes is part of its name."""

    format: str
    original: str = "digest"
    languages: tuple[str, ...] = ()
    securing: str = DEFAULT_SECURING
    signed: bool = True

    @property
    def name(self) -> str:
        """What the form is kept under."""
        wishes = [self.format, self.original, self.securing if self.signed else "unsigned", *self.languages]
        return ";".join(wishes)

    @classmethod
    def named(cls, name: str) -> Wanted:
        """The form that is kept under a name."""
        form, original, securing, *languages = name.split(";")
        if securing == "unsigned":
            return cls(form, original, tuple(languages), signed=False)
        return cls(form, original, tuple(languages), securing)


@dataclass(frozen=True, slots=True)
class Archive:
    """The credentials of every tenant, over one database. Every question names who asks."""

    gateway: Gateway
    database: Database = field(repr=False)

    async def accept(self, caller: Caller, data: bytes, request: Request | None = None) -> Answer:
        """Take in one credential of any format; the answer to give, 201 for a new one, 200 for a known one.

        With a ``request`` the answer is kept: the same request gets the same answer. Raises an
        ``InputRefused`` for what is no credential, ``ProofInvalid`` for one that is provably not genuine,
        ``IdempotencyConflict``, ``ScopeMissing``, ``StoreFailed``.
        """
        caller.demand("push")
        if request is not None and (before := await self.answered(caller, request)) is not None:
            return before
        recorded = await self.examine(data)

        def work(rows: Rows) -> Answer:
            return self.take_in(rows, caller, recorded, data)

        return await self.once(caller, request, work)

    async def examine(self, data: bytes) -> Recorded:
        """A credential understood and verified, ready to be kept. Raises what ``accept`` does."""
        verified = await self.gateway.verify(data)
        return await self.gateway.compute.run(record, RecordJob(data, verified))

    def take_in(self, rows: Rows, caller: Caller, recorded: Recorded, data: bytes) -> Answer:
        """Keep a credential that was examined, inside a transaction; the answer to give."""
        now = self.gateway.clock()
        stored, new = keep(rows, recorded, data, now)
        if new:
            append(rows, caller.actor, "credential_created", stored.id, now, format=stored.format)
        location = f"/v1/credentials/{stored.id}"
        return Answer(201 if new else 200, write_json(as_json(stored)), {"Location": location})

    async def once(self, caller: Caller, request: Request | None, work: Callable[[Rows], Answer]) -> Answer:
        """Do some work and keep the answer with it; do not do it again for the same request."""

        def transaction(rows: Rows) -> Answer:
            now = self.gateway.clock()
            if request is not None and (before := answered(rows, request, now)) is not None:
                return before
            answer = work(rows)
            if request is not None:
                keep_answer(rows, request, answer, now)
            return answer

        return await self.write(caller, transaction)

    async def answered(self, caller: Caller, request: Request) -> Answer | None:
        """The answer a request has got before. Raises ``IdempotencyConflict``."""
        return await self.read(caller, lambda rows: answered(rows, request, self.gateway.clock()))

    async def credential(self, caller: Caller, identifier: str) -> StoredCredential:
        """What is known of a credential. Raises ``NotFound``, ``ScopeMissing``."""
        caller.demand("read")
        return await self.read(caller, lambda rows: credential(rows, identifier))

    async def original(self, caller: Caller, identifier: str) -> Original:
        """The bytes as they came. Raises ``NotFound``, ``ScopeMissing``."""
        caller.demand("read")
        return await self.read(caller, lambda rows: original_of(rows, credential(rows, identifier)))

    async def form(self, caller: Caller, identifier: str, wanted: Wanted) -> Form:
        """A credential in a form, made and kept on first demand, and anew when the mappings have changed.

        Raises ``NotFound``, ``CredentialWithdrawn``, ``FormatUnwritable``, and what ``Gateway.convert`` raises.
        """
        caller.demand("read")
        target = format_named(wanted.format, to_write=True)

        def known(rows: Rows) -> tuple[Form | None, StoredCredential, Original]:
            stored = credential(rows, identifier)
            if stored.state != "active":
                raise CredentialWithdrawn(f"the credential is {stored.state}")
            return form_of(rows, identifier, wanted.name), stored, original_of(rows, stored)

        form, stored, original = await self.read(caller, known)
        made = f"{mapping_versions(stored.format, target.name)}, {stored.verdict}"
        if form is not None and form.made == made:
            return form
        status = await self.status(caller, identifier) if wanted.signed and target.signable else ()
        options = ConvertOptions(wanted.format, wanted.original, languages=wanted.languages, status=status)
        delivery = await self.gateway.convert(
            original.data, options, signed=wanted.signed, securing=wanted.securing
        )
        report = write_json(delivery.report.to_json())

        def work(rows: Rows) -> Form:
            now = self.gateway.clock()
            return keep_form(
                rows, identifier, wanted.name, delivery.content, delivery.media_type, report, made, now
            )

        return await self.write(caller, work)

    async def status(self, caller: Caller, identifier: str) -> tuple[StatusEntry, ...]:
        """Where the status of a credential is published, the same in all its forms.

        Nowhere without a public address: nobody could fetch the list.
        """
        if not self.gateway.settings.public_url:
            return ()
        now = self.gateway.clock()
        found = await self.write(caller, lambda rows: positions(rows, identifier, now))
        return tuple(
            StatusEntry(self.list_address(place.list_id), place.purpose, place.index) for place in found
        )

    def list_address(self, list_id: str) -> str:
        """Where a status list is published."""
        return f"{self.gateway.settings.public_url}{STATUS_PATH}{list_id}"

    async def read(self, caller: Caller, work: Callable[[Rows], Result]) -> Result:
        """What is found among the caller's rows, as of one moment."""
        return await self.database.read(lambda connection: work(Rows(connection, caller.tenant)))

    async def write(self, caller: Caller, work: Callable[[Rows], Result]) -> Result:
        """What is written among the caller's rows, all of it or nothing."""
        return await self.database.write(
            caller.tenant, lambda connection: work(Rows(connection, caller.tenant))
        )


def as_json(stored: StoredCredential) -> dict[str, Any]:
    """A record as JSON, with the addresses of its original and its forms; absent members left out."""
    path = f"/v1/credentials/{stored.id}"
    members = {
        "id": stored.id,
        "state": stored.state,
        "format": stored.format,
        "digest": stored.digest,
        "identifier": stored.identifier,
        "issuer": stored.issuer,
        "types": list(stored.types),
        "eqfLevel": stored.eqf_level,
        "issued": stored.issued,
        "verdict": stored.verdict,
        "verified": stored.verified,
        "created": stored.created,
        "updated": stored.updated,
        "original": f"{path}/original",
        "forms": {form.name: f"{path}/forms/{form.name}" for form in FORMATS if form.write is not None},
        "report": json.loads(stored.report) if stored.report is not None else None,
    }
    return {name: value for name, value in members.items() if value is not None}
