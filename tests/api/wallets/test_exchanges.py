"""Exchanges: what a wallet says, what it is told, and what nobody gets who did not present what was asked for."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from gateway.api import make_app
from gateway.pipeline.exchange_messages import challenge_of
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from gateway.store.exchange_tables import exchanges
from gateway.store.exchanges import forget_exchanges
from tests.holders import SUITES, Holder, badge_for
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to

PUBLIC = "https://gateway.example"
LEARNER, OTHER = Holder(21), Holder(22)
VC2 = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    made = gateway()
    made = dataclasses.replace(made, settings=dataclasses.replace(made.settings, public_url=PUBLIC))
    async with TestClient(TestServer(make_app(Settings(public_url=PUBLIC), made, store))) as opened:
        yield opened


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


async def sent(
    client: TestClient, path: str, body: Any, status: int = 200, access: Access | None = None
) -> Any:
    answer = await client.post(path.removeprefix(PUBLIC), json=body, headers=access.headers if access else {})
    text = await answer.text()
    assert answer.status == status, text
    return json.loads(text)


async def got(client: TestClient, path: str, status: int = 200, access: Access | None = None) -> Any:
    answer = await client.get(path.removeprefix(PUBLIC), headers=access.headers if access else {})
    assert answer.status == status, await answer.text()
    return await answer.json(content_type=None)


async def offered(client: TestClient, access: Access, **more: Any) -> str:
    """The link of an offer of the example."""
    document = example_bytes("micro-credential.elm3.json")
    kept = await client.post("/v1/credentials", data=document, headers=access.headers)
    asked = {"credentials": [(await kept.json())["id"]], **more}
    made = await sent(client, "/v1/offers", asked, 201, access)
    return str(made["offers"][0]["link"]).rpartition("/")[2].partition("?")[0]


def at(link: str, workflow: str = "offer") -> str:
    return f"/workflows/{workflow}/exchanges/{link}"


def answer_to(
    request: dict[str, Any], *credentials: Any, holder: Holder = LEARNER, **more: Any
) -> dict[str, Any]:
    """The message of a wallet that does what it is asked."""
    asked = {"challenge": request["challenge"], "domain": request["domain"], **more}
    return {"verifiablePresentation": holder.present(*credentials, **asked)}


async def request_at(client: TestClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await sent(client, path, {}))["verifiablePresentationRequest"]
    return found


# --- offers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES)
async def test_a_learner_authenticates_and_gets_the_credential(
    client: TestClient, access: Access, suite: str
) -> None:
    """VCALM 3.6, 021 to 024; the exchange as Learner Credential Wallet goes through it."""
    path = at(await offered(client, access))
    request = await request_at(client, path)
    assert request["query"][0]["type"] == "DIDAuthentication"
    assert {"cryptosuite": suite} in request["query"][0]["acceptedCryptosuites"]
    assert request["domain"] == PUBLIC
    answer = await sent(client, path, answer_to(request, suite=suite))
    (credential,) = answer["verifiablePresentation"]["verifiableCredential"]
    assert credential["credentialSubject"]["id"] == LEARNER.did
    done = await client.post("/credentials/verify", json={"verifiableCredential": credential})
    assert (await done.json())["verified"]
    assert await sent(client, path, {}) == {}, "it is complete"


async def test_the_deep_link_of_learner_credential_wallet(client: TestClient, access: Access) -> None:
    """The presentation itself is the body, with the challenge of the link and no domain; so is the answer."""
    link = await offered(client, access)
    presented = LEARNER.present(suite=SUITES[1], challenge=challenge_of(link, 0), domain=None)
    answer = await sent(client, at(link), presented)
    assert answer["type"] == ["VerifiablePresentation"]
    assert answer["verifiableCredential"][0]["credentialSubject"]["id"] == LEARNER.did


@pytest.mark.parametrize("form", ["ob3", "elm", "vc", "elm-2020", "elm-jwt"])
async def test_each_form_has_its_own_workflow(client: TestClient, access: Access, form: str) -> None:
    path = at(await offered(client, access), f"offer-{form}")
    answer = await sent(client, path, answer_to(await request_at(client, path)))
    (credential,) = answer["verifiablePresentation"]["verifiableCredential"]
    kind = {"ob3": "OpenBadgeCredential", "elm-jwt": "EnvelopedVerifiableCredential"}
    assert kind.get(form, "EuropeanDigitalCredential") in [*credential["type"], credential["type"]]
    done = await client.post("/credentials/verify", json={"verifiableCredential": credential})
    assert (await done.json())["verified"], form


async def test_an_offer_is_taken_once(client: TestClient, access: Access) -> None:
    path = at(await offered(client, access))
    request = await request_at(client, path)
    answers = await asyncio.gather(
        *(client.post(path, json=answer_to(request, holder=one)) for one in (LEARNER, OTHER, LEARNER))
    )
    assert sorted(answer.status for answer in answers) == [200, 410, 410]
    problem = await sent(client, path, answer_to(request), 410)
    assert problem["code"] == "offer_ended"


async def test_the_request_can_be_looked_at_without_going_on(client: TestClient, access: Access) -> None:
    """VCALM 027."""
    path = at(await offered(client, access))
    request = await request_at(client, path)
    assert (await got(client, f"{path}/request"))["verifiablePresentationRequest"] == request
    assert await request_at(client, path) == request, "asked twice, answered alike"
    assert (await got(client, f"{path}/protocols"))["protocols"] == {"vcapi": PUBLIC + path}
    await sent(client, path, answer_to(request))
    assert (await got(client, f"{path}/request"))["verifiablePresentationRequest"] == {}


async def test_an_offer_that_needs_more_is_not_given_out(client: TestClient, access: Access) -> None:
    path = at(await offered(client, access, txCode=True))
    assert "transaction code" in (await sent(client, path, {}, 400))["detail"]
    ready = (NOW + timedelta(hours=1)).isoformat()
    path = at(await offered(client, access, ready=ready))
    await sent(client, path, answer_to(await request_at(client, path)), 400)
    path = at(await offered(client, access, configurations=["elm"]), "offer-ob3")
    await sent(client, path, {}, 404)
    await sent(client, at("no-such-link"), {}, 404)


# --- what is refused ----------------------------------------------------------------------------------


def stolen(request: dict[str, Any]) -> dict[str, Any]:
    """In the learner's name, by somebody else's key."""
    return answer_to(request, holder=OTHER) | {
        "verifiablePresentation": OTHER.present(
            holder=LEARNER.did, challenge=request["challenge"], domain=request["domain"]
        )
    }


def unsigned(request: dict[str, Any]) -> dict[str, Any]:
    tree = LEARNER.present(challenge=request["challenge"], domain=request["domain"])
    return {"verifiablePresentation": {name: value for name, value in tree.items() if name != "proof"}}


def changed(request: dict[str, Any]) -> dict[str, Any]:
    made = answer_to(request)["verifiablePresentation"]
    return {"verifiablePresentation": {**made, "id": "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000b2"}}


def by_two(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "verifiablePresentation": [
            answer_to(request, holder=one)["verifiablePresentation"] for one in (LEARNER, OTHER)
        ]
    }


REFUSED: dict[str, Any] = {
    "another challenge": lambda r: answer_to({**r, "challenge": "another"}),
    "no challenge": lambda r: answer_to(r, challenge=None),
    "another domain": lambda r: answer_to(r, domain="https://elsewhere.example"),
    "no domain": lambda r: answer_to(r, domain=None),
    "another purpose": lambda r: answer_to(r, proofPurpose="assertionMethod"),
    "from the future": lambda r: answer_to(r, created=NOW + timedelta(minutes=5)),
    "expired": lambda r: answer_to(r, expires="2026-05-01T00:00:00Z"),
    "another's key": lambda r: answer_to(r, verificationMethod=OTHER.method),
    "a stolen name": stolen,
    "unsigned": unsigned,
    "changed": changed,
    "by two holders": by_two,
    "more than was asked for": lambda r: answer_to(r, badge_for(LEARNER.did)),
    "a token for somebody else": lambda r: {
        "verifiablePresentation": LEARNER.present_token(domain="https://elsewhere.example").decode()
    },
    "no presentation": lambda r: {"verifiablePresentation": badge_for(LEARNER.did)},
    "nothing": lambda r: {"verifiablePresentation": {}},
    "a number": lambda r: {"verifiablePresentation": 7},
    "too many": lambda r: {"verifiablePresentation": [answer_to(r)["verifiablePresentation"]] * 9},
    "a request": lambda r: {"verifiablePresentationRequest": r},
    "a way on": lambda r: {"redirectUrl": "https://elsewhere.example/"},
    "an unknown member": lambda r: {"what": 1},
    "a list": lambda r: [],
    "direct, for another domain": lambda r: LEARNER.present(
        challenge=r["challenge"], domain="https://elsewhere.example"
    ),
    "direct, for another challenge": lambda r: LEARNER.present(challenge="another", domain=None),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_nobody_gets_anything_for(client: TestClient, access: Access, what: str) -> None:
    link = await offered(client, access)
    request = await request_at(client, at(link))
    problem = await sent(client, at(link), REFUSED[what](request), 400)
    assert problem["type"]
    assert problem["title"]
    assert (await sent(client, at(link), answer_to(request)))["verifiablePresentation"], "still to be had"


async def test_a_presentation_for_one_exchange_opens_no_other(client: TestClient, access: Access) -> None:
    """Replay: S9, S14."""
    first, second = [at(await offered(client, access)) for _ in range(2)]
    message = answer_to(await request_at(client, first))
    await sent(client, second, message, 400)
    await sent(client, first, message)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":1,"a":2}', b"[" * 1000])
async def test_no_body_makes_a_failure(client: TestClient, access: Access, data: bytes) -> None:
    answer = await client.post(at(await offered(client, access)), data=data)
    assert answer.status == 400
    assert (await answer.json(content_type=None))["code"]


# --- workflows of tenants -------------------------------------------------------------------------------


BADGE = badge_for(
    "{{results.who.holder}}", issuer={"id": "{{issuer}}", "type": ["Profile"], "name": "{{school}}"}
)
WORKFLOW: dict[str, Any] = {
    "initialStep": "who",
    "steps": {
        "who": {
            "createChallenge": True,
            "verifiablePresentationRequest": {"query": {"type": "DIDAuthentication"}, "domain": PUBLIC},
            "nextStep": "show",
        },
        "show": {
            "verifiablePresentationRequest": {
                "query": [
                    {"type": "DIDAuthentication", "acceptedMethods": [{"method": "key"}]},
                    {
                        "type": "QueryByExample",
                        "credentialQuery": {
                            "reason": "Which badge do you have?",
                            "example": {
                                "type": "OpenBadgeCredential",
                                "credentialSubject": {"achievement": {"name": "First aid", "criteria": ""}},
                            },
                            "acceptedIssuers": [{"id": gateway().signer.did}],
                            "acceptedCryptosuites": [{"cryptosuite": "eddsa-rdfc-2022"}],
                        },
                    },
                ]
            },
            "nextStep": "deliver",
        },
        "deliver": {
            "issueRequests": [{"credentialTemplateId": "badge"}],
            "redirectUrl": "https://academy.example/done",
        },
    },
    "credentialTemplates": [
        {"id": "badge", "type": "json", "template": json.dumps({"credential": BADGE})},
    ],
}


async def made(client: TestClient, access: Access, configuration: Any = WORKFLOW, **more: Any) -> str:
    """The address of a new exchange of a new workflow."""
    workflow = await sent(client, "/workflows", configuration, 201, access)
    asked = {"variables": {"school": "School of Examples"}, **more}
    exchange = await sent(client, f"/workflows/{workflow['id']}/exchanges", asked, 201, access)
    address: str = exchange["exchangeId"].removeprefix(PUBLIC)
    return address


async def badge(
    client: TestClient, subject: str | None = LEARNER.did, issuer: str = "", **changes: Any
) -> Any:
    path = f"/issuers/{issuer}/credentials/issue" if issuer else "/credentials/issue"
    return (await sent(client, path, {"credential": badge_for(subject, **changes)}, 201))[
        "verifiableCredential"
    ]


async def test_a_workflow_is_gone_through_step_by_step(client: TestClient, access: Access) -> None:
    """VCALM 3.6: create workflow and exchange, participate, state, 012 to 016, 026."""
    path = await made(client, access)
    assert (await got(client, path, access=access))["state"] == "pending"
    who = await request_at(client, path)
    show = (await sent(client, path, answer_to(who)))["verifiablePresentationRequest"]
    assert show["challenge"] != who["challenge"]
    state = await got(client, path, access=access)
    assert (state["state"], state["step"], state["sequence"]) == ("active", "show", 1)
    assert state["variables"]["results"]["who"]["holder"] == LEARNER.did
    last = await sent(client, path, answer_to(show, await badge(client)))
    (credential,) = last["verifiablePresentation"]["verifiableCredential"]
    assert credential["credentialSubject"]["id"] == LEARNER.did
    assert credential["issuer"]["name"] == "School of Examples"
    assert last["redirectUrl"] == "https://academy.example/done"
    assert await sent(client, path, {}) == {}
    state = await got(client, path, access=access)
    assert state["state"] == "complete"
    assert state["variables"]["results"]["show"]["reports"][0]["verified"]
    await sent(client, path, answer_to(show), 410)


async def test_a_step_is_taken_once(client: TestClient, access: Access) -> None:
    path = await made(client, access)
    message = answer_to(await request_at(client, path))
    answers = await asyncio.gather(*(client.post(path, json=message) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [200, 400, 400]
    await sent(client, path, message, 400)


async def test_only_what_was_asked_for_and_holds_is_taken(client: TestClient, access: Access) -> None:
    path = await made(client, access)
    show = (await sent(client, path, answer_to(await request_at(client, path))))[
        "verifiablePresentationRequest"
    ]
    good = await badge(client)
    subject = badge_for(LEARNER.did)["credentialSubject"]
    other_name = {**subject, "achievement": {**subject["achievement"], "name": "Second aid"}}
    presented = {
        "none": [],
        "changed": [{**good, "name": "Surgeon"}],
        "about somebody else": [await badge(client, OTHER.did)],
        "expired": [await badge(client, validUntil="2026-02-01T00:00:00Z")],
        "another achievement": [await badge(client, credentialSubject=other_name)],
        "another suite": [await badge(client, issuer="eddsa-jcs-2022")],
        "one more": [good, await badge(client, credentialSubject=other_name)],
    }
    for what, credentials in presented.items():
        problem = await sent(client, path, answer_to(show, *credentials), 400)
        assert problem["code"] == "presentation_refused", what
    state = await got(client, path, access=access)
    assert (state["step"], state["lastError"]["code"]) == ("show", "presentation_refused")
    assert await sent(client, path, answer_to(show, good))


async def test_an_exchange_ends_and_is_forgotten(client: TestClient, access: Access, store: Database) -> None:
    soon = (NOW + timedelta(seconds=1)).isoformat()
    path = await made(client, access, expires=soon)
    message = answer_to(await request_at(client, path))
    later_on = dataclasses.replace(gateway(), clock=lambda: NOW + timedelta(seconds=2))
    async with TestClient(TestServer(make_app(Settings(public_url=PUBLIC), later_on, store))) as afterwards:
        assert (await sent(afterwards, path, message, 410))["code"] == "exchange_ended"
    later = NOW + timedelta(days=3)
    assert await store.write("system", lambda c: forget_exchanges(c, later)) == 1
    await sent(client, path, {}, 404)
    await got(client, path, 404, access)


async def test_what_opens_an_exchange_is_not_kept(
    client: TestClient, access: Access, store: Database
) -> None:
    path = await made(client, access)
    challenge = (await request_at(client, path))["challenge"]
    rows = await store.read(lambda c: str(list(c.execute(select(exchanges)))))
    assert path.rpartition("/")[2] not in rows
    assert challenge not in rows


async def test_another_tenant_and_nobody_see_nothing(
    client: TestClient, access: Access, store: Database
) -> None:
    path = await made(client, access)
    workflow = path.split("/")[2]
    other = await access_to(store, "other")
    await got(client, path, 404, other)
    await got(client, f"/workflows/{workflow}", 404, other)
    await sent(client, f"/workflows/{workflow}/exchanges", {}, 404, other)
    await got(client, path, 401)
    await sent(client, "/workflows", WORKFLOW, 401)
    await sent(client, path.replace(workflow, "another"), {}, 404)
    assert (await got(client, f"/workflows/{workflow}", access=access))["steps"] == WORKFLOW["steps"]
    reader = await access_to(store, "reader", ["read"])
    await sent(client, "/workflows", WORKFLOW, 403, reader)


def without(**changes: Any) -> dict[str, Any]:
    return {**WORKFLOW, **changes}


def step(**members: Any) -> dict[str, Any]:
    return {"initialStep": "one", "steps": {"one": members}}


def asking(**request: Any) -> dict[str, Any]:
    return step(verifiablePresentationRequest=request)


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        without(initialStep="none"),
        without(steps={}),
        without(steps=[]),
        without(id="mine"),
        without(credentialTemplates=[{"id": "badge", "type": "jsonata", "template": "{}"}]),
        without(credentialTemplates=[{"id": "badge", "type": "json", "template": "{"}]),
        without(credentialTemplates=[{"id": "badge", "type": "json", "template": "{}"}]),
        without(credentialTemplates=[]),
        step(nextStep="one"),
        step(nextStep="two"),
        step(callback={"url": "https://x.example"}),
        step(openId={}),
        step(redirectUrl="http://x.example"),
        step(redirectUrl=7),
        step(createChallenge=False),
        step(issueRequests=[{"credentialTemplateIndex": 0}]),
        step(issueRequests=[7]),
        asking(),
        asking(query=[]),
        asking(query={"type": "QueryByFrame"}),
        asking(query={"type": "DIDAuthentication", "acceptedMethods": [7]}),
        asking(query={"type": "QueryByExample"}),
        asking(query={"type": "QueryByExample", "credentialQuery": {"example": []}}),
        asking(
            query={"type": "QueryByExample", "credentialQuery": {"acceptedIssuers": [{"recognizedIn": {}}]}}
        ),
        asking(query={"type": "DIDAuthentication"}, domain="https://elsewhere.example"),
        asking(query={"type": "DIDAuthentication"}, challenge="mine"),
    ],
)
async def test_a_workflow_that_cannot_be_followed_is_refused(
    client: TestClient, access: Access, configuration: Any
) -> None:
    assert (await sent(client, "/workflows", configuration, 400, access))["detail"]


async def test_an_exchange_that_cannot_be_made_is_refused(client: TestClient, access: Access) -> None:
    workflow = (await sent(client, "/workflows", WORKFLOW, 201, access))["id"]
    for body in (
        {"expires": "soon"}, {"expires": "2026-06-02T12:00:00"}, {"expires": "2025-01-01T00:00:00Z"},
        {"expires": "2027-01-01T00:00:00Z"}, {"variables": []}, {"variables": {"results": {}}}, {"what": 1},
    ):  # fmt: skip
        await sent(client, f"/workflows/{workflow}/exchanges", body, 400, access)


async def test_a_template_without_its_variable_issues_nothing(client: TestClient, access: Access) -> None:
    path = await made(client, access, variables={})
    show = (await sent(client, path, answer_to(await request_at(client, path))))[
        "verifiablePresentationRequest"
    ]
    problem = await sent(client, path, answer_to(show, await badge(client)), 400)
    assert "school" in problem["detail"]


async def test_a_step_may_give_at_once(client: TestClient, access: Access) -> None:
    presentation = {"@context": [VC2], "type": ["VerifiablePresentation"]}
    path = await made(client, access, step(verifiablePresentation=presentation))
    await sent(client, path, answer_to({"challenge": "x", "domain": PUBLIC}), 400)
    assert await sent(client, path, {}) == {"verifiablePresentation": presentation}
    assert await sent(client, path, {}) == {}
