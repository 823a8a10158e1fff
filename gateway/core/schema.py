"""Whether a document has the shape its format prescribes, and whether what it says hangs together.

Open Badges 3.0 section B; the JSON Schemas published with it say less than its tables and are not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gateway.core.understanding import Inspected
from gateway.formats.reading import VCDM_1, VCDM_2, contexts_of, types_of
from gateway.report import Check, Verdict
from gateway.shapes import load_shapes, problems_of

__all__ = ["schema_checks", "semantic_checks"]

Json = dict[str, Any]
Placed = list[tuple[Json, str]]
"""Nodes of a document, with their places."""

OPEN_BADGES = frozenset(
    ("OpenBadgeCredential", "AchievementCredential", "EndorsementCredential", "ClrCredential")
)
PUBLISHED = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/", "https://purl.imsglobal.org/spec/clr/v2p0/schema/",
)  # fmt: skip
"""Where the schemas stand that are published with the specifications."""
CURRENT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_OB_3 = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json\Z")
"""The contexts of Open Badges 3.0 (section B.1.1)."""

SHAPES = (
    # the type a credential names -> the table and the class for VCDM 2.0 and for 1.1
    ("OpenBadgeCredential", "ob3", "OpenBadgeCredential", "OpenBadgeCredentialV1"),
    ("AchievementCredential", "ob3", "OpenBadgeCredential", "OpenBadgeCredentialV1"),
    ("EndorsementCredential", "ob3", "EndorsementCredential", "EndorsementCredential"),
)


def schema_checks(inspected: Inspected, tree: Json) -> list[Check]:
    """One check for each deviation from the format's shape, one that is valid when there is none."""
    types = types_of(tree)
    remarks = [*_contexts(tree), *_own_schemas(tree)] if types & OPEN_BADGES else []
    if inspected.form is not None and inspected.form.name != "ob3" and "EndorsementCredential" not in types:
        return remarks
    for name, table, version_2, version_1 in SHAPES:
        if name in types:
            shape = version_1 if contexts_of(tree)[:1] == (VCDM_1,) else version_2
            problems = problems_of(tree, shape, load_shapes(table))
            found = [Check("schema", Verdict.INVALID, p.code, p.message, p.pointer, p.hint) for p in problems]
            return [*(found or [Check("schema", Verdict.VALID)]), *remarks]
    return remarks


def _contexts(tree: Json) -> Iterator[Check]:
    """That the document is of an older version: no obstacle, but new ones are written otherwise."""
    old = [url for url in contexts_of(tree) if url == VCDM_1 or (_OB_3.match(url) and url != CURRENT)]
    if old:
        yield Check(
            "schema", Verdict.VALID, "context_outdated", "the document is written under an older context", "/@context",
            f"New badges are written under {VCDM_2} and {CURRENT}.", {"contexts": old},
        )  # fmt: skip


def _own_schemas(tree: Json) -> Iterator[Check]:
    """Schemas that the issuer names and the gateway does not evaluate: the published ones its tables cover."""
    given = tree.get("credentialSchema")
    for position, entry in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(entry, dict) and not str(entry.get("id")).startswith(PUBLISHED):
            yield Check(
                "schema", Verdict.UNDETERMINED, "schema_not_evaluated",
                "the document names a schema that the gateway does not evaluate",
                "/credentialSchema" + (f"/{position}" if isinstance(given, list) else ""),
                "Validate the document with the issuer's schema where its own rules matter.",
            )  # fmt: skip


def semantic_checks(inspected: Inspected, tree: Json) -> list[Check]:
    """Whether an Open Badge means what it says: a recipient, criteria, results that their descriptions allow."""
    if inspected.form is None or inspected.form.name != "ob3":
        return []
    subjects = list(_subjects(tree))
    described = list(_described(subjects))
    found = [
        *_subject(subjects),
        *_criteria(subjects),
        *_descriptions(described),
        *_results(subjects, described),
    ]
    return found or [Check("semantics", Verdict.VALID)]


def _subjects(tree: Json) -> Iterator[tuple[Json, str]]:
    subject = tree.get("credentialSubject")
    for position, entry in enumerate(subject if isinstance(subject, list) else [subject]):
        if isinstance(entry, dict):
            yield entry, "/credentialSubject" + (f"/{position}" if isinstance(subject, list) else "")


def _subject(subjects: Placed) -> Iterator[Check]:
    for subject, pointer in subjects:
        if not subject.get("id") and not subject.get("identifier"):
            yield _invalid("subject_unnamed", "the recipient has neither id nor identifier", pointer,
                           "Say who earned the badge, by a DID or a hashed identifier.")  # fmt: skip
        given = subject.get("identifier")
        for position, entry in enumerate(given if isinstance(given, list) else [given]):
            place = f"{pointer}/identifier" + (f"/{position}" if isinstance(given, list) else "")
            if isinstance(entry, dict) and str(entry.get("identityHash", "")).startswith("md5$"):
                yield Check(
                    "semantics", Verdict.UNDETERMINED, "weak_identity_hash",
                    "the recipient's identifier is hashed with MD5", f"{place}/identityHash",
                    "MD5 can be forged; ask the issuer to use SHA-256.",
                )  # fmt: skip


def _criteria(subjects: Placed) -> Iterator[Check]:
    for subject, pointer in subjects:
        achievement = subject.get("achievement")
        criteria = achievement.get("criteria") if isinstance(achievement, dict) else None
        if isinstance(criteria, dict) and not criteria.get("id") and not criteria.get("narrative"):
            yield _invalid("criteria_empty", "the criteria have neither id nor narrative",
                           f"{pointer}/achievement/criteria", "Say what the badge is earned for.")  # fmt: skip


def _descriptions(described: Placed) -> Iterator[Check]:
    """What a description requires against what it allows (section B.1.22)."""
    for description, place in described:
        if not _allows(description, description.get("requiredValue")):
            yield _invalid("required_value_not_allowed", "the value required is not one of those allowed",
                           f"{place}/requiredValue", "Require a value of allowedValue.")  # fmt: skip
        if not _has_level(description, description.get("requiredLevel")):
            yield _invalid("required_level_unknown", "the level required is not one of the description's",
                           f"{place}/requiredLevel", "Point to a rubricCriterionLevel.")  # fmt: skip


def _described(subjects: Placed) -> Iterator[tuple[Json, str]]:
    """Every description of results, with its place."""
    for subject, pointer in subjects:
        achievement = subject.get("achievement")
        given = achievement.get("resultDescription") if isinstance(achievement, dict) else None
        place = f"{pointer}/achievement/resultDescription"
        for position, entry in enumerate(given if isinstance(given, list) else [given]):
            if isinstance(entry, dict):
                yield entry, f"{place}/{position}" if isinstance(given, list) else place


def _allows(description: Json, value: Any) -> bool:
    """Whether a value is one of those allowed, where a list of them is given."""
    allowed = description.get("allowedValue")
    return value is None or not isinstance(allowed, list) or not allowed or value in allowed


def _has_level(description: Json, level: Any) -> bool:
    """Whether a level is one of the description's."""
    levels = description.get("rubricCriterionLevel")
    known = [e.get("id") for e in (levels if isinstance(levels, list) else [levels]) if isinstance(e, dict)]
    return level is None or level in known


def _results(subjects: Placed, described: Placed) -> Iterator[Check]:
    """Results against the descriptions they point to (section B.1.21)."""
    known = {str(description.get("id")): description for description, _ in described}
    for subject, pointer in subjects:
        results = subject.get("result")
        listed = isinstance(results, list)
        for position, result in enumerate(results if isinstance(results, list) else [results]):
            if isinstance(result, dict):
                yield from _result(result, known, f"{pointer}/result" + (f"/{position}" if listed else ""))


def _result(result: Json, known: dict[str, Json], pointer: str) -> Iterator[Check]:
    name = result.get("resultDescription")
    if name is None:
        return
    description = known.get(name) if isinstance(name, str) else None
    if description is None:
        yield _invalid("result_description_unknown", "the result points to a description that is not there",
                       f"{pointer}/resultDescription", "Describe the result in the achievement.")  # fmt: skip
        return
    if not _allows(description, result.get("value")):
        yield _invalid("result_value_not_allowed", "the result's value is not one of those allowed",
                       f"{pointer}/value", "Use a value of allowedValue.")  # fmt: skip
    if not _has_level(description, result.get("achievedLevel")):
        yield _invalid("result_level_unknown", "the level achieved is not one of the description's",
                       f"{pointer}/achievedLevel", "Point to a rubricCriterionLevel.")  # fmt: skip


def _invalid(code: str, message: str, pointer: str, hint: str) -> Check:
    return Check("semantics", Verdict.INVALID, code, message, pointer, hint)
