"""The EBSI registry: registered is not enough, an accreditation must be in force and somebody's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.copies import Shelves
from gateway.fetch import Fetcher
from gateway.keys import SecretKey, jwk_of, public_key_of
from gateway.trust import Issuer, Statement, ask
from gateway.trust.ebsi import MAX_ATTRIBUTES, ebsi_registry
from tests.trust.lists import DAY, NOW, Lists, a_key, jwt

World = tuple[Lists, Fetcher]
DID = "did:ebsi:zUniversity"
TAO = "did:ebsi:zAgency"
ABOUT = f"/trusted-issuers-registry/v5/issuers/{DID}"
KEY = a_key(5, "p256")
SCHEMA = "https://registry.example.org/schemas/1"


def accreditation(key: SecretKey = KEY, **claims: Any) -> str:
    """What an accreditor signs; members of ``claims`` replace those of the token and the credential."""
    credential = {
        "type": ["VerifiableCredential", "VerifiableAccreditation", "VerifiableAccreditationToAttest"],
        "issuer": claims.pop("issuer", TAO),
        "validFrom": "2026-01-01T00:00:00Z",
        "expirationDate": claims.pop("expirationDate", "2027-01-01T00:00:00Z"),
        "credentialSubject": {
            "id": claims.pop("subject", DID),
            "accreditedFor": [{"schemaId": SCHEMA, "types": ["VerifiableCredential", "DiplomaCredential"]}],
        },
    }
    period = {"nbf": int((NOW - DAY).timestamp()), "exp": int((NOW + 100 * DAY).timestamp())}
    return jwt({"typ": "JWT", "kid": f"{TAO}#key-1"}, {**period, "vc": credential, **claims}, key)


def attribute(body: Any = None, role: str = "TI", tao: str = TAO) -> dict[str, Any]:
    body = accreditation() if body is None else body
    return {"hash": "00", "body": body, "issuerType": role, "tao": tao, "rootTao": tao}


def publish(lists: Lists, *attributes: dict[str, Any]) -> None:
    """The issuer with its attributes, as pages of links, and the accreditor's DID document."""
    link = f"{lists.base}{ABOUT}/attributes"
    lists.at[ABOUT] = {"did": DID, "attributes": link, "hasAttributes": bool(attributes)}
    for start in range(0, len(attributes) + 1, 10):
        shown = range(start, min(start + 10, len(attributes)))
        items = [{"id": f"0x{number:x}", "href": "file:///"} for number in shown]
        page = f"{ABOUT}/attributes?page[after]={start // 10 + 1}&page[size]=10"
        lists.at[page] = {"items": items, "links": {"next": "https://elsewhere.example.org/"}}
    for number, found in enumerate(attributes):
        lists.at[f"{ABOUT}/attributes/0x{number:x}"] = {"did": DID, "attribute": found}
    jwk = jwk_of(public_key_of(KEY))
    method = {"id": f"{TAO}#key-1", "type": "JsonWebKey2020", "controller": TAO, "publicKeyJwk": jwk}
    lists.at[f"/did-registry/v5/identifiers/{TAO}"] = {
        "id": TAO, "verificationMethod": [method], "assertionMethod": [method["id"]],
    }  # fmt: skip


async def said(world: World, identifier: str = DID) -> Statement:
    lists, fetch = world
    (statement,) = await ask(Issuer(identifier), [ebsi_registry(lists.base, Shelves())], fetch, NOW)
    return statement


async def test_an_accredited_issuer_is_listed_with_what_it_may_issue(world: World) -> None:
    publish(world[0], attribute())
    statement = await said(world)
    assert (statement.listed, statement.source, statement.list) == (True, "ebsi-tir", world[0].base)
    assert (statement.retrieved, statement.valid_until) == (NOW, NOW + 100 * DAY)
    assert statement.to_json()["accreditations"] == [
        {"type": "DiplomaCredential", "url": SCHEMA, "by": TAO, "validUntil": "2026-08-09T12:00:00Z"}
    ]
    assert statement.checked[-1] == "signature of the accreditor on 1 of 1"


async def test_attributes_within_the_answer_are_read_too(world: World) -> None:
    publish(world[0])
    world[0].at[ABOUT] = {"did": DID, "attributes": [attribute()]}
    assert (await said(world)).listed is True
    assert f"{ABOUT}/attributes" not in " ".join(world[0].asked)


