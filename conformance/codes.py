"""docs/codes.md: what each code of a check or an error means, from the catalogue and the errors themselves."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from gateway import errors
from gateway.errors import GatewayError
from gateway.resources import message_text

__all__ = ["listing"]

HEAD = """# Codes

Every code that a check, a problem document or a statement of a list can have. Codes are an interface: one may be
added, none is renamed. Sentences may be reworded. Other languages: [messages/](../messages). This page is made by
`make docs`.

"""
CHECKS = "## Checks, and what lists say\n\n| code | what it means | what to do |\n|---|---|---|\n"
ERRORS = "\n## Errors\n\n| code | HTTP | exit | what it means | what to do |\n|---|---|---|---|---|\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _kinds(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def listing() -> str:
    """The page."""
    entries = sorted(tomllib.loads(message_text("en")).items())
    checks = "".join(
        f"| `{code}` | {_cell(e['message'])} | {_cell(e.get('hint', ''))} |\n" for code, e in entries
    )
    public = [kind for kind in _kinds() if kind.__name__ in errors.__all__]
    said = "".join(
        f"| `{kind.code}` | {kind.status} | {kind.exit_code} | {_cell(kind.title)} | {_cell(kind.default_hint)} |\n"
        for kind in sorted(public, key=lambda kind: kind.code)
    )
    return HEAD + CHECKS + checks + ERRORS + said


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(listing(), encoding="utf-8")
