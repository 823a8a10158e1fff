"""Count what holds over other people's samples and vectors, and in their verifiers.

    python -m conformance.run CORPORA [--write docs/conformance.md] [--no-node]

Exits 1 when a figure is not as required.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from conformance import (
    attacks,
    badges,
    conversions,
    foreign,
    generated,
    identifiers,
    outside,
    profiles,
    seals,
    templated,
    vectors,
    w3c,
    wallets,
)
from conformance.figures import Figure

__all__ = ["main"]

SHOWN = 8
PARTS = {
    "Vectors": vectors,
    "Generated documents": generated,
    "Templates": templated,
    "W3C suites and signatures": w3c,
    "Badges": badges,
    "Seals": seals,
    "DIDs": identifiers,
    "Conversions": conversions,
    "Profiles of ELM": profiles,
    "The outside world": outside,
    "Attacks": attacks,
    "Foreign verifiers": foreign,
    "Wallets": wallets,
}
LIBRARIES = ("pyld", "pynacl", "cryptography", "lxml", "rfc8785", "pyshacl", "jsonschema")


def main() -> int:
    """Run every part; the exit code."""
    parser = argparse.ArgumentParser(prog="conformance.run", description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--no-node", action="store_true")
    asked = parser.parse_args()
    done: dict[str, list[Figure]] = {}
    for title, part in PARTS.items():
        why = (
            ("left out on request" if asked.no_node else foreign.available())
            if part in (foreign, wallets)
            else ""
        )
        if why:
            print(f"{title}: skipped, {why}")
            continue
        done[title] = []
        for figure in part.figures(asked.corpora):
            done[title].append(figure)
            print(_line(figure), flush=True)
    if asked.write and len(done) < len(PARTS):
        print(f"{asked.write} stays as it is: it has figures that were skipped now")
    elif asked.write:
        asked.write.write_text("\n".join(_page(done)) + "\n")
    failed = [figure for figures in done.values() for figure in figures if not figure.passed]
    for figure in failed:
        print(f"NOT REACHED: {figure.title}: {', '.join(figure.lacking[:SHOWN])}")
    return 1 if failed else 0


def _line(figure: Figure) -> str:
    count = f"{figure.reached}/{figure.total}" if figure.total else str(figure.reached)
    return f"{'ok ' if figure.passed else 'NOT'} {count:>9}  {figure.title}" + (
        f"  ({figure.note})" if figure.note else ""
    )


def _page(done: dict[str, list[Figure]]) -> Iterator[str]:
    yield "# Conformance"
    yield ""
    yield "Made by `make conformance`; not to be edited by hand."
    yield ""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield f"Python {platform.python_version()}, {versions}."
    for title, figures in done.items():
        yield from ("", f"## {title}", "", "| what | reached | note |", "|---|---|---|")
        for figure in figures:
            count = f"{figure.reached} of {figure.total}" if figure.total else str(figure.reached)
            yield f"| {figure.title.replace('|', '/')} | {count} | {figure.note} |"
        for figure in figures:
            if figure.lacking:
                yield from ("", f"Not among *{figure.title}*:", "")
                yield from (f"- {name}" for name in figure.lacking)


if __name__ == "__main__":
    sys.exit(main())
