"""Registries of known DIDs: each says what it knows, in the order they are listed in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.copies import Shelves
from gateway.errors import SettingInvalid, TrustListMalformed
from gateway.fetch import Fetcher
from gateway.trust import Issuer, Statement, ask
from gateway.trust.entity_statements import read_keys
from gateway.trust.federation import Anchor
from gateway.trust.known_dids import MAX_REGISTRIES, known_dids, read_registries
from tests.trust.lists import NOW, Entity, Lists, a_key

World = tuple[Lists, Fetcher]
DID = "did:key:z6MkExample"


def registry(name: str = "") -> dict[str, Any]:
    """A registry with our DID in it under a name, an empty one without."""
    entry = {"name": name, "location": "Example City", "url": "https://university.example.org"}
    meta = {"created": "2026-01-01T00:00:00+0000"}
    return {"meta": meta, "registry": {DID: entry} if name else {}}


def publish(lists: Lists, *entries: dict[str, Any]) -> str:
    lists.at["/known-did-registries.json"] = list(entries)
    return f"{lists.base}/known-did-registries.json"


async def said(where: str, fetch: Fetcher, did: str = DID, *anchors: Anchor) -> tuple[Statement, ...]:
    return await ask(Issuer(did), [known_dids(where, Shelves(), anchors)], fetch, NOW)


async def test_each_registry_answers_for_itself_and_in_its_order(world: World) -> None:
    lists, fetch = world
    lists.at["/one.json"] = registry()
    lists.at["/two.json"] = registry(name="Example University")
    where = publish(
        lists,
        {"name": "One", "type": "dcc-legacy", "url": f"{lists.base}/one.json"},
        {"name": "Two", "url": f"{lists.base}/two.json"},
        {"name": "Three", "type": "novel", "url": f"{lists.base}/three.json"},
        {"name": "Four", "type": "dcc-legacy", "url": f"{lists.base}/four.json"},
    )
    one, two, three, four = await said(where, fetch)
    assert [s.list for s in (one, two, three, four)] == ["One", "Two", "Three", "Four"]
    assert {s.source for s in (one, two, three, four)} == {"known-dids"}
    assert (one.listed, one.code, one.retrieved) == (False, "not_listed", NOW)
    assert (two.listed, two.name, two.checked) == (True, "Example University", ("served over https",))
    assert two.url == "https://university.example.org"
    assert (three.listed, three.code) == (None, "registry_type_unknown")
    assert (four.listed, four.code) == (None, "document_missing")
    assert "/three.json" not in lists.asked


@pytest.mark.parametrize("known", [True, False])
async def test_a_registry_that_is_a_federation_is_asked_about_the_did(world: World, known: bool) -> None:
    lists, fetch = world
    anchor = Entity(f"{lists.base}/anchor", a_key(1))
    anchor.vouches[DID] = {"metadata": {"federation_entity": {"organization_name": "Example University"}}}
    anchor.publish(lists)
    entry = {"name": "Members", "type": "oidf", "trustAnchorEC": f"{anchor.id}/.well-known/openid-federation"}
    anchors = (Anchor(anchor.id, read_keys(anchor.jwks)),) if known else ()
    (statement,) = await said(publish(lists, entry), fetch, DID, *anchors)
    assert (statement.listed, statement.source, statement.list) == (True, "known-dids", "Members")
    by = "the anchor's configured keys" if known else "the anchor's address alone"
    assert statement.checked == ("2 signed statements", by)
    (statement,) = await said(publish(lists, entry), fetch, "did:key:zStranger", *anchors)
    assert statement.listed is False


async def test_a_federated_registry_with_a_forged_statement_lists_nobody(world: World) -> None:
    lists, fetch = world
    anchor = Entity(f"{lists.base}/anchor", a_key(1))
    anchor.vouches[DID] = {"signed by": a_key(2)}
    anchor.publish(lists)
    where = publish(lists, {"type": "oidf", "trustAnchorEC": f"{anchor.id}/.well-known/openid-federation"})
    (statement,) = await said(where, fetch)
    assert (statement.listed, statement.code) == (False, "federation_signature")


async def test_the_list_of_registries_may_be_a_file(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    lists.at["/one.json"] = registry(name="Example University")
    path = tmp_path / "registries.json"
    path.write_text(json.dumps([{"name": "One", "url": f"{lists.base}/one.json"}]))
    (statement,) = await said(str(path), fetch)
    assert (statement.list, statement.listed) == ("One", True)
    assert lists.asked == ["/one.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '[{"name": "One"}]', '[{"url": "file:///etc/passwd"}]', "[1]"]
)
def test_a_malformed_file_of_registries_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "registries.json"
    path.write_text(text)
    with pytest.raises(SettingInvalid):
        known_dids(str(path), Shelves())
    with pytest.raises(SettingInvalid):
        known_dids(str(tmp_path / "nothing.json"), Shelves())


async def test_an_issuer_without_a_did_is_in_no_registry_of_dids(world: World) -> None:
    lists, fetch = world
    (statement,) = await said(publish(lists), fetch, "https://school.example.org")
    assert (statement.listed, statement.code, lists.asked) == (False, "not_listed", [])


async def test_a_list_of_registries_that_cannot_be_had_says_so(world: World) -> None:
    lists, fetch = world
    (statement,) = await said(f"{lists.base}/nothing.json", fetch)
    assert (statement.listed, statement.code) == (None, "document_missing")
    lists.at["/wrong.json"] = {"registries": []}
    (statement,) = await said(f"{lists.base}/wrong.json", fetch)
    assert (statement.listed, statement.code) == (None, "trust_list_malformed")


@pytest.mark.parametrize("document", [{}, [], {"registry": []}, {"registry": None}, "registry", 1, None])
async def test_a_registry_of_another_shape_cannot_be_asked(world: World, document: Any) -> None:
    lists, fetch = world
    lists.at["/one.json"] = json.dumps(document)
    (statement,) = await said(publish(lists, {"name": "One", "url": f"{lists.base}/one.json"}), fetch)
    assert (statement.listed, statement.code) == (None, "trust_list_malformed")


@pytest.mark.parametrize("entry", [None, "Example University", {}, []])
async def test_an_entry_without_a_body_lists_nobody(world: World, entry: Any) -> None:
    lists, fetch = world
    lists.at["/one.json"] = {"registry": {DID: entry}}
    (statement,) = await said(publish(lists, {"name": "One", "url": f"{lists.base}/one.json"}), fetch)
    assert statement.listed is False


def test_a_list_of_registries_is_short() -> None:
    entry = {"url": "https://registry.example.org/registry.json"}
    assert len(read_registries([entry] * MAX_REGISTRIES)) == MAX_REGISTRIES
    with pytest.raises(TrustListMalformed):
        read_registries([entry] * (MAX_REGISTRIES + 1))
