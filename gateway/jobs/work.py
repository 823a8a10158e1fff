"""What becomes of one row: a credential that is kept, or a form of it that is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gateway.core import DEFAULT_SECURING
from gateway.errors import GatewayError, NotFound, StoreFailed
from gateway.pipeline.archive import Archive, Wanted
from gateway.store import Caller, Job, Rows
from gateway.store.credentials import forms_of, known_as
from gateway.store.jobs import JobWork

__all__ = ["KINDS", "Keep", "Outcome", "wanted_of"]

Keep = Callable[[Rows], str]
"""Keeps what was made of a row, inside the transaction that says so; the id of its credential."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a row: how it is kept, or why it is not."""

    number: int
    keep: Keep | None = None
    problem: GatewayError | None = None


Making = Callable[[Archive, Caller, Job, JobWork], Awaitable[Keep]]


async def take_in(archive: Archive, caller: Caller, job: Job, work: JobWork) -> Keep:
    """Understand and verify the bytes of a row, as one that is handed in alone. Raises what ``examine`` does."""
    if work.data is None:
        raise StoreFailed("the bytes of the row are not kept any more")
    data, digest = work.data, work.row.digest or ""
    known = await archive.read(caller, lambda rows: known_as(rows, digest))
    if known is not None:
        return partial(_known, known.id)
    recorded = await archive.examine(data)

    def keep(rows: Rows) -> str:
        archive.take_in(rows, caller, recorded, data)
        stored = known_as(rows, recorded.digest)
        if stored is None:
            raise StoreFailed("the credential was not kept")
        return stored.id

    return keep


async def make_form(archive: Archive, caller: Caller, job: Job, work: JobWork) -> Keep:
    """Make the form that the job wishes of a credential, unless there is one that is not out of date."""
    identifier = work.row.credential or ""
    await archive.form(caller, identifier, wanted_of(job.wish))
    return partial(_known, identifier)


async def make_anew(archive: Archive, caller: Caller, job: Job, work: JobWork) -> Keep:
    """Make every form of a credential anew that is out of date."""
    identifier = work.row.credential or ""
    for name in await archive.read(caller, lambda rows: forms_of(rows, identifier)):
        await archive.form(caller, identifier, Wanted.named(name))
    return partial(_known, identifier)


def _known(identifier: str, _: Rows) -> str:
    return identifier


KINDS: Mapping[str, Making] = {"import": take_in, "convert": make_form, "reissue": make_anew}
"""Every kind of job, and what it makes of a row."""


def wanted_of(wish: Mapping[str, Any]) -> Wanted:
    """The form that a job wishes. Raises ``NotFound`` for a wish without a format."""
    if "to" not in wish:
        raise NotFound("the job names no format")
    return Wanted(
        str(wish["to"]), str(wish.get("original", "digest")), tuple(wish.get("languages", ())),
        str(wish.get("securing", DEFAULT_SECURING)), bool(wish.get("signed", True)),
    )  # fmt: skip
