"""The credentials of a tenant: originals, records, forms, and the order in which anything changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from gateway.core.recording import Recorded
from gateway.errors import NotFound
from gateway.store.deliveries import queue
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.tables import answers, changes, credentials, forms, originals

__all__ = [
    "Change",
    "Form",
    "Original",
    "StoredCredential",
    "changes_after",
    "credential",
    "credentials_named",
    "erase",
    "form_of",
    "forms_of",
    "ids_after",
    "keep",
    "keep_form",
    "kept_since_before",
    "known_as",
    "note_change",
    "original_of",
    "replace",
    "set_state",
    "stored_from",
    "version_of",
]


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """What the store tells of a credential without opening it; ``report`` is JSON."""

    id: str
    digest: str
    format: str
    identifier: str | None
    issuer: str | None
    types: tuple[str, ...]
    eqf_level: int | None
    issued: str | None
    verdict: str
    verified: bool
    state: str
    created: str
    updated: str
    report: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes as they came, and what they are."""

    data: bytes = field(repr=False)
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Form:
    """A credential in one form. ``made`` says from what; when that differs now, the form is out of date."""

    name: str
    content: bytes = field(repr=False)
    media_type: str
    digest: str
    report: bytes = field(repr=False)
    made: str
    created: str


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a tenant's credentials; ``number`` only grows."""

    number: int
    credential: str
    kind: str
    at: str


def keep(rows: Rows, recorded: Recorded, original: bytes, now: datetime) -> tuple[StoredCredential, bool]:
    """Keep a credential with its original; the record, and whether it is new. The same bytes are kept once."""
    known = known_as(rows, recorded.digest)
    if known is not None:
        return known, False
    rows.add_unless_there(
        originals, digest=recorded.digest, data=original, media_type=recorded.media_type, created=stamp(now)
    )
    identifier = new_id(now)
    rows.add(credentials, id=identifier, state="active", created=stamp(now), **_columns(recorded, now))
    note_change(rows, identifier, "created", now)
    return credential(rows, identifier), True


def replace(
    rows: Rows, known: StoredCredential, recorded: Recorded, original: bytes, now: datetime
) -> StoredCredential:
    """Keep a newer version of a credential in place of the one that is known; its id and its state stay."""
    rows.remove(originals, originals.c.digest == known.digest)
    rows.remove(forms, forms.c.credential_id == known.id)
    rows.add_unless_there(
        originals, digest=recorded.digest, data=original, media_type=recorded.media_type, created=stamp(now)
    )
    rows.change(credentials, _columns(recorded, now), credentials.c.id == known.id)
    note_change(rows, known.id, "updated", now)
    return credential(rows, known.id)


def _columns(recorded: Recorded, now: datetime) -> dict[str, Any]:
    """What a version of a credential says, by column."""
    return {
        "digest": recorded.digest, "format": recorded.format, "identifier": recorded.identifier,
        "issuer": recorded.issuer, "types": f" {' '.join(recorded.types)} ", "eqf_level": recorded.eqf_level,
        "issued": recorded.issued, "hub": recorded.hub, "report": recorded.report,
        "verdict": recorded.verdict, "verified": recorded.verified, "same_as": recorded.same_as,
        "valid_from": recorded.valid_from, "updated": stamp(now),
    }  # fmt: skip


def credentials_named(rows: Rows, name: str) -> list[StoredCredential]:
    """The one credential of an id, or those that say they have it; none that was erased."""
    there = credentials.c.state != "erased"
    own = rows.all(credentials, credentials.c.id == name, there)
    said = rows.all(credentials, credentials.c.identifier == name, there, limit=2)
    return [stored_from(row) for row in own or said]


def version_of(rows: Rows, same_as: str | None) -> tuple[StoredCredential, str] | None:
    """The newest version of a credential that is kept, and since when it holds; None when there is none."""
    where = (credentials.c.same_as == same_as, credentials.c.state != "erased")
    found = rows.all(credentials, *where, order=credentials.c.id) if same_as is not None else []
    newest = max(found, key=lambda row: row.valid_from or "", default=None)
    return (stored_from(newest), newest.valid_from or "") if newest is not None else None


def credential(rows: Rows, identifier: str) -> StoredCredential:
    """A credential by its id in the store. Raises ``NotFound``."""
    row = rows.one(credentials, credentials.c.id == identifier)
    if row is None:
        raise NotFound("there is no such credential")
    return stored_from(row)


