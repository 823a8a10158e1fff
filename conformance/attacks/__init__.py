"""Attacks of every kind on credentials of our own and on the doors: what gets through is counted, and is nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from conformance.attacks import addresses, doors, fuzz, insertions, matrix
from conformance.attacks.matrix import Outcome
from conformance.attacks.signed import MECHANISMS
from conformance.figures import Figure, all_of

__all__ = ["figures"]

PROCESSES = 2
INSERTIONS, DAMAGED, PORTION = 20_000, 5_000, 250


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about attacks."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from _matrix(list(pool.map(matrix.attack, MECHANISMS)))
        found = _sum(pool.map(insertions.attack, *_portions(INSERTIONS)))
        yield _none_of("random insertions into signed credentials, none verified", INSERTIONS, found)
        found = _sum(pool.map(fuzz.attack, *_portions(DAMAGED)))
        yield _none_of("damaged documents, none but the gateway's own errors", DAMAGED, found)
    yield all_of(
        f"hostile addresses {', '.join(addresses.WAYS)}, no connection",
        addresses.outcomes(addresses.vectors(corpora)),
    )
    with tempfile.TemporaryDirectory() as folder:
        answered = doors.outcomes(doors.attacks(corpora), Path(folder))
    yield all_of("files of the security corpora answered as the contract says", answered)


def _portions(times: int) -> tuple[range, list[int]]:
    """Seeds, and how many tries with each."""
    seeds = range(times // PORTION)
    return seeds, [PORTION] * len(seeds)


def _sum(lists: Iterable[list[str]]) -> list[str]:
    return [entry for entries in lists for entry in entries]


def _matrix(outcomes: list[Outcome]) -> Iterator[Figure]:
    """One figure for each suite and kind of key, of both data models, and one of what must stay verified."""
    suites = dict.fromkeys(f"{o.mechanism.suite} {o.mechanism.kind}" for o in outcomes)
    for suite in suites:
        own = [o for o in outcomes if f"{o.mechanism.suite} {o.mechanism.kind}" == suite]
        passed = [f"{o.mechanism.name}: {name}" for o in own for name in o.passed]
        yield _none_of(f"single changes under {suite}, none verified", sum(o.tried for o in own), passed)
    harmless = {f"{o.mechanism.name}: {name}": True for o in outcomes for name in o.harmless}
    harmless |= {f"{o.mechanism.name}: {name}": False for o in outcomes for name in o.refused}
    yield all_of("changes of no meaning that stay verified", harmless)


def _none_of(title: str, tried: int, found: list[str]) -> Figure:
    return Figure(title, tried - len(found), tried, max(tried, 1), tuple(found))
