"""Reading and writing for the tests of formats: a document understood, one expressed, in one word each."""

from __future__ import annotations

import json
from typing import Any

from gateway.core import ConvertOptions, Understanding, express, understand
from gateway.model import Credential
from gateway.resources import example_bytes

__all__ = ["converted", "example", "hub_of", "read"]

Json = dict[str, Any]


def example(name: str) -> Json:
    """One of the project's examples, as a tree of its own."""
    tree: Json = json.loads(example_bytes(name))
    return tree


def read(tree: Any) -> Understanding:
    """A JSON document understood."""
    return understand(json.dumps(tree).encode())


def hub_of(tree: Any) -> Credential:
    """What a JSON document says."""
    return read(tree).hub


def converted(tree: Any, to: str, **options: Any) -> Json:
    """A JSON document in another format, unsigned."""
    return express(read(tree), ConvertOptions(to, **options)).tree
