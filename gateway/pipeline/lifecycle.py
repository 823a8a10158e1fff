"""What becomes of a credential that was taken in: suspended, reinstated, revoked, looked at again, erased.

Each step changes the record, the bit on its status list, the sequence that the feed tells and the audit log
in one transaction. Lists are signed when they are asked for, and kept until a bit changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.core import LIST_LIFETIME, status_list_document
from gateway.envelopes import write_json
from gateway.errors import NotFound, StateConflict
from gateway.pipeline.archive import Archive
from gateway.report import Report, Verdict
from gateway.store import Caller, Rows
from gateway.store.audit import append
from gateway.store.credentials import StoredCredential, credential, erase, note_change, set_state
from gateway.store.moments import moment
from gateway.store.statuses import (
    PublishedList,
    keep_signed,
    mark,
    marked_on,
    published_list,
)

__all__ = ["ACTIONS", "Lifecycle", "Step", "forget", "take_step"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step: from which states, to which, what the change is called, and which bits it sets or clears."""

    before: frozenset[str]
    after: str
    change: str
    bits: Mapping[str, bool]


ACTIONS = {
    "suspend": Step(frozenset(("active",)), "suspended", "suspended", {"suspension": True}),
    "reinstate": Step(frozenset(("suspended",)), "active", "reinstated", {"suspension": False}),
    "revoke": Step(frozenset(("active", "suspended")), "revoked", "revoked", {"revocation": True}),
}
SIGNALS = {"revoked": "revoke", "suspended": "suspend"}
"""What the status of an original says, and what follows for its record."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The steps of every tenant's credentials, and the lists that publish them."""

    archive: Archive

    async def act(self, caller: Caller, identifier: str, action: str) -> StoredCredential:
        """Take a step. Raises ``NotFound``, ``ScopeMissing``, ``StateConflict`` where the state does not allow it.

        A step that was taken already is no error and changes nothing.
        """
        caller.demand("push")
        now = self.archive.gateway.clock()
        return await self.archive.write(
            caller, lambda rows: take_step(rows, caller.actor, identifier, action, now)
        )

    async def look_again(self, caller: Caller, identifier: str) -> tuple[StoredCredential, Report]:
        """Verify the original anew; when its own status says that it was withdrawn, so is the record."""
        caller.demand("push")
        original = await self.archive.original(replace(caller, scopes=caller.scopes | {"read"}), identifier)
        report = await self.archive.gateway.verify(original.data)
        now, told = self.archive.gateway.clock(), write_json(report.to_json())

        def work(rows: Rows) -> StoredCredential:
            before = credential(rows, identifier)
            if before.state == "erased":
                raise NotFound("the credential was erased")
            if (before.verdict, before.verified) != (report.verdict().value, report.verified):
                judged = {"verdict": report.verdict().value, "verified": report.verified, "report": told}
                set_state(rows, identifier, before.state, now, judged)
                note_change(rows, identifier, "updated", now)
                append(rows, caller.actor, "credential_updated", identifier, now)
            return credential(rows, identifier)

        stored = await self.archive.write(caller, work)
        signal = _signal(report)
        if signal and stored.state in ACTIONS[SIGNALS[signal]].before:
            stored = await self.act(caller, identifier, SIGNALS[signal])
        return stored, report

    async def erase(self, caller: Caller, identifier: str) -> StoredCredential:
        """Forget all that a credential held: original, hub, forms, kept answers. Its id and its steps stay.

        The bits on status lists stay as they are. Raises ``NotFound``, ``ScopeMissing``.
        """
        await self.erase_all(caller, (identifier,))
        await self.archive.database.sweep()
        return await self.archive.read(caller, lambda rows: credential(rows, identifier))

    async def erase_all(self, caller: Caller, identifiers: Iterable[str]) -> int:
        """Erase several in one transaction, and sweep nothing; how many were not erased before."""
        caller.demand("admin")
        now = self.archive.gateway.clock()

        def work(rows: Rows) -> int:
            return sum(forget(rows, caller.actor, identifier, now) for identifier in identifiers)

        return await self.archive.write(caller, work)

    async def published(self, list_id: str) -> bytes:
        """A status list, signed. Anybody may ask. Raises ``NotFound``."""
        found = await self.archive.database.read(lambda connection: published_list(connection, list_id))
        if found.content and self.archive.gateway.clock() - moment(found.signed) < LIST_LIFETIME / 2:
            return found.content
        return await self._sign(found)

    async def _sign(self, found: PublishedList) -> bytes:
        """Sign a list as its bits are now; whoever changes one meanwhile has it signed once more."""
        gateway, database = self.archive.gateway, self.archive.database
        marked = await database.read(lambda connection: marked_on(Rows(connection, found.tenant), found.id))
        now, url = gateway.clock(), self.archive.list_address(found.id)
        issuer = gateway.signer.current("ed25519").did
        document = status_list_document(url, found.purpose, issuer, marked, now)
        content = (await gateway.secure(document)).content
        await database.write(
            found.tenant,
            lambda connection: keep_signed(Rows(connection, found.tenant), found.id, content, marked, now),
        )
        return content

    async def own_list(self, url: str) -> bytes | None:
        """One of the gateway's own lists by its address, without a way over the network; None for another's."""
        prefix = self.archive.list_address("")
        if not self.archive.gateway.settings.public_url or not url.startswith(prefix):
            return None
        return await self.published(url.removeprefix(prefix))


def take_step(rows: Rows, actor: str, identifier: str, action: str, now: datetime) -> StoredCredential:
    """Take a step inside a transaction. Raises ``NotFound``, ``StateConflict``."""
    step, before = ACTIONS[action], credential(rows, identifier)
    if before.state == step.after:
        return before
    if before.state not in step.before:
        raise StateConflict(f"a credential that is {before.state} cannot be {step.change}")
    set_state(rows, identifier, step.after, now)
    for purpose, marked in step.bits.items():
        mark(rows, identifier, purpose, marked=marked)
    note_change(rows, identifier, step.change, now)
    append(rows, actor, f"credential_{step.change}", identifier, now)
    return credential(rows, identifier)


def forget(rows: Rows, actor: str, identifier: str, now: datetime) -> bool:
    """Erase inside a transaction, unless that was done already: whether it was not. Raises ``NotFound``.

    Whoever does it sweeps the database after it.
    """
    if credential(rows, identifier).state == "erased":
        return False
    erase(rows, identifier, now)
    note_change(rows, identifier, "erased", now)
    append(rows, actor, "credential_erased", identifier, now)
    return True


def _signal(report: Report) -> str:
    """What the status that a document names says of it, where it was withdrawn."""
    for check in report.checks:
        about_status = check.name.partition(".")[0] == "status"
        if about_status and check.verdict is Verdict.INVALID and check.code in SIGNALS:
            return check.code
    return ""
