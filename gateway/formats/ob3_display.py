"""What the Open Badges schema demands and what wallets show, drawn from the hub (D3, layer 2).

These values repeat what the carrier holds exactly; their pointers go into the carrier, and reading
passes over them. Nothing here says what the hub does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.codecs import UNDETERMINED, CodecContext
from gateway.formats.dates import date_time_stamp
from gateway.formats.format import Tree, WriteOptions
from gateway.formats.identifiers import derived_id
from gateway.formats.language import shown_text
from gateway.model import Credential, LearningAchievement, LearningAssessment, Organisation, Text

__all__ = ["supply"]

PERIOD = {False: ("validFrom", "validUntil"), True: ("issuanceDate", "expirationDate")}
"""The names of the period, by whether the data model is the older one."""
ECTS = "http://data.europa.eu/snb/education-credit/6fcec5c5af"


def supply(tree: Tree, hub: Credential, context: CodecContext, options: WriteOptions) -> tuple[str, ...]:
    """Add to ``tree`` what is demanded or shown; the pointers of what was added."""
    added = _Added(tree, options.digest)
    subject = added.inside(tree, "credentialSubject", "", {"type": ["AchievementSubject"]})
    achievement = added.inside(subject, "achievement", "/credentialSubject", {"type": ["Achievement"]})
    claim = hub.has_claim[0] if hub.has_claim and isinstance(hub.has_claim[0], LearningAchievement) else None
    older, words = options.vcdm == "1.1", _Words(hub, claim, context)
    _demanded_by_credential(added, hub, context, PERIOD[older])
    added.put(tree, "", "name", words.title if older else "")  # only the older schema demands one
    _demanded_by_achievement(added, achievement, words)
    _shown_of_learner(added, subject, hub, context)
    if claim is not None:
        _shown_of_achievement(added, achievement, claim, context)
        _shown_of_creator(added, achievement, claim, context)
        _shown_results(added, (subject, achievement), claim, context)
    return tuple(added.pointers)


class _Added:
    """Puts values into the tree where nothing stands yet, and remembers where."""

    def __init__(self, tree: Tree, digest: str) -> None:
        self.tree = tree
        self.digest = digest
        self.pointers: list[str] = []

    def put(self, node: Tree, pointer: str, name: str, value: Any) -> None:
        """A property, unless it is there or there is nothing to say."""
        if name not in node and value not in (None, "", [], {}):
            node[name] = value
            self.pointers.append(f"{pointer}/{name}")

    def append(self, node: Tree, pointer: str, name: str, value: Tree) -> None:
        """One more item of a list."""
        items = node.setdefault(name, [])
        if isinstance(items, list):
            self.pointers.append(f"{pointer}/{name}/{len(items)}")
            items.append(value)

    def inside(self, node: Tree, name: str, pointer: str, empty: Tree) -> Tree:
        """The node at a property, made where it is missing."""
        if not isinstance(node.get(name), dict):
            node[name] = empty
            self.pointers.append(f"{pointer}/{name}")
        else:
            for key, value in empty.items():
                self.put(node[name], f"{pointer}/{name}", key, value)
        found: Tree = node[name]
        return found


class _Words:
    """The texts the hub has for the achievement, in the language of the badge."""

    def __init__(self, hub: Credential, claim: LearningAchievement | None, context: CodecContext) -> None:
        self._context = context
        specification = claim.specified_by if claim is not None else None
        display = hub.display_parameter
        self.title = self._first(
            specification.title if specification else (),
            claim.title if claim else (),
            *(getattr(other, "title", ()) for other in hub.has_claim),
            display.title if display else (),
        )
        summary = specification.learning_outcome_summary if specification else None
        self.description = self._first(
            specification.description if specification else (),
            claim.description if claim else (),
            display.description if display else (),
            summary.note_literal if summary else (),
        )
        self.outcomes = [
            said for outcome in (specification.learning_outcome if specification else ())
            if (said := self._first(outcome.title))
        ]  # fmt: skip

    def _first(self, *texts: Text) -> str:
        return next((found for text in texts if (found := shown_text(text, self._context))), "")


# --- what the schema demands -------------------------------------------------------------------


def _demanded_by_credential(
    added: _Added, hub: Credential, context: CodecContext, period: tuple[str, str]
) -> None:
    tree = added.tree
    words = _Words(hub, None, context)
    claim_title = shown_text(getattr(hub.has_claim[0], "title", ()), context) if hub.has_claim else ""
    added.put(tree, "", "name", words.title or claim_title)
    process = hub.has_claim[0].awarded_by if hub.has_claim else None
    awarded = process.awarding_date if process is not None else None
    dates = (hub.valid_from, hub.issuance_date, hub.issued, awarded)
    begins, ends = period
    added.put(tree, "", begins, next((d for d in map(date_time_stamp, dates) if d), None))
    added.put(tree, "", ends, date_time_stamp(hub.valid_until) or date_time_stamp(hub.expiration_date))
    issuer = added.inside(tree, "issuer", "", {"type": ["Profile"]})
    name = getattr(hub.issuer, "legal_name", ()) or getattr(hub.issuer, "pref_label", ())
    added.put(issuer, "/issuer", "id", derived_id(added.digest, "/issuer"))
    added.put(issuer, "/issuer", "name", shown_text(name, context))


def _demanded_by_achievement(added: _Added, achievement: Tree, words: _Words) -> None:
    here = "/credentialSubject/achievement"
    added.put(achievement, here, "id", derived_id(added.digest, here))
    added.put(achievement, here, "name", words.title or "—")
    added.put(achievement, here, "description", words.description or words.title or "—")
    narrative = (
        "\n".join(f"- {outcome}" for outcome in words.outcomes) or words.description or words.title or "—"
    )
    added.put(achievement, here, "criteria", {"narrative": narrative})


# --- what wallets show ---------------------------------------------------------------------------


def _shown_of_learner(added: _Added, subject: Tree, hub: Credential, context: CodecContext) -> None:
    """Name and e-mail address as plain identity objects, so that a wallet can say whose badge it is."""
    learner = hub.subject
    shown = [("ext:fullName", shown_text(getattr(learner, "full_name", ()), context))]
    if not shown[0][1]:
        names = (shown_text(getattr(learner, name, ()), context) for name in ("given_name", "family_name"))
        shown = [("ext:fullName", " ".join(name for name in names if name))]
    for contact in getattr(learner, "contact_point", ()):
        shown += [("emailAddress", (box.id or "").removeprefix("mailto:")) for box in contact.email_address]
    for kind, value in shown:
        if value:
            entry = {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}
            added.append(subject, "/credentialSubject", "identifier", entry)


def _shown_of_achievement(
    added: _Added, achievement: Tree, claim: LearningAchievement, context: CodecContext
) -> None:
    here, specification = "/credentialSubject/achievement", claim.specified_by
    if context.language != UNDETERMINED:
        added.put(achievement, here, "inLanguage", context.language)
    if specification is None:
        return
    field = next(iter(specification.thematic_area), None)
    added.put(achievement, here, "fieldOfStudy", shown_text(field.pref_label, context) if field else None)
    points = [point for point in specification.credit_point if point.framework and point.framework.id == ECTS]
    added.put(achievement, here, "creditsAvailable", _number(points[0].point) if points else None)


def _shown_of_creator(
    added: _Added, achievement: Tree, claim: LearningAchievement, context: CodecContext
) -> None:
    """Country and official identifiers of the awarding body."""
    creator, here = achievement.get("creator"), "/credentialSubject/achievement/creator"
    bodies = claim.awarded_by.awarding_body if claim.awarded_by is not None else ()
    if not isinstance(creator, dict) or not bodies or not isinstance(bodies[0], Organisation):
        return
    body = bodies[0]
    addresses = (address for location in body.location for address in location.address)
    country = next((address.country_code for address in addresses if address.country_code), None)
    label = shown_text(country.pref_label, context) if country is not None else ""
    if label:
        address = added.inside(creator, "address", here, {"type": ["Address"]})
        added.put(address, f"{here}/address", "addressCountry", label)
    official = [("ext:RegistrationId", body.registration), ("ext:eIDASIdentifier", body.eidas_identifier)]
    official += [("ext:VAT", identifier) for identifier in body.vat_identifier]
    for kind, identifier in official:
        if identifier is not None and identifier.notation:
            entry = {"type": "IdentifierEntry", "identifier": identifier.notation, "identifierType": kind}
            added.append(creator, here, "otherIdentifier", entry)


def _number(text: str | None) -> int | float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 1e9 else number if abs(number) < 1e9 else None


def _shown_results(
    added: _Added, nodes: tuple[Tree, Tree], claim: LearningAchievement, context: CodecContext
) -> None:
    """Each graded assessment as a result with its description."""
    subject, achievement = nodes
    for assessment, path in _assessments(claim.proven_by, "/proven_by"):
        title = shown_text(assessment.title, context)
        grade = shown_text(assessment.grade.note_literal, context) if assessment.grade else ""
        if not title or not grade:
            continue
        identifier = assessment.id or derived_id(added.digest, path)
        description = {
            "id": f"{identifier}#result" if assessment.id else identifier,
            "type": ["ResultDescription"],
            "name": title,
            "resultType": "ext:Grade",
        }
        added.append(achievement, "/credentialSubject/achievement", "resultDescription", description)
        result = {
            "id": derived_id(added.digest, f"{path}/result"),
            "type": ["Result"],
            "resultDescription": description["id"],
            "value": grade,
        }
        added.append(subject, "/credentialSubject", "result", result)


def _assessments(
    items: tuple[LearningAssessment, ...], pointer: str
) -> Iterator[tuple[LearningAssessment, str]]:
    for position, item in enumerate(items):
        here = f"{pointer}/{position}"
        yield item, here
        yield from _assessments(item.has_part, f"{here}/has_part")
