"""The command ``gateway``: convert, verify, resolve, keys, formats, serve.

Exit codes: 0 done or verified, 1 not verified or loss refused, 2 input refused, 3 the gateway or the
outside world failed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.api import serve
from gateway.cli_keys import add_keys
from gateway.cli_text import convert_summary, formats_table, paint_for, problem_text, verify_summary, warnings
from gateway.compute import HereCompute
from gateway.core import DEFAULT_SECURING, POLICIES, SECURINGS, STRICT, ConvertOptions
from gateway.dids.results import RESOLUTION, answer
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import DidDeactivated, GatewayError, GatewayFailed, InputRefused, TooLarge
from gateway.fetch import Fetcher
from gateway.formats import FORMATS
from gateway.messages import DEFAULT_LANGUAGE, LANGUAGES
from gateway.pipeline import Gateway, utc_now
from gateway.report import Report
from gateway.settings import Settings
from gateway.signer import Ledger, NoSigner, open_signer
from gateway.trust import seal_anchors, trust_sources

__all__ = ["command_line", "main"]

VERIFIED, NOT_VERIFIED = 0, 1

EXAMPLES = """examples:
  gateway convert diploma.xml --to ob3 --out diploma.ob3.json
  gateway convert badge.json --to elm3 --unsigned --report report.json
  gateway verify diploma.ob3.json
  cat badge.json | gateway convert - --to vc
"""


def main(arguments: list[str] | None = None, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Run one command; the exit code. ``clock`` tells the time."""
    parsed = command_line().parse_args(arguments)
    parsed.clock = clock
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a mark or a name the terminal has no letters for
            stream.reconfigure(errors="replace")
    try:
        code: int = parsed.run(parsed)
    except GatewayError as error:
        language = getattr(parsed, "language", DEFAULT_LANGUAGE)
        print(problem_text(error, language if language in LANGUAGES else DEFAULT_LANGUAGE), file=sys.stderr)
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 3
    except KeyboardInterrupt:
        code = 130
    return code


def command_line() -> argparse.ArgumentParser:
    """The parser of every command with its options."""
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="Converts, verifies and signs learners' credentials: ELM, EDCI XML, Open Badges, W3C VC.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_convert(commands)
    _add_sign(commands)
    _add_verify(commands)
    resolve = commands.add_parser("resolve", help="print the document of a DID, or the part a DID URL names")
    resolve.add_argument("did", metavar="DID")
    resolve.add_argument("--metadata", action="store_true", help="with what is known of the document")
    resolve.set_defaults(run=_resolve)
    add_keys(commands, settings=_settings, add_data=_add_data)
    formats = commands.add_parser("formats", help="list what can be read and written")
    formats.add_argument("--json", action="store_true", help="as JSON")
    formats.set_defaults(run=_formats)
    _add_serve(commands)
    return parser


def _add_convert(commands: Any) -> None:
    convert = commands.add_parser("convert", help="convert a credential and sign the result")
    convert.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    convert.add_argument("--to", required=True, metavar="FORMAT", help="see `gateway formats`")
    convert.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    convert.add_argument("--report", metavar="FILE", help="write the report as JSON; without it, a summary")
    convert.add_argument(
        "--original", choices=("full", "digest", "none"), default="digest",
        help="how the source goes along: embedded, by digest (default), or not",
    )  # fmt: skip
    _add_securing(convert)
    convert.add_argument("--strict", action="store_true", help="refuse to lose anything")
    convert.add_argument("--unsigned", action="store_true", help="do not sign; the issuer stays the source's")
    convert.add_argument(
        "--language", action="append", default=[], metavar="TAG", help="preferred where one language fits"
    )
    _add_data(convert)
    convert.set_defaults(run=_convert)


def _add_securing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--securing", default=DEFAULT_SECURING, metavar="NAME[,NAME]",
        help=f"how the result is secured, one or several of: {', '.join(SECURINGS)} (default {DEFAULT_SECURING})",
    )  # fmt: skip
    command.add_argument(
        "--key",
        choices=("ed25519", "p256"),
        default="",
        help="the kind of key; the securing's first otherwise",
    )


def _add_sign(commands: Any) -> None:
    sign = commands.add_parser("sign", help="sign a credential of the gateway's own, as it stands")
    sign.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    sign.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    _add_securing(sign)
    _add_data(sign)
    sign.set_defaults(run=_sign)


