"""Refusals as 1EdTech's APIs have them: imsx_StatusInfo for everything that is not well.

https://www.imsglobal.org/spec/ob/v3p0/#imsx_statusinfo
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.envelopes import write_json

__all__ = ["refusal", "status_as_asked"]

STATUSES = frozenset({400, 401, 403, 404, 405, 413, 429, 500, 503})
MINOR = {
    400: "invalid_data", 401: "unauthorizedrequest", 403: "forbidden", 404: "not_found", 405: "not_allowed",
    413: "invalid_data", 429: "server_busy", 500: "internal_server_error", 503: "server_busy",
}  # fmt: skip


def status_as_asked(status: int) -> int:
    """The status of a refusal as the API knows it: other faults of the request are 400, of the gateway 500."""
    return status if status in STATUSES else 400 if status < 500 else 500


def refusal(members: dict[str, Any], _: str) -> web.Response:
    """A refusal as an answer; its code and place, and what to do, stand in the description."""
    status = status_as_asked(members["status"])
    place = f" at {members['pointer']}" if members.get("pointer") else ""
    hint = f". {members['hint']}" if members.get("hint") else ""
    field = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": MINOR[status]}
    told = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": f"{members['code']}: {members['detail']}{place}{hint}",
        "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
    }
    return web.Response(
        status=status,
        body=write_json(told),
        content_type="application/json",
        charset="utf-8",
    )
