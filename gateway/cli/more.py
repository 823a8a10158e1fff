"""The other commands: resolve, formats, serve."""

from __future__ import annotations

import argparse

from gateway.cli.parts import add_data, json_bytes, settings_of, with_gateway, write_file
from gateway.cli.text import formats_table
from gateway.dids.results import RESOLUTION, answer
from gateway.errors import DidDeactivated
from gateway.formats import FORMATS
from gateway.pipeline import Gateway

__all__ = ["add_formats", "add_resolve", "add_serve"]


def add_resolve(command: argparse.ArgumentParser) -> None:
    """Add the options of ``resolve``."""
    command.add_argument("did", metavar="DID")
    command.add_argument("--metadata", action="store_true", help="with what is known of the document")
    command.set_defaults(run=_resolve)


def add_formats(command: argparse.ArgumentParser) -> None:
    """Add the options of ``formats``."""
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=_formats)


def add_serve(command: argparse.ArgumentParser) -> None:
    """Add the options of ``serve``."""
    command.add_argument("--host", metavar="H", help="address to listen on (default 127.0.0.1)")
    command.add_argument("--port", type=int, metavar="P", help="port to listen on (default 8080)")
    command.add_argument("--processes", type=int, metavar="N", help="processes that answer (default 1)")
    add_data(command)
    command.set_defaults(run=_serve)


def _resolve(parsed: argparse.Namespace) -> int:
    async def job(gateway: Gateway) -> int:
        found = await gateway.look_up(parsed.did)
        if parsed.metadata:
            write_file("-", answer(found, RESOLUTION, bare=True).body + b"\n")
        elif found.deactivated and found.content is None:
            raise DidDeactivated("its document is no longer in force")
        elif found.addresses:
            write_file("-", "\n".join((*found.addresses, "")).encode())
        else:
            write_file("-", json_bytes(found.content))
        return 0

    return with_gateway(parsed, job)


def _formats(parsed: argparse.Namespace) -> int:
    print(formats_table(FORMATS, as_json=parsed.json))
    return 0


def _serve(parsed: argparse.Namespace) -> int:
    from gateway.api import serve  # imported here: the other commands need no server

    serve(settings_of(parsed))
    return 0
