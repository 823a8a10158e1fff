"""Strategies for small hubs, made from the fields of the hub classes: for every law about credentials."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from gateway.model import (
    CLASSES,
    Credential,
    LangString,
    LearningAchievement,
    Person,
    Residue,
    fields_of,
    text,
)

__all__ = ["credentials", "hubs", "nodes", "texts"]

WORDS = st.sampled_from(["a", "First aid", "é", "ß/~", "", "😀", "x" * 30]) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), max_size=6
)
LANGUAGES = st.sampled_from(["en", "de", "el", "und", "de-AT"])
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": WORDS.filter(bool),
    "integer": st.integers(-5, 5),
    "boolean": st.booleans(),
}
LEFT_OUT = frozenset(("child_credential", "conversion"))
"""Fields of a credential that have a meaning beyond their type: tests that need them set them."""


def texts(*, filled: bool = False) -> st.SearchStrategy[Any]:
    """Texts in their normal form."""
    strings = st.builds(LangString, WORDS, LANGUAGES, st.booleans())
    return st.lists(strings, min_size=int(filled), max_size=3, unique=True).map(text)


@st.composite
def nodes(draw: st.DrawFn, node_class: type[Any], depth: int = 2, most: int = 3) -> Any:
    """A node of a class with at most ``most`` filled fields, and nodes in it down to ``depth`` levels."""
    specs = fields_of(node_class)
    if node_class is Residue:
        return Residue(**{name: draw(WORDS) for name in specs})
    usable = [
        name
        for name, spec in specs.items()
        if name not in LEFT_OUT and (spec.kind != "node" or (depth > 0 and spec.classes))
    ]
    chosen = draw(st.lists(st.sampled_from(usable), max_size=min(most, len(usable)), unique=True))
    return node_class(**{name: draw(_values(specs[name], depth)) for name in chosen})


def _values(spec: Any, depth: int) -> st.SearchStrategy[Any]:
    if spec.kind == "text":
        return texts()
    if spec.kind == "node":
        one = st.sampled_from(spec.classes).flatmap(lambda chosen: nodes(chosen, depth - 1))
    else:
        one = SCALARS[spec.kind]
    return st.lists(one, max_size=2).map(tuple) if spec.many else one


@st.composite
def credentials(draw: st.DrawFn) -> Credential:
    """Any small credential, whatever it says and leaves out."""
    made: Credential = draw(nodes(Credential, depth=3, most=5))
    return made


@st.composite
def hubs(draw: st.DrawFn) -> Credential:
    """A small credential with an issuer, a learner, and a learning achievement with a title."""
    claim = draw(nodes(LearningAchievement, depth=2, most=4))
    fields = {name: getattr(claim, name) for name in fields_of(LearningAchievement)}
    fields["title"] = fields["title"] or draw(texts(filled=True))
    base = draw(nodes(Credential, depth=2, most=3))
    members = {name: getattr(base, name) for name in fields_of(Credential)}
    members |= {
        "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
        "issuer": draw(nodes(CLASSES["Organisation"], depth=1)),
        "subject": draw(nodes(Person, depth=1)),
        "valid_from": "2026-01-01T00:00:00Z",
        "has_claim": (LearningAchievement(**fields), *members["has_claim"][:1]),
    }
    return Credential(**members)
