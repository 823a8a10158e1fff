"""The service over HTTP (``bench.http``) as cells beside the others, and its part of the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

from bench import http
from bench.converting import PYLD_PATH
from bench.documents import document
from bench.measuring import Cell, Cells, Plan, Ratio
from bench.signing import GATEWAY
from bench.tables import table
from bench.world import Difference, World

__all__ = ["LAG", "Served", "cells_of", "measure", "name", "section"]

PARTIES = dict(zip(http.PATHS, (GATEWAY, PYLD_PATH), strict=True))
JOBS = {"convert": "convert + sign", "issue": "issue"}
LAG = ("HTTP", "event loop with poison", GATEWAY)
SECONDS, POISON_SECONDS = 2.0, 15.0
"""Of one turn, and of the load with poison in it."""
SHORTER = 0.25
"""What a quick run takes of them."""


class Served(NamedTuple):
    """Each job by each server, and how late the event loop was."""

    rows: tuple[http.Row, ...]
    lag: http.Lag


def measure(plan: Plan, world: World) -> Served:
    """Both servers at every job, in turns, then one of them with poison in its load."""
    _check_switch()
    share = SHORTER if world.quick else 1.0
    world.say(f"http: {plan.rounds} rounds, then poison")
    rows = http.measure(plan.rounds, SECONDS * share)
    return Served(tuple(rows), http.lag(POISON_SECONDS * share))


def _check_switch() -> None:
    """Raise ``Difference`` where a process that is told to take the pyld path does not, or one that is not does."""
    tree = json.dumps(document("small", "did:example:issuer"))
    ask = "import sys, json; from gateway.jsonld import canonicalize as c; print(c(json.loads(sys.argv[1])).expanded)"
    for folder, expands in (("", False), (str(http.SLOW_PATH), True)):
        environment = {**os.environ, "PYTHONPATH": folder}
        done = subprocess.run(
            [sys.executable, "-c", ask, tree], env=environment, capture_output=True, text=True, check=True
        )
        if bool(done.stdout.strip()) is not expands:
            raise Difference(
                "the compiled contexts of a server cannot be switched off: HTTP was not measured"
            )


def name(clients: int) -> str:
    """What a load is called."""
    return f"HTTP, {clients} client{'s' if clients > 1 else ''}"


def cells_of(served: Served) -> Cells:
    """The same as cells: microseconds of the server's time for each request, by round."""
    cells: Cells = {}
    for row in served.rows:
        wall, cpu = [1e6 / rate for rate in row.rates], [1e3 * used for used in row.processor]
        cells[name(row.clients), row.job, PARTIES[row.path]] = Cell(wall, cpu)
    cells[LAG] = Cell([served.lag.bound * 1e6], [0.0])
    return cells


def section(served: Served) -> Iterator[str]:
    """The part of the page."""
    yield from ("", "## Over HTTP", "")
    yield (
        "A server with one worker process, beside the same server on the pyld path, asked in turns over loopback by "
        "a client on the same machine: `POST /v1/convert?to=ob3` with the ELM micro-credential, and "
        "`POST /credentials/issue` with the mid document. Processor time is the server's, its worker included."
    )
    yield ""
    cells = cells_of(served)
    yield from table(
        ("job", "clients", "server", "requests a second", "p50, ms", "p99, ms", "CPU, ms", "beside the pyld path ×"),
        (
            (
                JOBS[row.job], str(row.clients), PARTIES[row.path], f"{row.rate:.1f}", f"{row.percentile(0.5):.1f}",
                f"{row.percentile(0.99):.1f}", f"{row.cpu:.2f}", _ratio(cells, row),
            )
            for row in served.rows
        ),
    )  # fmt: skip
    lag = served.lag
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(lag.statuses.items()))
    yield ""
    yield (
        f"With one request in ten made to hold a canonicalizer (answers: {answers}), the event loop was asked "
        f"{lag.samples} times whether it is late: {lag.within:.2%} within {http.ASKED * 1e3:.0f} ms, "
        f"99.9 % within {lag.bound * 1e3:g} ms."
    )


def _ratio(cells: Cells, row: http.Row) -> str:
    if PARTIES[row.path] == PYLD_PATH:
        return ""
    place = (name(row.clients), row.job)
    return str(Ratio.of(cells[(*place, PYLD_PATH)], cells[(*place, GATEWAY)]))
