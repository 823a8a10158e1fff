"""From bytes to the hub: the envelope opened, the format recognised, the table read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.envelopes import Envelope, open_envelope
from gateway.errors import FormatRefused, GatewayError
from gateway.formats import Format, read_document, recognise
from gateway.formats.reading import types_of
from gateway.jsonld import expand
from gateway.keys import sha256_multihash
from gateway.mapping import Step
from gateway.model import Credential
from gateway.report import Finding, Severity

__all__ = ["Inspected", "Understanding", "inspect", "understand"]


@dataclass(frozen=True, slots=True)
class Inspected:
    """An opened document and its format; ``form`` is None for a credential in terms nobody maps."""

    envelope: Envelope
    form: Format | None

    @property
    def prefix(self) -> str:
        """Where in the document the credential stands that a proof secures."""
        if self.form is None or self.form.unwrap is None:
            return ""
        return self.form.unwrap(self.envelope.tree)[1]


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
    """What a document is. Any verifiable credential in JSON passes, of whatever terms.

    Raises the refusals of ``open_envelope`` and ``recognise``.
    """
    envelope = open_envelope(data)
    try:
        return Inspected(envelope, recognise(envelope))
    except FormatRefused:
        if envelope.kind == "json" and "VerifiableCredential" in types_of(envelope.tree):
            return Inspected(envelope, None)
        raise


def understand(data: bytes) -> Understanding:
    """The credential in the bytes, as the hub holds it.

    Raises an ``InputRefused`` with code, pointer and hint for whatever is no credential the gateway reads.
    """
    envelope = open_envelope(data)
    form = recognise(envelope)
    read = read_document(form, envelope.tree)
    digest = hashlib.sha256(data).hexdigest()
    return Understanding(envelope, form, read.hub, read.steps, digest, _remarks(envelope, form))


def _remarks(envelope: Envelope, form: Format) -> tuple[Finding, ...]:
    """What linked-data processing would not take as it stands: no obstacle to reading, but to signing."""
    if form.kind != "json" or form.name == "ob2":
        return ()
    try:
        expand(envelope.tree if form.unwrap is None else form.unwrap(envelope.tree)[0])
    except GatewayError as error:
        return (Finding(error.pointer, error.code, Severity.WARNING, message=error.detail),)
    return ()
