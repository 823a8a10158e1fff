"""The cryptosuite ``eddsa-rdfc-2022`` (https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.jsonld import Contexts, canonicalize
from gateway.proofs.suite import Cryptosuite, Json, Transformed

__all__ = ["SUITE"]


def transform(document: Json, contexts: Contexts | None = None) -> Transformed:
    """Transformation (section 3.2.3): the canonical N-Quads of the document."""
    canonical = canonicalize(document, contexts=contexts)
    return Transformed(canonical.nquads.encode(), canonical.simple)


def proof_configuration(document: Json, options: Mapping[str, Any]) -> Json:
    """Proof Configuration (section 3.2.5): the options under the document's own ``@context``.

    A context the proof brings along counts for nothing: it could give signed options other names.
    """
    return {**options, "@context": document.get("@context")}


SUITE = Cryptosuite("eddsa-rdfc-2022", transform, proof_configuration, keep_context=False)
