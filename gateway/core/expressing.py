"""From the hub to another format: policy applied, document written, every leaf accounted for (D3, D4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.core.publishing_status import StatusEntry, with_status
from gateway.core.understanding import Understanding
from gateway.course import lap
from gateway.envelopes import write_json, write_xml, xpaths_of
from gateway.errors import FormatUnwritable, LossRefused
from gateway.formats import SEALS, Expressed, Format, WriteOptions, format_named, write_document
from gateway.jsonld import LinkedData
from gateway.mapping import Accounts, Step, account, load_table
from gateway.model import (
    Address,
    Concept,
    ConceptScheme,
    Conversion,
    Credential,
    LangString,
    Location,
    Organisation,
    Person,
    without_control_characters,
)
from gateway.records import quick
from gateway.report import Check, Finding, Report, Severity

__all__ = ["ORIGINALS", "ConvertOptions", "Converted", "Identity", "express", "mapping_versions", "render"]

COUNTRIES = "http://publications.europa.eu/resource/authority/country/"
ORIGINALS = ("full", "digest", "none")
SUBJECT = "/subject/id"


@quick
@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: the gateway's DID, the name people know it by, and its country (three letters)."""

    did: str
    name: str
    country: str = ""


@quick
@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """How to convert. ``original`` says how the source goes along: ``full`` embedded, by ``digest``,
    or not at all. ``strict`` refuses any loss. ``identity`` becomes the issuer; None keeps the
    source's, for a document nobody signs. ``now`` is the moment of conversion, ``checks`` what was
    verified of the source. ``provenance`` off writes no word of the conversion. ``status`` is where the
    result's status is published. ``holder`` is the DID that the result is about in place of the subject's id, and
    whom it is bound to where its holder discloses claims; for that alone also the JSON text of a JWK. ``vcdm`` is
    the version of the data model, the format's own if empty. ``image`` is what the result is baked into: empty for
    the image that the source came in or brings along; None for no image.
    """

    to: str
    original: str = "digest"
    strict: bool = False
    languages: tuple[str, ...] = ()
    identity: Identity | None = None
    now: str = ""
    checks: tuple[Check, ...] = ()
    by_url: str = ""
    provenance: bool = True
    status: tuple[StatusEntry, ...] = ()
    holder: str = ""
    vcdm: str = ""
    image: bytes | None = field(default=None, repr=False)

    @property
    def about(self) -> str:
        """The DID of whom the result is about, empty for whom the source names."""
        return self.holder.partition("#")[0] if self.holder.startswith("did:") else ""


@quick
@dataclass(frozen=True, slots=True)
class Converted:
    """A document in its new format, ready to be signed or rendered, and the report on it.

    ``read`` is the tree as linked data under the bundled contexts, where it was read just as it is.
    """

    form: Format
    tree: dict[str, Any]
    report: Report
    hub: Credential = field(repr=False)
    read: LinkedData | None = field(default=None, repr=False)


def express(source: Understanding, options: ConvertOptions) -> Converted:
    """The source in the format ``options.to``.

    Raises ``FormatUnwritable`` for an unknown target, ``LossRefused`` for a loss that ``strict`` forbids.
    """
    form = format_named(options.to, to_write=True)
    if options.original not in ORIGINALS:
        raise FormatUnwritable(f"original is one of {', '.join(ORIGINALS)}")
    if options.vcdm and options.vcdm not in form.vcdm:
        raise FormatUnwritable(
            f"{form.name} is not written under version {options.vcdm[:10]} of the data model",
            hint=f"Versions: {', '.join(form.vcdm) or 'none'}.",
        )
    hub, cleaned = without_control_characters(source.hub)
    hub, moved = _under_new_issuer(hub, source, form, options)
    if about := options.about:
        hub = replace(hub, subject=replace(hub.subject or Person(), id=about))
    written = write_document(form, hub, _write_options(source, form, options))
    lap("map")
    findings = _accounts(source, written, moved, options)
    lap("account")
    missed = form.missing(written.tree) if form.missing else ()
    if options.identity is not None and not options.identity.country:
        missed = tuple(_by_setting(finding) for finding in missed)
    remarks = (*source.findings, *(_control(pointer) for pointer in cleaned), *missed)
    report = Report((*findings, *remarks), options.checks, _facts(source, form, options))
    if options.strict and (lost := [f for f in findings if f.severity is Severity.WARNING]):
        raise LossRefused(
            f"{len(lost)} values would be lost", pointer=lost[0].pointer,
            hint="Convert with --original full, or without --strict.",
        )  # fmt: skip
    tree = written.tree
    if options.status and form.signable and not form.claims:
        tree = with_status(tree, options.status, single=form.table == "elm3")
    return Converted(form, tree, report, hub, written.read if tree is written.tree else None)


def _by_setting(finding: Finding) -> Finding:
    """What the profile misses of the gateway itself, its operator can say."""
    if finding.target != "/issuer/location":
        return finding
    return finding._replace(message="the profile demands it; GATEWAY_ISSUER_COUNTRY says it")


