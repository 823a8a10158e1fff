"""The description of the HTTP interface (OpenAPI 3.1), made from the formats and errors there are."""

from __future__ import annotations

from typing import Any

from gateway.core import ORIGINALS
from gateway.formats import FORMATS

__all__ = ["description"]

PROBLEM = {
    "description": "The input is refused: what, where and what to do (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
ANY_BODY = {
    "required": True,
    "description": "The bytes of one credential, of any format that is read.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def _parameter(
    name: str, description: str, schema: dict[str, Any], *, required: bool = False
) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}


def _answer(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"200": {"description": description, "content": content}, "4XX": PROBLEM, "5XX": PROBLEM}


def _got(summary: str, media_type: str = "application/json") -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "responses": {"200": {"description": summary, "content": {media_type: {}}}},
        }
    }


def _convert() -> dict[str, Any]:
    writable = [form.name for form in FORMATS if form.write is not None]
    return {
        "summary": "Convert a credential and sign the result",
        "operationId": "convert",
        "parameters": [
            _parameter("to", "The format wanted.", {"enum": writable}, required=True),
            _parameter("original", "How the source goes along.", {"enum": [*ORIGINALS], "default": "digest"}),
            _parameter("strict", "Refuse to lose anything.", {"type": "boolean", "default": False}),
            _parameter("unsigned", "Do not sign; the issuer stays.", {"type": "boolean", "default": False}),
            _parameter("language", "Preferred where one language fits; may repeat.", {"type": "string"}),
            _parameter(
                "context", "The gateway's terms inline, or by URL (vc only).",
                {"enum": ["inline", "url"], "default": "inline"},
            ),
        ],
        "requestBody": ANY_BODY,
        "responses": _answer("The credential and the report on it", "Conversion"),
    }  # fmt: skip


def description() -> dict[str, Any]:
    """The OpenAPI document."""
    verify = {
        "summary": "Check what secures a credential",
        "operationId": "verify",
        "requestBody": ANY_BODY,
        "responses": _answer("Every check with its verdict", "Report"),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Micro-credential gateway",
            "version": "1",
            "description": "Converts, verifies and signs learners' credentials.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/convert": {"post": _convert()},
            "/v1/verify": {"post": verify},
            "/v1/formats": _got("What can be read and written"),
            "/.well-known/did.json": _got("The gateway's DID document", "application/did+json"),
            "/contexts/{path}": {
                "parameters": [
                    {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                **_got("A JSON-LD context the gateway knows", "application/ld+json"),
            },
            "/healthz": _got("Whether the process lives"),
            "/readyz": _got("Whether it can take work"),
            "/openapi.json": _got("This description"),
        },
        "components": {"schemas": _schemas()},
    }


def _schemas() -> dict[str, Any]:
    text = {"type": "string"}
    verdict = {"enum": ["valid", "invalid", "undetermined"]}
    check = {
        "type": "object",
        "properties": {
            "name": text,
            "verdict": verdict,
            "code": text,
            "message": text,
            "pointer": text,
            "hint": text,
        },
        "required": ["name", "verdict"],
    }
    finding = {
        "type": "object",
        "properties": {
            "pointer": text,
            "code": text,
            "severity": {"enum": ["info", "warning", "error"]},
            "rule": text,
            "outcome": {"enum": ["kept", "transformed", "defaulted", "dropped"]},
            "layer": {"enum": ["native", "carried", "original"]},
            "target": text,
            "message": text,
        },
        "required": ["pointer", "code", "severity"],
    }
    report = {
        "type": "object",
        "properties": {
            "verdict": verdict,
            "checks": {"type": "array", "items": check},
            "leaves": {"type": "object", "additionalProperties": {"type": "integer"}},
            "findings": {"type": "array", "items": finding},
        },
        "required": ["verdict", "checks", "leaves", "findings"],
    }
    problem = {
        "type": "object",
        "properties": {
            "type": text, "title": text, "status": {"type": "integer"}, "code": text,
            "detail": text, "pointer": text, "hint": text,
        },
        "required": ["type", "title", "status", "code", "detail"],
    }  # fmt: skip
    conversion = {
        "type": "object",
        "properties": {
            "credential": {"type": ["object", "string"], "description": "JSON, or XML as a string."},
            "report": {"$ref": "#/components/schemas/Report"},
        },
        "required": ["credential", "report"],
    }
    return {"Conversion": conversion, "Report": report, "Problem": problem}
