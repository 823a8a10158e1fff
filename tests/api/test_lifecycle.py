"""What becomes of a credential, and where it is seen: record, feed, audit log, and the status list in every form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.api.state import LIFECYCLE
from gateway.keys import secret_multikey
from gateway.keys.signing import SecretKey
from gateway.pipeline.retention import forget_due
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.status.bits import MIN_ENTRIES, expand, value_at
from gateway.store import Database, Rows
from gateway.store.audit import check_chain, entries
from gateway.store.governing import change_settings
from gateway.store.tables import SYSTEM, answers
from gateway.store.tenants import ensure_system
from tests.parts import NOW, SEED, gateway, signer_for
from tests.tenants import Access, access_to

MICRO = example_bytes("micro-credential.elm3.json")
PUBLIC = "https://gateway.example"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(store: Database, clock: Clock) -> AsyncIterator[TestClient]:
    settings = Settings(signing_key=secret_multikey(SecretKey("ed25519", SEED)), public_url=PUBLIC)
    made = gateway(settings=settings, signer=signer_for(settings, NOW), clock=clock)
    async with TestClient(TestServer(make_app(settings, made, store))) as client:
        yield client


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


@pytest.fixture
async def identifier(client: TestClient, access: Access) -> str:
    answer = await client.post("/v1/credentials", data=MICRO, headers=access.headers)
    return str((await answer.json())["id"])


async def form(
    client: TestClient, access: Access, identifier: str, name: str, query: str = ""
) -> dict[str, Any]:
    answer = await client.get(f"/v1/credentials/{identifier}/forms/{name}{query}", headers=access.headers)
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json(content_type=None)
    return found


async def act(client: TestClient, access: Access, identifier: str, action: str) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/v1/credentials/{identifier}/{action}", headers=access.headers)
    return answer.status, await answer.json(content_type=None)


async def bit(client: TestClient, entry: dict[str, Any]) -> int:
    """What the published list says at an entry."""
    answer = await client.get(entry["statusListCredential"].removeprefix(PUBLIC))
    told = await answer.json(content_type=None)
    assert told["id"] == entry["statusListCredential"]
    assert told["credentialSubject"]["statusPurpose"] == entry["statusPurpose"]
    bits = expand(told["credentialSubject"]["encodedList"])
    assert len(bits) * 8 >= MIN_ENTRIES
    return value_at(bits, int(entry["statusListIndex"]))


async def verdict(client: TestClient, credential: dict[str, Any]) -> tuple[str, set[str]]:
    answer = await client.post("/v1/verify", data=json.dumps(credential).encode())
    told = await answer.json()
    return told["verdict"], {check.get("code", "") for check in told["checks"]}


async def test_every_signed_form_names_the_same_place_on_the_same_list(
    client: TestClient, access: Access, identifier: str
) -> None:
    badge, other, elm = [await form(client, access, identifier, name) for name in ("ob3", "vc", "elm3")]
    assert badge["credentialStatus"] == other["credentialStatus"]
    assert [entry["statusPurpose"] for entry in badge["credentialStatus"]] == ["revocation", "suspension"]
    assert elm["credentialStatus"] == badge["credentialStatus"][0]
    unsigned = await form(client, access, identifier, "ob3", "?unsigned=true")
    assert "credentialStatus" not in unsigned


@pytest.mark.parametrize("name", ["ob3", "vc", "elm3"])
async def test_a_form_verifies_until_its_credential_is_revoked(
    client: TestClient, access: Access, identifier: str, name: str
) -> None:
    made = await form(client, access, identifier, name)
    assert (await verdict(client, made))[0] == "valid"
    assert (await act(client, access, identifier, "revoke"))[0] == 200
    found, codes = await verdict(client, made)
    assert (found, "revoked" in codes) == ("invalid", True)


async def test_a_suspension_is_seen_and_taken_back(
    client: TestClient, access: Access, identifier: str
) -> None:
    made = await form(client, access, identifier, "ob3")
    suspension = made["credentialStatus"][1]
    for action, state, expected, shown in (
        ("suspend", "suspended", "invalid", 1), ("reinstate", "active", "valid", 0),
    ):  # fmt: skip
        status, record = await act(client, access, identifier, action)
        assert (status, record["state"]) == (200, state)
        assert await bit(client, suspension) == shown
        assert (await verdict(client, made))[0] == expected


async def test_steps_that_make_no_sense_are_refused_and_taken_twice_are_taken_once(
    client: TestClient, access: Access, identifier: str, store: Database
) -> None:
    assert (await act(client, access, identifier, "reinstate"))[0] == 200  # it is active: nothing to do
    assert (await act(client, access, identifier, "revoke"))[0] == 200
    assert (await act(client, access, identifier, "revoke"))[0] == 200
    for action in ("suspend", "reinstate"):
        status, told = await act(client, access, identifier, action)
        assert (status, told["code"]) == (409, "state_conflict")
    log = await store.read(lambda c: [entry.action for entry in entries(Rows(c, access.tenant))])
    assert log == ["credential_created", "credential_revoked"]


async def test_what_was_withdrawn_is_given_out_in_no_form_and_told_as_a_tombstone(
    client: TestClient, access: Access, identifier: str
) -> None:
    await form(client, access, identifier, "ob3")
    await act(client, access, identifier, "revoke")
    answer = await client.get(f"/v1/credentials/{identifier}/forms/ob3", headers=access.headers)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (410, "credential_withdrawn")
    told = await (await client.get("/v1/feed?format=ob3", headers=access.headers)).text()
    line = json.loads(told)
    assert (line["change"], line["tombstone"]) == ("revoked", True)


async def test_a_list_is_signed_once_until_a_bit_changes_or_half_its_life_is_over(
    client: TestClient, access: Access, identifier: str, clock: Clock
) -> None:
    address = (await form(client, access, identifier, "ob3"))["credentialStatus"][0]["statusListCredential"]
    path = address.removeprefix(PUBLIC)
    first = await client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    await act(client, access, identifier, "revoke")
    changed = (await client.get(path)).headers["ETag"]
    assert changed != first.headers["ETag"]
    clock.now = NOW + timedelta(hours=13)
    assert (await client.get(path)).headers["ETag"] != changed


async def test_a_list_that_is_not_there_is_not_found(client: TestClient) -> None:
    for name in ("x", "01a2120b-58c1-76d9-96d2-0f45c458557c"):
        assert (await client.get(f"/v1/status/{name}")).status == 404


async def test_what_is_erased_leaves_nothing_but_its_steps(
    client: TestClient, access: Access, identifier: str, store: Database, tmp_path: Path
) -> None:
    marker = b"0badcafe-0bad-4bad-8bad"
    other = example_bytes("badge.ob3.json").replace(b"urn:uuid:", b"urn:uuid:" + marker + b"-", 1)
    assert marker in other
    headers = access.headers | {"Idempotency-Key": "once"}
    handed_in = await client.post("/v1/credentials", data=other, headers=headers)
    chosen = (await handed_in.json())["id"]
    await form(client, access, chosen, "vc")
    assert marker in _database(tmp_path)
    erased = await client.delete(f"/v1/credentials/{chosen}", headers=access.headers)
    assert erased.status == 204
    assert marker not in _database(tmp_path)
    for path in ("/original", "/forms/vc"):
        assert (await client.get(f"/v1/credentials/{chosen}{path}", headers=access.headers)).status in (
            404,
            410,
        )
    record = await (await client.get(f"/v1/credentials/{chosen}", headers=access.headers)).json()
    assert (record["state"], "identifier" in record, "report" in record) == ("erased", False, False)
    assert await store.read(lambda c: check_chain(Rows(c, access.tenant))) == (3, None)
    assert (await client.delete(f"/v1/credentials/{chosen}", headers=access.headers)).status == 204


def _database(folder: Path) -> bytes:
    """Every byte on the disk: the database and its log."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("gateway.db*")))


