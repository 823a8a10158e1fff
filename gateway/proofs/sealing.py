"""What JAdES and XAdES seals have in common: the certificate's chain, the timestamps, when the seal was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.certificates import Certificate, Chain, Revocation, Timestamp, judge_chain, judge_revocation
from gateway.errors import GatewayError
from gateway.keys import ALGORITHMS, verify_by_algorithm
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict

__all__ = ["Sealed", "malformed", "seal_checks", "signature_check"]

CLOCK_SKEW = timedelta(seconds=60)
"""How far two clocks may be apart."""

STAMPS = {
    "timestamp_malformed": "a timestamp of the seal cannot be read",
    "timestamp_of_other_data": "a timestamp is one of something else",
    "timestamp_invalid": "a timestamp's signature does not hold",
    "timestamp_untrusted": "a timestamp's authority is not one the gateway was told to trust",
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One seal: whether its signature holds, its certificates (the signer's first) and others it brings.

    ``lists`` and ``responses`` say which certificates were revoked; ``checks`` are what else the kind of seal
    has to say, ``covers`` the place of what it is a seal of.
    """

    signature: Check
    chain: tuple[bytes, ...]
    extra: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()
    stamps: tuple[Timestamp, ...] = ()
    claimed_at: datetime | None = None
    pointer: str = ""
    checks: tuple[Check, ...] = ()
    covers: str = ""


def malformed(message: str, pointer: str, code: str = "seal_malformed") -> Check:
    """The one check of a seal that is not looked at any further."""
    return Check(
        "proof.structure", Verdict.INVALID, code, message, pointer,
        "The file must be the one the sealing service gave out, unchanged.",
    )  # fmt: skip


def signature_check(
    algorithm: str, certificate: Certificate, message: bytes, signature: bytes, pointer: str
) -> Check:
    """Whether the key of the certificate made the signature, by an algorithm of its own kind."""
    key = certificate.public_key
    if key is None or key.kind != ALGORITHMS[algorithm].kind:
        return Check(
            "proof.signature", Verdict.INVALID, "key_kind_mismatch",
            "the certificate's key is not one of the seal's algorithm", pointer,
            "The seal must be made with the key of its certificate.",
        )  # fmt: skip
    try:
        verify_by_algorithm(algorithm, key, message, signature)
    except GatewayError as error:
        return Check("proof.signature", Verdict.INVALID, error.code, error.detail, pointer, error.hint)
    return Check("proof.signature", Verdict.VALID, pointer=pointer)


def seal_checks(
    sealed: Sealed, now: datetime, *, anchors: Sequence[bytes] = (), at_signing: bool = False
) -> Secured:
    """The checks of a seal. Its certificate counts at the time a trusted timestamp proves, else now.

    ``at_signing`` takes the time the seal itself says where no timestamp proves one, for archives.
    """
    proven = min((stamp.at for stamp in sealed.stamps if not stamp.code and stamp.at), default=None)
    moment = proven or (sealed.claimed_at if at_signing and sealed.claimed_at else now)
    chain = judge_chain(sealed.chain, anchors, moment, extra=sealed.extra)
    revocation = judge_revocation(chain.path, sealed.lists, sealed.responses)
    if revocation.revoked is not None and revocation.revoked <= (proven or now):
        chain = replace(chain, code="certificate_revoked")
    checks = [
        Check("proof.structure", Verdict.VALID, pointer=sealed.pointer),
        sealed.signature,
        *sealed.checks,
        _certificate(chain, revocation, moment, sealed),
        *(_stamp(stamp, sealed.pointer) for stamp in sealed.stamps),
    ]
    if sealed.claimed_at is not None:
        checks.append(_claimed(sealed.claimed_at, now, sealed.pointer))
    found = Secured(
        tuple(checks), signed_at=proven, claimed_at=sealed.claimed_at, pointer=sealed.pointer, covers=sealed.covers
    )  # fmt: skip
    return _vouched(found, chain) if chain.trusted and found.verdict is Verdict.VALID else found


def _vouched(secured: Secured, chain: Chain) -> Secured:
    """The same with who sealed: only said of a seal that holds and leads to an anchor."""
    return Secured(
        secured.checks, signed_at=secured.signed_at, claimed_at=secured.claimed_at, pointer=secured.pointer,
        covers=secured.covers, organization=chain.path[0].organization_identifier,
        certificates=tuple(certificate.der for certificate in chain.path),
    )  # fmt: skip


def _certificate(chain: Chain, revocation: Revocation, moment: datetime, sealed: Sealed) -> Check:
    values = {"judgedAt": moment.isoformat(), "certificates": [c.sha256 for c in chain.path]}
    if chain.path:
        values["organization"] = chain.path[0].organization_identifier
    if revocation.as_of is not None:
        values["notRevokedAsOf"] = revocation.as_of.isoformat()
    pointer = sealed.pointer
    if chain.trusted:
        return Check("proof.certificate", Verdict.VALID, pointer=pointer, values=values)
    expired = chain.code == "certificate_expired"
    if chain.open:
        hint = "Configure the authority, or a trusted list that names it."
    elif expired:
        hint = "A timestamp by a trusted authority proves when it was sealed; the policy archive takes the seal's word."
    else:
        hint = "Ask the issuer for a seal with a proper certificate."
    unproven = expired and not _sealed_too_late(chain, sealed)
    verdict = Verdict.UNDETERMINED if chain.open or unproven else Verdict.INVALID
    return Check("proof.certificate", verdict, chain.code, chain.message, pointer, hint, values)


def _sealed_too_late(chain: Chain, sealed: Sealed) -> bool:
    """Whether the seal itself says it was made when a certificate had expired; else it may have been in time."""
    claimed = sealed.claimed_at
    return claimed is not None and any(claimed > certificate.not_after for certificate in chain.path)


def _stamp(stamp: Timestamp, pointer: str) -> Check:
    values = {"at": stamp.at.isoformat()} if stamp.at is not None else {}
    if not stamp.code:
        return Check("timestamp", Verdict.VALID, pointer=pointer, values=values)
    untrusted = stamp.code == "timestamp_untrusted"
    return Check(
        "timestamp", Verdict.UNDETERMINED if untrusted else Verdict.INVALID, stamp.code, STAMPS[stamp.code],
        pointer, "Configure the time-stamping authority, or ask for a seal with a proper timestamp.", values,
    )  # fmt: skip


def _claimed(moment: datetime, now: datetime, pointer: str) -> Check:
    if moment <= now + CLOCK_SKEW:
        return Check("proof.created", Verdict.VALID, pointer=pointer)
    return Check(
        "proof.created", Verdict.INVALID, "proof_from_the_future", "the seal was made in the future", pointer,
        "Check the clocks, and whether the file is genuine.",
    )  # fmt: skip
