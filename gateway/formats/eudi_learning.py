"""The learning credential of EUDI wallets, ``urn:eu.europa.ec.eudi:learning:credential:1``: claims of an SD-JWT VC.

https://github.com/eu-digital-identity-wallet/eudi-srv-web-issuing-eudiw-py (its metadata say which claims there are),
https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from gateway.codecs import EDCI_LANGUAGES, UNDETERMINED, CodecContext, language_of_code
from gateway.envelopes import Envelope
from gateway.errors import NoSubject
from gateway.formats.eudi_learning_claims import MANDATORY, SHOWN, missing, supply
from gateway.formats.format import Format, Native, Tree, WriteOptions, Written
from gateway.formats.language import language_for
from gateway.formats.vc import attach_carried, detach_carried
from gateway.mapping import Draft, Step, load_table, reader_of, writer_of
from gateway.model import (
    Accreditation,
    Concept,
    Credential,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningOutcome,
    Qualification,
    Residue,
)

__all__ = ["EUDI_LEARNING", "VCT"]

VCT = "urn:eu.europa.ec.eudi:learning:credential:1"
LISTED = ("learning_outcomes", "language_of_classes", "types_of_quality_assurance")
"""Claims that are lists of texts, each of which stands for a node."""
TEXT = "#"
SPECIFICATION = "/has_claim/0/specified_by"
OF_QUALIFICATIONS = frozenset(("level_of_learning_experience", "types_of_quality_assurance"))
"""Claims that only a qualification has a place for."""


def _sniff(envelope: Envelope) -> bool:
    return isinstance(envelope.tree, dict) and envelope.tree.get("vct") == VCT


# --- reading --------------------------------------------------------------------------------------


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    """The claims: first the section of the credential, then that of what is achieved, over the same object."""
    if not tree.keys() & (MANDATORY | SHOWN) - {"iss"}:
        raise NoSubject("no claim about learning is disclosed")
    opened = _opened(tree)
    ignore = (
        frozenset(f"{pointer}/{TEXT}" if _is_item(pointer) else pointer for pointer in supplied) | supplied
    )
    reader = reader_of(load_table("eudi-learning"), CodecContext(UNDETERMINED), {}, ignore, _choose_reading)
    draft = reader.read(opened, "Credential")
    kind = "QualificationSpecification" if OF_QUALIFICATIONS & tree.keys() else "Specification"
    specification = reader.node(opened, "", reader.sections[kind], SPECIFICATION)
    if specification.values:
        claims = draft.values.setdefault("has_claim", [Draft(LearningAchievement, {})])
        claims[0].values["specified_by"] = specification
    reading = reader.finish(opened, draft)
    residue = tuple(_closed(item) for item in reading.residue)
    return Native(replace(draft.build(), residue=residue), _steps(reading.steps))


def _opened(tree: Tree) -> Tree:
    """The claims with each text of a list made an object, as the table's sections have it."""
    return {
        name: [{TEXT: item} if isinstance(item, str) else item for item in value]
        if name in LISTED and isinstance(value, list)
        else value
        for name, value in tree.items()
    }


def _choose_reading(item: Any, names: tuple[str, ...]) -> str | None:
    """No section for what is no text, nor for a language there is no code for: both are left over as they are."""
    if not isinstance(item, dict) or item.keys() != {TEXT} or not isinstance(item[TEXT], str):
        return ""
    return "" if "Language" in names and item[TEXT] not in EDCI_LANGUAGES else None


def _is_item(pointer: str) -> bool:
    return pointer.count("/") == 2 and pointer.split("/")[1] in LISTED


def _closed(item: Residue) -> Residue:
    """What is left over of a list of texts, as it stood in the list."""
    if item.name.partition("/")[0] not in LISTED:
        return item
    told = json.loads(item.value)
    texts = told if isinstance(told, list) else [told]
    closed = [text[TEXT] if isinstance(text, dict) and text.keys() == {TEXT} else text for text in texts]
    value = json.dumps(closed if isinstance(told, list) else closed[0], ensure_ascii=False, sort_keys=True,
                       separators=(",", ":"))  # fmt: skip
    return replace(item, value=value)


def _steps(steps: list[Step] | tuple[Step, ...]) -> tuple[Step, ...]:
    """The trail with each item of a list of texts where it stands in the document."""
    return tuple(
        step._replace(here=step.here.removesuffix(f"/{TEXT}")) if step.here.endswith(f"/{TEXT}") else step
        for step in steps
    )


# --- writing --------------------------------------------------------------------------------------


def _write(hub: Credential, options: WriteOptions) -> Written:
    language = language_for(hub, options)
    context = CodecContext(language, options.languages)
    writer = writer_of(load_table("eudi-learning"), context, _choose_writing)
    tree = writer.write(hub, "Credential")
    claim = hub.has_claim[0] if hub.has_claim else None
    specification = claim.specified_by if isinstance(claim, LearningAchievement) else None
    if isinstance(specification, LearningAchievementSpecification | Qualification):
        kind = "QualificationSpecification" if isinstance(specification, Qualification) else "Specification"
        tree |= writer.write(specification, kind, hub=SPECIFICATION)
    closed = {
        name: [item[TEXT] for item in value] if name in LISTED else value for name, value in tree.items()
    }
    supplied = supply(closed, hub, context, options)
    return Written(closed, _steps(writer.steps), supplied, language)


def _choose_writing(item: Any, _names: tuple[str, ...]) -> str | None:
    """No native place for a node without the text that would stand for it."""
    if isinstance(item, Concept):
        return "" if language_of_code(item.id) is None else None
    if isinstance(item, Accreditation):
        return None if item.dc_type is not None and item.dc_type.pref_label else ""
    if isinstance(item, LearningOutcome):
        return None if item.title else ""
    return None


def _finish(tree: Tree, _: WriteOptions) -> Tree:
    return {"vct": VCT, **tree}


EUDI_LEARNING = Format(
    name="eudi-learning",
    title="Learning credential of EUDI wallets (SD-JWT VC)",
    media_type="application/json",
    kind="json",
    table="eudi-learning",
    sniff=_sniff,
    read=_read,
    write=_write,
    detach=detach_carried,
    attach=attach_carried,
    finish=_finish,
    missing=missing,
    secured_by="dc+sd-jwt",
    shown=SHOWN,
)
