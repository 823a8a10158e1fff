"""How work goes is told by those who do it, and heard only where somebody watches."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from gateway import course
from gateway.cli import main
from gateway.cli.explain import explanation
from gateway.compute import HereCompute, PoolCompute, WatchedCompute
from gateway.course import Course, watched
from gateway.jsonld import canonicalize
from gateway.report import Report
from gateway.resources import data_path

DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"], "id": "https://school.example/1",
    "type": "VerifiableCredential",
}  # fmt: skip
TURNED = {"partOf": {"@reverse": "https://school.example/terms#part"}}
"""A context with a term that is read from its end, which compiled contexts leave to the general processor."""
WHOLE = {"id": "https://school.example/2", "type": "VerifiableCredential"}
EXAMPLES = data_path("examples").resolve()


def clock() -> object:
    return map(float, count()).__next__


def work(document: dict[str, object]) -> str:
    course.lap("before")
    return canonicalize(document).nquads


def test_a_lap_is_the_time_since_the_one_before_and_one_without_a_name_is_nobodys() -> None:
    with watched(clock()) as watch:  # type: ignore[arg-type]
        course.lap("one")
        course.lap()
        course.lap("two")
        course.lap("one")
    assert watch.course.steps == (("one", 1.0), ("two", 1.0), ("one", 1.0))


def test_nobody_hears_what_is_told_outside() -> None:
    course.lap("before")
    with watched(clock()) as watch:  # type: ignore[arg-type]
        pass
    course.lap("after")
    assert watch.course == Course()
    assert watch.course.expanded is None


def test_a_document_says_which_way_it_went_and_why() -> None:
    with watched(clock()) as watch:  # type: ignore[arg-type]
        canonicalize(DOCUMENT)
    assert [read.expanded for read in watch.course.reads] == [""]
    assert watch.course.expanded is False
    with watched(clock()) as watch:  # type: ignore[arg-type]
        canonicalize({**DOCUMENT, "@context": [*DOCUMENT["@context"], TURNED], "partOf": WHOLE})
    assert watch.course.reads[0].expanded
    assert watch.course.expanded is True
    assert watch.course.canonicalized[0].quads == 3
    assert watch.course.reads[0].expanded in explanation(watch.course, Report())


async def test_the_course_of_work_comes_back_from_wherever_it_is_done() -> None:
    pool = PoolCompute(1, 1)
    told = []
    for compute in (WatchedCompute(HereCompute()), WatchedCompute(pool)):
        with watched(clock()) as watch:  # type: ignore[arg-type]
            assert await compute.run(work, DOCUMENT) == canonicalize(DOCUMENT).nquads
        told.append(watch.course)
    await pool.close()
    for found in told:
        assert [step for step, _ in found.steps] == ["before"]
        assert found.canonicalized[0].quads == 1
    # what was canonicalized beside the work, in the same block, was heard as well
    assert [len(found.reads) for found in told] == [2, 2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("convert", f"{EXAMPLES}/badge.edci-xml.xml", "--to", "ob3", "--out", "out.json"),
            ("recognised   edci-xml", "× through compiled contexts", "permutations tried", "edci-xml 1", "× string",
             "ms  recognise", "ms  read", "ms  map", "ms  account", "ms  canonicalize", "ms  sign", "ms  write"),
        ),
        (("verify", f"{EXAMPLES}/badge.ob3.json"), ("recognised   ob3", "ms  verify", "ms  in all")),
        (("verify", f"{EXAMPLES}/badge.edci-xml.xml"), ("nothing was read as linked data",)),
    ],
    ids=["convert", "verify", "xml"],
)  # fmt: skip
def test_explain_says_how_it_went_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...],
    said: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code = main([*arguments])
    plain = capsys.readouterr()
    assert main([*arguments, "--explain"]) == code
    explained = capsys.readouterr()
    assert explained.out == plain.out
    assert "how it went:" not in plain.err
    told = explained.err.partition("how it went:")[2]
    assert [words for words in said if words not in told] == []
    assert re.search(r"^ +time +\d+\.\d ms ", told, re.M)
