"""The page: what was asked first, then every figure, losses included. A part that did not run is not on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bench import batches, different, serving, starting
from bench.asked import summary
from bench.batches import Batches
from bench.converting import ELM_LENGTHS, PYLD_PATH
from bench.documents import NAMES
from bench.machine import Machine
from bench.measuring import Cell, Cells, Ratio
from bench.plot import growth
from bench.serving import Served
from bench.signing import GATEWAY, JAVASCRIPT, JOBS, LIMIT, OXIGRAPH, PYLD
from bench.tables import table

__all__ = ["Outcome", "page", "plots"]

PEERS = (PYLD, JAVASCRIPT, OXIGRAPH)
PARTIES = (GATEWAY, *PEERS, LIMIT)
JOB_NAMES = {"relabel": "canonicalize N-Quads"}
CURVES = {
    "sign": "signing",
    "verify": "verifying",
    "convert": "converting ELM",
    "xml": "converting EDCI XML",
    "bulk": "bulk signing",
}
NONE = "—"


class Outcome(NamedTuple):
    """What came of a run; ``served`` and ``batches`` where the service and bulk were measured."""

    cells: Cells
    rounds: int
    machine: Machine
    versions: str
    notes: tuple[str, ...] = ()
    served: Served | None = None
    batches: Batches | None = None


def page(made: Outcome) -> str:
    """The page, as Markdown."""
    lines = [*_head(made), *_summary(made), *_signing(made.cells), *_converting(made.cells)]
    lines += serving.section(made.served) if made.served else ()
    lines += batches.section(made.batches) if made.batches else ()
    lines += [*_starting(made.cells), *_different(made.cells), *_curves(made)]
    return "\n".join([*lines, ""])


def _head(made: Outcome) -> Iterator[str]:
    yield from ("# Performance", "", "Made by `make bench`; not to be edited by hand.", "")
    yield (
        f"{made.versions}; the Digital Bazaar stack as pinned in `conformance/node/package.json`. "
        f"{made.machine}. {made.rounds} rounds in turns: ratios are what counts, the median of the rounds with the "
        "lowest and the highest. All parties made the same bytes before any of them was timed."
    )
    if made.machine.warning:
        yield from (
            "",
            f"> **The machine was not quiet**: {made.machine.warning}. Figures vary more than they should.",
        )
    for note in made.notes:
        yield from ("", f"> {note}.")


def _summary(made: Outcome) -> Iterator[str]:
    yield from ("", "## What was asked", "")
    yield (
        "Ratios are by the clock, and by processor time, of which others on the machine take none away; "
        "reached is what is reached by both."
    )
    yield from ("", *summary(made.cells, made.batches))


def _times_longer(cells: Cells, document: str, job: str, peer: str) -> str:
    """How many times longer a peer takes than the gateway."""
    theirs, ours = cells.get((document, job, peer)), cells.get((document, job, GATEWAY))
    return str(Ratio.of(theirs, ours)) if theirs and ours else NONE


def _distance(cells: Cells, document: str, job: str) -> str:
    """How many times longer than the limit the gateway takes."""
    limit, ours = cells.get((document, job, LIMIT)), cells.get((document, job, GATEWAY))
    return str(Ratio.of(ours, limit)) if limit and ours else NONE


def _signing(cells: Cells) -> Iterator[str]:
    done = [(name, job) for name in NAMES for job in JOBS if (name, job, GATEWAY) in cells]
    if not done:
        return
    yield from ("", "## Canonicalizing, signing, verifying", "")
    yield (
        "From bytes to bytes, `eddsa-rdfc-2022`, the issuer's document known, with all the checks that `gateway sign` "
        "and `gateway verify` make. A peer's column says how many times longer it takes than the gateway: above 1 the "
        "gateway is faster. The last column says how many times longer the gateway takes than the physical limit: "
        "JSON in and out, two SHA-256 digests and one Ed25519 operation, without canonicalizing or checking anything. "
        "pyoxigraph makes no proofs; it is given the contexts inside the document, for it loads none."
    )
    yield ""
    yield from table(
        ("document", "job", "gateway, µs", *(f"{peer} takes ×" for peer in PEERS), "gateway beside the limit ×"),
        (
            (
                name, JOB_NAMES.get(job, job), f"{cells[name, job, GATEWAY].median:.0f}",
                *(_times_longer(cells, name, job, peer) for peer in PEERS), _distance(cells, name, job),
            )
            for name, job in done
        ),
    )  # fmt: skip
    yield from ("", "Processor time of one operation, in microseconds, all threads of a process counted:", "")
    yield from table(
        ("document", "job", *PARTIES),
        (
            (name, JOB_NAMES.get(job, job), *(_processor(cells.get((name, job, party))) for party in PARTIES))
            for name, job in done
        ),
    )


def _processor(cell: Cell | None, unit: float = 1.0, digits: int = 0) -> str:
    return NONE if cell is None else f"{cell.processor / unit:.{digits}f}"


def _converting(cells: Cells) -> Iterator[str]:
    done = [(document, job) for document, job, party in cells if party == PYLD_PATH and job.startswith("→")]
    if not done:
        return
    yield from ("", "## Converting", "")
    yield (
        "From bytes to bytes in one process: the source is verified, read, accounted for value by value, written, and "
        "signed where the line says so; nothing is fetched. **The pyld path** is the same gateway with the compiled "
        "contexts switched off, in the same process: every document goes through pyld's expansion, with local contexts "
        "that pyld may keep, between the same guard and the same canonicalization; XML, mapping, checks and signatures "
        "are the same on both. What others build on pyld alone has none of these checks, and is not compared. Both "
        "paths made the same bytes. Samples are other people's documents, named by their size."
    )
    yield ""
    yield from table(
        ("document", "conversion", "gateway, ms", "CPU, ms", "pyld path, CPU, ms", "pyld path takes ×"),
        (
            (
                document, job, f"{cells[document, job, GATEWAY].median / 1e3:.2f}",
                _processor(cells[document, job, GATEWAY], 1e3, 2),
                _processor(cells[document, job, PYLD_PATH], 1e3, 2),
                _times_longer(cells, document, job, PYLD_PATH),
            )
            for document, job in done
        ),
    )  # fmt: skip


def _starting(cells: Cells) -> Iterator[str]:
    done = [job for document, job, _ in cells if document == "start"]
    if not done:
        return
    yield from ("", "## Cold start", "")
    count = len(next(cell.cpu for (document, _, _), cell in cells.items() if document == "start"))
    yield (
        f"One command in a process of its own, {count * starting.PROCESSES} fresh processes: interpreter, imports, "
        "contexts and the work itself."
    )
    yield ""
    found = {job: cell for (document, job, _), cell in cells.items() if document == "start"}
    yield from table(
        ("command", "CPU, s", "from start to end, s"),
        ((job, _processor(cell, 1e6, 3), f"{cell.median / 1e6:.3f}") for job, cell in found.items()),
    )


def _different(cells: Cells) -> Iterator[str]:
    done = [(document, job, party) for document, job, party in cells if party in different.PEERS]
    if not done:
        return
    yield from ("", "## A different suite: didkit and ACA-Py", "")
    yield (
        "Neither knows `eddsa-rdfc-2022` or VCDM 2.0. Both sides sign and verify `Ed25519Signature2020` over the same "
        "document under VCDM 1.1, contexts and keys in memory, and each verified what the other had signed. These "
        "figures do not belong beside those above."
    )
    yield ""
    yield from table(
        ("document", "job", "gateway, µs", "stack", "µs", "takes ×"),
        (
            (
                document.partition(",")[0], job, f"{cells[document, job, GATEWAY].median:.0f}", party,
                f"{cells[document, job, party].median:.0f}", _times_longer(cells, document, job, party),
            )
            for document, job, party in done
        ),
    )  # fmt: skip


# --- growth ----------------------------------------------------------------------------------------


def _curves(made: Outcome) -> Iterator[str]:
    drawn = plots(made)
    if drawn:
        yield from ("", "## Growth")
    for name in drawn:
        yield from ("", f"![{CURVES[name]}](performance-{name}.svg)")


def plots(outcome: Outcome) -> dict[str, str]:
    """The growth curves for which there are figures, as SVG by name."""
    made: dict[str, str] = {}
    cells = outcome.cells
    for job in ("sign", "verify"):
        lengths = {f"clr{length}": float(length) for length in (1, 10, 100, 1000)}
        curves = _by_party(cells, job, lengths, (GATEWAY, PYLD, JAVASCRIPT, LIMIT))
        made |= _plotted(job, f"{job}: time over achievements of a transcript", "achievements", curves)
    elm = {f"ELM, {length} achievements": float(length) for length in ELM_LENGTHS[1:]}
    elm["ELM micro-credential"] = 1.0
    curves = _by_party(cells, "→ ob3, signed", elm, (GATEWAY, PYLD_PATH))
    made |= _plotted("convert", "ELM → signed Open Badge: time over achievements", "achievements", curves)
    names = {document for document, _, _ in cells if document.startswith("EDCI XML, ")}
    xml = {name: float(name.split()[2]) for name in names}
    curves = _by_party(cells, "→ ob3, signed", xml, (GATEWAY, PYLD_PATH))
    made |= _plotted("xml", "EDCI XML → signed Open Badge: time over size", "kB of XML", curves)
    many = batches.curves(outcome.batches) if outcome.batches else {}
    return made | _plotted("bulk", "bulk signing: time over number", "credentials", many)


def _by_party(
    cells: Cells, job: str, sizes: Mapping[str, float], parties: Iterable[str]
) -> dict[str, dict[float, float]]:
    curves: dict[str, dict[float, float]] = {}
    for party in parties:
        for document, size in sizes.items():
            if cell := cells.get((document, job, party)):
                curves.setdefault(party, {})[size] = cell.median
    return curves


def _plotted(name: str, title: str, unit: str, curves: Mapping[str, Mapping[float, float]]) -> dict[str, str]:
    """The plot, where there are two points of a line to draw."""
    if not curves or min(len(curve) for curve in curves.values()) < 2:
        return {}
    return {name: growth(title, unit, curves)}
