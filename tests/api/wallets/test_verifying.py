"""Verifiers of the VC API: instances, what they return, and presentations with the results of each part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.settings import Settings
from tests.holders import CHALLENGE, DOMAIN, SUITES, Holder, badge_for
from tests.parts import gateway

LEARNER = Holder(21)
ASKED = {"challenge": CHALLENGE, "domain": DOMAIN}
DI = "https://w3id.org/security#"
VCDM = "https://www.w3.org/TR/vc-data-model#"


@pytest.fixture
async def client() -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as made:
        yield made


async def told(client: TestClient, path: str, body: Any, status: int = 200) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    text = await answer.text()
    assert answer.status == status, text
    assert answer.content_type in ("application/json", "application/problem+json")
    found: dict[str, Any] = await answer.json(content_type=None)
    return found


async def badge(
    client: TestClient, issuer: str = "", subject: str | None = LEARNER.did, **changes: Any
) -> Any:
    path = f"/issuers/{issuer}/credentials/issue" if issuer else "/credentials/issue"
    return (await told(client, path, {"credential": badge_for(subject, **changes)}, 201))[
        "verifiableCredential"
    ]


def presented(*credentials: Any, **options: Any) -> dict[str, Any]:
    return {"verifiablePresentation": LEARNER.present(*credentials, **options), "options": ASKED}


# --- issuers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"])
async def test_an_issuer_for_each_cryptosuite(client: TestClient, suite: str) -> None:
    made = await badge(client, suite)
    (proof,) = made["proof"]
    assert proof.get("cryptosuite", proof["type"]) == suite
    assert (await told(client, "/credentials/verify", {"verifiableCredential": made}))["verified"]


async def test_several_proofs_are_attached_in_one_request(client: TestClient) -> None:
    """VCALM 010."""
    made = await badge(client, "eddsa-rdfc-2022,eddsa-jcs-2022")
    assert [proof["cryptosuite"] for proof in made["proof"]] == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
    assert (await told(client, "/credentials/verify", {"verifiableCredential": made}))["verified"]


async def test_a_proof_that_is_there_stays_beside_the_new_one(client: TestClient) -> None:
    """VCALM 011: proof sets."""
    made = await badge(client)
    again = await told(client, "/issuers/eddsa-jcs-2022/credentials/issue", {"credential": made}, 201)
    suites = [proof["cryptosuite"] for proof in again["verifiableCredential"]["proof"]]
    assert suites == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


async def test_a_token_is_issued_in_its_envelope(client: TestClient) -> None:
    made = await badge(client, "vc+jwt")
    assert made["type"] == "EnvelopedVerifiableCredential"
    assert made["id"].startswith("data:application/vc+jwt,")
    done = await told(client, "/credentials/verify", {"verifiableCredential": made})
    assert done["verified"]
    assert done["results"]["validFrom"] == {"verified": True, "input": "2026-01-01T00:00:00Z"}


async def test_an_issuer_there_is_not_is_not_found(client: TestClient) -> None:
    for path in ("/issuers/bbs-2023/credentials/issue", "/issuers/x,y/credentials/issue"):
        problem = await told(client, path, {"credential": badge_for(None)}, 404)
        assert problem["code"] == "not_found"


async def test_a_key_that_the_gateway_lacks_is_a_bad_request(client: TestClient) -> None:
    path = "/issuers/ecdsa-rdfc-2019/credentials/issue"
    assert (await told(client, path, {"credential": badge_for(None)}, 400))["code"] == "request_refused"
    assert (await told(client, f"{path}?key=rsa", {"credential": badge_for(None)}, 400))["detail"]
    await told(client, f"{path}?kye=p256", {"credential": badge_for(None)}, 400)


# --- what is returned ---------------------------------------------------------------------------------


async def test_results_are_told_part_by_part(client: TestClient) -> None:
    made = await badge(client, validUntil="2026-02-01T00:00:00Z")
    options = {"returnCredential": True}
    done = await told(client, "/credentials/verify", {"verifiableCredential": made, "options": options}, 400)
    assert (done["verified"], done["credential"]) == (False, made)
    assert done["results"]["validUntil"] == {"verified": False, "input": "2026-02-01T00:00:00Z"}
    assert [proof["verified"] for proof in done["results"]["proof"]] == [True]
    assert [error["type"] for error in done["errors"]] == [f"{VCDM}RANGE_ERROR"]
    assert done["problemDetails"] == [*done["errors"], *done["warnings"]]


async def test_results_and_problems_can_be_left_out(client: TestClient) -> None:
    options = {"returnResults": False, "returnProblemDetails": False}
    done = await told(
        client, "/credentials/verify", {"verifiableCredential": await badge(client), "options": options}
    )
    assert {"results", "problemDetails", "credential"}.isdisjoint(done)


async def test_a_verifier_of_proofs_does_not_ask_whose_they_are(client: TestClient) -> None:
    made = await badge(client, validUntil="2026-02-01T00:00:00Z")
    body = {"verifiableCredential": made}
    assert (await told(client, "/verifiers/proof/credentials/verify", body))["verified"]
    for verifier in ("strict", "1edtech", "archive"):
        await told(client, f"/verifiers/{verifier}/credentials/verify", body, 400)
    assert (await told(client, "/verifiers/lenient/credentials/verify", body, 404))["code"] == "not_found"


# --- presentations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES)
async def test_a_presentation_is_verified_with_all_that_is_in_it(client: TestClient, suite: str) -> None:
    made = await badge(client)
    done = await told(client, "/presentations/verify", presented(made, suite=suite))
    about = done["results"]["presentation"]
    assert done["verified"]
    assert about["challenge"] == {"verified": True, "input": CHALLENGE}
    assert about["domain"] == {"verified": True, "input": DOMAIN}
    assert about["holder"] == {"verified": True, "input": LEARNER.did}
    assert [proof["verified"] for proof in about["proof"]] == [True]
    (inside,) = done["results"]["credentials"]
    assert inside["verified"]
    assert [proof["verified"] for proof in inside["results"]["proof"]] == [True]


async def test_one_bad_credential_is_told_apart_from_the_good_ones(client: TestClient) -> None:
    good = await badge(client)
    done = await told(client, "/presentations/verify", presented(good, {**good, "name": "Surgeon"}), 400)
    assert [one["verified"] for one in done["results"]["credentials"]] == [True, False]
    wrong = done["results"]["credentials"][1]["problemDetails"]
    assert f"{DI}PROOF_VERIFICATION_ERROR" in {problem["type"] for problem in wrong}


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"challenge": "another"}, f"{DI}INVALID_CHALLENGE_ERROR"),
        ({"domain": "https://elsewhere.example"}, f"{DI}INVALID_DOMAIN_ERROR"),
        ({"proofPurpose": "assertionMethod"}, f"{DI}PROOF_VERIFICATION_ERROR"),
        ({"holder": Holder(22).did}, f"{VCDM}CRYPTOGRAPHIC_SECURITY_ERROR"),
    ],
)
async def test_a_presentation_for_somebody_else_has_the_published_problem(
    client: TestClient, options: dict[str, Any], kind: str
) -> None:
    done = await told(client, "/presentations/verify", presented(**options), 400)
    assert not done["verified"]
    assert kind in {error["type"] for error in done["errors"]}


async def test_a_presentation_without_proof_is_not_verified(client: TestClient) -> None:
    tree = LEARNER.present(await badge(client))
    del tree["proof"]
    done = await told(client, "/presentations/verify", {"presentation": tree}, 400)
    assert [error["code"] for error in done["errors"]] == ["no_proof"]


async def test_a_presentation_in_an_envelope(client: TestClient) -> None:
    token = LEARNER.present_token(wrapped=False).decode()
    enveloped = {
        "@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/vp+jwt,{token}",
    }  # fmt: skip
    body = {"verifiablePresentation": enveloped, "options": ASKED | {"returnPresentation": True}}
    done = await told(client, "/presentations/verify", body)
    assert (done["verified"], done["verifiablePresentation"]) == (True, enveloped)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({"verifiablePresentation": "a text"}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({"verifiablePresentation": {}, "presentation": {}}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({"verifiablePresentation": {"type": "VerifiableCredential"}}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({**presented(), "more": 1}, "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED"),
        (
            {**presented(), "options": {"what": 1}},
            "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED",
        ),
        ({**presented(), "options": {"domain": 1}}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({**presented(), "options": {"returnPresentation": "yes"}}, f"{VCDM}MALFORMED_VALUE_ERROR"),
        ({**presented(), "options": []}, f"{VCDM}MALFORMED_VALUE_ERROR"),
    ],
)
async def test_a_malformed_request_is_a_problem_of_a_published_type(
    client: TestClient, body: dict[str, Any], kind: str
) -> None:
    """VCALM 008, 037 to 039."""
    problem = await told(client, "/presentations/verify", body, 400)
    assert problem["type"] == kind
    assert problem["title"]
    assert problem["detail"]


async def test_what_is_no_json_is_a_parsing_error(client: TestClient) -> None:
    for data in (b"{", b'{"a": 1, "a": 2}', b"\xff\xfe{"):
        answer = await client.post("/presentations/verify", data=data)
        assert answer.status == 400
        assert (await answer.json(content_type=None))["type"] == f"{VCDM}PARSING_ERROR"
