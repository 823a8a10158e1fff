"""did:web: the right address for each DID, and a document only when it is that DID's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dids import resolve
from gateway.dids.web import url_of
from gateway.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidNotFound,
    DocumentGone,
    DocumentMissing,
    FetchFailed,
    FetchRefused,
    GatewayError,
    InputRefused,
    OutsideFailed,
)
from tests.dids.parts import Always, means

DID = "did:web:registry.example.org"


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:example.org", "https://example.org/.well-known/did.json"),
        ("did:web:example.org%3A3000", "https://example.org:3000/.well-known/did.json"),
        ("did:web:example.org%3a3000:a:b", "https://example.org:3000/a/b/did.json"),
        ("did:web:example.org:a:b-c_d.e", "https://example.org/a/b-c_d.e/did.json"),
        ("did:web:example.org:%C3%A9", "https://example.org/%C3%A9/did.json"),
    ],
)
def test_a_did_has_its_address(did: str, url: str) -> None:
    assert url_of(did) == url


def test_the_examples_of_the_specification_have_their_addresses(corpora: Path) -> None:
    examples = json.loads((corpora / "w3c/did-web/spec-examples.json").read_text(encoding="utf-8"))
    texts = "\n".join(example["text"] for example in examples)
    pairs = re.findall(r"^(did:web:\S+)\s+-> (https://\S+)$", texts, re.MULTILINE)
    assert len(pairs) == 3
    for did, url in pairs:
        assert url_of(did) == url


@pytest.mark.parametrize(
    "rest",
    [
        "", ":", ":a", "a.example:", "a.example::b", "a.example:.", "a.example:..:x", "a.example:%2e%2e:x",
        "a.example:%2E:x", "a.example:a%2Fb", "a.example:a%5Cb", "a.example:a%3Fb", "a.example:a%23b",
        "a.example:a%00b", "a.example:a%0Ab", "a.example:a%20%7F", "a.example:a%zz", "a.example:a%2",
        "a.example%2F..%2Fx", "a.example%40127.0.0.1", "user%40127.0.0.1%3A80", "%5B%3A%3A1%5D",
        "a%00.example", "a.example:a%20b",
        "a.example%23a", "a.example%3Fq", "a.example%3A", "a.example%3Ax", "a.example%3A1%3A2", "a.example/b",
        ".", "..", "...", "-", "a..example", ".example", "a.example.", "-a.example", "a-.example", "%3A443",
        "127.0.0.1", "127.0.0.1%3A80", "2130706433", "0x7f000001", "a.0x7f", "1.2", "a.example%3A0",
        "a.example%3A65536", "a.example?b", "a.example#b", "a.example:b~c", "é.example", "a.example\n",
    ],
)  # fmt: skip
def test_a_malformed_did_has_no_address(rest: str) -> None:
    with pytest.raises(DidInvalid):
        url_of(f"did:web:{rest}")


async def test_the_hostile_dids_of_the_corpus_are_refused_before_anything_is_asked(corpora: Path) -> None:
    vectors = json.loads((corpora / "security/ssrf/urls.json").read_text(encoding="utf-8"))
    for did, expected in vectors["did_web"]:
        network = Always(FetchRefused("canned"))
        with pytest.raises((InputRefused, FetchRefused)):
            await resolve(did.replace("PORT", "4711"), means(network))
        if expected == "invalid":
            assert network.asked == []


async def test_the_document_at_the_address_is_the_answer() -> None:
    network = Always({"id": DID, "assertionMethod": []})
    found = await resolve(DID, means(network))
    assert found.active_document == {"id": DID, "assertionMethod": []}
    assert network.asked == ["https://registry.example.org/.well-known/did.json"]
    assert "application/did+json" in network.accepted[0]


@pytest.mark.parametrize(
    "document",
    [{}, [], None, "x", 1, {"id": "did:web:other.example.org"}, {"id": DID + "#key-1"}, {"id": DID.upper()},
     {"id": [DID]}, {"id": None}],
)  # fmt: skip
async def test_a_document_of_somebody_else_is_refused(document: object) -> None:
    with pytest.raises(DidDocumentInvalid):
        await resolve(DID, means(Always(json.dumps(document).encode())))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b'{"id": "did:web:registry.example.org"', b"\xff\xfe{}", b"[" * 5000, b"NaN",
        b'{"id": "x", "id": "did:web:registry.example.org"}',
        b'{"id": "did:web:registry.example.org", "n": 1e999}',
    ],
    ids=["empty", "html", "truncated", "encoding", "deep", "nan", "twice", "infinite"],
)  # fmt: skip
async def test_a_broken_document_is_refused(body: bytes) -> None:
    with pytest.raises(DidDocumentInvalid, match="malformed"):
        await resolve(DID, means(Always(body)))


@pytest.mark.parametrize("error", [DocumentMissing("404"), DocumentGone("410")])
async def test_a_server_without_the_document_means_there_is_none(error: GatewayError) -> None:
    with pytest.raises(DidNotFound):
        await resolve(DID, means(Always(error)))


@pytest.mark.parametrize("error", [FetchFailed("the answer has status 500"), FetchRefused("not public")])
async def test_what_keeps_the_gateway_from_asking_is_told_as_it_is(error: GatewayError) -> None:
    with pytest.raises(type(error)):
        await resolve(DID, means(Always(error)))


@given(body=st.binary(max_size=200))
async def test_no_answer_makes_a_foreign_error(body: bytes) -> None:
    with pytest.raises(OutsideFailed):
        await resolve(DID, means(Always(body)))


@given(rest=st.text(alphabet="abz09.:%-_~/@#?[]\\ \n2eEfFxX", max_size=30))
def test_an_address_never_leaves_its_host_or_scheme(rest: str) -> None:
    try:
        url = url_of(f"did:web:{rest}")
    except DidInvalid:
        return
    assert re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._%-]+)+/did\.json", url)
    assert "/../" not in url
    assert not re.search(r"//([0-9.]+|.*\.0x[0-9a-f]*)[:/]", url)
