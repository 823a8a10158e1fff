"""The credential as the hub holds it: a documented superset of ELM 3.2 and Open Badges 3.0 (D2).

Three roles are kept apart: the *issuer* seals, the *awarding body* awards
(``claim.awarded_by.awarding_body``), the *provider* teaches. Securing members of a source (proof,
status, schema, ``@context``) are no part of the hub: they are verified and never copied (D4).
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.claims import (
    LearningAchievement,
    LearningActivity,
    LearningAssessment,
    LearningEntitlement,
)
from gateway.model.specifications import Accreditation, Group, Organisation, Person
from gateway.model.values import (
    Concept,
    Identifier,
    LegalIdentifier,
    MediaObject,
    Residue,
    Text,
)
from gateway.records import quick

__all__ = [
    "Conversion",
    "Credential",
    "DisplayDetail",
    "DisplayParameter",
    "Evidence",
    "IndividualDisplay",
    "TermsOfUse",
]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayDetail:
    """One rendered page: ELM DisplayDetail."""

    id: str | None = None
    page: int | None = None
    image: MediaObject | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualDisplay:
    """The rendered pages in one language: ELM IndividualDisplay."""

    id: str | None = None
    language: Concept | None = None
    display_detail: tuple[DisplayDetail, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayParameter:
    """How the credential is shown, with its title and description: ELM DisplayParameter.

    ``html`` and ``template`` are the EDCI XML display parameters.
    """

    id: str | None = None
    title: Text = ()
    description: Text = ()
    language: tuple[Concept, ...] = ()
    primary_language: Concept | None = None
    summary_display: str | None = None
    individual_display: tuple[IndividualDisplay, ...] = ()
    background: MediaObject | None = None
    html: str | None = None
    template: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What supports the claim: ELM Evidence, Open Badges 3.0 Evidence."""

    id: str | None = None
    dc_type: Concept | None = None
    evidence_statement: str | None = None
    embedded_evidence: tuple[MediaObject, ...] = ()
    evidence_target: Organisation | Person | Group | None = None
    accreditation: Accreditation | None = None
    name: Text = ()
    description: Text = ()
    narrative: Text = ()
    genre: str | None = None
    audience: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOfUse:
    """A policy of the issuer; ``type`` names it, the rest stays residue."""

    id: str | None = None
    type: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Where a converted credential comes from (D4), in the sense of W3C PROV-O.

    ``source_digest`` is the multibase SHA-256 multihash of the original bytes, ``source_issuer``
    who issued the source, ``check`` what was verified of it as ``name: verdict`` texts,
    ``mapping`` the tables used as ``name version``, ``converter`` the DID of the gateway.
    """

    source_id: str | None = None
    source_format: str | None = None
    source_media_type: str | None = None
    source_digest: str | None = None
    source_issuer: Organisation | Person | Group | None = None
    source_issued: str | None = None
    converted: str | None = None
    converter: str | None = None
    check: tuple[str, ...] = ()
    mapping: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One credential about one subject.

    ``issued`` is ELM's date of sealing, ``valid_from`` / ``valid_until`` the VCDM period; dates are
    texts as written. ``display_parameter.title`` is the credential's title (OB ``name``).
    ``conversion`` is where it was converted from, oldest first.
    """

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    credential_profiles: tuple[Concept, ...] = ()
    display_parameter: DisplayParameter | None = None
    issued: str | None = None
    issuance_date: str | None = None
    expiration_date: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    issuer: Organisation | Person | Group | None = None
    subject: Person | Organisation | Group | None = None
    has_claim: tuple[
        LearningAchievement | LearningActivity | LearningAssessment | LearningEntitlement, ...
    ] = ()
    holder: tuple[Person | Organisation | Group, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    attachment: tuple[MediaObject, ...] = ()
    terms_of_use: tuple[TermsOfUse, ...] = ()
    image: MediaObject | None = None
    endorsement: tuple[str, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()
    child_credential: tuple[Credential, ...] = ()
    conversion: tuple[Conversion, ...] = ()
    residue: tuple[Residue, ...] = ()
