"""The VC-API face as the W3C suites see it, so far as their recorded requests need it.

https://w3c-ccg.github.io/vc-api/ A request that is in order is answered 201 (issue) or 200 (verify); anything
else 400, since the suites look at the status and never into the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError
from gateway.pipeline import Gateway

__all__ = ["Answer", "answer"]

Json = dict[str, Any]

BEYOND = 500
ISSUED, VERIFIED, REFUSED = 201, 200, 400
SECURINGS = {"jwt": "vc+jwt"}
"""The name an endpoint has for a way of securing, where it is not the gateway's."""
KEYS = {"ed": "ed25519", "p256": "p256"}
STATUS = {
    "id": "https://gateway.example/status/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://gateway.example/status/1",
}
"""What an endpoint that keeps a status list adds to a credential."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status; ``sound`` unless something was issued that does not verify.

    A credential that came with a proof of somebody else's is as good as that.
    """

    status: int
    sound: bool = True


async def answer(gateway: Gateway, path: str, query: Mapping[str, str], body: Any) -> Answer:
    """The answer to a request. Input that is refused for whatever reason is a bad request to the suites."""
    job = {"issue": _issue, "verify": _verify}[path.rpartition("/")[2]]
    try:
        return await job(gateway, path, query, body if isinstance(body, dict) else {})
    except GatewayError as error:
        return Answer(REFUSED if error.status < BEYOND else error.status)


async def _issue(gateway: Gateway, path: str, query: Mapping[str, str], body: Json) -> Answer:
    credential = body.get("credential")
    if not isinstance(credential, dict):
        return Answer(REFUSED)
    if "status" in query:
        credential = {**credential, "credentialStatus": STATUS}
    name = path.split("/")[1]
    delivery = await gateway.secure(
        json.dumps(credential).encode(),
        securing=SECURINGS.get(name, name),
        key=KEYS.get(query.get("key", ""), ""),
        any_issuer=True,
    )
    report = await gateway.verify(delivery.content, proof_only=True)
    return Answer(ISSUED, report.verified or "proof" in credential)


async def _verify(gateway: Gateway, path: str, _: Mapping[str, str], body: Json) -> Answer:
    """A presentation for a domain and challenge, or a credential; the signature alone is asked for."""
    secured = body.get("verifiablePresentation" if "presentations" in path else "verifiableCredential")
    options = body.get("options") or {}
    if not isinstance(secured, dict):
        return Answer(REFUSED)
    report = await gateway.verify(
        json.dumps(secured).encode(),
        domain=options.get("domain"),
        challenge=options.get("challenge"),
        proof_only=True,
    )
    return Answer(VERIFIED if report.verified else REFUSED)
