"""What the pages of consent have in common: answering with a page that runs nothing, and sending back with a result.

https://www.rfc-editor.org/rfc/rfc6749 section 4.1.2, https://www.rfc-editor.org/rfc/rfc9207
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from gateway.api.describing import refusals
from gateway.api.requests import asked_language

__all__ = ["described", "page_response", "sent_back"]


def page_response(request: web.Request, text: str, status: int, back: str = "") -> web.Response:
    """A page that runs nothing; its form may go to the gateway, and from there ``back`` to whoever asked."""
    form = f"'self' {back}".rstrip()
    policy = (
        f"default-src 'none'; style-src 'self'; form-action {form}; frame-ancestors 'none'; base-uri 'none'"
    )
    language = asked_language(request)
    headers = {"Content-Security-Policy": policy, "Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def sent_back(address: str, issuer: str, told: dict[str, str]) -> web.Response:
    """The way back to whoever asked, with what they are told and by whom; empty members are left out."""
    query = urlencode({**{name: value for name, value in told.items() if value}, "iss": issuer})
    joined = "&" if urlsplit(address).query else "?"
    return web.Response(status=302, headers={"Location": f"{address.rstrip('?')}{joined}{query}"})


def described(summary: str, name: str, refused: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An operation of a page of consent; ``refused`` are the forms of refusals beside a page."""
    page: dict[str, Any] = {"text/html": {}}
    return {
        "summary": summary, "operationId": name, "security": [],
        "responses": {
            "200": {"description": "The page that asks", "content": page},
            "302": {"description": "Back to whoever asked, with a code or the reason why not"},
            **refusals({"description": "Nobody is sent anywhere: it says why", "content": page | refused}),
        },
        **more,
    }  # fmt: skip
