"""The faces: what the application routes and its description tells of, in one table."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from gateway.api import (
    badge_connect,
    batches,
    check,
    clients,
    contexts,
    convert,
    credentials,
    feed,
    identifiers,
    identity,
    interactions,
    lifecycle,
    oauth,
    oauth_consent,
    offers,
    oid4vci,
    oid4vci_authorization,
    oid4vci_metadata,
    oid4vp,
    open_badges,
    open_badges_discovery,
    pages,
    presentation_requests,
    probes,
    sources,
    tenants,
    vc_api,
    vc_keeping,
    verify,
    webhooks,
    workflows,
)
from gateway.api.describing import Paths

__all__ = ["FACES", "KEEPING", "Face"]


class Face(Protocol):
    """A file of this folder: its routes, and its paths as OpenAPI tells of them, each route among them."""

    @property
    def routes(self) -> web.RouteTableDef: ...

    @property
    def PATHS(self) -> Paths: ...


FACES: tuple[Face, ...] = (convert, verify, check, vc_api, identifiers, identity, contexts, pages, probes)
"""Faces that keep nothing."""
KEEPING: tuple[Face, ...] = (
    badge_connect,
    batches,
    clients,
    credentials,
    feed,
    interactions,
    lifecycle,
    oauth,
    oauth_consent,
    offers,
    oid4vci,
    oid4vci_authorization,
    oid4vci_metadata,
    oid4vp,
    open_badges,
    open_badges_discovery,
    presentation_requests,
    sources,
    tenants,
    vc_keeping,
    webhooks,
    workflows,
)
"""Faces over the store."""
