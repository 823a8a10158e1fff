"""The page docs/crosswalk.md with its heat map: what each format has a place for, from the tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from gateway.formats import FORMATS, Format
from gateway.mapping import Row, load_table, place_of
from gateway.mapping.crosswalk import HubField, hub_fields, native, shared

__all__ = ["crosswalk", "heat_map"]

HEAD = """# Crosswalk

What the formats have in common, from the mapping tables alone: a field of the [hub](hub.md) is *native* in a format
whose table has a place for it, so that anybody who knows the format finds it there. What the target has no place for is
*carried* in the gateway's terms, and comes back when the credential is converted back. Fields are counted where a
reader looks for them first; the issuer has those of an awarding body. What becomes of each value of one credential, its
own report says. Which elements of a micro-credential that leaves: [completeness.md](completeness.md). This page is made
by `make docs` from [mappings/](../mappings).

![Share of the fields of each class that each format has a place for](crosswalk.svg)

"""
CELL, LABEL, HEIGHT, TOP = 86, 250, 18, 30


def _sources() -> list[Format]:
    """Formats with a table of their own; another that is read by the same is read by being upgraded."""
    return [form for form in FORMATS if form.name == form.table]


def crosswalk() -> str:
    """The page."""
    return HEAD + "".join((*_versions(), *_routes(), *_fields(), *_notes()))


def _versions() -> Iterator[str]:
    yield "| format | table | version | fields with a place |\n|---|---|---|---|\n"
    for form in _sources():
        count = f"{len(native(form.table))} of {len(hub_fields())}"
        yield f"| {form.title} | `{form.table}` | {load_table(form.table).version} | {count} |\n"


def _routes() -> Iterator[str]:
    """What each pair keeps in native terms, and what it carries."""
    targets = [form for form in _sources() if form.write is not None]
    yield "\n## Routes\n\nOf the fields that the source has a place for: native in the target, and carried.\n\n"
    yield f"| from \\ to | {' | '.join(f'`{form.name}`' for form in targets)} |\n|---|{'---|' * len(targets)}\n"
    for source in _sources():
        cells = (_route(source, target) for target in targets)
        yield f"| `{source.name}` | {' | '.join(cells)} |\n"


def _route(source: Format, target: Format) -> str:
    found = shared(source.table, target.table)
    verb = "carried" if target.attach is not None else "dropped"
    return f"{len(found.native)} native ({found.share:.0%}), {len(found.other)} {verb}"


def _fields() -> Iterator[str]:
    """Field by field, the place in each format."""
    forms = _sources()
    head = f"| field | {' | '.join(f'`{form.name}`' for form in forms)} |\n|---|{'---|' * len(forms)}\n"
    yield "\n## Fields\n\nThe place in each format; `·` where it is carried.\n"
    for name, fields in groupby(hub_fields(), key=lambda field: field.node_class):
        yield f"\n### {name}\n\n{head}"
        for field in fields:
            yield f"| `{field.name}` | {' | '.join(_place(form, field) for form in forms)} |\n"


def _place(form: Format, field: HubField) -> str:
    place = place_of(load_table(form.table), field.path)
    return f"`{place}`" if place is not None else "·"


def _notes() -> Iterator[str]:
    """Why a row is as it is, where its table says so."""
    yield "\n## Why\n\n| table | section | hub | here | why |\n|---|---|---|---|---|\n"
    for form in _sources():
        for section in load_table(form.table).sections.values():
            yield from (_note(form.table, section.name, row) for row in section.rows if row.note)


def _note(table: str, section: str, row: Row) -> str:
    return f"| `{table}` | {section} | `{'/'.join(row.hub)}` | `{'/'.join(row.here)}` | {row.note} |\n"


# --- the heat map ---------------------------------------------------------------------------------


def heat_map() -> str:
    """Share of each class's fields that each format has a place for, as SVG."""
    forms = _sources()
    classes = {
        name: tuple(fields) for name, fields in groupby(hub_fields(), key=lambda field: field.node_class)
    }
    width, height = LABEL + CELL * len(forms) + 10, TOP + HEIGHT * len(classes) + 10
    rows = "".join(
        _heat_row(name, fields, forms, TOP + HEIGHT * number)
        for number, (name, fields) in enumerate(classes.items())
    )
    heads = "".join(
        f'<text x="{LABEL + CELL * at + CELL // 2}" y="20" text-anchor="middle">{form.name}</text>\n'
        for at, form in enumerate(forms)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>Share of fields with a place of their own</title>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n{heads}{rows}</svg>\n'
    )


def _heat_row(name: str, fields: tuple[HubField, ...], forms: list[Format], y: int) -> str:
    label = f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{name}</text>\n'
    return label + "".join(_heat_cell(form, fields, LABEL + CELL * at, y) for at, form in enumerate(forms))


def _heat_cell(form: Format, fields: tuple[HubField, ...], x: int, y: int) -> str:
    share = sum(field in native(form.table) for field in fields) / len(fields)
    ink = "#fff" if share > 0.6 else "#222"
    return (
        f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{HEIGHT - 2}" fill="#14532d" fill-opacity="{share:.2f}" '
        f'stroke="#ddd"/><text x="{x + CELL // 2}" y="{y + 13}" text-anchor="middle" fill="{ink}">{share:.0%}</text>\n'
    )
