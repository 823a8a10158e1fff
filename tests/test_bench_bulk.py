"""The measurement of bulk signing measures what it says: every row signed, by templates, in one table."""

from __future__ import annotations

import json
from pathlib import Path

from bench.bulk import Line, measure, rows, table


def test_rows_differ_in_texts_and_are_as_many_as_asked_for() -> None:
    made = [json.loads(row) for row in rows(9, 4)]
    assert len({tree["id"] for tree in made}) == 9
    assert made[0].keys() == made[4].keys() != made[1].keys()


def test_a_run_signs_all_rows_by_templates(tmp_path: Path) -> None:
    (line,) = measure(tmp_path, counts=(450,), processes=(1,), shapes=(1,))
    assert (line.rows, line.shapes, line.processes) == (450, 1, 1)
    assert line.templates > 0.95
    assert min(line.rate, line.cpu, line.early, line.late) > 0


def test_the_table_tells_ratios_of_processor_time() -> None:
    line = Line(10_000, 1, 2, 5_000.4, 300.0, 55.2, 56.9, 0.999)
    several = line._replace(shapes=4)
    head, _, first, second = table([line, several], {"one by one": 900.0})
    assert head.endswith("| × one by one |")
    assert first == "| 10,000 | 1 | 2 | 5,000 | 300 | 55, 57 | 99.9% | 3.0 |"
    assert second.endswith(" — |")
