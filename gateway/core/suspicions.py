"""Values that are legal and look wrong: they are told, with the reason, and never repaired.

Each rule looks at a few paths of the hub; none looks at all of it, since every document is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from gateway.model import (
    Credential,
    Group,
    LearningAchievement,
    Organisation,
    Person,
    ResultDescription,
    Text,
)
from gateway.report import Severity

__all__ = ["Suspicion", "suspicions"]

Agent = Organisation | Person | Group

MANY_MONTHS = 13
"""From so many months on, a workload is more likely to be in hours or minutes."""
MONTHS = re.compile(r"P(\d{1,6})M")
NOTHING = re.compile(r"P(?=[\dT])(0+(\.0+)?[YMWD])*(T(0+(\.0+)?[HMS])+)?")
WHOLE_HOUR = re.compile(r"\d{4}-\d\d-\d\dT(0[1-9]|1\d|2[0-3]):00(:00(\.0+)?)?Z")
"""A whole hour of UTC: nobody tells the hour of a birth, but somewhere a day begins at each."""
LATE_EVENING = re.compile(r"\d{4}-\d\d-\d\dT2[1-3]:00(:00(\.0+)?)?Z")
"""The hours of UTC at which days begin in Europe. Who awards does so in the day."""
LEVEL_IN_TEXT = re.compile(
    r"\b(EQF|EQR|CEC|EHEA|QF-EHEA|NQF|NQR|DQR|NLQF)\W{0,3}(level|niveau|stufe|poziom)?\W{0,3}[1-8]\b",
    re.IGNORECASE,
)
MAX_TEXT = 20_000
"""How much of a text is searched for a level."""


class Suspicion(NamedTuple):
    """A hub pointer, the code of what looks wrong there, and why; how much it matters."""

    hub: str
    code: str
    message: str
    severity: Severity = Severity.WARNING


def suspicions(hub: Credential) -> tuple[Suspicion, ...]:
    """What looks wrong in a credential though its format allows it."""
    rules: tuple[Callable[[Credential], Iterator[Suspicion]], ...] = (
        _durations, _dates, _grades, _issuer, _level,
    )  # fmt: skip
    return tuple(chain.from_iterable(rule(hub) for rule in rules))


def _achievements(hub: Credential) -> Iterator[tuple[str, LearningAchievement]]:
    for index, claim in enumerate(hub.has_claim):
        if isinstance(claim, LearningAchievement):
            yield f"/has_claim/{index}", claim


# --- workload -------------------------------------------------------------------------------------


def _durations(hub: Credential) -> Iterator[Suspicion]:
    for pointer, value in _workloads(hub):
        months = MONTHS.fullmatch(value)
        if months is not None and int(months[1]) >= MANY_MONTHS:
            yield Suspicion(
                pointer, "workload_in_months",
                "so many months of work: M without a T before it means months, hours would be PT…H",
            )  # fmt: skip
        elif NOTHING.fullmatch(value):
            yield Suspicion(pointer, "workload_of_nothing", "a workload of no time at all")


def _workloads(hub: Credential) -> Iterator[tuple[str, str]]:
    """Durations that say how much work something is."""
    for pointer, claim in _achievements(hub):
        places: list[tuple[str, Any, str]] = [
            ("specified_by", claim.specified_by, "volume_of_learning"),
            ("specified_by", claim.specified_by, "maximum_duration"),
        ]
        for index, activity in enumerate(claim.influenced_by):
            places += [
                (f"influenced_by/{index}", activity, "workload"),
                (f"influenced_by/{index}/specified_by", activity.specified_by, "volume_of_learning"),
            ]
        for where, node, name in places:
            if node is not None and (value := getattr(node, name)):
                yield f"{pointer}/{where}/{name}", value


# --- dates ----------------------------------------------------------------------------------------


def _dates(hub: Credential) -> Iterator[Suspicion]:
    message = "a day that begins in another time zone: cut at T, it is the day before"
    born = hub.subject.date_of_birth if isinstance(hub.subject, Person) else None
    if born and WHOLE_HOUR.fullmatch(born):
        yield Suspicion("/subject/date_of_birth", "date_shifted", message)
    for pointer, value in _days(hub):
        if LATE_EVENING.fullmatch(value):
            yield Suspicion(pointer, "date_shifted", message)


def _days(hub: Credential) -> Iterator[tuple[str, str]]:
    """Dates that are days to people; the period of validity and the sealing are moments."""
    for pointer, claim in _achievements(hub):
        if claim.awarded_by is not None and claim.awarded_by.awarding_date:
            yield f"{pointer}/awarded_by/awarding_date", claim.awarded_by.awarding_date
        for index, assessment in enumerate(claim.proven_by):
            if assessment.date_issued:
                yield f"{pointer}/proven_by/{index}/date_issued", assessment.date_issued


# --- grades ---------------------------------------------------------------------------------------


def _grades(hub: Credential) -> Iterator[Suspicion]:
    message = "a result that its own description does not allow"
    for pointer, claim in _achievements(hub):
        described = getattr(claim.specified_by, "result_description", ())
        schemes = {scheme.id: scheme for scheme in described if scheme.id}
        for index, result in enumerate(claim.result):
            scheme = schemes.get(result.result_description)
            if scheme is not None and result.value and not _allowed(result.value, scheme):
                yield Suspicion(f"{pointer}/result/{index}/value", "grade_outside_scheme", message)


def _allowed(value: str, scheme: ResultDescription) -> bool:
    if scheme.allowed_value:
        return value in scheme.allowed_value
    number, least, most = map(_number, (value, scheme.value_min, scheme.value_max))
    if number is None:
        return True
    return (least is None or number >= least) and (most is None or number <= most)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


# --- who issues, and the level --------------------------------------------------------------------


def _issuer(hub: Credential) -> Iterator[Suspicion]:
    """The issuer is nobody who awards: a service that seals for others, most often."""
    bodies = [
        body
        for _, claim in _achievements(hub) if claim.awarded_by is not None
        for body in claim.awarded_by.awarding_body
    ]  # fmt: skip
    if hub.issuer is None or not bodies:
        return
    own = _names(hub.issuer)
    if own and not any(own & _names(body) for body in bodies):
        yield Suspicion(
            "/issuer", "issuer_only_seals", "the issuer is none of the awarding bodies: it seals for them"
        )


def _names(agent: Agent) -> frozenset[str]:
    """Whatever an agent may be known by: identifiers and names, in small letters."""
    given: list[str | None] = [agent.id, *(entry.notation for entry in agent.identifier)]
    for name in ("legal_name", "pref_label", "full_name", "alt_label"):
        text: Text = getattr(agent, name, ())
        given += [string.value for string in text]
    for name in ("registration", "eidas_identifier"):
        entry = getattr(agent, name, None)
        given += [entry.notation] if entry is not None else []
    return frozenset(said.strip().casefold() for said in given if said)


def _level(hub: Credential) -> Iterator[Suspicion]:
    """A level of a framework that only a text names: no machine will find it there."""
    for pointer, claim in _achievements(hub):
        specification = claim.specified_by
        if getattr(specification, "eqf_level", None) or getattr(specification, "nqf_level", ()):
            continue
        for name in ("title", "description"):
            for node, where in ((claim, pointer), (specification, f"{pointer}/specified_by")):
                text: Text = getattr(node, name, ())
                if any(LEVEL_IN_TEXT.search(string.value[:MAX_TEXT]) for string in text):
                    yield Suspicion(
                        f"{where}/{name}", "level_in_text_only",
                        "a level of a qualifications framework is named in a text and not stated as one",
                    )  # fmt: skip