async def test_erasing_needs_an_admin_and_every_step_its_own_tenant(
    client: TestClient, access: Access, identifier: str, store: Database
) -> None:
    pusher = await access_to(store, "pusher", ["push", "read"])
    assert (await client.delete(f"/v1/credentials/{identifier}", headers=pusher.headers)).status == 403
    other = await access_to(store, "other")
    assert (await client.delete(f"/v1/credentials/{identifier}", headers=other.headers)).status == 404
    for action in ("suspend", "reinstate", "revoke", "check"):
        assert (await act(client, other, identifier, action))[0] == 404


async def test_looking_again_at_what_has_not_changed_changes_nothing(
    client: TestClient, access: Access, identifier: str, store: Database
) -> None:
    status, record = await act(client, access, identifier, "check")
    assert (status, record["state"]) == (200, "active")
    log = await store.read(lambda c: [entry.action for entry in entries(Rows(c, access.tenant))])
    assert log == ["credential_created"]


async def test_what_its_own_issuer_revoked_is_revoked_when_it_is_looked_at_again(
    client: TestClient, access: Access, identifier: str
) -> None:
    badge = await form(client, access, identifier, "ob3")
    second = await client.post("/v1/credentials", data=json.dumps(badge).encode(), headers=access.headers)
    copy = (await second.json())["id"]
    assert copy != identifier
    await act(client, access, identifier, "revoke")
    status, record = await act(client, access, copy, "check")
    assert (status, record["state"], record["verdict"]) == (200, "revoked", "invalid")


async def test_what_a_tenant_keeps_for_some_days_is_erased_after_them_and_told_once(
    client: TestClient, access: Access, identifier: str, store: Database, clock: Clock
) -> None:
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    other = await access_to(store, "other")
    kept = await client.post("/v1/credentials", data=MICRO, headers=other.headers)
    assert await forget_due(store, client.app[LIFECYCLE], clock.now + timedelta(days=9999)) == 0
    await change_settings(store, "test", access.tenant, {"retentionDays": 30}, NOW)
    for days, erased in ((30, 0), (31, 1), (32, 0)):
        clock.now = NOW + timedelta(days=days)
        assert await forget_due(store, client.app[LIFECYCLE], clock.now) == erased
    told = await (await client.get(f"/v1/credentials/{identifier}", headers=access.headers)).json()
    assert told["state"] == "erased"
    there = await client.get((await kept.json())["original"], headers=other.headers)
    assert (there.status, await there.read()) == (200, MICRO)
    found = await store.read(lambda c: list(entries(Rows(c, access.tenant))))
    assert [(e.actor, e.action) for e in found if e.subject == identifier][1:] == [
        ("retention", "credential_erased")
    ]
    assert (await store.read(lambda c: check_chain(Rows(c, access.tenant))))[1] is None


async def test_answers_are_forgotten_when_their_time_is_over(
    client: TestClient, access: Access, store: Database, clock: Clock
) -> None:
    headers = {**access.headers, "Idempotency-Key": "once"}
    assert (await client.post("/v1/credentials", data=MICRO, headers=headers)).status == 201
    for hours, left in ((23, 1), (25, 0)):
        clock.now = NOW + timedelta(hours=hours)
        await forget_due(store, client.app[LIFECYCLE], clock.now)
        assert await store.read(lambda c: Rows(c, access.tenant).count(answers)) == left
