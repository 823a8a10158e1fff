"""What the gateway says to people, in several languages: one catalogue for each, by code.

The code is the interface; a sentence may be reworded. What is said in English about the very document
stands where it is said and is never lost; a catalogue has the general sentence for each code. Words that
are no code's (of verdicts, of checks, of the page) are in ``messages/words``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from gateway.resources import message_languages, message_text, word_text

__all__ = [
    "DEFAULT_LANGUAGE", "LANGUAGES", "check_title", "chosen_language", "localized", "localized_problem", "meaning",
    "says_more", "told_statement", "words",
]  # fmt: skip

DEFAULT_LANGUAGE = "en"
LANGUAGES = tuple(sorted(message_languages(), key=lambda tag: (tag != DEFAULT_LANGUAGE, tag)))
MAX_WISHES = 32
"""Most entries of an Accept-Language that are looked at."""


@cache
def _catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(message_text(language))


@cache
def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """The words of a language by their groups: ``verdicts``, ``checks``, ``labels`` …"""
    groups: Mapping[str, Mapping[str, str]] = tomllib.loads(word_text(language))
    return groups


def meaning(code: str, language: str) -> Mapping[str, str]:
    """What a code means: ``message`` and, where there is something to be done, ``hint``; empty when unknown."""
    return _catalogue(language).get(code, {})


def check_title(name: str, language: str) -> str:
    """The name of a check for people, as *Proof, signature* for ``proof.signature``."""
    said = words(language)
    first, _, part = name.partition(".")
    return said["checks"].get(first, first) + (f", {said['parts'].get(part, part)}" if part else "")


def chosen_language(wanted: str) -> str:
    """The best catalogue for a language tag or an Accept-Language text (RFC 9110 section 12.5.4).

    The highest quality wins, the first of equals; English when there is none that is wanted.
    """
    best, chosen = 0.0, DEFAULT_LANGUAGE
    entries = [entry.partition(";") for entry in wanted.split(",")[:MAX_WISHES]]
    for tag, _, parameter in entries:
        language = tag.strip().lower().partition("-")[0]
        if (quality := _quality(parameter)) <= best:
            continue
        if language in LANGUAGES:
            best, chosen = quality, language
        elif language == "*":
            best, chosen = quality, _first_not_refused(entries)
    return chosen


def _first_not_refused(entries: list[tuple[str, str, str]]) -> str:
    """What ``*`` stands for: the first language that is not named by itself, English before all."""
    named = {tag.strip().lower().partition("-")[0] for tag, _, _ in entries}
    return next((language for language in LANGUAGES if language not in named), DEFAULT_LANGUAGE)


def _quality(parameter: str) -> float:
    """The weight of an entry, 1 without one and 0 for one that cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    digits = value.strip()
    readable = name.strip().lower() == "q" and digits.isascii() and digits.replace(".", "", 1).isdigit()
    quality = float(digits) if readable and len(digits) <= 5 else 0.0
    return quality if quality <= 1 else 0.0


def localized(check: dict[str, Any], language: str) -> dict[str, Any]:
    """A check's JSON with its sentence and hint in a language, where the catalogue has them.

    What was said in English about this very document stays as ``detail``. In English a check without a
    hint gets that of its code.
    """
    entry = meaning(check.get("code", ""), language)
    told = {**check, **_localized_values(check, language)}
    if language == DEFAULT_LANGUAGE:
        return {**entry, **told} if check.get("code") else told
    return {**told, **entry, "detail": check.get("message", "")} if entry else told


def says_more(told: dict[str, Any]) -> bool:
    """Whether the English ``detail`` of a check told in another language adds to the general sentence."""
    general = meaning(told.get("code", ""), DEFAULT_LANGUAGE).get("message", "")
    return bool(told.get("detail")) and told["detail"].lower() != general.lower()


def _localized_values(check: dict[str, Any], language: str) -> dict[str, Any]:
    """What lists say of an issuer, each with a code of its own."""
    values = check.get("values", {})
    statements = values.get("statements") if isinstance(values, dict) else None
    if language == DEFAULT_LANGUAGE or not isinstance(statements, list):
        return {}
    said = [
        {
            **statement,
            **({"message": entry["message"], "detail": statement.get("message", "")} if entry else {}),
        }
        for statement in statements
        for entry in [meaning(statement.get("code", ""), language)]
    ]
    return {"values": {**values, "statements": said}}


def told_statement(statement: Mapping[str, Any], language: str) -> str:
    """What one list says of an issuer, in a line: its name and kind, when it was fetched, and the answer."""
    labels = words(language)["labels"]
    answer = {True: "listed", False: "not_listed", None: "not_asked"}[statement.get("listed")]
    when = [statement["retrieved"]] if statement.get("retrieved") else []
    when += [f"({labels['stale']})"] if statement.get("stale") else []
    head = f"{statement['list']} [{' '.join((statement['source'], *when))}]: {labels[answer]}"
    if statement.get("listed"):
        return head + (f" {labels['named_as']} {statement['name']}" if statement.get("name") else "")
    return f"{head}, {statement.get('message', '')} [{statement.get('code', '')}]"


def localized_problem(problem: dict[str, Any], language: str) -> dict[str, Any]:
    """A problem document with its title and hint in a language; ``detail`` stays, it is of this occurrence."""
    entry = meaning(problem.get("code", ""), language)
    if language == DEFAULT_LANGUAGE or not entry:
        return problem
    return {**problem, "title": entry["message"], **({"hint": entry["hint"]} if "hint" in entry else {})}
