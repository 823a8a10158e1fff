"""The cryptosuite ``eddsa-jcs-2022`` (https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.jsonld import Contexts, jcs
from gateway.proofs.suite import Cryptosuite, Json, Transformed

__all__ = ["SUITE"]


def transform(document: Json, _: Contexts | None = None) -> Transformed:
    """Transformation (section 3.3.3): the document by RFC 8785."""
    return Transformed(jcs(document))


def proof_configuration(document: Json, options: Mapping[str, Any]) -> Json:
    """Proof Configuration (section 3.3.5): the proof keeps the document's ``@context``."""
    context = options.get("@context", document.get("@context"))
    return {**({"@context": context} if context is not None else {}), **options}


SUITE = Cryptosuite("eddsa-jcs-2022", transform, proof_configuration, keep_context=True)
