"""The VC API: what its issuers and verifiers are asked, and what they must answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.envelopes.limits import MAX_BYTES
from gateway.resources import example_bytes
from gateway.settings import Settings
from tests.parts import gateway

DID = gateway().signer.did


@pytest.fixture
async def client() -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as made:
        yield made


def badge(**changes: Any) -> dict[str, Any]:
    """A badge that the gateway itself issues."""
    tree: dict[str, Any] = json.loads(example_bytes("badge.ob3.json"))
    return {**tree, "issuer": {**tree["issuer"], "id": DID}, **changes}


async def issued(client: TestClient) -> dict[str, Any]:
    answer = await client.post("/credentials/issue", json={"credential": badge()})
    assert answer.status == 201, await answer.text()
    credential: dict[str, Any] = (await answer.json())["verifiableCredential"]
    return credential


async def test_what_is_issued_is_as_it_stands_with_a_proof_and_verifies(client: TestClient) -> None:
    credential = await issued(client)
    assert credential["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"
    assert {name: value for name, value in credential.items() if name != "proof"} == badge()
    answer = await client.post(
        "/credentials/verify", json={"verifiableCredential": credential, "options": {"checks": ["proof"]}}
    )
    told = await answer.json()
    assert (answer.status, told["verified"], told["errors"]) == (200, True, [])


async def test_what_is_not_verified_is_answered_400_with_the_reasons(client: TestClient) -> None:
    forged = {**await issued(client), "name": "Master of soldering"}
    answer = await client.post("/credentials/verify", json={"verifiableCredential": forged})
    told = await answer.json()
    assert (answer.status, told["verified"]) == (400, False)
    assert [error["code"] for error in told["errors"]] == ["proof_invalid"]
    assert told["report"]["verdict"] == "invalid"


async def test_without_a_proof_the_open_question_is_the_error(client: TestClient) -> None:
    answer = await client.post("/credentials/verify", json={"verifiableCredential": badge()})
    told = await answer.json()
    assert (answer.status, told["verified"]) == (400, False)
    assert [error["code"] for error in told["errors"]] == ["no_proof"]
    assert {warning["code"] for warning in told["warnings"]} == {"no_trust_source"}


async def test_a_domain_that_the_proof_was_not_made_for_is_an_error(client: TestClient) -> None:
    options = {"domain": "https://other.example"}
    body = {"verifiableCredential": await issued(client), "options": options}
    answer = await client.post("/credentials/verify", json=body)
    assert answer.status == 400
    assert not (await answer.json())["verified"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("issue", b""),
        ("issue", b"["),
        ("issue", b"[]"),
        ("issue", b"{}"),
        ("issue", b'{"credential": "a text"}'),
        ("issue", b'{"credential": {}}'),
        ("issue", json.dumps({"credential": badge(), "more": 1}).encode()),
        ("issue", json.dumps({"credential": badge(), "options": []}).encode()),
        ("issue", json.dumps({"credential": badge(), "options": {"mandatoryPointers": []}}).encode()),
        ("issue", json.dumps({"credential": badge(issuer="did:example:other")}).encode()),
        ("issue", json.dumps({"credential": badge(validUntil="soon")}).encode()),
        ("issue", json.dumps({"credential": badge(undefinedTerm="x")}).encode()),
        ("verify", b'{"verifiableCredential": "a text"}'),
        ("verify", b'{"verifiableCredential": {"type": "Nothing"}}'),
        ("verify", json.dumps({"verifiableCredential": badge(), "options": {"domain": 1}}).encode()),
        ("verify", json.dumps({"verifiableCredential": badge(), "options": {"what": 1}}).encode()),
    ],
)
async def test_what_is_malformed_is_a_bad_request_with_a_problem_document(
    client: TestClient, path: str, body: bytes
) -> None:
    answer = await client.post(f"/credentials/{path}", data=body)
    told = await answer.json(content_type="application/problem+json")
    assert (answer.status, told["status"]) == (400, 400)
    assert told["code"]
    assert told["detail"]


async def test_what_is_too_large_is_413(client: TestClient) -> None:
    answer = await client.post("/credentials/issue", data=b" " * (MAX_BYTES + 1))
    assert answer.status == 413
