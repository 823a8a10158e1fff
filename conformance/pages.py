"""Pages of docs/ that are made: the codes, from the catalogue and the errors; the hub; the list of decisions."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from gateway import errors
from gateway.errors import GatewayError
from gateway.model import CLASSES, fields_of
from gateway.model.schema import FieldSpec
from gateway.resources import message_text

__all__ = ["codes", "decisions", "hub", "pages"]

HEAD = """# Codes

Every code that a check, a problem document or a statement of a list can have. Codes are an interface: one may be
added, none is renamed. Sentences may be reworded. Other languages: [messages/](../messages). This page is made by
`make docs`.

"""
DECISIONS = """# Decisions

What would cost more than a day to reverse: why it is as it is, and what was rejected. A page is added, or changed with
its reason, by the change that needs it; `make docs` lists it here.

"""
HUB = """# The hub

The model every format is read into and written from: a superset of ELM 3.2 and Open Badges 3.0. A *text* is in any
number of languages; *many* values keep their order. What no field holds is kept as `Residue`. How a format's terms
meet these fields is in [mappings/](../mappings). This page is made by `make docs` from `gateway/model/`.

"""
CHECKS = "## Checks, and what lists say\n\n| code | what it means | what to do |\n|---|---|---|\n"
ERRORS = "\n## Errors\n\n| code | HTTP | exit | what it means | what to do |\n|---|---|---|---|---|\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _kinds(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def codes() -> str:
    """What each code of a check or an error means."""
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


def hub() -> str:
    """Every class of the hub with its fields."""
    return HUB + "\n".join(_hub_class(name, kind) for name, kind in CLASSES.items())


def _hub_class(name: str, kind: type) -> str:
    said = " ".join((kind.__doc__ or "").split())
    rows = "".join(f"- `{field}` {_hub_kind(spec)}\n" for field, spec in fields_of(kind).items())
    return f"## {name}\n\n{said}\n\n{rows}"


def _hub_kind(spec: FieldSpec) -> str:
    said = " or ".join(f"[{kind.__name__}](#{kind.__name__.lower()})" for kind in spec.classes) or spec.kind
    return f"many: {said}" if spec.many else said


def decisions(docs: Path) -> str:
    """The decisions by number and title."""
    entries = []
    for page in sorted((docs / "decisions").glob("[0-9]*.md")):
        number, _, title = (
            page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").partition(" · ")
        )
        entries.append(f"- {number} · [{title}]({page.name})\n")
    return DECISIONS + "".join(entries)


def pages(docs: Path) -> dict[Path, str]:
    """The pages that are made, by their places."""
    return {
        docs / "codes.md": codes(),
        docs / "hub.md": hub(),
        docs / "decisions" / "README.md": decisions(docs),
    }


if __name__ == "__main__":
    for path, text in pages(Path(sys.argv[1])).items():
        path.write_text(text, encoding="utf-8")
