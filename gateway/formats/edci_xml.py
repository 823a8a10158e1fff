"""EDCI XML 1.0 to 1.2, bare or in its presentation; written as 1.2, for old consumers.

http://publications.europa.eu/resource/schema/credential/genericschema_1.2.xsd
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

from gateway.codecs import EDCI_LANGUAGES, CodecContext, language_of_code
from gateway.envelopes import Envelope, XmlName, read_json, write_json
from gateway.envelopes.xml_text import NAMESPACES
from gateway.errors import GatewayError, NotACredential
from gateway.formats.dates import date_time_stamp
from gateway.formats.edci_required import Shaping, shaped
from gateway.formats.edci_shape import FRAMEWORKS, shape_of
from gateway.formats.format import Format, Native, Tree, WriteOptions, Written
from gateway.formats.identifiers import derived_id
from gateway.formats.reading import check_subject
from gateway.mapping import NodeIndex, Step, load_table, reader_of, writer_of
from gateway.model import Credential, CreditPoint, LearningAchievement, Qualification

__all__ = ["EDCI_XML"]

CARRIER_ID = "urn:microcredential-gateway:carrier"
ORIGINAL_ID = "urn:microcredential-gateway:original"
SCHEMA = f"{NAMESPACES['eup']} http://publications.europa.eu/resource/schema/credential/genericschema_1.2.xsd"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type"
ENCODINGS = "http://data.europa.eu/snb/encoding"
GENERIC = "http://data.europa.eu/snb/credential/e34929035b"
ECTS = "http://data.europa.eu/snb/education-credit/6fcec5c5af"
CREDIT_SYSTEMS = tuple(
    f"http://data.europa.eu/europass/educationalCreditPointSystem/{name}" for name in ("ects", "ecvet")
)
NO_DATE = "0001-01-01T00:00:00Z"
"""Stands where the schema demands a date of issuing, nobody said one and no clock was given; supplied."""


def _sniff(envelope: Envelope) -> bool:
    if envelope.root == XmlName(NAMESPACES["vp"], "verifiablePresentation"):
        inner = envelope.tree.get("europassCredential", []) if isinstance(envelope.tree, dict) else []
        if len(inner) != 1:
            raise NotACredential(
                f"a presentation with {len(inner)} credentials",
                pointer="/europassCredential",
                hint="Give a presentation of one credential, or the credential alone.",
            )
        return True
    return envelope.root == XmlName(NAMESPACES["eup"], "europassCredential")


def _unwrap(tree: Tree) -> tuple[Tree, str]:
    inner = tree.get("europassCredential")
    if "credentialSubject" not in tree and isinstance(inner, list) and inner:
        return inner[0], "/europassCredential/0"
    return tree, ""


# --- reading --------------------------------------------------------------------------------------


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    check_subject(tree)
    table = load_table("edci-xml-language" if "language" in tree else "edci-xml")
    reader = reader_of(table, CodecContext(element=True), _index(tree), supplied, _choose_reading)
    reading = reader.finish(tree, reader.read(tree, "Credential"))
    residue = tuple(replace(item, format="edci-xml") for item in reading.residue)
    return Native(replace(reading.draft.build(), residue=residue), reading.steps)


def _index(tree: Tree) -> NodeIndex:
    """The nodes of all pools by identifier, each with its place and section."""
    index: dict[str, tuple[Any, str, str]] = {}
    for section in load_table("edci-xml").sections.values():
        if not section.pool:
            continue
        pool, name = section.pool
        for outer, container in enumerate(tree.get(pool, [])):
            for position, node in enumerate(container.get(name, [])):
                if isinstance(node.get("@id"), str):
                    place = f"/{pool}/{outer}/{name}/{position}"
                    index.setdefault(node["@id"], (node, place, section.name))
    return index


def _choose_reading(item: Any, names: tuple[str, ...]) -> str | None:
    if "TopicalNote" in names:
        return "TopicalNote" if "subject" in item else ""
    if "LegalIdentifier" in names and "Identifier" in names:
        return "LegalIdentifier" if "@spatialID" in item else "Identifier"
    return None


# --- writing --------------------------------------------------------------------------------------


def _write(hub: Credential, options: WriteOptions) -> Written:
    made: set[str] = set()

    def local_id(section: str, place: str) -> str:
        made.add(identifier := derived_id(options.digest, f"{section}{place}"))
        return identifier

    language = _language(hub, options)
    writer = writer_of(
        load_table("edci-xml"),
        CodecContext("und", (language, *options.languages), True),
        _choose_writing,
        local_id,
    )
    tree = writer.write(hub, "Credential")
    for name, nodes in writer.pools.items():
        pool, element = load_table("edci-xml").sections[name].pool
        tree.setdefault(pool, [{}])[0][element] = list(nodes.values())
    extra = _demand(tree, hub, options, language)
    run, result = _valid(tree, options)
    supplied = [run.moved[place] for place in extra if place in run.moved] + run.supplied
    supplied += _local_ids(result, made)
    steps = (_moved(step, run.moved) for step in writer.steps)
    return Written(result, tuple(s for s in steps if s), tuple(dict.fromkeys(supplied)), "und")


def _moved(step: Step, moved: dict[str, str]) -> Step | None:
    place = moved.get(step.here)
    return step._replace(here=place) if place is not None else None


def _valid(tree: Tree, options: WriteOptions) -> tuple[Shaping, Tree]:
    """The tree in the schema's shape: first the pools alone, to know what may be referred to."""
    pools = {name: _ids(tree[name]) for name in tree if name.endswith("References")}
    fallback = derived_id(options.digest, "/learningSpecification")
    while True:
        run = Shaping(options.digest, pools, fallback)
        result = shaped(tree, "Credential", run) or {}
        left = {name: _ids(result.get(name, [])) for name in pools}
        if left == pools:
            break
        pools = left
    if any(fallback == node for node in _references(result)):
        pool = result.setdefault("learningSpecificationReferences", [{}])[0]
        pool.setdefault("learningSpecification", []).append({"@id": fallback})
        place = len(pool["learningSpecification"]) - 1
        run.supplied.append(f"/learningSpecificationReferences/0/learningSpecification/{place}")
    order = [part.name for part in shape_of("Credential") or ()]
    return run, {name: result[name] for name in order if name in result}


