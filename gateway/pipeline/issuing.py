"""Credentials issued as they stand with a status of their own, and how that status is changed (VC API).

Of such a credential nothing is kept but where its bits are, by a digest of what the caller calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.core import StatusEntry
from gateway.errors import NotFound, RequestRefused, StateConflict
from gateway.pipeline.answering import Answered
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import take_step
from gateway.pipeline.vc_api import Instance, credential_id, issue
from gateway.pipeline.work import is_small
from gateway.store import Caller, Rows
from gateway.store.audit import append
from gateway.store.credentials import StoredCredential, credentials_named
from gateway.store.issued import issued_position, issued_positions, mark_issued, name_digest
from gateway.store.statuses import Position, positions

__all__ = ["Issuing", "StatusChange"]

STEPS = {
    ("revocation", True): (frozenset(("active", "suspended")), "revoke"),
    ("suspension", True): (frozenset(("active",)), "suspend"),
    ("suspension", False): (frozenset(("suspended",)), "reinstate"),
}
"""The step that a new status asks for, and in which states it changes anything."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What the status of a credential shall be: its name, the purpose, set or not; ``entry`` may say which bit."""

    credential: str
    purpose: str
    marked: bool
    entry: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Issuing:
    """The issuers of every tenant that add a status."""

    archive: Archive

    async def issue(self, caller: Caller, request: bytes, instance: Instance) -> Answered:
        """The answer to a request to issue, with a status for each purpose of the instance.

        The same name gets the same entries again. Raises ``RequestRefused``, ``ScopeMissing``, and what issuing does.
        """
        caller.demand("sign")
        gateway = self.archive.gateway
        if not gateway.settings.public_url:
            raise RequestRefused(
                "without a public address nobody could fetch the status", hint="Set GATEWAY_PUBLIC_URL."
            )
        name = await gateway.compute.run(credential_id, request, small=is_small(request))
        now = gateway.clock()

        def work(rows: Rows) -> tuple[Position, ...]:
            found = issued_positions(rows, name, instance.purposes, now)
            append(rows, caller.actor, "credential_issued", name_digest(name), now)
            return found

        places = await self.archive.write(caller, work)
        entries = tuple(self._entry(place) for place in places)
        return await issue(gateway, request, instance, entries)

    async def set_status(self, caller: Caller, change: StatusChange) -> None:
        """Set or clear the status of a credential that was issued, or that is kept.

        Raises ``NotFound``, ``ScopeMissing``, ``StateConflict`` for what cannot be undone, ``RequestRefused``.
        """
        caller.demand("push")
        now = self.archive.gateway.clock()

        def work(rows: Rows) -> None:
            place = issued_position(rows, change.credential, change.purpose)
            if place is None:
                self._kept(rows, caller, change, now)
            else:
                self._issued(rows, caller, change, place, now)

        await self.archive.write(caller, work)

    def _issued(
        self, rows: Rows, caller: Caller, change: StatusChange, place: Position, now: datetime
    ) -> None:
        self._check_entry(change, place)
        if place.marked == change.marked:
            return
        if change.purpose == "revocation":
            _for_good(change)
        mark_issued(rows, change.credential, place, marked=change.marked)
        told: dict[str, Any] = {"purpose": change.purpose, "marked": change.marked}
        append(rows, caller.actor, "status_changed", name_digest(change.credential), now, **told)

    def _kept(self, rows: Rows, caller: Caller, change: StatusChange, now: datetime) -> None:
        stored = _one_named(rows, change.credential)
        place = next((p for p in positions(rows, stored.id, now) if p.purpose == change.purpose), None)
        if place is None:
            raise NotFound("the credential has no status of this purpose")
        self._check_entry(change, place)
        before, step = STEPS.get((change.purpose, change.marked), (frozenset(), ""))
        if stored.state == "revoked" and change.purpose == "revocation":
            _for_good(change)
        if stored.state in before:
            take_step(rows, caller.actor, stored.id, step, now)

    def _check_entry(self, change: StatusChange, place: Position) -> None:
        """Raise ``RequestRefused`` when the request names another bit than the credential's own."""
        own = self._entry(place).to_json()
        if wrong := [name for name, value in change.entry if own.get(name) != value]:
            raise RequestRefused(
                "this is not the credential's entry", pointer=f"/credentialStatus/{wrong[0]}"
            )

    def _entry(self, place: Position) -> StatusEntry:
        return StatusEntry(self.archive.list_address(place.list_id), place.purpose, place.index)


def _one_named(rows: Rows, name: str) -> StoredCredential:
    """The credential that is kept under an id, or that says it has it. Raises ``NotFound``, ``StateConflict``."""
    found = credentials_named(rows, name)
    if not found:
        raise NotFound("there is no credential of this id")
    if len(found) > 1:
        raise StateConflict("several credentials say they have this id", hint="Name one by its record's id.")
    return found[0]


def _for_good(change: StatusChange) -> None:
    if not change.marked:
        raise StateConflict("what is revoked stays revoked", hint="Suspend what may be reinstated.")
