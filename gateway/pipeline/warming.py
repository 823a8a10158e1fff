"""What a process does before it is asked anything: contexts compiled, tables and catalogues read."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.core import SECURINGS, ConvertOptions, Key, Question, Way
from gateway.errors import GatewayError
from gateway.jsonld import bundled, statements
from gateway.pipeline.answering import answer, conversion_json, report_json
from gateway.pipeline.work import (
    ConvertJob,
    SecureJob,
    VerifyJob,
    contexts_of,
    convert,
    prepare,
    secure,
    verify,
)
from gateway.resources import example_bytes

__all__ = ["COMPILED", "contexts_known", "warm", "warm_small"]

CREDENTIALS = ("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1")
BESIDE = (
    "https://purl.imsglobal.org/spec/ob/",
    "https://purl.imsglobal.org/spec/clr/v2p0/",
    "http://data.europa.eu/",
)
"""Beginnings of the addresses of contexts that stand beside that of verifiable credentials."""
COMPILED = tuple(
    (first, *beside)
    for first in CREDENTIALS
    for beside in ((), *((url,) for url in bundled().urls() if url.startswith(BESIDE)))
)
"""Lists of contexts that are compiled before the first document comes."""
EXAMPLES = ("badge.ob3.json", "micro-credential.elm3.json")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WAY = Way(SECURINGS["eddsa-rdfc-2022"], Key("did:example:warm#key", "ed25519"))


def contexts_known() -> int:
    """How many contexts answer: what a process says that is asked whether it is there."""
    return len(bundled().urls())


def warm_small(own: str = "") -> None:
    """Make ready for small work: documents under published contexts are signed and verified."""
    contexts = contexts_of(own)
    for urls in COMPILED:
        try:
            statements({"@context": [*urls], "type": "VerifiableCredential"}, contexts=contexts)
        except GatewayError:  # a pair that does not go together is nothing to be ready for
            continue
    badge = example_bytes(EXAMPLES[0])
    report, _ = verify(VerifyJob(badge, Question(NOW), own), {})
    report_json(report)
    secure(prepare(SecureJob(badge, (WAY,), NOW, own)), (bytes(64),))


def warm(own: str = "") -> None:
    """Make ready for everything: conversions too."""
    warm_small(own)
    for name in EXAMPLES:
        data = example_bytes(name)
        report, _ = verify(VerifyJob(data, Question(NOW), own), {})
        shape = conversion_json()
        done = convert(ConvertJob(data, ConvertOptions("ob3"), report, NOW, (WAY,), own), shape.tell)
        answer(shape.render, done, (bytes(64),))
