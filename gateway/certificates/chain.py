"""Judging a chain of certificates at a moment: from the one that signed up to an anchor somebody trusts.

RFC 5280 section 6 as far as seals need it. The verifier of the ``cryptography`` library is made for TLS:
it wants a name of a server in the certificate, which a seal has not, hence the path is walked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gateway.certificates.certificate import Certificate, read_certificate
from gateway.errors import CertificateMalformed

__all__ = ["MAX_CHAIN", "Chain", "judge_chain"]

MAX_CHAIN = 8
"""Longest path from a seal to its anchor."""
MAX_CERTIFICATES = 32

NOT_DECIDED = frozenset(("not_anchored", "chain_incomplete", "certificate_not_understood"))
"""What leaves the question open: more certificates, other anchors or another verifier may answer it."""

SAID = {
    "certificate_malformed": "a certificate of the seal cannot be read",
    "certificate_expired": "a certificate had expired",
    "certificate_not_yet_valid": "a certificate was not valid yet",
    "certificate_revoked": "a certificate was revoked before the time of sealing was proven",
    "chain_incomplete": "the certificate's issuer is not among those at hand",
    "issuer_not_authority": "the certificate was issued by one that may not issue any",
    "certificate_not_understood": "a certificate calls something critical that the gateway does not read",
    "path_too_long": "there are more authorities than one of them allows",
    "key_usage_wrong": "the certificate is not one to sign with",
    "not_anchored": "the chain leads to no authority the gateway was told to trust",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain from the signer's certificate upward; ``code`` is empty when it holds and leads to an anchor."""

    path: tuple[Certificate, ...]
    code: str = ""

    @property
    def trusted(self) -> bool:
        """Whether the chain holds and leads to an anchor."""
        return not self.code

    @property
    def open(self) -> bool:
        """Whether the question is open rather than answered with no."""
        return self.code in NOT_DECIDED

    @property
    def message(self) -> str:
        """What is wrong, as a sentence."""
        return SAID.get(self.code, "")


def judge_chain(
    chain: Sequence[bytes],
    anchors: Sequence[bytes],
    at: datetime,
    *,
    extra: Sequence[bytes] = (),
    timestamping: bool = False,
) -> Chain:
    """The chain of the first certificate, through the others and ``extra`` ones, to one of the anchors.

    ``timestamping`` asks for a certificate of a time-stamping authority. Raises nothing.
    """
    if not chain:
        return Chain((), "chain_incomplete")
    try:
        first = read_certificate(chain[0])
    except CertificateMalformed:
        return Chain((), "certificate_malformed")
    trusted = list(_readable(anchors))
    path = _path(first, list(_readable((*chain[1:], *extra)[:MAX_CERTIFICATES])), trusted)
    problem = _first_problem(path, at) or (
        "" if (first.stamps if timestamping else first.signs) else "key_usage_wrong"
    )
    if problem:
        return Chain(path, problem)
    known = {anchor.sha256 for anchor in trusted}
    if any(certificate.sha256 in known for certificate in path):
        return Chain(path)
    complete = path[-1].subject == path[-1].issuer
    return Chain(path, "not_anchored" if complete or not trusted else "chain_incomplete")


def _readable(certificates: Sequence[bytes]) -> Iterator[Certificate]:
    """Those that can be read: validation data may bring along what has no part in the chain."""
    for der in certificates:
        with suppress(CertificateMalformed):
            yield read_certificate(der)


def _path(
    first: Certificate, others: list[Certificate], anchors: list[Certificate]
) -> tuple[Certificate, ...]:
    """The signer's certificate and those above it, as far as there are any; an anchor ends it."""
    known = {anchor.sha256 for anchor in anchors}
    path = [first]
    while len(path) < MAX_CHAIN and path[-1].sha256 not in known:
        last = path[-1]
        above = next(
            (
                candidate
                for candidate in (*anchors, *others)
                if candidate.subject == last.issuer
                and candidate.sha256 not in {certificate.sha256 for certificate in path}
                and last.issued_by(candidate)
            ),
            None,
        )
        if above is None:
            break
        path.append(above)
    return tuple(path)


def _first_problem(path: tuple[Certificate, ...], at: datetime) -> str:
    for position, certificate in enumerate(path):
        if not certificate.understood:
            return "certificate_not_understood"
        if at < certificate.not_before:
            return "certificate_not_yet_valid"
        if at > certificate.not_after:
            return "certificate_expired"
        if position and not certificate.issues:
            return "issuer_not_authority"
        if position and certificate.path_length is not None and position - 1 > certificate.path_length:
            return "path_too_long"
    return ""
