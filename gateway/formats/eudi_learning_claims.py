"""The claims that a learning credential of EUDI wallets must have, drawn from the hub where it says them.

Each repeats what the carrier holds exactly; its pointer goes into the carrier, and reading passes over it.
Nothing here says what the hub does not: what is missing then, the report says.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gateway.codecs import CodecContext
from gateway.formats.countries import country_iri, two_letters
from gateway.formats.dates import date_time_stamp
from gateway.formats.elm_display import Supply
from gateway.formats.format import Tree, WriteOptions
from gateway.formats.language import shown_text
from gateway.model import (
    Accreditation,
    Credential,
    CreditPoint,
    LearningAchievement,
)
from gateway.report import Finding, Severity

__all__ = ["MANDATORY", "SHOWN", "missing", "supply"]

MANDATORY = frozenset((
    "achievement_title", "date_of_expiry", "date_of_issuance", "expected_study_time", "family_name",
    "issuing_authority", "issuing_country", "language_of_classes", "learner_identification",
    "level_of_learning_experience", "types_of_quality_assurance",
))  # fmt: skip
"""What the wallets' metadata demand of every such credential."""
SHOWN = frozenset((
    "achievement_description", "achievement_title", "date_of_expiry", "date_of_issuance", "issuing_authority",
    "issuing_country", "language_of_classes",
))  # fmt: skip
"""What the same metadata let no holder keep back."""
EQF_LEVEL = re.compile(r"https?://data\.europa\.eu/(?:snb|esco)/eqf/([1-8])/?\Z")
ECTS = "http://data.europa.eu/snb/education-credit/6fcec5c5af"


def missing(tree: Tree) -> tuple[Finding, ...]:
    """A finding for each mandatory claim that is not there."""
    message = "the profile demands it and the source does not say it"
    return tuple(
        Finding("", "profile_misses", Severity.INFO, "mandatory claim", target=f"/{name}", message=message)
        for name in sorted(MANDATORY - tree.keys())
    )


def supply(tree: Tree, hub: Credential, context: CodecContext, options: WriteOptions) -> tuple[str, ...]:
    """Add to ``tree`` what the hub says in another place or form; the pointers of what was added."""
    supply = Supply()
    claim = hub.has_claim[0] if hub.has_claim and isinstance(hub.has_claim[0], LearningAchievement) else None
    _dates(supply, tree, hub, claim)
    _learner(supply, tree, hub, context)
    _authority(supply, tree, hub, claim, context)
    if claim is not None:
        _achievement(supply, tree, hub, claim, context)
        _workload(supply, tree, claim, context)
        _level(supply, tree, claim)
        _quality(supply, tree, claim, context)
    if options.original is not None:
        data = base64.b64encode(options.original).decode()
        supply.put(tree, "", "original", f"data:{options.media_type};base64,{data}")
    return tuple(supply.pointers)


# --- dates ----------------------------------------------------------------------------------------


def _dates(supply: Supply, tree: Tree, hub: Credential, claim: LearningAchievement | None) -> None:
    process = claim.awarded_by if claim is not None else None
    issued = (process.awarding_date if process else None, hub.issued, hub.issuance_date, hub.valid_from)
    supply.put(tree, "", "date_of_issuance", next((day for day in map(_day, issued) if day), None))
    ends = (hub.valid_until, hub.expiration_date)
    supply.put(tree, "", "date_of_expiry", next((day for day in map(_day, ends) if day), None))
    for name, dates in (("nbf", (hub.valid_from, hub.issuance_date)), ("exp", ends)):
        supply.put(tree, "", name, next((n for n in map(_seconds, dates) if n is not None), None))


def _day(value: str | None) -> str | None:
    """The day of a date and time, as it was written."""
    stamp = date_time_stamp(value)
    return stamp[:10] if stamp and _seconds(value) is not None else None


def _seconds(value: str | None) -> int | None:
    """The seconds since 1970 of a date; of a bare one its first moment."""
    try:
        moment = datetime.fromisoformat(date_time_stamp(value) or "")
        return max(int(moment.astimezone(UTC).timestamp()), 0)
    except (ValueError, OverflowError):
        return None


# --- people and organisations -----------------------------------------------------------------------


def _learner(supply: Supply, tree: Tree, hub: Credential, context: CodecContext) -> None:
    learner = hub.subject
    for identifier in _identifications(learner):
        supply.put(tree, "", "learner_identification", identifier)
    for claim, name in (("family_name", "family_name"), ("given_name", "given_name")):
        supply.put(tree, "", claim, shown_text(getattr(learner, name, ()), context))