def _ids(pool: list[Tree]) -> frozenset[str]:
    nodes = (node for container in pool for group in container.values() for node in group)
    return frozenset(node["@id"] for node in nodes if "@id" in node)


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["@idref"]] if "@idref" in value else []
    return own + [found for item in value.values() for found in _references(item)]


def _local_ids(tree: Tree, made: set[str]) -> list[str]:
    """Where the identifiers stand that only the document's own references need."""
    return [
        f"/{pool}/0/{name}/{position}/@id"
        for pool, containers in tree.items()
        if pool.endswith("References")
        for name, nodes in containers[0].items()
        for position, node in enumerate(nodes)
        if node.get("@id") in made
    ]


def _choose_writing(item: Any, names: tuple[str, ...]) -> str | None:
    """The section for a node; ``""`` where the node has no native place."""
    if isinstance(item, LearningAchievement) and names[0] in ("LearningAchievement", "QualificationAward"):
        kind = "QualificationAward" if isinstance(item.specified_by, Qualification) else "LearningAchievement"
        return kind if kind in names else ""
    if isinstance(item, CreditPoint):
        framework = item.framework.id if item.framework else None
        allowed = {"EctsPoints": (ECTS,), "CreditPoints": (None, *CREDIT_SYSTEMS)}
        return names[0] if framework in allowed[names[0]] else ""
    if "LanguageCode" in names:
        return "LanguageCode" if language_of_code(item.id) else ""
    return None


def _language(hub: Credential, options: WriteOptions) -> str:
    """The primary language: the credential's own, a wished one, that of its title, English."""
    display = hub.display_parameter
    own = language_of_code(display.primary_language.id) if display and display.primary_language else None
    texts = [string.language for string in display.title] if display else []
    return next((tag for tag in (own, *options.languages, *texts) if tag in EDCI_LANGUAGES), None) or "en"


