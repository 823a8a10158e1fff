"""What wallets of other kinds take: learning credentials under SD-JWT VC, badges under the older data model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from conformance.figures import Figure, all_of
from conformance.lineages import LINEAGES, run
from gateway import keys
from gateway.core import (
    SD_JWT,
    SECURINGS,
    ConvertOptions,
    Disclosing,
    Identity,
    Key,
    Question,
    Way,
    attach,
    express,
    inspect,
    prepare,
    to_sign,
    understand,
    verify,
)
from gateway.envelopes.jwt import base64url_encode
from gateway.resources import example_bytes, example_names
from gateway.retrieval import CONTROLLER, Answer, Need, Retrieved

__all__ = ["figures"]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SEED = bytes(range(32))
NONCE = "n-0S6_WzA2Mj"
HOLDER = keys.secret_key("ed25519", bytes([9]) * 32)
SHOWN = ["learner_identification"]


def figures() -> Iterator[Figure]:
    """Both, genuine and changed."""
    yield from _learning()
    yield from _older()


def _older() -> Iterator[Figure]:
    """Badges under VCDM 1.1: two proofs in both lineages, the token in the one that takes tokens here."""
    made = {
        (name, securing): _badge(name, securing)
        for name in example_names()
        for securing in ("Ed25519Signature2020", "eddsa-rdfc-2022", "jwt_vc_json")
    }
    orders = ({"name": " ".join(key), "credential": badge} for key, badge in made.items())
    verdicts = {entry["name"]: entry for entry in run("verify.mjs", orders)}
    for lineage in LINEAGES:
        asked = [
            " ".join(key) for key, badge in made.items() if lineage == "javascript" or isinstance(badge, dict)
        ]
        title = f"badges under VCDM 1.1 verified ({lineage})"
        yield all_of(title, {name: verdicts[name][lineage] for name in asked})


def _badge(name: str, securing: str) -> Any:
    secret = keys.secret_key("ed25519", SEED)
    did = keys.did_key(keys.public_key_of(secret))
    options = ConvertOptions("ob3", identity=Identity(did, "Gateway"), now="2026-06-01T12:00:00Z", vcdm="1.1")
    way = Way(SECURINGS[securing], Key(keys.verification_method_of(did), "ed25519"))
    making = prepare(express(understand(example_bytes(name)), options), [way], NOW)
    content, tree = attach(making, [keys.sign(secret, to_sign(making[0]))])
    return tree or content.decode()


def _learning() -> Iterator[Figure]:
    """Genuine ones, whole, with nothing disclosed and shown by their holder; and changed ones."""
    made = {f"{name} {kind}": _made(name, kind) for name in example_names() for kind in ("ed25519", "p256")}
    whole = _verdicts({name: {"token": token} for name, token in made.items()})
    yield all_of("learning credentials verified (@sd-jwt/sd-jwt-vc)", _all(whole))
    bare = _verdicts({name: {"token": token.split("~")[0] + "~"} for name, token in made.items()})
    yield all_of("the same with everything kept back, verified", _all(bare))
    holder = {**keys.jwk_of(keys.public_key_of(HOLDER)), "d": base64url_encode(HOLDER.data)}
    orders = {
        name: {"token": token, "show": SHOWN, "holder": holder, "nonce": NONCE}
        for name, token in made.items()
    }
    shown = _verdicts(orders)
    yield all_of(
        "the same shown by their holder, one claim disclosed, verified",
        {name: entry["verified"] and set(SHOWN) <= set(entry["claims"]) and "carried" not in entry["claims"]
         for name, entry in shown.items()},
    )  # fmt: skip
    yield all_of(
        "what the holder shows, verified by the gateway",
        {name: _verified(entry.get("shown", "~")) for name, entry in shown.items()},
    )
    changed = _verdicts({name: {"token": _changed(token)} for name, token in made.items()})
    yield all_of(
        "changed ones refused (@sd-jwt/sd-jwt-vc)", {n: not e["verified"] for n, e in changed.items()}
    )


def _made(name: str, kind: str) -> str:
    secret = keys.secret_key(kind, SEED)
    did = keys.did_key(keys.public_key_of(secret))
    options = ConvertOptions("eudi-learning", identity=Identity(did, "Gateway"), now="2026-06-01T12:00:00Z")
    done = express(understand(example_bytes(name)), options)
    disclosing = Disclosing(SEED, keys.jwk_of(keys.public_key_of(HOLDER)))
    way = Way(SECURINGS[SD_JWT], Key(keys.verification_method_of(did), kind), disclosing)
    making = prepare(done, [way], NOW)
    return attach(making, [keys.sign(secret, to_sign(making[0]))])[0].decode()


def _changed(token: str) -> str:
    """A copy whose first disclosure says something else."""
    head, first, rest = token.split("~", 2)
    letter = "A" if first[-2] != "A" else "B"
    return f"{head}~{first[:-2]}{letter}{first[-1]}~{rest}"


def _verdicts(orders: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in run("sdjwt.mjs", ({"name": n, **o} for n, o in orders.items()))}


def _all(entries: dict[str, dict[str, Any]]) -> dict[str, bool]:
    return {name: entry["verified"] for name, entry in entries.items()}


def _verified(shown: str) -> bool:
    """Whether the gateway says so too, for the question that was asked."""
    answers = {}
    for kind in ("ed25519", "p256"):
        public = keys.public_key_of(keys.secret_key(kind, SEED))
        did, method = keys.did_key(public), keys.verification_method_of(keys.did_key(public))
        entry = {
            "id": method,
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": keys.multikey(public),
        }
        answers[Need(CONTROLLER, did)] = Answer(
            {"id": did, "verificationMethod": [entry], "assertionMethod": [method]}
        )
    question = Question(datetime.now(UTC), domain="https://verifier.example", challenge=NONCE)
    return verify(inspect(shown.encode()), Retrieved(answers, lists=False), question).verified
