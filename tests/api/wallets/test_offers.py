"""Offers: made by a tenant, found by their link alone, rendered about a holder, counted and audited."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.errors import CredentialWithdrawn, NotFound, OfferEnded
from gateway.pipeline.archive import Archive
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.pipeline.offers import Offers
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.audit import entries
from gateway.store.credentials import set_state
from gateway.store.tenants import set_tenant_state
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to

MICRO = example_bytes("micro-credential.elm3.json")
HOLDER = "did:key:z6MkgECLtVFYEMr5Pmjph78FNk8cae5EyLtRkcA2SAuGJek4"


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


@pytest.fixture
def offers(store: Database) -> Offers:
    return Offers(Archive(gateway(), store))


async def offered(client: TestClient, access: Access, **more: Any) -> dict[str, Any]:
    """One offer of the example, as the tenant is told of it."""
    kept = await client.post("/v1/credentials", data=MICRO, headers=access.headers)
    asked = {"credentials": [(await kept.json())["id"]], **more}
    answer = await client.post("/v1/offers", json=asked, headers=access.headers)
    assert answer.status == 201, await answer.text()
    return dict((await answer.json())["offers"][0])


def link_in(offer: dict[str, Any]) -> str:
    return str(offer["link"]).rpartition("/")[2].removesuffix("?iuv=1")


async def test_an_offer_is_told_once_with_its_link_and_later_without(
    client: TestClient, access: Access
) -> None:
    made = await offered(client, access)
    assert (made["state"], made["delivered"], made["configurations"]) == ("open", 0, [*CONFIGURATIONS])
    answer = await client.get(f"/v1/offers/{made['id']}", headers=access.headers)
    later = await answer.json()
    assert later == {name: value for name, value in made.items() if name != "link"}
    listed = await client.get("/v1/offers", headers=access.headers)
    assert (await listed.json())["offers"] == [later]


async def test_what_opens_an_offer_is_not_in_the_database(
    client: TestClient, access: Access, store: Database
) -> None:
    made = await offered(client, access, txCode={"inputMode": "text", "length": 12})
    secrets = (link_in(made), made["txCode"]["value"])
    dump = await store.read(lambda c: json.dumps([*c.exec_driver_sql("select * from offers").one()]))
    assert not [secret for secret in secrets if secret in dump]


@pytest.mark.parametrize("name", CONFIGURATIONS)
async def test_every_form_is_about_the_holder_and_has_the_same_status(
    client: TestClient, access: Access, offers: Offers, name: str
) -> None:
    found = await offers.find(link_in(await offered(client, access)))
    made = await offers.render(found, name, HOLDER)
    report = await gateway().verify(made.content)
    tree = made.tree or _payload(made.value)["vc"]
    subject = tree["credentialSubject"]
    assert (subject[0] if isinstance(subject, list) else subject)["id"] == HOLDER
    assert next(check for check in report.checks if check.name == "proof.signature").verdict.value == "valid"
    assert not [finding for finding in made.report.findings if finding.code == "lost"]
    assert {*CONFIGURATIONS[name].types} <= {*tree["type"]}
    assert [*CONFIGURATIONS[name].contexts] == tree["@context"][: len(CONFIGURATIONS[name].contexts)]


def _payload(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


async def test_the_status_entry_is_the_same_in_every_form(store: Database, access: Access) -> None:
    settings = Settings(public_url="https://gateway.example", signing_key=gateway().settings.signing_key)
    archive = Archive(gateway(settings=settings), store)
    async with TestClient(TestServer(make_app(settings, archive.gateway, store))) as client:
        offers = Offers(archive)
        found = await offers.find(link_in(await offered(client, access)))
        told = set()
        for name in CONFIGURATIONS:
            made = await offers.render(found, name, HOLDER)
            entry = (made.tree or _payload(made.value)["vc"])["credentialStatus"]
            told.add((entry[0] if isinstance(entry, list) else entry)["id"])
    assert len(told) == 1


async def test_a_delivery_is_counted_and_audited_without_the_holder(
    client: TestClient, access: Access, offers: Offers, store: Database
) -> None:
    made = await offered(client, access)
    await offers.render(await offers.find(link_in(made)), "ob3", HOLDER)
    assert (await offers.known(access.caller, made["id"])).delivered == 1
    log = await store.read(lambda connection: [*entries(Rows(connection, access.tenant))])
    assert (log[-1].action, log[-1].subject) == ("credential_delivered", made["credential"])
    assert json.loads(log[-1].detail) == {"configuration": "ob3", "offer": made["id"]}
    assert HOLDER not in "".join(str(entry) for entry in log)


async def test_an_offer_is_taken_once(client: TestClient, access: Access, offers: Offers) -> None:
    link = link_in(await offered(client, access))
    found = await offers.find(link)
    await offers.take(found)
    with pytest.raises(OfferEnded):
        await offers.take(found)
    with pytest.raises(OfferEnded):
        await offers.find(link)
    assert (await offers.behind(link)).state == "taken"


async def test_an_offer_that_was_ended_gives_nothing_out(
    client: TestClient, access: Access, offers: Offers
) -> None:
    made = await offered(client, access)
    found = await offers.find(link_in(made))
    assert (await client.delete(f"/v1/offers/{made['id']}", headers=access.headers)).status == 204
    with pytest.raises(OfferEnded):
        await offers.render(found, "ob3", HOLDER)
    again = await client.delete(f"/v1/offers/{made['id']}", headers=access.headers)
    assert again.status == 409


async def test_an_offer_runs_out(client: TestClient, access: Access, store: Database) -> None:
    link = link_in(await offered(client, access, expiresIn=60))
    later = Offers(Archive(gateway(clock=lambda: NOW + timedelta(seconds=61)), store))
    with pytest.raises(OfferEnded):
        await later.find(link)


async def test_a_credential_that_was_withdrawn_is_not_given_out(
    client: TestClient, access: Access, offers: Offers, store: Database
) -> None:
    made = await offered(client, access)
    found = await offers.find(link_in(made))
    await store.write(
        access.tenant,
        lambda connection: set_state(Rows(connection, access.tenant), made["credential"], "revoked", NOW),
    )
    with pytest.raises(CredentialWithdrawn):
        await offers.render(found, "ob3", HOLDER)
    answer = await client.post(
        "/v1/offers", json={"credentials": [made["credential"]]}, headers=access.headers
    )
    assert answer.status == 410


async def test_a_form_that_is_not_offered_is_not_found(
    client: TestClient, access: Access, offers: Offers
) -> None:
    found = await offers.find(link_in(await offered(client, access, configurations=["ob3"])))
    with pytest.raises(NotFound):
        await offers.render(found, "elm", HOLDER)


async def test_links_lead_nowhere_while_their_tenant_is_suspended(
    client: TestClient, access: Access, offers: Offers, store: Database
) -> None:
    link = link_in(await offered(client, access))
    await store.write("system", lambda connection: set_tenant_state(connection, access.tenant, "suspended"))
    with pytest.raises(NotFound):
        await offers.find(link)


async def test_a_campaign_is_many_offers_with_a_link_each(client: TestClient, access: Access) -> None:
    kept = [await client.post("/v1/credentials", data=data, headers=access.headers)
            for data in (MICRO, example_bytes("badge.ob2.json"))]  # fmt: skip
    ids = [(await answer.json())["id"] for answer in kept]
    answer = await client.post(
        "/v1/offers", json={"credentials": ids, "txCode": True}, headers=access.headers
    )
    made = await answer.json()
    assert [offer["credential"] for offer in made["offers"]] == ids
    assert len({offer["link"] for offer in made["offers"]}) == 2
    listed = await client.get("/v1/offers", params={"campaign": made["campaign"]}, headers=access.headers)
    assert len((await listed.json())["offers"]) == 2


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400), ({"credentials": []}, 400), ({"credentials": "a"}, 400), ({"credentials": [1]}, 400),
        ({"credentials": ["unknown"]}, 404), ({"credentials": ["a"], "more": 1}, 400),
        ({"credentials": ["a"] * 1001}, 400), ({"credentials": ["a"], "configurations": ["mso_mdoc"]}, 400),
        ({"credentials": ["a"], "txCode": 7}, 400), ({"credentials": ["a"], "txCode": {"length": 3}}, 400),
        ({"credentials": ["a"], "txCode": {"length": True}}, 400), ({"credentials": ["a"], "txCode": {"pin": 1}}, 400),
        ({"credentials": ["a"], "txCode": {"description": "x" * 301}}, 400),
        ({"credentials": ["a"], "expiresIn": 0}, 400), ({"credentials": ["a"], "expiresIn": "1"}, 400),
        ({"credentials": ["a"], "expiresIn": 10**30}, 400), ({"credentials": ["a"], "ready": "soon"}, 400),
        ({"credentials": ["a"], "ready": "2026-07-01T00:00:00"}, 400),
        ({"credentials": ["a"], "expiresIn": 60, "ready": "2026-07-01T00:00:00Z"}, 400),
    ],
)  # fmt: skip
async def test_wishes_that_make_no_offer(
    client: TestClient, access: Access, asked: dict[str, Any], status: int
) -> None:
    answer = await client.post("/v1/offers", json=asked, headers=access.headers)
    assert answer.status == status, await answer.text()


async def test_offers_are_the_tenants_own_and_need_the_scope(
    client: TestClient, access: Access, store: Database
) -> None:
    made = await offered(client, access)
    other, reader = await access_to(store, "other"), await access_to(store, "reader", ["read"])
    path = f"/v1/offers/{made['id']}"
    assert (await client.get(path, headers=other.headers)).status == 404
    assert (await client.delete(path, headers=other.headers)).status == 404
    asked = {"credentials": [made["credential"]]}
    assert (await client.post("/v1/offers", json=asked, headers=other.headers)).status == 404
    assert (await client.post("/v1/offers", json=asked, headers=reader.headers)).status == 403
    assert (await client.post("/v1/offers", json=asked)).status == 401
    assert (await client.put(path, headers=access.headers)).status == 405
