"""pyoxigraph, RDF in Rust with a door to Python: canonicalization only, for it knows no proofs.

It loads no documents, so the contexts stand inside the document, as those who use it have to put them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from importlib import import_module
from typing import Any

from gateway.jsonld import bundled

pyoxigraph: Any = None
with suppress(ImportError):  # `make bench` installs it; the other parties can be measured without
    pyoxigraph = import_module("pyoxigraph")

__all__ = ["canonical", "inlined", "is_there", "relabelled"]


def is_there() -> bool:
    """Whether it is installed."""
    return pyoxigraph is not None


def inlined(tree: dict[str, Any]) -> bytes:
    """A document with its contexts inside."""
    contexts = bundled()
    known = [contexts.get(url)["@context"] for url in tree["@context"]]
    return json.dumps({**tree, "@context": known}).encode()


def canonical(data: bytes) -> str:
    """The canonical N-Quads of a document with its contexts inside."""
    return _canonical(data, pyoxigraph.RdfFormat.JSON_LD)


def relabelled(nquads: str) -> str:
    """The canonical N-Quads of a dataset: parsed, canonicalized, written."""
    return _canonical(nquads.encode(), pyoxigraph.RdfFormat.N_QUADS)


def _canonical(data: bytes, form: Any) -> str:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(data, form))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines: list[bytes] = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).splitlines(True)
    return b"".join(sorted(lines)).decode()
