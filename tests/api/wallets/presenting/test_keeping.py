"""What was presented: imported into the feed, kept for a while and forgotten."""

from __future__ import annotations

import asyncio
import copy
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway import keys
from gateway.api import make_app
from gateway.api.state import LIFECYCLE
from gateway.pipeline.retention import forget_due
from gateway.settings import Settings
from gateway.signer import signer_for
from gateway.store import Database, Rows
from gateway.store.audit import entries
from gateway.store.presentation_requests import KEPT
from gateway.store.tenants import set_tenant_state
from tests.api.wallets.presenting.verifier import (
    BADGE,
    LEARNER,
    PATH,
    TOKEN,
    Json,
    Scene,
    badge,
    badge_token,
    in_feed,
    shown,
)
from tests.parts import NOW, gateway
from tests.tenants import access_to


@pytest.mark.parametrize("query", [BADGE, TOKEN])
async def test_a_registry_imports_what_was_presented_into_its_feed(scene: Scene, query: Json) -> None:
    asked = await scene.ask(query, **{"import": True})
    request = await scene.request_of(asked)
    given = {"challenge": request["nonce"], "domain": request["client_id"]}
    if query is BADGE:
        status, _ = await scene.answer(request, shown(request, badge()))
    else:
        made = LEARNER.present_token(badge_token(), **given).decode()
        status, _ = await scene.answer(request, made, query="token")
    assert status == 200
    _, told = await scene.result(asked)
    (credential,) = told["presentations"][0]["credentials"]
    assert "credential" not in credential
    kept = await (await scene.client.get(credential["stored"], headers=scene.access.headers)).json()
    assert (kept["verified"], kept["format"]) == (True, "ob3")
    converted = await scene.client.get(f"{credential['stored']}/forms/elm3", headers=scene.access.headers)
    assert converted.status == 200
    (told_of,) = await in_feed(scene)
    assert credential["stored"].rpartition("/")[2] in json.dumps(told_of)


async def test_acts_are_audited_by_ids_alone(scene: Scene) -> None:
    asked = await scene.ask(**{"import": True})
    request = await scene.request_of(asked)
    await scene.answer(request, shown(request, badge()))
    found = await scene.store.read(lambda c: list(entries(Rows(c, scene.access.tenant))))
    assert [(one.action, one.actor) for one in found][-3:] == [
        ("presentation_requested", scene.access.caller.actor),
        ("credential_created", f"presentation:{asked['id']}"),
        ("presentation_answered", f"presentation:{asked['id']}"),
    ]
    assert LEARNER.did not in repr(found)


async def test_the_store_holds_no_handle_nonce_or_code_and_what_was_presented_is_forgotten(
    scene: Scene,
) -> None:
    asked = await scene.ask(redirectUri="https://registry.example/")
    request = await scene.request_of(asked)
    _, told = await scene.answer(request, shown(request, badge()))
    secrets = [request["nonce"], request["state"], request["response_uri"].rpartition("/")[2],
               told["redirect_uri"].partition("=")[2]]  # fmt: skip
    rows = await scene.store.read(
        lambda c: repr([tuple(row) for row in c.exec_driver_sql("select * from presentation_requests")])
    )
    assert LEARNER.did in rows
    kept = rows.replace(json.dumps(shown(request, badge())), "")
    assert not [secret for secret in secrets[2:] if secret in kept]
    scene.now = NOW + KEPT + timedelta(hours=1)
    lifecycle = scene.client.server.app  # type: ignore[attr-defined]

    assert await forget_due(scene.store, lifecycle[LIFECYCLE], scene.now) == 1
    assert (await scene.result(asked))[0] == 404


async def test_a_request_is_taken_out_with_what_was_presented(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask())
    await scene.answer(request, shown(request, badge()))
    answer = await scene.client.delete(f"{PATH}/{asked['id']}", headers=scene.access.headers)
    assert answer.status == 204
    assert (await scene.result(asked))[0] == 404
    assert (await scene.answer(request, shown(request, badge())))[0] == 404


async def test_another_tenants_request_is_nowhere(scene: Scene) -> None:
    asked, other = await scene.ask(), await access_to(scene.store, "other")
    for method, path in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
        answer = await scene.client.request(method, f"{PATH}/{asked['id']}{path}", headers=other.headers)
        assert answer.status == 404


async def test_a_suspended_tenants_requests_take_no_answer(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    await scene.store.write("system", lambda c: set_tenant_state(c, scene.access.tenant, "suspended"))
    assert (await scene.answer(request, shown(request, badge())))[0] == 404


async def test_of_two_answers_at_once_one_counts(scene: Scene) -> None:

    asked = await scene.ask(**{"import": True})
    request = await scene.request_of(asked)
    made = shown(request, badge())
    found = await asyncio.gather(*(scene.answer(request, copy.deepcopy(made)) for _ in range(8)))
    assert sorted(status for status, _ in found) == [200] + [400] * 7
    assert len(await in_feed(scene)) == 1


async def test_a_request_by_a_did_that_the_gateway_has_no_more_is_not_made(
    scene: Scene, store: Database
) -> None:
    asked = await scene.ask()
    other = Settings(signing_key=keys.secret_multikey(keys.SecretKey("ed25519", b"\x09" * 32)))

    changed = replace(gateway(), signer=signer_for(other, NOW))
    async with TestClient(TestServer(make_app(Settings(), changed, store))) as client:
        answer = await client.get(urlsplit(asked["requestUri"]).path)
        assert (answer.status, (await answer.json())["error"]) == (409, "invalid_request")
