"""Measure the gateway beside others and write what came of it, losses included.

    python -m bench.run [--write docs/performance.md] [--rounds 5] [--seconds 0.3] [--only PART …]

Equal bytes come first: nothing is timed where two parties make different ones.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bench import signing
from bench.documents import NAMES
from bench.javascript import JavaScript
from bench.measuring import Cell, Ratio
from bench.plot import growth
from conformance.lineages import available

__all__ = ["main"]

LIBRARIES = ("pyld", "pynacl", "lxml", "aiohttp")
GROWTH = ("clr1", "clr10", "clr100", "clr1000")


def main() -> int:
    """Run every part; the exit code."""
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    asked = parser.parse_args()
    if why := available():
        print(f"the Digital Bazaar stack is missing: {why}")
        return 1
    script = JavaScript()
    try:
        for name in NAMES:
            signing.check_equal(name, script)
            print(f"equal bytes: {name}", flush=True)
        cells = signing.measure(NAMES, asked.rounds, asked.seconds, script)
    except signing.Difference as difference:
        print(f"not timed: {difference}")
        return 1
    finally:
        script.close()
    page = [*_head(asked.rounds), *_signing(cells)]
    print("\n".join(page))
    if asked.write:
        asked.write.write_text("\n".join(page) + "\n")
        for job in ("sign", "verify"):
            asked.write.with_name(f"performance-{job}.svg").write_text(_curve(cells, job))
    return 0


def _head(rounds: int) -> Iterator[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = os.getloadavg()[0]
    yield from ("# Performance", "", "Made by `make bench`; not to be edited by hand.", "")
    yield (
        f"Python {platform.python_version()}, {versions}; the Digital Bazaar stack as pinned in "
        f"`conformance/node/package.json`. {os.cpu_count()} cores, load {load:.1f} at the end, "
        f"{rounds} rounds in turns: ratios are what counts, the median of the rounds with the lowest and the highest."
    )


def _signing(cells: dict[tuple[str, str, str], Cell]) -> Iterator[str]:
    yield from ("", "## Canonicalizing, signing, verifying", "")
    yield (
        "From bytes to bytes, `eddsa-rdfc-2022`, the issuer's document known. The gateway checks all it always "
        "checks; the limit is JSON in and out, two digests and one Ed25519 operation."
    )
    others = signing.PARTIES[1:]
    yield from ("", f"| document | job | gateway, µs | CPU, µs | {' | '.join(f'× {o}' for o in others)} |")
    yield "|---|---|---|---|" + "---|" * len(others)
    for name in NAMES:
        for job in signing.JOBS:
            ours = cells[name, job, "gateway"]
            ratios = [
                str(Ratio.of(cells[name, job, other], ours)) if (name, job, other) in cells else "—"
                for other in others
            ]
            yield f"| {name} | {job} | {ours.median:.0f} | {ours.processor:.0f} | {' | '.join(ratios)} |"
    yield from ("", "A ratio is how many times longer the other takes; for the limit it is below 1.")
    yield from ("", "![signing](performance-sign.svg)", "", "![verifying](performance-verify.svg)")


def _curve(cells: dict[tuple[str, str, str], Cell], job: str) -> str:
    return growth(
        f"{job}: microseconds over achievements",
        {
            party: {int(name.removeprefix("clr")): cells[name, job, party].median for name in GROWTH}
            for party in signing.PARTIES
        },
    )


if __name__ == "__main__":
    sys.exit(main())
