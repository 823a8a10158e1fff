"""Results of resolution and dereferencing as HTTP answers: media types, shapes, errors and their statuses. Pure.

https://www.w3.org/TR/did-resolution/#bindings-https
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.dids.looking_up import Outcome
from gateway.dids.resolution import Json
from gateway.errors import (
    DidDocumentInvalid,
    DidFeatureUnknown,
    DidInvalid,
    DidLogInvalid,
    DidMethodUnknown,
    DidNotFound,
    DidOptionInvalid,
    DidUrlInvalid,
    FetchRefused,
    GatewayError,
    KeyFormatExperimental,
    KeyFormatUnknown,
    KeyInvalid,
    KeyKindUnknown,
    KeyLengthInvalid,
    MethodMalformed,
    MethodUnauthorised,
    RepresentationUnknown,
)

__all__ = ["DEREFERENCING", "LEGACY", "PROFILE", "RESOLUTION", "SHAPES", "Answer", "answer", "failure"]

DID_TYPES = "https://www.w3.org/ns/did#"
SECURITY_TYPES = "https://w3id.org/security#"
RESOLUTION, DEREFERENCING = "application/did-resolution", "application/did-url-dereferencing"
PROFILE = "https://w3id.org/did-resolution"
LEGACY = f'application/ld+json;profile="{PROFILE}"'
LEGACY_CONTEXT = "https://w3id.org/did-resolution/v1"
DID, LEGACY_DID = "application/did", "application/did+ld+json"
URI_LIST = "text/uri-list"


@dataclass(frozen=True, slots=True)
class Kind:
    """An error of the specifications: its name and status, and its name in the older shape."""

    name: str
    status: int
    legacy: str
    types: str = DID_TYPES


INVALID_DID = Kind("INVALID_DID", 400, "invalidDid")
INVALID_OPTIONS = Kind("INVALID_OPTIONS", 400, "invalidOptions")
NOT_FOUND = Kind("NOT_FOUND", 404, "notFound")
INTERNAL_ERROR = Kind("INTERNAL_ERROR", 500, "internalError")
KINDS: dict[type[GatewayError], Kind] = {
    DidInvalid: INVALID_DID,
    DidUrlInvalid: Kind("INVALID_DID_URL", 400, "invalidDidUrl"),
    KeyLengthInvalid: Kind("INVALID_DID", 400, "invalidPublicKeyLength"),
    KeyKindUnknown: Kind("FEATURE_NOT_SUPPORTED", 501, "unsupportedPublicKeyType"),
    KeyInvalid: Kind("INVALID_DID", 400, "invalidPublicKey"),
    KeyFormatUnknown: Kind("INVALID_OPTIONS", 400, "unsupportedPublicKeyType"),
    KeyFormatExperimental: Kind("INVALID_OPTIONS", 400, "invalidPublicKeyType"),
    DidOptionInvalid: INVALID_OPTIONS,
    DidFeatureUnknown: Kind("FEATURE_NOT_SUPPORTED", 501, "featureNotSupported"),
    DidMethodUnknown: Kind("METHOD_NOT_SUPPORTED", 501, "methodNotSupported"),
    RepresentationUnknown: Kind("REPRESENTATION_NOT_SUPPORTED", 406, "representationNotSupported"),
    DidNotFound: NOT_FOUND,
    FetchRefused: NOT_FOUND,  # nobody is asked at such an address
    DidLogInvalid: INVALID_DID,  # as did:webvh says
    DidDocumentInvalid: Kind("INVALID_DID_DOCUMENT", 500, "invalidDidDocument"),
    MethodMalformed: Kind("INVALID_VERIFICATION_METHOD", 500, "invalidVerificationMethod", SECURITY_TYPES),
    MethodUnauthorised: Kind(
        "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD", 500, "invalidRelationshipForVerificationMethod",
        SECURITY_TYPES,
    ),
}  # fmt: skip
"""The first row that an error belongs to counts, so that narrower ones stand first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, media type and body, and where else to look."""

    status: int
    media_type: str
    body: bytes = b""
    location: str = ""


def shape_of(media_type: str) -> Shape:
    """How a result of a media type is put; one that is none of the results' is the content alone."""
    return SHAPES.get(media_type, content_alone)


def answer(outcome: Outcome, media_type: str, *, bare: bool) -> Answer:
    """The answer for what was found; ``bare`` when a document was asked for and no part of it."""
    if outcome.deactivated and outcome.content is None and media_type not in SHAPES:
        media_type = RESOLUTION if bare else DEREFERENCING
    return shape_of(media_type)(outcome, media_type, bare)


def failure(error: GatewayError, media_type: str, *, bare: bool) -> Answer:
    """The answer for an error, in the shape asked for; where that was the content alone, in the full one."""
    if media_type not in SHAPES:
        media_type = RESOLUTION if bare else DEREFERENCING
    kind = next((kind for error_type, kind in KINDS.items() if isinstance(error, error_type)), INTERNAL_ERROR)
    if media_type == LEGACY:
        said: Any = kind.legacy
    else:
        said = {"type": kind.types + kind.name, "title": error.title, "detail": error.detail}
    made = SHAPES[media_type](Outcome(None, {}, {"error": said}), media_type, bare)
    return Answer(kind.status, made.media_type, made.body)


# --- shapes ----------------------------------------------------------------------------------------

Shape = Callable[[Outcome, str, bool], Answer]


def _resolution(outcome: Outcome, media_type: str, _: bool) -> Answer:
    result = {
        "didDocument": outcome.content,
        "didResolutionMetadata": _about(outcome, DID),
        "didDocumentMetadata": outcome.metadata,
    }
    return Answer(_status(outcome), media_type, _json(result))


def _dereferencing(outcome: Outcome, media_type: str, _: bool) -> Answer:
    result = {
        "content": list(outcome.addresses) or outcome.content,
        "dereferencingMetadata": _about(outcome, URI_LIST if outcome.addresses else DID),
        "contentMetadata": outcome.metadata,
    }
    return Answer(_status(outcome), media_type, _json(result))


def _legacy(outcome: Outcome, media_type: str, bare: bool) -> Answer:
    """The older shape: errors are names, and a document is never null."""
    about = "didResolutionMetadata" if bare else "didDereferencingMetadata"
    result: Json = {
        "@context": LEGACY_CONTEXT,
        "didDocument": outcome.content or {},
        about: _about(outcome, LEGACY_DID),
        "didDocumentMetadata": outcome.metadata,
    }
    if outcome.addresses:
        result["serviceEndpoints"] = list(outcome.addresses)
    return Answer(_status(outcome), media_type, _json(result))


def content_alone(outcome: Outcome, media_type: str, _: bool) -> Answer:
    """What was found and nothing else; for an address, the way there."""
    if outcome.addresses:
        return Answer(303, URI_LIST, location=outcome.addresses[0])
    return Answer(_status(outcome), media_type, _json(outcome.content))


SHAPES: dict[str, Shape] = {RESOLUTION: _resolution, DEREFERENCING: _dereferencing, LEGACY: _legacy}


def _about(outcome: Outcome, content_type: str) -> Json:
    if "error" in outcome.about or (outcome.content is None and not outcome.addresses):
        return outcome.about
    return {"contentType": content_type, **outcome.about}


def _status(outcome: Outcome) -> int:
    return 410 if outcome.deactivated else 200


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
