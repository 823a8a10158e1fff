"""What a credential says of its subject: achievements, activities, assessments, entitlements.

ELM 3.2 Claim and its kinds; Open Badges 3.0 AchievementSubject and Result.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.contacts import Location
from gateway.model.specifications import (
    Alignment,
    CreditPoint,
    Group,
    LearningAchievementSpecification,
    LearningActivitySpecification,
    LearningAssessmentSpecification,
    LearningEntitlementSpecification,
    Organisation,
    Person,
    Qualification,
)
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
    "Amount",
    "AwardingProcess",
    "Grant",
    "LearningAchievement",
    "LearningActivity",
    "LearningAssessment",
    "LearningEntitlement",
    "LearningOpportunity",
    "PriceDetail",
    "Result",
    "ResultCategory",
    "ResultDistribution",
    "ShortenedGrading",
]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Money: ``value`` as written, ``unit`` the currency."""

    id: str | None = None
    value: str | None = None
    unit: Concept | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDetail:
    """What taking part costs: ELM PriceDetail."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    pref_label: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    amount: Amount | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Funding for learners: ELM Grant."""

    id: str | None = None
    dc_type: Concept | None = None
    title: Text = ()
    description: Text = ()
    supplementary_document: tuple[WebResource, ...] = ()
    content_url: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOpportunity:
    """The course that was open to learners: ELM LearningOpportunity."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    alt_label: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    description_html: tuple[str, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    default_language: Concept | None = None
    temporal: PeriodOfTime | None = None
    started_at_date: str | None = None
    ended_at_date: str | None = None
    duration: str | None = None
    mode: tuple[Concept, ...] = ()
    learning_schedule: Concept | None = None
    schedule_information: tuple[Note, ...] = ()
    admission_procedure: Note | None = None
    application_deadline: tuple[str, ...] = ()
    price_detail: tuple[PriceDetail, ...] = ()
    grant: tuple[Grant, ...] = ()
    provided_by: tuple[Organisation | Person | Group, ...] = ()
    location: tuple[Location, ...] = ()
    banner_image: MediaObject | None = None
    learning_achievement_specification: LearningAchievementSpecification | Qualification | None = None
    learning_activity_specification: LearningActivitySpecification | None = None
    has_part: tuple[LearningOpportunity, ...] = ()
    is_part_of: tuple[LearningOpportunity, ...] = ()
    status: str | None = None
    date_modified: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingProcess:
    """An organisation makes a claim about a person: ELM AwardingProcess.

    ``awarding_body`` awards; it is never taken from the credential's issuer, who only seals.
    """

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    awarding_body: tuple[Organisation | Person | Group, ...] = ()
    awarding_date: str | None = None
    educational_system_note: Concept | None = None
    location: Location | None = None
    used: tuple[LearningAssessment, ...] = ()
    awards: tuple[LearningAchievement | LearningActivity | LearningAssessment | LearningEntitlement, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShortenedGrading:
    """Where the grade stands among all: percentages below, equal, above, as written."""

    id: str | None = None
    percentage_lower: str | None = None
    percentage_equal: str | None = None
    percentage_higher: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCategory:
    """One bar of a distribution of results: ELM ResultCategory."""

    id: str | None = None
    label: str | None = None
    score: str | None = None
    minimum_score: str | None = None
    maximum_score: str | None = None
    count: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDistribution:
    """How all learners did: ELM ResultDistribution."""

    id: str | None = None
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    result_category: tuple[ResultCategory, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessment:
    """An assessment and its grade: ELM LearningAssessment."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    awarded_by: AwardingProcess | None = None
    grade: Note | None = None
    grade_status: Concept | None = None
    shortened_grading: ShortenedGrading | None = None
    result_distribution: ResultDistribution | None = None
    date_issued: str | None = None
    id_verification: Concept | None = None
    assessed_by: tuple[Organisation | Person | Group, ...] = ()
    location: Location | None = None
    specified_by: LearningAssessmentSpecification | None = None
    proves: LearningAchievement | None = None
    has_part: tuple[LearningAssessment, ...] = ()
    is_part_of: tuple[LearningAssessment, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningActivity:
    """What the learner did: ELM LearningActivity."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    awarded_by: AwardingProcess | None = None
    temporal: tuple[PeriodOfTime, ...] = ()
    workload: str | None = None
    level_of_completion: int | None = None
    directed_by: tuple[Organisation | Person | Group, ...] = ()
    location: tuple[Location, ...] = ()
    learning_opportunity: LearningOpportunity | None = None
    specified_by: LearningActivitySpecification | None = None
    influences: tuple[LearningAchievement, ...] = ()
    has_part: tuple[LearningActivity, ...] = ()
    is_part_of: tuple[LearningActivity, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningEntitlement:
    """What the learner may do now: ELM LearningEntitlement."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: Concept | None = None
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    awarded_by: AwardingProcess | None = None
    date_issued: str | None = None
    expiry_date: str | None = None
    specified_by: LearningEntitlementSpecification | None = None
    entitled_by: tuple[LearningAchievement, ...] = ()
    has_part: tuple[LearningEntitlement, ...] = ()
    is_part_of: tuple[LearningEntitlement, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result that is not the grade of an assessment: Open Badges 3.0 Result."""

    id: str | None = None
    value: str | None = None
    achieved_level: str | None = None
    alignment: tuple[Alignment, ...] = ()
    result_description: str | None = None
    status: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAchievement:
    """What the learner achieved: ELM LearningAchievement, Open Badges 3.0 AchievementSubject.

    The fields from ``credits_earned`` on have a place in Open Badges only.
    """

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    title: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    additional_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    awarded_by: AwardingProcess | None = None
    specified_by: LearningAchievementSpecification | Qualification | None = None
    credit_received: tuple[CreditPoint, ...] = ()
    proven_by: tuple[LearningAssessment, ...] = ()
    influenced_by: tuple[LearningActivity, ...] = ()
    entitles_to: tuple[LearningEntitlement, ...] = ()
    learning_opportunity: LearningOpportunity | None = None
    has_part: tuple[LearningAchievement, ...] = ()
    is_part_of: tuple[LearningAchievement, ...] = ()
    credits_earned: str | None = None
    activity_start_date: str | None = None
    activity_end_date: str | None = None
    license_number: str | None = None
    narrative: Text = ()
    role: str | None = None
    term: str | None = None
    source: Organisation | Person | Group | None = None
    result: tuple[Result, ...] = ()
    image: MediaObject | None = None
