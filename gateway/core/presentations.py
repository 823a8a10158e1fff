"""Presentations: who shows credentials, for whom, and each credential inside by itself (VCDM 2.0 section 4.13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.core.binding import issuer_check
from gateway.core.judging import NOT_VERIFIED, Verified
from gateway.core.mechanisms import Shown, data_integrity, jwt, seals
from gateway.core.question import Question
from gateway.core.signing_keys import SigningKey, signing_keys
from gateway.core.structure import presentation_checks, terms_check
from gateway.core.understanding import Inspected, inspect
from gateway.core.views import credential_of
from gateway.envelopes import write_json
from gateway.errors import GatewayError
from gateway.formats.reading import types_of
from gateway.proofs import unsecured
from gateway.proofs.controllers import controller_of
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved

__all__ = ["MAX_CREDENTIALS", "Inside", "Presented", "holding_check", "is_presentation", "presentation"]

Json = dict[str, Any]
PURPOSE = "authentication"
MAX_CREDENTIALS = 64
"""Most credentials verified in one presentation."""

Verify = Callable[[Inspected, Question], Verified]


@dataclass(frozen=True, slots=True)
class Inside:
    """A credential in a presentation: where it stands, its bytes, and what verifying it showed.

    ``refused`` says why, where it could not be looked at; ``inspected`` and ``verified`` are then missing.
    """

    pointer: str
    data: bytes = field(repr=False)
    inspected: Inspected | None = field(default=None, repr=False)
    verified: Verified | None = None
    refused: Check | None = None

    @property
    def check(self) -> Check:
        """The one check that stands for the credential among those of the presentation."""
        done = self.verified
        if done is None:
            return self.refused or replace(NOT_VERIFIED, name="credential", pointer=self.pointer)
        lists = {check.name: check.values for check in done.checks if check.name == "trust" and check.values}
        if done.verified:
            return Check("credential", Verdict.VALID, pointer=self.pointer, values=lists)
        worst = done.reason or NOT_VERIFIED
        return Check(
            "credential", done.verdict, worst.code, worst.message, self.pointer + worst.pointer, worst.hint,
            {"check": worst.name, **lists},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Presented:
    """Every check of a presentation, who is shown to have made it, and the credentials in it.

    ``holder`` is empty where no sound proof shows whose it is.
    """

    checks: tuple[Check, ...]
    holder: str = ""
    credentials: tuple[Inside, ...] = ()


def is_presentation(tree: Any) -> bool:
    """Whether a document presents credentials."""
    return isinstance(tree, dict) and "VerifiablePresentation" in types_of(tree)


def presentation(inspected: Inspected, retrieved: Retrieved, question: Question, verify: Verify) -> Presented:
    """Every check of a presentation: its form, its proof by the holder, and its credentials.

    ``verify`` judges one credential. Raises ``TooComplex`` for a poison graph.
    """
    tree: Json = inspected.envelope.tree
    checks = [*presentation_checks(tree), _terms(inspected, question)]
    shown = _shown(inspected, retrieved, question)
    inner = replace(question, domain=None, challenge=None)
    given = tree.get("verifiableCredential", [])
    entries = given if isinstance(given, list) else [given]
    inside = tuple(_credentials(given, entries[:MAX_CREDENTIALS], inner, verify))
    checks += [*shown.checks, *(credential.check for credential in inside)]
    if len(entries) > MAX_CREDENTIALS:
        checks.append(_too_many())
    return Presented(tuple(checks), _presenter(_holder(tree), shown, retrieved, question), inside)


def holding_check(holder: str, credential: Inside) -> Check:
    """Whether the holder of a presentation is whom a credential in it is about.

    A remark, and no part of the verdict on either: others may be trusted to present what is about somebody.
    """
    tree = credential_of(credential.inspected) if credential.inspected is not None else {}
    subject = tree.get("credentialSubject")
    entries = subject if isinstance(subject, list) else [subject]
    named = {entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)}
    place = f"{credential.pointer}/credentialSubject"
    if not holder:
        return Check(
            "holder", Verdict.UNDETERMINED, "holder_unproven", "nothing shows who presents", place,
            "Ask the holder to sign the presentation with a key of the DID that it names.",
        )  # fmt: skip
    if not named:
        return Check(
            "holder", Verdict.UNDETERMINED, "bearer_credential", "the credential names nobody by id", place,
            "Whoever has it can present it.",
        )  # fmt: skip
    if named == {holder}:
        return Check("holder", Verdict.VALID, pointer=place)
    return Check(
        "holder", Verdict.INVALID, "holder_not_subject", "the credential is about somebody else", place,
        "Ask for a credential that was issued to whoever presents it.",
    )  # fmt: skip


def _terms(inspected: Inspected, question: Question) -> Check:
    sealed = inspected.envelope.sealed == "jades"
    return terms_check(unsecured(_outline(inspected.envelope.tree), question.contexts), sealed=sealed)


def _shown(inspected: Inspected, retrieved: Retrieved, question: Question) -> Shown:
    """What the holder's proof shows, a token around the presentation or a proof in it."""
    tree: Json = inspected.envelope.tree
    holder = _holder(tree)
    if inspected.envelope.sealed == "jwt":
        return jwt.show_presentation(inspected.envelope.data, tree, holder, retrieved, question)
    if inspected.envelope.sealed == "jades":
        return seals.show_jades(inspected.envelope.data, tree.get("holder"), retrieved, question, "/holder")

    def bind(secured: tuple[Secured, ...], keys: dict[str, SigningKey]) -> Check | None:
        if not holder:
            return None
        return issuer_check(holder, secured, keys, retrieved, question, purpose=PURPOSE)

    return data_integrity.show_for(tree, retrieved, question, PURPOSE, bind)


