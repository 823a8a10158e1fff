"""Canonical N-Quads of a document: through compiled contexts where they suffice, by expansion where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway import course
from gateway.errors import GatewayError, TooComplex, UnsafeJsonLd
from gateway.jsonld.compiled import NotCompiled, emit
from gateway.jsonld.contexts import Contexts, bundled
from gateway.jsonld.dataset import Dataset, dataset_of
from gateway.jsonld.expansion import expand
from gateway.jsonld.names import check_names
from gateway.jsonld.nquads import row_of
from gateway.jsonld.quick import is_quick, need_time
from gateway.jsonld.rdf import is_disputed, quads_of
from gateway.jsonld.rdfc10 import PERMUTATION_BUDGET, canonicalize_dataset
from gateway.records import quick

__all__ = ["Canonical", "LinkedData", "Statements", "canonicalize", "statements"]

QUICK_BUDGET = 100
"""Permutations tried in work that must be quick; a document without ties needs one for each node, if any."""


@quick
@dataclass(frozen=True, slots=True)
class Statements:
    """What a document says. ``disputed`` is true where a literal is one that implementations write differently;
    ``expanded`` tells why the document had to be expanded; empty when it had not. ``plain_names`` says that
    there is nothing in its names for ``check_names`` to find.
    """

    dataset: Dataset
    disputed: bool
    expanded: str = ""
    plain_names: bool = False


@quick
@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical document: ``nquads``, how many ``quads``, and whether it is *canonically simple*.

    Simple means that no two blank nodes share a first-degree hash (identical leaves under one
    parent apart) and that no literal is ``disputed``: then all implementations agree.
    ``expanded`` tells why the document had to be expanded; empty when compiled contexts sufficed.
    """

    nquads: str
    quads: int
    simple: bool
    ties: int
    disputed: bool
    expanded: str = ""


def statements(document: Any, *, contexts: Contexts | None = None) -> Statements:
    """The statements of a document, if signing it would sign all it shows; refuses as ``expand`` does."""
    closed = contexts or bundled()
    try:
        emitted = emit(document, closed)
    except NotCompiled as reason:
        quads = quads_of(expand(document, contexts=closed))
        disputed = any(is_disputed(quad.object) for quad in quads)
        course.read(str(reason))
        return Statements(dataset_of(map(row_of, quads)), disputed, str(reason))
    course.read()
    return Statements(emitted.dataset, emitted.disputed, plain_names=emitted.plain_names)


@quick
@dataclass(frozen=True, slots=True, eq=False)
class LinkedData:
    """A document that several questions are asked of, and that is read once for all of them.

    Its statements and canonical forms are made when they are first asked for. So are refusals: a document
    that is refused is so each time, and looked at once. Nobody may change ``document`` meanwhile.
    """

    document: dict[str, Any]
    contexts: Contexts | None = None
    _known: dict[str, Any] = field(default_factory=dict)

    def statements(self) -> Statements:
        """What the document says; see ``statements``."""
        said: Statements = self._once("", lambda: statements(self.document, contexts=self.contexts))
        return said

    def check_names(self) -> None:
        """Refuse names that do not mean what they say; see ``check_names``. Whatever else is wrong is not said."""
        try:
            plain = self.statements().plain_names
        except GatewayError:
            plain = False
        if not plain:
            check_names(self.document)

    def canonical(self, algorithm: str = "sha256") -> Canonical:
        """Its canonical N-Quads; see ``canonicalize``."""
        made: Canonical = self._once(algorithm, lambda: _canonical(self.statements(), algorithm))
        return made

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        known = self._known
        if name not in known:
            try:
                known[name] = make()
            except GatewayError as error:
                known[name] = error
        if isinstance(known[name], GatewayError):
            raise known[name].with_traceback(None)
        return known[name]


def canonicalize(document: Any, *, contexts: Contexts | None = None, algorithm: str = "sha256") -> Canonical:
    """The canonical N-Quads of a document by RDFC-1.0; refuses as ``expand`` does, or ``TooComplex``."""
    return _canonical(statements(document, contexts=contexts), algorithm)


def _canonical(said: Statements, algorithm: str) -> Canonical:
    if not said.dataset:
        raise UnsafeJsonLd("the document says nothing that could be signed")
    try:
        budget = QUICK_BUDGET if is_quick() else PERMUTATION_BUDGET
        dataset = canonicalize_dataset(said.dataset, algorithm=algorithm, budget=budget)
        dataset.nquads.encode()
    except TooComplex:
        need_time("blank nodes look alike")
        raise
    except UnicodeEncodeError:
        raise UnsafeJsonLd("a text holds half of a surrogate pair") from None
    course.canonicalized(dataset.quads, dataset.tried, budget)
    ties, control = len(dataset.ties), said.disputed
    return Canonical(dataset.nquads, dataset.quads, not ties and not control, ties, control, said.expanded)
