"""The list of formats: to add one, write its file and table, and name it here."""

from __future__ import annotations

from typing import Any

from gateway.envelopes import Envelope
from gateway.envelopes.recognition import refuse_foreign_root
from gateway.errors import FormatUnknown, FormatUnwritable, IsBundle, NotACredential
from gateway.formats.edci_xml import EDCI_XML
from gateway.formats.elm3 import ELM3
from gateway.formats.eudi_learning import EUDI_LEARNING, VCT
from gateway.formats.format import Format
from gateway.formats.ob1 import OB1
from gateway.formats.ob2 import OB2
from gateway.formats.ob3 import OB3
from gateway.formats.reading import types_of
from gateway.formats.vc import VC

__all__ = ["FORMATS", "format_named", "recognise"]

FORMATS: tuple[Format, ...] = (OB3, VC, OB1, OB2, ELM3, EDCI_XML, EUDI_LEARNING)
"""Every format, in the order in which recognition asks."""
OTHER_CLAIMS = {
    "urn:eudi:elm:1": "with an ELM credential of the EUDI wallet, urn:eudi:elm:1,",
    "urn:eu.europa.ec.eudi:diploma:1:1": "with a diploma of the EUDI wallet, urn:eu.europa.ec.eudi:diploma:1:1,",
}
"""Kinds of SD-JWT (``vct``) that are learners' credentials and not read."""


def recognise(envelope: Envelope) -> Format:
    """The format of an opened document.

    Raises ``FormatUnknown`` or ``NotACredential``, saying what the document seems to be.
    """
    for candidate in FORMATS:
        if candidate.kind == envelope.kind and candidate.sniff(envelope):
            return candidate
    if envelope.root is not None:
        refuse_foreign_root(*envelope.root)
    if not isinstance(envelope.tree, dict):
        raise NotACredential("a JSON credential is an object")
    if envelope.sealed == "sd-jwt" and "vct" in envelope.tree:
        _refuse_other_claims(envelope.tree["vct"])
    kinds = sorted(types_of(envelope.tree))
    if "VerifiablePresentation" in kinds:
        raise NotACredential("a presentation", pointer="/type", hint="Give the credential inside it alone.")
    if "ClrCredential" in kinds:
        raise IsBundle("a Comprehensive Learner Record (CLR 2.0)", pointer="/type")
    if kinds:
        raise FormatUnknown(
            f"no format the gateway knows has the types {', '.join(kinds)[:200]}", pointer="/type"
        )
    raise FormatUnknown("the document names no type of credential", pointer="/type")


def _refuse_other_claims(kind: Any) -> None:
    """Say what an SD-JWT is that holds no learning credential; no value of it but its kind is repeated."""
    name = OTHER_CLAIMS.get(kind, f"of the kind {kind[:80]!r}") if isinstance(kind, str) else "of no kind"
    raise FormatUnknown(
        f"an SD-JWT {name} is no format the gateway knows", pointer="/vct",
        hint=f"Read are those of the kind {VCT}; give another credential as JWT or JSON.",
    )  # fmt: skip


def format_named(name: str, *, to_write: bool = False) -> Format:
    """The format of that name; raises ``FormatUnwritable`` if it is unknown, or only read."""
    for candidate in FORMATS:
        if candidate.name == name and not (to_write and candidate.write is None):
            return candidate
    known = ", ".join(f.name for f in FORMATS if f.write is not None or not to_write)
    raise FormatUnwritable(f"no format {name[:40]!r}: choose one of {known}")
