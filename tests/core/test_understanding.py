"""A document opened for its verification is understood as its bytes are."""

from __future__ import annotations

import json

import pytest

from gateway.core import Understanding, inspect, read_of, understand, understand_opened
from gateway.formats.vocabulary import own_context
from gateway.jsonld import Contexts, bundled
from gateway.resources import example_bytes

OWN = "https://gateway.example/contexts/gateway/vc-v1.jsonld"
EXAMPLES = (
    "micro-credential.elm3.json", "micro-credential.edci-xml.xml", "badge.ob3.json", "badge.vc.json", "badge.ob2.json",
)  # fmt: skip


def understood_once(data: bytes, contexts: Contexts) -> Understanding:
    """What is understood of bytes that are opened, and read as linked data before."""
    inspected = inspect(data)
    read = read_of(inspected, contexts)
    if read is not None:
        read.canonical()
    return understand_opened(inspected, data, read)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_opened_is_understood_as_its_bytes_are(name: str) -> None:
    data = example_bytes(name)
    for contexts in (bundled(), Contexts(bundled().versions, {OWN: own_context()})):
        assert understood_once(data, contexts) == understand(data)


@pytest.mark.parametrize(
    "change",
    [
        {"nowhere": "x"},
        {"proof": {"type": "DataIntegrityProof", "nowhere": "x"}},
        {"@context": ["https://www.w3.org/ns/credentials/v2", OWN]},
        {"evidence": {"type": "Evidence", "@context": [OWN]}},
    ],
    ids=["a term", "a term of a proof", "own context", "own context below"],
)
def test_what_signing_would_refuse_is_told_alike(change: dict[str, object]) -> None:
    data = json.dumps(json.loads(example_bytes("badge.vc.json")) | change).replace("/", "\\/").encode()
    contexts = Contexts(bundled().versions, {OWN: own_context()})
    assert understand(data).findings
    inspected = inspect(data)
    assert understand_opened(inspected, data, read_of(inspected, contexts)) == understand(data)
