"""The shape EDCI XML 1.2 demands: for each type its parts in order, how often they stand, and of what type.

A part is ``name``, how often (``!`` once, ``?`` at most once, ``+`` at least once, ``*`` any number)
and after a colon its type: one of these, a pattern of ``LEXICAL``, ``=`` with a code list's address, or
``&`` with the pool a reference leads to. Restated from ``genericschema_1.2.xsd``
(http://publications.europa.eu/resource/schema/credential/genericschema_1.2.xsd).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["FRAMEWORKS", "LEXICAL", "Part", "shape_of"]

_DATE_TIME = r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"
_IN_URI = r"[^\x00-\x20<>\"{}|\\^`\[\]%#\x7f]"
_URI = rf"[A-Za-z][A-Za-z0-9+.-]*:({_IN_URI}|%[0-9A-Fa-f]{{2}})*(#{_IN_URI}*)?"

LEXICAL = {
    name: re.compile(pattern + r"\Z", re.DOTALL)
    for name, pattern in {
        "string": r".*",
        "uri": _URI,
        "url": r"(?=https?://)" + _URI,
        "mailto": r"(?=mailto:)" + _URI,
        "duration": r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
        "dateTime": _DATE_TIME,
        "date": r"-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?",
        "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
        "integer": r"[+-]?\d+",
        "positive": r"\+?0*[1-9]\d*",
        "boolean": r"true|false|1|0",
        "base64": r"(?=(.{4})*\Z)[A-Za-z0-9+/]*={0,2}",
        "language": "bg|cs|da|de|el|en|es|et|fi|fr|ga|hr|hu|is|it|lt|lv|mk|mt|nl|no|pl|pt|ro|sk|sl|sr|sv|tr",
        "content-type": "text/(plain|html)",
        "credits": "http://data.europa.eu/europass/educationalCreditPointSystem/(ects|ecvet)",
        "ects": "http://data.europa.eu/europass/educationalCreditPointSystem/ects",
        "currency": "http://publications.europa.eu/resource/authority/currency/(EUR|GBP|ISK|NOK)",
        "topic": "http://data.europa.eu/snb/qualification-topics#(accreditation-and-quality-assurance|assessment)",
    }.items()
}
"""Patterns of simple types; a narrower pattern than the schema's only means more in the carrier."""

FRAMEWORKS = {
    name: f"http://data.europa.eu/snb/{path}/25831c2"
    for name, path in {
        "Eqf": "eqf", "Nqf": "qdr", "Isced": "isced-f", "AccreditationKind": "accreditation",
        "Profile": "credential", "EntitlementStatus": "entitlement-status", "Setting": "learning-setting",
    }.items()
}  # fmt: skip
"""The types of codes that must come from one list, with the address of that list."""

_IDENTIFIED = "identifier*:Identifier "
_SPECIFICATION = (
    "@id!:uri " + _IDENTIFIED + "title?:Text altLabel*:Text description?:Note additionalNote*:Note "
    "homepage*:Document supplementaryDoc*:Document "
)
_LEARNING = (
    "@id!:uri " + _IDENTIFIED + "type*:Code title?:Text altLabel*:Text definition*:Note description?:Note "
    "additionalNote*:Note homepage*:Document supplementaryDoc*:Document hasISCED-FCode*:Isced "
    "hasEducationSubject*:Code volumeOfLearning?:duration hasECTSCreditPoints?:Ects "
    "hasCreditPoints*:Credits hasEducationLevel*:Code language*:Code mode*:Code "
    "learningSettingType?:Setting duration?:duration targetGroup*:Code entryRequirementsNote?:Note "
    "learningOutcomes?:Outcomes learningActivitySpecification?:&learningActivitySpecificationReferences "
    "assessmentSpecification?:&assessmentSpecificationReferences "
    "entitlementSpecification*:&entitlementSpecificationReferences awardingOpportunities?:Opportunities "
)
_CLAIM = "@id!:uri " + _IDENTIFIED + "title!:Text description?:Note "
_ACHIEVED = "learningAchievement*:Achievement qualificationAward*:Achievement"
_ONE_ACHIEVED = "learningAchievement?:Achievement qualificationAward?:Achievement"

