"""What the gateway says about a check, in several languages: one catalogue for each, by code.

The code is the interface; a sentence may be reworded. English says what it says on the spot, the
other languages what the catalogue has for the code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from gateway.resources import message_languages, message_text

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "chosen_language", "localized"]

DEFAULT_LANGUAGE = "en"
LANGUAGES = message_languages()


@cache
def _catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(message_text(language))


def chosen_language(wanted: str) -> str:
    """The best catalogue for a language tag or an Accept-Language text; English when there is none."""
    for entry in wanted.split(","):
        tag = entry.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return DEFAULT_LANGUAGE


def localized(check: dict[str, Any], language: str) -> dict[str, Any]:
    """A check's JSON with its sentence and hint in a language, where the catalogue has them.

    What was said in English about this very document stays as ``detail``.
    """
    entry = _catalogue(language).get(check.get("code", ""))
    if language == DEFAULT_LANGUAGE or entry is None:
        return check
    changed = {"message": entry["message"], **({"hint": entry["hint"]} if entry.get("hint") else {})}
    return {**check, **changed, "detail": check.get("message", "")}
