"""The reliability figure: how often detections are right, over how sure they are, as SVG."""

from collections.abc import Iterator, Mapping

import numpy as np

from detector.figures import Reliability

_SIDE, _LEFT, _TOP, _GAP = 200, 44, 34, 62
_BAR, _LINE, _TEXT = "#4c78a8", "#b0b0b0", "#222222"


def reliability_figure(parts: Mapping[str, Reliability]) -> str:
    """A panel for each entry: bars of the share that is right, a dot at the mean confidence of each bin."""
    width = _LEFT + len(parts) * (_SIDE + _GAP)
    height = _TOP + _SIDE + 44
    font = f'font-family="sans-serif" font-size="11" fill="{_TEXT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {font}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, (name, part) in enumerate(parts.items()):
        lines += _panel(name, part, _LEFT + number * (_SIDE + _GAP), first=number == 0)
    return "\n".join([*lines, "</svg>", ""])


def _panel(name: str, part: Reliability, left: int, *, first: bool) -> Iterator[str]:
    bottom = _TOP + _SIDE
    count = int(part.count.sum())
    yield f'<text x="{left}" y="{_TOP - 16}" font-weight="bold">{name}</text>'
    yield f'<text x="{left}" y="{_TOP - 4}">{count} detections, error {part.error:.3f}</text>'
    for row in np.flatnonzero(part.count):
        x, width = left + part.edges[row] * _SIDE, (part.edges[row + 1] - part.edges[row]) * _SIDE
        high = part.correct[row] * _SIDE
        yield (
            f'<rect x="{x + 1:.1f}" y="{bottom - high:.1f}" width="{width - 2:.1f}" height="{high:.1f}" '
            f'fill="{_BAR}"><title>{part.count[row]} detections</title></rect>'
        )
    yield f'<line x1="{left}" y1="{bottom}" x2="{left + _SIDE}" y2="{_TOP}" stroke="{_LINE}" stroke-dasharray="4 3"/>'
    for row in np.flatnonzero(part.count):
        x, y = left + part.confidence[row] * _SIDE, bottom - part.correct[row] * _SIDE
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#e45756"/>'
    yield f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_LINE}"/>'
    for tick in (0.0, 0.5, 1.0):
        x, y = left + tick * _SIDE, bottom - tick * _SIDE
        yield f'<text x="{x:.0f}" y="{bottom + 14}" text-anchor="middle">{tick:g}</text>'
        yield f'<text x="{left - 5}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>'
    yield f'<text x="{left + _SIDE / 2:.0f}" y="{bottom + 30}" text-anchor="middle">confidence</text>'
    if first:
        middle = _TOP + _SIDE / 2
        yield (
            f'<text x="{left - 30}" y="{middle:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 {left - 30} {middle:.0f})">share that is right</text>'
        )
