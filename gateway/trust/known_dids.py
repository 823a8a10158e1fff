"""Registries of known DIDs, as the Digital Credentials Consortium publishes them, asked in their order.

A list of registries is JSON: ``[{"name", "type", "url" | "trustAnchorEC"}]``. A registry of type
``dcc-legacy`` is one JSON file, ``{"registry": {did: {"name", "location", "url"}}, "meta": …}``; one of type
``oidf`` is an OpenID Federation trust anchor that answers for DIDs.
https://github.com/digitalcredentials/issuer-registry-client
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.copies import Copy, Shelves
from gateway.errors import GatewayError, SettingInvalid, TrustListMalformed
from gateway.trust.documents import MAX_LIST, address, json_at, mapping, read_object, text
from gateway.trust.federation import Anchor, Walk
from gateway.trust.statements import KNOWN_DIDS, Fetch, Issuer, Statement, TrustSource

__all__ = ["MAX_REGISTRIES", "Registry", "known_dids", "read_registries"]

MAX_REGISTRIES = 32
MAX_SECONDS = 10.0
LEGACY, FEDERATED = "dcc-legacy", "oidf"
WELL_KNOWN = "/.well-known/openid-federation"


@dataclass(frozen=True, slots=True)
class Registry:
    """One registry: ``url`` is its file, or the entity configuration of its trust anchor."""

    name: str
    kind: str
    url: str


def read_registries(document: Any) -> tuple[Registry, ...]:
    """The registries of a list, in its order. Raises ``TrustListMalformed``.

    One without a type is of the older kind, which had none; one of an unknown type stays, so that it can
    be said that it was not asked.
    """
    if not isinstance(document, list) or len(document) > MAX_REGISTRIES:
        raise TrustListMalformed(f"a list of registries is an array of at most {MAX_REGISTRIES}")
    return tuple(_registry(entry, f"/{index}") for index, entry in enumerate(document))


def _registry(entry: Any, pointer: str) -> Registry:
    members = mapping(entry)
    url = address(members.get("url")) or address(members.get("trustAnchorEC"))
    if not url:
        raise TrustListMalformed("a registry has no address", pointer=pointer)
    return Registry(text(members.get("name")) or url, text(members.get("type", LEGACY)), url)


def known_dids(where: str, shelves: Shelves, anchors: tuple[Anchor, ...] = ()) -> TrustSource:
    """The source for a list of registries, at an address or in a file.

    ``anchors`` are the trust anchors whose keys are known; another one's keys are those it serves.
    Raises ``SettingInvalid`` for a file that cannot be read.
    """
    listed = None if address(where) else _from_file(Path(where))
    keys = {anchor.id: anchor for anchor in anchors}
    blank = Statement(KNOWN_DIDS, where if listed is None else Path(where).name)

    async def source(issuer: Issuer, fetch: Fetch, now: datetime) -> tuple[Statement, ...]:
        if not issuer.identifier.startswith("did:"):
            return (blank.unlisted("not_listed", "registries of known DIDs name DIDs alone"),)
        stale, registries = False, listed
        if registries is None:
            try:
                copy = await _list_of_registries(where, shelves, fetch, now)
            except GatewayError as error:
                return (blank.failed(error),)
            stale, registries = copy.stale, copy.value
        desk = _Desk(fetch, now, shelves, keys)
        answers = await asyncio.gather(*(desk.ask(registry, issuer) for registry in registries))
        return tuple(replace(answer, stale=answer.stale or stale) for answer in answers)

    return source


async def _list_of_registries(where: str, shelves: Shelves, fetch: Fetch, now: datetime) -> Copy:
    async def fetched() -> tuple[Registry, ...]:
        return read_registries(await json_at(where, fetch, max_bytes=MAX_LIST))

    return await shelves.lists.get(f"registries {where}", now, fetched)


def _from_file(path: Path) -> tuple[Registry, ...]:
    try:
        return read_registries(read_object(path.read_bytes()))
    except OSError as error:
        raise SettingInvalid(f"the list of registries cannot be read ({type(error).__name__})") from None
    except TrustListMalformed as error:
        place = f"{path.name} {error.pointer}".strip()
        raise SettingInvalid(f"the list of registries is malformed: {error.detail}", pointer=place) from None


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where registries are asked: what for is the same for all."""

    fetch: Fetch
    now: datetime
    shelves: Shelves
    anchors: dict[str, Anchor]

    async def ask(self, registry: Registry, issuer: Issuer) -> Statement:
        blank = Statement(KNOWN_DIDS, registry.name)
        if registry.kind == FEDERATED:
            return await self._federated(registry, issuer)
        if registry.kind != LEGACY:
            return blank.unasked("registry_type_unknown", "the gateway does not know this type of registry")

        async def fetched() -> dict[str, tuple[str, str]]:
            return _entries(await json_at(registry.url, self.fetch, max_bytes=MAX_LIST))

        try:
            async with asyncio.timeout(MAX_SECONDS):
                copy = await self.shelves.lists.get(f"registry {registry.url}", self.now, fetched)
        except TimeoutError:
            return blank.unasked("fetch_failed", f"no answer within {MAX_SECONDS:g} seconds")
        except GatewayError as error:
            return blank.failed(error)
        statement = replace(blank, retrieved=copy.retrieved, stale=copy.stale, checked=("served over https",))
        if issuer.identifier not in copy.value:
            return statement.unlisted("not_listed", "the registry does not name the DID")
        name, url = copy.value[issuer.identifier]
        return replace(statement, listed=True, name=name, url=url)

    async def _federated(self, registry: Registry, issuer: Issuer) -> Statement:
        identifier = registry.url.removesuffix(WELL_KNOWN)
        anchor = self.anchors.get(identifier, Anchor(identifier))
        found = await Walk(anchor, self.fetch, self.now, self.shelves).ask_about(issuer)
        return replace(found, source=KNOWN_DIDS, list=registry.name)


def _entries(document: Any) -> dict[str, tuple[str, str]]:
    """The names and addresses in a registry by DID. Raises ``TrustListMalformed``."""
    entries = mapping(document).get("registry")
    if not isinstance(entries, dict):
        raise TrustListMalformed("the registry is no object of DIDs", pointer="/registry")
    return {
        did: (text(entry.get("name")), address(entry.get("url")))
        for did, entry in entries.items()
        if isinstance(entry, dict) and entry
    }
