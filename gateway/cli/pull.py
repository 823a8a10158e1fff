"""The command ``gateway pull``: take in what another gateway's feed or an Open Badges host has, and follow on.

Exit codes: 0 taken in, 1 some were refused, 3 the source failed; what was taken in before that is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from gateway.cli.parts import add_data, read_file, settings_of, with_gateway
from gateway.cli.text import problem_text
from gateway.envelopes import read_json
from gateway.errors import OutsideFailed, RequestRefused, StateConflict
from gateway.fetch import Fetcher
from gateway.messages import DEFAULT_LANGUAGE
from gateway.pipeline import Gateway
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import Lifecycle
from gateway.pipeline.pull_hosts import Grant, Host, Key, Source, address_of, checked_secret
from gateway.pipeline.pulling import Told, pull
from gateway.pipeline.source_badges import USUAL, BadgesSource
from gateway.pipeline.source_feed import FeedSource
from gateway.store import SCOPES, Caller, Database, Pull, Rows, open_store
from gateway.store.pulls import all_pulls
from gateway.store.tenants import tenant_named

__all__ = ["add_pull"]

Options = argparse.Namespace
Made = Callable[[Options, Host], Source]

ACTOR = "command line"
TAKEN_IN, SOME_REFUSED = 0, 1
LONGEST_WAIT = 86_400
MOST_BADGES = 1000


def add_pull(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``pull``."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    feed = actions.add_parser("feed", help="follow another gateway's feed")
    feed.add_argument("address", metavar="URL", help="of the feed, with its filters: https://…/v1/feed")
    badges = actions.add_parser("open-badges", help="read the list of an Open Badges 3.0 host")
    badges.add_argument("address", metavar="URL", help="of its API: https://…/ims/ob/v3p0")
    badges.add_argument("--limit", type=int, default=USUAL, metavar="N", help="on one page (default 100)")
    badges.add_argument("--since", default="", metavar="MOMENT", help="only what was issued after it")
    for action, made in ((feed, _feed), (badges, _badges)):
        action.add_argument("--tenant", required=True, metavar="T", help="whose the credentials will be")
        shown = action.add_mutually_exclusive_group(required=True)
        shown.add_argument("--key-file", metavar="F", help="file with the key or token to show; - reads it")
        shown.add_argument("--client-file", metavar="F", help="file with client credentials (JSON)")
        action.add_argument("--again", action="store_true", help="from the first page; nothing is doubled")
        action.add_argument("--every", type=float, metavar="S", help="ask again every so many seconds")
        action.add_argument("--json", action="store_true", help="tell what became of it as JSON")
        add_data(action)
        action.set_defaults(run=lambda parsed, made=made: _run(parsed, made))
    listed = actions.add_parser("list", help="where each source stands")
    listed.add_argument("--tenant", required=True, metavar="T", help="its name or id")
    listed.add_argument("--json", action="store_true", help="as JSON")
    add_data(listed)
    listed.set_defaults(run=_list)


def _feed(parsed: Options, host: Host) -> Source:
    return FeedSource(host, parsed.address)


def _badges(parsed: Options, host: Host) -> Source:
    if not 1 <= parsed.limit <= MOST_BADGES:
        raise RequestRefused(f"--limit is a number from 1 to {MOST_BADGES}")
    return BadgesSource(host, parsed.address, limit=parsed.limit, since=parsed.since)


def _run(parsed: Options, made: Made) -> int:
    """Follow a source, once or again and again."""
    if parsed.every is not None and not 1 <= parsed.every <= LONGEST_WAIT:
        raise RequestRefused(f"--every is from 1 to {LONGEST_WAIT} seconds")
    access = _access(parsed)

    async def job(gateway: Gateway) -> int:
        fetch = Fetcher(gateway.settings)
        database = await open_store(gateway.settings, parsed.clock())
        try:
            caller = await _caller(database, parsed.tenant)
            lifecycle = Lifecycle(Archive(gateway, database))
            return await _rounds(parsed, lifecycle, caller, made(parsed, Host(fetch, access)))
        finally:
            await database.close()
            await fetch.close()

    return with_gateway(parsed, job)


async def _rounds(parsed: Options, lifecycle: Lifecycle, caller: Caller, source: Source) -> int:
    again = parsed.again
    while True:
        progress = _Progress(parsed.json)
        try:
            told = await pull(lifecycle, caller, source, again=again, tell=progress.tell)
            progress.end(told)
        except OutsideFailed as error:
            if parsed.every is None:
                raise
            print(problem_text(error, DEFAULT_LANGUAGE), file=sys.stderr, flush=True)
        if parsed.every is None:
            return SOME_REFUSED if told.counts["refused"] else TAKEN_IN
        again = False
        await asyncio.sleep(parsed.every)


async def _caller(database: Database, name: str) -> Caller:
    """Whose the credentials will be. Raises ``NotFound``, ``StateConflict`` for a tenant that is suspended."""
    tenant = await database.read(lambda connection: tenant_named(connection, name))
    if tenant.state != "active":
        raise StateConflict("the tenant is suspended", hint="`gateway tenants resume` lets it go on.")
    return Caller(tenant.id, ACTOR, frozenset(SCOPES))


def _access(parsed: Options) -> Key | Grant:
    """What is shown to the source, from a file: an argument would stand in the list of processes."""
    if parsed.key_file is not None:
        return Key(checked_secret(read_file(parsed.key_file).decode("ascii", errors="replace")))
    told = read_json(read_file(parsed.client_file))
    names = ("token_url", "client_id", "client_secret")
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
        raise RequestRefused(f"the file must hold an object with {', '.join(names)}, and may hold scope")
    scope = told.get("scope", "")
    address, client, secret = (told[name] for name in names)
    return Grant(address_of(address), client, checked_secret(secret), scope if isinstance(scope, str) else "")


class _Progress:
    """How far a round is: a line that is written over on a terminal, and one at the end."""

    def __init__(self, as_json: bool) -> None:
        self._json, self._begin, self._terminal = as_json, time.monotonic(), sys.stderr.isatty()

    def tell(self, told: Told) -> None:
        """After each page."""
        if self._terminal:
            done, took = told.counts.total(), max(time.monotonic() - self._begin, 1e-6)
            left = f" · {max(told.total - done, 0):,} left" if told.total is not None else ""
            print(f"\r\x1b[K{_line(told)} · {done / took:,.0f}/s{left}", end="", file=sys.stderr, flush=True)

    def end(self, told: Told) -> None:
        """What became of all."""
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr)
        if self._json:
            print(json.dumps({**told.counts, "pages": told.pages, "problems": told.problems}), flush=True)
        else:
            print(_line(told), flush=True)


def _line(told: Told) -> str:
    why = ", ".join(f"{count} {code}" for code, count in sorted(told.problems.items()))
    counts = "{taken:,} taken in, {known:,} known, {followed:,} followed, {refused:,} refused"
    return counts.format(**told.counts) + (f" ({why})" if why else "")


def _list(parsed: Options) -> int:
    async def run() -> list[Pull]:
        database = await open_store(settings_of(parsed), parsed.clock())
        try:
            tenant = await database.read(lambda connection: tenant_named(connection, parsed.tenant))
            return await database.read(lambda connection: all_pulls(Rows(connection, tenant.id)))
        finally:
            await database.close()

    found = [_source(one) for one in asyncio.run(run())]
    if parsed.json:
        print(json.dumps(found, indent=2))
    else:
        for one in found:
            print("  ".join(f"{value}" for value in one.values() if value != ""))
    return 0


def _source(one: Pull) -> dict[str, Any]:
    """A source as it is listed; its position is its own affair."""
    return {
        "kind": one.kind, "source": one.source, "held": one.held, "refused": one.refused, "at": one.updated,
        "number": one.position.number, "problem": one.problem,
    }  # fmt: skip
