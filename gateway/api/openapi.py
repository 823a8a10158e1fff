"""The description of the HTTP interface (OpenAPI 3.1): what the faces say of themselves, in one document."""

from __future__ import annotations

from typing import Any

from gateway.api.describing import Paths
from gateway.api.faces import FACES, KEEPING
from gateway.api.schemas import SCHEMAS

__all__ = ["description"]


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
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _paths() -> Paths:
    """Every path with its methods, which may stand in several faces."""
    paths: Paths = {}
    for face in (*FACES, *KEEPING):
        for path, told in face.PATHS.items():
            paths[path] = paths.get(path, {}) | told
    return paths
