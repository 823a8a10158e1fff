"""What a file is when it is not for us: a name people know, and why it is refused."""

from __future__ import annotations

import re

from gateway.errors import FormatUnknown

__all__ = ["refuse_foreign_bytes", "refuse_foreign_root"]

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG image", "Give the credential itself, not its picture."),
    (b"GIF8", "a GIF image", "Give the credential itself, not its picture."),
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and give each credential alone."),
    (b"\x1f\x8b", "gzip-compressed data", "Uncompress it first."),
    (b"BZh", "bzip2-compressed data", "Uncompress it first."),
)
_PACKED_ELMO = re.compile(rb"\s*H4sI[A-Za-z0-9+/=\s]+\Z")
"""Base64 of what gzip begins with (RFC 1952 section 2.3)."""
_ELMO_HINT = "ELMO is not read yet; ask the issuer for a European Digital Credential."
_ROOTS: dict[tuple[str, str], tuple[str, str]] = {
    ("http://europass.cedefop.europa.eu/Europass", "SkillsPassport"): (
        "an old Europass CV",
        "A CV is what a person says of themselves; it is no credential that somebody issued.",
    ),
    ("http://www.europass.eu/1.0", "Candidate"): (
        "a Europass CV in HR-XML",
        "A CV is what a person says of themselves; it is no credential that somebody issued.",
    ),
    ("https://github.com/emrex-eu/elmo-schemas/tree/v1", "elmo"): (
        "an ELMO transcript",
        _ELMO_HINT,
    ),
    ("http://data.europa.eu/esco/qms-xml/schema/accreditation", "qmsAccreditations"): (
        "a list of accreditations (QMS)",
        "It lists accreditations, not credentials of a learner.",
    ),
    ("", "europassCredential"): (
        "a pre-release Europass credential (before EDCI 1.0, without a namespace)",
        "Ask the issuer for the credential in a published version.",
    ),
    ("http://www.w3.org/1999/xhtml", "html"): ("a web page", "Give the credential file itself."),
}


def refuse_foreign_bytes(data: bytes) -> None:
    """Raise ``FormatUnknown`` for bytes that are neither JSON nor XML, saying what they are."""
    for start, name, hint in _SIGNATURES:
        if data.startswith(start):
            raise FormatUnknown(f"this is {name}", hint=hint)
    head = data[:4096].lstrip()
    if not head:
        raise FormatUnknown("the file is empty", hint="Give a credential as JSON or XML.")
    if head[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise FormatUnknown("this is a web page", hint="Give the credential file itself.")
    if _PACKED_ELMO.match(data):
        raise FormatUnknown(
            "this is gzip-compressed data in base64, as ELMO transcripts travel", hint=_ELMO_HINT
        )


def refuse_foreign_root(namespace: str, local: str) -> None:
    """Raise ``FormatUnknown`` for an XML root that is no credential, saying what it is."""
    name, hint = _ROOTS.get((namespace, local), ("", ""))
    if not name and local == "Candidate":
        name, hint = _ROOTS[("http://www.europass.eu/1.0", "Candidate")]
    if name:
        raise FormatUnknown(f"this is {name}", pointer=f"/{local}", hint=hint)
    raise FormatUnknown(
        f"an XML document with the root {local[:80]!r} is no format the gateway knows",
        pointer=f"/{local[:80]}",
    )
