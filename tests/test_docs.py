"""What the documentation says is there, is there; and what is there, it says."""

from __future__ import annotations

import argparse
import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from conformance.pages import pages
from gateway.api.openapi import description
from gateway.cli.command import command_line
from gateway.core import POLICIES, SECURINGS
from gateway.dids import METHODS
from gateway.formats import FORMATS
from gateway.messages import LANGUAGES
from gateway.proofs import CRYPTOSUITES
from gateway.settings import VARIABLES, Settings
from tests.codes import check_names

ROOT = Path(__file__).parents[1]
DOCS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
}
README, SETTINGS = DOCS["README.md"], DOCS["docs/settings.md"]


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`((?:GATEWAY|AWS)_[A-Z0-9_]+)`", SETTINGS))
    assert documented == set(VARIABLES)


def test_the_defaults_of_settings_are_as_documented() -> None:
    defaults = {f"GATEWAY_{field.name.upper()}": field.default for field in dataclasses.fields(Settings)}
    said = dict(re.findall(r"^\| `(GATEWAY_[A-Z0-9_]+)` \| (`[^`]+`|none) \|", SETTINGS, re.M))
    assert len(said) >= 11
    for name, default in said.items():
        found = ", ".join(map(str, d)) if isinstance(d := defaults[name], tuple) else d
        text = f"{found:g}" if isinstance(found, float) else str(found or "")
        assert default == (f"`{text}`" if text else "none"), name


def test_no_page_names_a_setting_there_is_not() -> None:
    for name, text in DOCS.items():
        named = set(re.findall(r"\b(?:GATEWAY|AWS)_[A-Z0-9_]+\b", text)) - {"GATEWAY_CORPORA"}
        assert {n for n in named if not n.endswith("_")} <= set(VARIABLES), name


@pytest.mark.parametrize(
    "names",
    [
        [form.name for form in FORMATS], list(POLICIES), list(LANGUAGES), list(CRYPTOSUITES),
        list(METHODS),
    ],
    ids=["formats", "policies", "languages", "cryptosuites", "dids"],
)  # fmt: skip
def test_the_readme_names_all_there_are(names: list[str]) -> None:
    assert [name for name in names if f"`{name}`" not in README] == []


def options_of(parser: argparse.ArgumentParser, words: list[str]) -> tuple[list[str], set[str]]:
    """The command that words name, as far as they do, and its options."""
    named = []
    for word in words:
        inner = next((a for a in parser._actions if isinstance(a, argparse._SubParsersAction)), None)
        if inner is None or word not in inner.choices:
            break
        named.append(word)
        parser = inner.choices[word]
    return named, {option for action in parser._actions for option in action.option_strings}


def commands_of(text: str) -> list[str]:
    """The uses of the command in code, in line or in blocks."""
    spans = [*re.findall(r"`([^`\n]+)`", text), *(line for block in re.findall(r"```[a-z]*\n(.*?)```", text, re.S)
             for line in block.splitlines())]  # fmt: skip
    return [m[1] for span in spans if (m := re.match(r"(?:\.venv/bin/)?gateway ([a-z].*)", span.strip()))]


@pytest.mark.parametrize("name", DOCS)
def test_every_command_and_option_that_is_written_about_exists(name: str) -> None:
    for use in commands_of(DOCS[name]):
        words = re.sub(r"#.*", "", use).replace("|", " ").split()
        named, options = options_of(command_line(), words)
        assert named, f"{name}: gateway {use}"
        used = re.findall(r"(?<![\w-])--[a-z0-9-]+", use)
        assert set(used) <= options, f"{name}: gateway {use}"


def test_every_command_of_the_readme_has_the_options_it_is_said_to_have() -> None:
    rows = re.findall(r"^\| `gateway ([^`]+)` \| (.*) \|$", README, re.M)
    said = {options_of(command_line(), use.split())[0][0]: (use, text) for use, text in rows}
    commands, _ = options_of(command_line(), [])
    inner = next(a for a in command_line()._actions if isinstance(a, argparse._SubParsersAction))
    assert commands == []
    assert set(said) == set(inner.choices)
    for use, text in said.values():
        _, options = options_of(command_line(), use.split())
        assert set(re.findall(r"(?<![\w-])--[a-z0-9-]+", text)) <= options, use


@pytest.mark.parametrize("name", DOCS)
def test_every_file_that_is_linked_to_exists(name: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", DOCS[name]):
        if not target.startswith(("http:", "https:")):
            assert ((ROOT / name).parent / target).exists(), target


def test_every_path_that_is_asked_for_is_described() -> None:
    paths = set(description()["paths"])
    for name, text in DOCS.items():
        for asked in re.findall(r"(/v1/[a-z-]+|/1\.0/[a-z]+|/healthz|/readyz|/metrics)\b", text):
            assert any(path == asked or path.startswith(f"{asked}/") for path in paths), f"{name}: {asked}"


def test_every_check_is_explained() -> None:
    page = DOCS["docs/verification.md"]
    assert {name.partition(".")[0] for name in check_names()} <= set(
        re.findall(r"`([a-z_]+)(?:\.[a-z]+)?`", page)
    )


def test_pages_that_are_made_are_the_present_ones() -> None:
    stale = [
        path.name for path, text in pages(ROOT / "docs").items() if path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs`"


def test_every_target_of_make_that_is_written_about_exists() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = {line.split()[0] for line in shown.splitlines() if line.strip()}
    for name, text in DOCS.items():
        asked = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M))
        assert asked <= targets, name


def test_every_way_to_secure_is_written_about() -> None:
    written = "\n".join(DOCS.values())
    assert [name for name in SECURINGS if f"`{name}`" not in written and f" {name}" not in written] == []
