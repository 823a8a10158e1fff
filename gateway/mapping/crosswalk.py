"""What formats have in common, from their tables alone: which fields of the hub each has a place of its own for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gateway.mapping.places import place_of
from gateway.mapping.table import load_table
from gateway.model import CLASSES, fields_of

__all__ = ["HOMES", "HubField", "Shared", "hub_fields", "native", "shared"]

SPECIFICATION, BODY = "has_claim/specified_by", "has_claim/awarded_by/awarding_body"

HOMES = {
    "Credential": "",
    "DisplayParameter": "display_parameter",
    "IndividualDisplay": "display_parameter/individual_display",
    "DisplayDetail": "display_parameter/individual_display/display_detail",
    "Evidence": "evidence",
    "TermsOfUse": "terms_of_use",
    "Person": "subject",
    "IdentityObject": "subject/identity",
    "LearningAchievement": "has_claim",
    "AwardingProcess": "has_claim/awarded_by",
    "Organisation": BODY,
    "ContactPoint": f"{BODY}/contact_point",
    "Location": f"{BODY}/location",
    "Address": f"{BODY}/location/address",
    "Qualification": SPECIFICATION,
    "LearningOutcome": f"{SPECIFICATION}/learning_outcome",
    "Accreditation": f"{SPECIFICATION}/accreditation",
    "AwardingOpportunity": f"{SPECIFICATION}/awarding_opportunity",
    "Criteria": f"{SPECIFICATION}/criteria",
    "Alignment": f"{SPECIFICATION}/alignment",
    "Related": f"{SPECIFICATION}/related",
    "ResultDescription": f"{SPECIFICATION}/result_description",
    "RubricCriterionLevel": f"{SPECIFICATION}/result_description/rubric_criterion_level",
    "Result": "has_claim/result",
    "LearningAssessment": "has_claim/proven_by",
    "LearningAssessmentSpecification": "has_claim/proven_by/specified_by",
    "GradingScheme": "has_claim/proven_by/specified_by/grading_scheme",
    "ResultDistribution": "has_claim/proven_by/result_distribution",
    "ShortenedGrading": "has_claim/proven_by/shortened_grading",
    "LearningActivity": "has_claim/influenced_by",
    "LearningActivitySpecification": "has_claim/influenced_by/specified_by",
    "LearningOpportunity": "has_claim/learning_opportunity",
    "PriceDetail": "has_claim/learning_opportunity/price_detail",
    "Grant": "has_claim/learning_opportunity/grant",
    "LearningEntitlement": "has_claim/entitles_to",
    "LearningEntitlementSpecification": "has_claim/entitles_to/specified_by",
}
"""Where a reader of a credential looks for a class of the hub first. A qualification has every field of the
specification of an achievement; the other classes are values, which stand in fields of these.
"""
LEFT_OUT = frozenset(("residue", "conversion", "child_credential"))
"""Fields that are no statement of the source: what no field holds, where it was converted from, and credentials inside,
each of which is one of its own."""


@dataclass(frozen=True, slots=True)
class HubField:
    """A field of a class of the hub, and the ``path`` of fields that leads to it from a credential."""

    node_class: str
    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Of the fields that one format has a place for: how many another has too, and how many it has not."""

    native: tuple[HubField, ...]
    other: tuple[HubField, ...]

    @property
    def share(self) -> float:
        """How much of the one is native in the other, from 0 to 1."""
        return len(self.native) / max(1, len(self.native) + len(self.other))


@cache
def hub_fields() -> tuple[HubField, ...]:
    """Every field of the classes that have a home, in the order of the homes; not those that lead to another home."""
    homes = frozenset(HOMES.values())
    return tuple(
        HubField(name, field, tuple(path.split("/")))
        for name, home in HOMES.items()
        for field in fields_of(CLASSES[name])
        for path in [f"{home}/{field}".lstrip("/")]
        if field not in LEFT_OUT and path not in homes
    )


@cache
def native(table: str) -> frozenset[HubField]:
    """The fields that a format's table has a place for."""
    return frozenset(field for field in hub_fields() if place_of(load_table(table), field.path) is not None)


def shared(source: str, target: str) -> Shared:
    """What of one table's fields another has a place for; the rest is carried, or dropped where nothing carries."""
    told = [field for field in hub_fields() if field in native(source)]
    there = native(target)
    return Shared(
        tuple(field for field in told if field in there), tuple(field for field in told if field not in there)
    )
