"""What changed since: the latest change of each credential, in the order of the changes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from gateway.store.credentials import Change, StoredCredential, stored_from
from gateway.store.rows import Rows
from gateway.store.tables import changes, credentials

__all__ = ["Filters", "latest_changes"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which credentials are asked for; an empty filter lets everything pass.

    ``since`` is a moment as ``stamp`` writes it, of the change; ``types`` and ``eqf_levels`` are of which one
    must be the credential's; ``verified`` leaves out what was not verified on arrival.
    """

    issuer: str = ""
    types: tuple[str, ...] = ()
    since: str = ""
    eqf_levels: tuple[int, ...] = ()
    verified: bool = False


def latest_changes(
    rows: Rows, after: int, limit: int, filters: Filters
) -> list[tuple[Change, StoredCredential]]:
    """The next credentials that changed after a number, each with its latest change, oldest first.

    An earlier change of a credential that changed again is not told: who follows needs the state only.
    """
    later = changes.alias("later")
    is_latest = ~(
        select(later.c.number)
        .where(
            later.c.tenant_id == changes.c.tenant_id,
            later.c.credential_id == changes.c.credential_id,
            later.c.number > changes.c.number,
        )
        .exists()
    )
    same = (credentials.c.tenant_id == changes.c.tenant_id) & (credentials.c.id == changes.c.credential_id)
    statement = (
        select(changes.c.number, changes.c.kind, changes.c.at, credentials)
        .join(credentials, same)
        .where(changes.c.number > after, is_latest, *_passing(filters))
        .order_by(changes.c.number)
        .limit(limit)
    )
    found = rows.joined(statement, changes, credentials)
    return [(Change(row.number, row.id, row.kind, row.at), stored_from(row)) for row in found]


def _passing(filters: Filters) -> list[ColumnElement[bool]]:
    """What must hold of a credential."""
    told: list[ColumnElement[bool]] = []
    if filters.issuer:
        told.append(credentials.c.issuer == filters.issuer)
    if filters.types:
        kinds = (credentials.c.types.contains(f" {kind} ", autoescape=True) for kind in filters.types)
        told.append(or_(*kinds))
    if filters.since:
        told.append(changes.c.at >= filters.since)
    if filters.eqf_levels:
        told.append(credentials.c.eqf_level.in_(filters.eqf_levels))
    if filters.verified:
        told.append(credentials.c.verified.is_(True))
    return told
