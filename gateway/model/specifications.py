"""Who awards and what is awarded: agents, accreditations, and the specifications they stand behind.

ELM 3.2 Agent, Accreditation, Specification and its kinds; Open Badges 3.0 Profile and Achievement.
They are one module because they refer to one another: an accreditation may be limited to a
qualification, and a qualification is accredited.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.contacts import ContactPoint, IdentityObject, Location
from gateway.model.values import (
    Concept,
    Identifier,
    LegalIdentifier,
    MediaObject,
    Note,
    PeriodOfTime,
    Text,
    WebResource,
)
from gateway.records import quick

__all__ = [
    "Accreditation",
    "Alignment",
    "AwardingOpportunity",
    "CreditPoint",
    "Criteria",
    "GradingScheme",
    "Group",
    "LearningAchievementSpecification",
    "LearningActivitySpecification",
    "LearningAssessmentSpecification",
    "LearningEntitlementSpecification",
    "LearningOutcome",
    "Organisation",
    "Person",
    "Qualification",
    "Related",
    "ResultDescription",
    "RubricCriterionLevel",
]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of agents: ELM Group."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    pref_label: Text = ()
    alt_label: Text = ()
    additional_note: tuple[Note, ...] = ()
    contact_point: tuple[ContactPoint, ...] = ()
    location: tuple[Location, ...] = ()
    member: tuple[Person | Organisation, ...] = ()
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation: ELM Organisation, EDCI organization, Open Badges Profile.

    ``legal_name`` is OB ``name``, ``homepage`` OB ``url``, ``logo`` OB ``image``; ``official``
    is OB's name of the person in charge. ``endorsement`` holds signed endorsements as JSON text.
    """

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    legal_name: Text = ()
    pref_label: Text = ()
    alt_label: Text = ()
    description: Text = ()
    additional_note: tuple[Note, ...] = ()
    eidas_identifier: LegalIdentifier | None = None
    registration: LegalIdentifier | None = None
    vat_identifier: tuple[LegalIdentifier, ...] = ()
    tax_identifier: tuple[LegalIdentifier, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    contact_point: tuple[ContactPoint, ...] = ()
    location: tuple[Location, ...] = ()
    accreditation: tuple[Accreditation, ...] = ()
    has_sub_organization: tuple[Organisation, ...] = ()
    sub_organization_of: Organisation | None = None
    has_member: tuple[Person, ...] = ()
    group_member_of: tuple[Group, ...] = ()
    logo: MediaObject | None = None
    official: str | None = None
    endorsement: tuple[str, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person, above all the learner: ELM Person, OB AchievementSubject and Profile."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    identity: tuple[IdentityObject, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    national_id: LegalIdentifier | None = None
    pref_label: Text = ()
    alt_label: Text = ()
    full_name: Text = ()
    given_name: Text = ()
    family_name: Text = ()
    birth_name: Text = ()
    patronymic_name: Text = ()
    additional_name: Text = ()
    honorific_prefix: Text = ()
    honorific_suffix: Text = ()
    family_name_prefix: Text = ()
    date_of_birth: str | None = None
    place_of_birth: Location | None = None
    gender: Concept | None = None
    citizenship_country: tuple[Concept, ...] = ()
    location: tuple[Location, ...] = ()
    contact_point: tuple[ContactPoint, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    logo: MediaObject | None = None
    additional_note: tuple[Note, ...] = ()
    group_member_of: tuple[Group, ...] = ()
    member_of: tuple[Organisation, ...] = ()
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    """Quality assurance of an organisation, a qualification or a credential: ELM Accreditation."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: Concept | None = None
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    decision: Concept | None = None
    report: WebResource | None = None
    organisation: tuple[Organisation, ...] = ()
    accrediting_agent: Organisation | None = None
    limit_qualification: Qualification | None = None
    limit_credential_type: tuple[Concept, ...] = ()
    limit_eqf_level: tuple[Concept, ...] = ()
    limit_field: tuple[Concept, ...] = ()
    limit_jurisdiction: tuple[Concept, ...] = ()
    date_issued: str | None = None
    review_date: str | None = None
    expiry_date: str | None = None
    valid: str | None = None
    status: str | None = None
    homepage: tuple[WebResource, ...] = ()
    landing_page: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPoint:
    """So many points of a credit framework; ``point`` is the number as written."""

    id: str | None = None
    framework: Concept | None = None
    point: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class GradingScheme:
    """How grades are given: ELM GradingScheme, EDCI scoring scheme."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A link to a node of some framework: Open Badges 3.0 Alignment."""

    id: str | None = None
    target_name: Text = ()
    target_url: str | None = None
    target_code: str | None = None
    target_description: Text = ()
    target_framework: str | None = None
    target_type: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """How the achievement is earned: Open Badges 3.0 Criteria (``id`` is a page)."""

    id: str | None = None
    narrative: Text = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A related achievement: Open Badges 3.0 Related."""

    id: str | None = None
    in_language: str | None = None
    version: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RubricCriterionLevel:
    """One level of a rubric: Open Badges 3.0 RubricCriterionLevel."""

    id: str | None = None
    name: Text = ()
    description: Text = ()
    level: str | None = None
    points: str | None = None
    alignment: tuple[Alignment, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDescription:
    """A possible result that is not a learning outcome: Open Badges 3.0 ResultDescription."""

    id: str | None = None
    name: Text = ()
    result_type: str | None = None
    alignment: tuple[Alignment, ...] = ()
    allowed_value: tuple[str, ...] = ()
    required_level: str | None = None
    required_value: str | None = None
    rubric_criterion_level: tuple[RubricCriterionLevel, ...] = ()
    value_min: str | None = None
    value_max: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What a learner knows, understands and can do: ELM LearningOutcome."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: Concept | None = None
    title: Text = ()
    additional_note: tuple[Note, ...] = ()
    reusability_level: Concept | None = None
    related_skill: tuple[Concept, ...] = ()
    related_esco_skill: tuple[Concept, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningActivitySpecification:
    """The plan of a learning activity: ELM LearningActivitySpecification."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    alt_label: Text = ()
    category: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    volume_of_learning: str | None = None
    contact_hour: tuple[str, ...] = ()
    language: tuple[Concept, ...] = ()
    mode: tuple[Concept, ...] = ()
    teaches: tuple[LearningOutcome, ...] = ()
    influences: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    has_part: tuple[LearningActivitySpecification, ...] = ()
    is_part_of: tuple[LearningActivitySpecification, ...] = ()
    specialisation_of: tuple[LearningActivitySpecification, ...] = ()
    generalisation_of: tuple[LearningActivitySpecification, ...] = ()
    status: str | None = None
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessmentSpecification:
    """The plan of an assessment: ELM LearningAssessmentSpecification."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    alt_label: Text = ()
    category: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    language: tuple[Concept, ...] = ()
    mode: tuple[Concept, ...] = ()
    grading_scheme: GradingScheme | None = None
    proves: tuple[LearningAchievementSpecification | Qualification | LearningOutcome, ...] = ()
    has_part: tuple[LearningAssessmentSpecification, ...] = ()
    is_part_of: tuple[LearningAssessmentSpecification, ...] = ()
    specialisation_of: tuple[LearningAssessmentSpecification, ...] = ()
    generalisation_of: tuple[LearningAssessmentSpecification, ...] = ()
    status: str | None = None
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningEntitlementSpecification:
    """What an entitlement allows: ELM LearningEntitlementSpecification."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: Concept | None = None
    title: Text = ()
    alt_label: Text = ()
    category: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    entitlement_status: Concept | None = None
    limit_jurisdiction: tuple[Concept, ...] = ()
    limit_national_occupation: tuple[Concept, ...] = ()
    limit_occupation: tuple[Concept, ...] = ()
    limit_organisation: tuple[Organisation, ...] = ()
    entitled_by: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    has_part: tuple[LearningEntitlementSpecification, ...] = ()
    is_part_of: tuple[LearningEntitlementSpecification, ...] = ()
    specialisation_of: tuple[LearningEntitlementSpecification, ...] = ()
    generalisation_of: tuple[LearningEntitlementSpecification, ...] = ()
    status: str | None = None
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingOpportunity:
    """A chance to be awarded: ELM AwardingOpportunity."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    awarding_body: tuple[Organisation | Person | Group, ...] = ()
    learning_achievement_specification: LearningAchievementSpecification | Qualification | None = None
    location: Location | None = None
    location_code: Concept | None = None
    temporal: PeriodOfTime | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAchievementSpecification:
    """What is achieved: ELM LearningAchievementSpecification, Open Badges 3.0 Achievement.

    The fields from ``achievement_type`` on have a place in Open Badges only.
    """

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    alt_label: Text = ()
    category: Text = ()
    definition: tuple[Note, ...] = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    thematic_area: tuple[Concept, ...] = ()
    education_subject: tuple[Concept, ...] = ()
    education_level: tuple[Concept, ...] = ()
    volume_of_learning: str | None = None
    maximum_duration: str | None = None
    credit_point: tuple[CreditPoint, ...] = ()
    language: tuple[Concept, ...] = ()
    mode: tuple[Concept, ...] = ()
    learning_setting: Concept | None = None
    target_group: tuple[Concept, ...] = ()
    entry_requirement: Note | None = None
    learning_outcome: tuple[LearningOutcome, ...] = ()
    learning_outcome_summary: Note | None = None
    influenced_by: tuple[LearningActivitySpecification, ...] = ()
    proven_by: tuple[LearningAssessmentSpecification, ...] = ()
    entitles_to: tuple[LearningEntitlementSpecification, ...] = ()
    awarding_opportunity: tuple[AwardingOpportunity, ...] = ()
    has_part: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    is_part_of: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    specialisation_of: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    generalisation_of: tuple[LearningAchievementSpecification | Qualification, ...] = ()
    status: str | None = None
    date_modified: str | None = None
    achievement_type: str | None = None
    criteria: Criteria | None = None
    alignment: tuple[Alignment, ...] = ()
    result_description: tuple[ResultDescription, ...] = ()
    creator: Organisation | Person | Group | None = None
    credits_available: str | None = None
    field_of_study: str | None = None
    human_code: str | None = None
    in_language: str | None = None
    specialization: str | None = None
    image: MediaObject | None = None
    tag: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    version: str | None = None
    endorsement: tuple[str, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification(LearningAchievementSpecification):
    """A specification on a qualification framework, or accredited: ELM Qualification."""

    eqf_level: Concept | None = None
    nqf_level: tuple[Concept, ...] = ()
    accreditation: tuple[Accreditation, ...] = ()
    is_partial_qualification: bool | None = None
    qualification_code: tuple[Concept, ...] = ()
