"""JSON-LD that signs what it shows: closed contexts, guarded expansion, RDFC-1.0 and JCS (D6)."""

from gateway.jsonld.contexts import Contexts, ContextVersion, bundled
from gateway.jsonld.expansion import Canonical, canonicalize, expand, to_quads
from gateway.jsonld.jcs import jcs
from gateway.jsonld.nquads import Quad, Term, parse_nquads
from gateway.jsonld.rdfc10 import CanonicalDataset, canonicalize_quads

__all__ = [
    "Canonical",
    "CanonicalDataset",
    "ContextVersion",
    "Contexts",
    "Quad",
    "Term",
    "bundled",
    "canonicalize",
    "canonicalize_quads",
    "expand",
    "jcs",
    "parse_nquads",
    "to_quads",
]
