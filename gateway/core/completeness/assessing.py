"""Which elements a document states, where, and where it would state the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.completeness.finding import filled
from gateway.core.completeness.tables import Element, Obligation, Path, Profile, Sign, dimensions, elements
from gateway.core.places import Places
from gateway.core.understanding import Understanding
from gateway.model import languages_of, walk
from gateway.report import Check, Finding, Verdict, overall

__all__ = ["Completeness", "State", "Stated", "Shown", "assess"]

MAX_PLACES = 8
"""Most places that are told of one element."""
UNDETERMINED = "und"


class State(StrEnum):
    """Whether an element is stated: it is, something only points to it, or it is not."""

    STATED = "stated"
    NEAR = "near"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Stated:
    """One element of a profile: ``at`` are the pointers at which the document states it or points to it,
    ``would`` is where its format would state it, empty where the format has no place for it at all.
    """

    element: str
    obligation: Obligation
    state: State
    at: tuple[str, ...] = ()
    would: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON; the place to state it only where it is not stated."""
        told: dict[str, Any] = {
            "element": self.element, "obligation": self.obligation.value, "state": self.state.value,
        }  # fmt: skip
        if self.at:
            told["at"] = list(self.at)
        return told if self.state is State.STATED else {**told, "would": self.would}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sign of quality, whether the document shows it, and what shows it: pointers, checks, languages."""

    sign: str
    shown: bool
    evidence: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {"sign": self.sign, "shown": self.shown, "evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a document states of the elements of a profile, and which signs of quality it shows.

    ``findings`` are remarks on values, as those that are legal and look wrong.
    """

    profile: Profile
    format: str
    elements: tuple[Stated, ...]
    dimensions: Mapping[str, tuple[Shown, ...]]
    findings: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        """Whether everything mandatory is stated."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[Stated, ...]:
        """What is mandatory and not stated."""
        return tuple(
            stated for stated in self.elements
            if stated.obligation is Obligation.MANDATORY and stated.state is not State.STATED
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """As JSON: the profile with its source, each element, each dimension."""
        return {
            "profile": {"name": self.profile.name, "source": self.profile.source, "date": self.profile.date},
            "format": self.format,
            "complete": self.complete,
            "elements": [stated.to_json() for stated in self.elements],
            "dimensions": {
                name: [shown.to_json() for shown in signs] for name, signs in self.dimensions.items()
            },
            "findings": [finding.to_json() for finding in self.findings],
        }


def assess(source: Understanding, profile: Profile, checks: tuple[Check, ...] = ()) -> Completeness:
    """What a document states of a profile's elements; ``checks`` are those of its verification, for what they show."""
    places = Places(source.form, source.steps, source.envelope)
    found = {name: _stated(source, places, element) for name, element in elements().items()}
    told = tuple(Stated(name, obligation, *found[name]) for name, obligation in profile.obligations.items())
    shown = {
        name: tuple(_shown(source, places, sign, found, checks) for sign in signs)
        for name, signs in dimensions().items()
    }
    return Completeness(profile, source.form.name, told, shown, source.findings)


Found = tuple[State, tuple[str, ...], str]


def _stated(source: Understanding, places: Places, element: Element) -> Found:
    """How an element is stated, where, and where it would be."""
    for state, paths in ((State.STATED, element.at), (State.NEAR, element.near)):
        if at := _standing(source, places, paths):
            return state, at, _would(places, element.at)
    return State.ABSENT, (), _would(places, element.at)


def _standing(source: Understanding, places: Places, paths: tuple[Path, ...]) -> tuple[str, ...]:
    """The pointers of the document at which paths lead to something, each once."""
    pointers = (places.at(pointer) for path in paths for pointer in filled(source.hub, path))
    return tuple(dict.fromkeys(pointers))[:MAX_PLACES]


def _would(places: Places, paths: tuple[Path, ...]) -> str:
    """The plainest place that the format has of its own, else that of the gateway's carrier."""
    own = (places.own(path.fields) for path in paths)
    carried = (places.carried(path.fields) for path in paths)
    return next((place for place in (*own, *carried) if place), "")


def _shown(
    source: Understanding, places: Places, sign: Sign, found: Mapping[str, Found], checks: tuple[Check, ...]
) -> Shown:
    if sign.element:
        state, at, _ = found[sign.element]
        return Shown(sign.name, state is State.STATED, at if state is State.STATED else ())
    if sign.check:
        asked = [check for check in checks if check.name.partition(".")[0] == sign.check]
        holds = overall([check.verdict for check in asked]) is Verdict.VALID
        return Shown(sign.name, holds, tuple(f"{check.name}: {check.verdict.value}" for check in asked))
    if sign.languages:
        used = _languages(source)
        return Shown(sign.name, len(used) >= sign.languages, used)
    at = _standing(source, places, sign.at)
    return Shown(sign.name, bool(at), at)


def _languages(source: Understanding) -> tuple[str, ...]:
    """The languages that texts of the credential are in."""
    used = {
        language
        for _, value in walk(source.hub)
        if isinstance(value, tuple)
        for language in languages_of(value)
    }
    return tuple(sorted(used - {UNDETERMINED}))
