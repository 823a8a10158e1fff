"""The command ``check``: whether a micro-credential states what it has to."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from gateway.cli.parts import add_data, json_bytes, read_file, with_gateway, write_file
from gateway.cli.text import MARKS, Paint, paint_for
from gateway.core.completeness import PROFILES, Completeness, Obligation, State, Stated
from gateway.messages import DEFAULT_LANGUAGE, LANGUAGES, meaning, words
from gateway.pipeline import Gateway
from gateway.pipeline.completeness import complete
from gateway.report import Verdict

__all__ = ["add_check", "completeness_text"]

COMPLETE, INCOMPLETE = 0, 1
VERDICTS = {State.STATED: Verdict.VALID, State.NEAR: Verdict.UNDETERMINED, State.ABSENT: Verdict.INVALID}


def add_check(command: argparse.ArgumentParser) -> None:
    """Add the options of ``check``."""
    command.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    command.add_argument(
        "--profile",
        choices=PROFILES,
        default=PROFILES[0],
        help=f"who says what is mandatory (default {PROFILES[0]})",
    )
    command.add_argument("--json", action="store_true", help="the answer as JSON")
    command.add_argument("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="of the sentences")
    add_data(command)
    command.set_defaults(run=_check)


def _check(parsed: argparse.Namespace) -> int:
    data = read_file(parsed.file)

    async def job(gateway: Gateway) -> int:
        found = await complete(gateway, data, parsed.profile)
        if parsed.json:
            write_file("-", json_bytes(found.to_json()))
        else:
            print(completeness_text(found, parsed.language, paint_for(sys.stdout, os.environ)))
        return COMPLETE if found.complete else INCOMPLETE

    return with_gateway(parsed, job)


def completeness_text(found: Completeness, language: str, paint: Paint) -> str:
    """The elements by their obligation, each with where it is or would be; then signs of quality, then remarks."""
    return "\n".join(
        (*_head(found, language, paint), *_elements(found, language, paint), *_rest(found, language, paint))
    )


def _head(found: Completeness, language: str, paint: Paint) -> Iterator[str]:
    said = words(language)["completeness"]
    mandatory = [stated for stated in found.elements if stated.obligation is Obligation.MANDATORY]
    if found.complete:
        yield paint(Verdict.VALID, said["complete"])
    else:
        sentence = said["incomplete"].format(lacking=len(found.lacking), all=len(mandatory))
        yield paint(Verdict.INVALID, sentence)
    yield f"  {said['profile']} {found.profile.name}: {found.profile.source}"


def _elements(found: Completeness, language: str, paint: Paint) -> Iterator[str]:
    names = words(language)["elements"]
    width = max(len(names[stated.element]) for stated in found.elements)
    for obligation in Obligation:
        here = [stated for stated in found.elements if stated.obligation is obligation]
        if here:
            yield f"\n{words(language)['obligations'][obligation.value]}"
        for stated in here:
            verdict = VERDICTS[stated.state]
            first, *more = _places(stated, language)
            yield f"  {paint(verdict, MARKS[verdict])} {names[stated.element]:<{width}}  {first}"
            yield from (f"    {'':<{width}}  {line}" for line in more)


def _places(stated: Stated, language: str) -> Iterator[str]:
    """Where an element is stated, or what points to it and where it would be."""
    said = words(language)["completeness"]
    if stated.state is State.STATED:
        yield stated.at[0]
        return
    if stated.at:
        yield f"{said['only_near']}: {stated.at[0]}"
    yield f"{said['would']} {stated.would}" if stated.would else said["no_place"]


def _rest(found: Completeness, language: str, paint: Paint) -> Iterator[str]:
    said = words(language)
    yield f"\n{said['completeness']['shown']}"
    for name, signs in found.dimensions.items():
        yield f"  {said['dimensions'][name]}"
        for shown in signs:
            verdict = Verdict.VALID if shown.shown else Verdict.UNDETERMINED
            mark = MARKS[verdict] if shown.shown else "·"
            evidence = f"  {shown.evidence[0]}" if shown.evidence else ""
            yield f"    {paint(verdict, mark)} {said['signs'][shown.sign]}{evidence}"
    if found.findings:
        yield f"\n{said['completeness']['findings']}"
    for finding in found.findings:
        sentence = meaning(finding.code, language).get("message", finding.message)
        yield f"  {finding.pointer}: {sentence} [{finding.code}]"
