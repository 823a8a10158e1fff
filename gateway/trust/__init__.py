"""Who is this issuer? Every configured list says what it knows, and when; to add one, see ``sources``."""

from gateway.trust.asking import ask
from gateway.trust.sources import trust_sources
from gateway.trust.statements import SOURCES, Accreditation, Issuer, Statement, TrustSource

__all__ = ["SOURCES", "Accreditation", "Issuer", "Statement", "TrustSource", "ask", "trust_sources"]
