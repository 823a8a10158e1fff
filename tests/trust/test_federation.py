"""OpenID Federation: an issuer is a member exactly when a chain of held signatures leads to the anchor."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.copies import Shelves
from gateway.errors import SettingInvalid
from gateway.fetch import Fetcher
from gateway.trust import Issuer, Statement, ask
from gateway.trust.entity_statements import read_keys
from gateway.trust.federation import MAX_INTERMEDIATES, MAX_REQUESTS, Anchor, anchor_of, openid_federation
from tests.trust.lists import DAY, NOW, Entity, Lists, a_key, base64url, jwt

World = tuple[Lists, Fetcher]
DID = "did:web:university.example.org"


class Chain:
    """An anchor, an intermediate and a leaf that vouch for one another; change them, then publish."""

    def __init__(self, lists: Lists, kind: str = "ed25519") -> None:
        self.lists = lists
        self.anchor = Entity(f"{lists.base}/anchor", a_key(1, kind))
        self.middle = Entity(f"{lists.base}/middle", a_key(2, kind), (self.anchor.id,))
        named = {"organization_name": "Itself"}
        self.leaf = Entity(f"{lists.base}/leaf", a_key(3, kind), (self.middle.id,), named)
        self.anchor.vouches[self.middle.id] = {"jwks": self.middle.jwks}
        said = {"federation_entity": {"organization_name": "Example University"}}
        self.middle.vouches[self.leaf.id] = {"jwks": self.leaf.jwks, "metadata": said}

    def publish(self) -> Chain:
        for entity in (self.anchor, self.middle, self.leaf):
            entity.publish(self.lists)
        return self

    def known(self) -> Anchor:
        return Anchor(self.anchor.id, read_keys(self.anchor.jwks))


async def said(anchor: Anchor, identifier: str, fetch: Fetcher) -> Statement:
    (statement,) = await ask(Issuer(identifier), [openid_federation([anchor], Shelves())], fetch, NOW)
    return statement


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384"])
async def test_a_chain_that_leads_to_the_anchor_lists_the_issuer(world: World, kind: str) -> None:
    lists, fetch = world
    chain = Chain(lists, kind).publish()
    statement = await said(chain.known(), chain.leaf.id, fetch)
    assert (statement.listed, statement.code, statement.name) == (True, "", "Example University")
    assert statement.source == "openid-federation"
    assert (statement.list, statement.retrieved, statement.stale) == (chain.anchor.id, NOW, False)
    assert statement.valid_until == NOW + DAY
    assert statement.checked == ("4 signed statements", "the anchor's configured keys")
    assert json.loads(json.dumps(statement.to_json()))["validUntil"] == "2026-05-02T12:00:00Z"


async def test_a_chain_signed_with_rsa_holds(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists).publish()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "kid": "r", "n": base64url(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    claims = {
        "iss": chain.leaf.id, "sub": chain.leaf.id, "iat": 1, "exp": int((NOW + DAY).timestamp()),
        "jwks": {"keys": [jwk]}, "authority_hints": [chain.middle.id],
    }  # fmt: skip
    header = {"typ": "entity-statement+jwt", "alg": "RS256", "kid": "r"}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = base64url(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))
    lists.at["/leaf/.well-known/openid-federation"] = f"{signed}.{signature}"
    chain.middle.vouches[chain.leaf.id] = {"jwks": {"keys": [jwk]}}
    chain.middle.publish(lists)
    assert (await said(chain.known(), chain.leaf.id, fetch)).listed is True


async def test_the_anchor_is_a_member_of_its_own_federation(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists).publish()
    assert (await said(chain.known(), chain.anchor.id, fetch)).listed is True


def _leaf_is_removed(chain: Chain) -> None:
    del chain.middle.vouches[chain.leaf.id]
    chain.middle.vouches["https://other.example.org"] = {}


def _intermediate_is_removed(chain: Chain) -> None:
    del chain.anchor.vouches[chain.middle.id]
    chain.anchor.vouches["https://other.example.org"] = {}


def _leaf_key_is_replaced(chain: Chain) -> None:
    chain.middle.vouches[chain.leaf.id]["jwks"] = Entity(chain.leaf.id, a_key(9)).jwks


def _leaf_is_expired(chain: Chain) -> None:
    chain.leaf.configuration["exp"] = int(NOW.timestamp())


def _vouching_is_expired(chain: Chain) -> None:
    chain.middle.vouches[chain.leaf.id]["exp"] = int((NOW - DAY).timestamp())


def _vouching_is_from_the_future(chain: Chain) -> None:
    chain.middle.vouches[chain.leaf.id]["iat"] = int((NOW + DAY / 2).timestamp())


def _wrong_signer_of_the_leaf(chain: Chain) -> None:
    chain.middle.vouches[chain.leaf.id]["signed by"] = a_key(9)


def _wrong_signer_of_the_middle(chain: Chain) -> None:
    chain.anchor.vouches[chain.middle.id]["signed by"] = a_key(9)


def _intermediate_with_another_key(chain: Chain) -> None:
    chain.middle.key = a_key(9)


def _loop(chain: Chain) -> None:
    chain.middle.hints = (chain.leaf.id,)
    chain.leaf.vouches[chain.middle.id] = {"jwks": chain.middle.jwks}


def _no_hints(chain: Chain) -> None:
    chain.leaf.hints = ()


def _path_too_long_for_the_anchor(chain: Chain) -> None:
    chain.anchor.vouches[chain.middle.id]["constraints"] = {"max_path_length": 0}


def _name_not_permitted(chain: Chain) -> None:
    chain.anchor.vouches[chain.middle.id]["constraints"] = {
        "naming_constraints": {"permitted": [".example.org"]}
    }


def _type_not_allowed(chain: Chain) -> None:
    chain.leaf.configuration["metadata"] = {"openid_provider": {}}
    allowed = {"allowed_entity_types": ["openid_credential_issuer"]}
    chain.middle.vouches[chain.leaf.id]["constraints"] = allowed


def _critical_claim(chain: Chain) -> None:
    chain.middle.vouches[chain.leaf.id].update({"crit": ["novelty"], "novelty": 1})


def _critical_header(chain: Chain) -> None:
    chain.leaf.header["crit"] = ["exp"]


def _no_algorithm(chain: Chain) -> None:
    chain.leaf.header["alg"] = "none"


def _key_in_the_header(chain: Chain) -> None:
    stranger = Entity(chain.leaf.id, a_key(9))
    chain.middle.header["jwk"] = stranger.jwks["keys"][0]
    chain.middle.vouches[chain.leaf.id]["signed by"] = stranger.key


def _another_subject(chain: Chain) -> None:
    chain.leaf.configuration["sub"] = chain.middle.id


def _no_endpoint(chain: Chain) -> None:
    chain.middle.metadata["federation_fetch_endpoint"] = "file:///etc"


BROKEN: dict[str, tuple[Callable[[Chain], None], str]] = {
    "the leaf was removed": (_leaf_is_removed, "not_listed"),
    "the intermediate was removed": (_intermediate_is_removed, "not_listed"),
    "the leaf's key was revoked": (_leaf_key_is_replaced, "federation_signature"),
    "the leaf's configuration is expired": (_leaf_is_expired, "federation_expired"),
    "what is said of the leaf is expired": (_vouching_is_expired, "federation_expired"),
    "what is said of the leaf is from the future": (_vouching_is_from_the_future, "federation_not_yet_valid"),
    "somebody else signed about the leaf": (_wrong_signer_of_the_leaf, "federation_signature"),
    "somebody else signed about the intermediate": (_wrong_signer_of_the_middle, "federation_signature"),
    "the intermediate has another key": (_intermediate_with_another_key, "federation_signature"),
    "the hints go in a circle": (_loop, "federation_loop"),
    "there are no hints": (_no_hints, "not_listed"),
    "the path is too long": (_path_too_long_for_the_anchor, "federation_constraint"),
    "the name is not permitted": (_name_not_permitted, "federation_constraint"),
    "the type is not allowed": (_type_not_allowed, "federation_constraint"),
    "a claim is critical": (_critical_claim, "federation_critical"),
    "the header is critical": (_critical_header, "federation_critical"),
    "there is no algorithm": (_no_algorithm, "federation_algorithm"),
    "the key is in the header": (_key_in_the_header, "federation_signature"),
    "the configuration is another's": (_another_subject, "federation_subject"),
    "the authority has no endpoint": (_no_endpoint, "federation_endpoint"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_chain_does_not_list_the_issuer(world: World, name: str) -> None:
    lists, fetch = world
    chain = Chain(lists)
    change, code = BROKEN[name]
    change(chain)
    chain.publish()
    statement = await said(chain.known(), chain.leaf.id, fetch)
    assert (statement.listed, statement.code) == (False, code)
    assert statement.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda chain: chain.anchor.configuration.update(exp=int(NOW.timestamp())), "federation_expired"),
        (lambda chain: chain.anchor.configuration.update(sub=DID), "federation_subject"),
        (lambda chain: setattr(chain.anchor, "key", a_key(9)), "federation_signature"),
        (lambda chain: chain.anchor.configuration.update(exp="tomorrow"), "trust_list_malformed"),
    ],
)
async def test_an_anchor_that_is_broken_leaves_it_open_who_is_a_member(
    world: World, change: Callable[[Chain], None], code: str
) -> None:
    lists, fetch = world
    chain = Chain(lists)
    known = chain.known()
    change(chain)
    chain.publish()
    statement = await said(known, chain.leaf.id, fetch)
    assert (statement.listed, statement.code) == (None, code)


async def test_a_second_authority_serves_when_the_first_is_out_of_order(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.leaf.hints = (f"{lists.base}/nobody", chain.middle.id)
    chain.publish()
    assert (await said(chain.known(), chain.leaf.id, fetch)).listed is True


async def test_an_authority_that_cannot_be_asked_leaves_it_open(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.leaf.hints = (f"{lists.base}/nobody",)
    chain.publish()
    assert (await said(chain.known(), chain.leaf.id, fetch)).listed is None


@pytest.mark.parametrize(
    "endpoint", ["https://[", "https://", "http://a b", "fetch", "", None, 1, "https://a/#b"]
)
async def test_an_endpoint_that_is_no_address_is_not_asked(world: World, endpoint: Any) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.middle.metadata["federation_fetch_endpoint"] = endpoint
    chain.publish()
    statement = await said(chain.known(), chain.leaf.id, fetch)
    assert statement.listed is not True
    assert statement.code in ("federation_endpoint", "fetch_refused")


async def test_an_endpoint_may_have_a_query_of_its_own(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.middle.metadata["federation_fetch_endpoint"] = f"{chain.middle.id}/fetch?a=b"
    chain.publish()
    path = f"/middle/fetch?sub={chain.leaf.id}"
    lists.at[path.replace("?", "?a=b&")] = lists.at.pop(path)
    assert (await said(chain.known(), chain.leaf.id, fetch)).listed is True


@pytest.mark.parametrize("between", [MAX_INTERMEDIATES, MAX_INTERMEDIATES + 1])
async def test_a_chain_has_a_longest_length(world: World, between: int) -> None:
    lists, fetch = world
    line = [Entity(f"{lists.base}/{step}", a_key(step + 1)) for step in range(between + 2)]
    for lower, upper in pairwise(line):
        lower.hints = (upper.id,)
        upper.vouches[lower.id] = {"jwks": lower.jwks}
    for entity in line:
        entity.publish(lists)
    anchor = Anchor(line[-1].id, read_keys(line[-1].jwks))
    statement = await said(anchor, line[0].id, fetch)
    fits = between <= MAX_INTERMEDIATES
    assert (statement.listed, statement.code) == ((True, "") if fits else (False, "federation_too_deep"))


async def test_a_leaf_with_many_authorities_that_have_many_costs_a_bounded_number_of_requests(
    world: World,
) -> None:
    lists, fetch = world
    names = [f"{lists.base}/{number}" for number in range(40)]
    for number, name in enumerate(names):
        entity = Entity(name, a_key(number + 1), tuple(other for other in names if other != name))
        entity.vouches = {other: {"jwks": {}} for other in names}
        entity.publish(lists)
    anchor = Anchor(f"{lists.base}/anchor", read_keys(Entity("", a_key(99)).jwks))
    statement = await said(anchor, names[0], fetch)
    assert statement.listed is not True
    assert len(lists.asked) <= MAX_REQUESTS


@pytest.mark.parametrize(
    "identifier",
    ["urn:uuid:1", "", "https://", "https://issuer.example.org/?a", "https://issuer.example.org/#a"],
)
async def test_an_identifier_that_is_no_entity_is_asked_nobody_about(world: World, identifier: str) -> None:
    lists, fetch = world
    statement = await said(Chain(lists).publish().known(), identifier, fetch)
    assert (statement.listed, statement.code, lists.asked) == (False, "not_listed", [])


async def test_the_anchor_is_asked_about_a_did(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    named = {"federation_entity": {"organization_name": "Example University"}}
    chain.anchor.vouches[DID] = {"metadata": named}
    chain.publish()
    statement = await said(chain.known(), DID, fetch)
    assert (statement.listed, statement.name) == (True, "Example University")
    assert statement.checked[0] == "2 signed statements"
    statement = await said(chain.known(), "did:web:stranger.example.org", fetch)
    assert (statement.listed, statement.code) == (False, "not_listed")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"signed by": a_key(9)}, "federation_signature"),
        ({"exp": int(NOW.timestamp())}, "federation_expired"),
        ({"sub": "did:web:stranger.example.org"}, "federation_subject"),
        ({"iss": "https://stranger.example.org"}, "federation_subject"),
    ],
)
async def test_what_the_anchor_says_of_a_did_has_to_hold(
    world: World, claims: dict[str, Any], code: str
) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.anchor.vouches[DID] = claims
    chain.publish()
    statement = await said(chain.known(), DID, fetch)
    assert (statement.listed, statement.code) == (False, code)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": 1}', '{"keys": [{"kty": "oct", "k": "AA", "kid": "1"}]}', "\xff"]
)
def test_an_anchor_without_keys_is_not_configured(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SettingInvalid):
        anchor_of("https://anchor.example.org", path)
    with pytest.raises(SettingInvalid):
        anchor_of("https://anchor.example.org", tmp_path / "nothing.json")


def mark(chain: Chain, **changes: Any) -> dict[str, Any]:
    """A trust mark of the anchor for the leaf, with changes."""
    claims = {
        "iss": chain.anchor.id, "sub": chain.leaf.id, "iat": int(NOW.timestamp()),
        "trust_mark_type": "https://anchor.example.org/accredited", "ref": "https://anchor.example.org/1",
        **changes,
    }  # fmt: skip
    header = {"typ": claims.pop("typ", "trust-mark+jwt"), "kid": chain.anchor.kid}
    return {"trust_mark": jwt(header, claims, claims.pop("key", chain.anchor.key))}


async def test_a_mark_that_the_anchor_signed_for_the_issuer_is_an_accreditation(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.leaf.configuration["trust_marks"] = [mark(chain, exp=int((NOW + DAY).timestamp()))]
    chain.publish()
    (accreditation,) = (await said(chain.known(), chain.leaf.id, fetch)).accreditations
    assert accreditation.to_json() == {
        "type": "https://anchor.example.org/accredited", "url": "https://anchor.example.org/1",
        "by": chain.anchor.id, "validUntil": "2026-05-02T12:00:00Z",
    }  # fmt: skip


async def test_a_mark_that_is_anything_else_is_left_out(world: World) -> None:
    lists, fetch = world
    chain = Chain(lists)
    chain.leaf.configuration["trust_marks"] = [
        None, {}, {"trust_mark": 1}, {"trust_mark": "a.b.c"}, mark(chain, exp=int(NOW.timestamp())),
        mark(chain, iat=int((NOW + DAY).timestamp())),
    ]  # fmt: skip
    chain.publish()
    statement = await said(chain.known(), chain.leaf.id, fetch)
    assert (statement.listed, statement.accreditations) == (True, ())
    changed: tuple[dict[str, Any], ...] = (
        {"iss": chain.middle.id}, {"sub": chain.middle.id}, {"key": a_key(9)}, {"typ": "JWT"}, {"iat": None},
    )  # fmt: skip
    chain.leaf.configuration["trust_marks"] = [mark(chain, **changes) for changes in changed]
    chain.publish()
    statement = await said(chain.known(), chain.leaf.id, fetch)
    assert (statement.listed, statement.accreditations) == (True, ())
