"""The closed document loader: known JSON-LD contexts by URL and content, never the network (D6, D8)."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gateway.errors import GatewayFailed, UnknownContext
from gateway.jsonld.processor import ContextResolver, pyld
from gateway.resources import context_bytes

__all__ = ["ContextVersion", "Contexts", "bundled", "pyld_loader", "pyld_resolver"]


@dataclass(frozen=True, slots=True)
class ContextVersion:
    """One content of a context: our file, the URLs it answers, and both digests (SHA-256, hex)."""

    file: str
    urls: tuple[str, ...]
    current: bool
    sha256: str
    published: str


@dataclass(frozen=True, slots=True)
class Contexts:
    """A closed set of contexts. ``extra`` adds documents by URL beside the bundled ones."""

    versions: tuple[ContextVersion, ...]
    extra: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, url: str, *, pointer: str = "") -> dict[str, Any]:
        """The document ``{"@context": …}`` a URL stands for; ``UnknownContext`` names the URL."""
        if url in self.extra:
            return self.extra[url]
        for version in self.versions:
            if version.current and url in version.urls:
                return _document(version.file, version.sha256)
        raise UnknownContext(f"unknown context {url[:200]!r}", pointer=pointer)

    def urls(self) -> tuple[str, ...]:
        """Every URL that has an answer, sorted."""
        known = {url for version in self.versions if version.current for url in version.urls}
        return tuple(sorted({*known, *self.extra}))

    def by_digest(self, published: str) -> dict[str, Any] | None:
        """The content whose published bytes have this SHA-256 (hex), if it is known."""
        for version in self.versions:
            if version.published == published:
                return _document(version.file, version.sha256)
        return None


@cache
def bundled() -> Contexts:
    """The contexts that come with the gateway."""
    manifest = tomllib.loads(context_bytes("manifest.toml").decode())
    return Contexts(
        tuple(
            ContextVersion(
                file=entry["file"],
                urls=tuple(entry["urls"]),
                current=entry["current"],
                sha256=entry["sha256"],
                published=entry.get("published", ""),
            )
            for entry in manifest["context"]
        )
    )


@cache
def _document(file: str, sha256: str) -> dict[str, Any]:
    content = context_bytes(file)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise GatewayFailed(f"the context file {file} is not the one the manifest pins")
    document: dict[str, Any] = json.loads(content)
    return document


def pyld_loader(contexts: Contexts) -> Callable[[str, Any], dict[str, Any]]:
    """The document loader pyld asks for; ``static`` lets it share processed contexts."""

    def load(url: str, _options: Any = None) -> dict[str, Any]:
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": contexts.get(url),
            "contentType": "application/ld+json",
            "tag": "static",
        }

    return load


_RESOLVED: deque[tuple[Contexts, Any]] = deque(maxlen=8)
"""What pyld made of the contexts of a set, for the sets last used."""


def pyld_resolver(contexts: Contexts) -> ContextResolver:
    """The context resolver for one closed set.

    pyld by default shares what a URL resolved to among all loaders of the process: one set's
    answer would stand in another that answers otherwise, or not at all.
    """
    for known, resolved in _RESOLVED:
        if known is contexts or known == contexts:
            return ContextResolver(resolved, pyld_loader(contexts))
    resolved = pyld.LRUCache(maxsize=pyld.RESOLVED_CONTEXT_CACHE_MAX_SIZE)
    _RESOLVED.append((contexts, resolved))
    return ContextResolver(resolved, pyld_loader(contexts))