def _add_verify(commands: Any) -> None:
    verify = commands.add_parser("verify", help="check what secures a credential")
    verify.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    verify.add_argument(
        "--policy", choices=tuple(POLICIES), default=STRICT.name, help="what the verdict rests on"
    )
    verify.add_argument("--json", action="store_true", help="the report as JSON")
    verify.add_argument("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="of the sentences")
    _add_data(verify)
    verify.set_defaults(run=_verify)


def _add_serve(commands: Any) -> None:
    command = commands.add_parser("serve", help="start the HTTP service")
    command.add_argument("--host", metavar="H", help="address to listen on (default 127.0.0.1)")
    command.add_argument("--port", type=int, metavar="P", help="port to listen on (default 8080)")
    _add_data(command)
    command.set_defaults(run=_serve)


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, metavar="DIR", help="where keys are kept (default ./data)")


# --- commands ------------------------------------------------------------------------------------


def _settings(parsed: argparse.Namespace) -> Settings:
    given = {name: getattr(parsed, name, None) for name in ("host", "port", "data")}
    return Settings.from_environment(os.environ, **{k: v for k, v in given.items() if v is not None})


def _with_gateway(
    parsed: argparse.Namespace, job: Callable[[Gateway], Awaitable[int]], *, signs: bool = False
) -> int:
    """Run a job with a gateway that computes in this process; only one that ``signs`` opens the key."""
    settings = _settings(parsed)
    trust, anchors = trust_sources(settings), seal_anchors(settings)

    async def run() -> int:
        fetch = Fetcher(settings)
        signer = await open_signer(settings, parsed.clock()) if signs else NoSigner()
        ledger, here = Ledger(settings.data), HereCompute()
        gateway = Gateway(
            signer, settings, fetch, here, clock=parsed.clock, anchors=anchors, ledger=ledger, trust=trust
        )
        try:
            return await job(gateway)
        finally:
            await fetch.close()
            await signer.close()

    return asyncio.run(run())


def _convert(parsed: argparse.Namespace) -> int:
    data = _read(parsed.file)
    options = ConvertOptions(
        to=parsed.to, original=parsed.original, strict=parsed.strict, languages=tuple(parsed.language)
    )

    async def job(gateway: Gateway) -> int:
        delivery = await gateway.convert(
            data, options, signed=not parsed.unsigned, securing=parsed.securing, key=parsed.key
        )
        _write(parsed.out, delivery.content)
        if parsed.report:
            _write(parsed.report, _json(delivery.report.to_json()))
        else:
            print(convert_summary(delivery.report), file=sys.stderr)
        return 0

    return _with_gateway(parsed, job, signs=not parsed.unsigned)


def _sign(parsed: argparse.Namespace) -> int:
    data = _read(parsed.file)

    async def job(gateway: Gateway) -> int:
        delivery = await gateway.secure(data, securing=parsed.securing, key=parsed.key)
        _write(parsed.out, delivery.content)
        for line in warnings(delivery.report):
            print(line, file=sys.stderr)
        return 0

    return _with_gateway(parsed, job, signs=True)


def _verify(parsed: argparse.Namespace) -> int:
    data = _read(parsed.file)

    async def job(gateway: Gateway) -> int:
        report: Report = await gateway.verify(data, policy=parsed.policy)
        if parsed.json:
            _write("-", _json(report.to_json(parsed.language)))
        else:
            print(verify_summary(report, parsed.language, paint_for(sys.stdout, os.environ)))
        return VERIFIED if report.verified else NOT_VERIFIED

    return _with_gateway(parsed, job)


def _resolve(parsed: argparse.Namespace) -> int:
    async def job(gateway: Gateway) -> int:
        found = await gateway.look_up(parsed.did)
        if parsed.metadata:
            _write("-", answer(found, RESOLUTION, bare=True).body + b"\n")
        elif found.deactivated and found.content is None:
            raise DidDeactivated("its document is no longer in force")
        elif found.addresses:
            _write("-", "\n".join((*found.addresses, "")).encode())
        else:
            _write("-", _json(found.content))
        return 0

    return _with_gateway(parsed, job)


def _formats(parsed: argparse.Namespace) -> int:
    print(formats_table(FORMATS, as_json=parsed.json))
    return 0


def _serve(parsed: argparse.Namespace) -> int:
    serve(_settings(parsed))
    return 0


# --- files -----------------------------------------------------------------------------------------


def _read(name: str) -> bytes:
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


def _write(name: str, content: bytes) -> None:
    """Write a whole file or none: a reader never meets half a document."""
    if name == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise GatewayFailed(
            f"cannot write {name}: {error.strerror}", hint="Check the folder and the rights."
        ) from None


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
