"""Write the other forms of the project's own examples: `python -m conformance.make_examples`.

The sources are written by hand: one form of each example. The others are what the gateway makes of it,
unsigned, so that they are the same at every run.
"""

from __future__ import annotations

from pathlib import Path

from gateway.core import ConvertOptions, express, render, understand
from gateway.formats import FORMATS

__all__ = ["SOURCES", "main"]

FOLDER = Path(__file__).resolve().parent.parent / "examples"
SOURCES = ("micro-credential.elm3.json", "diploma.elm3.json", "badge.ob3.json")


def main() -> None:
    """Write every form that is not a source."""
    for source in SOURCES:
        name, own, _ = source.split(".")
        read = understand((FOLDER / source).read_bytes())
        for form in FORMATS:
            if form.write is None or form.name == own:
                continue
            done = express(read, ConvertOptions(form.name, provenance=False))
            suffix = "xml" if form.kind == "xml" else "json"
            (FOLDER / f"{name}.{form.name}.{suffix}").write_bytes(render(form, done.tree))


if __name__ == "__main__":
    main()
