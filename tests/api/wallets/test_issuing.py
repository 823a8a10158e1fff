"""Issuers that add a status, how it is changed, and presentations that the gateway makes itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.audit import entries
from tests.holders import CHALLENGE, DOMAIN, Holder, badge_for
from tests.parts import gateway
from tests.tenants import Access, access_to

PUBLIC = "https://gateway.example"
LEARNER = Holder(21)
NAME = "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000a1"
ISSUE = "/issuers/eddsa-rdfc-2022/credentials/issue?status=revocation,suspension"


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    made = gateway()
    made = dataclasses.replace(made, settings=dataclasses.replace(made.settings, public_url=PUBLIC))
    app = make_app(Settings(public_url=PUBLIC), made, store)
    async with TestClient(TestServer(app)) as opened:
        yield opened


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "school")


async def sent(
    client: TestClient, access: Access | None, path: str, body: Any, status: int = 200
) -> dict[str, Any]:
    answer = await client.post(path, json=body, headers=access.headers if access else {})
    text = await answer.text()
    assert answer.status == status, text
    found: dict[str, Any] = json.loads(text)
    return found


async def issued(client: TestClient, access: Access, path: str = ISSUE, **changes: Any) -> dict[str, Any]:
    body = {"credential": badge_for(LEARNER.did, **changes)}
    found: dict[str, Any] = (await sent(client, access, path, body, 201))["verifiableCredential"]
    return found


def changing(purpose: str, marked: bool, name: str = NAME, **entry: Any) -> dict[str, Any]:
    status = {"type": "BitstringStatusListEntry", "statusPurpose": purpose, **entry}
    return {"credentialId": name, "credentialStatus": status, "status": marked}


async def codes(client: TestClient, credential: Any) -> set[str]:
    answer = await client.post("/credentials/verify", json={"verifiableCredential": credential})
    return {error["code"] for error in (await answer.json())["errors"]}


# --- a status that is added ---------------------------------------------------------------------------


async def test_a_status_is_added_published_and_changed(client: TestClient, access: Access) -> None:
    made = await issued(client, access)
    assert [entry["statusPurpose"] for entry in made["credentialStatus"]] == ["revocation", "suspension"]
    assert made["credentialStatus"][0]["statusListCredential"].startswith(f"{PUBLIC}/v1/status/")
    assert await codes(client, made) == set()
    await sent(client, access, "/credentials/status", changing("suspension", True))
    assert await codes(client, made) == {"suspended"}
    await sent(client, access, "/credentials/status", changing("suspension", False))
    assert await codes(client, made) == set()
    await sent(client, access, "/issuers/eddsa-rdfc-2022/credentials/status", changing("revocation", True))
    assert await codes(client, made) == {"revoked"}


async def test_a_single_purpose_is_a_single_entry(client: TestClient, access: Access) -> None:
    path = "/issuers/eddsa-rdfc-2022/credentials/issue?status=revocation"
    made = await issued(client, access, path)
    assert made["credentialStatus"]["type"] == "BitstringStatusListEntry"
    assert isinstance(made["credentialStatus"]["statusListIndex"], str)
    assert await codes(client, made) == set()


async def test_the_same_credential_again_has_the_same_entries(client: TestClient, access: Access) -> None:
    first, second = await issued(client, access), await issued(client, access, name="First aid, again")
    other = await issued(client, access, id="urn:uuid:2f1c0d3e-0000-4000-8000-0000000000a2")
    assert first["credentialStatus"] == second["credentialStatus"]
    assert first["credentialStatus"] != other["credentialStatus"]


async def test_a_credential_without_id_is_called_by_an_option(client: TestClient, access: Access) -> None:
    body: dict[str, Any] = {"credential": badge_for(LEARNER.did, id=None)}
    problem = await sent(client, access, ISSUE, body, 400)
    assert problem["pointer"] == "/credential/id"
    body["options"] = {"credentialId": "our-number-7"}
    made = (await sent(client, access, ISSUE, body, 201))["verifiableCredential"]
    assert "id" not in made
    await sent(client, access, "/credentials/status", changing("revocation", True, "our-number-7"))
    assert "revoked" in await codes(client, made)


async def test_what_was_revoked_stays_revoked(client: TestClient, access: Access) -> None:
    made = await issued(client, access)
    await sent(client, access, "/credentials/status", changing("revocation", True))
    await sent(client, access, "/credentials/status", changing("revocation", True))
    problem = await sent(client, access, "/credentials/status", changing("revocation", False), 400)
    assert problem["code"] == "state_conflict"
    assert await codes(client, made) == {"revoked"}


async def test_the_entry_that_is_named_must_be_the_credentials_own(
    client: TestClient, access: Access
) -> None:
    made = await issued(client, access)
    own = made["credentialStatus"][0]
    wrong = changing("revocation", True, statusListIndex=str(int(own["statusListIndex"]) ^ 1))
    assert (await sent(client, access, "/credentials/status", wrong, 400))["pointer"].endswith(
        "statusListIndex"
    )
    assert await codes(client, made) == set()
    right = changing(
        "revocation", True, **{name: own[name] for name in ("statusListIndex", "statusListCredential")}
    )
    await sent(client, access, "/credentials/status", right)
    assert await codes(client, made) == {"revoked"}


async def test_a_credential_that_is_kept_has_its_status_changed_too(
    client: TestClient, access: Access
) -> None:
    headers = {**access.headers, "Content-Type": "application/json"}
    answer = await client.post("/v1/credentials", data=example_bytes("badge.ob3.json"), headers=headers)
    record = await answer.json()
    form = await client.get(f"/v1/credentials/{record['id']}/forms/ob3", headers=access.headers)
    made = await form.json()
    for name in (record["id"], record["identifier"]):
        await sent(client, access, "/credentials/status", changing("suspension", True, name))
        assert await codes(client, made) == {"suspended"}
        await sent(client, access, "/credentials/status", changing("suspension", False, name))
        assert await codes(client, made) == set()
    await sent(client, access, "/credentials/status", changing("revocation", True, record["id"]))
    assert await codes(client, made) == {"revoked"}
    problem = await sent(
        client, access, "/credentials/status", changing("revocation", False, record["id"]), 400
    )
    assert problem["code"] == "state_conflict"


async def test_the_status_of_another_tenants_credential_is_not_there(
    client: TestClient, access: Access, store: Database
) -> None:
    made = await issued(client, access)
    other = await access_to(store, "other")
    problem = await sent(client, other, "/credentials/status", changing("revocation", True), 404)
    assert problem["code"] == "not_found"
    assert await codes(client, made) == set()
    theirs = await issued(client, other)
    assert theirs["credentialStatus"] != made["credentialStatus"]


async def test_each_step_is_in_the_audit_log_without_names(
    client: TestClient, access: Access, store: Database
) -> None:
    await issued(client, access)
    await sent(client, access, "/credentials/status", changing("suspension", True))
    found = await store.read(lambda connection: list(entries(Rows(connection, access.tenant))))
    assert [entry.action for entry in found][-2:] == ["credential_issued", "status_changed"]
    assert not any(NAME in entry.subject + entry.detail for entry in found)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credentialId": NAME, "status": True},
        changing("retirement", True),
        changing("revocation", "yes"),  # type: ignore[arg-type]
        changing("revocation", True, name=""),
        changing("revocation", True, statusListIndex=7),
        changing("revocation", True, type="RevocationList2020Status"),
        changing("revocation", True, more="x"),
        {**changing("revocation", True), "indexAllocator": "x"},
        {**changing("revocation", True), "credentialStatus": []},
    ],
)
async def test_a_malformed_change_is_a_bad_request(client: TestClient, access: Access, body: Any) -> None:
    await issued(client, access)
    assert (await sent(client, access, "/credentials/status", body, 400))["type"]


async def test_a_status_needs_a_caller_and_a_public_address(
    client: TestClient, access: Access, store: Database
) -> None:
    body = {"credential": badge_for(LEARNER.did)}
    await sent(client, None, ISSUE, body, 401)
    await sent(client, None, "/credentials/status", changing("revocation", True), 401)
    reader = await access_to(store, "reader", ["read"])
    await sent(client, reader, ISSUE, body, 403)
    await sent(client, reader, "/credentials/status", changing("revocation", True), 403)
    for wish in ("", "retirement", "revocation,revocation"):
        await sent(client, access, f"/issuers/eddsa-rdfc-2022/credentials/issue?status={wish}", body, 400)
    with_status = {"credential": {**body["credential"], "credentialStatus": {"type": "X"}}}
    await sent(client, access, ISSUE, with_status, 400)
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as private:
        problem = await sent(private, access, ISSUE, body, 400)
        assert "GATEWAY_PUBLIC_URL" in problem["hint"]


# --- presentations of the gateway's own ---------------------------------------------------------------


def presentation(*credentials: Any, **changes: Any) -> dict[str, Any]:
    tree = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        **changes,
    }
    return {**tree, **({"verifiableCredential": list(credentials)} if credentials else {})}


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"])
async def test_the_gateway_presents_in_its_own_name(client: TestClient, access: Access, suite: str) -> None:
    kind = {"type": suite} if suite[0] == "E" else {"cryptosuite": suite}
    asked = {"challenge": CHALLENGE, "domain": DOMAIN}
    body = {"presentation": presentation(await issued(client, access)), "options": {**asked, **kind}}
    made = (await sent(client, access, "/presentations", body, 201))["verifiablePresentation"]
    assert made["holder"] == gateway().signer.did
    done = await sent(
        client, None, "/presentations/verify", {"verifiablePresentation": made, "options": asked}
    )
    assert done["verified"]


@pytest.mark.parametrize(
    "body",
    [
        {"presentation": presentation(holder=LEARNER.did)},
        {"presentation": presentation(type=["VerifiableCredential"])},
        {"presentation": presentation(unknownTerm="x")},
        {"presentation": presentation(), "options": {"proofPurpose": "assertionMethod"}},
        {"presentation": presentation(), "options": {"verificationMethod": LEARNER.method}},
        {"presentation": presentation(), "options": {"cryptosuite": "bbs-2023"}},
        {"presentation": presentation(), "options": {"cryptosuite": "vc+jwt"}},
        {"presentation": presentation(), "options": {"type": "Ed25519Signature2020", "cryptosuite": "x"}},
        {"presentation": presentation(), "options": {"created": "2020-01-01T00:00:00Z"}},
        {"presentation": presentation(), "options": {"challenge": 7}},
        {"verifiablePresentation": presentation()},
    ],
)
async def test_what_the_gateway_does_not_present(client: TestClient, access: Access, body: Any) -> None:
    await sent(client, access, "/presentations", body, 400)


async def test_only_who_may_do_everything_speaks_for_the_gateway(client: TestClient, store: Database) -> None:
    signer = await access_to(store, "signer", ["sign", "push", "read"])
    await sent(client, signer, "/presentations", {"presentation": presentation()}, 403)
    await sent(client, None, "/presentations", {"presentation": presentation()}, 401)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/vc"),
        ("application/vc, application/json", "application/vc"),
        ("application/ld+json, application/json", "application/ld+json"),
        ("application/json;q=0.9", "application/json"),
        ("text/html", "application/vc"),
    ],
)
async def test_a_list_says_it_is_json_to_those_who_read_nothing_else(
    client: TestClient, access: Access, accept: str, kind: str
) -> None:
    made = await issued(client, access)
    path = made["credentialStatus"][0]["statusListCredential"].removeprefix(PUBLIC)
    answer = await client.get(path, headers={"Accept": accept})
    assert (answer.status, answer.content_type) == (200, kind)
    assert "Accept" in answer.headers["Vary"]
