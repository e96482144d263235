"""A picture of a fairness report: how often each part of each list was drawn.

Plain SVG, the same to the byte wherever it is made: coordinates are whole numbers.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.fairness.report import Fairness

_WIDTH: Final = 640
_LEFT: Final = 24
_ROW: Final = 96
_TOP: Final = 56
_TALL: Final = 56
"""Pixels of a bar that was drawn exactly as often as is due."""


def svg(report: Fairness, *, title: str, note: str) -> str:
    """Return the picture: one row a stratum, one bar for each part of its list.

    Args:
        report: what to draw.
        title: the heading.
        note: what the line through the bars stands for.
    """
    height = _TOP + _ROW * max(len(report.parts), 1)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">',
            f"<title>{escape(title)}</title>",
            "<style>text { font: 13px sans-serif }</style>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="{_LEFT}" y="24">{escape(title)}</text>',
            f'<text x="{_LEFT}" y="44" fill="#555">{escape(note)}</text>',
            *(
                line
                for number, (name, parts) in enumerate(report.parts)
                for line in _row(_TOP + _ROW * number, name, parts)
            ),
            "</svg>\n",
        ]
    )


def _row(top: int, name: str, parts: tuple[float, ...]) -> Iterator[str]:
    base = top + 84
    yield f'<text x="{_LEFT}" y="{top + 18}">{escape(name)}</text>'
    wide = (_WIDTH - 6 * _LEFT) // len(parts)
    for at, ratio in enumerate(parts):
        # Twice as often as is due fills the row.
        tall = min(round(ratio * _TALL), _ROW - 24)
        x = 5 * _LEFT + at * wide
        yield (
            f'<rect x="{x}" y="{base - tall}" width="{wide - 4}" height="{tall}"'
            f' fill="#4477aa"><title>{ratio:.3f}</title></rect>'
        )
    end = _WIDTH - _LEFT
    yield (
        f'<path d="M{5 * _LEFT} {base - _TALL}H{end}" stroke="#cc3311"'
        ' stroke-dasharray="4 3"/>'
    )
