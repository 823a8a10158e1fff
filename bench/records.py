"""Records to convert, made of the project's own examples: European ones with any number of achievements.

``elm(1)`` is the example micro-credential as it stands, with every element of the European recommendation on
micro-credentials; further achievements repeat its own, with names and identifiers of their own.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

__all__ = ["elm", "example"]

Json = dict[str, Any]
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SHARED = "urn:example:org:"
"""Organisations are the same in all achievements."""
LEFT_OUT = ("provenBy", "influencedBy", "accreditation")
"""What further achievements have none of: one assessment, one activity, one accreditation."""


def example(name: str) -> bytes:
    """One of the examples."""
    return (EXAMPLES / name).read_bytes()


def elm(achievements: int) -> bytes:
    """A micro-credential of the European Learning Model with so many achievements."""
    tree: Json = json.loads(example("micro-credential.elm3.json"))
    first = tree["credentialSubject"]["hasClaim"]
    if achievements > 1:
        further = [_renamed(_shortened(first), number) for number in range(2, achievements + 1)]
        tree["credentialSubject"]["hasClaim"] = [first, *further]
    return json.dumps(tree, ensure_ascii=False).encode()


def _shortened(claim: Json) -> Json:
    made = copy.deepcopy(claim)
    for where in (made, made["specifiedBy"]):
        for name in LEFT_OUT:
            where.pop(name, None)
    return made


def _renamed(value: Any, number: int) -> Any:
    """The same with identifiers of its own, and titles that tell achievements apart."""
    if isinstance(value, list):
        return [_renamed(entry, number) for entry in value]
    if not isinstance(value, dict):
        return value
    if str(value.get("id", "")).startswith(SHARED):
        return value
    made = {name: _renamed(entry, number) for name, entry in value.items()}
    if str(made.get("id", "")).startswith("urn:example:"):
        made["id"] += f":{number}"
    if isinstance(made.get("title"), dict):
        made["title"] = {language: f"{text} {number}" for language, text in made["title"].items()}
    return made
