"""The command ``gateway keys``: make, list, rotate, retire and revoke signing keys, and what each signed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.cli.parts import add_data, settings_of
from gateway.errors import GatewayFailed
from gateway.signer import NEW_KINDS, REASONS, KeyRecord, KeyStore, Ledger, Reading

__all__ = ["add_keys"]

Options = argparse.Namespace


def add_keys(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``keys``, each with its options."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, job: Callable[[Options, Path], None], words: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=words)
        add_data(action)
        action.set_defaults(run=lambda parsed: _run(job, parsed, settings_of(parsed).data))
        return action

    new = add("new", _new, "make a key; it signs from now on, beside the others")
    rotate = add("rotate", _rotate, "make a key and retire the active ones of its kind")
    new.add_argument("--kind", choices=NEW_KINDS, default=NEW_KINDS[0], help="default ed25519")
    rotate.add_argument("--kind", choices=NEW_KINDS, default="", help="default that of the key in use")
    retire = add("retire", _retire, "let a key sign no more; what it signed stays verifiable")
    revoke = add("revoke", _revoke, "take a key back, with everything it signed; its secret is wiped")
    revoke.add_argument("--reason", choices=REASONS, required=True)
    revoke.add_argument(
        "--jobs", type=Path, metavar="FILE", help="write what has to be signed anew, as JSON Lines"
    )
    signed = add("signed", _signed, "list what a key signed")
    for action in (retire, revoke, signed):
        action.add_argument(
            "number", type=int, metavar="N", help="the number of the key, see `gateway keys list`"
        )
    listed = add("list", _list, "list the keys with their states")
    for action in (signed, listed):
        action.add_argument("--json", action="store_true", help="as JSON")


def _run(job: Callable[[Options, Path], None], parsed: Options, data: Path) -> int:
    job(parsed, data)
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


# --- actions ---------------------------------------------------------------------------------------


def _new(parsed: Options, data: Path) -> None:
    print(_row(KeyStore(data).new(_now(), parsed.kind)))


def _rotate(parsed: Options, data: Path) -> None:
    made, retired = KeyStore(data).rotate(_now(), parsed.kind)
    for record in (*retired, made):
        print(_row(record))


def _retire(parsed: Options, data: Path) -> None:
    store = KeyStore(data)
    print(_row(store.retire(parsed.number, _now())))
    _warn_of_none(store)


def _revoke(parsed: Options, data: Path) -> None:
    store = KeyStore(data)
    record = store.revoke(parsed.number, _now(), reason=parsed.reason)
    print(_row(record))
    reading = Ledger(data).signed_by(record.public)
    _warn_of_damage(reading)
    if parsed.jobs is not None:
        _write_jobs(parsed.jobs, record, reading)
    count = len(reading.entries)
    where = f"; listed in {parsed.jobs}" if parsed.jobs is not None else ""
    print(f"{count} credential{'' if count == 1 else 's'} to be signed anew{where}", file=sys.stderr)
    _warn_of_none(store)


def _signed(parsed: Options, data: Path) -> None:
    record = KeyStore(data).record(parsed.number)
    reading = Ledger(data).signed_by(record.public)
    if parsed.json:
        entries = [asdict(entry) for entry in reading.entries]
        print(_json({**record.to_json(), "signed": entries, "damaged": reading.damaged}))
    else:
        for entry in reading.entries:
            print(f"{entry.created}  {entry.format:12}  sha256:{entry.digest}  {entry.credential}".rstrip())
    _warn_of_damage(reading)


def _list(parsed: Options, data: Path) -> None:
    records = KeyStore(data).records()
    if parsed.json:
        print(_json([{**record.to_json(), "did": record.did} for record in records]))
        return
    for record in records:
        print(_row(record))
    if not records:
        print("no keys yet: `gateway keys new` makes one", file=sys.stderr)


# --- what is printed and written -------------------------------------------------------------------


def _row(record: KeyRecord) -> str:
    """A key in one line: number, state, kind, dates, did:key."""
    dates = [
        f"{name} {date}{f' ({record.reason})' if name == 'revoked' else ''}"
        for name, date in (("retired", record.retired), ("revoked", record.revoked))
        if date
    ]
    words = [f"{record.number:>3}", f"{record.state:7}", f"{record.kind:7}", f"created {record.created}"]
    return "  ".join([*words, *dates, record.did])


def _warn_of_none(store: KeyStore) -> None:
    records = store.records()
    if not any(record.state == "active" for record in records):
        print("no active key is left: `gateway keys new` makes one", file=sys.stderr)


def _warn_of_damage(reading: Reading) -> None:
    if reading.damaged:
        lines = "1 line" if reading.damaged == 1 else f"{reading.damaged} lines"
        what = f"{lines} of the list of signatures cannot be read: more may have been signed"
        print(what, file=sys.stderr)


def _write_jobs(path: Path, record: KeyRecord, reading: Reading) -> None:
    """What has to be signed anew, one JSON line each; a whole file or none.

    By now the key is revoked, which stands whatever becomes of the file.
    """
    why = {"job": "sign-anew", "revoked": record.revoked, "reason": record.reason}
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            for entry in reading.entries:
                file.write(json.dumps({**why, **asdict(entry)}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise GatewayFailed(
            f"key {record.number} is revoked, but {path.name} cannot be written: {error.strerror}",
            hint=f"`gateway keys signed {record.number} --json` gives the same list.",
        ) from None


def _json(value: Any) -> str:
    return json.dumps(value, indent=2)
