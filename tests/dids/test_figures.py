"""The figures about DIDs: every published document, address and request comes out as it must."""

from __future__ import annotations

import json
from pathlib import Path

from conformance import webvh
from conformance.identifiers import did_key_requests, figures
from tests.dids.logs import STRANGER, LogBook


def test_the_published_documents_and_addresses_are_ours(corpora: Path) -> None:
    made = list(figures(corpora))
    assert [figure.title for figure in made if not figure.passed] == []
    assert [figure.total for figure in made] == [14, 16, 3, 8, 11]


def test_what_the_did_key_suite_asks_is_answered() -> None:
    assert set(did_key_requests().values()) == {True}


def test_logs_of_others_are_counted_as_they_come_out(tmp_path: Path) -> None:
    good, bad = LogBook().create().update(state={"n": 2}), LogBook().create().update(STRANGER)
    for name, book, recorded in (
        ("good/x", good, {"didDocument": good.entries[-1]["state"]}),
        ("bad/x", bad, {"didResolutionMetadata": {"error": "invalidDid"}}),
        ("wrong/x", good, {"didDocument": {**good.entries[-1]["state"], "n": 3}}),
        ("open/x", bad, {"didDocument": bad.entries[0]["state"]}),
    ):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "did.jsonl").write_bytes(book.data)
        (folder / "resolutionResult.json").write_text(json.dumps(recorded))
    made = webvh.figure(tmp_path)
    assert (made.reached, made.total, made.lacking) == (2, 4, ("open/x", "wrong/x"))
