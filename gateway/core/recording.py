"""What is kept of a credential that arrives: its words for finding it, its hub, what was read and checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from gateway.core.understanding import Understanding
from gateway.envelopes import write_json
from gateway.formats.dates import date_time_stamp
from gateway.formats.reading import types_of
from gateway.model import Credential, Qualification, to_json, walk_nodes
from gateway.report import Report

__all__ = ["Recorded", "record"]

MAX_NAME = 2048
"""Longest identifier that is kept as a word for finding a credential; longer ones stand in the hub only."""
EQF_LEVELS = range(1, 9)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A credential as the store keeps it. ``digest`` is the SHA-256 of the original, in hexadecimal.

    ``hub`` and ``report`` are JSON; ``types`` those of the document; dates are as the source writes them, but for
    ``valid_from``, which is in UTC with microseconds. ``same_as`` is what versions of one credential share.
    """

    digest: str
    media_type: str
    format: str
    identifier: str | None
    issuer: str | None
    types: tuple[str, ...]
    eqf_level: int | None
    issued: str | None
    verdict: str
    verified: bool
    hub: bytes = field(repr=False)
    report: bytes = field(repr=False)
    same_as: str | None = None
    valid_from: str | None = None


def record(source: Understanding, verified: Report) -> Recorded:
    """What to keep of a document that was understood and verified."""
    hub = source.hub
    tree = source.envelope.tree if source.form.unwrap is None else source.form.unwrap(source.envelope.tree)[0]
    report = verified.with_findings(*source.findings)
    return Recorded(
        digest=source.digest,
        media_type=source.envelope.media_type,
        format=source.form.name,
        identifier=_name(hub.id),
        issuer=_name(hub.issuer.id if hub.issuer is not None else None),
        types=tuple(sorted(types_of(tree))),
        eqf_level=_eqf_level(hub),
        issued=_name(hub.issued or hub.valid_from or hub.issuance_date),
        verdict=report.verdict().value,
        verified=report.verified,
        hub=write_json(to_json(hub)),
        report=write_json(report.to_json()),
        same_as=_same_as(hub.issuer.id if hub.issuer is not None else None, hub.id),
        valid_from=_moment(hub.valid_from or hub.issuance_date or hub.issued),
    )


def _same_as(issuer: str | None, identifier: str | None) -> str | None:
    """What credentials have in common that are one: issuer and id, unescaped (Open Badges 3.0, section 8.4)."""
    if not issuer or not identifier:
        return None
    told = "\n".join(unquote(part).strip() for part in (issuer, identifier))
    return hashlib.sha256(told.encode()).hexdigest()


def _moment(value: str | None) -> str | None:
    """A moment in UTC, always of the same length; None for what is none."""
    try:
        when = datetime.fromisoformat(date_time_stamp(value) or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _name(value: str | None) -> str | None:
    return value if value is not None and len(value) <= MAX_NAME else None


def _eqf_level(hub: Credential) -> int | None:
    """The highest level on the European Qualifications Framework that the credential claims."""
    levels = [_level(node.eqf_level) for node in walk_nodes(hub) if isinstance(node, Qualification)]
    return max((level for level in levels if level is not None), default=None)


def _level(concept: Any) -> int | None:
    """The number of a level, from its notation or the end of its IRI (``…/eqf/5``)."""
    if concept is None:
        return None
    for word in (concept.notation or "", (concept.id or "").rpartition("/")[2]):
        digits = word.removeprefix("eqf").strip()
        if digits.isascii() and digits.isdigit() and int(digits) in EQF_LEVELS:
            return int(digits)
    return None
