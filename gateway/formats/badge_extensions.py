"""What edubadges and educredentials say of micro-credentials in terms of their own, in badges of 2.0 and 3.0.

The terms stay what is left over of the document, so that nothing of them is lost; what they say beyond doubt is
read as well. How one took part, was assessed and supervised are words of theirs without a code, and stay words.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.codecs import ECTS_FRAMEWORK, LANGUAGE_TAG
from gateway.codecs.tokens import EQF
from gateway.formats.format import Native
from gateway.mapping import Step
from gateway.model import (
    Concept,
    CreditPoint,
    Identifier,
    LangString,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningOutcome,
    Qualification,
    fields_of,
)

__all__ = ["with_extensions"]

PLACE = "/has_claim/0/specified_by"
Specification = LearningAchievementSpecification | Qualification


def _ects(specification: Specification, value: Any, _: str) -> tuple[str, Any] | None:
    point = CreditPoint(framework=Concept(id=ECTS_FRAMEWORK), point=repr(value))
    return ("credit_point", (point,)) if _is_number(value) and not specification.credit_point else None


def _hours(specification: Specification, value: Any, _: str) -> tuple[str, Any] | None:
    whole = int(value) if _is_number(value) and value == int(value) else None
    told = whole is not None and not specification.volume_of_learning
    return ("volume_of_learning", f"PT{whole}H") if told else None


def _outcome(specification: Specification, value: Any, language: str) -> tuple[str, Any] | None:
    if not isinstance(value, str) or not value or specification.learning_outcome:
        return None
    return "learning_outcome", (LearningOutcome(title=(LangString(value, language),)),)


def _language(specification: Specification, value: Any, _: str) -> tuple[str, Any] | None:
    tag = value.replace("_", "-") if isinstance(value, str) else ""
    return ("in_language", tag) if LANGUAGE_TAG.match(tag) and not specification.in_language else None


def _program(specification: Specification, value: Any, _: str) -> tuple[str, Any] | None:
    values = value if isinstance(value, list) else [value]
    told = [str(item) for item in values if isinstance(item, str) or _is_number(item)]
    added = tuple(
        Identifier(notation=item, identifier_type="ext:educationProgramIdentifier") for item in told
    )
    return ("identifier", (*specification.identifier, *added)) if added else None


def _level(specification: Specification, value: Any, _: str) -> tuple[str, Any] | None:
    level = value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 8 else None
    told = level is not None and getattr(specification, "eqf_level", None) is None
    return ("eqf_level", Concept(id=f"{EQF}{level}")) if told else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6


Reading = Callable[[Specification, Any, str], tuple[str, Any] | None]
TERMS: dict[str, Reading] = {
    # the term in a badge of 3.0, and the member of an extension of 2.0
    "ECTS": _ects,
    "SBU": _hours,
    "timeInvestment": _hours,
    "educationProgramIdentifier": _program,
    "StudyLoad": _hours,
    "TimeInvestment": _hours,
    "LearningOutcome": _outcome,
    "Language": _language,
    "EducationProgramIdentifier": _program,
    "EQF": _level,
}
OF_3 = ("ECTS", "SBU", "timeInvestment", "educationProgramIdentifier")
EXTENSION, ENDING = "extensions:", "Extension"


def with_extensions(native: Native, language: str) -> Native:
    """A badge read with what terms of edubadges say of what is achieved, where nothing else says it."""
    claim = native.hub.has_claim[0] if native.hub.has_claim else None
    if not isinstance(claim, LearningAchievement) or claim.specified_by is None:
        return native
    specification, steps = claim.specified_by, list(native.steps)
    places = {step.hub: step.here for step in native.steps if step.rule == "residue"}
    for number, item in enumerate(native.hub.residue):
        term, value = _term(item.name, item.value) if item.node == PLACE else ("", None)
        read = TERMS[term](specification, value, language) if term in TERMS else None
        if read is None:
            continue
        specification = _with(specification, *read)
        steps.append(
            Step(places.get(f"/residue/{number}", ""), f"{PLACE}/{read[0]}", "extension", exact=False)
        )
    if specification is claim.specified_by:
        return native
    claims = (replace(claim, specified_by=specification), *native.hub.has_claim[1:])
    return Native(replace(native.hub, has_claim=claims), tuple(steps))


def _term(name: str, text: str) -> tuple[str, Any]:
    """The term and its value: as it stands in 3.0, inside an object of its own in 2.0."""
    try:
        value = json.loads(text)
    except ValueError:
        return "", None
    if name in OF_3:
        return name, value
    if name.startswith(EXTENSION) and name.endswith(ENDING) and isinstance(value, dict):
        term = name.removeprefix(EXTENSION).removesuffix(ENDING)
        return term, value.get(term)
    return "", None


def _with(specification: Specification, name: str, value: Any) -> Specification:
    """The specification with a field filled in; one with a level is that of a qualification."""
    if name in fields_of(type(specification)):
        return replace(specification, **{name: value})
    held = {field: getattr(specification, field) for field in fields_of(type(specification))}
    return Qualification(**held, **{name: value})