_SHAPES = {
    "Text": "text*:Content",
    "Note": "text+:Content subject*:Subject",
    "Content": "@lang!:language @content-type!:content-type #?:string",
    "Subject": "@uri?:topic #?:string",
    "Identifier": "@schemeID?:string @schemeName?:string @schemeAgencyName?:string @issuedDate?:dateTime "
    "@type?:string @spatialID?:string #?:string",
    "LegalIdentifier": "@schemeID?:string @schemeName?:string @schemeAgencyName?:string "
    "@issuedDate?:dateTime @type?:string @spatialID!:string #?:string",
    "Code": "@uri!:string @targetFrameworkUrl!:url @targetNotation?:string targetName!:Text "
    "targetDescription*:Text targetFrameworkName*:Text",
    "Score": "@schemeID?:string #?:string",
    "Ects": "@schemeID?:ects #!:decimal",
    "Credits": "@schemeID?:credits #!:decimal",
    "Document": "@uri!:url title?:Text language?:Code subject*:Code",
    "Location": "id?:uri " + _IDENTIFIED + "name*:Text description*:Note "
    "hasAddress*:Address spatialCode*:Code",
    "Address": "id?:uri " + _IDENTIFIED + "fullAddress*:Note country!:Code",
    "Phone": "phoneNumber?:string countryDialing?:string areaDialing?:string dialNumber?:string",
    "Mailbox": "@uri!:mailto",
    "Form": "@uri!:uri",
    "ContactPoint": "note*:Note description*:Note address*:Address phone*:Phone mailBox*:Mailbox "
    "wallet*:string webresource*:Form",
    "Media": "@id?:uri contentType!:Code contentEncoding?:Code contentSize?:integer contentUrl?:uri "
    "content!:base64",
    "Scheme": "@id!:string " + _IDENTIFIED + "title?:Text description?:Note supplementaryDoc*:Document",
    "Organization": "@id!:uri " + _IDENTIFIED + "type*:Code additionalNote*:Note contactPoint*:ContactPoint "
    "registration!:Identifier vatIdentifier*:LegalIdentifier taxIdentifier*:LegalIdentifier "
    "prefLabel!:Text altLabel*:Text homepage*:Document hasLocation+:Location "
    "hasAccreditation*:&accreditationReferences hasUnit*:&agentReferences "
    "unitOf?:&agentReferences logo?:Media",
    "Accreditation": "@id!:uri " + _IDENTIFIED + "type!:AccreditationKind title?:Text description?:Note "
    "decision?:Score report?:Document organization!:Organization limitQualification?:Qualification "
    "limitField*:Code limitEQFLevel*:Eqf limitJurisdiction*:Code accreditingAgent!:Organization "
    "issuedDate?:dateTime reviewDate?:dateTime expiryDate?:dateTime additionalNote*:Note "
    "homepage*:Document landingpage*:Document supplementaryDoc*:Document",
    "ActivitySpecification": _SPECIFICATION + "type*:Code workload?:duration language*:Code mode*:Code "
    "teaches*:&learningSpecificationReferences hasPart*:&learningActivitySpecificationReferences "
    "specializationOf*:&learningActivitySpecificationReferences",
    "AssessmentSpecification": _SPECIFICATION + "type*:Code language*:Code mode*:Code "
    "gradingScheme?:&scoringSchemeReferences proves*:&learningSpecificationReferences "
    "hasPart*:&assessmentSpecificationReferences specializationOf*:&assessmentSpecificationReferences",
    "EntitlementSpecification": _SPECIFICATION + "type!:Code status!:EntitlementStatus "
    "limitOrganization*:&agentReferences limitJurisdiction*:Code limitOccupation*:Code "
    "limitNationalOccupation*:Code mayResultFrom*:&learningSpecificationReferences "
    "hasPart*:&entitlementSpecificationReferences specializationOf*:&entitlementSpecificationReferences",
    "LearningSpecification": _LEARNING + "hasPart*:&learningSpecificationReferences "
    "specializationOf*:&learningSpecificationReferences",
    "Qualification": _LEARNING + "isPartialQualification?:boolean eqfLevel?:Eqf nqfLevel*:Nqf "
    "hasAccreditation*:&accreditationReferences qualificationCode*:Code "
    "hasPart*:&learningSpecificationReferences specializationOf?:&learningSpecificationReferences",
    "Outcomes": "learningOutcome*:&learningOutcomeReferences",
    "Opportunities": "awardingOpportunity*:AwardingOpportunity",
    "AwardingOpportunity": "id?:uri " + _IDENTIFIED + "organization*:&agentReferences location?:Code "
    "startedAtTime?:dateTime endedAtTime?:dateTime",
    "Outcome": "@id?:uri " + _IDENTIFIED + "prefLabel+:Text description*:Note learningOutcomeType?:Code "
    "reusabilityLevel?:Code relatedSkill*:Code relatedEscoSkill*:Code",
    "Amount": "@unit!:currency #!:decimal",
    "Price": "id?:uri " + _IDENTIFIED + "amount?:Amount name*:Text description*:Note additionalNote*:Note",
    "LearningOpportunity": _SPECIFICATION + "startedAtDate?:date endedAtDate?:date duration?:duration "
    "learningSchedule?:Code scheduleInformation*:Note admissionProcedure?:Note priceDetails*:Price "
    "providedBy*:&agentReferences providedAt*:Location bannerImage?:Media "
    "specifiedBy?:&learningSpecificationReferences hasPart*:&learningOpportunityReferences",
    "Shortened": "percentageLower!:decimal percentageEqual!:decimal percentageHigher!:decimal",
    "Category": "label+:Text score?:Score minScore?:Score maxScore?:Score count!:positive",
    "Distribution": "category*:Category description?:Note",
    "Assessment": _CLAIM + "additionalNote*:Note grade!:Score shortenedGrading?:Shortened "
    "resultDistribution?:Distribution issuedDate?:dateTime idVerificationMethod?:Code "
    "assessedBy*:&agentReferences specifiedBy?:&assessmentSpecificationReferences hasPart*:Assessment",
    "Activity": _CLAIM + "additionalNote*:Note workload?:duration startedAtTime?:dateTime "
    "endedAtTime?:dateTime directedBy*:&agentReferences location*:Location "
    "specifiedBy?:&learningActivitySpecificationReferences "
    "usedLearningOpportunity?:&learningOpportunityReferences influenced*:OneAchieved hasPart*:Activity",
    "Entitlement": _CLAIM + "issuedDate?:date expiryDate?:date additionalNote*:Note "
    "specifiedBy?:&entitlementSpecificationReferences wasDerivedFrom*:OneAchieved hasPart*:Entitlement",
    "AwardingProcess": "@id!:uri " + _IDENTIFIED + "description?:Note additionalNote*:Note used*:Assessment "
    "awardingBody+:&agentReferences location?:Location date?:dateTime",
    "Achievement": _CLAIM + "additionalNote*:Note wasDerivedFrom*:Assessment wasInfluencedBy*:Activity "
    "wasAwardedBy?:&awardingProcessReferences hasPart*:Achieved entitlesTo*:Entitlement "
    "specifiedBy!:&learningSpecificationReferences "
    "associatedLearningOpportunity?:&learningOpportunityReferences",
    "Achieved": _ACHIEVED,
    "OneAchieved": _ONE_ACHIEVED,
    "Activities": "activity*:Activity",
    "Entitlements": "entitlement*:Entitlement",
    "Subject-Person": "@id!:uri " + _IDENTIFIED + "type*:Code prefLabel*:Text altLabel*:Text "
    "additionalNote*:Note contactPoint*:ContactPoint nationalId?:LegalIdentifier fullName?:Text "
    "givenNames!:Text familyName!:Text birthName?:Text patronymicName?:Text dateOfBirth?:date "
    "placeOfBirth?:Location gender?:Code citizenshipCountry*:Code hasLocation*:Location "
    "achievements?:Achieved activities?:Activities entitlements?:Entitlements",
    "Languages": "language+:language",
    "LearningSpecifications": "learningSpecification*:LearningSpecification qualification*:Qualification",
    "OutcomePool": "learningOutcome*:Outcome",
    "ActivitySpecifications": "learningActivitySpecification*:ActivitySpecification",
    "AssessmentSpecifications": "assessmentSpecification*:AssessmentSpecification",
    "EntitlementSpecifications": "entitlementSpecification*:EntitlementSpecification",
    "LearningOpportunities": "learningOpportunity*:LearningOpportunity",
    "Agents": "organization*:Organization",
    "AwardingProcesses": "awardingProcess*:AwardingProcess",
    "Accreditations": "accreditation*:Accreditation",
    "Schemes": "scoringScheme*:Scheme",
    "Display": "background?:Media template?:string html?:string",
    "Attachments": "Attachment*:Media",
    "Credential": "@xsdVersion?:string @xsi:schemaLocation?:string @cred:id!:uri " + _IDENTIFIED
    + "type!:Profile primaryLanguage!:language "
    "availableLanguages!:Languages cred:validFrom?:dateTime cred:issued!:dateTime "
    "cred:validUntil?:dateTime cred:issuer!:&agentReferences title!:Text description?:Text "
    "credentialSubject!:Subject-Person learningSpecificationReferences?:LearningSpecifications "
    "learningOutcomeReferences?:OutcomePool "
    "learningActivitySpecificationReferences?:ActivitySpecifications "
    "assessmentSpecificationReferences?:AssessmentSpecifications "
    "entitlementSpecificationReferences?:EntitlementSpecifications "
    "learningOpportunityReferences?:LearningOpportunities agentReferences?:Agents "
    "awardingProcessReferences?:AwardingProcesses accreditationReferences?:Accreditations "
    "scoringSchemeReferences?:Schemes displayParameters?:Display attachmentList?:Attachments",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a type: an attribute (``@``), the text (``#``) or a child element."""

    name: str
    kind: str
    required: bool
    many: bool


@cache
def shape_of(kind: str) -> tuple[Part, ...] | None:
    """The parts of a type in the schema's order; None for simple types and references."""
    if kind in FRAMEWORKS:
        kind = "Code"
    if kind not in _SHAPES:
        return None
    parts = []
    for entry in _SHAPES[kind].split():
        name, _, of = entry.rpartition(":")
        parts.append(Part(name[:-1], of, name[-1] in "!+", name[-1] in "*+"))
    return tuple(parts)
