"""Seals of organizations: JAdES around ELM, XAdES in EDCI XML; bound by who the certificate says sealed.

Nobody lists the keys of a seal: the certificate names the organization (2.5.4.97), by the word of an
authority the gateway was told to trust, and the issuer must be the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.core.mechanisms.shown import Shown
from gateway.core.organizations import Named, named_in_elm, named_in_xml
from gateway.core.question import Question
from gateway.core.understanding import Inspected
from gateway.core.views import issuing_organization
from gateway.envelopes.xml_signature import may_have_seals
from gateway.pointers import resolve
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import NOT_RETRIEVED, Retrieved

__all__ = ["show_jades", "show_xades"]

NO_SEAL_HOLDS = Check(
    "issuer", Verdict.UNDETERMINED, "no_signature_holds", "no signature holds that could be the issuer's",
    hint="See the checks of the proof.",
)  # fmt: skip
RANK = {Verdict.VALID: 0, Verdict.UNDETERMINED: 1, Verdict.INVALID: 2}


def show_jades(
    data: bytes, issuer: Any, retrieved: Retrieved, question: Question, place: str = "/issuer"
) -> Shown:
    """What the seals around a document show; ``issuer`` is whom it names, at ``place``."""
    from gateway.proofs.jades import verify_jades  # imported here, with X.509: most documents have no seal

    secured = _verified(partial(verify_jades, data), retrieved, question)
    check = sealer_check(secured, named_in_elm(issuer), place)
    return Shown(secured, _explained(check, retrieved))


def show_xades(inspected: Inspected, retrieved: Retrieved, question: Question) -> Shown:
    """What the seals in a document of EDCI XML show: of the credential, of the presentation around it."""
    if not may_have_seals(inspected.envelope.data):
        return Shown(())
    from gateway.proofs.xades import verify_xades

    secured = _verified(partial(verify_xades, inspected.envelope.data), retrieved, question)
    tree, place = inspected.envelope.tree, inspected.prefix
    issuer = named_in_xml(issuing_organization(resolve(tree, place)))
    about = tuple(item for item in secured if item.covers in ("", place))
    check = sealer_check(about, issuer, f"{place}/cred:issuer")
    presenters = tree.get("issuer", []) if place else []
    if check.verdict is not Verdict.VALID and len(presenters) == 1:
        around = tuple(item for item in about if not item.covers)
        presenter = sealer_check(around, named_in_xml(presenters[0]), "/issuer")
        check = _by_mandate(presenter) if presenter.verdict is Verdict.VALID else check
    return Shown(secured, _explained(check, retrieved))


def _by_mandate(presenter: Check) -> Check:
    """The seal is that of whom the presentation names, and the credential names another issuer."""
    return _open(
        "sealed_by_mandate", "another organization sealed in the issuer's name, and nothing shows its mandate",
        presenter.pointer, "Ask the issuer whether it has given this organization the mandate.", presenter.values,
    )  # fmt: skip


def _verified(
    verify: Callable[..., tuple[Secured, ...]], retrieved: Retrieved, question: Question
) -> tuple[Secured, ...]:
    """Every seal by the anchors of now; one that leads to none of them, by those of the time it was made.

    An authority may have been withdrawn since from the list that named it.
    """
    at_signing, now = question.policy.at_signing, question.now
    anchors = trusted(retrieved, question)
    secured = verify(now, anchors=anchors, at_signing=at_signing)

    def at_its_time(position: int, item: Secured) -> Secured:
        moment = item.signed_at or (item.claimed_at if at_signing else None)
        open_ones = [
            c for c in item.checks if c.name == "proof.certificate" and c.verdict is Verdict.UNDETERMINED
        ]
        if moment is None or moment > now or not item.signed or not open_ones:
            return item
        then = retrieved.anchors(moment)
        if not then.found or set(then.content) <= set(anchors):
            return item
        return verify(now, anchors=(*anchors, *then.content), at_signing=at_signing)[position]

    return tuple(at_its_time(position, item) for position, item in enumerate(secured))


def trusted(retrieved: Retrieved, question: Question) -> tuple[bytes, ...]:
    """The certificates seals may lead to: the question's own, and those that were retrieved."""
    answer = retrieved.anchors()
    return (*question.anchors, *(answer.content if answer.found else ()))


def _explained(check: Check, retrieved: Retrieved) -> Check:
    """The check of a seal that leads to nobody, with why the list of whom it may lead to is not there."""
    answer = retrieved.anchors()
    if check.code != "sealer_untrusted" or answer.code in ("", NOT_RETRIEVED):
        return check
    hint = "Try again later: the list of those who may vouch for a seal could not be had."
    return replace(check, hint=hint, values={"reason": answer.code})


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
