"""Issuer binding, apart from the signature: does the claimed issuer's document authorise the key?

Data Integrity 1.0 section 4.4, Controlled Identifiers 1.0 section 3.3. A signature by somebody
else's key is right and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.core.question import Question
from gateway.core.signing_keys import PURPOSE, SigningKey, is_below
from gateway.errors import DidDeactivated
from gateway.proofs.controllers import absolute, controller_of
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Answer, Retrieved

__all__ = ["issuer_check", "issuer_of"]

DEACTIVATED = DidDeactivated.code
RANK = {Verdict.VALID: 0, Verdict.UNDETERMINED: 1, Verdict.INVALID: 2}

NOBODY_SIGNED = Check(
    "issuer", Verdict.UNDETERMINED, "no_signature_holds", "no signature holds that could be the issuer's",
    "/proof", "See the checks of the proof.",
)  # fmt: skip


def issuer_of(tree: Mapping[str, Any]) -> str:
    """The identifier of the claimed issuer; empty when there is none."""
    issuer = tree.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    return identifier if isinstance(identifier, str) else ""


def issuer_check(
    issuer: str,
    secured: tuple[Secured, ...],
    keys: Mapping[str, SigningKey],
    retrieved: Retrieved,
    question: Question,
    *,
    purpose: str = PURPOSE,
) -> Check:
    """Whether a key that signed is the issuer's. One signature of the issuer's own is enough.

    A presentation's holder is bound alike, for another ``purpose``.
    """
    signed = [item for item in secured if item.method]
    if not signed:
        named = [
            _bound(issuer, Secured((), pointer="/proof"), key, retrieved, question, purpose)
            for key in keys.values()
        ]
        open_or_wrong = [check for check in named if check.verdict is not Verdict.VALID]
        return max(open_or_wrong, key=lambda check: RANK[check.verdict], default=NOBODY_SIGNED)
    # A proof that fails another check vouches for nothing, even if its key is the issuer's.
    sound = [item for item in signed if item.verdict is not Verdict.INVALID]
    checks = [
        _bound(issuer, item, keys[item.method], retrieved, question, purpose) for item in sound or signed
    ]
    return min(checks, key=lambda check: RANK[check.verdict])


def _bound(
    issuer: str, item: Secured, key: SigningKey, retrieved: Retrieved, question: Question, purpose: str
) -> Check:
    place = f"{item.pointer}/verificationMethod"
    controller = controller_of(key.name)
    if controller == issuer and key.published:
        return _in_time(key, item, place, question)
    if key.at_address:
        return _below(issuer, key, place)
    if controller == issuer:
        return _unpublished(key, place, purpose, question.now)
    if _listed_by(issuer, key, retrieved, purpose):
        return _in_time(key, item, place, question)
    return Check(
        "issuer", Verdict.INVALID, "issuer_not_controller", "the key is not one of the issuer's", place,
        "The proof must be made with a key that the document of the issuer lists.",
    )  # fmt: skip


def _in_time(key: SigningKey, item: Secured, place: str, question: Question) -> Check:
    """The key is the issuer's; whether it was so when it counts."""
    method = key.method
    values = _about(key.document)
    if method is None or method.holds_at(question.now):
        return Check("issuer", Verdict.VALID, pointer=place, values=values)
    revoked = method.revoked is not None and method.revoked <= question.now
    moment = item.signed_at if revoked else item.signed_at or item.claimed_at
    if question.policy.at_signing and moment is not None and method.holds_at(moment):
        return Check(
            "issuer", Verdict.VALID, "key_held_at_signing", "the key held when it signed", place,
            values={**values, "judgedAt": moment.isoformat()},
        )  # fmt: skip
    if revoked:
        return _revoked(place)
    return Check(
        "issuer", Verdict.INVALID, "key_expired", "the key has expired", place,
        "Ask the issuer to sign again, or verify under the policy archive.",
    )  # fmt: skip


def _revoked(place: str) -> Check:
    return Check(
        "issuer", Verdict.INVALID, "key_revoked", "the issuer has revoked the key", place,
        "Ask the issuer to sign the credential again with a current key.",
    )  # fmt: skip


def _about(document: Answer) -> dict[str, Any]:
    """What a reader must know of the document a key was found in: that it is old, or another's word."""
    values: dict[str, Any] = {"stale": True} if document.stale else {}
    return values | ({"resolvedBy": document.resolved_by} if document.resolved_by else {})


def _unpublished(key: SigningKey, place: str, purpose: str, now: datetime) -> Check:
    if key.document.code == DEACTIVATED:
        return Check(
            "issuer", Verdict.INVALID, "did_deactivated", "the issuer has deactivated its DID", place,
            "Ask the issuer under which identifier it issues now.",
        )  # fmt: skip
    if not key.document.found:
        code = "issuer_unresolved" if key.key is None else "key_from_proof"
        return Check(
            "issuer", Verdict.UNDETERMINED, code,
            key.document.message or "the issuer's document was not retrieved", place,
            "Try again when the issuer's document can be fetched.", {"reason": key.document.code},
        )  # fmt: skip
    if key.method is not None and key.method.revoked is not None and key.method.revoked <= now:
        return _revoked(place)
    return Check(
        "issuer", Verdict.INVALID, "key_not_authorised",
        f"the issuer's document does not list the key for {purpose}", place,
        "The key may have been removed, or the proof is forged.",
    )  # fmt: skip


def _below(issuer: str, key: SigningKey, place: str) -> Check:
    """A key that stands by itself is the issuer's where it stands below the issuer's own address."""
    if is_below(issuer, key.name):
        return Check("issuer", Verdict.VALID, pointer=place, values=_about(key.document))
    return Check(
        "issuer", Verdict.UNDETERMINED, "key_address_unproven",
        "the key stands at an address that nobody shows to be the issuer's", place,
        "The issuer must list the key in its own document, or keep it below its own address.",
    )  # fmt: skip


def _listed_by(issuer: str, key: SigningKey, retrieved: Retrieved, purpose: str) -> bool:
    """Whether the issuer's own document lists a key of somebody else's document, which is the issuer's only then."""
    document = retrieved.controller(issuer) if issuer.startswith(("did:", "https:")) else None
    own = document.content if document is not None and document.found else None
    if not isinstance(own, dict) or own.get("id") != issuer:
        return False
    listed = own.get(purpose)
    names = {
        absolute(issuer, entry) for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, str)
    }  # fmt: skip
    return key.name in names and key.published
