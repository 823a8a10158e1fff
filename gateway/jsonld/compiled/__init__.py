"""Compiled contexts: from a document straight to canonical rows, for what needs no general processor.

Each list of contexts is compiled once into scopes, tables of what a term means; a document then goes
through them in one pass. What the pass does not understand, or would not sign, is left to expansion by
pyld, which says why: compiled or not, a document gives the same bytes and the same refusals.
"""

from gateway.jsonld.compiled.emitting import Emitted, emit
from gateway.jsonld.compiled.specimen import Path, Place, Specimen, put
from gateway.jsonld.compiled.template import Template
from gateway.jsonld.compiled.templating import template_of
from gateway.jsonld.compiled.terms import NotCompiled

__all__ = ["Emitted", "NotCompiled", "Path", "Place", "Specimen", "Template", "emit", "put", "template_of"]
