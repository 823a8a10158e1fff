"""The Open Badges API as a provider and a host: badges taken in and replaced, and given out as they came.

https://www.imsglobal.org/spec/ob/v3p0/#api
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from gateway.envelopes import open_envelope, read_json, write_json
from gateway.errors import InputRefused, OutsideFailed, RequestRefused, StateConflict
from gateway.pipeline.archive import Archive, Wanted
from gateway.store import Caller, Rows
from gateway.store.audit import append
from gateway.store.credentials import keep, known_as, replace, version_of
from gateway.store.open_badges import Listed, keep_profile, listed, profile_of
from gateway.store.tenants import tenant_named

__all__ = [
    "BADGES_2",
    "BADGES_3",
    "Badge",
    "assertions_of",
    "badges",
    "page_of",
    "profile",
    "set_profile",
    "upsert",
]

JSON, TOKEN = "application/json", "application/jwt"
BADGES_3, BADGES_2 = "ob3", "ob2"
CREATED, REPLACED, NEWER_KNOWN = 201, 200, 304
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge as it is given out: JSON, or a token."""

    content: bytes = field(repr=False)
    token: bool


async def upsert(archive: Archive, caller: Caller, data: bytes, token: bool, version: str = BADGES_3) -> int:
    """Take in a badge, in place of an older version of it: 201, 200, or 304 when a newer one is known.

    Versions have the same issuer and id. Raises an ``InputRefused`` for what is no badge of the version, as JSON or
    as a token, ``ProofInvalid`` for a forged one, ``StateConflict`` for one not verified in place of one that is.
    """
    recorded = await archive.examine(data)
    if recorded.format != version or recorded.media_type != (TOKEN if token else JSON):
        raise RequestRefused(
            f"this is no badge of {version} of that kind", hint="Other formats go to POST /v1/credentials."
        )

    def work(rows: Rows) -> int:
        now = archive.gateway.clock()
        before = version_of(rows, recorded.same_as)
        if known_as(rows, recorded.digest) is not None:
            return REPLACED
        if before is None:
            stored, _ = keep(rows, recorded, data, now)
            append(rows, caller.actor, "credential_created", stored.id, now, format=stored.format)
            return CREATED
        known, begins = before
        if begins and recorded.valid_from and recorded.valid_from < begins:
            return NEWER_KNOWN
        if known.verified and not recorded.verified:
            raise StateConflict("the badge is not verified, and the one it would replace is")
        replace(rows, known, recorded, data, now)
        append(rows, caller.actor, "credential_replaced", known.id, now, format=recorded.format)
        return REPLACED

    return await archive.write(caller, work)


async def badges(
    archive: Archive, caller: Caller, page: list[Listed], version: str = BADGES_3
) -> AsyncIterator[Badge]:
    """The credentials of a page: badges as they came, the others as badges that the gateway signed.

    One that cannot be made a badge, or was withdrawn meanwhile, is left out; its record says what it is.
    """
    for entry in page:
        try:
            yield await _badge(archive, caller, entry, version)
        except (InputRefused, OutsideFailed):
            continue


async def _badge(archive: Archive, caller: Caller, entry: Listed, version: str) -> Badge:
    if entry.format != version:
        made = await archive.form(caller, entry.id, Wanted(version))
        return Badge(made.content, token=False)
    original = await archive.original(caller, entry.id)
    if entry.media_type == JSON:
        return Badge(original.data.removeprefix(BOM), token=False)
    return await archive.gateway.compute.run(inside, original.data)


def inside(data: bytes) -> Badge:
    """The badge in an image or a token, as it was put there."""
    envelope = open_envelope(data)
    token = envelope.sealed == "jwt"
    return Badge(envelope.data.removeprefix(BOM) if not token else envelope.data, token)


async def profile(archive: Archive, caller: Caller) -> bytes:
    """The profile of the caller's tenant, as it was given; until then, one that says its name."""

    def found(rows: Rows) -> bytes:
        given = profile_of(rows)
        if given is not None:
            return given
        tenant = tenant_named(rows.connection, rows.tenant)
        return write_json({"id": f"urn:uuid:{tenant.id}", "type": ["Profile"], "name": tenant.name})

    return await archive.read(caller, found)


async def set_profile(archive: Archive, caller: Caller, data: bytes) -> None:
    """Keep a profile in place of the one before. Raises an ``InputRefused`` for what is no profile."""
    given = read_json(data)
    types = given.get("type") if isinstance(given, dict) else None
    if "Profile" not in (types if isinstance(types, list) else [types]):
        raise RequestRefused("the body is not an object of the type Profile", pointer="/type")
    if not isinstance(given.get("id"), str) or not given["id"].strip():
        raise RequestRefused("a profile has an id", pointer="/id")
    content = data.removeprefix(BOM)

    def work(rows: Rows) -> None:
        now = archive.gateway.clock()
        keep_profile(rows, content, now)
        append(rows, caller.actor, "profile_updated", rows.tenant, now)

    await archive.write(caller, work)


async def page_of(
    archive: Archive, caller: Caller, since: str, limit: int, offset: int
) -> tuple[int, list[Listed]]:
    """How many credentials are given out that begin after a moment, and a page of them."""
    return await archive.read(caller, lambda rows: listed(rows, since, limit, offset))


async def assertions_of(
    archive: Archive, caller: Caller, since: str, limit: int, offset: int
) -> tuple[int, list[Listed]]:
    """The same of Open Badges 2.0 as they came, those that were taken in or replaced after a moment."""
    return await archive.read(caller, lambda rows: listed(rows, since, limit, offset, BADGES_2))
