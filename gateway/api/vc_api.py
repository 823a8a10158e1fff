"""The VC API: issuers, each with a way of securing of its own, and verifiers of credentials and presentations.

https://www.w3.org/TR/vcalm/. Refusals are problem documents of the published types (``gateway.api.problems``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gateway.api.authentication import allowed_caller, known_caller
from gateway.api.describing import OPEN_OR_SECURED, PROBLEM, REFUSALS, Paths, in_path, parameter
from gateway.api.requests import body, known_parameters
from gateway.api.schemas import TEXT
from gateway.api.state import ARCHIVE, GATEWAY
from gateway.core import DEFAULT_SECURING, POLICIES, SECURINGS, STRICT
from gateway.errors import NotFound, RequestRefused
from gateway.pipeline import vc_api
from gateway.pipeline.issuing import Issuing
from gateway.pipeline.vc_api import Instance, verify_credential, verify_presentation
from gateway.signer import NEW_KINDS
from gateway.store import PURPOSES

__all__ = ["PATHS", "instance_of", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
ISSUED, VERIFIED, REFUSED = 201, 200, 400
PROOF = "proof"
"""The verifier that answers for proofs alone, and not for whose they are."""
VERIFIERS = (*POLICIES, PROOF)
WORK = {"credentials": verify_credential, "presentations": verify_presentation}


@routes.post("/credentials/issue")
@routes.post("/issuers/{issuer}/credentials/issue")
async def issue(request: web.Request) -> web.Response:
    """A credential of the gateway's own, with its proof, for who may have it signed."""
    instance = instance_of(request)
    if instance.purposes:
        caller = await known_caller(request, "sign")
        answer = await Issuing(request.app[ARCHIVE]).issue(caller, await body(request), instance)
    else:
        await allowed_caller(request, "sign")
        answer = await vc_api.issue(request.app[GATEWAY], await body(request), instance)
    return web.Response(status=ISSUED, body=answer.body, content_type="application/json", charset="utf-8")


def instance_of(request: web.Request) -> Instance:
    """The issuer that a path names, and its parameters. Raises ``NotFound``, ``RequestRefused``."""
    known_parameters(request, frozenset({"key", "status"}))
    securing, key = request.match_info.get("issuer", DEFAULT_SECURING), request.query.get("key", "")
    purposes = tuple(request.query["status"].split(",")) if "status" in request.query else ()
    if any(name not in SECURINGS for name in securing.split(",")):
        raise NotFound("there is no such issuer", hint=f"Issuers: {', '.join(SECURINGS)}.")
    if key not in ("", *NEW_KINDS):
        raise RequestRefused(f"key is {' or '.join(NEW_KINDS)}")
    if len(set(purposes)) < len(purposes) or not set(purposes) <= set(PURPOSES):
        raise RequestRefused(f"status is one of {', '.join(PURPOSES)}, or both with a comma between")
    return Instance(securing, key, purposes)


def _verifying(what: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def verify(request: web.Request) -> web.Response:
        """Whether it is verified; what stands in the way are its errors, and the status is then 400."""
        known_parameters(request, NOTHING)
        verifier = request.match_info.get("verifier", STRICT.name)
        if verifier not in VERIFIERS:
            raise NotFound("there is no such verifier", hint=f"Verifiers: {', '.join(VERIFIERS)}.")
        policy = STRICT.name if verifier == PROOF else verifier
        told = await vc_api.verify(
            request.app[GATEWAY], WORK[what], await body(request), policy=policy, proof_only=verifier == PROOF
        )
        status = VERIFIED if told.verified else REFUSED
        return web.Response(status=status, body=told.body, content_type="application/json", charset="utf-8")

    return verify


for _what in WORK:
    routes.post(f"/{_what}/verify")(_verifying(_what))
    routes.post(f"/verifiers/{{verifier}}/{_what}/verify")(_verifying(_what))


def _asked(name: str, options: dict[str, Any]) -> dict[str, Any]:
    members = {
        name: {"type": "object"},
        "options": {"type": "object", "properties": options, "additionalProperties": False},
    }
    schema = {
        "type": "object", "properties": members, "required": [name], "additionalProperties": False,
    }  # fmt: skip
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _said(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _issuing(name: str) -> dict[str, Any]:
    issued = {
        "type": "object", "properties": {"verifiableCredential": {"type": "object"}},
        "required": ["verifiableCredential"],
    }  # fmt: skip
    purposes = {"type": "array", "items": {"enum": [*PURPOSES]}}
    return {
        "summary": "Sign a credential of the gateway's own, as it stands",
        "operationId": name,
        "security": OPEN_OR_SECURED,
        "parameters": [
            parameter("key", "The kind of key.", {"enum": [*NEW_KINDS]}),
            {**parameter("status", "A status that is added.", purposes), "explode": False},
        ],
        "requestBody": _asked("credential", {"credentialId": TEXT}),
        "responses": {"201": _said("The credential with its proof", issued), **REFUSALS},
    }


YES_OR_NO = {"type": "boolean"}
OPTIONS = {
    "checks": {"type": "array", "items": TEXT}, "domain": TEXT, "challenge": TEXT,
    "returnResults": YES_OR_NO, "returnProblemDetails": YES_OR_NO,
}  # fmt: skip
VERIFIED_AS = {
    "credentials": ("verifiableCredential", "Credential", "returnCredential"),
    "presentations": ("verifiablePresentation", "Presentation", "returnPresentation"),
}


def _verifying_path(what: str, at: str) -> dict[str, Any]:
    member, name, returned = VERIFIED_AS[what]
    judged = {"$ref": "#/components/schemas/VerifiedCredential"}
    refused = _said("Not verified: the errors say why; or the request is malformed", judged)
    refused["content"] |= PROBLEM["content"]
    return {
        "summary": f"Check what secures a {name.lower()}, as the VC API asks it",
        "operationId": f"verify{name}{at}",
        "requestBody": _asked(member, {**OPTIONS, returned: YES_OR_NO}),
        "responses": {"200": _said("Verified", judged), "400": refused, **REFUSALS},
    }


ISSUER = in_path("issuer", f"How it secures: {', '.join(SECURINGS)}.")
VERIFIER = in_path("verifier", f"What it asks for: {', '.join(VERIFIERS)}.")
PATHS: Paths = {
    "/credentials/issue": {"post": _issuing("issueCredential")},
    "/issuers/{issuer}/credentials/issue": {"parameters": [ISSUER], "post": _issuing("issueCredentialAs")},
    **{f"/{what}/verify": {"post": _verifying_path(what, "")} for what in WORK},
    **{
        f"/verifiers/{{verifier}}/{what}/verify": {
            "parameters": [VERIFIER], "post": _verifying_path(what, "By"),
        }
        for what in WORK
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
