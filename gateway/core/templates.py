"""Documents of one shape, of which only texts differ: read and canonicalized by what the first of them taught.

What is not shown to be the same is not taken for it: there is no answer then, and the document is read, checked
and canonicalized as any other is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from gateway.envelopes.outline import Outline, string_of, strings_in
from gateway.jsonld import Contexts
from gateway.jsonld.compiled import NotCompiled, Path, Place, Specimen, Template, template_of

__all__ = ["MAX_LENGTH", "MAX_OUTLINES", "MAX_SHAPES", "Known", "Shape", "Templates"]

Json = dict[str, Any]
_Plan = tuple[tuple[str | int, "int | _Plan"], ...]
MAX_OUTLINES = 32
"""Most outlines that are kept; the one unused for longest goes first."""
MAX_SHAPES = 4
"""Most shapes of one outline, which have other members or other types; likewise."""
MAX_LENGTH = 131_072
"""Longest document that one is learnt from, in characters."""
MAX_ROWS = 2_000
"""Most statements of one."""
MAX_VARYING = 64
"""Most texts that may differ between documents of a shape."""
MAX_MAKINGS = 16
"""Most times the template of a shape is made anew, because one more text differs."""


class Known(NamedTuple):
    """A document as it is read, its canonical N-Quads as it is signed, and what its shape was learnt with."""

    tree: Json
    nquads: bytes
    lesson: Any


@dataclass(frozen=True, slots=True)
class _Filling:
    """How a template is filled: ``fixed`` strings must be the ``wanted`` ones; each hole takes the string at the
    first of its positions, which must be equal to those at the others; ``plan`` says where they stand.

    ``ids`` are those of the nodes inside the document, and ``id_holes`` the holes that are such.
    """

    template: Template
    fixed: itemgetter[Any]
    wanted: Any
    holes: tuple[tuple[int, ...], ...]
    plan: _Plan
    ids: frozenset[str]
    id_holes: tuple[int, ...]

    def fits(self, strings: Sequence[str]) -> bool:
        """Whether a document of the outline has the shape."""
        return bool(self.fixed(strings) == self.wanted) and all(
            strings[hole[0]] == strings[position] for hole in self.holes for position in hole[1:]
        )

    def filled(self, tree: Json, strings: Sequence[str]) -> tuple[Json, bytes] | None:
        """The tree with these strings, and its canonical form."""
        texts: list[str] = []
        for hole in self.holes:
            text = string_of(strings[hole[0]])
            if text is None:
                return None
            texts.append(text)
        nquads = self.template.nquads(texts)
        if nquads is None:
            return None
        tree = _with_texts(tree, self.plan, texts)
        # What a document's names mean may depend on whether a node inside has its own id (``check_names``).
        root = tree.get("id")
        if root in self.ids or any(texts[number] == root for number in self.id_holes):
            return None
        return tree, nquads


@dataclass(slots=True)
class Shape:
    """Documents that have all of a specimen's strings but those that ``vary``, each by the number of its hole.

    ``signed`` is the specimen with the contexts it is signed with, ``paths`` where each string stands;
    ``lesson`` is what the caller wants to know again.
    """

    strings: list[str]
    tree: Json
    signed: Json
    paths: tuple[Path | None, ...]
    lesson: Any
    varying: dict[int, int] = field(default_factory=dict)
    makings: int = 0
    places: dict[int, tuple[Place, ...]] = field(default_factory=dict)
    specimen: Specimen | None = None
    filling: _Filling | None = None

    def fits(self, strings: Sequence[str]) -> bool:
        """Whether a document of the outline is known to have the shape."""
        return self.filling is not None and len(strings) == len(self.strings) and self.filling.fits(strings)

    def takes(self, strings: Sequence[str], lesson: Any, contexts: Contexts, algorithm: str) -> bool:
        """Whether a document has the shape: strings that differ where none did so far teach that they may.

        True also where no more is learnt of such documents.
        """
        if len(strings) != len(self.strings):
            return False
        pairs = enumerate(zip(self.strings, strings, strict=True))
        differing = [position for position, (own, other) in pairs if own != other]
        many = len({*self.varying, *differing}) > MAX_VARYING
        if many or any(self.paths[position] is None for position in differing):
            return False
        if self.makings >= MAX_MAKINGS:
            return True
        try:
            self.specimen = self.specimen or self._specimen(contexts)
            if not all(self._places(self.specimen, position) for position in differing):
                return False
            self.makings += 1
            self._regroup(differing, strings)
            self.filling, self.lesson = self._filled(self.specimen, algorithm), lesson
        except NotCompiled:
            self.makings = MAX_MAKINGS
        return True

    def _specimen(self, contexts: Contexts) -> Specimen:
        specimen = Specimen.of(self.signed, contexts)
        if len(specimen.rows) > MAX_ROWS:
            raise NotCompiled("more statements than one learns from")
        return specimen

    def _places(self, specimen: Specimen, position: int) -> tuple[Place, ...]:
        found = self.places.get(position)
        if found is None:
            found = self.places[position] = specimen.places(self.paths[position] or ())
        return found

    def _regroup(self, differing: Sequence[int], strings: Sequence[str]) -> None:
        """Number the holes: strings that were equal in all documents so far are one."""
        numbers: dict[tuple[int, str, str], int] = {}
        for position in sorted({*self.varying, *differing}):
            key = self.varying.get(position, -1), self.strings[position], strings[position]
            numbers.setdefault(key, len(numbers))
            self.varying[position] = numbers[key]

    def _filled(self, specimen: Specimen, algorithm: str) -> _Filling:
        holes: list[list[int]] = [[] for _ in set(self.varying.values())]
        for position, number in self.varying.items():
            holes[number].append(position)
        texts = [string_of(self.strings[hole[0]]) or "" for hole in holes]
        places = [[place for position in hole for place in self.places[position]] for hole in holes]
        fixed = itemgetter(*(p for p in range(len(self.strings)) if p not in self.varying))
        paths = [(self.paths[position] or (), number) for position, number in self.varying.items()]
        inside = {path for path in self.paths if path is not None and path[-1] == "id" and len(path) > 1}
        return _Filling(
            template_of(specimen, list(zip(texts, places, strict=True)), algorithm),
            fixed,
            fixed(self.strings),
            tuple(tuple(hole) for hole in holes),
            _plan(paths),
            frozenset(_at(self.tree, path) for path in inside - {path for path, _ in paths}),
            tuple(number for path, number in paths if path in inside),
        )


def _plan(paths: Iterable[tuple[Path, int]]) -> _Plan:
    """The numbers of texts by where they stand: by member or position, and those below in a plan of their own."""
    below: dict[str | int, list[tuple[Path, int]]] = {}
    for path, number in paths:
        below.setdefault(path[0], []).append((path[1:], number))
    return tuple(
        (step, those[0][1] if those[0][0] == () else _plan(those)) for step, those in below.items()
    )  # fmt: skip


def _with_texts(value: Any, plan: _Plan, texts: Sequence[str]) -> Any:
    """A tree with texts where a plan has their numbers; what is not on the way to them is shared."""
    made = value.copy()
    for step, below in plan:
        made[step] = texts[below] if isinstance(below, int) else _with_texts(value[step], below, texts)
    return made


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


class Templates:
    """What the documents of late taught, for one list of contexts' answers and one digest."""

    def __init__(self, contexts: Contexts, algorithm: str = "sha256") -> None:
        self.contexts = contexts
        self.algorithm = algorithm
        self._shapes: OrderedDict[str, list[Shape]] = OrderedDict()

    def known(self, outline: Outline) -> Known | None:
        """A document of a known shape; None for one that has to be read."""
        shapes = self._shapes.get(outline.marks, [])
        for position, shape in enumerate(shapes):
            if shape.filling is not None and shape.fits(outline.strings):
                self._shapes.move_to_end(outline.marks)
                shapes.insert(0, shapes.pop(position))
                filled = shape.filling.filled(shape.tree, outline.strings)
                return None if filled is None else Known(*filled, shape.lesson)
        return None

    def learn(self, outline: Outline, tree: Json, signed: Json, lesson: Any) -> None:
        """Take note of a document that was read, found in order and canonically simple.

        ``signed`` is the document as it is signed, without proofs, ``lesson`` what ``known`` shall tell of those
        like it, for which it must hold too.
        """
        if len(outline.marks) + sum(map(len, outline.strings)) > MAX_LENGTH:
            return
        shapes = self._shapes.setdefault(outline.marks, [])
        self._shapes.move_to_end(outline.marks)
        for shape in shapes:
            if shape.fits(outline.strings):
                shape.lesson = lesson
                return
            if shape.takes(outline.strings, lesson, self.contexts, self.algorithm):
                return
        paths = tuple(strings_in(tree))
        if len(paths) == len(outline.strings):
            shapes.insert(0, Shape(outline.strings, tree, signed, paths, lesson))
        del shapes[MAX_SHAPES:]
        if len(self._shapes) > MAX_OUTLINES:
            self._shapes.popitem(last=False)
