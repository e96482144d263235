"""Finding the heading: below titles and notes, over one row or two.

Border: pure; the first rows of a sheet in, the place of each column out.

    1  抽查事项清单                                    title
    2  编号 | 抽查事项 |     检查部门                   group row, merged
    3       |          | 发起   | 配合                 sub-headings
    4  1    | …                                        first row of data
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.sheets.columns import plain_heading, without_brackets
from dualrandom.sheets.limits import HEAD_ROWS
from dualrandom.sheets.texts import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.sheets.columns import Column, Layout
    from dualrandom.sheets.texts import Cell

_SHOWN: Final = 300
_FEW: Final = 2
_LONGEST: Final = 200
"""Characters of a heading that are looked at."""

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A heading that was found.

    Attributes:
        first: its first row, from 0.
        depth: 1, or 2 where sub-headings stand below groups.
        columns: places of each field, the preferred one first; from 0.
        headings: what stands above each column.
        used: places of the columns that are read.
        twice: headings that stand above two columns of one field.
        missing: required columns that are not there.
    """

    first: int
    depth: int
    columns: Mapping[str, tuple[int, ...]]
    headings: tuple[str, ...]
    used: frozenset[int]
    twice: tuple[str, ...] = ()
    missing: tuple[Column, ...] = ()

    @property
    def data(self) -> int:
        """The first row below it, from 0."""
        return self.first + self.depth

    @property
    def unused(self) -> tuple[str, ...]:
        """Headings of columns that are not read."""
        return tuple(
            text
            for at, text in enumerate(self.headings)
            if text and at not in self.used
        )

    @property
    def shown(self) -> str:
        """All headings in one line, shortened."""
        line = " | ".join(text for text in self.headings if text)
        return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def find_header(
    rows: Sequence[Sequence[Cell]], layout: Layout, merged: Sequence[Merge] = ()
) -> Header | None:
    """Return the row that fits best, or None where no cell holds anything.

    It fits when nothing is ``missing``; of two equal ones the upper is taken.

    Args:
        rows: the sheet's first rows, from row 0.
        layout: the list that is looked for.
        merged: the sheet's merged cells.
    """
    best: Header | None = None
    texts = [
        [" ".join(as_text(cell)[:_LONGEST].split()) for cell in row]
        for row in rows[: HEAD_ROWS + 1]
    ]
    for first, upper in enumerate(texts):
        if not any(upper):
            continue
        lower = texts[first + 1] if first + 1 < len(texts) else []
        groups = _groups(first, upper, lower, merged)
        one = _match(first, 1, [(text,) for text in upper], layout)
        two = _match(first, 2, groups, layout)
        better = two if any(lower) and _score(two) > _score(one) else one
        if best is None or _score(better) > _score(best):
            best = better
    return best


def _score(header: Header) -> tuple[int, int, int, int]:
    filled = sum(map(bool, header.headings))
    # One known word makes no heading: a cell of data may say "region", too.
    if header.missing and len(header.columns) < _FEW:
        return (-_FEW, 0, -header.depth, filled)
    return (-len(header.missing), len(header.columns), -header.depth, 0)


def _groups(
    first: int, upper: list[str], lower: list[str], merged: Sequence[Merge]
) -> list[tuple[str, ...]]:
    """Return for each column what its heading may read, the fullest first."""
    spread = list(upper) + [""] * (len(lower) - len(upper))
    for top, left, bottom, right in merged:
        if top <= first <= bottom and top == bottom and right < len(spread):
            spread[left : right + 1] = [spread[left]] * (right - left + 1)
    for at in range(1, len(spread)):  # CSV, and books that only look merged
        if spread[at] == "" and at < len(lower) and lower[at] != "":
            spread[at] = spread[at - 1]
    out: list[tuple[str, ...]] = []
    for at, group in enumerate(spread):
        text = lower[at] if at < len(lower) else ""
        both = (group + text, text) if group and text else ()
        out.append(both or (group or text,))
    return out


def _match(
    first: int, depth: int, readings: list[tuple[str, ...]], layout: Layout
) -> Header:
    """Return the header that these cells make."""
    found: dict[str, list[tuple[int, int]]] = {}
    for at, candidates in enumerate(readings):
        place = _place(candidates, layout.places)
        if place is not None:
            found.setdefault(place[0], []).append((place[1], at))
    columns = {field: tuple(at for _, at in sorted(p)) for field, p in found.items()}
    twice = [
        readings[places[1][1]][0]
        for places in map(sorted, found.values())
        if len(places) > 1 and places[0][0] == places[1][0]
    ]
    gaps = {c.field for c in layout.columns if c.coalesce}
    used = {at for f, p in columns.items() for at in (p if f in gaps else p[:1])}
    return Header(
        first=first,
        depth=depth,
        columns=columns,
        headings=tuple(candidates[0] for candidates in readings),
        used=frozenset(used),
        twice=tuple(twice),
        missing=tuple(
            c
            for c in layout.columns
            if (c.required or c.present) and c.field not in columns
        ),
    )


def _place(
    candidates: tuple[str, ...], places: Mapping[str, tuple[str, int]]
) -> tuple[str, int] | None:
    for text in candidates:
        plain = plain_heading(text)
        for form in (plain, without_brackets(plain)):
            if form in places:
                return places[form]
    return None
