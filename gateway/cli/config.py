"""The command ``gateway config``: whether the settings are sound, and what holds."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cli.parts import add_data, configuration_of
from gateway.configuration import SECRETS, Configuration, Wrong, unread_variables
from gateway.settings import READERS, Settings

__all__ = ["add_config"]

SOUND, UNSOUND = 0, 1
MASK = "(secret)"
PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)|(?<=password=)[^&]*")


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``config``."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser(
        "check", help="say all that is wrong with the settings; exit code 1 if anything is"
    )
    show = actions.add_parser("show", help="every setting, its value and where it comes from; no secrets")
    for action, run in ((check, _check), (show, _show)):
        action.add_argument("--json", action="store_true", help="as JSON")
        add_data(action)
        action.set_defaults(run=run)


def _check(parsed: argparse.Namespace) -> int:
    found = configuration_of(parsed)
    faults = [*found.faults, *_on_disk(found), *_open_to_others(parsed, found)]
    remarks = unread_variables(os.environ)
    if parsed.json:
        print(json.dumps({"sound": not faults, "faults": [_told(one) for one in faults],
                          "remarks": [_told(one) for one in remarks]}, indent=2))  # fmt: skip
    else:
        for word, listed in (("fault", faults), ("remark", remarks)):
            for one in listed:
                print(f"{word}: {one.detail}" + (f"\n  {one.hint}" if one.hint else ""))
        if not faults:
            print(f"the settings are sound; {len(found.origins)} of {len(READERS)} are given")
    return UNSOUND if faults else SOUND


def _on_disk(found: Configuration) -> Iterator[Wrong]:
    """Files that are named and cannot be read."""
    paths = {
        name: value for name, value in found.values.items() if isinstance(value, Path) and name != "data"
    }
    for _, path in found.values.get("federation_anchors", ()):
        paths[f"federation_anchors {path}"] = path
    for name, path in paths.items():
        if not (path.is_file() and os.access(path, os.R_OK)):
            yield Wrong(
                name, f"{name}: there is no file {path} that can be read", "Check the name and the rights."
            )


def _open_to_others(parsed: argparse.Namespace, found: Configuration) -> Iterator[Wrong]:
    """A file that holds secrets and that others may read."""
    file = parsed.config or os.environ.get("GATEWAY_CONFIG")
    held = [name for name, value in found.values.items() if _is_secret(name, value)]
    in_file = [name for name in held if ":" in found.origins[name]]
    if file and in_file and Path(file).stat().st_mode & 0o077:
        yield Wrong(
            in_file[0], f"the file holds {in_file[0]} and may be read by others", "chmod 600 makes it yours."
        )


def _is_secret(name: str, value: Any) -> bool:
    return bool(value) and (name in SECRETS or (name == "database" and PASSWORD.search(value) is not None))


def _told(fault: Wrong) -> dict[str, Any]:
    told = {"key": fault.key, "detail": fault.detail, "hint": fault.hint, "line": fault.line}
    return {name: value for name, value in told.items() if value}


def _show(parsed: argparse.Namespace) -> int:
    found = configuration_of(parsed)
    settings = found.settings()
    listed = [(name, _value(settings, name), found.origins.get(name, "default")) for name in READERS]
    if parsed.json:
        told = {name: {"value": value, "origin": origin} for name, value, origin in listed}
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        width = max(map(len, READERS))
        for name, value, origin in listed:
            print(f"{name:<{width}}  {json.dumps(value, ensure_ascii=False)}  ({origin})")
    return SOUND


def _value(settings: Settings, name: str) -> Any:
    """A setting as JSON has it, without what is secret of it."""
    value = getattr(settings, name)
    if value and name in SECRETS:
        return MASK
    if value and name == "database":
        return PASSWORD.sub(MASK, value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
