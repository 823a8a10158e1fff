"""From the settings to the lists that are asked: what is configured is a source."""

from __future__ import annotations

from gateway.copies import Shelves
from gateway.settings import Settings
from gateway.trust.allow_list import allow_list
from gateway.trust.ebsi import ebsi_registry
from gateway.trust.federation import anchor_of, openid_federation
from gateway.trust.known_dids import known_dids
from gateway.trust.statements import TrustSource

__all__ = ["trust_sources"]


def trust_sources(settings: Settings) -> tuple[TrustSource, ...]:
    """The sources for the lists that are configured; none are without configuration.

    To be made once for a gateway: sources keep what they fetched. Raises ``SettingInvalid`` for a file that
    cannot be used.
    """
    shelves = Shelves()
    anchors = tuple(anchor_of(identifier, path) for identifier, path in settings.federation_anchors)
    sources: list[TrustSource] = []
    if settings.trust_list is not None:
        sources.append(allow_list(settings.trust_list))
    if settings.known_registries is not None:
        sources.append(known_dids(settings.known_registries, shelves, anchors))
    if anchors:
        sources.append(openid_federation(anchors, shelves))
    if settings.ebsi_registry is not None:
        sources.append(ebsi_registry(settings.ebsi_registry, shelves))
    return tuple(sources)
