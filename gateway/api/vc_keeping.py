"""The VC API over the store: the status of what was issued, and presentations that the gateway makes itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.describing import Paths, in_path, operation
from gateway.api.requests import body, known_parameters, members
from gateway.api.schemas import TEXT
from gateway.api.state import ARCHIVE, GATEWAY
from gateway.core import SECURINGS
from gateway.errors import OptionUnknown, RequestRefused
from gateway.pipeline import vc_api
from gateway.pipeline.issuing import Issuing, StatusChange
from gateway.store import PURPOSES

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
MEMBERS = frozenset(("credentialId", "credentialStatus", "status"))
TYPES = ("BitstringStatusListEntry", "BitstringStatusList")
ENTRY = ("id", "statusListIndex", "statusListCredential")
"""What may be said of the entry besides its type and purpose."""


@routes.post("/credentials/status")
@routes.post("/issuers/{issuer}/credentials/status")
async def status(request: web.Request) -> web.Response:
    """Set or clear the status of a credential that was issued here."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "push")
    change = _change(await members(request, MEMBERS))
    await Issuing(request.app[ARCHIVE]).set_status(caller, change)
    return web.json_response({})


def _change(given: dict[str, Any]) -> StatusChange:
    entry = given.get("credentialStatus")
    if not isinstance(entry, dict):
        raise RequestRefused("credentialStatus is an object", pointer="/credentialStatus")
    if unknown := sorted(entry.keys() - {"type", "statusPurpose", *ENTRY}):
        raise OptionUnknown(f"nothing is known of {unknown[0][:40]!r}", pointer="/credentialStatus")
    if wrong := sorted(name for name, value in entry.items() if not isinstance(value, str)):
        raise RequestRefused(f"{wrong[0]} is no text", pointer=f"/credentialStatus/{wrong[0]}")
    name, marked, purpose = given.get("credentialId"), given.get("status"), entry.get("statusPurpose", "")
    if entry.get("type") not in TYPES or purpose not in PURPOSES:
        raise RequestRefused(
            "no such status", pointer="/credentialStatus",
            hint=f"The type is {TYPES[0]}, the purpose one of {', '.join(PURPOSES)}.",
        )  # fmt: skip
    if not isinstance(name, str) or not name or not isinstance(marked, bool):
        raise RequestRefused("credentialId is a text and status is true or false")
    said = tuple((member, entry[member]) for member in ENTRY if member in entry)
    return StatusChange(name, purpose, marked, said)


@routes.post("/presentations")
async def present(request: web.Request) -> web.Response:
    """A presentation by the gateway itself: it speaks for all of its tenants, so only who may do all asks for it."""
    known_parameters(request, NOTHING)
    await known_caller(request, "admin")
    made = await vc_api.present(request.app[GATEWAY], await body(request))
    return web.Response(status=201, body=made, content_type="application/json", charset="utf-8")


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _changing(name: str) -> dict[str, Any]:
    entry = _object(
        ["type", "statusPurpose"], type={"enum": [*TYPES]}, statusPurpose={"enum": [*PURPOSES]},
        **dict.fromkeys(ENTRY, TEXT),
    )  # fmt: skip
    asked = _object([*sorted(MEMBERS)], credentialId=TEXT, credentialStatus=entry, status={"type": "boolean"})
    return operation(
        "Set or clear the status of a credential that was issued here", name, {"200": ("It is so now", {})},
        requestBody={"required": True, "content": _content(asked)},
    )  # fmt: skip


OPTIONS = _object([], **dict.fromkeys(sorted(vc_api.PRESENT_OPTIONS), TEXT))
PATHS: Paths = {
    "/credentials/status": {"post": _changing("updateCredentialStatus")},
    "/issuers/{issuer}/credentials/status": {
        "parameters": [in_path("issuer", f"One of {', '.join(SECURINGS)}; the status is the same for all.")],
        "post": _changing("updateCredentialStatusAt"),
    },
    "/presentations": {
        "post": operation(
            "Make a presentation as the gateway", "createPresentation",
            {"201": ("The presentation with its proof", _content({"type": "object"}))},
            requestBody={
                "required": True,
                "content": _content(_object(["presentation"], presentation={"type": "object"}, options=OPTIONS)),
            },
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