async def test_an_unknown_did_is_not_listed(world: World) -> None:
    statement = await said(world, "did:ebsi:zStranger")
    assert (statement.listed, statement.code) == (False, "not_listed")
    assert (await said(world, "https://school.example.org")).code == "not_listed"


@pytest.mark.parametrize(
    ("found", "listed", "code"),
    [
        ([], False, "no_accreditation"),
        ([attribute(role="Revoked")], False, "accreditation_revoked"),
        ([attribute(role="Undefined")], False, "no_accreditation"),
        ([attribute("")], False, "no_accreditation"),
        ([attribute(accreditation(exp=int(NOW.timestamp())))], False, "accreditation_expired"),
        ([attribute(accreditation(expirationDate="2026-01-01"))], False, "accreditation_expired"),
        ([attribute(accreditation(nbf=int((NOW + DAY).timestamp())))], False, "accreditation_not_yet_valid"),
        ([attribute(accreditation(a_key(6, "p256")))], False, "accreditation_signature"),
        ([attribute("not a token")], None, "accreditation_malformed"),
        ([attribute(5)], None, "accreditation_malformed"),
        ([attribute(accreditation(subject="did:ebsi:zStranger"))], None, "accreditation_malformed"),
        ([attribute(accreditation(issuer="did:ebsi:zStranger"))], None, "accreditation_malformed"),
        ([attribute(accreditation(exp="soon"))], None, "accreditation_malformed"),
        ([attribute(accreditation(expirationDate=["soon"]))], None, "accreditation_malformed"),
        ([attribute(role="Revoked"), attribute()], True, ""),
        ([attribute(role="Revoked"), attribute("not a token")], False, "accreditation_revoked"),
    ],
)  # fmt: skip
async def test_only_an_accreditation_in_force_counts(
    world: World, found: list[dict[str, Any]], listed: bool | None, code: str
) -> None:
    publish(world[0], *found)
    statement = await said(world)
    assert (statement.listed, statement.code) == (listed, code)


async def test_an_accreditor_whose_key_is_not_to_be_had_is_reported_as_such(world: World) -> None:
    publish(world[0], attribute())
    del world[0].at[f"/did-registry/v5/identifiers/{TAO}"]
    statement = await said(world)
    assert (statement.listed, statement.checked[-1]) == (True, "signature of the accreditor on 0 of 1")


async def test_the_document_of_another_did_is_no_key_of_the_accreditor(world: World) -> None:
    publish(world[0], attribute(accreditation(a_key(6, "p256"))))
    world[0].at[f"/did-registry/v5/identifiers/{TAO}"] = {"id": "did:ebsi:zStranger"}
    assert (await said(world)).checked[-1] == "signature of the accreditor on 0 of 1"


async def test_pages_are_counted_and_attributes_bounded(world: World) -> None:
    publish(world[0], *[attribute(role="Revoked")] * 12, attribute())
    assert (await said(world)).listed is True
    assert not any("elsewhere" in path for path in world[0].asked)
    world[0].asked.clear()
    publish(world[0], *[attribute(role="Revoked")] * 80)
    statement = await said(world)
    assert statement.code == "accreditation_revoked"
    assert len([path for path in world[0].asked if "/attributes/" in path]) == MAX_ATTRIBUTES


@pytest.mark.parametrize("document", [{"did": "did:ebsi:zStranger", "attributes": []}, [], {}, None])
async def test_an_answer_about_somebody_else_is_no_answer(world: World, document: Any) -> None:
    world[0].at[ABOUT] = json.dumps(document)
    statement = await said(world)
    assert (statement.listed, statement.code) == (None, "trust_list_malformed")


@pytest.mark.parametrize("document", [{"did": "did:ebsi:zStranger", "attribute": attribute()}, {}])
async def test_an_attribute_of_somebody_else_is_no_answer(world: World, document: Any) -> None:
    publish(world[0], attribute())
    world[0].at[f"{ABOUT}/attributes/0x0"] = document
    assert (await said(world)).code == "trust_list_malformed"


async def test_an_attribute_that_vanished_leaves_it_open(world: World) -> None:
    publish(world[0], attribute())
    del world[0].at[f"{ABOUT}/attributes/0x0"]
    statement = await said(world)
    assert (statement.listed, statement.code) == (None, "document_missing")


async def test_a_did_does_not_lead_elsewhere_in_the_registry(world: World) -> None:
    await said(world, "did:web:a/../../did-registry?x#y")
    assert all(path.startswith("/trusted-issuers-registry/v5/issuers/did:web:a") for path in world[0].asked)
