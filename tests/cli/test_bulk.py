"""Bulk work on the command line: jobs that any command, or the service, goes on with."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.resources import example_bytes
from gateway.store.slots import take_slot
from tests.jobs.parts import badges, zipped
from tests.jobs.test_tables import HEADER, ROW

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on a gateway of the test's own; the exit code and what it prints."""
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "data"))

    def once(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return once


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of everything that is taken in."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    first, second, third, fourth = badges(4)
    (folder / "a.json").write_bytes(first)
    (folder / "b.xml").write_bytes(example_bytes("badge.edci-xml.xml"))
    (folder / "c.zip").write_bytes(zipped({"one.json": second, "bad.json": b"{}"}).getvalue())
    (folder / "d.ndjson").write_bytes(third + b"\n" + fourth)
    (folder / "sub" / "e.csv").write_text(f"{HEADER}\n{ROW}\n")
    (folder / ".hidden").write_bytes(b"{}")
    return folder


def jobs(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("bulk", "list", "--json")[1])
    return found


def test_files_of_every_kind_are_taken_in_converted_and_written(
    run: Run, files: Path, tmp_path: Path
) -> None:
    assert run("tenants", "add", "academy")[0] == 0
    code, out, err = run("bulk", "import", str(files), "--processes", "1", "--json")
    assert code == 1  # one of them is no credential
    job = json.loads(out)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 7, 6, 1)
    assert f"job {job['id']}" in err
    _, rows, _ = run("bulk", "rows", job["id"], "--state", "failed")
    assert json.loads(rows)["name"] == "c.zip: bad.json"

    out_folder = tmp_path / "out"
    code, told, _ = run(
        "bulk", "convert", "--to", "elm3", "--out", str(out_folder), "--processes", "1", "--json"
    )
    assert (code, json.loads(told)["done"]) == (0, 6)
    written = sorted(out_folder.iterdir())
    assert len(written) == 6
    stamps = [path.stat().st_mtime_ns for path in written]
    assert run("bulk", "export", "--to", "elm3", "--out", str(out_folder), "--processes", "1")[0] == 0
    assert [path.stat().st_mtime_ns for path in sorted(out_folder.iterdir())] == stamps

    originals = tmp_path / "originals"
    assert run("bulk", "export", "--out", str(originals))[1] == "6 originals written\n"
    assert (files / "a.json").read_bytes() in [path.read_bytes() for path in originals.iterdir()]
    assert {path.suffix for path in originals.iterdir()} == {".json", ".xml"}
    code, told, _ = run("bulk", "reissue", "--processes", "1", "--json")
    assert (code, json.loads(told)["done"]) == (0, 6)


def test_files_are_converted_into_a_folder(run: Run, tmp_path: Path) -> None:
    run("tenants", "add", "academy")
    (tmp_path / "one.json").write_bytes(example_bytes("badge.ob2.json"))
    (tmp_path / "two.json").write_bytes(b"{}")
    code, _, err = run(
        "bulk", "convert", str(tmp_path / "one.json"), str(tmp_path / "two.json"), "--to", "ob3", "--unsigned",
        "--out", str(tmp_path / "out"), "--processes", "1",
    )  # fmt: skip
    assert (code, "1 failed" in err) == (1, True)
    (written,) = (tmp_path / "out").iterdir()
    assert "proof" not in json.loads(written.read_bytes())


def test_a_job_that_waits_is_paused_gone_on_with_and_tried_again(
    run: Run, files: Path, tmp_path: Path
) -> None:
    run("tenants", "add", "academy")
    run("bulk", "import", str(files / "c.zip"), "--processes", "1")
    (job,) = jobs(run)
    corrected = tmp_path / "rows.ndjson"
    corrected.write_text(json.dumps({"row": 2, "credential": json.loads(badges(1, begin=5)[0])}))
    assert "1 waiting" in run("bulk", "retry", job["id"], "--rows", str(corrected))[1]
    assert "paused" in run("bulk", "pause", job["id"])[1]
    assert "paused" in run("bulk", "show", job["id"], "--follow")[1]
    assert "running" in run("bulk", "resume", job["id"])[1]
    code, told, _ = run("bulk", "show", job["id"], "--follow", "--processes", "1")
    assert (code, "2 done, 0 failed" in told) == (0, True)
    assert run("bulk", "cancel", job["id"])[0] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "nowhere.json"), "cannot read"),
        (("import", "{empty}"), "not one file"),
        (("convert", "--to", "nonsense"), "nonsense"),
        (("show", "nothing"), "no such job"),
        (("rows", "nothing"), "no such job"),
        (("list", "--tenant", "nobody"), "no tenant"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    run("tenants", "add", "academy")
    (tmp_path / "empty").mkdir()
    code, _, err = run("bulk", *(word.replace("{empty}", str(tmp_path / "empty")) for word in arguments))
    assert (code, words in err) == (2, True), err
    assert jobs(run) == []


def test_it_must_be_known_whose_credentials_they_are(run: Run) -> None:
    code, _, err = run("bulk", "list")
    assert (code, "no tenant yet" in err) == (2, True)
    run("tenants", "add", "one")
    run("tenants", "add", "two")
    assert run("bulk", "list")[0] == 2
    assert run("bulk", "list", "--tenant", "two")[0] == 0


async def test_work_is_refused_where_another_does_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    held = await take_slot(f"sqlite:///{tmp_path / 'data' / 'gateway.db'}")
    assert held is not None
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "gateway"), "work", "--data", str(tmp_path / "data"),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, err = await process.communicate()
    await held.give_back()
    assert (process.returncode, b"another process" in err) == (2, True), err


def test_a_line_now_and_then_where_there_is_no_terminal_and_a_bar_where_there_is(
    run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    run("tenants", "add", "academy")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    main(["bulk", "import", str(files / "d.ndjson"), "--processes", "1"])
    assert "2 done, 0 failed" in terminal.getvalue()
    assert "import" in terminal.getvalue()
