"""The commands for one document: convert, sign, verify."""

from __future__ import annotations

import argparse
import os
import sys
import time

from gateway.cli.explain import explanation
from gateway.cli.parts import add_data, json_bytes, read_file, with_gateway, write_file
from gateway.cli.text import convert_summary, paint_for, verify_summary, warnings
from gateway.core import DEFAULT_SECURING, POLICIES, SECURINGS, STRICT, ConvertOptions, baked
from gateway.course import Watch, watched
from gateway.errors import IsBundle
from gateway.messages import DEFAULT_LANGUAGE, LANGUAGES
from gateway.pipeline import Gateway
from gateway.report import Report

__all__ = ["add_bake", "add_convert", "add_sign", "add_verify"]

VERIFIED, NOT_VERIFIED = 0, 1
OWN_IMAGE = ""
MAX_PROCESSES = 64
BATCH_HELP = (
    "FILE has one credential a line (NDJSON), and so has what is written. Rows that are refused go to --failures, "
    "each with its number, code, place and hint, and the others go on. Interrupted and started again with the same "
    "files, it goes on after the last whole line of --out. Exit code 0: all are signed; 1: some were refused."
)


def add_convert(command: argparse.ArgumentParser) -> None:
    """Add the options of ``convert``."""
    command.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    command.add_argument("--to", required=True, metavar="FORMAT", help="see `gateway formats`")
    command.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    command.add_argument("--report", metavar="FILE", help="write the report as JSON; without it, a summary")
    command.add_argument(
        "--original", choices=("full", "digest", "none"), default="digest",
        help="how the source goes along: embedded, by digest (default), or not",
    )  # fmt: skip
    _add_securing(command)
    command.add_argument("--strict", action="store_true", help="refuse to lose anything")
    command.add_argument("--unsigned", action="store_true", help="do not sign; the issuer stays the source's")
    command.add_argument(
        "--language", action="append", default=[], metavar="TAG", help="preferred where one language fits"
    )
    command.add_argument(
        "--vcdm",
        default="",
        choices=("1.1", "2.0"),
        help="version of the data model, for ob3: 1.1 for older wallets",
    )
    command.add_argument(
        "--holder", default="", metavar="DID",
        help="whom the result is about; a learning credential for EUDI wallets is bound to it, or to a JWK",
    )  # fmt: skip
    command.add_argument(
        "--bake", nargs="?", const=OWN_IMAGE, metavar="IMAGE",
        help="put the badge into a PNG or SVG image, which stays as it is else; without one, the badge's own",
    )  # fmt: skip
    _add_explain(command)
    add_data(command)
    command.set_defaults(run=_convert)


def add_bake(command: argparse.ArgumentParser) -> None:
    """Add the options of ``bake``."""
    command.add_argument("file", metavar="FILE", help="the badge, as it stands; - is standard input")
    command.add_argument(
        "--image", default="", metavar="IMAGE", help="PNG or SVG; without one, what the badge brings along"
    )
    command.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    command.set_defaults(run=_bake)


def add_sign(command: argparse.ArgumentParser) -> None:
    """Add the options of ``sign``."""
    command.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    command.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    command.add_argument("--batch", action="store_true", help=BATCH_HELP)
    command.add_argument(
        "--failures",
        metavar="FILE",
        help="of a batch: rows that are refused (default: that of --out and .failures)",
    )
    command.add_argument(
        "--processes", type=_processes, default=os.cpu_count() or 1, metavar="N",
        help="of a batch: how many processes work (default: as many as there are cores)",
    )  # fmt: skip
    _add_securing(command)
    _add_explain(command)
    add_data(command)
    command.set_defaults(run=_sign)


def _processes(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_PROCESSES:
        raise ValueError
    return number


def add_verify(command: argparse.ArgumentParser) -> None:
    """Add the options of ``verify``."""
    command.add_argument("file", metavar="FILE", help="the credential; - is standard input")
    command.add_argument(
        "--policy", choices=tuple(POLICIES), default=STRICT.name, help="what the verdict rests on"
    )
    command.add_argument("--json", action="store_true", help="the report as JSON")
    command.add_argument("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="of the sentences")
    _add_explain(command)
    add_data(command)
    command.set_defaults(run=_verify)


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


def _add_explain(command: argparse.ArgumentParser) -> None:
    command.add_argument("--explain", action="store_true", help="say how it went, on standard error")


def _explain(parsed: argparse.Namespace, watch: Watch, report: Report) -> None:
    if parsed.explain:
        print(explanation(watch.course, report), file=sys.stderr)


def _convert(parsed: argparse.Namespace) -> int:
    data = read_file(parsed.file)
    options = ConvertOptions(
        to=parsed.to, original=parsed.original, strict=parsed.strict, languages=tuple(parsed.language),
        holder=parsed.holder, vcdm=parsed.vcdm, image=_image(parsed.bake),
    )  # fmt: skip

    async def job(gateway: Gateway) -> int:
        try:
            with watched(time.perf_counter) as watch:
                delivery = await gateway.convert(
                    data, options, signed=not parsed.unsigned, securing=parsed.securing, key=parsed.key
                )
        except IsBundle:
            from gateway.cli.bundles import convert_record  # most documents are one credential

            return await convert_record(gateway, data, options, parsed)
        write_file(parsed.out, delivery.content)
        if parsed.report:
            write_file(parsed.report, json_bytes(delivery.report.to_json()))
        else:
            print(convert_summary(delivery.report), file=sys.stderr)
        _explain(parsed, watch, delivery.report)
        return 0

    return with_gateway(parsed, job, signs=not parsed.unsigned, watches=parsed.explain)


def _image(given: str | None) -> bytes | None:
    """The image that is given, empty for the badge's own, None for none."""
    if given is None:
        return None
    return b"" if given == OWN_IMAGE else read_file(given)


def _bake(parsed: argparse.Namespace) -> int:
    image = read_file(parsed.image) if parsed.image else b""
    write_file(parsed.out, baked(read_file(parsed.file), image))
    return 0


def _sign(parsed: argparse.Namespace) -> int:
    if parsed.batch:
        from gateway.cli.batch import sign_batch  # a single document needs nothing of it

        return sign_batch(parsed)
    data = read_file(parsed.file)

    async def job(gateway: Gateway) -> int:
        with watched(time.perf_counter) as watch:
            delivery = await gateway.secure(data, securing=parsed.securing, key=parsed.key)
        write_file(parsed.out, delivery.content)
        for line in warnings(delivery.report):
            print(line, file=sys.stderr)
        _explain(parsed, watch, delivery.report)
        return 0

    return with_gateway(parsed, job, signs=True, watches=parsed.explain)


def _verify(parsed: argparse.Namespace) -> int:
    data = read_file(parsed.file)

    async def job(gateway: Gateway) -> int:
        with watched(time.perf_counter) as watch:
            report: Report = await gateway.verify(data, policy=parsed.policy)
        if parsed.json:
            write_file("-", json_bytes(report.to_json(parsed.language)))
        else:
            print(verify_summary(report, parsed.language, paint_for(sys.stdout, os.environ)))
        _explain(parsed, watch, report)
        return VERIFIED if report.verified else NOT_VERIFIED

    return with_gateway(parsed, job, watches=parsed.explain)
