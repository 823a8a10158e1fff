"""The fifteen elements of a European micro-credential (Council Recommendation, annex I), there and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.figures import Figure, all_of
from gateway.core import ConvertOptions, Understanding, express, render, understand
from gateway.envelopes import xpaths_of
from gateway.formats import FORMATS
from gateway.model import Credential
from gateway.report import Layer
from gateway.resources import example_bytes

__all__ = ["ELEMENTS", "WRITABLE", "figures", "through", "values"]

WRITABLE = tuple(form.name for form in FORMATS if form.write is not None)
SAMPLE = "elm/elm-jsonld/samples/elm-repo-v3/Sample-MC-Annex1-unsigned.jsonld"
SPECIFICATION = "has_claim/0/specified_by"
BODY = "has_claim/0/awarded_by/awarding_body"
ELEMENTS: dict[str, tuple[str, ...]] = {
    "1 identity of the learner": ("subject",),
    "2 title": ("display_parameter/title", "has_claim/0/title", f"{SPECIFICATION}/title"),
    "3 provider and country": (f"{BODY}/0/legal_name", f"{BODY}/0/location", "has_claim/0/influenced_by"),
    "4 reputation of the issuer": (f"{BODY}/0/accreditation", f"{SPECIFICATION}/accreditation"),
    "5 awarding body": (BODY,),
    "6 date of issuing": ("valid_from", "issued", "has_claim/0/awarded_by/awarding_date"),
    "7 workload and credits": (f"{SPECIFICATION}/volume_of_learning", f"{SPECIFICATION}/credit_point"),
    "8 level": (f"{SPECIFICATION}/eqf_level", f"{SPECIFICATION}/nqf_level"),
    "9 overarching framework": (
        f"{SPECIFICATION}/eqf_level/in_scheme", f"{SPECIFICATION}/thematic_area", f"{SPECIFICATION}/learning_setting",
    ),
    "10 learning outcomes": (f"{SPECIFICATION}/learning_outcome",),
    "11 form of participation": (f"{SPECIFICATION}/mode",),
    "12 prerequisites": (f"{SPECIFICATION}/entry_requirement",),
    "13 type of assessment": ("has_claim/0/proven_by",),
    "14 supervision and identity verification": ("has_claim/0/proven_by/0/id_verification",),
    "15 quality assurance": (f"{SPECIFICATION}/accreditation", f"{BODY}/0/accreditation"),
}  # fmt: skip
"""Where the hub holds each element."""


def figures(corpora: Path) -> Iterator[Figure]:
    """The Commission's own sample through Open Badges, and the project's through every pair of formats."""
    hub = understand((corpora / SAMPLE).read_bytes()).hub
    back = understand(_written(_written((corpora / SAMPLE).read_bytes(), "ob3")[0], "elm3")[0]).hub
    outcomes = {name: values(hub, name) == values(back, name) for name in ELEMENTS}
    said = sum(any(values(hub, name)) for name in ELEMENTS)
    yield all_of(
        "elements of the Annex I sample equal after elm3 → ob3 → elm3", outcomes, f"{said} of them said"
    )
    pairs: dict[str, bool] = {}
    native = 0
    for first in WRITABLE:
        for second in (name for name in WRITABLE if name != first):
            kept, shown = through(first, second)
            pairs |= {f"{name} ({first} → {second})": equal for name, equal in kept.items()}
            native += shown
    yield all_of(
        "elements of our micro-credential equal after A → B, for every pair of formats", pairs,
        f"{native} of them at least partly in the target's own terms, the others carried",
    )  # fmt: skip


def through(first: str, second: str) -> tuple[dict[str, bool], int]:
    """Which elements are said and equal once our micro-credential went from one format to another.

    And how many of them the target holds, at least in part, in its own terms.
    """
    suffix = "xml" if first == "edci-xml" else "json"
    data = example_bytes(f"micro-credential.{first}.{suffix}")
    source = understand(data)
    written, native = _written(data, second)
    back = understand(written).hub
    equal = {
        name: any(values(source.hub, name)) and values(source.hub, name) == values(back, name)
        for name in ELEMENTS
    }
    shown = sum(any(place in native for place in _places(source, name)) for name in ELEMENTS)
    return equal, shown


def _written(data: bytes, to: str) -> tuple[bytes, frozenset[str]]:
    """The credential in another format, and the source's pointers that are native in it."""
    done = express(understand(data), ConvertOptions(to))
    native = frozenset(f.pointer for f in done.report.findings if f.layer is Layer.NATIVE)
    return render(done.form, done.tree), native


def _places(source: Understanding, name: str) -> Iterator[str]:
    """Where the source says an element, as the report points to it."""
    wanted = tuple(f"/{path}" for path in ELEMENTS[name])
    root = source.envelope.root
    place = str if root is None else xpaths_of(root.local)
    for step in source.steps:
        if any(step.hub == path or step.hub.startswith(f"{path}/") for path in wanted):
            yield place(step.here)


def values(hub: Credential, name: str) -> tuple[Any, ...]:
    """What a credential says of an element, place by place; empty values where it says nothing."""
    return tuple(_at(hub, path) for path in ELEMENTS[name])


def _at(node: Any, path: str) -> Any:
    for step in path.split("/"):
        if node is None:
            return None
        node = (
            (node[int(step)] if int(step) < len(node) else None)
            if step.isdigit()
            else getattr(node, step, None)
        )
    return node
