"""ELM v3: European Digital Credentials in JSON-LD, bare, wrapped for upload, or sealed with JAdES.

Written as the Commission's profile *converted* where the source was another format: the original,
or the gateway's carrier, stands in an evidence of type *conversion*.
https://europa.eu/europass/elm-browser/
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from gateway.codecs import CodecContext
from gateway.envelopes import Envelope, read_json, write_json
from gateway.errors import GatewayError, NotACredential
from gateway.formats.elm_conform import conform, missing, moved, moved_steps
from gateway.formats.elm_required import supply_required
from gateway.formats.format import Format, Native, Tree, WriteOptions, Written
from gateway.formats.identifiers import derived_id
from gateway.formats.reading import (
    VCDM_1,
    VCDM_2,
    check_subject,
    contexts_of,
    index_nodes,
    run_table,
    types_of,
)
from gateway.formats.repeated import refer_repeated
from gateway.mapping import load_table, writer_of
from gateway.model import Credential
from gateway.pointers import resolve
from gateway.report import Finding

__all__ = ["ELM3"]

CONTEXT = [VCDM_1, "http://data.europa.eu/snb/model/context/edc-ap"]
GENERIC = "http://data.europa.eu/snb/model/ap/edc-generic-full"
CONVERTED = "http://data.europa.eu/snb/model/ap/edc-converted"
CONVERSION = "http://data.europa.eu/snb/evidence-type/c_c4f849d7"
BASE64 = "http://data.europa.eu/snb/encoding/6146cde7dd"
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type"
MEDIA = frozenset(("MediaObject",))
"""ELM embeds a node wherever it is meant, but a logo is said once."""
CARRIER_TITLE = "microcredential-gateway carrier"


def _sniff(envelope: Envelope) -> bool:
    tree = envelope.tree
    if _is_wrapper(tree):
        tree = tree["credential"]
    tree = resolve(tree, _place(tree))
    kinds = types_of(tree)
    if "EuropeanDigitalPresentation" in kinds:
        raise NotACredential(
            "a presentation of credentials", pointer="/type", hint="Give the credential inside it alone."
        )
    european = "EuropeanDigitalCredential" in kinds and not kinds & {
        "OpenBadgeCredential",
        "AchievementCredential",
    }
    return european and contexts_of(tree)[:1] != (VCDM_2,)


def _unwrap(tree: Tree) -> tuple[Tree, str]:
    return (tree["credential"], "/credential") if _is_wrapper(tree) else (tree, "")


def _is_wrapper(tree: Any) -> bool:
    """Whether it is what the Commission's issuer takes for upload: a credential, and how to deliver it."""
    return (
        isinstance(tree, dict)
        and isinstance(tree.get("credential"), dict)
        and set(tree) <= {"credential", "deliveryDetails"}
    )


def _place(tree: Any) -> str:
    """Where the credential stands: at the root, or as one node of a flattened document."""
    graph = tree.get("@graph") if isinstance(tree, dict) else None
    for position, node in enumerate(graph if isinstance(graph, list) else []):
        if "EuropeanDigitalCredential" in types_of(node):
            return f"/@graph/{position}"
    return ""


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    here = _place(tree)
    check_subject(resolve(tree, here), f"{here}/credentialSubject")
    return run_table("elm3", tree, ignore=supplied, index=index_nodes(tree), pointer=here)


def _write(hub: Credential, options: WriteOptions) -> Written:
    writer = writer_of(load_table("elm3"), CodecContext(languages=options.languages))
    tree = writer.write(hub, "Credential")
    supplied = supply_required(tree, hub, options)
    removed = conform(tree, converted=options.converted)
    kept = (moved(pointer, removed) for pointer in supplied)
    stated = frozenset(supplied)
    steps = (step for step in writer.steps if step.here not in stated)
    referred = tuple(f"{pointer}/" for pointer in refer_repeated(tree, MEDIA).places)
    return Written(
        tree,
        tuple(step for step in moved_steps(steps, removed) if not step.here.startswith(referred)),
        tuple(place for place in kept if place is not None and not place.startswith(referred)),
    )


