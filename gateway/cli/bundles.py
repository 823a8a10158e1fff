"""Records that hold several credentials: ``convert`` writes each as a line, ``bundle`` puts some together."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from gateway.cli.parts import add_data, json_bytes, read_file, with_gateway, write_file
from gateway.cli.text import convert_summary
from gateway.core import DEFAULT_SECURING, ConvertOptions
from gateway.pipeline import Gateway
from gateway.pipeline.answering import credential_json
from gateway.pipeline.bundles import ConvertedBundle, Entry, bundle, convert_each

__all__ = ["add_bundle", "convert_record"]

DONE, SOME_REFUSED = 0, 1


def add_bundle(command: argparse.ArgumentParser) -> None:
    """Add the options of ``bundle``."""
    command.add_argument("files", nargs="+", metavar="FILE", help="verifiable credentials, as they stand")
    command.add_argument("--name", required=True, help="what the record is called")
    command.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output")
    command.add_argument(
        "--securing", default=DEFAULT_SECURING, metavar="NAME", help="how the record is secured"
    )
    command.add_argument("--key", default="", choices=("ed25519", "p256"), help="the kind of key")
    add_data(command)
    command.set_defaults(run=_bundle)


def _bundle(parsed: argparse.Namespace) -> int:
    documents = [read_file(name) for name in parsed.files]

    async def job(gateway: Gateway) -> int:
        made = await bundle(gateway, documents, parsed.name, securing=parsed.securing, key=parsed.key)
        write_file(parsed.out, made.content)
        return DONE

    return with_gateway(parsed, job, signs=True)


async def convert_record(
    gateway: Gateway, data: bytes, options: ConvertOptions, parsed: argparse.Namespace
) -> int:
    """Write each credential as a line of JSON, and say which were refused; 1 where one was."""
    made = await convert_each(
        gateway, data, options, signed=not parsed.unsigned, securing=parsed.securing, key=parsed.key
    )
    lines = (
        json.loads(credential_json(entry.delivery)) for entry in made.entries if entry.delivery is not None
    )
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    write_file(parsed.out, text.encode())
    if parsed.report:
        write_file(parsed.report, json_bytes(_report(made)))
    else:
        print("\n".join(_summary(made)), file=sys.stderr)
    return SOME_REFUSED if any(entry.refusal is not None for entry in made.entries) else DONE


def _report(made: ConvertedBundle) -> dict[str, Any]:
    entries = [{"pointer": entry.pointer, **_told(entry)} for entry in made.entries]
    return {"record": made.report.to_json(), "credentials": entries, "notConverted": list(made.besides)}


def _told(entry: Entry) -> dict[str, Any]:
    if entry.delivery is not None:
        return {"report": entry.delivery.report.to_json()}
    return {"problem": entry.refusal.problem() if entry.refusal is not None else {}}


def _summary(made: ConvertedBundle) -> list[str]:
    lines = [f"record: {'verified' if made.report.verified else 'not verified'}"]
    for entry in made.entries:
        if entry.delivery is not None:
            lines.append(f"{entry.pointer}: {convert_summary(entry.delivery.report)}")
        elif entry.refusal is not None:
            said = entry.refusal.detail or entry.refusal.title
            lines.append(f"{entry.pointer}: refused: {said} [{entry.refusal.code}]")
    return lines + [f"not converted: {pointer}" for pointer in made.besides]
