"""Converting, from bytes to bytes in one process, beside the same gateway on the pyld path (``bench.slow``).

The source is verified first and every value accounted for, as always; nothing is fetched. A pair of paths is timed
only where both make the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from bench.measuring import Turn, run_for
from bench.ours import KEY
from bench.records import elm, example
from bench.signing import GATEWAY
from bench.slow import expanding
from bench.world import Difference, World
from gateway.compute import HereCompute
from gateway.core import ConvertOptions
from gateway.errors import GatewayError
from gateway.fetch import NoFetch
from gateway.keys import secret_multikey
from gateway.pipeline import Gateway
from gateway.settings import Settings
from gateway.signer import signer_for

__all__ = ["ELM_LENGTHS", "PYLD_PATH", "XML_LENGTHS", "Job", "convert", "jobs", "turns", "xml_name"]

PYLD_PATH = "pyld path"
TARGETS = ("ob3", "elm3", "vc", "edci-xml")
UNSIGNED = ("edci-xml",)
"""Formats that the gateway does not sign."""
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ELM_LENGTHS = (1, 10, 30, 100)
XML_LENGTHS = (2, 11, 25, 49)
"""Achievements that make EDCI XML of about 57, 150, 300 and 540 kB."""
SAMPLES_XML = (57_000, 156_000, 540_000)
SAMPLES_ELM = (15_000, 40_000, 120_000)
"""Sizes that are looked for among other people's samples, in bytes."""


class Job(NamedTuple):
    """A conversion: of a document, named for people, to a format, signed or not."""

    document: str
    data: bytes
    to: str
    signed: bool

    @property
    def name(self) -> str:
        """What is done."""
        return f"→ {self.to}{', signed' if self.signed else ''}"


@cache
def _gateway() -> Gateway:
    settings = Settings(signing_key=secret_multikey(KEY))
    return Gateway(signer_for(settings, NOW), settings, NoFetch(), HereCompute(), clock=lambda: NOW)


def convert(data: bytes, to: str, signed: bool) -> bytes:
    """A document in another format, with every check on; always the same bytes."""
    made = asyncio.run(_gateway().convert(data, ConvertOptions(to=to), signed=signed))
    return made.content


def xml_name(data: bytes) -> str:
    """What EDCI XML of a size is called."""
    return f"EDCI XML, {len(data) / 1000:.0f} kB"


def jobs(world: World) -> Iterator[Job]:
    """Every conversion: each way among the formats for a document of each, and to a signed badge by size."""
    sources = {
        "ELM micro-credential": elm(1),
        "EDCI XML micro-credential": example("micro-credential.edci-xml.xml"),
        "Open Badge 2.0": example("badge.ob2.json"),
        "Open Badge 3.0": example("badge.ob3.json"),
        "VC with ELM terms": example("badge.vc.json"),
    }
    for name, data in sources.items():
        for to in TARGETS:
            yield from (
                Job(name, data, to, signed) for signed in ((False,) if to in UNSIGNED else (False, True))
            )
    for length in ELM_LENGTHS[1:]:
        yield Job(f"ELM, {length} achievements", elm(length), "ob3", True)
    for length in XML_LENGTHS[: 1 if world.quick else None]:
        data = convert(elm(length), "edci-xml", False)
        yield Job(xml_name(data), data, "ob3", True)
        yield Job(xml_name(data), data, "elm3", False)
    if world.corpora is not None:
        yield from _samples(world.corpora)


def _samples(corpora: Path) -> Iterator[Job]:
    """Other people's documents of the sizes wanted, named by their size alone."""
    for kind, pattern, sizes in (
        ("EDCI XML sample", "elm/edci-xml/**/*.xml", SAMPLES_XML),
        ("ELM sample", "elm/elm-jsonld/**/*.json*", SAMPLES_ELM),
    ):
        files = sorted(
            (path for path in corpora.glob(pattern) if path.is_file()), key=lambda p: p.stat().st_size
        )
        taken: set[Path] = set()
        for size in sizes:
            near = sorted(files, key=lambda path: abs(path.stat().st_size - size))
            path = next(
                (path for path in near if path not in taken and _is_convertible(path.read_bytes())), None
            )
            if path is not None:
                taken.add(path)
                data = path.read_bytes()
                yield Job(f"{kind}, {len(data) / 1000:.0f} kB", data, "ob3", True)


def _is_convertible(data: bytes) -> bool:
    """Whether the gateway converts and signs it: samples that are broken on purpose are among them."""
    try:
        convert(data, "ob3", True)
    except GatewayError:
        return False
    return True


def turns(world: World) -> Iterator[Turn]:
    """Both paths at every conversion. Raises ``Difference`` where they make different bytes."""
    for job in jobs(world):
        work = partial(convert, job.data, job.to, job.signed)
        with expanding():
            expanded = work()
        if work() != expanded:
            raise Difference(f"{job.document} {job.name}: the paths make different bytes")
        for party in (GATEWAY, PYLD_PATH):
            yield Turn(
                "convert", job.document, job.name, party, partial(_timed, party, work), party == PYLD_PATH
            )


def _timed(party: str, work: partial[bytes], seconds: float) -> tuple[list[float], float]:
    if party == GATEWAY:
        return run_for(work, seconds)
    with expanding():
        return run_for(work, seconds)