def _missing(tree: Tree) -> tuple[Finding, ...]:
    return missing(tree, converted=resolve(tree, "/credentialSchema/id") == CONVERTED)


def _finish(tree: Tree, options: WriteOptions) -> Tree:
    body = {name: value for name, value in tree.items() if name not in ("@context", "credentialSchema")}
    profile = CONVERTED if options.converted else GENERIC
    return {
        "@context": CONTEXT,
        **body,
        "credentialSchema": {"id": profile, "type": "ShaclValidator2017"},
    }


# --- the carrier: an evidence of type "conversion" ------------------------------------------------


def _attach(tree: Tree, record: Tree, options: WriteOptions) -> Tree:
    """The document with an evidence that embeds the carrier, and the original where it is wanted."""
    media = [_embedded(write_json(record), "JSON", CARRIER_TITLE, options)]
    if options.original is not None:
        kind = "XML" if "xml" in options.media_type else "JSON"
        media.append(_embedded(options.original, kind, "original", options))
    evidence = {
        "id": derived_id(options.digest, "/evidence/conversion"),
        "type": "Evidence",
        "dcType": {
            "id": CONVERSION,
            "type": "Concept",
            "inScheme": {"id": "http://data.europa.eu/snb/evidence-type/25831c2", "type": "ConceptScheme"},
        },
        "embeddedEvidence": media if len(media) > 1 else media[0],
    }
    present = tree.get("evidence", [])
    return {**tree, "evidence": [*(present if isinstance(present, list) else [present]), evidence]}


def _embedded(content: bytes, kind: str, title: str, options: WriteOptions) -> Tree:
    return {
        "id": derived_id(options.digest, f"/evidence/conversion/{title}"),
        "type": "MediaObject",
        "title": {"en": title},
        "contentType": {
            "id": f"{FILE_TYPES}/{kind}",
            "type": "Concept",
            "inScheme": {"id": FILE_TYPES, "type": "ConceptScheme"},
        },
        "contentEncoding": {
            "id": BASE64,
            "type": "Concept",
            "inScheme": {"id": "http://data.europa.eu/snb/encoding/25831c2", "type": "ConceptScheme"},
        },
        "content": base64.b64encode(content).decode(),
    }


def _conversions(tree: Tree) -> list[Tree]:
    evidence = tree.get("evidence", [])
    items = evidence if isinstance(evidence, list) else [evidence]
    return [item for item in items if isinstance(item, dict) and _is_conversion(item)]


def _is_conversion(evidence: Tree) -> bool:
    kind = evidence.get("dcType")
    return isinstance(kind, dict) and kind.get("id") == CONVERSION and _carrier(evidence) is not None


def _carrier(evidence: Tree) -> Tree | None:
    media = evidence.get("embeddedEvidence", [])
    for item in media if isinstance(media, list) else [media]:
        if isinstance(item, dict) and item.get("title") == {"en": CARRIER_TITLE}:
            return _decoded(item.get("content"))
    return None


def _decoded(content: Any) -> Tree | None:
    try:
        record = read_json(base64.b64decode(content, validate=True))
    except (GatewayError, binascii.Error, TypeError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _detach(tree: Tree) -> tuple[Tree, Tree | None]:
    """The document without the gateway's conversion evidence, and the carrier in it."""
    found = _conversions(tree)
    if not found:
        return tree, None
    evidence = tree["evidence"] if isinstance(tree["evidence"], list) else [tree["evidence"]]
    left = [item for item in evidence if item is not found[-1]]
    rest = {name: value for name, value in tree.items() if name != "evidence"}
    return ({**rest, "evidence": left} if left else rest), _carrier(found[-1])


ELM3 = Format(
    name="elm3",
    title="European Learning Model v3 (European Digital Credential, JSON-LD)",
    media_type="application/ld+json",
    kind="json",
    table="elm3",
    sniff=_sniff,
    read=_read,
    write=_write,
    unwrap=_unwrap,
    detach=_detach,
    attach=_attach,
    finish=_finish,
    missing=_missing,
    vcdm=("1.1",),
)