def _presenter(declared: str, shown: Shown, retrieved: Retrieved, question: Question) -> str:
    """Who made the presentation: the holder it names, or, where it names none, whose key signed it."""
    sound = tuple(item for item in shown.secured if item.method and item.verdict is Verdict.VALID)
    if not sound or len(sound) < len(shown.secured):
        return ""
    if declared:
        return declared if shown.issuer is not None and shown.issuer.verdict is Verdict.VALID else ""
    names = {controller_of(item.method) for item in sound}
    if len(names) > 1:
        return ""
    keys = signing_keys((item.method for item in sound), retrieved, PURPOSE)
    (name,) = names
    bound = issuer_check(name, sound, keys, retrieved, question, purpose=PURPOSE)
    return name if bound.verdict is Verdict.VALID else ""


def _outline(tree: Json) -> Json:
    """The presentation without its credentials, whose terms are looked at one by one."""
    return {name: value for name, value in tree.items() if name != "verifiableCredential"}


def _holder(tree: Json) -> str:
    holder = tree.get("holder")
    identifier = holder.get("id") if isinstance(holder, dict) else holder
    return identifier if isinstance(identifier, str) else ""


def _credentials(given: Any, entries: list[Any], question: Question, verify: Verify) -> Iterator[Inside]:
    for position, entry in enumerate(entries):
        pointer = "/verifiableCredential" + (f"/{position}" if isinstance(given, list) else "")
        if isinstance(entry, dict):
            yield _credential(write_json(entry), pointer, question, verify)
        elif isinstance(entry, str):  # a VC-JWT, as VCDM 1.1 has it in a token of its own
            yield _credential(entry.encode("utf-8", "replace"), pointer, question, verify)


def _too_many() -> Check:
    return Check(
        "credential", Verdict.UNDETERMINED, "too_many_credentials",
        f"only the first {MAX_CREDENTIALS} credentials were verified", "/verifiableCredential",
        "Present fewer credentials at a time.",
    )  # fmt: skip


def _credential(data: bytes, pointer: str, question: Question, verify: Verify) -> Inside:
    try:
        inspected = inspect(data)
        if is_presentation(inspected.envelope.tree):
            return Inside(pointer, data, refused=_nested(pointer))
        return Inside(pointer, data, inspected, verify(inspected, question))
    except GatewayError as error:
        place = pointer + error.pointer
        told = Check("credential", Verdict.INVALID, error.code, error.detail, place, error.hint)
        return Inside(pointer, data, refused=told)


def _nested(pointer: str) -> Check:
    """For whom a presentation in a presentation was made, nobody asked."""
    return Check(
        "credential", Verdict.INVALID, "presentation_nested", "a presentation stands where a credential should",
        pointer, "Present its credentials themselves.",
    )  # fmt: skip
