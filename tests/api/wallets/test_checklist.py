"""OpenID4VCI 1.0 section by section: what an issuer must do, one row each, named by its section."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway import keys
from gateway.envelopes.jwt import read_jwt
from soak.wallet import PRE_AUTHORIZED
from tests.api.wallets.conftest import Issuer
from tests.parts import gateway

Json = dict[str, Any]
Row = Callable[[Issuer], Awaitable[None]]
ROWS: dict[str, Row] = {}
ASCII = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*\Z")
"""What an error_description may be of (RFC 6749 section 5.2)."""


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def row(name: str) -> Callable[[Row], Row]:
    def named(test: Row) -> Row:
        ROWS[name] = test
        return test

    return named


# --- 4 the offer -------------------------------------------------------------------------------------


@row("4.1.1 credential_issuer, configuration ids that are unique, grants")
async def _(issuer: Issuer) -> None:
    offer = (await issuer.opened()).offer
    ids = offer["credential_configuration_ids"]
    assert offer["credential_issuer"] == issuer.identifier
    assert ids
    assert len(ids) == len(set(ids))
    assert offer["grants"].keys() == {PRE_AUTHORIZED, "authorization_code"}


@row("4.1.1 tx_code is in the offer exactly if one is asked for, and its value is not")
async def _(issuer: Issuer) -> None:
    asked = {"inputMode": "text", "length": 8, "description": "From your letter"}
    made = await issuer.offer(txCode=asked)
    grant = (await issuer.opened(made)).offer["grants"][PRE_AUTHORIZED]
    assert grant["tx_code"] == {"input_mode": "text", "length": 8, "description": "From your letter"}
    assert len(made["txCode"]["value"]) == 8
    assert made["txCode"]["value"] not in json.dumps(grant)
    assert "tx_code" not in (await issuer.opened()).offer["grants"][PRE_AUTHORIZED]


@row("4.1.3 by reference: application/json, not signed, a code of its own each time")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer()
    first, second = await issuer.opened(made), await issuer.opened(made)
    assert first.asked[-1].headers["Content-Type"].startswith("application/json")
    assert first.asked[-1].headers["Cache-Control"] == "no-store"
    assert first.code != second.code


@row("4.1.3 every offer has an address of its own, which nobody can guess")
async def _(issuer: Issuer) -> None:
    links = {(await issuer.offer())["link"] for _ in range(3)}
    assert len(links) == 3
    assert all(len(urlsplit(link).path.rpartition("/")[2]) == 32 for link in links)
    unknown = await issuer.client.get("/i/" + "A" * 32 + "/offer")
    assert unknown.status == 404


@row("12.1.1 openid-credential-offer:// for a wallet that is not known, and a QR code by reference")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    uri = wallet.asked[0].body["protocols"]["oid4vci-1.0"]
    assert uri.startswith("openid-credential-offer://?credential_offer_uri=")
    assert len(uri) <= 400


# --- 6 the token -------------------------------------------------------------------------------------


@row("6.1 tx_code is missing: invalid_request")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened(txCode=True)
    told = await wallet.redeem()
    assert (told.status, told.body["error"]) == (400, "invalid_request")


@row("6.1 tx_code is not expected: invalid_request")
async def _(issuer: Issuer) -> None:
    told = await (await issuer.opened()).redeem(tx_code="123456")
    assert (told.status, told.body["error"]) == (400, "invalid_request")


@row("6.3 tx_code is wrong: invalid_grant; the right one still opens the offer")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer(txCode=True)
    wallet = await issuer.opened(made)
    told = await wallet.redeem(tx_code="x")
    assert (told.status, told.body["error"]) == (400, "invalid_grant")
    assert (await issuer.state(made))["wrongTxCodes"] == 1
    assert (await wallet.redeem(tx_code=made["txCode"]["value"])).status == 200


@row("13.5 tx_code wrong too often: the offer is over, for the right one too")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer(txCode=True)
    wallet = await issuer.opened(made)
    for _ in range(5):
        assert (await wallet.redeem(tx_code="x")).body["error"] == "invalid_grant"
    right = made["txCode"]["value"]
    assert (await wallet.redeem(tx_code=right)).body["error"] == "invalid_grant"
    assert (await issuer.state(made))["state"] == "ended"
    assert (await wallet.open(made["link"])).status == 410


@row("6.1 client_id is not needed for a pre-authorized code; user_pin of drafts is passed over")
async def _(issuer: Issuer) -> None:
    server = (await _server(issuer)).body
    assert server["pre-authorized_grant_anonymous_access_supported"] is True
    wallet = await issuer.opened()
    assert (await wallet.redeem(client_id="wallet", user_pin="1", resource=wallet.issuer)).status == 200


@row("6.2 token_type is bearer in lower case, and nobody keeps a copy")
async def _(issuer: Issuer) -> None:
    told = await (await issuer.opened()).redeem()
    assert told.body["token_type"] == "bearer"
    assert told.body["expires_in"] > 0
    assert told.headers["Cache-Control"] == "no-store"


@row("6.2 authorization_details asked for come back with credential_identifiers")
async def _(issuer: Issuer) -> None:
    details = [{"type": "openid_credential", "credential_configuration_id": "elm"}]
    told = await (await issuer.opened()).redeem(authorization_details=json.dumps(details))
    (one,) = told.body["authorization_details"]
    assert one["credential_configuration_id"] == "elm"
    assert len(one["credential_identifiers"]) == 1


@row(
    "6.3 authorization_details for what was not offered, or malformed: invalid_request, the code still holds"
)
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened(await issuer.offer(configurations=["ob3"]))
    for given in ('[{"type": "openid_credential", "credential_configuration_id": "elm"}]', "[]", "{}", "x",
                  '[{"type": "payment"}]', '[{"type": "openid_credential"}]', "[7]"):  # fmt: skip
        told = await wallet.redeem(authorization_details=given)
        assert (told.status, told.body["error"]) == (400, "invalid_request"), given
    assert (await wallet.redeem()).status == 200


@row("6.3 a code that is not known, has run out or comes twice: invalid_grant")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    unknown = await wallet.redeem(**{"pre-authorized_code": "made-up"})
    assert (unknown.status, unknown.body["error"]) == (400, "invalid_grant")
    issuer.later(minutes(11))
    assert (await wallet.redeem()).body["error"] == "invalid_grant"


@row("13.5 a code that comes twice takes back the tokens it gave")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    assert (await wallet.fetch("ob3")).status == 200
    again = await wallet.send("POST", f"{wallet.issuer}/token", data=_form(wallet.code))
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    refused = await wallet.fetch("ob3")
    assert (refused.status, refused.body["error"]) == (401, "invalid_token")


@row("13.5 an offer is taken once, also with another code of it")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer()
    first, second = await issuer.opened(made), await issuer.opened(made, 8)
    assert (await first.redeem()).status == 200
    assert (await second.redeem()).body["error"] == "invalid_grant"
    assert (await first.fetch("ob3")).status == 200
    assert (await second.open(made["link"])).status == 410


@row("6.3 grant types there are not, and forms that are malformed")
async def _(issuer: Issuer) -> None:
    url, wallet = f"{issuer.identifier}/token", issuer.wallet()
    for form, error in (
        ({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": PRE_AUTHORIZED}, "invalid_request"), ({"grant_type": "authorization_code"}, "invalid_request"),
    ):  # fmt: skip
        told = await wallet.send("POST", url, data=form or {"x": "y"})
        assert (told.status, told.body["error"]) == (400, error)
    told = await wallet.send("POST", url, json={"grant_type": PRE_AUTHORIZED})
    assert (told.status, told.body["error"]) == (400, "invalid_request")
    twice = await wallet.send("POST", url, data=[("grant_type", "a"), ("grant_type", "b")])
    assert twice.body["error"] == "invalid_request"


# --- 7 the nonce -------------------------------------------------------------------------------------


@row("7 the nonce endpoint needs no token, answers 200 with a new nonce, and nobody keeps a copy")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    nonces = {await wallet.nonce() for _ in range(3)}
    assert len(nonces) == 3
    assert min(len(nonce) for nonce in nonces) >= 43
    assert wallet.asked[-1].headers["Cache-Control"] == "no-store"
    assert wallet.asked[-1].body.keys() == {"c_nonce"}


# --- 8 the credential --------------------------------------------------------------------------------


@row("8.2 exactly one of credential_identifier and credential_configuration_id")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    for more in (
        {"credential_identifier": "ob3"},
        {"credential_configuration_id": None},
        {"format": "ldp_vc"},
    ):
        told = await wallet.fetch("ob3", wallet.proof("n"), **more)
        assert (told.status, told.body["error"]) == (400, "invalid_credential_request")


@row("8.2 credential_identifier if and only if authorization_details were returned")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    details = '[{"type": "openid_credential", "credential_configuration_id": "ob3"}]'
    (one,) = (await wallet.redeem(authorization_details=details)).body["authorization_details"]
    assert (await wallet.fetch("ob3")).body["error"] == "invalid_credential_request"
    by_name = {"credential_configuration_id": None, "credential_identifier": one["credential_identifiers"][0]}
    assert (await wallet.fetch("", **by_name)).status == 200
    unknown = await wallet.fetch("", **by_name | {"credential_identifier": "other"})
    assert unknown.body["error"] == "unknown_credential_identifier"
    plain = await issuer.holding()
    assert (await plain.fetch("", **by_name)).body["error"] == "unknown_credential_identifier"


@row("8.2 parameters that are not known are passed over")
async def _(issuer: Issuer) -> None:
    assert (await (await issuer.holding()).fetch("ob3", something="else")).status == 200


@row("8.2 a wish for an encrypted response: invalid_encryption_parameters")
async def _(issuer: Issuer) -> None:
    told = await (await issuer.holding()).fetch("ob3", credential_response_encryption={"enc": "A128GCM"})
    assert (told.status, told.body["error"]) == (400, "invalid_encryption_parameters")
    assert "credential_response_encryption" not in (await _metadata(issuer)).body


@row("8.2 an encrypted request: refused plainly")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    headers = {"Authorization": f"Bearer {wallet.token}", "Content-Type": "application/jwt"}
    told = await wallet.send("POST", f"{wallet.issuer}/credential", data="a.b.c.d.e", headers=headers)
    assert (told.status, told.body["error"]) == (400, "invalid_credential_request")


@row("8.3 200 with credentials, a list of objects with credential, and a notification_id")
async def _(issuer: Issuer) -> None:
    told = await (await issuer.holding()).fetch("ob3")
    assert told.body.keys() == {"credentials", "notification_id"}
    assert [one.keys() for one in told.body["credentials"]] == [{"credential"}]
    assert told.headers["Cache-Control"] == "no-store"


@row("8.3.1.2 a configuration that is not known or was not offered: unknown_credential_configuration")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding(await issuer.offer(configurations=["ob3"]))
    for name in ("elm", "mso_mdoc", 7, ["ob3"]):
        told = await wallet.fetch(name, wallet.proof("n"))  # type: ignore[arg-type]
        assert (told.status, told.body["error"]) == (400, "unknown_credential_configuration")


@row("8.3.1.2 a credential that was withdrawn: credential_request_denied")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer()
    wallet = await issuer.holding(made)
    path = f"/v1/credentials/{made['credential']}"
    assert (await issuer.client.delete(path, headers=issuer.access.headers)).status == 204
    told = await wallet.fetch("ob3")
    assert (told.status, told.body["error"]) == (400, "credential_request_denied")


@row("8.3.1.2 an offer that was ended: its token opens nothing")
async def _(issuer: Issuer) -> None:
    made = await issuer.offer()
    wallet = await issuer.holding(made)
    await issuer.client.delete(f"/v1/offers/{made['id']}", headers=issuer.access.headers)
    assert (await wallet.fetch("ob3")).status == 401


@row("8.3.1.2 an error_description is of printable ASCII without quotes and backslashes")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    for told in (await wallet.fetch("ob3", wallet.proof("é\"\\\n")), await wallet.post("credential", "é"),
                 await wallet.fetch("ob3", wallet.proof("n", {"é\"": "\\"}, {"iat": "é"}))):  # fmt: skip
        assert told.status == 400
        assert ASCII.match(told.body["error_description"]), told.body


@row("8.3.1.1 no token, one that is not known, of another scheme, or that ran out: 401 of RFC 6750")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    url = f"{wallet.issuer}/credential"
    for header in (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic eA=="},
        {"Authorization": "Bearer"},
    ):
        told = await wallet.send("POST", url, json={}, headers=header)
        assert (told.status, told.body["error"]) == (401, "invalid_token")
        assert told.headers["WWW-Authenticate"].startswith("Bearer")
    issuer.later(minutes(61))
    assert (await wallet.fetch("ob3")).status == 401


@row("8.3.1.1 a token of another issuer opens nothing here")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    wallet.issuer = wallet.issuer.rpartition("/")[0] + "/system"
    told = await wallet.post("credential", {})
    assert told.status == 404


@row("8.3.1.2 bodies that are no request: invalid_credential_request, never 5xx")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    for body in ([], 7, None, {"credential_configuration_id": "ob3", "proofs": 7}, {"format": ["x"]},
                 {"format": "ldp_vc", "credential_definition": 7},
                 {"format": "ldp_vc", "credential_definition": {"type": 7}},
                 {"credential_identifier": {"a": 1}}):  # fmt: skip
        told = await wallet.post("credential", body)
        assert told.status == 400, body
    headers = {"Authorization": f"Bearer {wallet.token}", "Content-Type": "application/json"}
    for data in (b"", b"{", b"\xff", b"[" * 5000):
        told = await wallet.send("POST", f"{wallet.issuer}/credential", data=data, headers=headers)
        assert told.status == 400
    told = await wallet.send("POST", f"{wallet.issuer}/credential", data=b" " * 70_000, headers=headers)
    assert told.status == 413


# --- 9 later, 11 what became of it -------------------------------------------------------------------


@row("9 a transaction that is not known, of another token, or no text: invalid_transaction_id")
async def _(issuer: Issuer) -> None:
    ready = (issuer.now + minutes(60)).isoformat()
    wallet, other = await issuer.holding(await issuer.offer(ready=ready)), await issuer.holding()
    name = (await wallet.fetch("ob3")).body["transaction_id"]
    for asked in ({"transaction_id": "x"}, {"transaction_id": 7}, {}, []):
        told = await wallet.post("deferred", asked)
        assert (told.status, told.body["error"]) == (400, "invalid_transaction_id")
    told = await other.post("deferred", {"transaction_id": name})
    assert (told.status, told.body["error"]) == (400, "invalid_transaction_id")


@row("9 while it waits: 202 with the same transaction_id and an interval")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding(await issuer.offer(ready=(issuer.now + minutes(60)).isoformat()))
    first = await wallet.fetch("ob3")
    again = await wallet.post("deferred", {"transaction_id": first.body["transaction_id"]})
    assert (first.status, again.status) == (202, 202)
    assert again.body == first.body


@row("11 notifications: 204, the same again, and the errors of the section")
async def _(issuer: Issuer) -> None:
    wallet, other = await issuer.holding(), await issuer.holding()
    name = (await wallet.fetch("ob3")).body["notification_id"]
    good = {"notification_id": name, "event": "credential_accepted", "event_description": "fine"}
    assert [(await wallet.post("notification", good)).status for _ in range(2)] == [204, 204]
    for given in (
        {**good, "event": "lost"},
        {"event": "credential_accepted"},
        {**good, "event": ["x"]},
        [],
        7,
    ):
        told = await wallet.post("notification", given)
        assert (told.status, told.body["error"]) == (400, "invalid_notification_request")
    for asking, given in ((wallet, {**good, "notification_id": "x"}), (other, good)):
        told = await asking.post("notification", given)
        assert (told.status, told.body["error"]) == (400, "invalid_notification_id")


# --- 12 metadata -------------------------------------------------------------------------------------


async def _metadata(issuer: Issuer, **more: Any) -> Any:
    origin, path = issuer.identifier.split("/oid4vci/")
    return await issuer.wallet().send(
        "GET", f"{origin}/.well-known/openid-credential-issuer/oid4vci/{path}", **more
    )


async def _server(issuer: Issuer) -> Any:
    origin, path = issuer.identifier.split("/oid4vci/")
    return await issuer.wallet().send(
        "GET", f"{origin}/.well-known/oauth-authorization-server/oid4vci/{path}"
    )


def _form(code: str) -> Json:
    return {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}


@row("12.2.2 the well-known path between host and path, and below the path as drafts had it: the same")
async def _(issuer: Issuer) -> None:
    above = await _metadata(issuer)
    below = await issuer.wallet().send("GET", f"{issuer.identifier}/.well-known/openid-credential-issuer")
    assert (above.status, below.status) == (200, 200)
    assert above.body == below.body
    assert above.headers["Content-Type"].startswith("application/json")


@row("12.2.4 what is required, and credential_issuer byte for byte")
async def _(issuer: Issuer) -> None:
    told = (await _metadata(issuer)).body
    assert told["credential_issuer"] == issuer.identifier
    for name in ("credential", "nonce", "deferred_credential", "notification"):
        assert told[f"{name}_endpoint"].startswith(f"{issuer.identifier}/")
    assert told["batch_credential_issuance"]["batch_size"] >= 2
    assert "issuer" not in told


@row(
    "12.2.4 every configuration: format, definition, bindings with proof types, display in credential_metadata"
)
async def _(issuer: Issuer) -> None:
    for one in (await _metadata(issuer)).body["credential_configurations_supported"].values():
        assert one["cryptographic_binding_methods_supported"] == ["did:key", "did:jwk", "jwk"]
        assert all(
            kind["proof_signing_alg_values_supported"] for kind in one["proof_types_supported"].values()
        )
        assert one["credential_metadata"]["display"][0]["name"]
        assert "display" not in one
        assert ("@context" in one["credential_definition"]) is (one["format"] == "ldp_vc")
        assert one["credential_definition"]["type"]


@row("12.2.3 signed on request: typ, sub, iat, by a key of the gateway's document")
async def _(issuer: Issuer) -> None:
    told = await _metadata(issuer, headers={"Accept": "application/jwt"})
    assert told.headers["Content-Type"].startswith("application/jwt")
    token, plain = read_jwt(told.body.encode()), (await _metadata(issuer)).body
    assert token.header["typ"] == "openidvci-issuer-metadata+jwt"
    assert token.payload["sub"] == issuer.identifier
    assert token.payload["iat"] == int(issuer.now.timestamp())
    assert {name: token.payload[name] for name in plain} == plain
    signer = gateway().signer
    assert token.header["kid"] == signer.verification_method
    keys.verify_signature(signer.public, token.signing_input, token.signature)


@row("12.2.2 tenants that are not there, and paths of nobody: 404")
async def _(issuer: Issuer) -> None:
    well = "/.well-known/openid-credential-issuer"
    for path in ("/oid4vci/none", "/oid4vci/system", "/oid4vci/a/b", "/other", "/oid4vci/academy-0"):
        assert (await issuer.client.get(f"{well}{path}")).status == 404
        assert (await issuer.client.get(f"{path}{well}")).status == 404
        assert (await issuer.client.get(f"/.well-known/oauth-authorization-server{path}")).status == 404


@row("12.3 the authorization server: its identifier, both paths, what it grants, PKCE")
async def _(issuer: Issuer) -> None:
    told = (await _server(issuer)).body
    below = await issuer.wallet().send("GET", f"{issuer.identifier}/.well-known/oauth-authorization-server")
    assert told == below.body
    assert told["issuer"] == issuer.identifier
    assert told["grant_types_supported"] == [PRE_AUTHORIZED, "authorization_code"]
    assert told["code_challenge_methods_supported"] == ["S256"]


@row("A.1 what is given is of the definition that the metadata has")
async def _(issuer: Issuer) -> None:
    configurations = (await _metadata(issuer)).body["credential_configurations_supported"]
    wallet = await issuer.holding()
    for name, one in configurations.items():
        credential = (await wallet.fetch(name)).body["credentials"][0]["credential"]
        token = one["format"] == "jwt_vc_json"
        tree = read_jwt(credential.encode()).payload["vc"] if token else credential
        assert {*one["credential_definition"]["type"]} <= {*tree["type"]}
        for context in one["credential_definition"].get("@context", []):
            assert context in tree["@context"]


@row("14 what is given verifies, and says whose credential it is by the gateway's DID")
async def _(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    for name in ("ob3", "elm", "vc"):
        credential = (await wallet.fetch(name)).body["credentials"][0]["credential"]
        report = await gateway().verify(json.dumps(credential).encode())
        broken = [check for check in report.checks if check.verdict.value == "invalid"]
        assert broken == []
        assert credential["issuer"]["id"] == gateway().signer.did


@pytest.mark.parametrize("name", ROWS)
async def test_openid4vci(issuer: Issuer, name: str) -> None:
    await ROWS[name](issuer)


def test_every_section_of_the_checklist_has_a_row() -> None:
    sections = {name.split()[0].split(".")[0] for name in ROWS}
    assert sections >= {"4", "6", "7", "8", "9", "11", "12", "13", "A"}
