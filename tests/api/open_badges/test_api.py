"""The checklist of the Open Badges 3.0 API, row by row, and one conversation through all of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.audit import check_chain, entries
from gateway.store.scopes import CREDENTIALS_READ, CREDENTIALS_WRITE, PROFILE_READ, PROFILE_WRITE
from tests.envelopes.test_baked import itxt, png
from tests.open_badges_host import OB3_SCOPES, Visitor, returned
from tests.parts import gateway
from tests.tenants import Access, access_to

BASE = "/ims/ob/v3p0"
BADGE = json.loads(example_bytes("badge.ob3.json"))
LD = {"Content-Type": "application/vc+ld+json"}


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


@pytest.fixture
async def visitor(client: TestClient, access: Access) -> Visitor:
    return await Visitor(client).come_in(access.key)


def badge(number: int = 1, **changes: Any) -> bytes:
    """A badge as bytes that no program would write, so that only what is kept comes back so."""
    tree = {**BADGE, "id": f"https://badges.example/{number}", **changes}
    return json.dumps(tree, indent=3).encode() + b"\n"


async def put(visitor: Visitor, data: bytes, **headers: str) -> ClientResponse:
    return await visitor.http.post(
        f"{BASE}/credentials", data=data, headers={**visitor.headers, **LD, **headers}
    )


async def listed(visitor: Visitor, query: str = "") -> dict[str, Any]:
    answer = await visitor.http.get(f"{BASE}/credentials{query}", headers=visitor.headers)
    assert answer.status == 200, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


def links(answer: ClientResponse) -> dict[str, str]:
    """The header Link: relations with the paths they lead to."""
    parts = [part.split(">; rel=") for part in answer.headers["Link"].split(", ")]
    return {rel.strip('"'): address.removeprefix("<") for address, rel in parts}


# --- rows 1 to 11 ----------------------------------------------------------------------------------


async def test_row_1_the_service_description_names_all_that_a_client_needs(client: TestClient) -> None:
    answer = await client.get(f"{BASE}/discovery")
    told = await answer.json()
    assert answer.status == 200
    assert {"title", "version", "termsOfService", "x-imssf-privacyPolicyUrl"} <= set(told["info"])
    scheme = told["components"]["securitySchemes"]["OAuth2ACG"]
    flow = scheme["flows"]["authorizationCode"]
    assert scheme["type"] == "oauth2"
    assert set(flow["scopes"]) >= set(OB3_SCOPES)
    base = f"http://{client.host}:{client.port}"
    assert told["servers"] == [{"url": base + BASE}]
    for address in (flow["tokenUrl"], flow["refreshUrl"], scheme["x-imssf-registrationUrl"]):
        assert (await client.get(address.removeprefix(base))).status == 405
    assert (await client.get(flow["authorizationUrl"].removeprefix(base))).status == 400


async def test_row_1_a_client_that_has_it_is_told_that_it_has_not_changed(client: TestClient) -> None:
    answer = await client.get(f"{BASE}/discovery")
    assert "max-age" in answer.headers["Cache-Control"]
    again = await client.get(f"{BASE}/discovery", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", answer.headers["ETag"])


async def test_row_2_pages_lead_to_each_other_and_tell_how_many_there_are(visitor: Visitor) -> None:
    for number in range(5):
        assert (await put(visitor, badge(number))).status == 201
    path, seen, rels = f"{BASE}/credentials?limit=2", [], []
    while path:
        answer = await visitor.http.get(path, headers=visitor.headers)
        told = await answer.json()
        assert answer.headers["X-Total-Count"] == "5"
        seen += [entry["id"][-1] for entry in told["credential"]]
        others = links(answer)
        rels.append(sorted(others))
        path = others.get("next", "").removeprefix(f"http://{visitor.http.host}:{visitor.http.port}")
    assert sorted(seen) == list("01234")
    assert rels == [["first", "last", "next"], ["first", "last", "next", "prev"], ["first", "last", "prev"]]
    assert "offset=4" in others["last"]
    assert "offset=0" in others["first"]
    assert "offset=2" in others["prev"]


async def test_row_2_where_nothing_is_there_is_an_empty_page(visitor: Visitor) -> None:
    answer = await visitor.http.get(f"{BASE}/credentials", headers=visitor.headers)
    assert await answer.json() == {"credential": [], "compactJwsString": []}
    assert answer.headers["X-Total-Count"] == "0"
    assert sorted(links(answer)) == ["first", "last"]
    beyond = await visitor.http.get(f"{BASE}/credentials?offset=7", headers=visitor.headers)
    assert (beyond.status, sorted(links(beyond))) == (200, ["first", "last", "prev"])


async def test_row_2_since_leaves_out_what_was_issued_before(visitor: Visitor) -> None:
    for number, moment in enumerate(
        ("2024-01-01T00:00:00Z", "2025-01-01T01:00:00+02:00", "2025-06-01T00:00:00Z")
    ):
        assert (await put(visitor, badge(number, validFrom=moment))).status == 201
    for query, count in (
        ("2025-01-01T00:00:00Z", 1),
        ("2024-12-31T22:59:59%2B00:00", 2),
        ("1999-01-01T00:00:00Z", 3),
    ):
        assert len((await listed(visitor, f"?since={query}"))["credential"]) == count
    answer = await visitor.http.get(
        f"{BASE}/credentials?since=1999-01-01T00:00:00Z&limit=1", headers=visitor.headers
    )
    assert "since=1999-01-01T00%3A00%3A00Z" in links(answer)["next"]


@pytest.mark.parametrize("query", [
    "limit=0", "limit=-1", "limit=x", "limit=%D9%A3", "limit=1.5", f"limit={'9' * 40}", "offset=-1", "offset=x",
    f"offset={'9' * 40}", "since=yesterday", "since=2025-01-01", "since=2025-01-01T00:00:00",
    "since=0001-01-01T00:00:00%2B14:00", "colour=red",
])  # fmt: skip
async def test_row_2_a_malformed_question_is_refused(visitor: Visitor, query: str) -> None:
    answer = await visitor.http.get(f"{BASE}/credentials?{query}", headers=visitor.headers)
    await refused(answer, 400)


async def test_row_3_a_badge_is_new_then_replaced_and_comes_back_byte_for_byte(visitor: Visitor) -> None:
    first, second = (
        badge(validFrom="2024-01-01T00:00:00Z"),
        badge(validFrom="2025-01-01T00:00:00Z", name="Better"),
    )
    answer = await put(visitor, first)
    assert (answer.status, await answer.read(), answer.content_type) == (201, first, "application/vc+ld+json")
    assert (
        first.strip() in await (await visitor.http.get(f"{BASE}/credentials", headers=visitor.headers)).read()
    )
    again = await put(visitor, first)
    assert (again.status, await again.read()) == (200, first)
    answer = await put(visitor, second)
    assert (answer.status, await answer.read()) == (200, second)
    assert (await listed(visitor))["credential"] == [json.loads(second)]
    older = await put(visitor, first)
    assert (older.status, await older.read()) == (304, b"")
    assert (await listed(visitor))["credential"] == [json.loads(second)]


async def test_row_3_versions_are_told_by_issuer_and_id_unescaped(visitor: Visitor) -> None:
    assert (await put(visitor, badge(id="urn:badge:a b", validFrom="2024-01-01T00:00:00Z"))).status == 201
    assert (await put(visitor, badge(id=" urn:badge:a%20b", validFrom="2025-01-01T00:00:00Z"))).status == 200
    other = {**BADGE["issuer"], "id": "https://other.example/issuer"}
    assert (await put(visitor, badge(id="urn:badge:a b", issuer=other))).status == 201
    assert len((await listed(visitor))["credential"]) == 2


async def test_row_3_a_token_comes_back_as_the_token_it_is(visitor: Visitor, access: Access) -> None:
    answer = await visitor.http.post("/v1/convert?to=ob3&securing=vc%2Bjwt", data=badge())
    token = (await answer.json())["credential"]
    answer = await put(visitor, token.encode(), **{"Content-Type": "text/plain"})
    assert (answer.status, await answer.text(), answer.content_type) == (201, token, "text/plain")
    assert await listed(visitor) == {"credential": [], "compactJwsString": [token]}


async def test_row_3_what_is_not_verified_does_not_replace_what_is(visitor: Visitor) -> None:
    signed = (await (await visitor.http.post("/v1/convert?to=ob3", data=badge())).json())["credential"]
    assert (await put(visitor, json.dumps(signed).encode())).status == 201
    bare = {name: value for name, value in signed.items() if name != "proof"} | {
        "validFrom": "2030-01-01T00:00:00Z"
    }
    await refused(await put(visitor, json.dumps(bare).encode()), 400)
    assert (await listed(visitor))["credential"] == [signed]


@pytest.mark.parametrize(("data", "kind"), [
    (b"", "application/json"), (b"[", "application/json"), (b"{}", "application/json"), (b"[1]", "application/json"),
    (example_bytes("badge.ob2.json"), "application/json"),
    (example_bytes("micro-credential.elm3.json"), "application/vc+ld+json"),
    (example_bytes("badge.ob3.json"), "text/plain"), (b"a.b.c", "text/plain"), (b"a.b.c", "application/json"),
    (example_bytes("badge.ob3.json"), "image/png"), (example_bytes("badge.ob3.json"), "text/html"),
])  # fmt: skip
async def test_row_3_what_is_no_badge_of_its_content_type_is_refused(
    visitor: Visitor, data: bytes, kind: str
) -> None:
    await refused(await put(visitor, data, **{"Content-Type": kind}), 400)
    assert await listed(visitor) == {"credential": [], "compactJwsString": []}


async def test_row_4_the_profile_says_who_the_tenant_is_until_it_is_given(
    visitor: Visitor, access: Access
) -> None:
    told = await (await visitor.http.get(f"{BASE}/profile", headers=visitor.headers)).json()
    assert told == {"id": f"urn:uuid:{access.tenant}", "type": ["Profile"], "name": "academy"}


async def test_row_5_a_profile_is_replaced_as_a_whole_and_told_as_it_came(visitor: Visitor) -> None:
    given = b'{ "type": "Profile",\n "id": "https://academy.example/profile", "name": "\xc3\x89cole" }'
    headers = visitor.headers | {"Content-Type": "application/json"}
    for data in (b'{"id": "urn:a", "type": ["Profile"], "email": "a@b.example"}', given):
        answer = await visitor.http.put(f"{BASE}/profile", data=data, headers=headers)
        assert (answer.status, await answer.read()) == (200, data)
    assert await (await visitor.http.get(f"{BASE}/profile", headers=visitor.headers)).read() == given


@pytest.mark.parametrize("data", [
    b"", b"[]", b"{}", b'{"id": "urn:a"}', b'{"type": "Profile"}', b'{"id": 7, "type": "Profile"}',
    b'{"id": "urn:a", "type": "Issuer"}', b'{"id": "urn:a", "type": "Profile", "id": "urn:b"}', b"\xff",
])  # fmt: skip
async def test_row_5_what_is_no_profile_is_refused(visitor: Visitor, data: bytes) -> None:
    headers = visitor.headers | {"Content-Type": "application/json"}
    await refused(await visitor.http.put(f"{BASE}/profile", data=data, headers=headers), 400)
    plain = await visitor.http.put(f"{BASE}/profile", data=b"x", headers=visitor.headers)
    await refused(plain, 400)


async def test_rows_6_to_10_one_conversation_from_registration_to_the_end(
    client: TestClient, access: Access, store: Database
) -> None:
    visitor = Visitor(client)
    assert (await visitor.register()).status == 201  # row 6
    back = returned(await visitor.let_in(access.key))  # row 7
    assert (back["state"], set(back["scope"].split())) == (
        "a state & more",
        set(visitor.registered["scope"].split()),
    )
    assert (await visitor.redeem(back["code"])).status == 200  # row 8
    given = badge()
    assert (await put(visitor, given)).status == 201
    assert (await listed(visitor))["credential"] == [json.loads(given)]
    assert (await visitor.refresh()).status == 200  # row 9
    assert (await listed(visitor))["credential"] == [json.loads(given)]
    await visitor.revoke(visitor.tokens["access_token"])  # row 10
    answer = await client.get(f"{BASE}/credentials", headers=visitor.headers)
    await refused(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    log = [entry.action for entry in await store.read(lambda c: list(entries(Rows(c, access.tenant))))]
    assert log == ["grant_given", "token_given", "credential_created", "token_given", "token_revoked"]
    assert (await store.read(lambda c: check_chain(Rows(c, access.tenant))))[1] is None


async def refused(answer: ClientResponse, status: int) -> None:
    """Row 11: whatever is not well is an imsx_StatusInfo."""
    told = await answer.json()
    assert (answer.status, answer.content_type) == (status, "application/json"), told
    assert (told["imsx_codeMajor"], told["imsx_severity"]) == ("failure", "error")
    assert told["imsx_description"]
    assert told["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]


@pytest.mark.parametrize(("method", "path", "status"), [
    ("DELETE", "/credentials", 405), ("PUT", "/credentials", 405), ("POST", "/profile", 405),
    ("POST", "/discovery", 405), ("GET", "/nothing", 404), ("GET", "/", 404), ("GET", "/credentials", 401),
    ("POST", "/credentials", 401), ("GET", "/profile", 401), ("PUT", "/profile", 401),
])  # fmt: skip
async def test_row_11_refusals_of_every_kind_are_a_status_info(
    client: TestClient, method: str, path: str, status: int
) -> None:
    await refused(await client.request(method, BASE + path), status)


@pytest.mark.parametrize(("scope", "method", "path"), [
    (CREDENTIALS_READ, "GET", "/credentials"), (CREDENTIALS_WRITE, "POST", "/credentials"),
    (PROFILE_READ, "GET", "/profile"), (PROFILE_WRITE, "PUT", "/profile"),
])  # fmt: skip
async def test_row_11_a_token_opens_what_its_scope_says_and_nothing_else(
    client: TestClient, access: Access, scope: str, method: str, path: str
) -> None:
    opens = await Visitor(client).come_in(access.key, scope=scope)
    others = await Visitor(client).come_in(access.key, scope=" ".join(s for s in OB3_SCOPES if s != scope))
    data = {"/profile": b'{"id": "urn:a", "type": "Profile"}', "/credentials": badge()}[path]
    for visitor, allowed in ((opens, True), (others, False)):
        answer = await client.request(method, BASE + path, data=data, headers={**visitor.headers, **LD})
        if allowed:
            assert answer.status in (200, 201), await answer.text()
        else:
            await refused(answer, 403)


# --- what else is given out ------------------------------------------------------------------------


async def test_other_formats_are_given_out_as_badges_that_the_gateway_signed(
    visitor: Visitor, access: Access
) -> None:
    data = example_bytes("micro-credential.elm3.json")
    assert (await visitor.http.post("/v1/credentials", data=data, headers=access.headers)).status == 201
    (given,) = (await listed(visitor))["credential"]
    assert "OpenBadgeCredential" in given["type"]
    assert given["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"
    verdict = await visitor.http.post("/v1/verify", data=json.dumps(given).encode())
    assert (await verdict.json())["verdict"] == "valid"


async def test_another_tenant_sees_nothing_and_replaces_nothing(
    visitor: Visitor, client: TestClient, store: Database
) -> None:
    assert (await put(visitor, badge(validFrom="2024-01-01T00:00:00Z"))).status == 201
    other = await Visitor(client).come_in((await access_to(store, "other")).key)
    assert await listed(other) == {"credential": [], "compactJwsString": []}
    assert (await put(other, badge(validFrom="2025-01-01T00:00:00Z"))).status == 201
    assert (await listed(visitor))["credential"][0]["validFrom"].startswith("2024")


async def test_a_replaced_badge_keeps_its_record_and_is_told_to_who_follows(
    visitor: Visitor, access: Access
) -> None:
    await put(visitor, badge(validFrom="2024-01-01T00:00:00Z"))
    before = json.loads(await (await visitor.http.get("/v1/feed?format=elm3", headers=access.headers)).text())
    await put(visitor, badge(validFrom="2025-01-01T00:00:00Z", name="Better"))
    after = json.loads(await (await visitor.http.get("/v1/feed?format=elm3", headers=access.headers)).text())
    assert (before["id"], before["change"], after["change"]) == (after["id"], "created", "updated")
    assert before["digest"] != after["digest"]
    path = f"/v1/credentials/{after['id']}/original"
    assert b"Better" in await (await visitor.http.get(path, headers=access.headers)).read()


async def test_a_badge_that_came_in_an_image_is_given_out_as_it_was_put_there(
    visitor: Visitor, access: Access
) -> None:
    image = png(itxt(badge()))
    assert (await visitor.http.post("/v1/credentials", data=image, headers=access.headers)).status == 201
    answer = await visitor.http.get(f"{BASE}/credentials", headers=visitor.headers)
    assert badge().strip() in await answer.read()


async def test_what_was_withdrawn_is_given_out_no_more(visitor: Visitor, access: Access) -> None:
    await put(visitor, badge(1))
    await put(visitor, badge(2))
    record = json.loads(
        (await (await visitor.http.get("/v1/feed", headers=access.headers)).text()).splitlines()[0]
    )
    path = f"/v1/credentials/{record['id']}/revoke"
    assert (await visitor.http.post(path, headers=access.headers)).status in (200, 204)
    answer = await visitor.http.get(f"{BASE}/credentials", headers=visitor.headers)
    assert (answer.headers["X-Total-Count"], len((await answer.json())["credential"])) == ("1", 1)
