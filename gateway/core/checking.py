"""Verification that explains itself: each question a check of its own, with three answers (D5).

What is asked: structure, linked data, each proof, whether the issuer's controller document authorises
the key, the period of validity, the status, a seal. https://www.w3.org/TR/vc-data-model-2.0/#verification
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.core.understanding import Inspected
from gateway.errors import TooComplex
from gateway.formats.dates import date_time_stamp
from gateway.formats.reading import VCDM_1, VCDM_2, contexts_of
from gateway.jsonld import Contexts, expand
from gateway.pointers import resolve
from gateway.proofs import Expectations, proofs_of, verification_methods, verify_proof
from gateway.proofs.controllers import controller_of, keys_of
from gateway.report import Check, Verdict

__all__ = ["check", "controllers"]

Json = dict[str, Any]
CLOCK_SKEW = timedelta(seconds=60)
PURPOSE = "assertionMethod"
SEALS = {"jades": "JAdES", "xades": "XAdES"}


def controllers(inspected: Inspected) -> tuple[str, ...]:
    """The DIDs whose documents ``check`` needs: the controllers of the keys the proofs name."""
    tree = _credential(inspected)
    if tree is None:
        return ()
    return tuple(dict.fromkeys(controller_of(method) for method in verification_methods(tree)))


def check(
    inspected: Inspected,
    documents: Mapping[str, Json],
    now: datetime,
    *,
    unresolved: Mapping[str, str] | None = None,
    contexts: Contexts | None = None,
) -> tuple[Check, ...]:
    """Every check of a document at a moment, with the controller documents at hand.

    ``unresolved`` says for a DID without document why there is none. Bad linked data and poison
    graphs raise their own ``InputRefused``; nothing else does.
    """
    tree = _credential(inspected)
    if tree is None:
        return (_seal("xades"),) if _has_xml_seal(inspected) else (_no_proof(),)
    checks = [_structure(tree)]
    if inspected.envelope.sealed:
        checks.append(_seal(inspected.envelope.sealed))
    if proofs_of(tree):
        _refuse_unsafe(tree, contexts)
        expected = Expectations(now, _keys(documents), PURPOSE, contexts=contexts)
        checks.extend(_proofs(tree, documents, expected, unresolved or {}))
    elif not inspected.envelope.sealed:
        checks.append(_no_proof())
    return (*checks, *_period(tree, now), *_status(tree))


def _credential(inspected: Inspected) -> Json | None:
    """The verifiable credential in a document; None for XML and for Open Badges 2.0."""
    tree = inspected.envelope.tree
    if inspected.envelope.kind != "json" or not isinstance(tree, dict):
        return None
    if inspected.form is not None and not inspected.form.signable:
        return None
    found = resolve(tree, inspected.prefix)
    return found if isinstance(found, dict) else None


def _has_xml_seal(inspected: Inspected) -> bool:
    """Whether an XML signature stands in the document, its presentation wrapper or the credential."""
    return "ds:Signature" in _names(inspected.envelope.tree)


def _names(tree: Any) -> set[str]:
    names: set[str] = set()
    stack = [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            names.update(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return names


def _seal(name: str) -> Check:
    kind = SEALS.get(name, name)
    return Check(
        "seal", Verdict.UNDETERMINED, "seal_not_checked", f"the {kind} seal was not checked",
        hint="The gateway does not verify this kind of seal yet; check it where it was made.",
    )  # fmt: skip


def _no_proof() -> Check:
    return Check(
        "proof", Verdict.UNDETERMINED, "no_proof", "nothing secures the document",
        hint="Anybody can have written it: ask the issuer for a signed credential.",
    )  # fmt: skip


# --- structure ---------------------------------------------------------------------------------


def _structure(tree: Json) -> Check:
    """The members every verifiable credential has (VCDM 2.0 section 4)."""
    contexts = contexts_of(tree)
    if contexts[:1] not in ((VCDM_1,), (VCDM_2,)):
        return _invalid_structure("the first context is not that of verifiable credentials", "/@context")
    for name in ("issuer", "credentialSubject"):
        if tree.get(name) in (None, "", [], {}):
            return _invalid_structure(f"{name} is missing", f"/{name}")
    return Check("structure", Verdict.VALID)


def _invalid_structure(message: str, pointer: str) -> Check:
    return Check("structure", Verdict.INVALID, "structure_invalid", message, pointer)


def _refuse_unsafe(tree: Json, contexts: Contexts | None) -> None:
    """Raise what makes signing or verifying this document meaningless; the proofs are looked at apart."""
    expand({name: value for name, value in tree.items() if name != "proof"}, contexts=contexts)


# --- proofs --------------------------------------------------------------------------------------


def _keys(documents: Mapping[str, Json]) -> dict[str, bytes]:
    """The keys that the controllers at hand authorise."""
    return {
        method: key for document in documents.values() for method, key in keys_of(document, PURPOSE).items()
    }


def _proofs(
    tree: Json, documents: Mapping[str, Json], expected: Expectations, unresolved: Mapping[str, str]
) -> list[Check]:
    checks: list[Check] = []
    for pointer, proof in proofs_of(tree):
        done = verify_proof(tree, pointer, expected)
        for each in done:
            if each.code == TooComplex.code:
                raise TooComplex(each.message, pointer=pointer)
        checks.extend(done)
        if isinstance(proof, dict) and isinstance(proof.get("verificationMethod"), str):
            known = (documents, expected.keys, unresolved)
            checks.append(_binding(tree, proof["verificationMethod"], pointer, known))
    return checks


def _binding(
    tree: Json,
    method: str,
    pointer: str,
    known: tuple[Mapping[str, Json], Mapping[str, bytes], Mapping[str, str]],
) -> Check:
    """Whether the key belongs to the issuer: the signature of somebody else proves nothing."""
    documents, keys, unresolved = known
    issuer = tree.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    controller, place = controller_of(method), f"{pointer}/verificationMethod"
    if controller != identifier:
        return Check(
            "issuer", Verdict.INVALID, "issuer_not_controller", "the key is not one of the issuer's", place,
            "The proof must be made with a key of the DID that stands under issuer.",
        )  # fmt: skip
    if controller not in documents:
        return Check(
            "issuer", Verdict.UNDETERMINED, "issuer_unresolved",
            unresolved.get(controller, "the issuer's DID was not resolved"), place,
            "Try again when the issuer's DID document can be fetched.",
        )  # fmt: skip
    if method not in keys:
        return Check(
            "issuer", Verdict.INVALID, "key_not_authorised",
            f"the issuer's DID document does not list the key for {PURPOSE}", place,
            "The key may have been removed, or the proof is forged.",
        )  # fmt: skip
    return Check("issuer", Verdict.VALID, pointer=place)


# --- period and status -----------------------------------------------------------------------------


def _period(tree: Json, now: datetime) -> list[Check]:
    checks = []
    for names, late in ((("validFrom", "issuanceDate"), False), (("validUntil", "expirationDate"), True)):
        for name in names:
            if name in tree:
                checks.append(_date(tree[name], f"/{name}", now, late=late))
    return checks


def _date(value: Any, pointer: str, now: datetime, *, late: bool) -> Check:
    try:
        moment = datetime.fromisoformat(date_time_stamp(value) or "") if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return Check("period", Verdict.INVALID, "date_malformed", "not a date and time with zone", pointer)
    if late and moment <= now - CLOCK_SKEW:
        return Check("period", Verdict.INVALID, "expired", "the credential has expired", pointer)
    if not late and moment > now + CLOCK_SKEW:
        return Check("period", Verdict.INVALID, "not_yet_valid", "the credential is not valid yet", pointer)
    return Check("period", Verdict.VALID, pointer=pointer)


def _status(tree: Json) -> list[Check]:
    return [
        Check(
            "status", Verdict.UNDETERMINED, "status_not_checked",
            "the credential can be revoked; the list was not asked", f"/{name}",
            "The gateway does not read status lists yet: ask the issuer.",
        )
        for name in ("credentialStatus", "status") if tree.get(name) not in (None, [], {})
    ]  # fmt: skip
