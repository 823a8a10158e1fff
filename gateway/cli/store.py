"""The commands ``gateway audit``, ``backup`` and ``restore``: what operators do with what is kept."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from gateway.cli.parts import add_data, settings_of
from gateway.errors import RequestRefused
from gateway.pipeline.auditing import Heads, verify_audit
from gateway.settings import Settings
from gateway.signer import open_signer
from gateway.store import Database, Rows, open_store
from gateway.store.audit import AuditEntry, entries
from gateway.store.copying import copy_out, put_back
from gateway.store.tenants import tenant_named

__all__ = ["add_audit", "add_backup", "add_restore"]

Options = argparse.Namespace
HOLDS, BROKEN = 0, 1


def add_audit(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``audit``."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify", help="check every chain and its signed heads; exit code 1 if one does not hold"
    )
    listed = actions.add_parser("list", help="who did what, oldest first")
    listed.add_argument("tenant", metavar="TENANT", help="its name or id")
    listed.add_argument("--after", type=int, default=0, metavar="N", help="entries after this number")
    for action, run in ((verify, _verify), (listed, _list)):
        action.add_argument("--json", action="store_true", help="as JSON")
        add_data(action)
        action.set_defaults(run=run)


def add_backup(command: argparse.ArgumentParser) -> None:
    """Add the options of ``backup``."""
    command.add_argument("file", type=Path, metavar="FILE", help="where to; it must not be there")
    add_data(command)
    command.set_defaults(run=_backup)


def add_restore(command: argparse.ArgumentParser) -> None:
    """Add the options of ``restore``."""
    command.add_argument("file", type=Path, metavar="FILE", help="a copy that `gateway backup` made")
    add_data(command)
    command.set_defaults(run=_restore)


def _verify(parsed: Options) -> int:
    settings = settings_of(parsed)

    async def run() -> tuple[dict[str, int], list[Any]]:
        database = await _opened(settings, parsed)
        signer = await open_signer(settings, parsed.clock())
        try:
            signed = Heads(settings.data).read()
            return await database.read(lambda connection: verify_audit(connection, signed, signer.history()))
        finally:
            await signer.close()
            await database.close()

    holding, problems = asyncio.run(run())
    if parsed.json:
        told = [{"tenant": p.tenant, "number": p.number, "problem": p.how} for p in problems]
        print(json.dumps({"entries": holding, "problems": told}, indent=2))
    else:
        for tenant, count in holding.items():
            print(f"{tenant}  {count} entries hold")
        for problem in problems:
            print(f"{problem.tenant}  entry {problem.number}: {problem.how}")
    return BROKEN if problems else HOLDS


def _list(parsed: Options) -> int:
    async def run() -> list[Any]:
        database = await _opened(settings_of(parsed), parsed)
        try:
            tenant = await database.read(lambda connection: tenant_named(connection, parsed.tenant))
            return await database.read(
                lambda connection: list(entries(Rows(connection, tenant.id), parsed.after))
            )
        finally:
            await database.close()

    found = asyncio.run(run())
    if parsed.json:
        print(json.dumps([_entry(entry) for entry in found], indent=2))
    else:
        for entry in found:
            print(f"{entry.number:>6}  {entry.at}  {entry.action}  {entry.subject}  by {entry.actor}")
    return 0


def _entry(entry: AuditEntry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in ("number", "at", "actor", "action", "subject", "hash")}
    return {**told, "detail": json.loads(entry.detail)}


async def _opened(settings: Settings, parsed: Options) -> Database:
    """The database, which must be there: asking makes none."""
    if settings.database is None and not (settings.data / "gateway.db").exists():
        raise RequestRefused("there is no database", hint="--data or GATEWAY_DATABASE says where it is.")
    return await open_store(settings, parsed.clock())


def _backup(parsed: Options) -> int:
    settings = settings_of(parsed)
    copy_out(settings.database_url, parsed.file, _shown)
    _done(f"copied to {parsed.file}; keys and ledger lie beside the database and are not in it")
    return 0


def _restore(parsed: Options) -> int:
    put_back(settings_of(parsed).database_url, parsed.file, _shown)
    _done("put back; start the gateway, then `gateway audit verify`")
    return 0


def _shown(left: int, whole: int) -> None:
    if sys.stderr.isatty() and whole:
        print(f"\r{100 - 100 * left // whole} %", end="", file=sys.stderr, flush=True)


def _done(text: str) -> None:
    end = "\r" if sys.stderr.isatty() else ""
    print(f"{end}{text}", file=sys.stderr)
