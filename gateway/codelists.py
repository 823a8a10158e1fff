"""Code lists as facts: ``codelists/<name>.toml`` has the codes of one list with their English labels, source and date.

A code that is not in its list is kept as it is and told of (``gateway.core.coded``); nothing is looked up by a label.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gateway.resources import codelist_names, codelist_text

__all__ = ["CodeList", "code_list", "list_of"]


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list. A code's IRI is ``base`` and the code; ``scheme`` is the IRI of the list.

    ``complete`` is false for a list whose owner publishes no whole one: a code that is missing may be sound.
    """

    name: str
    scheme: str
    base: str
    source: str
    seen: str
    complete: bool
    codes: Mapping[str, str]

    def label(self, iri: str) -> str | None:
        """The English label of a code by its IRI; None for what is no code of the list."""
        return self.codes.get(iri.removeprefix(self.base)) if iri.startswith(self.base) else None


@cache
def code_list(name: str) -> CodeList:
    """A list by its name, read once. Raises ``GatewayFailed`` for one that there is not."""
    head, codes = codelist_text(name).split("[codes]\n")
    return CodeList(name, codes=_codes(codes), **tomllib.loads(head)["list"])


def _codes(lines: str) -> dict[str, str]:
    """Codes with their labels, a line each. So much of TOML is JSON but for a sign, and JSON is read fifty times
    faster, which a command that converts one document feels.
    """
    told: dict[str, str] = json.loads("{" + ",".join(lines.replace('" = "', '": "').splitlines()) + "}")
    return told


@cache
def _by_base() -> Mapping[str, CodeList]:
    return {code_list(name).base: code_list(name) for name in codelist_names()}


def list_of(iri: str) -> CodeList | None:
    """The list that a code is of by its IRI, whether or not the list has it."""
    return _by_base().get(iri.rpartition("/")[0] + "/")
