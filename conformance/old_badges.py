"""Objects of Open Badges 0.5 to 2.0, as the older validator tests with them: told apart and upgraded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.figures import Figure, all_of
from gateway.core import ConvertOptions, express, inspect, understand
from gateway.errors import GatewayError
from gateway.formats.upgrading import upgrade
from gateway.shapes import load_shapes, problems_of

__all__ = ["figures"]

PARTS = {"badgeclass": ("BadgeClass", "BadgeClass"), "issuer": ("Issuer", "Profile")}
FORMS = {"0": "ob1", "1": "ob1", "2": "ob2"}
LACKING = "member_missing"
"""What an old part may lack of 2.0: it is told, never made up."""


def figures(corpora: Path) -> Iterator[Figure]:
    """The one figure: assertions are converted without loss, parts upgraded to sound ones."""
    folder = corpora / "ob/validator-core/components"
    outcomes = {
        path.name: _part(path) if path.stem.rpartition("_")[2] in PARTS else _assertion(path)
        for path in sorted(folder.glob("[0-2]_*.json"))
    }
    yield all_of(
        "objects of Open Badges 0.5 to 2.0 told apart, upgraded, and converted without loss", outcomes
    )


def _assertion(path: Path) -> bool:
    try:
        source = understand(path.read_bytes())
    except GatewayError:
        return False
    lost = [f for f in express(source, ConvertOptions("ob3")).report.dropped() if f.code != "not_copied"]
    return source.form.name == FORMS[path.name[0]] and not lost


def _part(path: Path) -> bool:
    """A class or a profile: of 1.1 and 2.0 known by its type, of 1.0 by where it is named."""
    tree: dict[str, Any] = json.loads(path.read_bytes())
    kind, shape = PARTS[path.stem.rpartition("_")[2]]
    upgraded = upgrade(tree, kind, address="https://school.example/part").tree
    known = "@context" not in tree or inspect(path.read_bytes()).open_badges_2
    problems = problems_of(upgraded, shape, load_shapes("ob2"))
    return known and all(problem.code == LACKING for problem in problems)