def known_as(rows: Rows, digest: str) -> StoredCredential | None:
    """The credential whose original has a digest, if there is one."""
    row = rows.one(credentials, credentials.c.digest == digest)
    return stored_from(row) if row is not None else None


def stored_from(row: Any) -> StoredCredential:
    """A row of the table as what the store tells."""
    return StoredCredential(
        row.id, row.digest, row.format, row.identifier, row.issuer, tuple(row.types.split()), row.eqf_level,
        row.issued, row.verdict, row.verified, row.state, row.created, row.updated, row.report,
    )  # fmt: skip


def ids_after(rows: Rows, identifier: str, limit: int) -> list[str]:
    """The next credentials of a tenant after one, in the order they came: those that hold."""
    where = (credentials.c.id > identifier, credentials.c.state == "active")
    statement = select(credentials.c.id).where(*where).order_by(credentials.c.id).limit(limit)
    return [row.id for row in rows.joined(statement, credentials)]


def kept_since_before(rows: Rows, moment: str, limit: int) -> list[str]:
    """The ids of credentials that came before a moment and are not erased, oldest first."""
    where = (credentials.c.created < moment, credentials.c.state != "erased")
    return [row.id for row in rows.all(credentials, *where, order=credentials.c.created, limit=limit)]


def original_of(rows: Rows, stored: StoredCredential) -> Original:
    """The bytes a credential came as. Raises ``NotFound`` after erasure."""
    row = rows.one(originals, originals.c.digest == stored.digest)
    if row is None:
        raise NotFound("the original was erased")
    return Original(row.data, row.media_type, row.digest)


def form_of(rows: Rows, identifier: str, name: str) -> Form | None:
    """A form that was made before."""
    row = rows.one(forms, forms.c.credential_id == identifier, forms.c.form == name)
    if row is None:
        return None
    return Form(row.form, row.content, row.media_type, row.digest, row.report, row.made, row.created)


def forms_of(rows: Rows, identifier: str) -> list[str]:
    """The names of the forms that are kept of a credential."""
    return [row.form for row in rows.all(forms, forms.c.credential_id == identifier, order=forms.c.form)]


def keep_form(
    rows: Rows, identifier: str, name: str, content: bytes, media_type: str, report: bytes, made: str,
    now: datetime,
) -> Form:  # fmt: skip
    """Keep a form in place of an older one of the same name. Raises ``NotFound`` when the credential is gone."""
    if credential(rows, identifier).state == "erased":
        raise NotFound("the credential was erased")
    form = Form(name, content, media_type, hashlib.sha256(content).hexdigest(), report, made, stamp(now))
    rows.remove(forms, forms.c.credential_id == identifier, forms.c.form == name)
    rows.add(
        forms, credential_id=identifier, form=name, content=content, media_type=media_type, digest=form.digest,
        report=report, made=made, created=form.created,
    )  # fmt: skip
    return form


def note_change(rows: Rows, identifier: str, kind: str, now: datetime) -> None:
    """One more step in the sequence, written together with what it tells of, and with what webhooks are to be told."""
    rows.add(changes, credential_id=identifier, kind=kind, at=stamp(now))
    queue(rows, identifier, kind, now)


def changes_after(
    rows: Rows, number: int, limit: int, where: Sequence[ColumnElement[bool]] = ()
) -> list[Change]:
    """The next changes after a number, oldest first."""
    found = rows.all(changes, changes.c.number > number, *where, order=changes.c.number, limit=limit)
    return [Change(row.number, row.credential_id, row.kind, row.at) for row in found]


def set_state(
    rows: Rows, identifier: str, state: str, now: datetime, more: Mapping[str, Any] | None = None
) -> None:
    """Set the state of a credential, and what else is given by column."""
    values = {"state": state, "updated": stamp(now), **(more or {})}
    rows.change(credentials, values, credentials.c.id == identifier)


FORGOTTEN: Mapping[str, Any] = {
    "identifier": None, "issuer": None, "types": " ", "eqf_level": None, "issued": None, "hub": None,
    "report": None, "same_as": None, "valid_from": None,
}  # fmt: skip
"""What is left of a credential's columns after erasure."""


def erase(rows: Rows, identifier: str, now: datetime) -> None:
    """Take out everything that a credential held; the row stays, with its id and its dates."""
    stored = credential(rows, identifier)
    rows.remove(forms, forms.c.credential_id == identifier)
    rows.remove(originals, originals.c.digest == stored.digest)
    rows.remove(answers, answers.c.headers.contains(identifier))
    set_state(rows, identifier, "erased", now, {**FORGOTTEN, "digest": f"erased {identifier}"})