def _identifications(learner: Any) -> Iterator[str | None]:
    """What the learner is known by, the most official first; nothing that is hashed."""
    national = getattr(learner, "national_id", None)
    yield national.notation if national is not None else None
    for identifier in getattr(learner, "identifier", ()):
        yield identifier.notation
    for identity in getattr(learner, "identity", ()):
        yield identity.identity_hash if identity.hashed is False else None
    for contact in getattr(learner, "contact_point", ()):
        for box in contact.email_address:
            yield (box.id or "").removeprefix("mailto:")


def _authority(
    supply: Supply, tree: Tree, hub: Credential, claim: LearningAchievement | None, context: CodecContext
) -> None:
    """Who awards, and the country; the issuer where no awarding body is named."""
    process = claim.awarded_by if claim is not None else None
    bodies = process.awarding_body if process is not None else ()
    authority = bodies[0] if bodies else hub.issuer
    if "issuing_authority" not in tree and bodies and not _name(authority, context):
        authority = hub.issuer
    supply.put(tree, "", "issuing_authority", _name(authority, context))
    supply.put(tree, "", "issuing_country", _country(authority))


def _name(agent: Any, context: CodecContext) -> str:
    texts = (getattr(agent, name, ()) for name in ("legal_name", "pref_label", "full_name"))
    return next((found for text in texts if (found := shown_text(text, context))), "")


def _country(agent: Any) -> str | None:
    for location in getattr(agent, "location", ()):
        for address in location.address:
            code = address.country_code
            known = (code.id, country_iri(code.notation or "")) if code is not None else ()
            if found := next((two for two in map(two_letters, known) if two), None):
                return found
    return None


# --- what was achieved ------------------------------------------------------------------------------


def _achievement(
    supply: Supply, tree: Tree, hub: Credential, claim: LearningAchievement, context: CodecContext
) -> None:
    specification, display = claim.specified_by, hub.display_parameter
    titles = [getattr(specification, "title", ()), getattr(display, "title", ())]
    descriptions = [getattr(specification, "description", ()), getattr(display, "description", ())]
    for name, texts in (("achievement_title", titles), ("achievement_description", descriptions)):
        for text in texts:
            supply.put(tree, "", name, shown_text(text, context))
    for assessment in claim.proven_by:
        grade = assessment.grade.note_literal if assessment.grade is not None else ()
        supply.put(tree, "", "assessment_grade", shown_text(grade, context))
    for result in claim.result:
        supply.put(tree, "", "assessment_grade", result.value)
    spoken = (getattr(specification, "in_language", None) or "").split("-")[0].lower()
    supply.put(tree, "", "language_of_classes", [spoken] if re.fullmatch("[a-z]{2,3}", spoken) else None)
    if getattr(specification, "is_partial_qualification", None) or claim.is_part_of:
        supply.put(tree, "", "integration_stackability_options", True)


def _workload(supply: Supply, tree: Tree, claim: LearningAchievement, context: CodecContext) -> None:
    """Hours of an activity, or credit points, where the specification tells no duration."""
    for activity in claim.influenced_by:
        supply.put(tree, "", "expected_study_time", activity.workload)
    specification = claim.specified_by
    points = [*getattr(specification, "credit_point", ()), *claim.credit_received]
    for point in sorted(points, key=lambda point: not _is_ects(point)):
        supply.put(tree, "", "expected_study_time", _credits(point, context))


def _is_ects(point: CreditPoint) -> bool:
    return point.framework is not None and point.framework.id == ECTS


def _credits(point: CreditPoint, context: CodecContext) -> str | None:
    label = shown_text(point.framework.pref_label, context) if point.framework is not None else ""
    framework = "ECTS" if _is_ects(point) else label
    return f"{point.point} {framework}" if point.point and framework else None


def _level(supply: Supply, tree: Tree, claim: LearningAchievement) -> None:
    """The level on the European framework, as older documents name it."""
    concept = getattr(claim.specified_by, "eqf_level", None)
    if concept is None:
        return
    found = EQF_LEVEL.match(concept.id or "") or re.fullmatch("([1-8])", concept.notation or "")
    supply.put(tree, "", "level_of_learning_experience", int(found[1]) if found else None)


def _quality(supply: Supply, tree: Tree, claim: LearningAchievement, context: CodecContext) -> None:
    """The kinds of accreditation of what is achieved, else those of the awarding body; else what they are called."""
    bodies = claim.awarded_by.awarding_body if claim.awarded_by is not None else ()
    places = [getattr(claim.specified_by, "accreditation", ())]
    places += [getattr(body, "accreditation", ()) for body in bodies]
    for accreditations in places:
        kinds = [_kind(accreditation, context) for accreditation in accreditations]
        supply.put(
            tree, "", "types_of_quality_assurance", list(dict.fromkeys(kind for kind in kinds if kind))
        )


def _kind(accreditation: Accreditation, context: CodecContext) -> str:
    label = accreditation.dc_type.pref_label if accreditation.dc_type is not None else ()
    return shown_text(label or accreditation.title, context)
