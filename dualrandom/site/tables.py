"""Long lists as pages: a table is data, one template shows them all.

Border: pure; what lies in ``public/`` in, views out.

- A view has columns and rows of text; its rows are addressable by their id.
- A table of more than 500 rows is cut into pages; CSV and XLSX hold it whole. Its first
  page tells which ids lie on which page: a row is found without a script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, Final

from dualrandom.model import is_id
from dualrandom.sheets import rows_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.site.facts import Fact
    from dualrandom.site.lists import Page

Row = tuple[str, ...]

_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+%)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDY: Final = 14
_SHORT: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A page with one table.

    Attributes:
        stem: path of its files without suffix: ``results/2026-001``.
        section: which entry of the navigation it belongs to.
        title: of the page.
        lead: paragraphs above the table.
        facts: lines of a table of facts, above; () for none.
        caption: of the table.
        columns: the headings.
        rows: as many cells as columns.
        links: what the key of each row leads to, "" for nothing; () where none does.
        key: the column that names a row: a heading of it, and its anchor.
        empty: what stands there without rows.
        data: (name, href) of further files.
        related: (title, href) of further pages.
        back: (title, href) of the page above; None: the home page.
        how: how the draw worked that led to it, in plain sentences.
    """

    stem: str
    section: str
    title: str
    lead: tuple[str, ...]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    links: tuple[str, ...] = ()
    key: int = 0
    empty: str = ""
    facts: tuple[Fact, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    back: tuple[str, str] | None = None
    how: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the stem."""
        return self.stem.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """What stands before it: ``results/``, or nothing."""
        return self.stem[: len(self.stem) - len(self.name)]

    def downloads(self) -> Iterator[tuple[str, bytes]]:
        """Yield the whole table as CSV and XLSX, by path."""
        for suffix in (".csv", ".xlsx"):
            yield (
                f"{self.stem}{suffix}",
                rows_bytes(suffix, self.title, self.columns, self.rows),
            )


Line = tuple[Row, str, Row, str, str]
"""Cells before the key, the key, those after it, its anchor, what it leads to."""


def lines_of(view: TableView, *, addressed: bool = True) -> tuple[Line, ...]:
    """Return the rows as a template unpacks them.

    The first row of an id has the anchor; "" where there is none: the id could not be
    an address, or stood above; or the page has several tables.
    """
    made: list[Line] = []
    seen = set()
    at = view.key
    for row, link in zip(view.rows, view.links or repeat(""), strict=False):
        name = row[at]
        anchor = f"r-{name}" if addressed and name not in seen and is_id(name) else ""
        made.append((row[:at], name, row[at + 1 :], anchor, link))
        seen.add(name)
    return tuple(made)


def widths_of(view: TableView) -> tuple[str, ...]:
    """Return of each column what it holds: number, date, short, words; "" is free."""
    return tuple(
        _width(index == view.key, [row[index] for row in view.rows])
        for index in range(len(view.columns))
    )


def _width(is_key: bool, cells: list[str]) -> str:  # noqa: FBT001 - of one caller
    said = [cell for cell in cells if cell]
    if said and all(map(_DATE.fullmatch, said)):
        return "date"
    if said and not is_key and all(map(_NUMBER.fullmatch, said)):
        return "number"
    longest = max(map(len, said), default=0)
    return "words" if longest > _WORDY else "short" if longest > _SHORT else ""


def share(part: int, whole: int) -> str:
    """Return a share of a whole as a percentage, rounded down: ``12.3%``."""
    mille = part * 1000 // whole if whole else 0
    return f"{mille // 10}.{mille % 10}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A page, and the first and the last id on it."""

    href: str
    first: str
    last: str


def ranges_of(view: TableView, pages: tuple[Page[Row], ...]) -> tuple[Range, ...]:
    """Return which ids lie on which page, where rows lie in the order of their ids."""
    keys = [row[view.key] for row in view.rows]
    if len(pages) < 2 or any(a > b for a, b in pairwise(keys)):  # noqa: PLR2004 - more
        return ()
    return tuple(
        Range(
            href=page.name,
            first=page.rows[0][view.key],
            last=page.rows[-1][view.key],
        )
        for page in pages
    )
