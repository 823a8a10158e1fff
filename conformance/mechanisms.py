"""Every securing mechanism before the foreign verifiers: what the gateway makes, genuine and tampered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.attacks.changes import changed
from conformance.attacks.signed import MECHANISMS, Json, Mechanism, badge, issuer, signed, small
from conformance.figures import Figure, all_of
from conformance.lineages import LINEAGES, run
from gateway.envelopes.jwt import base64url_decode, base64url_encode
from gateway.resources import example_bytes

__all__ = ["documents", "figures", "known", "tampered"]

RUST = frozenset(("eddsa-rdfc-2022", "eddsa-2022", "Ed25519Signature2020"))
EXAMPLES = ("diploma.ob3.json", "micro-credential.ob3.json", "badge.vc.json", "diploma.vc.json")
BY_IDENTITY = "inline contexts left out under JCS: the library compares them by identity"


def figures() -> Iterator[Figure]:
    """What each lineage says of each example in each mechanism it knows."""
    made: dict[str, tuple[Mechanism, Any]] = {}
    for mechanism in MECHANISMS:
        for name, tree in documents(mechanism):
            done = signed(mechanism, tree)
            made[f"{mechanism.name}: {name}"] = (
                mechanism,
                done.data.decode() if mechanism.token else done.tree,
            )
    genuine = _verdicts({title: secured for title, (_, secured) in made.items()})
    forged = _verdicts({title: tampered(secured) for title, (_, secured) in made.items()})
    for lineage in LINEAGES:
        asked = [title for title, (mechanism, secured) in made.items() if _asked(lineage, mechanism, secured)]
        kinds = dict.fromkeys(f"{made[title][0].suite} {made[title][0].kind}" for title in asked)
        yield all_of(
            f"examples in each mechanism verified ({lineage})",
            {title: genuine[title][lineage] for title in asked},
            ", ".join(kinds) + (f"; {BY_IDENTITY}" if lineage == "javascript" else ""),
        )
        yield all_of(
            f"tampered examples in each mechanism refused ({lineage})",
            {title: not forged[title][lineage] for title in asked},
        )


def known(lineage: str, mechanism: Mechanism) -> bool:
    """Whether a lineage knows a mechanism: the JavaScript one all but a retired name."""
    return mechanism.suite in RUST if lineage == "rust" else mechanism.suite != "eddsa-2022"


def _asked(lineage: str, mechanism: Mechanism, secured: Any) -> bool:
    inline = isinstance(secured, dict) and not all(isinstance(entry, str) for entry in secured["@context"])
    left_out = lineage == "javascript" and "jcs" in mechanism.suite and inline
    return known(lineage, mechanism) and not left_out


def documents(mechanism: Mechanism) -> Iterator[tuple[str, Json]]:
    """The project's examples, without status: whether it can be had is not the question here."""
    made = {"small badge": small(mechanism), "badge": badge(mechanism)}
    for name in EXAMPLES if mechanism.version == "2.0" else ():
        made[name] = json.loads(example_bytes(name))
        made[name]["issuer"]["id"] = issuer(mechanism.kind).did
    for name, tree in made.items():
        contexts = [entry for entry in tree["@context"] if "status-list" not in str(entry)]
        bare = {key: value for key, value in tree.items() if key not in ("credentialStatus", "proof")}
        yield name, {**bare, "@context": contexts}


def _verdicts(credentials: dict[str, Any]) -> dict[str, dict[str, bool]]:
    orders = ({"name": name, "credential": credential} for name, credential in credentials.items())
    return {entry["name"]: entry for entry in run("verify.mjs", orders)}


def tampered(secured: Any) -> Any:
    """A copy of a credential or token that says it is another credential."""
    other = "urn:uuid:00000000-0000-4000-8000-000000000000"
    if isinstance(secured, dict):
        return changed(secured, ("id",), other)
    head, body, signature = secured.split(".")
    payload = json.loads(base64url_decode(body))
    payload["jti"] = payload.get("vc", payload)["id"] = other
    return f"{head}.{base64url_encode(json.dumps(payload).encode())}.{signature}"
