"""From an offer to a credential in the wallet, in every form and in the shape of every draft from 13 on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway import keys
from gateway.compute import HereCompute
from gateway.envelopes.jwt import read_jwt
from gateway.errors import Overloaded
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.store import Database, Rows
from gateway.store.audit import entries
from soak.wallet import Wallet
from tests.api.wallets.conftest import Issuer, Issuing
from tests.holders import Holder
from tests.parts import NOW

Json = dict[str, Any]
OB3 = CONFIGURATIONS["ob3"]


def about(credential: Any) -> str:
    """Whom a credential is about."""
    tree = read_jwt(credential.encode()).payload["vc"] if isinstance(credential, str) else credential
    subject = tree["credentialSubject"]
    return str((subject[0] if isinstance(subject, list) else subject)["id"])


@pytest.mark.parametrize("name", CONFIGURATIONS)
async def test_a_wallet_gets_the_credential_about_its_key(issuer: Issuer, name: str) -> None:
    wallet = await issuer.holding()
    told = await wallet.fetch(name)
    assert told.status == 200, told.body
    (entry,) = told.body["credentials"]
    assert isinstance(entry["credential"], str if CONFIGURATIONS[name].format == "jwt_vc_json" else dict)
    assert about(entry["credential"]) == wallet.did


async def test_one_token_fetches_every_form_and_the_offer_counts(issuer: Issuer) -> None:
    offer = await issuer.offer()
    wallet = await issuer.holding(offer)
    for name in CONFIGURATIONS:
        assert (await wallet.fetch(name)).status == 200
    state = await issuer.state(offer)
    assert (state["state"], state["delivered"]) == ("taken", len(CONFIGURATIONS))


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384"])
async def test_a_key_in_the_proof_becomes_a_did_jwk(issuer: Issuer, kind: str) -> None:
    wallet = await issuer.holding()
    wallet.secret = issuer.wallet(9, kind).secret
    jwk = {**keys.jwk_of(keys.public_key_of(wallet.secret)), "alg": "EdDSA"}
    told = await wallet.fetch("ob3", wallet.proof(await wallet.nonce(), {"kid": None, "jwk": jwk}))
    assert told.status == 200, told.body
    holder = about(told.body["credentials"][0]["credential"])
    assert holder.startswith("did:jwk:")
    kid = await wallet.fetch("ob3", wallet.proof(await wallet.nonce(), {"kid": f"{holder}#0"}))
    assert about(kid.body["credentials"][0]["credential"]) == holder


async def test_a_batch_is_a_credential_for_each_key(issuer: Issuer) -> None:
    wallet, other = await issuer.holding(), issuer.wallet(8)
    other.issuer = wallet.issuer
    nonce = await wallet.nonce()
    told = await wallet.fetch("ob3", wallet.proof(nonce), other.proof(nonce))
    assert [about(one["credential"]) for one in told.body["credentials"]] == [wallet.did, other.did]


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022"])
async def test_a_presentation_is_a_key_proof_too(issuer: Issuer, suite: str) -> None:
    wallet, holder = await issuer.holding(), Holder(3)
    shown = holder.present(suite=suite, challenge=await wallet.nonce(), domain=wallet.issuer)
    told = await wallet.fetch("ob3", proofs={"di_vp": [shown]})
    assert told.status == 200, told.body
    assert about(told.body["credentials"][0]["credential"]) == holder.did


# --- shapes of the drafts ----------------------------------------------------------------------------


def by_format(**more: Any) -> Json:
    return {"credential_configuration_id": None, "proofs": None, "format": "ldp_vc",
            "credential_definition": OB3.definition, **more}  # fmt: skip


def one_proof(wallet: Wallet, nonce: str) -> Json:
    return {"proof_type": "jwt", "jwt": wallet.proof(nonce)}


async def test_draft_13_is_answered_with_one_credential_and_a_nonce(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    nonce = (await wallet.redeem()).body["c_nonce"]
    told = await wallet.fetch("", **by_format(proof=one_proof(wallet, nonce)))
    assert (told.status, about(told.body["credential"])) == (200, wallet.did), told.body
    assert told.body.keys() == {"credential", "notification_id", "c_nonce", "c_nonce_expires_in"}
    again = await wallet.fetch("", **by_format(proof=one_proof(wallet, told.body["c_nonce"])))
    assert again.status == 200


async def test_draft_13_gets_tokens_by_format_too(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    definition = {"type": [*CONFIGURATIONS["ob3-jwt"].types]}
    proof = one_proof(wallet, await wallet.nonce())
    told = await wallet.fetch(
        "", **by_format(format="jwt_vc_json", credential_definition=definition, proof=proof)
    )
    assert about(told.body["credential"]) == wallet.did


async def test_draft_14_is_answered_with_plain_credentials(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    nonce = await wallet.nonce()
    told = await wallet.fetch("", **by_format(proofs={"jwt": [wallet.proof(nonce), wallet.proof(nonce)]}))
    assert [about(one) for one in told.body["credentials"]] == [wallet.did, wallet.did]


async def test_draft_15_may_send_one_proof(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    told = await wallet.fetch("ob3", proofs=None, proof=one_proof(wallet, await wallet.nonce()))
    assert about(told.body["credentials"][0]["credential"]) == wallet.did
    assert "c_nonce" not in told.body


async def test_what_could_be_of_either_is_answered_as_both(issuer: Issuer) -> None:
    details = '[{"type": "openid_credential", "credential_configuration_id": "ob3"}]'
    wallet = await issuer.opened()
    (told,) = (await wallet.redeem(authorization_details=details)).body["authorization_details"]
    (name,) = told["credential_identifiers"]
    asked = {"credential_configuration_id": None, "proofs": None, "credential_identifier": name}
    told = await wallet.fetch("", **asked, proof=one_proof(wallet, await wallet.nonce()))
    assert told.body["credential"] == told.body["credentials"][0]["credential"]


async def test_drafts_are_told_of_a_wrong_nonce_as_of_a_wrong_proof(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    told = await wallet.fetch("", **by_format(proof=one_proof(wallet, "made-up")))
    assert (told.status, told.body["error"]) == (400, "invalid_proof")
    again = await wallet.fetch("", **by_format(proof=one_proof(wallet, told.body["c_nonce"])))
    assert again.status == 200
    unknown = by_format(credential_definition={"type": ["Diploma"]}, proof=one_proof(wallet, "n"))
    assert (await wallet.fetch("", **unknown)).body["error"] == "unsupported_credential_type"


# --- compatibility profile ---------------------------------------------------------------------------


def bazaar(wallet: Wallet, nonce: str) -> str:
    now = int(wallet.now())
    claims = {"iat": None, "exp": now + 300, "nbf": now, "iss": wallet.did}
    return wallet.proof(nonce, {"typ": None}, claims)


async def test_a_client_that_departs_from_the_protocol_is_refused(issuer: Issuer) -> None:
    wallet = await issuer.holding()
    shown = {"jwt": [bazaar(wallet, await wallet.nonce())], "proof_type": "jwt"}
    assert (await wallet.fetch("ob3", proofs=shown)).status == 400
    assert (await wallet.fetch("ob3", bazaar(wallet, await wallet.nonce()))).body["error"] == "invalid_proof"


async def test_its_profile_takes_it_and_nothing_else_and_is_logged(
    issuing: Issuing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "gateway.wallets")
    issuer = await issuing(wallet_profiles=("digital-bazaar",))
    wallet = await issuer.holding()
    nonce = await wallet.nonce()
    shown = {"jwt": [bazaar(wallet, nonce)], "proof_type": "jwt"}
    told = await wallet.fetch("ob3", proofs=shown)
    assert told.status == 200, told.body
    assert "digital-bazaar" in caplog.text
    assert (await wallet.fetch("ob3", proofs=shown)).body["error"] == "invalid_nonce"
    other = wallet.proof(await wallet.nonce(), {"typ": None}, {"iat": None, "exp": None, "iss": None})
    assert (await wallet.fetch("ob3", other)).body["error"] == "invalid_proof"
    foreign = wallet.proof(await wallet.nonce(), {"typ": None}, {"iss": "did:key:z6MkOther"})
    assert (await wallet.fetch("ob3", foreign)).body["error"] == "invalid_proof"
    metadata = (await wallet.send("GET", f"{wallet.issuer}/.well-known/openid-credential-issuer")).body
    assert metadata["token_endpoint"] == f"{wallet.issuer}/token"


# --- later -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", [False, True])
async def test_a_credential_that_is_not_ready_comes_later_and_once(issuer: Issuer, draft: bool) -> None:
    ready = NOW + timedelta(days=3)
    wallet = await issuer.holding(await issuer.offer(ready=ready.isoformat()))
    more = by_format(proof=one_proof(wallet, await wallet.nonce())) if draft else {}
    told = await wallet.fetch("ob3", **more)
    assert (told.status, told.body["interval"]) == (202, 10)
    name = {"transaction_id": told.body["transaction_id"]}
    waiting = await wallet.post("deferred", name)
    assert (waiting.body["error"] if draft else waiting.body) == (
        "issuance_pending" if draft else {**name, "interval": 10}
    )
    issuer.now = ready
    given = await wallet.post("deferred", name)
    assert given.status == 200, given.body
    credential = given.body["credential"] if draft else given.body["credentials"][0]["credential"]
    assert about(credential) == wallet.did
    again = await wallet.post("deferred", name)
    assert (again.status, again.body["error"]) == (400, "invalid_transaction_id")


class Busy(HereCompute):
    """Work is done here, unless too much waits."""

    full = False

    async def run(self, *given: Any, **more: Any) -> Any:
        if self.full:
            raise Overloaded("too much waits")
        return await super().run(*given, **more)


async def test_work_that_waits_too_long_makes_the_wallet_come_back(issuing: Issuing) -> None:
    compute = Busy()
    issuer = await issuing(engine={"compute": compute})
    wallet = await issuer.holding()
    nonce = await wallet.nonce()
    compute.full = True
    told = await wallet.fetch("ob3", wallet.proof(nonce))
    assert told.status == 202, told.body
    name = {"transaction_id": told.body["transaction_id"]}
    assert (await wallet.post("deferred", name)).status == 202
    compute.full = False
    given = await wallet.post("deferred", name)
    assert about(given.body["credentials"][0]["credential"]) == wallet.did


@pytest.mark.parametrize("event", ["credential_accepted", "credential_failure", "credential_deleted"])
async def test_what_became_of_a_credential_is_noted_once(issuer: Issuer, store: Database, event: str) -> None:
    wallet = await issuer.holding()
    name = (await wallet.fetch("ob3")).body["notification_id"]
    for _ in range(2):
        assert (await wallet.post("notification", {"notification_id": name, "event": event})).status == 204
    log = await store.read(lambda connection: [*entries(Rows(connection, issuer.access.tenant))])
    assert [json.loads(entry.detail)["event"] for entry in log if entry.action == "wallet_notified"] == [
        event
    ]


# --- offers ------------------------------------------------------------------------------------------


async def test_an_offer_by_value_is_the_same(issuer: Issuer) -> None:
    offer = await issuer.offer()
    wallet = await issuer.opened(offer)
    link = offer["link"].removesuffix("?iuv=1")
    told = await wallet.send("GET", f"{link}/offer", headers={"Accept": "text/uri-list"})
    parts = urlsplit(told.body)
    (value,) = parse_qs(parts.query)["credential_offer"]
    assert parts.scheme == "openid-credential-offer"
    assert json.loads(value).keys() == wallet.offer.keys()
    wallet.offer = json.loads(value)
    assert (await wallet.redeem()).status == 200
