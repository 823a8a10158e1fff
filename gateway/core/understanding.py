"""From bytes to the hub: the envelope opened, the format recognised, the table read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from gateway.core.coded import odd_codes
from gateway.core.places import Places
from gateway.core.recognition import is_open_badges_2
from gateway.core.suspicions import suspicions
from gateway.course import lap
from gateway.envelopes import Envelope, open_envelope
from gateway.errors import FormatRefused, GatewayError
from gateway.formats import Format, Understood, read_document, recognise
from gateway.formats.reading import types_of
from gateway.jsonld import Contexts, LinkedData, bundled, statements
from gateway.keys import sha256_multihash
from gateway.mapping import Step
from gateway.model import Credential
from gateway.pointers import resolve
from gateway.proofs import unsecured
from gateway.records import quick
from gateway.report import Finding, Severity

__all__ = [
    "Inspected",
    "Understanding",
    "inspect",
    "inspect_opened",
    "read_of",
    "understand",
    "understand_opened",
]


VERIFIABLE = frozenset(("VerifiableCredential", "VerifiablePresentation"))


@quick
@dataclass(frozen=True, slots=True)
class Inspected:
    """An opened document and its format; ``form`` is None for a credential in terms nobody maps.

    ``open_badges_2`` says that this is a document of Open Badges 2.0, which is verified at its addresses.
    """

    envelope: Envelope
    form: Format | None
    open_badges_2: bool = field(init=False)

    def __post_init__(self) -> None:
        old = self.envelope.kind == "json" and is_open_badges_2(self.envelope.tree)
        object.__setattr__(self, "open_badges_2", old)

    @property
    def linked_data(self) -> bool:
        """Whether this is a verifiable credential in JSON, the kind that linked-data proofs secure."""
        if self.envelope.kind != "json" or not isinstance(self.envelope.tree, dict):
            return False
        return (
            "VerifiableCredential" in types_of(self.envelope.tree)
            if self.form is None
            else self.form.signable and not self.form.claims
        )

    @property
    def claims(self) -> bool:
        """Whether this is a set of claims as tokens have them, which no linked-data proof secures."""
        if self.form is not None:
            return self.form.claims
        return self.envelope.sealed == "sd-jwt" and not self.linked_data

    @property
    def prefix(self) -> str:
        """Where in the document the credential stands that a proof secures."""
        if self.form is None or self.form.unwrap is None:
            return ""
        return self.form.unwrap(self.envelope.tree)[1]


@quick
@dataclass(frozen=True, slots=True)
class Understanding:
    """A document understood: the hub, the trail of its leaves and remarks on the way.

    ``digest`` is the SHA-256 of the bytes, in hexadecimal.
    """

    envelope: Envelope
    form: Format
    hub: Credential
    steps: tuple[Step, ...]
    digest: str
    findings: tuple[Finding, ...] = ()

    @property
    def multihash(self) -> str:
        """The digest as a multibase multihash, the form VCDM 2.0 section 5.3 uses."""
        return sha256_multihash(bytes.fromhex(self.digest))


def inspect(data: bytes) -> Inspected:
    """What a document is. Any verifiable credential in JSON passes, of whatever terms, and any Open Badge 2.0.

    Raises the refusals of ``open_envelope`` and ``recognise``.
    """
    return inspect_opened(open_envelope(data))


def inspect_opened(envelope: Envelope) -> Inspected:
    """The same of a document that is opened. Raises the refusals of ``recognise``."""
    try:
        return Inspected(envelope, recognise(envelope))
    except FormatRefused:
        tree = envelope.tree
        known = envelope.sealed == "sd-jwt" or types_of(tree) & VERIFIABLE
        if envelope.kind == "json" and (known or is_open_badges_2(tree)):
            return Inspected(envelope, None)
        raise


def read_of(inspected: Inspected, contexts: Contexts | None) -> LinkedData | None:
    """A credential in linked data without its proofs, to be read once for all that is asked of it; else None."""
    if not inspected.linked_data:
        return None
    credential = resolve(inspected.envelope.tree, inspected.prefix)
    return unsecured(credential if isinstance(credential, dict) else {}, contexts)


def understand(data: bytes) -> Understanding:
    """The credential in the bytes, as the hub holds it.

    Raises an ``InputRefused`` with code, pointer and hint for whatever is no credential the gateway reads.
    """
    envelope = open_envelope(data)
    return understand_opened(Inspected(envelope, recognise(envelope)), data)


def understand_opened(inspected: Inspected, data: bytes, read: LinkedData | None = None) -> Understanding:
    """The same of a document that is opened: of the bytes ``data``; with ``read_of`` it, where that is at hand."""
    envelope = inspected.envelope
    form = inspected.form or recognise(envelope)
    lap("recognise")
    understood = read_document(form, envelope.tree)
    digest = hashlib.sha256(data).hexdigest()
    lap("read")
    remarks = (*_remarks(envelope, form, read), *_suspicious(understood, form, envelope))
    lap("terms")
    return Understanding(envelope, form, understood.hub, understood.steps, digest, remarks)


def _remarks(envelope: Envelope, form: Format, read: LinkedData | None) -> tuple[Finding, ...]:
    """What linked-data processing would not take as it stands: no obstacle to reading, but to signing."""
    if form.kind != "json" or form.table == "ob2" or form.claims:
        return ()
    credential = envelope.tree if form.unwrap is None else form.unwrap(envelope.tree)[0]
    try:
        if read is not None and _is_read_alike(credential, read):
            read.statements()
        else:
            statements(credential)
    except GatewayError as error:
        return (Finding(error.pointer, error.code, Severity.WARNING, message=error.detail),)
    return ()


def _suspicious(read: Understood, form: Format, envelope: Envelope) -> tuple[Finding, ...]:
    """What is legal and looks wrong, at its place in the document."""
    found = (*suspicions(read.hub), *odd_codes(read.hub))
    if not found:
        return ()
    places = Places(form, read.steps, envelope)
    return tuple(
        Finding(places.at(said.hub), said.code, said.severity, message=said.message) for said in found
    )


def _is_read_alike(credential: Any, read: LinkedData) -> bool:
    """Whether what was read is the credential whole, and is read alike under the bundled contexts alone."""
    if "proof" in credential:
        return False
    contexts = read.contexts or bundled()
    text = repr(credential) if contexts.extra else ""
    more = any(url in text for url in contexts.extra)
    return contexts.versions == bundled().versions and not more
