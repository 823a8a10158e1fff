"""A growth curve as SVG: time over size, both axes logarithmic; readable on light and on dark ground."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

__all__ = ["growth"]

WIDTH, HEIGHT, EDGE = 640, 400, 64
COLOURS = (("#0b6e4f", "#4fd6a5"), ("#b5651d", "#f0a95b"), ("#3b4cc0", "#97a5ff"), ("#6a6a6a", "#b0b0b0"))
"""Of each curve, on light and on dark ground."""
APART = 14
"""How far the names of two curves have to be from each other."""
STYLE = "\n".join(
    (
        "<style>",
        ".ground{fill:#ffffff}.ink{fill:#1f2328}.line{stroke:#d8dee4}",
        *(f".c{n}{{stroke:{light}}}.t{n}{{fill:{light}}}" for n, (light, _) in enumerate(COLOURS)),
        "@media (prefers-color-scheme: dark){",
        ".ground{fill:#0d1117}.ink{fill:#e6edf3}.line{stroke:#30363d}",
        *(f".c{n}{{stroke:{dark}}}.t{n}{{fill:{dark}}}" for n, (_, dark) in enumerate(COLOURS)),
        "}</style>",
    )
)


class _Scale(NamedTuple):
    """From sizes and times to places on the sheet."""

    first: float
    last: float
    low: int
    high: int

    def across(self, x: float) -> float:
        span = math.log10(self.last) - math.log10(self.first)
        return EDGE + (math.log10(x) - math.log10(self.first)) / (span or 1) * (WIDTH - 2 * EDGE)

    def up(self, y: float) -> float:
        return HEIGHT - EDGE - (math.log10(y) - self.low) / (self.high - self.low) * (HEIGHT - 2 * EDGE)


def growth(title: str, unit: str, curves: Mapping[str, Mapping[float, float]]) -> str:
    """The plot. ``curves`` holds, for each party, microseconds by size; ``unit`` says what the size counts."""
    xs = sorted({x for curve in curves.values() for x in curve})
    ys = [y for curve in curves.values() for y in curve.values()]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    scale = _Scale(xs[0], xs[-1], low, max(high, low + 1))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        f' font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        STYLE,
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="ink" x="{EDGE}" y="28" font-size="15">{escape(title)}</text>',
        f'<text class="ink" x="{WIDTH / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(unit)}</text>',
        *_grid(scale, xs),
        *_curves(scale, curves),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _grid(scale: _Scale, xs: list[float]) -> Iterator[str]:
    for power in range(scale.low, scale.high + 1):
        y = scale.up(10.0**power)
        yield f'<path class="line" d="M{EDGE} {y:.1f}H{WIDTH - EDGE}"/>'
        yield f'<text class="ink" x="{EDGE - 8}" y="{y + 4:.1f}" text-anchor="end">{_words(10.0**power)}</text>'
    for x in xs:
        place = f'x="{scale.across(x):.1f}" y="{HEIGHT - EDGE + 18}"'
        yield f'<text class="ink" {place} text-anchor="middle">{x:g}</text>'


def _curves(scale: _Scale, curves: Mapping[str, Mapping[float, float]]) -> Iterator[str]:
    """Lines with a mark at each measured point, and the party's name above the end of its line."""
    taken: list[float] = []
    for number, (party, curve) in enumerate(curves.items()):
        place = number % len(COLOURS)
        points = [(scale.across(x), scale.up(y)) for x, y in sorted(curve.items())]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline class="c{place}" points="{line}" fill="none" stroke-width="2"/>'
        yield from (f'<circle class="t{place}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
        across, up = points[-1]
        above = _free(up - 8, taken)
        taken.append(above)
        yield (
            f'<text class="t{place}" x="{across - 6:.1f}" y="{above:.1f}" text-anchor="end">{escape(party)}</text>'
        )


def _free(wanted: float, taken: list[float]) -> float:
    """The nearest place at or above the wanted one where no other name stands."""
    place = wanted
    while clash := [other for other in taken if abs(other - place) < APART]:
        place = min(clash) - APART
    return place


def _words(microseconds: float) -> str:
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1e3 else f"{microseconds:g} µs"
