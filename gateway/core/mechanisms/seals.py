"""Seals of organizations: JAdES around ELM, XAdES in EDCI XML; bound by who the certificate says sealed.

Nobody lists the keys of a seal: the certificate names the organization (2.5.4.97), by the word of an
authority the gateway was told to trust, and the issuer must be the same one.
"""

from __future__ import annotations

from typing import Any

from gateway.core.mechanisms.shown import Shown
from gateway.core.organizations import Named, named_in_elm
from gateway.core.question import Question
from gateway.proofs.jades import verify_jades
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved

__all__ = ["show_jades"]

NO_SEAL_HOLDS = Check(
    "issuer", Verdict.UNDETERMINED, "no_signature_holds", "no signature holds that could be the issuer's",
    hint="See the checks of the proof.",
)  # fmt: skip
RANK = {Verdict.VALID: 0, Verdict.UNDETERMINED: 1, Verdict.INVALID: 2}


def show_jades(
    data: bytes, issuer: Any, retrieved: Retrieved, question: Question, place: str = "/issuer"
) -> Shown:
    """What the seals around a document show; ``issuer`` is whom it names, at ``place``."""
    secured = verify_jades(
        data, question.now, anchors=trusted(retrieved, question), at_signing=question.policy.at_signing
    )
    return Shown(secured, sealer_check(secured, named_in_elm(issuer), place))


def trusted(retrieved: Retrieved, question: Question) -> tuple[bytes, ...]:
    """The certificates seals may lead to: the question's own, and those that were retrieved."""
    answer = retrieved.anchors()
    return (*question.anchors, *(answer.content if answer.found else ()))


def sealer_check(secured: tuple[Secured, ...], issuer: Named, place: str) -> Check:
    """Whether the organization that sealed is the issuer. One seal of the issuer's own is enough."""
    held = [item for item in secured if item.signed and item.verdict is not Verdict.INVALID]
    checks = [_bound(item, issuer, place) for item in held]
    return min(checks, key=lambda check: RANK[check.verdict], default=NO_SEAL_HOLDS)


def _bound(item: Secured, issuer: Named, place: str) -> Check:
    if not item.certificates:
        return _open("sealer_untrusted", "who sealed is said by a certificate that is not trusted", place,
                     "See the check of the seal's certificate.")  # fmt: skip
    sealer = item.organization
    if not sealer:
        return _open("sealer_unnamed", "the seal's certificate names no organization by an identifier", place,
                     "Ask the issuer for a seal whose certificate has an organizationIdentifier.")  # fmt: skip
    values = {"organization": sealer}
    if sealer in issuer.identifiers:
        return Check("issuer", Verdict.VALID, pointer=place, values=values)
    if not issuer.identifiers:
        return _open("issuer_without_identifier", "the issuer has no identifier to compare with the seal's", place,
                     "The issuer must be named by the identifier in its certificate.", values)  # fmt: skip
    if not issuer.differs(sealer):
        return _open("identifiers_not_comparable", "the issuer's identifiers are of other kinds than the seal's",
                     place, "Compare the organizations by hand.", values)  # fmt: skip
    return Check(
        "issuer", Verdict.INVALID, "sealed_by_another", "the seal is one of another organization than the issuer",
        place, "Only a seal of the issuer's own shows that it issued the credential.", values,
    )  # fmt: skip


def _open(code: str, message: str, place: str, hint: str, values: dict[str, Any] | None = None) -> Check:
    return Check("issuer", Verdict.UNDETERMINED, code, message, place, hint, values or {})
