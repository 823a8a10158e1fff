"""A growth curve as SVG: microseconds over achievements, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

__all__ = ["growth"]

WIDTH, HEIGHT, EDGE = 640, 400, 64
COLOURS = ("#0b6e4f", "#b5651d", "#3b4cc0", "#888888")


def growth(title: str, curves: Mapping[str, Mapping[int, float]]) -> str:
    """The plot. ``curves`` holds, for each party, the time by the number of achievements."""
    xs = sorted({x for curve in curves.values() for x in curve})
    ys = [y for curve in curves.values() for y in curve.values()]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - math.log10(xs[0])) / (math.log10(xs[-1]) - math.log10(xs[0]))
        up = (math.log10(y) - low) / (high - low)
        return EDGE + across * (WIDTH - 2 * EDGE), HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{EDGE}" y="28" font-size="15">{escape(title)}</text>',
        f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">achievements</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(xs[0], 10.0**power)
        parts.append(f'<path d="M{EDGE} {y:.1f}H{WIDTH - EDGE}" stroke="#dddddd"/>')
        parts.append(f'<text x="{EDGE - 8}" y="{y + 4:.1f}" text-anchor="end">{_words(10.0**power)}</text>')
    for x in xs:
        across, _ = place(x, 10.0**low)
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{x}</text>')
    for colour, (party, curve) in zip(COLOURS, curves.items(), strict=False):
        points = " ".join(f"{px:.1f},{py:.1f}" for px, py in (place(x, y) for x, y in sorted(curve.items())))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        end = place(*max(curve.items()))
        parts.append(
            f'<text x="{end[0] - 6:.1f}" y="{end[1] - 8:.1f}" text-anchor="end" fill="{colour}">{escape(party)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _words(microseconds: float) -> str:
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1e3 else f"{microseconds:g} µs"
