"""From the settings to the lists that are asked: what is configured is a source, and is imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gateway.copies import Shelves
from gateway.errors import SettingInvalid
from gateway.settings import Settings
from gateway.trust.statements import TrustSource

if TYPE_CHECKING:
    from gateway.trust.federation import Anchor

__all__ = ["seal_anchors", "trust_sources"]


def trust_sources(settings: Settings) -> tuple[TrustSource, ...]:
    """The sources for the lists that are configured; none are without configuration.

    To be made once for a gateway: sources keep what they fetched. Raises ``SettingInvalid`` for a file that
    cannot be used.
    """
    shelves = Shelves()
    anchors = _anchors(settings)
    sources: list[TrustSource] = []
    if settings.trust_list is not None:
        from gateway.trust.allow_list import allow_list

        sources.append(allow_list(settings.trust_list))
    if settings.known_registries is not None:
        from gateway.trust.known_dids import known_dids

        sources.append(known_dids(settings.known_registries, shelves, anchors))
    if anchors:
        from gateway.trust.federation import openid_federation

        sources.append(openid_federation(anchors, shelves))
    if settings.ebsi_registry is not None:
        from gateway.trust.ebsi import ebsi_registry

        sources.append(ebsi_registry(settings.ebsi_registry, shelves))
    if settings.eu_trusted_list is not None:
        sources.append(_eu_trusted_list(settings.eu_trusted_list, settings.eu_trust_anchors))
    return tuple(sources)


def _anchors(settings: Settings) -> tuple[Anchor, ...]:
    if not settings.federation_anchors:
        return ()
    from gateway.trust.federation import anchor_of

    return tuple(anchor_of(identifier, path) for identifier, path in settings.federation_anchors)


def _eu_trusted_list(where: str, signers: Path | None) -> TrustSource:
    if signers is None:
        raise SettingInvalid(
            "GATEWAY_EU_TRUSTED_LIST is set without GATEWAY_EU_TRUST_ANCHORS",
            hint="Name a file of the certificates that may sign the list: without them it proves nothing.",
        )
    from gateway.trust.eu_lists import EuLists, read_certificates
    from gateway.trust.eu_trusted_list import EuTrustedList

    lists = EuLists(where, read_certificates(signers, "certificates that sign the EU trusted list"))
    lists.check()
    return EuTrustedList(lists)


def seal_anchors(settings: Settings) -> tuple[bytes, ...]:
    """The certificates (DER) that seals may lead to by the operator's word.

    Raises ``SettingInvalid`` for a file that cannot be used.
    """
    if settings.seal_anchors is None:
        return ()
    from gateway.trust.eu_lists import read_certificates

    return tuple(c.der for c in read_certificates(settings.seal_anchors, "certificates that seals lead to"))
