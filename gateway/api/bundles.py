"""Records that hold several credentials, converted: one answer, with an entry for each of them."""

from __future__ import annotations

from gateway.envelopes import write_json
from gateway.messages import localized_problem
from gateway.pipeline.answering import credential_json, report_json
from gateway.pipeline.bundles import ConvertedBundle, Entry

__all__ = ["bundle_json"]


def bundle_json(bundle: ConvertedBundle, language: str) -> bytes:
    """What was verified of the record, then each credential with its report, or why it was refused."""
    entries = b", ".join(_entry(entry, language) for entry in bundle.entries)
    besides = write_json(list(bundle.besides)).strip()
    return b'{"record": %b, "credentials": [%b], "notConverted": %b}' % (
        report_json(bundle.report, language).strip(), entries, besides,
    )  # fmt: skip


def _entry(entry: Entry, language: str) -> bytes:
    pointer = write_json(entry.pointer).strip()
    if entry.delivery is None:
        problem = entry.refusal.problem() if entry.refusal is not None else {}
        return b'{"pointer": %b, "problem": %b}' % (
            pointer,
            write_json(localized_problem(problem, language)).strip(),
        )
    credential, report = credential_json(entry.delivery), report_json(entry.delivery.report, language)
    return b'{"pointer": %b, "credential": %b, "report": %b}' % (pointer, credential.strip(), report.strip())
