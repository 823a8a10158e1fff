"""Write the other forms of the project's own examples: `python -m conformance.make_examples`.

The sources are written by hand: one form of each example. The others are what the gateway makes of it,
unsigned, so that they are the same at every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.core import ConvertOptions, express, render, understand
from gateway.formats import FORMATS

__all__ = ["SOURCES", "forms", "main"]

FOLDER = Path(__file__).resolve().parent.parent / "examples"
SOURCES = ("micro-credential.elm3.json", "diploma.elm3.json", "badge.ob3.json")


def forms(source: str) -> Iterator[tuple[str, bytes]]:
    """The other forms of an example, each with the name of its file."""
    name, own, _ = source.split(".")
    read = understand((FOLDER / source).read_bytes())
    for form in FORMATS:
        if form.write is not None and form.name != own:
            done = express(read, ConvertOptions(form.name, provenance=False))
            yield f"{name}.{form.name}.{'xml' if form.kind == 'xml' else 'json'}", render(form, done.tree)


def main() -> None:
    """Write every form that is not a source."""
    for source in SOURCES:
        for name, data in forms(source):
            (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
