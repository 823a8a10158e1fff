"""Pieces of the API's description (OpenAPI 3.1): each face describes its own paths with them, beside its routes."""

from __future__ import annotations

from typing import Any

from gateway.api.schemas import TEXT

__all__ = [
    "ANY_BODY",
    "OPEN_OR_SECURED",
    "PROBLEM",
    "REFUSALS",
    "SECURED",
    "WITH_IMAGE",
    "Paths",
    "answer",
    "answers",
    "got",
    "in_header",
    "in_path",
    "operation",
    "parameter",
    "refusals",
]

Paths = dict[str, dict[str, Any]]
"""A face's paths: what OpenAPI tells of each, by its methods."""
PROBLEM: dict[str, Any] = {
    "description": "What is wrong, where and what to do (RFC 9457), in the language of Accept-Language.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def refusals(told: dict[str, Any]) -> dict[str, Any]:
    """How everything looks that is refused: a problem document, or what a protocol has of its own."""
    waiting = {**told, "description": "Too much work is waiting: Retry-After says when to come back."}
    return {"4XX": told, "503": waiting, "5XX": told}


REFUSALS = refusals(PROBLEM)
ANY_BODY: dict[str, Any] = {
    "required": True,
    "description": "The bytes of one credential, of any format that is read.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
BINARY = {"type": "string", "format": "binary"}
WITH_IMAGE: dict[str, Any] = {
    **ANY_BODY,
    "content": {
        **ANY_BODY["content"],
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["credential"],
                       "properties": {"credential": BINARY, "image": BINARY}},
        },
    },
}  # fmt: skip
"""The same, or a form that brings an image along to bake the result into."""


def parameter(
    name: str, description: str, schema: dict[str, Any], *, required: bool = False
) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}


def answer(description: str, schema: str) -> dict[str, Any]:
    """One kind of success, and how refusals look."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"200": {"description": description, "content": content}, **REFUSALS}


def got(summary: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": answers({"200": (summary, {media_type: {}})})}}


SECURED: list[dict[str, list[str]]] = [{"bearer": []}]
"""What an operation says that asks who calls."""
OPEN_OR_SECURED: list[dict[str, list[str]]] = [{}, *SECURED]
"""The same, where callers without a key may be allowed."""


def in_path(name: str, description: str) -> dict[str, Any]:
    """A parameter that is a step of the path."""
    return {"name": name, "in": "path", "description": description, "required": True, "schema": TEXT}


def in_header(name: str, description: str) -> dict[str, Any]:
    """A header that may be sent."""
    return {"name": name, "in": "header", "description": description, "required": False, "schema": TEXT}


def answers(
    successes: dict[str, tuple[str, dict[str, Any]]], refused: dict[str, Any] = PROBLEM
) -> dict[str, Any]:
    """Answers by status, each with what it means and its content by media type; ``refused`` for the rest."""
    told = {
        status: {"description": description, **({"content": content} if content else {})}
        for status, (description, content) in successes.items()
    }
    return {**told, **refusals(refused)}


def operation(
    summary: str, name: str, successes: dict[str, tuple[str, dict[str, Any]]], **more: Any
) -> dict[str, Any]:
    """An operation that asks who calls; ``more`` are further members, ``security`` among them."""
    members = {"summary": summary, "operationId": name, "security": SECURED, "responses": answers(successes)}
    return {**members, **more}
