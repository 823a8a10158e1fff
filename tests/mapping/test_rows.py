"""Compiled rows: what a table says is read and written, with the trail and the accounts of every leaf."""

from __future__ import annotations

from typing import Any

from gateway.codecs import CodecContext
from gateway.mapping import Accounts, Step, Table, account, leaves_of, parse_table, reader_of, writer_of
from gateway.model import (
    Alignment,
    Credential,
    LangString,
    LearningAchievement,
    LearningAchievementSpecification,
)
from gateway.report import Outcome

ENGLISH = CodecContext(language="en")


def table(repeat: str = "bare") -> Table:
    return parse_table(
        "t",
        {
            "table": {"version": "1.0.0", "repeat": repeat, "text": "one_language", "restated": ["@context"]},
            "Credential": {
                "type": "Credential",
                "rows": [
                    {"hub": "id", "here": "id"},
                    {"hub": "has_claim/0", "here": "subject", "each": "Claim"},
                    {"hub": "has_claim/0/awarded_by/awarding_date", "here": "when/date"},
                ],
            },
            "Claim": {
                "class": "LearningAchievement",
                "rows": [
                    {"hub": "title", "here": "name"},
                    {"hub": "specified_by", "here": "course", "each": "Course"},
                ],
            },
            "Course": {
                "class": "LearningAchievementSpecification",
                "rows": [
                    {"hub": "id", "here": "id"},
                    {"hub": "tag", "here": "tag"},
                    {"hub": "alignment", "here": "link", "each": ["Skill", "Other"]},
                ],
            },
            "Skill": {
                "class": "Alignment",
                "rows": [{"here": "kind", "is": "skill"}, {"hub": "target_name", "here": "name"}],
            },
            "Other": {"class": "Alignment", "rows": [{"hub": "target_name", "here": "name"}]},
        },
    )


TREE: dict[str, Any] = {
    "@context": "x",
    "id": "urn:x:1",
    "type": "Credential",
    "subject": {"name": "Knots", "course": {"tag": ["a", "b"], "link": [{"kind": "skill", "name": "S"}]}},
    "when": {"date": "2026-01-01", "who": "nobody asks"},
}


def read(tree: Any, *ignore: str, index: Any = None) -> tuple[Credential, dict[str, Step], dict[str, str]]:
    reader = reader_of(table(), ENGLISH, index, frozenset(ignore))
    reading = reader.finish(tree, reader.read(tree, "Credential"))
    steps = {step.here: step for step in reading.steps}
    return reading.draft.build(), steps, {f"{r.node}/{r.name}": r.value for r in reading.residue}


def test_paths_of_fields_and_of_names_are_followed_and_what_no_row_takes_is_residue() -> None:
    hub, steps, residue = read(TREE)
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.awarded_by is not None
    assert claim.awarded_by.awarding_date == "2026-01-01"
    assert claim.title == (LangString("Knots", "en"),)
    assert isinstance(claim.specified_by, LearningAchievementSpecification)
    assert claim.specified_by.tag == ("a", "b")
    assert claim.specified_by.alignment == (Alignment(target_name=(LangString("S", "en"),)),)
    assert steps["/subject/course/tag/1"].hub == "/has_claim/0/specified_by/tag/1"
    assert steps["/when/date"].hub == "/has_claim/0/awarded_by/awarding_date"
    assert steps["/type"].rule == "type"
    assert residue == {"/when/who": '"nobody asks"'}


def test_what_is_to_be_ignored_is_supplied_and_neither_read_nor_residue() -> None:
    hub, steps, residue = read(TREE, "/subject/course/link/0", "/when")
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.specified_by is not None
    assert claim.specified_by.alignment == ()
    assert claim.awarded_by is None
    assert steps["/subject/course/link/0"].rule == steps["/when"].rule == "supplied"
    assert residue == {}


def test_a_node_by_its_identifier_is_read_where_it_stands() -> None:
    course = {"id": "urn:x:course", "tag": "a"}
    tree = {"subject": {"name": "Knots", "course": "urn:x:course"}, "courses": [course]}
    hub, steps, _ = read(tree, index={"urn:x:course": (course, "/courses/0", "Course")})
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.specified_by is not None
    assert claim.specified_by.tag == ("a",)
    assert steps["/subject/course"].rule == "reference"
    assert steps["/courses/0/tag"].hub == "/has_claim/0/specified_by/tag/0"


def test_what_is_read_is_written_again() -> None:
    hub, _, _ = read(TREE)
    writer = writer_of(table(), ENGLISH)
    tree = writer.write(hub, "Credential")
    link = {"kind": "skill", "name": "S"}
    assert tree["subject"] == {"name": "Knots", "course": {"tag": ["a", "b"], "link": link}}
    assert tree["when"] == {"date": "2026-01-01"}
    again, _, _ = read(tree)
    assert again == hub
    listed = writer_of(table("array"), ENGLISH).write(hub, "Credential")
    assert listed["subject"]["course"]["link"] == [link]
    assert listed["type"] == ["Credential"]
    assert writer.steps != []


def test_who_leaves_no_trail_writes_the_same() -> None:
    hub, _, _ = read(TREE)
    for repeat in ("bare", "array"):
        writers = [writer_of(table(repeat), ENGLISH, traced=traced) for traced in (True, False)]
        trees = [writer.write(hub, "Credential") for writer in writers]
        assert trees[0] == trees[1]
        assert writers[1].steps == []


def test_every_leaf_is_accounted_for_by_the_nearest_place_that_was_read() -> None:
    hub, steps, _ = read(TREE)
    writer = writer_of(table(), ENGLISH)
    target = writer.write(hub, "Credential")
    del target["subject"]["name"]
    written = tuple(step for step in writer.steps if step.here != "/subject/name")
    carried = frozenset({"/has_claim/0/title"})
    found = account(
        Accounts(TREE, target, tuple(steps.values()), written, carried, ("/@context",), (), original=False)
    )
    assert [finding.pointer for finding in found] == [pointer for pointer, _ in leaves_of(TREE)]
    told = {finding.pointer: (finding.code, finding.outcome, finding.target) for finding in found}
    assert told["/@context"] == ("restated", Outcome.TRANSFORMED, "")
    assert told["/subject/name"] == ("carried", Outcome.KEPT, "")
    assert told["/subject/course/tag/1"] == ("mapped", Outcome.KEPT, "/subject/course/tag/1")
    assert told["/when/who"] == ("mapped", Outcome.TRANSFORMED, "")
