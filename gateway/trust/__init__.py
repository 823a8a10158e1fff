"""Who is this issuer? Every configured list says what it knows, and when; to add one, see ``sources``."""

from gateway.trust.asking import anchors, ask
from gateway.trust.sources import seal_anchors, trust_sources
from gateway.trust.statements import SOURCES, Accreditation, Issuer, Statement, TrustSource

__all__ = [
    "SOURCES",
    "Accreditation",
    "Issuer",
    "Statement",
    "TrustSource",
    "anchors",
    "ask",
    "seal_anchors",
    "trust_sources",
]
