"""What was asked of the gateway's speed, and whether it is reached: worked out of what was measured, never typed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import http, serving
from bench.batches import Batches, grown
from bench.converting import PYLD_PATH
from bench.measuring import Cells, Ratio
from bench.signing import GATEWAY, JAVASCRIPT, LIMIT, PYLD

__all__ = ["ASKED", "Asked", "Measured", "summary"]

EVENLY = 1.25
"""How much longer each of ten times as many may take where growth is called linear: caches get too small for it."""
FLAT = 1.1
"""How much more memory may be held late than early where it is called flat."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with the lowest and the highest of the rounds, where there are several; and what it is by
    ``processor`` time where it is a ratio of times."""

    value: float
    low: float | None = None
    high: float | None = None
    processor: float | None = None

    def text(self, unit: str) -> str:
        """For people."""
        span = "" if self.low is None or self.high is None else f" ({_short(self.low)}–{_short(self.high)})"
        return f"{_short(self.value)}{unit}{span}"

    def worse(self, least: bool) -> float:
        """The less flattering of the two: on a busy machine long turns are disturbed more often than short ones."""
        both = (self.value, self.value if self.processor is None else self.processor)
        return min(both) if least else max(both)


Measure = Callable[[Cells, Batches | None], Measured | None]
"""Finds a figure in what was measured; None where it was not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure that was asked for: at least, or else at most, the ``bound``."""

    what: str
    bound: float
    least: bool
    unit: str
    measure: Measure

    @property
    def wanted(self) -> str:
        """What is asked."""
        return f"at {'least' if self.least else 'most'} {self.bound:g}{self.unit}"

    def verdict(self, measured: Measured) -> str:
        """Whether it is reached both by the clock and by processor time, or by how much it is missed."""
        share = measured.worse(self.least) / self.bound
        if share >= 1 if self.least else share <= 1:
            return "reached"
        return f"**missed** by {abs(share - 1):.0%}"


def _ratio(slower: tuple[str, str, str], faster: tuple[str, str, str], scale: float = 1.0) -> Measure:
    """How many times longer one takes than another, times a ``scale``."""

    def measure(cells: Cells, _: Batches | None) -> Measured | None:
        if slower not in cells or faster not in cells:
            return None
        ratio = Ratio.of(cells[slower], cells[faster])
        processor = Ratio.of_processor(cells[slower], cells[faster]).median
        return Measured(*(value * scale for value in (ratio.median, ratio.low, ratio.high, processor)))

    return measure


def _faster(document: str, job: str, peer: str) -> Measure:
    return _ratio((document, job, peer), (document, job, GATEWAY))


def _evenly(job: str, few: int, many: int) -> Measure:
    """How much longer each of many achievements takes than each of few."""
    return _ratio((f"clr{many}", job, GATEWAY), (f"clr{few}", job, GATEWAY), few / many)


def _processor(command: str) -> Measure:
    """Processor seconds of a command."""

    def measure(cells: Cells, _: Batches | None) -> Measured | None:
        cell = cells.get(("start", command, GATEWAY))
        if cell is None:
            return None
        return Measured(cell.processor / 1e6, min(cell.cpu) / 1e6, max(cell.cpu) / 1e6)

    return measure


def _seconds(*place: str) -> Measure:
    """Seconds that something took."""
    document, job, party = place

    def measure(cells: Cells, _: Batches | None) -> Measured | None:
        cell = cells.get((document, job, party))
        return Measured(cell.median / 1e6) if cell else None

    return measure


def _smallest_xml(cells: Cells, batches: Batches | None) -> Measured | None:
    """The smallest EDCI XML of the growing ones, converted to a signed badge."""
    named = {document for document, _, _ in cells if document.startswith("EDCI XML, ")}
    if not named:
        return None
    return _faster(min(named, key=lambda name: float(name.split()[2])), "→ ob3, signed", PYLD_PATH)(
        cells, batches
    )


def _bulk_evenly(_: Cells, batches: Batches | None) -> Measured | None:
    """How much more processor time each of the most credentials takes than each of a tenth of them."""
    lines = grown(batches) if batches else None
    return Measured(lines[1].cpu / lines[0].cpu) if lines else None


def _bulk_memory(_: Cells, batches: Batches | None) -> Measured | None:
    """How much more memory the run of the most credentials held late than early."""
    lines = grown(batches) if batches else None
    return Measured(lines[1].late / lines[1].early) if lines else None


ASKED = (
    *(
        Asked(f"{job} the {name} document, beside {peer}", bound, True, " ×", _faster(document, job, peer))
        for job in ("sign", "verify")
        for name, document, peer, bound in (
            ("mid", "mid", JAVASCRIPT, 10),
            ("mid", "mid", PYLD, 12),
            ("small", "small", JAVASCRIPT, 15),
            ("1,000 achievements", "clr1000", JAVASCRIPT, 40),
        )
    ),
    *(
        Asked(
            f"{job}: linear growth, time for each of 1,000 achievements beside each of 100", EVENLY, False, " ×",
            _evenly(job, 100, 1000),
        )
        for job in ("sign", "verify")
    ),
    *(
        Asked(
            f"{job} the mid document, beside the physical limit", 4, False, " ×",
            _ratio(("mid", job, GATEWAY), ("mid", job, LIMIT)),
        )
        for job in ("sign", "verify")
    ),
    Asked(
        "ELM micro-credential → signed Open Badge 3.0, beside the pyld path", 8, True, " ×",
        _faster("ELM micro-credential", "→ ob3, signed", PYLD_PATH),
    ),
    Asked("EDCI XML of 57 kB → signed Open Badge 3.0, beside the pyld path", 5, True, " ×", _smallest_xml),
    *(
        Asked(
            f"HTTP convert + sign on one worker, {clients} at a time, beside the same server on the pyld path",
            10, True, " ×", _faster(serving.name(clients), "convert", PYLD_PATH),
        )
        for clients in (1, http.CLIENTS)
    ),
    Asked(
        "event loop late with 10 % poison mixed in, p99.9", http.ASKED, False, " s",
        _seconds(*serving.LAG),
    ),
    Asked(
        "bulk on two processes: linear in count, CPU for each of 100,000 beside each of 10,000", EVENLY, False, " ×",
        _bulk_evenly,
    ),
    Asked("bulk on two processes: flat memory, late beside early", FLAT, False, " ×", _bulk_memory),
    Asked(
        "cold start of `gateway convert`, a micro-credential, processor time", 0.5, False, " s",
        _processor("gateway convert, micro-credential"),
    ),
    Asked(
        "cold start of `gateway convert`, a badge, processor time", 0.5, False, " s",
        _processor("gateway convert, badge"),
    ),
)  # fmt: skip


def summary(cells: Cells, batches: Batches | None = None) -> Iterator[str]:
    """The table of what was asked, as Markdown."""
    yield from ("| asked | | measured | by CPU | |", "|---|---|---|---|---|")
    for figure in ASKED:
        measured = figure.measure(cells, batches)
        said = "not measured" if measured is None else measured.text(figure.unit)
        cpu = (
            ""
            if measured is None or measured.processor is None
            else f"{_short(measured.processor)}{figure.unit}"
        )
        verdict = "" if measured is None else figure.verdict(measured)
        yield f"| {figure.what} | {figure.wanted} | {said} | {cpu} | {verdict} |"


def _short(value: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"
