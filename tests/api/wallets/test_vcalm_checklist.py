"""The normative statements of VCALM, by their numbers in the checklist: each is a test here, or one that is named."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.core.vpr import Candidate, check_answer, check_request
from gateway.errors import PresentationRefused, RequestRefused
from gateway.report import Verdict
from gateway.settings import Settings
from gateway.store import Database
from tests.api.wallets.test_exchanges import PUBLIC, WORKFLOW, answer_to, at, made, offered, request_at
from tests.holders import Holder, badge_for
from tests.parts import gateway
from tests.tenants import Access, access_to

LEARNER = Holder(21)
STATEMENTS = range(1, 41)
ELSEWHERE = {
    10: "test_several_proofs_are_attached_in_one_request",
    11: "test_a_proof_that_is_there_stays_beside_the_new_one",
    21: "test_a_learner_authenticates_and_gets_the_credential",
    22: "test_nobody_gets_anything_for",
    24: "test_nobody_gets_anything_for",
    26: "test_a_workflow_is_gone_through_step_by_step",
    27: "test_the_request_can_be_looked_at_without_going_on",
    37: "test_a_malformed_request_is_a_problem_of_a_published_type",
    38: "test_a_malformed_request_is_a_problem_of_a_published_type",
    39: "test_a_malformed_request_is_a_problem_of_a_published_type",
}
NOT_OURS = {
    6: "about clients of these services",
    23: "about wallets: the DID they choose",
    29: "requests are not signed, which the statement leaves open",
    31: "the address of an interaction: the face of offers",
    32: "the same",
    33: "the same, as a QR code",
    34: "the scheme that opens a wallet: the face of offers",
    35: "what an interaction answers to JSON: the face of offers",
    36: "what it answers to people: the face of offers",
}


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    one = gateway()
    one = dataclasses.replace(one, settings=dataclasses.replace(one.settings, public_url=PUBLIC))
    async with TestClient(TestServer(make_app(Settings(public_url=PUBLIC), one, store))) as opened:
        yield opened


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


def test_every_statement_is_a_test_or_has_a_reason() -> None:
    here = set(re.findall(r"def test_vcalm_(\d\d\d(?:_\d\d\d)*)", Path(__file__).read_text()))
    numbers = {int(part) for name in here for part in name.split("_")}
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert all(f"def {name}" in text for name in ELSEWHERE.values())
    assert numbers | ELSEWHERE.keys() | NOT_OURS.keys() == {*STATEMENTS}


def routes_of(client: TestClient) -> set[str]:
    return {
        f"{r.method} {r.resource.canonical}" for r in client.app.router.routes() if r.resource is not None
    }


async def test_vcalm_001_002_003_004_005_the_interfaces_of_each_service(client: TestClient) -> None:
    exchange = "/workflows/{workflow}/exchanges/{exchange}"
    assert {
        "POST /credentials/issue", "POST /credentials/verify", "POST /presentations/verify",
        "POST /credentials/status", "POST /workflows", "GET /workflows/{workflow}",
        "POST /workflows/{workflow}/exchanges", f"GET {exchange}", f"POST {exchange}",
        f"GET {exchange}/protocols", f"GET {exchange}/request",
    } <= routes_of(client)  # fmt: skip


async def test_vcalm_007_no_names_and_passwords(client: TestClient) -> None:
    for path in ("/credentials/issue", "/credentials/status", "/workflows", "/presentations"):
        answer = await client.post(path, json={}, headers={"Authorization": "Basic bmFtZTpwYXNz"})
        assert answer.status == 401, path


async def test_vcalm_008_what_is_not_understood_is_an_error(client: TestClient, access: Access) -> None:
    bodies: dict[str, Any] = {
        "/credentials/issue": {"credential": badge_for(None), "options": {"unheardOf": 1}},
        "/credentials/verify": {"verifiableCredential": {}, "unheardOf": 1},
        "/presentations/verify": {"verifiablePresentation": {}, "options": {"unheardOf": 1}},
        "/presentations": {"presentation": {}, "options": {"unheardOf": "1"}},
        "/workflows": {**WORKFLOW, "controller": "did:example:1"},
        at(await offered(client, access)): {"unheardOf": 1},
    }
    for path, body in bodies.items():
        answer = await client.post(path, json=body, headers=access.headers)
        problem = await answer.json(content_type=None)
        assert answer.status == 400, path
        assert path == "/workflows" or problem["type"].endswith("#UNKNOWN_OPTION_PROVIDED"), path


async def test_vcalm_009_answers_are_json_and_say_so(client: TestClient, access: Access) -> None:
    path = at(await offered(client, access))
    asked = {
        path: {}, "/credentials/issue": {"credential": badge_for(None)}, "/credentials/verify": {"what": 1},
        "/workflows": {}, "/presentations/verify": {},
    }  # fmt: skip
    for where, body in asked.items():
        answer = await client.post(where, json=body, headers=access.headers)
        json.loads(await answer.text())
        kind = "application/json" if answer.status < 400 else "application/problem+json"
        assert answer.content_type == kind, where


def candidate(**changes: Any) -> Candidate:
    tree = {**badge_for(LEARNER.did), **changes}
    return Candidate(tree, True, Verdict.VALID, frozenset(("eddsa-rdfc-2022",)))


def fits(
    query: dict[str, Any], *candidates: Candidate, suite: str = "eddsa-rdfc-2022", holder: str = LEARNER.did
) -> bool:
    request = {"query": [query]}
    check_request(request, "")
    try:
        check_answer(request, holder, frozenset((suite,)), candidates)
    except PresentationRefused:
        return False
    return True


def by_example(**members: Any) -> dict[str, Any]:
    return {"type": "QueryByExample", "credentialQuery": members}


def test_vcalm_012_each_query_has_a_type() -> None:
    for query in ({}, {"type": 7}, {"type": ["DIDAuthentication"]}, "DIDAuthentication", None):
        with pytest.raises(RequestRefused):
            check_request({"query": query}, "")


def test_vcalm_013_accepted_issuers_by_url_or_object() -> None:
    did = gateway().signer.did
    for accepted in ([did], [{"id": did}], ["did:example:1", {"id": did}]):
        assert fits(by_example(acceptedIssuers=accepted), candidate())
    assert not fits(by_example(acceptedIssuers=["did:example:1"]), candidate())
    assert not fits(by_example(acceptedIssuers=[did]), candidate(issuer="did:example:1"))
    with pytest.raises(RequestRefused):
        fits(by_example(acceptedIssuers=[{"recognizedIn": {"id": "https://x.example"}}]))


def test_vcalm_014_accepted_cryptosuites_as_objects_or_texts() -> None:
    for accepted in ([{"cryptosuite": "eddsa-rdfc-2022"}], ["bbs-2023", "eddsa-rdfc-2022"]):
        assert fits(by_example(acceptedCryptosuites=accepted), candidate())
    assert not fits(by_example(acceptedCryptosuites=["bbs-2023"]), candidate())


def test_vcalm_015_accepted_envelopes_beside_cryptosuites() -> None:
    token = dataclasses.replace(candidate(), secured=frozenset(("application/jwt",)))
    assert fits(by_example(acceptedEnvelopes=[{"mediaType": "application/jwt"}]), token)
    both = by_example(acceptedEnvelopes=["application/jwt"], acceptedCryptosuites=["eddsa-rdfc-2022"])
    assert fits(both, token)
    assert fits(both, candidate())
    assert not fits(by_example(acceptedEnvelopes=["application/vc+sd-jwt"]), token)


def test_vcalm_016_an_empty_text_asks_for_a_member_and_not_for_its_value() -> None:
    assert fits(by_example(example={"name": ""}), candidate())
    assert fits(by_example(example={"credentialSubject": {"achievement": {"criteria": ""}}}), candidate())
    assert not fits(by_example(example={"credentialSubject": {"birthCountry": ""}}), candidate())
    assert not fits(by_example(example={"name": "Second aid"}), candidate())


def test_vcalm_017_018_did_authentication_shows_a_did() -> None:
    assert fits({"type": "DIDAuthentication"})
    assert not fits({"type": "DIDAuthentication"}, holder="")
    assert not fits({"type": "DIDAuthentication"}, holder="https://learner.example")
    assert not fits({"type": "DIDAuthentication"}, candidate()), "nobody asked for a credential"


def test_vcalm_019_accepted_methods() -> None:
    assert fits({"type": "DIDAuthentication", "acceptedMethods": [{"method": "key"}, {"method": "web"}]})
    assert not fits({"type": "DIDAuthentication", "acceptedMethods": [{"method": "web"}]})


def test_vcalm_020_accepted_cryptosuites_of_the_presentation() -> None:
    accepted = [{"cryptosuite": "ed25519-2020"}, {"cryptosuite": "ecdsa-rdfc-2019"}]
    query = {"type": "DIDAuthentication", "acceptedCryptosuites": accepted}
    assert fits(query, suite="Ed25519Signature2020")
    assert not fits(query, suite="eddsa-rdfc-2022")
    assert fits({**query, "required": False}, suite="eddsa-rdfc-2022")


async def test_vcalm_025_030_a_reference_id_is_taken_along(client: TestClient, access: Access) -> None:
    path = await made(client, access)
    reference = {"referenceId": "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000c3"}
    answer = await client.post(path, json=reference)
    assert (await answer.json())["verifiablePresentationRequest"]
    answer = await client.post(path, json={**answer_to(await request_at(client, path)), **reference})
    assert answer.status == 200


async def test_vcalm_028_the_request_is_at_the_address_and_request(
    client: TestClient, access: Access
) -> None:
    path = at(await offered(client, access))
    told = await (await client.get(f"{path}/protocols", headers={"Accept": "application/json"})).json()
    address = told["protocols"]["vcapi"].removeprefix(PUBLIC)
    found = await (await client.get(f"{address}/request", headers={"Accept": "application/json"})).json()
    assert found["verifiablePresentationRequest"]["challenge"]


@pytest.mark.parametrize("changes", [{}, {"validUntil": "2026-02-01T00:00:00Z"}, {"name": "changed"}])
async def test_vcalm_040_verified_is_false_if_there_is_an_error_and_true_if_there_is_none(
    client: TestClient, changes: dict[str, str]
) -> None:
    signed = {name: value for name, value in changes.items() if name != "name"}
    answer = await client.post("/credentials/issue", json={"credential": badge_for(LEARNER.did, **signed)})
    credential = {**(await answer.json())["verifiableCredential"], **changes}
    told = await (await client.post("/credentials/verify", json={"verifiableCredential": credential})).json()
    assert told["verified"] is (told["errors"] == [])
    assert told["verified"] is (changes == {})
