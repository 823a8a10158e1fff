"""The description of the HTTP interface (OpenAPI 3.1), made from the formats and errors there are."""

from __future__ import annotations

from typing import Any

from gateway.api import (
    badge_connect,
    batches,
    clients,
    credentials,
    feed,
    lifecycle,
    oauth,
    oauth_consent,
    open_badges,
    sources,
    tenants,
    webhooks,
)
from gateway.api.describing import ANY_BODY, OPEN_OR_SECURED, PROBLEM, REFUSALS, answer, got, parameter
from gateway.api.schemas import SCHEMAS, TEXT
from gateway.core import DEFAULT_SECURING, ORIGINALS, POLICIES, SECURINGS
from gateway.dids.results import SHAPES
from gateway.formats import FORMATS
from gateway.messages import LANGUAGES
from gateway.signer import NEW_KINDS

__all__ = ["description"]

DESCRIBED = (
    badge_connect,
    batches,
    clients,
    credentials,
    feed,
    lifecycle,
    oauth,
    oauth_consent,
    open_badges,
    sources,
    tenants,
    webhooks,
)
"""Faces that describe their own paths."""


def _convert() -> dict[str, Any]:
    writable = [form.name for form in FORMATS if form.write is not None]
    return {
        "summary": "Convert a credential and sign the result",
        "operationId": "convert",
        "security": OPEN_OR_SECURED,
        "parameters": [
            parameter("to", "The format wanted.", {"enum": writable}, required=True),
            parameter("original", "How the source goes along.", {"enum": [*ORIGINALS], "default": "digest"}),
            parameter("strict", "Refuse to lose anything.", {"type": "boolean", "default": False}),
            parameter("unsigned", "Do not sign; the issuer stays.", {"type": "boolean", "default": False}),
            _securing(),
            parameter("key", "The kind of key.", {"enum": [*NEW_KINDS]}),
            parameter("language", "Preferred where one language fits; may repeat.", {"type": "string"}),
            parameter(
                "context", "The gateway's terms inline, or by URL (vc only).",
                {"enum": ["inline", "url"], "default": "inline"},
            ),
        ],
        "requestBody": ANY_BODY,
        "responses": answer("The credential and the report on it", "Conversion"),
    }  # fmt: skip


def _securing() -> dict[str, Any]:
    """Several proofs with commas between."""
    schema = {"type": "array", "items": {"enum": [*SECURINGS]}, "default": [DEFAULT_SECURING]}
    return {**parameter("securing", "How it is secured; a token stands alone.", schema), "explode": False}


def _identity() -> dict[str, Any]:
    """The gateway's DID document and the history of its keys, without and below a path."""
    document = got("The gateway's DID document", "application/did+json")
    history = got("Every key of the gateway with its dates")
    below = {"parameters": [{"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}]}
    return {
        "/.well-known/did.json": document,
        "/did.json": document,
        "/{path}/did.json": below | document,
        "/.well-known/key-history.json": history,
        "/key-history.json": history,
        "/{path}/key-history.json": below | history,
    }


def _identifiers() -> dict[str, Any]:
    """The resolver: which forms there are, and what each status means."""
    forms = (*SHAPES, "application/did", "application/did+json", "application/did+ld+json")
    statuses = {
        "200": "The document or the part of it", "303": "The way to a service",
        "400": "The DID, DID URL or an option is malformed", "404": "There is no such DID, version or part",
        "406": "No such form", "410": "The DID was deactivated", "500": "The document is not that of the DID",
        "501": "The method or feature is not supported",
    }  # fmt: skip
    content: dict[str, Any] = {form: {} for form in forms}
    did = {
        "name": "did", "in": "path", "required": True, "schema": TEXT,
        "description": "A DID or DID URL, percent-encoded.",
    }  # fmt: skip
    return {
        "summary": "Resolve a DID or dereference a DID URL",
        "operationId": "resolve",
        "parameters": [did, *(parameter(name, text, TEXT) for name, text in RESOLUTION_OPTIONS.items())],
        "responses": {
            status: {"description": text} | ({"content": content} if status != "303" else {})
            for status, text in statuses.items()
        },
    }


RESOLUTION_OPTIONS = {
    "versionId": "The version by its id (did:webvh).",
    "versionTime": "The version that held at a moment (did:webvh).",
    "versionNumber": "The version by its number (did:webvh).",
    "service": "The service by its name.",
    "serviceType": "The services of a type.",
    "relativeRef": "What is meant at the service.",
    "expandRelativeUrls": "true: the names of methods and services in full.",
    "verificationRelationship": "The purpose that the verification method must be listed for.",
    "publicKeyFormat": "The form of keys, for did:key.",
    "enableExperimentalPublicKeyTypes": "Has no effect: no experimental form is made.",
    "noCache": "false; anything else is refused.",
}


def _vc_api() -> dict[str, Any]:
    """Issue and verify, as the VC API has them."""

    def asked(name: str, options: dict[str, Any]) -> dict[str, Any]:
        members = {
            name: {"type": "object"},
            "options": {"type": "object", "properties": options, "additionalProperties": False},
        }
        schema = {
            "type": "object", "properties": members, "required": [name], "additionalProperties": False,
        }  # fmt: skip
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def said(description: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": description, "content": {"application/json": {"schema": schema}}}

    issued = {
        "type": "object", "properties": {"verifiableCredential": {"type": "object"}},
        "required": ["verifiableCredential"],
    }  # fmt: skip
    judged = {"$ref": "#/components/schemas/VerifiedCredential"}
    refused = said("Not verified: the errors say why; or the request is malformed", judged)
    refused["content"] |= PROBLEM["content"]
    options = {"checks": {"type": "array", "items": TEXT}, "domain": TEXT, "challenge": TEXT}
    return {
        "/credentials/issue": {
            "post": {
                "summary": "Sign a credential of the gateway's own, as it stands",
                "operationId": "issueCredential",
                "security": OPEN_OR_SECURED,
                "requestBody": asked("credential", {}),
                "responses": {"201": said("The credential with its proof", issued), **REFUSALS},
            }
        },
        "/credentials/verify": {
            "post": {
                "summary": "Check what secures a credential, as the VC API asks it",
                "operationId": "verifyCredential",
                "requestBody": asked("verifiableCredential", options),
                "responses": {"200": said("Verified", judged), "400": refused, **REFUSALS},
            }
        },
    }


def _verify() -> dict[str, Any]:
    return {
        "summary": "Check what secures a credential",
        "operationId": "verify",
        "parameters": [
            parameter("policy", "What the verdict rests on.", {"enum": [*POLICIES], "default": "strict"}),
            parameter("language", "Of the sentences; Accept-Language otherwise.", {"enum": [*LANGUAGES]}),
        ],
        "requestBody": ANY_BODY,
        "responses": answer("Every check with its verdict, verified or not", "Report"),
    }


def description() -> dict[str, Any]:
    """The OpenAPI document."""
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
            "/v1/verify": {"post": _verify()},
            **_vc_api(),
            "/v1/formats": got("What can be read and written"),
            "/1.0/identifiers/{did}": {"get": _identifiers()},
            **_identity(),
            "/contexts/{path}": {
                "parameters": [
                    {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                **got("A JSON-LD context the gateway knows", "application/ld+json"),
            },
            **{path: told for face in DESCRIBED for path, told in face.PATHS.items()},
            "/healthz": got("Whether the process lives"),
            "/readyz": got("Whether it can take work"),
            "/metrics": got(
                "Counters of requests, documents and work, as Prometheus reads them", "text/plain"
            ),
            "/openapi.json": got("This description"),
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }
