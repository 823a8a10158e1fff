"""Documents that others keep: EBSI's registry, another resolver, https URLs."""

from __future__ import annotations

from typing import Any

import pytest

from gateway import keys
from gateway.dids import resolve
from gateway.errors import (
    DidDeactivated,
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnknown,
    DidNotFound,
    DocumentGone,
    DocumentMissing,
    FetchFailed,
    GatewayError,
)
from tests.dids.parts import Always, Web, means

EBSI = "https://api.ebsi.example/did-registry/v5/identifiers"
LEGAL = "did:ebsi:z" + keys.base58_encode(b"\x01" + bytes(range(16)))
NATURAL = "did:ebsi:z" + keys.base58_encode(b"\x02" + bytes(range(32)))
RESOLVER = "https://resolver.example.org"
OTHER = "did:example:123:%C3%A9"
ASKED = f"{RESOLVER}/1.0/identifiers/did:example:123:%25C3%25A9"
URL = "https://issuer.example.org/keys/1?version=2"


# --- EBSI ----------------------------------------------------------------------------------------


async def test_a_legal_entity_is_asked_for_in_the_registry() -> None:
    web = Web({f"{EBSI}/{LEGAL}": {"id": LEGAL}})
    assert (await resolve(LEGAL, means(web, ebsi=EBSI))).active_document == {"id": LEGAL}


async def test_a_legal_entity_the_registry_does_not_know_is_not_found() -> None:
    with pytest.raises(DidNotFound):
        await resolve(LEGAL, means(ebsi=EBSI))
    with pytest.raises(DidDocumentInvalid):
        await resolve(LEGAL, means(Always({"id": LEGAL + "x"}), ebsi=EBSI))


async def test_without_a_registry_the_message_names_the_setting() -> None:
    with pytest.raises(DidMethodUnknown) as refusal:
        await resolve(LEGAL, means())
    assert "GATEWAY_EBSI_REGISTRY" in refusal.value.hint


async def test_a_natural_person_is_refused_with_a_message() -> None:
    with pytest.raises(DidMethodUnknown, match="natural person"):
        await resolve(NATURAL, means(ebsi=EBSI))


@pytest.mark.parametrize("rest", ["z", "zab", "x", "z0OIl", LEGAL[9:] + "2", LEGAL[10:], "z" + "2" * 1500])
async def test_a_malformed_ebsi_did_is_refused_before_anybody_is_asked(rest: str) -> None:
    web = Web()
    with pytest.raises(DidInvalid):
        await resolve(f"did:ebsi:{rest}", means(web, ebsi=EBSI))
    assert web.asked == []


# --- another resolver ------------------------------------------------------------------------------


async def test_another_method_is_asked_for_elsewhere_and_marked_so() -> None:
    answer = {
        "didDocument": {"id": OTHER},
        "didDocumentMetadata": {"versionId": "7"},
        "didResolutionMetadata": {"driver": "x"},
    }
    web = Web({ASKED: answer})
    found = await resolve(OTHER, means(web, universal=RESOLVER))
    assert found.active_document == {"id": OTHER}
    assert found.document_metadata == {"versionId": "7"}
    assert found.resolution_metadata == {"driver": "x", "resolvedBy": RESOLVER}
    assert found.by == RESOLVER
    assert web.asked == [ASKED]


async def test_a_bare_document_is_an_answer_too() -> None:
    found = await resolve(OTHER, means(Web({ASKED: {"id": OTHER}}), universal=RESOLVER))
    assert found.active_document == {"id": OTHER}


async def test_own_methods_are_never_asked_for_elsewhere() -> None:
    web = Web()
    with pytest.raises(DidNotFound):
        await resolve("did:web:a.example", means(web, universal=RESOLVER))
    assert web.asked == ["https://a.example/.well-known/did.json"]


async def test_without_a_registry_of_its_own_ebsi_is_asked_for_elsewhere() -> None:
    web = Web({f"{RESOLVER}/1.0/identifiers/{LEGAL}": {"id": LEGAL}})
    assert (await resolve(LEGAL, means(web, universal=RESOLVER))).by == RESOLVER


@pytest.mark.parametrize(
    "answer", [DocumentGone("410"), {"didDocument": None, "didDocumentMetadata": {"deactivated": True}}]
)
async def test_a_did_that_others_say_is_deactivated_is_not_in_force(answer: Any) -> None:
    found = await resolve(OTHER, means(Always(answer), universal=RESOLVER))
    assert found.document_metadata["deactivated"] is True
    with pytest.raises(DidDeactivated):
        _ = found.active_document


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (DocumentMissing("404"), DidNotFound),
        ({"didDocument": None, "didResolutionMetadata": {"error": "notFound"}}, DidNotFound),
        ({"didDocument": None, "didResolutionMetadata": {"error": {"type": "x"}}}, DidNotFound),
        ({"didDocument": {"id": "did:example:other"}}, DidDocumentInvalid),
        ({"didDocument": None}, DidDocumentInvalid), ({"didDocument": []}, DidDocumentInvalid),
        ({}, DidDocumentInvalid), ([], DidDocumentInvalid), (b"<html>", DidDocumentInvalid),
        ({"didDocument": {"id": "did:example:other"}, "didDocumentMetadata": 7}, DidDocumentInvalid),
        (FetchFailed("the answer has status 500"), FetchFailed),
    ],
)  # fmt: skip
async def test_what_another_resolver_says_is_believed_as_little_as_possible(
    answer: Any, error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        await resolve(OTHER, means(Always(answer), universal=RESOLVER))


# --- https URLs ------------------------------------------------------------------------------------


async def test_a_controller_document_stands_at_its_own_address() -> None:
    web = Web({URL: {"id": URL}})
    assert (await resolve(URL, means(web))).active_document == {"id": URL}
    assert "application/cid" in web.accepted[0]


@pytest.mark.parametrize(
    "answer", [{"id": URL + "#"}, {"id": URL.partition("?")[0]}, {"id": URL.upper()}, {}, [], b"", {"id": 1}]
)
async def test_a_document_with_another_id_is_somebody_elses(answer: Any) -> None:
    with pytest.raises(DidDocumentInvalid):
        await resolve(URL, means(Always(answer)))
