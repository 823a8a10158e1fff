"""Signing many credentials: how fast, whether linear in their number, with how much memory, beside one by one.

    python -m bench.bulk [--counts 1000 10000 100000] [--javascript]

Each run is a process of its own with its workers: it reads rows from a file, signs them as ``gateway sign --batch``
does, ledger included, and writes them to another. The first chunk, in which contexts are compiled, is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, NamedTuple

from bench import pyld_stack
from bench.documents import document
from bench.javascript import JavaScript
from bench.measuring import run_for
from bench.ours import DID, KEY
from conformance.lineages import available
from gateway.compute import HereCompute, PoolCompute
from gateway.fetch import NoFetch
from gateway.keys import secret_multikey
from gateway.pipeline import Gateway, utc_now
from gateway.settings import Settings
from gateway.signer import Ledger, signer_for

__all__ = ["COUNTS", "SHAPES", "Line", "measure", "per_signature", "rows", "table"]

COUNTS = (1_000, 10_000, 100_000)
PROCESSES = (1, 2)
SHAPES = ("mid", "small", "clr1", "complete")
"""Documents that rows are made of: the first alone, or all of them in turns."""
SAMPLE = 0.1
"""Seconds between two looks at the memory."""
ORDINARY, PYLD, JAVASCRIPT = "one by one", "pyld + PyNaCl", "Digital Bazaar"


class Line(NamedTuple):
    """One run of so many ``rows``: ``rate`` in credentials a second, ``cpu`` in microseconds of all processes for
    one; ``early`` and ``late`` the memory of all processes after a tenth of the rows, and the most after half of
    them, in MiB; what part was read by ``templates``.
    """

    rows: int
    shapes: int
    processes: int
    rate: float
    cpu: float
    early: float
    late: float
    templates: float


def rows(count: int, shapes: int) -> Iterator[bytes]:
    """So many credentials that differ as those of a course do: by learner, dates, results and numbers."""
    made = [document(name, DID) for name in SHAPES[:shapes]]
    for number in range(count):
        tree = made[number % shapes]
        subject: dict[str, Any] = tree["credentialSubject"]
        tree["id"] = f"urn:uuid:{number:08x}-0000-4000-8000-{number:012x}"
        tree["validFrom"] = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T00:00:00Z"
        subject["id"] = f"did:example:learner:{number * 7919 % 1_000_003}"
        if "identifier" in subject:
            subject["identifier"][0]["identityHash"] = f"learner.{number}@mail.example"
            subject["licenseNumber"] = f"HS-2026-{number}"
            subject["narrative"] = f"Sailed {number % 40 + 3} passages, {number % 5} of them at night."
            for position, result in enumerate(subject["result"]):
                result["value"] = str(50 + (number * 13 + position * 7) % 50)
        yield json.dumps(tree, ensure_ascii=False).encode()


def measure(
    folder: Path, *, counts: Sequence[int] = COUNTS, processes: Sequence[int] = PROCESSES,
    shapes: Sequence[int] = (1, len(SHAPES)),
) -> list[Line]:  # fmt: skip
    """Every combination, once each: the larger counts are long enough to be their own average.

    Several shapes are measured at the second largest count alone.
    """
    found = []
    for several in shapes:
        for count in counts if several == shapes[0] else sorted(counts)[-2:][:1]:
            source = folder / "rows.ndjson"
            with source.open("wb") as file:
                file.writelines(row + b"\n" for row in rows(count, several))
            found += [_run(source, folder, count, several, number) for number in processes]
    return found


def per_signature(seconds: float = 2.0, script: JavaScript | None = None) -> dict[str, float]:
    """Processor microseconds of one signature on the first of ``SHAPES`` by others, and by ourselves one by one."""
    data = next(rows(1, 1))
    gateway = Gateway(_signer(), Settings(), NoFetch(), HereCompute())

    async def one_by_one() -> float:
        for _ in range(20):
            await gateway.secure(data)
        start, end, count = time.process_time(), time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            await gateway.secure(data)
            count += 1
        return (time.process_time() - start) * 1e6 / count

    found = {ORDINARY: asyncio.run(one_by_one())}
    pyld_stack.signed(data)
    found[PYLD] = run_for(lambda: pyld_stack.signed(data), seconds)[1]
    if script is not None:
        script.times("sign", data, seconds)
        found[JAVASCRIPT] = script.times("sign", data, seconds)[1]
    return found


def table(lines: Sequence[Line], others: Mapping[str, float]) -> Iterator[str]:
    """The table as Markdown: ratios are of processor time for one credential."""
    heads = "".join(f" × {name} |" for name in others)
    yield f"| credentials | shapes | processes | a second | CPU each, µs | MiB early, late | by templates |{heads}"
    yield "|" + "---|" * (7 + len(others))
    for line in lines:
        ratios = "".join(f" {other / line.cpu:.1f} |" for other in others.values()) if line.shapes == 1 else (
            " — |" * len(others)
        )  # fmt: skip
        yield (
            f"| {line.rows:,} | {line.shapes} | {line.processes} | {line.rate:,.0f} | {line.cpu:.0f} | "
            f"{line.early:.0f}, {line.late:.0f} | {line.templates:.1%} |{ratios}"
        )


# --- a run, in a process of its own ------------------------------------------------------------------


def _run(source: Path, folder: Path, count: int, shapes: int, processes: int) -> Line:
    with tempfile.TemporaryDirectory(dir=folder) as data:
        told = json.dumps({"source": str(source), "data": data, "processes": processes, "count": count})
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        command = [sys.executable, "-c", "from bench.bulk import child; child()"]
        done = subprocess.run(
            command, input=told, env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"a bulk run failed: {done.stderr[-500:]}")
    made: dict[str, float] = json.loads(done.stdout)
    return Line(count, shapes, processes, **made)


def _signer() -> Any:
    return signer_for(Settings(signing_key=secret_multikey(KEY)), utc_now())


def child() -> None:
    """Do what standard input says, and say on standard output how it went."""
    print(json.dumps(asyncio.run(_signed(json.loads(sys.stdin.read())))))


async def _signed(told: dict[str, Any]) -> dict[str, float]:
    data, processes, count = Path(told["data"]), told["processes"], told["count"]
    compute = HereCompute() if processes == 1 else PoolCompute(processes - 1, 2 * processes)
    ledger = Ledger(data)
    gateway = Gateway(_signer(), Settings(), NoFetch(), compute, ledger=ledger)
    begin = looked = 0.0
    cpu, first, done, templated = 0.0, 0, 0, 0
    memory: list[tuple[int, float]] = []
    with Path(told["source"]).open("rb") as source, (data / "out.ndjson").open("wb") as out:
        made = gateway.secure_many(enumerate(source, start=1), ahead=2 * processes)
        async with aclosing(made):
            async for chunk in made:
                if any(row.refusal is not None for row in chunk):
                    raise RuntimeError("a row was refused")
                out.writelines(row.content for row in chunk)
                out.flush()
                done += len(chunk)
                templated += sum(row.templated for row in chunk)
                if not begin:
                    begin, cpu, first = time.perf_counter(), _processor(), done
                if (now := time.perf_counter()) - looked >= SAMPLE:
                    looked = now
                    memory.append((done, _memory()))
        took, used = time.perf_counter() - begin, _processor() - cpu
    await compute.close()
    if done != count:
        raise RuntimeError("rows are missing")
    early = [held for at, held in memory if at <= max(count / 10, memory[0][0])]
    late = [held for at, held in memory if at >= count / 2] or [memory[-1][1]]
    return {
        "rate": (done - first) / took, "cpu": used * 1e6 / (done - first),
        "early": max(early), "late": max(late), "templates": templated / done,
    }  # fmt: skip


def _processes() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [own, *map(int, children)]


def _processor() -> float:
    """Processor seconds of this process and those it started."""
    total = 0
    for process in _processes():
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _memory() -> float:
    """MiB that this process and those it started hold."""
    pages = sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in _processes())
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """Measure and print the table; the exit code."""
    parser = argparse.ArgumentParser(prog="bench.bulk", description=__doc__)
    parser.add_argument("--counts", nargs="+", type=int, default=COUNTS, metavar="N")
    parser.add_argument("--javascript", action="store_true", help="beside the Digital Bazaar stack too")
    asked = parser.parse_args()
    if asked.javascript and (why := available()):
        print(f"the Digital Bazaar stack is missing: {why}")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = JavaScript(folder) if asked.javascript else None
        try:
            others = per_signature(script=script)
        finally:
            if script is not None:
                script.close()
        print("\n".join(table(measure(folder, counts=asked.counts), others)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
