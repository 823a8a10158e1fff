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
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import GatewayFailed, InputRefused, TooLarge
from gateway.fetch import Fetcher
from gateway.pipeline import Gateway
from gateway.settings import Settings
from gateway.signer import Ledger, NoSigner, open_signer
from gateway.trust import seal_anchors, trust_sources

__all__ = ["add_data", "json_bytes", "read_file", "settings_of", "with_gateway", "write_file"]


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the option ``--data``."""
    command.add_argument("--data", type=Path, metavar="DIR", help="where keys are kept (default ./data)")


def settings_of(parsed: argparse.Namespace) -> Settings:
    """The settings, as the options change them."""
    given = {name: getattr(parsed, name, None) for name in ("host", "port", "data", "processes")}
    return Settings.from_environment(os.environ, **{k: v for k, v in given.items() if v is not None})


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
