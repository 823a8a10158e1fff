"""The pyld path: the same gateway with the compiled contexts switched off, in this process, in this one place.

Every document then takes the road that documents outside the compiled subset take anyway: the guard, expansion
by pyld with local contexts, quads, our RDFC-1.0. All else is the same: envelopes, mapping, checks, proofs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.documents import document
from bench.world import Difference
from gateway.jsonld import canonicalization
from gateway.jsonld.compiled import NotCompiled

__all__ = ["expanding"]

REASON = "compiled contexts are switched off"


def _refuse(*_: Any, **__: Any) -> Any:
    raise NotCompiled(REASON)


@contextmanager
def expanding() -> Iterator[None]:
    """Expand every document by pyld. Raises ``Difference`` where the switch is not obeyed."""
    module = vars(canonicalization)
    emit, module["emit"] = module["emit"], _refuse
    try:
        if canonicalization.canonicalize(document("small", "did:example:issuer")).expanded != REASON:
            raise Difference("the compiled contexts cannot be switched off: the pyld path was not measured")
        yield
    finally:
        module["emit"] = emit
