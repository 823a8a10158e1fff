"""The bench's own sums: ratios, turns, what was asked and whether it is reached, the page and the curves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from bench import asked, batches, bulk, http, page, serving, signing
from bench.asked import ASKED, Asked, Measured, summary
from bench.converting import PYLD_PATH, convert
from bench.different import PEERS, document_of
from bench.documents import NAMES, document
from bench.machine import Machine, Moment
from bench.measuring import LEAST_ROUNDS, Cell, Cells, Plan, Ratio, Turn, run_for, take_turns
from bench.page import Outcome
from bench.plot import growth
from bench.records import elm
from bench.signing import GATEWAY, JAVASCRIPT, LIMIT, PYLD
from bench.slow import REASON, expanding
from gateway.jsonld import canonicalize

QUIET = Machine(Moment(0.1, 0.0, 0.0, 0.0), Moment(1.0, 100.0, 101.0, 100.0), 2)


def cell(*wall: float) -> Cell:
    return Cell(list(wall), list(wall))


def outcome(cells: Cells, machine: Machine = QUIET, *notes: str) -> Outcome:
    return Outcome(cells, 3, machine, "Python 3.11", notes)


# --- measuring -------------------------------------------------------------------------------------


def test_a_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians() -> None:
    ratio = Ratio.of(cell(10, 90, 40), cell(10, 30, 20))
    assert (ratio.median, ratio.low, ratio.high) == (2, 1, 3)
    assert str(ratio) == "2.0 (1.0–3.0)"


def test_cells_of_different_rounds_have_no_ratio() -> None:
    with pytest.raises(ValueError):
        Ratio.of(cell(1, 2), cell(1))


def test_a_job_runs_at_least_once() -> None:
    runs: list[int] = []
    times, cpu = run_for(lambda: runs.append(1), 0.0)
    assert len(times) == len(runs) == 1
    assert cpu >= 0


def turns(said: list[tuple[str, float]], *, fixed: bool = False) -> list[Turn]:
    def turn(name: str) -> Turn:
        def run(seconds: float) -> tuple[list[float], float]:
            said.append((name, seconds))
            return [1.0, 3.0, 2.0], 4.0

        return Turn("part", "document", "job", name, run, fixed)

    return [turn("first"), turn("second")]


def test_everybody_has_a_turn_in_each_round() -> None:
    said: list[tuple[str, float]] = []
    told: list[tuple[str, int, float | None]] = []
    cells, rounds = take_turns(turns(said), Plan(5, 0.5, 1000), lambda *what: told.append(what))
    assert [name for name, _ in said] == ["first", "second"] * 5
    assert rounds == 5
    assert cells["document", "job", "first"].wall == [2.0] * 5
    assert [number for _, number, _ in told] == [1, 2, 3, 4, 5]
    assert told[0][2] is None
    assert told[1][2] is not None


def test_a_fixed_turn_is_given_no_seconds() -> None:
    said: list[tuple[str, float]] = []
    take_turns(turns(said, fixed=True), Plan(2, 0.5, 1000), lambda *_: None)
    assert {seconds for _, seconds in said} == {0.0}


def test_where_time_is_short_turns_get_shorter_and_rounds_fewer_but_not_too_few() -> None:
    said: list[tuple[str, float]] = []
    _, rounds = take_turns(turns(said), Plan(9, 0.5, 0.0), lambda *_: None)
    assert rounds == LEAST_ROUNDS
    assert said[-1][1] < said[0][1] == 0.5


# --- the machine -----------------------------------------------------------------------------------


def test_a_quiet_machine_is_not_warned_of() -> None:
    assert QUIET.warning == ""
    assert "**The machine was not quiet**" not in page.page(outcome({}))


def test_load_before_and_the_work_of_others_are_warned_of() -> None:
    loaded = Machine(Moment(1.6, 0.0, 0.0, 0.0), Moment(1.0, 100.0, 140.0, 100.0), 2)
    assert loaded.others == pytest.approx(0.2)
    assert "the load was 1.6" in loaded.warning
    assert "20% of its time" in loaded.warning
    assert loaded.warning in page.page(outcome({}, loaded))


def test_where_nobody_knows_what_others_did_nothing_is_said_of_it() -> None:
    unknown = Machine(Moment(0.1, 0.0, None, 0.0), Moment(1.0, 100.0, None, 100.0), 2)
    assert unknown.others is None
    assert "others" not in str(unknown)


def test_this_moment_can_be_told() -> None:
    assert Moment.now().ours > 0


# --- what was asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "least", "value", "verdict"),
    [
        (10, True, 10.0, "reached"),
        (10, True, 9.0, "**missed** by 10%"),
        (4, False, 4.0, "reached"),
        (4, False, 6.0, "**missed** by 50%"),
    ],
)
def test_a_figure_is_reached_or_missed_by_a_share_of_what_was_asked(
    bound: float, least: bool, value: float, verdict: str
) -> None:
    assert Asked("this", bound, least, " ×", lambda _: None).verdict(Measured(value)) == verdict


def row(cells: Cells, beginning: str) -> str:
    (found,) = [line for line in summary(cells) if line.startswith(f"| {beginning}")]
    return found


def test_the_summary_is_worked_out_of_the_cells() -> None:
    cells = {
        ("mid", "sign", GATEWAY): cell(100, 100, 100),
        ("mid", "sign", JAVASCRIPT): cell(1100, 1200, 1300),
        ("mid", "sign", PYLD): cell(600, 600, 600),
        ("mid", "sign", LIMIT): cell(50, 20, 10),
    }
    assert row(cells, "sign the mid document, beside Digital").endswith(
        "12.0 × (11.0–13.0) | 12.0 × | reached |"
    )
    assert row(cells, "sign the mid document, beside pyld").endswith(
        "6.0 × (6.0–6.0) | 6.0 × | **missed** by 50% |"
    )
    assert row(cells, "sign the mid document, beside the physical").endswith("| **missed** by 25% |")


def test_a_disturbed_machine_flatters_nobody() -> None:
    cells = {
        ("mid", "sign", GATEWAY): Cell([100, 100], [100, 100]),
        ("mid", "sign", JAVASCRIPT): Cell([8000, 9000], [900, 900]),
        ("mid", "sign", LIMIT): Cell([50, 50], [20, 20]),
    }
    assert row(cells, "sign the mid document, beside Digital").endswith("| 9.0 × | **missed** by 10% |")
    assert row(cells, "sign the mid document, beside the physical").endswith("| 5.0 × | **missed** by 25% |")


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    lines = list(summary({}))
    assert len(lines) == len(ASKED) + 2
    assert all("not measured |  |  |" in line for line in lines[2:])


def test_linear_growth_is_told_from_another() -> None:
    cells = {("clr100", "sign", GATEWAY): cell(10, 10), ("clr1000", "sign", GATEWAY): cell(100, 100)}
    assert row(cells, "sign: linear").endswith("reached |")
    cells["clr1000", "sign", GATEWAY] = cell(1000, 1000)
    assert "missed" in row(cells, "sign: linear")


def test_the_smallest_xml_is_the_one_that_was_asked_for() -> None:
    cells: Cells = {}
    for size, longer in ((544, 2), (58, 6)):
        for party, time in ((GATEWAY, 1), (PYLD_PATH, longer)):
            cells[f"EDCI XML, {size} kB", "→ ob3, signed", party] = cell(time, time)
    assert row(cells, "EDCI XML").endswith("6.0 × (6.0–6.0) | 6.0 × | reached |")


def test_a_cold_start_is_judged_by_its_processor_time() -> None:
    cells = {("start", "gateway convert, badge", GATEWAY): Cell([9e6, 9e6], [0.4e6, 0.4e6])}
    assert row(cells, "cold start of `gateway convert`, a badge").endswith(
        "0.40 s (0.40–0.40) |  | reached |"
    )


# --- the page and the curves -----------------------------------------------------------------------


def everything() -> Iterator[tuple[tuple[str, str, str], Cell]]:
    for name in NAMES:
        for job in signing.JOBS:
            yield from (((name, job, party), cell(10, 20)) for party in page.PARTIES)
    for document_name in (
        "ELM micro-credential",
        "ELM, 10 achievements",
        "EDCI XML, 58 kB",
        "EDCI XML, 544 kB",
    ):
        yield from (((document_name, "→ ob3, signed", party), cell(10, 20)) for party in (GATEWAY, PYLD_PATH))
    yield ("start", "gateway --help", GATEWAY), cell(10, 20)
    for party in (GATEWAY, "didkit"):
        yield ("small, as didkit reads it", "sign", party), cell(10, 20)


def test_a_part_that_did_not_run_is_not_on_the_page() -> None:
    titles = ("## Canonicalizing", "## Converting", "## Cold start", "## A different suite", "## Growth")
    whole, none = page.page(outcome(dict(everything()))), page.page(outcome({}))
    assert all(title in whole for title in titles)
    assert not any(title in none for title in titles)


def served(bound: float = 0.025) -> serving.Served:
    rows = [
        http.Row("convert", path, clients, [rate, rate], [1.0, 2.0], [1e3 / rate, 1e3 / rate])
        for clients in (1, 8) for path, rate in zip(http.PATHS, (120.0, 10.0), strict=True)
    ]  # fmt: skip
    return serving.Served(tuple(rows), http.Lag(1000, 0.999, bound, {200: 9, 400: 1}))


def test_the_service_is_on_the_page_and_judged_by_its_rates() -> None:
    cells = serving.cells_of(served())
    assert row(cells, "HTTP convert + sign on one worker, 8").endswith(
        "12.0 × (12.0–12.0) | 12.0 × | reached |"
    )
    assert row(cells, "event loop late").endswith("0.03 s |  | reached |")
    assert "missed" in row(serving.cells_of(served(0.1)), "event loop late")
    text = page.page(outcome(cells)._replace(served=served()))
    assert "## Over HTTP" in text
    assert "## Converting" not in text
    assert "1 × 400" in text


def many(cpu: float = 300.0, late: float = 100.0) -> batches.Batches:
    lines = [
        bulk.Line(count, 1, processes, 2000.0, 300.0 if count < 100_000 else cpu, 100.0, late, 1.0)
        for count in bulk.COUNTS for processes in bulk.PROCESSES
    ]  # fmt: skip
    return batches.Batches((*lines, bulk.Line(10_000, 4, 2, 1.0, 1.0, 1.0, 9.0, 0.5)), {"one by one": 600.0})


@pytest.mark.parametrize(("cpu", "late", "missed"), [(300, 100, 0), (600, 100, 1), (300, 150, 1)])
def test_bulk_is_judged_by_even_work_and_even_memory(cpu: float, late: float, missed: int) -> None:
    lines = [line for line in summary({}, many(cpu, late)) if line.startswith("| bulk")]
    assert len(lines) == 2
    assert sum("missed" in line for line in lines) == missed
    assert sum("reached" in line for line in lines) == 2 - missed


def test_a_quick_run_says_nothing_of_a_hundred_thousand() -> None:
    few = many()._replace(lines=tuple(line for line in many().lines if line.rows < 100_000))
    assert all("not measured" in line for line in summary({}, few) if line.startswith("| bulk"))


def test_bulk_is_on_the_page_beside_signing_one_by_one() -> None:
    text = page.page(outcome({})._replace(batches=many()))
    assert "## Bulk" in text
    assert "| 100,000 | 1 | 2 | 2,000 | 300 | 100, 100 | 100.0% | 2.0 |" in text
    assert "performance-bulk.svg" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    width = 0
    for line in page.page(
        outcome(dict(everything()), QUIET, "a stack was not measured: it is not there")
    ).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_notes_stand_on_the_page() -> None:
    assert "> didkit was not measured: why." in page.page(outcome({}, QUIET, "didkit was not measured: why"))


def test_every_curve_on_the_page_is_drawn() -> None:
    made = outcome(dict(everything()))._replace(batches=many())
    drawn = page.plots(made)
    assert set(drawn) == {"sign", "verify", "convert", "xml", "bulk"} == set(page.CURVES)
    text = page.page(made)
    assert all(f"performance-{name}.svg" in text for name in drawn)


def test_a_curve_is_readable_on_light_and_on_dark_ground() -> None:
    drawn = growth("a & b", "kB", {"one": {1: 10, 100: 1000}, "two": {1: 11, 100: 1001}})
    root = ElementTree.fromstring(drawn)
    assert "prefers-color-scheme: dark" in drawn
    classes = {node.get("class") for node in root.iter() if node.get("class")}
    assert {"ground", "ink", "line", "c0", "c1", "t0", "t1"} <= classes
    names = {node.text: float(node.get("y", "0")) for node in root.iter() if node.text in ("one", "two")}
    assert abs(names["one"] - names["two"]) >= 14


def test_a_curve_of_one_size_is_no_curve() -> None:
    assert page.plots(outcome({("clr1", "sign", GATEWAY): cell(1)})) == {}


# --- what is measured ------------------------------------------------------------------------------


def test_the_pyld_path_expands_and_the_switch_goes_back() -> None:
    tree = document("small", "did:example:issuer")
    with expanding():
        expanded = canonicalize(tree)
    compiled = canonicalize(tree)
    assert expanded.expanded == REASON
    assert compiled.expanded == ""
    assert expanded.nquads == compiled.nquads


def test_both_paths_convert_to_the_same_bytes() -> None:
    data = elm(2)
    with expanding():
        expanded = convert(data, "ob3", True)
    assert convert(data, "ob3", True) == expanded


def test_achievements_have_identifiers_and_titles_of_their_own() -> None:
    claims = json.loads(elm(3))["credentialSubject"]["hasClaim"]
    assert len({claim["id"] for claim in claims}) == 3
    assert len({claim["title"]["en"] for claim in claims}) == 3
    assert len({claim["awardedBy"]["awardingBody"]["id"] for claim in claims}) == 1


def test_documents_for_another_suite_are_of_the_older_data_model() -> None:
    for peer in PEERS.values():
        tree = json.loads(document_of("mid", peer.context))
        assert tree["@context"][0].endswith("/2018/credentials/v1")
        assert "validFrom" not in tree


def test_the_limit_and_the_gateway_verify_what_they_sign() -> None:
    given = signing.inputs("small")
    for party in (GATEWAY, PYLD, LIMIT):
        assert signing.WORKS[party]["verify"](given.get(f"{party} verify", given["verify"]))


def test_every_figure_that_was_asked_for_has_a_line_of_its_own() -> None:
    assert len({figure.what for figure in asked.ASKED}) == len(asked.ASKED)
