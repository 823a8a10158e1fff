"""What the foreign implementations sign, before the gateway: each mechanism, and derived proofs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.attacks.changes import REMOVED, changed, leaves, retyped, write
from conformance.attacks.signed import MECHANISMS, POLICIES, Json, Mechanism, issuer, signed, verified, world
from conformance.figures import Figure, all_of
from conformance.lineages import LINEAGES, run
from conformance.mechanisms import documents, known, tampered
from gateway import keys
from gateway.envelopes.jwt import base64url_encode, read_jwt

__all__ = ["figures"]

DERIVED = Mechanism("ecdsa-sd-2023", "p256")
ATTACKED = "badge"
"""Examples whose derived proofs are changed value by value, by how their names end."""


def figures() -> Iterator[Figure]:
    """Genuine ones verify here under every policy, tampered ones under none."""
    for lineage in LINEAGES:
        asked = [mechanism for mechanism in MECHANISMS if known(lineage, mechanism)]
        yield from _issued(f"signed by the other ({lineage})", lineage, asked)
    derived = dict(_made("javascript", [DERIVED]))
    yield from _judged("derived proofs of ecdsa-sd-2023 (javascript)", derived)
    changes = {
        f"{title}, {change}": not verified(data, world(DERIVED.kind))
        for title, (_, secured) in derived.items()
        if title.endswith(ATTACKED)
        for change, data in _derived_changes(secured)
    }
    yield all_of("single changes to derived proofs, none verified", changes)


def _issued(title: str, lineage: str, mechanisms: list[Mechanism]) -> Iterator[Figure]:
    yield from _judged(title, dict(_made(lineage, mechanisms)))


def _judged(title: str, made: dict[str, tuple[Mechanism, Any]]) -> Iterator[Figure]:
    genuine = {
        name: secured is not None and verified(_data(secured), world(mechanism.kind)) == POLICIES
        for name, (mechanism, secured) in made.items()
    }
    forged = {
        name: secured is not None and not verified(_data(tampered(secured)), world(mechanism.kind))
        for name, (mechanism, secured) in made.items()
    }
    yield all_of(f"{title}, verified by the gateway", genuine)
    yield all_of(f"{title}, tampered, refused by the gateway", forged)


def _data(secured: Any) -> bytes:
    return secured.encode() if isinstance(secured, str) else write(secured)


def _made(lineage: str, mechanisms: list[Mechanism]) -> Iterator[tuple[str, tuple[Mechanism, Any]]]:
    """Each example in each mechanism, signed in Node; None where that failed."""
    kinds: dict[str, Mechanism] = {}
    orders = []
    for mechanism in mechanisms:
        for name, tree in documents(mechanism):
            title = f"{mechanism.name}: {name}"
            kinds[title] = mechanism
            orders.append({"name": title, "by": lineage, **_order(lineage, mechanism, tree)})
    for entry in run("sign.mjs", orders):
        yield entry["name"], (kinds[entry["name"]], entry.get("credential"))


def _order(lineage: str, mechanism: Mechanism, tree: Json) -> Json:
    """What an implementation needs to sign: the document, and the key in the form it takes."""
    party = issuer(mechanism.kind)
    order: Json = {"suite": mechanism.suite, "credential": tree, "method": party.method}
    jwk = {**keys.jwk_of(party.public), "d": base64url_encode(party.secret.data)}
    if lineage == "rust":
        return {**order, "jwk": jwk}
    if mechanism.token:
        token = read_jwt(signed(mechanism, tree).data)
        return {**order, "jwk": jwk, "header": token.header, "payload": token.payload}
    key = {
        "id": party.method,
        "controller": party.did,
        "type": "Multikey",
        "publicKeyMultibase": keys.multikey(party.public),
        "secretKeyMultibase": keys.secret_multikey(party.secret),
    }
    return {**order, "key": key}


def _derived_changes(secured: Json) -> Iterator[tuple[str, bytes]]:
    """Every member of a derived proof and every value shown, changed one by one."""
    proof = secured["proof"][0] if isinstance(secured["proof"], list) else secured["proof"]
    tree = {**secured, "proof": proof}
    for member in proof:
        for way, value in retyped(proof[member]):
            yield f"proof.{member} {way}", write(changed(tree, ("proof", member), value))
    text = proof["proofValue"]
    for place in range(1, len(text), max(1, len(text) // 40)):
        letter = "A" if text[place] != "A" else "B"
        yield (
            f"proofValue at {place}",
            write({**tree, "proof": {**proof, "proofValue": text[:place] + letter + text[place + 1 :]}}),
        )
    for path, value in leaves(
        {name: item for name, item in tree.items() if name not in ("proof", "@context")}
    ):
        other = f"{value}x" if isinstance(value, str) else REMOVED
        yield f"{'/'.join(map(str, path))} changed", write(changed(tree, path, other))
    yield (
        "a statement added",
        json.dumps({**tree, "evidence": [{"id": "urn:x:1", "type": "Evidence"}]}).encode(),
    )
