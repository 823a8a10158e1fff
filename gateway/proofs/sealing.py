"""What JAdES and XAdES seals have in common: the certificate's chain, the timestamps, when the seal was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.certificates import Chain, Timestamp, judge_chain
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict

__all__ = ["Sealed", "seal_checks"]

STAMPS = {
    "timestamp_malformed": "a timestamp of the seal cannot be read",
    "timestamp_of_other_data": "a timestamp is one of something else",
    "timestamp_invalid": "a timestamp's signature does not hold",
    "timestamp_untrusted": "a timestamp's authority is not one the gateway was told to trust",
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One seal: whether its signature holds, its certificates (the signer's first) and others it brings."""

    signature: Check
    chain: tuple[bytes, ...]
    extra: tuple[bytes, ...] = ()
    stamps: tuple[Timestamp, ...] = ()
    claimed_at: datetime | None = None
    pointer: str = ""


def seal_checks(
    sealed: Sealed, now: datetime, *, anchors: Sequence[bytes] = (), at_signing: bool = False
) -> Secured:
    """The checks of a seal. Its certificate counts at the time a trusted timestamp proves, else now.

    ``at_signing`` takes the time the seal itself says where no timestamp proves one, for archives.
    """
    proven = min((stamp.at for stamp in sealed.stamps if not stamp.code and stamp.at), default=None)
    moment = proven or (sealed.claimed_at if at_signing and sealed.claimed_at else now)
    chain = judge_chain(sealed.chain, anchors, moment, extra=sealed.extra)
    checks = [
        Check("proof.structure", Verdict.VALID, pointer=sealed.pointer),
        sealed.signature,
        _certificate(chain, moment, sealed.pointer),
        *(_stamp(stamp, sealed.pointer) for stamp in sealed.stamps),
    ]
    if sealed.claimed_at is not None:
        checks.append(_claimed(sealed.claimed_at, now, sealed.pointer))
    path = chain.path if chain.trusted and sealed.signature.verdict is Verdict.VALID else ()
    return Secured(
        tuple(checks), signed_at=proven, claimed_at=sealed.claimed_at,
        organization=path[0].organization_identifier if path else "",
        certificates=tuple(certificate.der for certificate in path), pointer=sealed.pointer,
    )  # fmt: skip


def _certificate(chain: Chain, moment: datetime, pointer: str) -> Check:
    values = {"judgedAt": moment.isoformat(), "certificates": [c.sha256 for c in chain.path]}
    if chain.trusted:
        return Check("proof.certificate", Verdict.VALID, pointer=pointer, values=values)
    hint = "Configure the authority, or a trusted list that names it." if chain.open else (
        "The policy archive judges a certificate at the time of signing."
        if chain.code == "certificate_expired" else "Ask the issuer for a seal with a proper certificate."
    )  # fmt: skip
    verdict = Verdict.UNDETERMINED if chain.open else Verdict.INVALID
    return Check("proof.certificate", verdict, chain.code, chain.message, pointer, hint, values)


def _stamp(stamp: Timestamp, pointer: str) -> Check:
    values = {"at": stamp.at.isoformat()} if stamp.at is not None else {}
    if not stamp.code:
        return Check("proof.timestamp", Verdict.VALID, pointer=pointer, values=values)
    untrusted = stamp.code == "timestamp_untrusted"
    return Check(
        "proof.timestamp", Verdict.UNDETERMINED if untrusted else Verdict.INVALID, stamp.code, STAMPS[stamp.code],
        pointer, "Configure the time-stamping authority, or ask for a seal with a proper timestamp.", values,
    )  # fmt: skip


def _claimed(moment: datetime, now: datetime, pointer: str) -> Check:
    if moment <= now:
        return Check("proof.created", Verdict.VALID, pointer=pointer)
    return Check(
        "proof.created", Verdict.INVALID, "proof_from_the_future", "the seal was made in the future", pointer,
        "Check the clocks, and whether the file is genuine.",
    )  # fmt: skip
