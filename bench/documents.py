"""Documents to measure with, made on the spot: Open Badges of three sizes, transcripts of any length.

``small`` has 15 statements, ``mid`` about 140 like a full Open Badge of the field, ``complete`` about 350;
``clrN`` is a transcript with N achievements. None has ties, an empty value or a status to look up.
"""

from __future__ import annotations

from typing import Any

__all__ = ["NAMES", "document"]

Json = dict[str, Any]
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
SITE = "https://harbour.example"
NAMES = ("small", "mid", "complete", "clr1", "clr10", "clr100", "clr1000")


def document(name: str, issuer: str) -> Json:
    """The document of a name, issued by a DID."""
    if name.startswith("clr"):
        return _transcript(int(name.removeprefix("clr")), issuer)
    return {"small": _small, "mid": _mid, "complete": _complete}[name](issuer)


def _small(issuer: str) -> Json:
    return {
        "@context": [V2, OB],
        "id": f"{SITE}/credentials/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Harbour School"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Knots",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"{SITE}/badges/knots",
                "type": ["Achievement"],
                "criteria": {"narrative": "Tie seven knots within a minute each."},
                "description": "Knows the knots that a boat needs.",
                "name": "Knots",
            },
        },
    }


def _mid(issuer: str) -> Json:
    made = _small(issuer)
    made["description"] = "Awarded after a season at sea."
    made["image"] = {"id": f"{SITE}/images/season.png", "type": "Image", "caption": "A season at sea"}
    made["awardedDate"] = "2026-01-02T00:00:00Z"
    made["issuer"] |= _profile("issuer")
    subject = made["credentialSubject"]
    subject |= {
        "activityStartDate": "2025-03-01T00:00:00Z",
        "activityEndDate": "2025-10-01T00:00:00Z",
        "creditsEarned": 42,
        "identifier": [_hashed("learner@mail.example")],
        "licenseNumber": "HS-2026-17",
        "narrative": "Sailed eleven passages, three of them at night.",
        "role": "Deck hand",
        "source": {"id": f"{SITE}/profiles/academy", "type": ["Profile"], "name": "Harbour Academy"},
        "term": "Summer",
        "result": [_result(number) for number in range(3)],
    }
    subject["achievement"] |= {
        "achievementType": "Certificate",
        "alignment": [_alignment(number) for number in range(3)],
        "creator": {"id": f"{SITE}/profiles/board", "type": ["Profile"], **_profile("board")},
        "creditsAvailable": 36,
        "fieldOfStudy": "Seamanship",
        "humanCode": "SEA-1",
        "inLanguage": "en",
        "otherIdentifier": [_identifier("course", "SEA-1-2026")],
        "related": [{"id": f"{SITE}/badges/sails", "type": ["Related"], "version": "2"}],
        "resultDescription": [_description(number) for number in range(3)],
        "tag": ["knots", "boats", "weather"],
        "version": "3",
    }
    return made


def _complete(issuer: str) -> Json:
    made = _mid(issuer)
    made["evidence"] = [_evidence(number) for number in range(12)]
    made["credentialSubject"]["result"] = [_result(number) for number in range(12)]
    achievement = made["credentialSubject"]["achievement"]
    achievement["alignment"] = [_alignment(number) for number in range(10)]
    achievement["resultDescription"] = [_description(number) for number in range(12)]
    return made


def _transcript(length: int, issuer: str) -> Json:
    return {
        "@context": [V2, CLR, OB],
        "id": f"{SITE}/transcripts/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Harbour School"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Transcript",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["ClrSubject"],
            "achievement": [_module(number) for number in range(length)],
        },
    }


def _module(number: int) -> Json:
    return {
        "id": f"{SITE}/modules/{number}",
        "type": ["Achievement"],
        "creator": {"id": f"{SITE}/profiles/board", "type": ["Profile"]},
        "name": f"Module {number}",
        "criteria": {"narrative": f"Pass the exam of module {number} with at least 60 %."},
        "description": f"Module {number} of the programme, three credit points.",
        "image": {"id": f"{SITE}/images/{number}.png", "type": "Image"},
        "alignment": [_alignment(number)],
    }


def _profile(name: str) -> Json:
    return {
        "name": f"The {name} of the school",
        "url": f"{SITE}/{name}",
        "email": f"{name}@harbour.example",
        "phone": "+31 20 0000000",
        "description": "Teaches seamanship to adults and children.",
        "address": {
            "type": ["Address"],
            "addressCountry": "NL",
            "addressLocality": f"{name} quay",
            "postalCode": "1234",
        },
        "otherIdentifier": [_identifier("sourcedId", f"{name}-77")],
        "official": "Ministry of Harbours",
    }


def _hashed(identity: str) -> Json:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": identity,
        "identityType": "emailAddress",
    }


def _identifier(kind: str, value: str) -> Json:
    return {"type": "IdentifierEntry", "identifier": value, "identifierType": f"ext:{kind}"}


def _alignment(number: int) -> Json:
    return {
        "type": ["Alignment"],
        "targetCode": f"K{number}",
        "targetName": f"Skill {number}",
        "targetDescription": f"What is needed to do the work number {number} on deck.",
        "targetFramework": "Skills of the sea",
        "targetType": "CFItem",
        "targetUrl": f"{SITE}/skills/{number}",
    }


def _result(number: int) -> Json:
    return {
        "type": ["Result"],
        "resultDescription": f"{SITE}/results/{number}",
        "status": "Completed",
        "value": str(80 + number),
    }


def _description(number: int) -> Json:
    return {
        "id": f"{SITE}/results/{number}",
        "type": ["ResultDescription"],
        "name": f"Exam {number}",
        "resultType": "RawScore",
        "requiredValue": "60",
        "valueMax": "100",
        "valueMin": "0",
    }


def _evidence(number: int) -> Json:
    return {
        "id": f"{SITE}/evidence/{number}",
        "type": ["Evidence"],
        "name": f"Logbook page {number}",
        "narrative": f"The watch from {number} to {number + 4} o'clock.",
        "genre": "Logbook",
        "audience": "Examiners",
    }
