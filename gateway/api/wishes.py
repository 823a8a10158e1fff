"""The form of a credential that is asked for, wherever one can be asked for in the query."""

from __future__ import annotations

from aiohttp import web

from gateway.api.describing import parameter
from gateway.api.requests import flag
from gateway.core import DEFAULT_SECURING, ORIGINALS, securings_named
from gateway.errors import RequestRefused
from gateway.formats import format_named
from gateway.pipeline.archive import Wanted

__all__ = ["WISHES", "WISH_PARAMETERS", "wanted_form"]

WISHES = frozenset({"original", "unsigned", "language", "securing"})
WISH_PARAMETERS = [
    parameter("original", "How the source goes along.", {"enum": [*ORIGINALS], "default": "digest"}),
    parameter("unsigned", "Do not sign.", {"type": "boolean", "default": False}),
    parameter("securing", "How it is secured.", {"type": "string", "default": DEFAULT_SECURING}),
    parameter("language", "Preferred where one language fits; may repeat.", {"type": "string"}),
]


def wanted_form(request: web.Request, name: str) -> Wanted:
    """The form in a format, with the wishes of the query. Raises ``RequestRefused``, ``FormatUnwritable``."""
    original = request.query.get("original", "digest")
    if original not in ORIGINALS:
        raise RequestRefused(f"original is {', '.join(ORIGINALS)}")
    securing = request.query.get("securing", DEFAULT_SECURING)
    securings_named(securing)
    return Wanted(
        format_named(name, to_write=True).name, original, tuple(request.query.getall("language", [])), securing,
        not flag(request, "unsigned"),
    )  # fmt: skip