def _control(pointer: str) -> Finding:
    return Finding(
        pointer, "control_character", Severity.WARNING, message="control characters were taken out"
    )


def _write_options(source: Understanding, form: Format, options: ConvertOptions) -> WriteOptions:
    return WriteOptions(
        languages=options.languages,
        digest=source.digest,
        original=source.envelope.data if options.original == "full" else None,
        original_digest=source.multihash if options.original == "digest" and options.provenance else "",
        media_type=source.envelope.media_type,
        converted=source.form.name != form.name,
        sealed_at=options.now if options.identity is not None else "",
        converted_at=options.now,
        by_url=options.by_url,
        vcdm=options.vcdm,
    )


# --- provenance ------------------------------------------------------------------------------------


def _under_new_issuer(
    hub: Credential, source: Understanding, form: Format, options: ConvertOptions
) -> tuple[Credential, str]:
    """The hub as the gateway issues it (D4), and the hub pointer the source's issuer has moved to."""
    if not options.provenance:
        return hub, "/issuer"
    signing = options.identity
    conversion = Conversion(
        source_id=hub.id,
        source_format=source.form.name,
        source_media_type=source.envelope.media_type,
        source_digest=source.multihash,
        source_issuer=hub.issuer if signing else None,
        source_issued=hub.issued if signing else None,
        converted=options.now or None,
        converter=signing.did if signing else None,
        check=tuple(f"{check.name}: {check.verdict.value}" for check in options.checks),
        mapping=tuple(f"{name} {load_table(name).version}" for name in (source.form.table, form.table)),
    )
    steps = (*hub.conversion, conversion)
    if signing is None:
        return replace(hub, conversion=steps), "/issuer"
    issuer = _issuer(signing)
    return replace(hub, issuer=issuer, conversion=steps), f"/conversion/{len(hub.conversion)}/source_issuer"


def _issuer(identity: Identity) -> Organisation:
    location: tuple[Location, ...] = ()
    if identity.country:
        country = Concept(
            id=COUNTRIES + identity.country, in_scheme=(ConceptScheme(id=COUNTRIES.rstrip("/")),)
        )
        location = (Location(address=(Address(country_code=country),)),)
    return Organisation(id=identity.did, legal_name=(LangString(identity.name, "en"),), location=location)


# --- accounts --------------------------------------------------------------------------------------


def _accounts(
    source: Understanding, written: Expressed, issuer: str, options: ConvertOptions
) -> list[Finding]:
    table = load_table(source.form.table)
    prefix = source.form.unwrap(source.envelope.tree)[1] if source.form.unwrap else ""
    findings = account(
        Accounts(
            source=source.envelope.tree,
            target=written.tree,
            read=source.steps if issuer == "/issuer" else _moved(source.steps, issuer),
            written=written.steps,
            carried=written.carried,
            restated=(*(f"{prefix}/{name}" for name in table.restated), *_rebound(source.steps, options)),
            not_copied=(*(f"{prefix}/{name}" for name in table.not_copied), *(f"/{name}" for name in SEALS)),
            original=options.original == "full",
        )
    )
    if source.envelope.root is None:
        return findings
    place = xpaths_of(source.envelope.root.local)
    return [Finding(place(finding.pointer), *finding[1:]) for finding in findings]


def _rebound(steps: tuple[Step, ...], options: ConvertOptions) -> Iterator[str]:
    """Where the source says who it is about, if the result says it anew."""
    return (step.here for step in steps if options.about and step.hub == SUBJECT)


def _moved(steps: tuple[Step, ...], issuer: str) -> tuple[Step, ...]:
    """The steps, of which those of the source's issuer point to where the issuer went."""
    return tuple(
        [
            step._replace(hub=issuer + step.hub.removeprefix("/issuer"))
            if step.hub.startswith("/issuer") and step.hub[7:8] in ("", "/")
            else step
            for step in steps
        ]
    )


def _facts(source: Understanding, form: Format, options: ConvertOptions) -> dict[str, Any]:
    return {
        "source": {
            "format": source.form.name,
            "mediaType": source.envelope.media_type,
            "digestMultibase": source.multihash,
        },
        "target": {"format": form.name, "mediaType": form.media_type, "original": options.original},
        "mappings": _versions(source.form, form),
    }


def _versions(source: Format, target: Format) -> dict[str, str]:
    return {name: load_table(name).version for name in (source.table, target.table)}


def mapping_versions(source: str, target: str) -> str:
    """The tables between two formats with their versions: when it differs, a form made before is out of date."""
    versions = _versions(format_named(source), format_named(target))
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def render(form: Format, tree: dict[str, Any]) -> bytes:
    """The bytes of a document in a format: JSON with members in order, or XML."""
    return write_xml(form.root, tree) if form.root is not None else write_json(tree)
