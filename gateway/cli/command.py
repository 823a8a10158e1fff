"""The command ``gateway``: convert, verify, resolve, keys, formats, serve.

Exit codes: 0 done or verified, 1 not verified, loss refused or rows of a batch refused, 2 input refused,
3 the gateway or the outside world failed. Each command is imported when it is the one that was asked for: the
others, and what they need, cost it nothing.
"""

from __future__ import annotations

import argparse
import gc
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from gateway.errors import GatewayError
from gateway.hardening import harden

__all__ = ["COMMANDS", "command_line", "main"]

EXAMPLES = """examples:
  gateway convert diploma.xml --to ob3 --out diploma.ob3.json
  gateway convert badge.json --to elm3 --unsigned --report report.json
  gateway verify diploma.ob3.json
  cat badge.json | gateway convert - --to vc
"""


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def main(arguments: list[str] | None = None, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Run one command; the exit code. ``clock`` tells the time."""
    with _imported_for_good() if arguments is None else nullcontext():
        given = sys.argv[1:] if arguments is None else arguments
        asked = next((word for word in given if not word.startswith("-")), "")
        parsed = command_line(asked).parse_args(given)
    if arguments is None:
        harden()
    parsed.clock = clock
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a mark or a name the terminal has no letters for
            stream.reconfigure(errors="replace")
    try:
        code: int = parsed.run(parsed)
    except GatewayError as error:
        code = _refused(error, getattr(parsed, "language", ""))
    except BrokenPipeError:
        sys.stderr.close()
        code = 3
    except KeyboardInterrupt:
        code = 130
    return code


@contextmanager
def _imported_for_good() -> Iterator[None]:
    """Nothing that the block imports is garbage: to look for some costs a fifth of a short command."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _refused(error: GatewayError, language: str | list[str]) -> int:
    """Say why, in the language asked for where there is one; the exit code."""
    from gateway.cli.text import problem_text
    from gateway.messages import DEFAULT_LANGUAGE, LANGUAGES

    print(problem_text(error, language if language in LANGUAGES else DEFAULT_LANGUAGE), file=sys.stderr)
    return error.exit_code


def command_line(asked: str | None = None) -> argparse.ArgumentParser:
    """The parser of every command with its options; with the command that is ``asked`` for, of its alone."""
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="Converts, verifies and signs learners' credentials: ELM, EDCI XML, Open Badges, W3C VC.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (words, add) in COMMANDS.items():
        command = commands.add_parser(name, help=words)
        if asked is None or name == asked:
            add(command)
    return parser


class _Version(argparse.Action):
    """Prints the version of what is installed."""

    def __init__(self, option_strings: list[str], dest: str, **options: str | None) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=options.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # imported here: no other command asks

        print(f"gateway {version('microcredential-gateway')}")
        parser.exit()


# --- commands, each imported when it is asked for --------------------------------------------------


def _convert(command: argparse.ArgumentParser) -> None:
    from gateway.cli.documents import add_convert

    add_convert(command)


def _sign(command: argparse.ArgumentParser) -> None:
    from gateway.cli.documents import add_sign

    add_sign(command)


def _bake(command: argparse.ArgumentParser) -> None:
    from gateway.cli.documents import add_bake

    add_bake(command)


def _bundle(command: argparse.ArgumentParser) -> None:
    from gateway.cli.bundles import add_bundle

    add_bundle(command)


def _verify(command: argparse.ArgumentParser) -> None:
    from gateway.cli.documents import add_verify

    add_verify(command)


def _check(command: argparse.ArgumentParser) -> None:
    from gateway.cli.check import add_check

    add_check(command)


def _diff(command: argparse.ArgumentParser) -> None:
    from gateway.cli.diff import add_diff

    add_diff(command)


def _resolve(command: argparse.ArgumentParser) -> None:
    from gateway.cli.more import add_resolve

    add_resolve(command)


def _keys(command: argparse.ArgumentParser) -> None:
    from gateway.cli.keys import add_keys

    add_keys(command)


def _bulk(command: argparse.ArgumentParser) -> None:
    from gateway.cli.bulk import add_bulk

    add_bulk(command)


def _work(command: argparse.ArgumentParser) -> None:
    from gateway.cli.bulk import add_work

    add_work(command)


def _formats(command: argparse.ArgumentParser) -> None:
    from gateway.cli.more import add_formats

    add_formats(command)


def _tenants(command: argparse.ArgumentParser) -> None:
    from gateway.cli.tenants import add_tenants

    add_tenants(command)


def _config(command: argparse.ArgumentParser) -> None:
    from gateway.cli.config import add_config

    add_config(command)


def _serve(command: argparse.ArgumentParser) -> None:
    from gateway.cli.more import add_serve

    add_serve(command)


def _pull(command: argparse.ArgumentParser) -> None:
    from gateway.cli.pull import add_pull

    add_pull(command)


def _audit(command: argparse.ArgumentParser) -> None:
    from gateway.cli.store import add_audit

    add_audit(command)


def _backup(command: argparse.ArgumentParser) -> None:
    from gateway.cli.store import add_backup

    add_backup(command)


def _restore(command: argparse.ArgumentParser) -> None:
    from gateway.cli.store import add_restore

    add_restore(command)


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "convert": ("convert a credential and sign the result", _convert),
    "sign": ("sign a credential of the gateway's own, as it stands", _sign),
    "bake": ("put a badge into an image, as it stands", _bake),
    "bundle": ("put verified credentials together into a record (CLR 2.0)", _bundle),
    "verify": ("check what secures a credential", _verify),
    "check": ("check whether a micro-credential states what it has to", _check),
    "diff": ("show two credentials side by side, whatever their formats", _diff),
    "resolve": ("print the document of a DID, or the part a DID URL names", _resolve),
    "keys": ("make, rotate, retire, revoke and list signing keys", _keys),
    "formats": ("list what can be read and written", _formats),
    "tenants": ("make and suspend tenants, and their API keys", _tenants),
    "bulk": ("take in, convert, write and make anew many credentials", _bulk),
    "work": ("do the jobs of the database, beside the service or on another host", _work),
    "config": ("check or show the settings", _config),
    "serve": ("start the HTTP service", _serve),
    "pull": ("follow another gateway's feed or an Open Badges host", _pull),
    "audit": ("check or list who did what with what is kept", _audit),
    "backup": ("copy the database as of this moment", _backup),
    "restore": ("make a database from a copy", _restore),
}
"""Every command: what it is for, and what adds its options."""
