"""GET /openapi.json and the page that shows it: plain HTML, no script, nothing from outside."""

from __future__ import annotations

from html import escape
from typing import Any

from aiohttp import web

from gateway.api.openapi import description

__all__ = ["routes"]

routes = web.RouteTableDef()

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid #8888; border-radius: .5rem; }
dt { font-family: ui-monospace, monospace; margin-top: .5rem; }
dd { margin: 0 0 0 1.5rem; }
"""


@routes.get("/openapi.json")
async def openapi(_: web.Request) -> web.Response:
    """The description of the interface."""
    return web.json_response(description())


@routes.get("/style.css")
async def style(_: web.Request) -> web.Response:
    """The page's style sheet."""
    return web.Response(text=STYLE, content_type="text/css")


@routes.get("/")
async def index(request: web.Request) -> web.Response:
    """The interface for people to read."""
    return web.Response(
        text=_page(description(), f"{request.scheme}://{request.host}"), content_type="text/html"
    )


def _page(document: dict[str, Any], address: str) -> str:
    operations = "".join(
        _operation(path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post")
    )
    example = f"curl --data-binary @credential.json '{address}/v1/convert?to=ob3'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Micro-credential gateway</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<h1>Micro-credential gateway</h1>
<p>Converts learners' credentials between the European Learning Model, Open Badges and W3C Verifiable
Credentials, verifies what comes in and signs what goes out. Post the bytes of a credential:</p>
<pre>{escape(example)}</pre>
<p>Machine-readable: <a href="/openapi.json">openapi.json</a>. Signing identity:
<a href="/.well-known/did.json">did.json</a>.</p>
{operations}
</body>
</html>
"""


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    terms = "".join(
        f"<dt>{escape(p['name'])}{' (required)' if p['required'] else ''}</dt>"
        f"<dd>{escape(p['description'])} {escape(' | '.join(p['schema'].get('enum', [])))}</dd>"
        for p in operation.get("parameters", ())
    )
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation['summary'])}.</p>{f'<dl>{terms}</dl>' if terms else ''}"
    )
