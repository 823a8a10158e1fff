"""What commands share: the settings under their options, a gateway for one job, files in and out."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from gateway.compute import HereCompute, PoolCompute, WatchedCompute
from gateway.configuration import Configuration, configured
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import GatewayFailed, InputRefused, SettingInvalid, TooLarge
from gateway.fetch import Fetcher
from gateway.pipeline import Gateway
from gateway.settings import Settings
from gateway.signer import Ledger, NoSigner, open_signer
from gateway.trust import seal_anchors, trust_sources

__all__ = [
    "add_data",
    "configuration_of",
    "json_bytes",
    "read_file",
    "settings_of",
    "with_gateway",
    "write_file",
]


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the options ``--data`` and ``--config``."""
    command.add_argument("--data", type=Path, metavar="DIR", help="where keys are kept (default ./data)")
    command.add_argument("--config", type=Path, metavar="FILE", help="a TOML file of settings")


def settings_of(parsed: argparse.Namespace) -> Settings:
    """The settings from the file, the environment and the options. Raises ``SettingInvalid``."""
    return configuration_of(parsed).settings()


def configuration_of(parsed: argparse.Namespace) -> Configuration:
    """What file, environment and options give. Raises ``SettingInvalid`` for a file that cannot be read."""
    given = {name: getattr(parsed, name, None) for name in ("host", "port", "data", "processes")}
    overrides = {name: value for name, value in given.items() if value is not None}
    file = getattr(parsed, "config", None) or os.environ.get("GATEWAY_CONFIG")
    if not file:
        return configured(os.environ, overrides)
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SettingInvalid(
            f"the file of settings cannot be read ({type(error).__name__})",
            pointer=str(file), hint="--config or GATEWAY_CONFIG names it.",
        ) from None  # fmt: skip
    return configured(os.environ, overrides, text, Path(file).name)


def with_gateway(
    parsed: argparse.Namespace, job: Callable[[Gateway], Awaitable[int]], *, signs: bool = False,
    processes: int = 1, watches: bool = False,
) -> int:  # fmt: skip
    """Run a job with a gateway that computes in this process, or in others where it is of several.

    Only one that ``signs`` opens the key; where one ``watches``, how the work went comes back with it.
    """
    settings = settings_of(parsed)
    trust, anchors = trust_sources(settings), seal_anchors(settings)

    async def run() -> int:
        fetch = Fetcher(settings)
        signer = await open_signer(settings, parsed.clock()) if signs else NoSigner()
        ledger = Ledger(settings.data)
        inner = HereCompute() if processes == 1 else PoolCompute(processes - 1, 2 * processes)
        compute = WatchedCompute(inner) if watches else inner
        gateway = Gateway(
            signer, settings, fetch, compute, clock=parsed.clock, anchors=anchors, ledger=ledger, trust=trust
        )
        try:
            return await job(gateway)
        finally:
            await compute.close()
            await fetch.close()
            await signer.close()

    return asyncio.run(run())


def read_file(name: str) -> bytes:
    """The bytes of a file or of standard input, never more than one document may have."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"cannot read {name}: {error.strerror}", hint="Check the name and the rights."
        ) from None
    if len(data) > MAX_BYTES:
        raise TooLarge(f"more than the {MAX_BYTES} bytes that are read")
    return data


def write_file(name: str, content: bytes) -> None:
    """Write a whole file or none: a reader never meets half a document. What is no file is written to as it is."""
    if name == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    part = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(content)
            return
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise GatewayFailed(
            f"cannot write {name}: {error.strerror}", hint="Check the folder and the rights."
        ) from None


def json_bytes(value: Any) -> bytes:
    """A value as people read JSON."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
