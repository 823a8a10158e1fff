"""JSON-LD that signs what it shows: closed contexts, guarded expansion, RDFC-1.0 and JCS (D6)."""

from gateway.jsonld.canonicalization import Canonical, LinkedData, Statements, canonicalize, statements
from gateway.jsonld.contexts import Contexts, ContextVersion, bundled
from gateway.jsonld.expansion import expand
from gateway.jsonld.jcs import jcs
from gateway.jsonld.names import check_names
from gateway.jsonld.nquads import Quad, Term, parse_nquads
from gateway.jsonld.quick import TakesLong, interruptible, quickly
from gateway.jsonld.rdfc10 import CanonicalDataset, canonicalize_dataset, canonicalize_quads

__all__ = [
    "Canonical",
    "CanonicalDataset",
    "ContextVersion",
    "Contexts",
    "LinkedData",
    "Quad",
    "Statements",
    "TakesLong",
    "Term",
    "bundled",
    "canonicalize",
    "canonicalize_dataset",
    "canonicalize_quads",
    "check_names",
    "expand",
    "jcs",
    "interruptible",
    "parse_nquads",
    "quickly",
    "statements",
]
