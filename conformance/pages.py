"""Pages of docs/ that are made: the codes, from the catalogue and the errors; the hub; the list of decisions."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from conformance.crosswalk import crosswalk, heat_map
from gateway import errors
from gateway.core.completeness import PROFILES, Obligation, profile_named
from gateway.core.completeness.tables import Element, elements
from gateway.errors import GatewayError
from gateway.formats import FORMATS
from gateway.mapping import Table, load_table, place_of
from gateway.messages import words
from gateway.model import CLASSES, fields_of
from gateway.model.schema import FieldSpec
from gateway.resources import message_text

__all__ = ["codes", "completeness", "decisions", "hub", "pages"]

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
COMPLETENESS = """# Whether a micro-credential is complete

`gateway check FILE [--profile eu|microbol|oepass]` and `POST /v1/check?profile=…` say of a credential of any format
which elements of a micro-credential it states, where, and where its format would state the others:

```
.venv/bin/gateway check examples/badge.ob3.json
curl --data-binary @examples/badge.ob3.json 'http://127.0.0.1:8080/v1/check?profile=eu'
```

An element is *stated* where a machine finds it in its place, *near* where something only points to it (the criteria of
a badge are no learning outcomes), else *absent*. A text without a letter or digit states nothing. Claims are looked at
first, their parts where no claim says it. A place below `/carried` is one of the gateway's carrier: the format itself
has none. The command ends with 0 where everything mandatory is stated, with 1 otherwise.

What a document can show of its transparency, modularity, portability and validity is listed with what shows it, and
never counted together. Signs of validity are the checks of the verification. Values that are legal and look wrong are
told, with the reason, and never repaired.

The tables are in [completeness/](../completeness); this page is made from them by `make docs`.

"""
CHECKS = "## Checks, and what lists say\n\n| code | what it means | what to do |\n|---|---|---|\n"
OBLIGATIONS = {
    Obligation.MANDATORY: "mandatory", Obligation.WHERE_APPLICABLE: "where it applies", Obligation.OPTIONAL: "optional",
}  # fmt: skip
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


def completeness() -> str:
    """What each profile asks for, and where the formats have the places."""
    return COMPLETENESS + "".join((*_profiles(), *_element_places()))


def _profiles() -> Iterator[str]:
    profiles = [profile_named(name) for name in PROFILES]
    yield "## Profiles\n\n"
    yield from (f"- `{profile.name}`: {profile.source} ({profile.date})\n" for profile in profiles)
    yield f"\n| element | {' | '.join(PROFILES)} |\n|---|{'---|' * len(PROFILES)}\n"
    for name in elements():
        said = (profile.obligations.get(name) for profile in profiles)
        cells = (OBLIGATIONS[obligation] if obligation is not None else "" for obligation in said)
        yield f"| {words('en')['elements'][name]} | {' | '.join(cells)} |\n"


def _element_places() -> Iterator[str]:
    forms = [form for form in FORMATS if form.write is not None]
    yield "\n## Where an element has its place\n\nThe plainest of each format; `—` where only the carrier has one.\n\n"
    yield f"| element | {' | '.join(f'`{form.name}`' for form in forms)} |\n|---|{'---|' * len(forms)}\n"
    for name, element in elements().items():
        cells = (_plainest(load_table(form.table), element) for form in forms)
        yield f"| {words('en')['elements'][name]} | {' | '.join(cells)} |\n"


def _plainest(table: Table, element: Element) -> str:
    places = (place_of(table, path.fields) for path in element.at)
    return next((f"`{place}`" for place in places if place), "—")


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
        docs / "completeness.md": completeness(),
        docs / "crosswalk.md": crosswalk(),
        docs / "crosswalk.svg": heat_map(),
        docs / "hub.md": hub(),
        docs / "decisions" / "README.md": decisions(docs),
    }


if __name__ == "__main__":
    for path, text in pages(Path(sys.argv[1])).items():
        path.write_text(text, encoding="utf-8")
