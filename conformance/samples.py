"""Which of other people's samples are credentials in a format the gateway reads, by path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sample", "samples"]

NOT_CREDENTIALS = {
    "json_sealed_advanced.json": "a presentation",
    "json_to_seal-signed-jades-baseline-lta.json": "a presentation",
    "json_to_seal.json": "a presentation",
    "VerifiableAttestation-Europass_EBSI-branch.json": "another format under foreign contexts",
}
"""Files among the ELM v3 samples that are no ELM credential, with the reason."""

OB3_KINDS = {"OpenBadgeCredential", "AchievementCredential"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: the family it belongs to, its path below the corpora, its bytes."""

    family: str
    name: str
    data: bytes


def samples(corpora: Path) -> tuple[Sample, ...]:
    """Every sample that has to be read, in order."""
    return (*_xml(corpora), *_elm3(corpora), *_ob(corpora))


def _xml(corpora: Path) -> Iterator[Sample]:
    """EDCI XML that is valid under some schema and at hand."""
    expected = json.loads((corpora / "elm/expected.json").read_text())
    for name, entry in sorted(expected.items()):
        path = corpora / "elm" / name
        if isinstance(entry, dict) and entry.get("xsdValidWith") and path.is_file():
            yield Sample("edci-xml", f"elm/{name}", path.read_bytes())


def _elm3(corpora: Path) -> Iterator[Sample]:
    folder = corpora / "elm/elm-jsonld/samples"
    for path in sorted(folder.rglob("*.json*")):
        if path.name not in NOT_CREDENTIALS:
            yield Sample("elm3", str(path.relative_to(corpora)), path.read_bytes())


def _ob(corpora: Path) -> Iterator[Sample]:
    """Open Badges 3.0 and 2.0 examples that are whole credentials, not parts or fragments of some."""
    for path in sorted((corpora / "ob/examples").rglob("*.json")):
        kinds = _kinds(path)
        if kinds & OB3_KINDS:
            yield Sample("ob3", str(path.relative_to(corpora)), path.read_bytes())
        elif kinds == {"Assertion"} and "ob2" in path.parts:
            yield Sample("ob2", str(path.relative_to(corpora)), path.read_bytes())
    for path in sorted((corpora / "perf/docs").glob("*.json")):
        if _kinds(path) & OB3_KINDS:
            yield Sample("ob3", str(path.relative_to(corpora)), path.read_bytes())


def _kinds(path: Path) -> set[str]:
    try:
        tree = json.loads(path.read_bytes())
    except ValueError:
        return set()
    given = tree.get("type", []) if isinstance(tree, dict) else []
    return {kind for kind in (given if isinstance(given, list) else [given]) if isinstance(kind, str)}
