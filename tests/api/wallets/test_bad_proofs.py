"""Key proofs that are wrong in every way there is: the protocol's error, and no credential given out."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from gateway import keys
from gateway.store import Database, Rows
from gateway.store.audit import entries
from soak.wallet import Answer, Wallet
from tests.api.wallets.conftest import Issuer
from tests.holders import Holder

Json = dict[str, Any]
MINUTE = 60
WEB = "did:web:example.org#key"


Send = Callable[[Any], Awaitable[Answer]]


async def _sent(wallet: Wallet, header: Json | None = None, claims: Json | None = None) -> Answer:
    return await wallet.fetch("ob3", wallet.proof(await wallet.nonce(), header, claims))


def token(**wrong: Any) -> Send:
    """A token with header members (``h_``) and claims that are wrong; moments are minutes from now."""

    async def send(wallet: Wallet) -> Answer:
        at = {name: int(wallet.now()) + value * MINUTE for name, value in wrong.items()
              if name in ("iat", "exp", "nbf") and isinstance(value, int)}  # fmt: skip
        header = {name[2:]: value for name, value in wrong.items() if name.startswith("h_")}
        claims = {name: value for name, value in wrong.items() if not name.startswith("h_")}
        return await _sent(wallet, header, claims | at)

    return send


def raw(change: Callable[[str], Any]) -> Send:
    """A good proof, changed afterwards."""

    async def send(wallet: Wallet) -> Answer:
        return await wallet.fetch("ob3", change(wallet.proof(await wallet.nonce())))

    return send


def _other_key(wallet: Wallet) -> Json:
    return keys.jwk_of(keys.public_key_of(keys.SecretKey("ed25519", bytes([99]) * 32)))


async def wrong_key(wallet: Wallet) -> Answer:
    return await _sent(wallet, {"kid": None, "jwk": _other_key(wallet)})


async def two_keys(wallet: Wallet) -> Answer:
    return await _sent(wallet, {"jwk": _other_key(wallet)})


async def private_key(wallet: Wallet) -> Answer:
    return await _sent(wallet, {"kid": None, "jwk": {**_other_key(wallet), "d": "AA"}})


async def reused_nonce(wallet: Wallet) -> Answer:
    proof = wallet.proof(await wallet.nonce())
    assert (await wallet.fetch("elm", proof)).status == 200
    return await wallet.fetch("ob3", wallet.proof(json.loads(_claims(proof))["nonce"]))


def _claims(proof: str) -> bytes:
    return base64.urlsafe_b64decode(proof.split(".")[1] + "==")


async def old_nonce(wallet: Waiting) -> Answer:
    proof = wallet.proof(await wallet.nonce())
    wallet.later(minutes=6)
    return await wallet.fetch("ob3", wallet.proof(json.loads(_claims(proof))["nonce"]))


async def one_bad_among_good(wallet: Wallet) -> Answer:
    nonce = await wallet.nonce()
    return await wallet.fetch(
        "ob3", wallet.proof(nonce), wallet.proof(nonce, claims={"aud": "https://else.example"})
    )


async def too_many(wallet: Wallet) -> Answer:
    nonce = await wallet.nonce()
    return await wallet.fetch("ob3", *[wallet.proof(nonce)] * 11)


def presented(**wrong: Any) -> Send:
    """A presentation with something wrong in its proof."""

    async def send(wallet: Wallet) -> Answer:
        given = {"challenge": await wallet.nonce(), "domain": wallet.issuer} | wrong
        return await wallet.fetch("ob3", proofs={"di_vp": [Holder(3).present(**given)]})

    return send


async def altered_presentation(wallet: Wallet) -> Answer:
    shown = Holder(3).present(challenge=await wallet.nonce(), domain=wallet.issuer)
    return await wallet.fetch("ob3", proofs={"di_vp": [{**shown, "id": "urn:uuid:0"}]})


async def unsigned_presentation(wallet: Wallet) -> Answer:
    shown = Holder(3).present(challenge=await wallet.nonce(), domain=wallet.issuer)
    del shown["proof"]
    return await wallet.fetch("ob3", proofs={"di_vp": [shown]})


async def old_presentation(wallet: Waiting) -> Answer:
    shown = Holder(3).present(challenge=await wallet.nonce(), domain=wallet.issuer)
    wallet.later(minutes=6)
    return await wallet.fetch("ob3", proofs={"di_vp": [shown]})


async def credential_as_proof(wallet: Wallet) -> Answer:
    credential = (await wallet.fetch("elm")).body["credentials"][0]["credential"]
    return await wallet.fetch("ob3", proofs={"di_vp": [credential]})


def members(**given: Any) -> Send:
    """A request whose proofs are not in the right place."""

    async def send(wallet: Wallet) -> Answer:
        proof = wallet.proof(await wallet.nonce())
        told = {name: _filled(value, proof) for name, value in given.items()}
        return await wallet.fetch("ob3", **{"proofs": None, **told})

    return send


def _filled(value: Any, proof: str) -> Any:
    return json.loads(json.dumps(value).replace("PROOF", proof))


PROOF, REQUEST, NONCE = "invalid_proof", "invalid_credential_request", "invalid_nonce"
BAD: dict[str, tuple[Send, str]] = {
    "aud of another issuer": (token(aud="https://other.example"), PROOF),
    "aud with a slash more": (token(aud="ISSUER/"), PROOF),
    "no aud": (token(aud=None), PROOF),
    "aud of two": (token(aud=["ISSUER", "https://other.example"]), PROOF),
    "no nonce": (token(nonce=None), PROOF),
    "nonce is no text": (token(nonce=7), PROOF),
    "nonce made up": (token(nonce="made-up"), NONCE),
    "nonce used before": (reused_nonce, NONCE),
    "nonce too old": (old_nonce, NONCE),
    "no iat": (token(iat=None), PROOF),
    "iat too old": (token(iat=-6), PROOF),
    "iat in the future": (token(iat=2), PROOF),
    "iat is no number": (token(iat="now"), PROOF),
    "iat beyond all years": (token(iat=1e300), PROOF),
    "expired": (token(exp=-2), PROOF),
    "not valid yet": (token(nbf=2), PROOF),
    "iss of an anonymous wallet": (token(iss="did:key:z6MkSomebody"), PROOF),
    "no typ": (token(h_typ=None), PROOF),
    "typ of another token": (token(h_typ="JWT"), PROOF),
    "alg none": (token(h_alg="none"), PROOF),
    "alg of a secret": (token(h_alg="HS256"), PROOF),
    "alg of another kind of key": (token(h_alg="ES256"), PROOF),
    "alg is no text": (token(h_alg=["EdDSA"]), PROOF),
    "no key": (token(h_kid=None), PROOF),
    "two keys": (two_keys, PROOF),
    "another key": (wrong_key, PROOF),
    "a private key": (private_key, PROOF),
    "jwk is no key": (token(h_kid=None, h_jwk="key"), PROOF),
    "kid of a method that is not taken": (token(h_kid=WEB), PROOF),
    "kid is no DID": (token(h_kid="key-1"), PROOF),
    "kid of a broken did:key": (token(h_kid="did:key:z6Mk"), PROOF),
    "kid of a broken did:jwk": (token(h_kid="did:jwk:e30#0"), PROOF),
    "kid of a did:jwk that is no JSON": (token(h_kid="did:jwk:AAAA#0"), PROOF),
    "certificates": (token(h_kid=None, h_x5c=["AA"]), PROOF),
    "critical header": (token(h_crit=["b64"], h_b64=False), PROOF),
    "signature altered": (raw(lambda text: text[:-8] + "AAAAAAAA"), PROOF),
    "signature missing": (raw(lambda text: text.rpartition(".")[0] + "."), PROOF),
    "payload altered": (raw(lambda text: text.replace(".", ".e30", 1)), PROOF),
    "no token": (raw(lambda _: "proof"), PROOF),
    "empty": (raw(lambda _: ""), PROOF),
    "too long": (raw(lambda text: text + "A" * 20_000), PROOF),
    "a number": (raw(lambda _: 7), PROOF),
    "one bad among good": (one_bad_among_good, PROOF),
    "too many": (too_many, PROOF),
    "none at all": (members(), PROOF),
    "attestation": (members(proofs={"attestation": ["PROOF"]}), PROOF),
    "a type there is not": (members(proof={"proof_type": "cwt", "cwt": "PROOF"}), PROOF),
    "empty list": (members(proofs={"jwt": []}), REQUEST),
    "empty proofs": (members(proofs={}), REQUEST),
    "proofs of two types": (members(proofs={"jwt": ["PROOF"], "di_vp": [{}]}), REQUEST),
    "proof and proofs": (members(proof={"proof_type": "jwt", "jwt": "PROOF"}, proofs={"jwt": ["PROOF"]}), REQUEST),
    "proof without type": (members(proof={"jwt": "PROOF"}), REQUEST),
    "proofs is a list": (members(proofs=["PROOF"]), REQUEST),
    "presentation for another issuer": (presented(domain="https://other.example"), PROOF),
    "presentation without domain": (presented(domain=None), PROOF),
    "presentation without challenge": (presented(challenge=None), PROOF),
    "presentation with a challenge made up": (presented(challenge="made-up"), NONCE),
    "presentation of another purpose": (presented(proofPurpose="assertionMethod"), PROOF),
    "presentation by another holder": (presented(holder=Holder(4).did), PROOF),
    "presentation altered": (altered_presentation, PROOF),
    "presentation unsigned": (unsigned_presentation, PROOF),
    "presentation too old": (old_presentation, PROOF),
    "a credential in place of a presentation": (credential_as_proof, PROOF),
}  # fmt: skip
FETCHES_FIRST = {"nonce used before", "a credential in place of a presentation"}
"""Cases that are given another credential before."""


@dataclass(slots=True)
class Waiting(Wallet):
    """A wallet that may come late, and says ISSUER for the issuer's identifier."""

    clock: Callable[[timedelta], None] = lambda _: None

    def later(self, minutes: int) -> None:
        self.clock(timedelta(minutes=minutes))

    def proof(self, nonce: str, header: Json | None = None, claims: Json | None = None) -> str:
        told = json.loads(json.dumps(claims or {}).replace("ISSUER", self.issuer))
        return Wallet.proof(self, nonce, header, told)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_key_proof_gets_no_credential(issuer: Issuer, store: Database, name: str) -> None:
    send, error = BAD[name]
    wallet = await issuer.holding()
    made = Waiting(wallet.session, wallet.secret, wallet.now, wallet.issuer, wallet.offer, wallet.token)
    made.clock = issuer.later
    told = await send(made)
    assert (told.status, told.body.get("error")) == (400, error), told.body
    assert told.body.keys() <= {"error", "error_description", "c_nonce", "c_nonce_expires_in"}
    log = await store.read(lambda connection: [*entries(Rows(connection, issuer.access.tenant))])
    delivered = [entry for entry in log if entry.action == "credential_delivered"]
    assert len(delivered) == (name in FETCHES_FIRST)
    again = await wallet.fetch("ob3")
    assert again.status == 200, again.body
