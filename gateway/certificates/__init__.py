"""X.509 certificates of seals: read, judged as chains, and timestamps that say when (RFC 5280, RFC 3161)."""

from gateway.certificates.certificate import Certificate, read_certificate
from gateway.certificates.chain import Chain, judge_chain
from gateway.certificates.revocation import Revocation, judge_revocation
from gateway.certificates.timestamp import Timestamp, verify_timestamp

__all__ = [
    "Certificate",
    "Chain",
    "Revocation",
    "Timestamp",
    "judge_chain",
    "judge_revocation",
    "read_certificate",
    "verify_timestamp",
]