def _demand(tree: Tree, hub: Credential, options: WriteOptions, language: str) -> list[str]:
    """What the schema demands of the root and only the credential as a whole can tell."""
    added: list[str] = []

    def put(name: str, value: Tree) -> None:
        tree[name] = [value]
        added.append(f"/{name}/0")

    profiles = tree.get("type", [])
    if not any(code.get("@targetFrameworkUrl") == FRAMEWORKS["Profile"] for code in profiles):
        put("type", _code(GENERIC, FRAMEWORKS["Profile"], "Generic"))
    if "primaryLanguage" not in tree:
        put("primaryLanguage", {"#": language})
    if "availableLanguages" not in tree:
        put("availableLanguages", {"language": [{"#": language}]})
    if date_time_stamp(hub.issued) is None or hub.issued != date_time_stamp(hub.issued):
        dates = (hub.issued, hub.issuance_date, hub.valid_from, options.converted_at or None)
        put("cred:issued", {"#": next((d for d in map(date_time_stamp, dates) if d), NO_DATE)})
    if "cred:issuer" not in tree:
        agents = tree.setdefault("agentReferences", [{}])[0].setdefault("organization", [])
        agents.append({"@id": derived_id(options.digest, "/issuer")})
        added.append(f"/agentReferences/0/organization/{len(agents) - 1}")
        put("cred:issuer", {"@idref": agents[-1]["@id"]})
    if "credentialSubject" not in tree:
        put("credentialSubject", {})
    for name in ("title", "description"):
        for content in tree.get(name, []):
            first = {text["@lang"]: text for text in reversed(content["text"])}
            content["text"] = [text for text in content["text"] if first[text["@lang"]] is text]
    return added


def _code(identifier: str, framework: str, label: str) -> Tree:
    text = {"@lang": "en", "@content-type": "text/plain", "#": label}
    return {"@uri": identifier, "@targetFrameworkUrl": framework, "targetName": [{"text": [text]}]}


def _finish(tree: Tree, _: WriteOptions) -> Tree:
    attributes = {"@xsdVersion": "0.10.0", "@xsi:schemaLocation": SCHEMA}
    return {**attributes, **{name: value for name, value in tree.items() if name not in attributes}}


# --- the carrier: attachments with the gateway's own identifiers ----------------------------------


def _attach(tree: Tree, record: Tree, options: WriteOptions) -> Tree:
    """The document with the carrier as attachment, and the original where it is wanted."""
    media = [_media(CARRIER_ID, write_json(record), "JSON")]
    if options.original is not None:
        kind = "XML" if "xml" in options.media_type else "JSON"
        media.append(_media(ORIGINAL_ID, options.original, kind))
    held = tree.get("attachmentList", [{}])[0].get("Attachment", [])
    return {**tree, "attachmentList": [{"Attachment": [*held, *media]}]}


def _media(identifier: str, content: bytes, kind: str) -> Tree:
    return {
        "@id": identifier,
        "contentType": [_code(f"{FILE_TYPES}/{kind}", FILE_TYPES, kind)],
        "contentEncoding": [_code(f"{ENCODINGS}/6146cde7dd", f"{ENCODINGS}/25831c2", "base64")],
        "content": [{"#": base64.b64encode(content).decode()}],
    }


def _detach(tree: Tree) -> tuple[Tree, Tree | None]:
    """The document without the gateway's attachments, which come last, and the carrier in it."""
    lists = tree.get("attachmentList", [])
    items = list(lists[0].get("Attachment", [])) if lists else []
    end = len(items) - 1 if items and items[-1].get("@id") == ORIGINAL_ID else len(items)
    last = items[end - 1] if end else {}
    record = _decoded(last) if last.get("@id") == CARRIER_ID else None
    if record is None:
        return tree, None
    rest = {name: value for name, value in tree.items() if name != "attachmentList"}
    left = items[: end - 1]
    return ({**rest, "attachmentList": [{"Attachment": left}]} if left else rest), record


def _decoded(media: Tree) -> Tree | None:
    try:
        record = read_json(base64.b64decode(media["content"][0]["#"], validate=True))
    except (GatewayError, binascii.Error, LookupError, TypeError, ValueError):
        return None
    return record if isinstance(record, dict) else None


EDCI_XML = Format(
    name="edci-xml",
    title="European Digital Credential in EDCI XML (Europass Learning Model v2)",
    media_type="application/xml",
    kind="xml",
    table="edci-xml",
    sniff=_sniff,
    read=_read,
    write=_write,
    unwrap=_unwrap,
    detach=_detach,
    attach=_attach,
    finish=_finish,
    root=XmlName(NAMESPACES["eup"], "europassCredential"),
    signable=False,
)
