"""Measure the gateway beside others and write what came of it, losses included.

    python -m bench.run [--write docs/performance.md] [--only PART …] [--quick] [--minutes 18] [--corpora FOLDER]

Equal bytes come first: nothing is timed where two parties make different ones.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import batches, converting, different, serving, signing, starting
from bench.documents import NAMES
from bench.javascript import JavaScript
from bench.machine import Machine, Moment, versions
from bench.measuring import Plan, Turn, take_turns
from bench.page import Outcome, page, plots
from bench.world import Difference, World
from conformance.lineages import available

__all__ = ["PARTS", "main"]

LIBRARIES = ("pyld", "pynacl", "orjson", "lxml", "aiohttp", "pyoxigraph")
KEPT = Path("build") / "bench"
"""Environments of others, kept from run to run."""
QUICK_NAMES = ("small", "mid", "clr1", "clr100")


def _signing_turns(part: str) -> Callable[[World], Iterable[Turn]]:
    def turns(world: World) -> Iterable[Turn]:
        names = QUICK_NAMES if world.quick else NAMES
        for name in (name for name in names if name not in world.equal):
            signing.check_equal(name, world.script)
            world.equal.add(name)
            world.say(f"equal bytes: {name}")
        return signing.turns(part, names, world)

    return turns


PARTS: dict[str, Callable[[World], Iterable[Turn]]] = {
    **{part: _signing_turns(part) for part in signing.PARTS},
    "convert": converting.turns,
    "start": starting.turns,
    "different": different.turns,  # didkit and ACA-Py
}
"""What can be measured in turns, in the order it is."""
APART = {"http": 110.0, "bulk": 150.0}
"""What has rounds of its own, after the others, and about how many seconds it takes unless the run is quick."""
LEAST_BUDGET = 60.0
"""Seconds for the turns, however long it took to prepare them."""
BEGIN = time.perf_counter()
NOT_QUICK = ("different",)
"""Parts that a quick run leaves out unless it is asked for them."""


def main() -> int:
    """Run the parts asked for; the exit code."""
    asked = _asked()
    if why := available():
        print(f"the Digital Bazaar stack is missing: {why}")
        return 1
    plan = Plan(asked.rounds, asked.seconds, asked.minutes * 60)
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = _measured(asked, plan, Path(folder))
        except (Difference, RuntimeError) as error:  # a party that makes other bytes, or that failed
            print(f"not timed: {error}")
            return 1
    text = page(made)
    print(text)
    if asked.write:
        asked.write.write_text(text)
        for name, plot in plots(made).items():
            asked.write.with_name(f"performance-{name}.svg").write_text(plot)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page; curves are written beside it")
    every = (*PARTS, *APART)
    parser.add_argument("--only", nargs="+", choices=every, metavar="PART", help=f"of {', '.join(every)}")
    parser.add_argument(
        "--quick", action="store_true", help="a few minutes: fewer documents, 3 rounds, short turns"
    )
    parser.add_argument("--rounds", type=int, help="default 5")
    parser.add_argument("--seconds", type=float, help="of a turn; default 0.3")
    parser.add_argument("--minutes", type=float, help="the whole at most; default 18")
    parser.add_argument(
        "--corpora", type=Path, metavar="FOLDER", help="other people's samples, where you have them"
    )
    asked = parser.parse_args()
    defaults = {"rounds": 3, "seconds": 0.05, "minutes": 4.0} if asked.quick else {}
    for name, value in ({"rounds": 5, "seconds": 0.3, "minutes": 18.0} | defaults).items():
        if getattr(asked, name) is None:
            setattr(asked, name, value)
    asked.only = asked.only or [part for part in every if not (asked.quick and part in NOT_QUICK)]
    return asked


def _measured(asked: argparse.Namespace, plan: Plan, folder: Path) -> Outcome:
    """Every part asked for, in turns. Raises ``Difference``."""
    begin = Moment.now()
    corpora = asked.corpora if asked.corpora and asked.corpora.is_dir() else None
    script = JavaScript(folder)
    world = World(script, folder, KEPT, _say, corpora, asked.quick, closing=[script.close])
    try:
        turns = [turn for part in PARTS if part in asked.only for turn in PARTS[part](world)]
        later = 0.0 if asked.quick else sum(took for part, took in APART.items() if part in asked.only)
        budget = plan.budget - (time.perf_counter() - begin.clock) - later
        gc.collect()
        gc.freeze()  # what the bench itself holds is not for the parties to be looked through again and again
        cells, rounds = take_turns(turns, plan._replace(budget=max(budget, LEAST_BUDGET)), _progress)
        served = serving.measure(plan, world) if "http" in asked.only else None
        many = batches.measure(world) if "bulk" in asked.only else None
    finally:
        for close in world.closing:
            close()
    machine = Machine(begin, Moment.now(), os.cpu_count() or 1)
    cells |= serving.cells_of(served) if served else {}
    return Outcome(cells, rounds, machine, versions(LIBRARIES), tuple(world.notes), served, many)


def _say(what: str) -> None:
    minutes, seconds = divmod(int(time.perf_counter() - BEGIN), 60)
    print(f"[{minutes:2d}:{seconds:02d}] {what}", file=sys.stderr, flush=True)


def _progress(part: str, number: int, left: float | None) -> None:
    minutes, seconds = divmod(int(left or 0), 60)
    _say(
        f"round {number}: {part}"
        + (f", about {minutes}:{seconds:02d} left of the turns" if left is not None else "")
    )


if __name__ == "__main__":
    sys.exit(main())
