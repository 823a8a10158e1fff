"""The settings from one TOML file and the environment, with where each comes from and all that is wrong at once.

An option of the command line wins over the environment, and the environment over the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from gateway.errors import SettingInvalid
from gateway.settings import EXPECTED, READERS, Settings, variable_of, wrong_together

__all__ = ["SECRETS", "Configuration", "Wrong", "configured", "unread_variables"]

SECRETS = frozenset(("signing_key", "pkcs11_pin", "aws_secret_access_key", "aws_session_token"))
"""Settings that are never shown."""
OTHERS = ("GATEWAY_CONFIG", "GATEWAY_CORPORA")
"""Variables that begin as those of settings do and are none: where the file is, and one of the tests'."""

_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong: with which setting, at which line of the file (0 elsewhere), what to do."""

    key: str
    detail: str
    hint: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was given: ``values`` by setting, ``origins`` (a variable, a line of the file, an option), ``faults``."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Wrong, ...] = ()

    def settings(self) -> Settings:
        """The settings. Raises ``SettingInvalid`` that says all that is wrong."""
        if self.faults:
            told = "; ".join(fault.detail for fault in self.faults)
            raise SettingInvalid(told, hint=self.faults[0].hint, pointer=_place(self.faults[0]))
        return Settings(**self.values)


def configured(
    environ: Mapping[str, str], overrides: Mapping[str, Any], text: str = "", file: str = ""
) -> Configuration:
    """The configuration from a file's text, the environment and the options. Raises nothing: faults are told."""
    in_file, faults = _in_file(text) if text else ({}, [])
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, read in READERS.items():
        variable, line = variable_of(name), _line_of(text, name)
        if name in overrides:
            values[name], origins[name] = overrides[name], "option"
        elif variable in environ:
            origins[name] = variable
            faults += _read(values, name, read, environ[variable], Wrong(name, f"{variable} is malformed"))
        elif name in in_file:
            origins[name] = f"{file}:{line}"
            fault = Wrong(name, f"{name} is malformed ({file}:{line})", line=line)
            faults += _read(values, name, read, _as_text(in_file[name]), fault)
    wrong = wrong_together(Settings(**values))
    faults += [Wrong(name, said, line=_line_of(text, name)) for name, said in wrong]
    return Configuration(values, origins, tuple(faults))


def _read(values: dict[str, Any], name: str, read: Any, text: str | None, fault: Wrong) -> list[Wrong]:
    """Read a value among the others; the fault where that fails. A secret value is never repeated."""
    try:
        if text is None:
            raise ValueError
        values[name] = read(text)
    except ValueError:
        return [replace(fault, hint=f"Write {EXPECTED[read]}." if read in EXPECTED else "")]
    return []


def unread_variables(environ: Iterable[str]) -> list[Wrong]:
    """Variables that look like settings and are none: misspelt, most often."""
    known = [variable_of(name) for name in READERS]
    return [
        Wrong(name, f"{name} is no setting", _nearest(name, known))
        for name in sorted(environ)
        if name.startswith("GATEWAY_") and name not in known and name not in OTHERS
    ]


def _in_file(text: str) -> tuple[dict[str, Any], list[Wrong]]:
    """What a file gives, and what is wrong with it: its syntax, and keys that are no settings."""
    import tomllib  # imported here: most commands have no file

    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        return {}, [Wrong("", f"line {line} is not TOML", 'As `port = 8080` or `host = "0.0.0.0"`.', line)]
    except RecursionError:
        return {}, [Wrong("", "the file is nested too deeply", line=1)]
    unknown = {key: _line_of(text, key) for key in tree if key not in READERS}
    faults = [
        Wrong(key, f"{key[:60]!r} is no setting (line {line})", _nearest(key, READERS), line)
        for key, line in unknown.items()
    ]
    return {key: value for key, value in tree.items() if key in READERS}, faults


def _nearest(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else "docs/settings.md lists what can be set."


def _as_text(value: Any) -> str | None:
    """A value as the variable would have it; nothing where no setting is of its kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and value and all(type(item) in (str, int) for item in value):
        return ", ".join(map(str, value))
    return None


def _line_of(text: str, key: str) -> int:
    """The line on which a file gives a key, as far as can be seen; 0 where it does not."""
    written = re.compile(rf"""\s*\[*["']?{re.escape(key)}["']?\s*(=|\.|\]|\Z)""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if written.match(line)), 0)


def _place(fault: Wrong) -> str:
    return f"line {fault.line}" if fault.line else ""
