"""The two ways from a document to the bytes that are hashed: canonical N-Quads, and JCS.

https://www.w3.org/TR/vc-di-eddsa/#transformation-eddsa-rdfc-2022, …#transformation-eddsa-jcs-2022
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.jsonld import LinkedData, jcs
from gateway.proofs.suite import Json, Transformation, Transformed

__all__ = ["JCS", "RDFC"]


def _rdfc(document: LinkedData, digest: str) -> Transformed:
    """The canonical N-Quads of the document; the digest counts inside RDFC-1.0 too."""
    canonical = document.canonical(digest)
    return Transformed(canonical.nquads.encode(), canonical.simple)


def _rdfc_configuration(document: Json, options: Mapping[str, Any]) -> Json:
    """The options under the document's own ``@context``.

    A context the proof brings along counts for nothing: it could give signed options other names.
    """
    return {**options, "@context": document.get("@context")}


def _jcs(document: LinkedData, _: str) -> Transformed:
    """The document by RFC 8785."""
    return Transformed(jcs(document.document))


def _jcs_configuration(document: Json, options: Mapping[str, Any]) -> Json:
    """The proof keeps the document's ``@context``."""
    context = options.get("@context", document.get("@context"))
    return {**({"@context": context} if context is not None else {}), **options}


RDFC = Transformation(_rdfc, _rdfc_configuration, keep_context=False)
JCS = Transformation(_jcs, _jcs_configuration, keep_context=True)
