"""A sheet as both readers give it: its name, its oddities, and batches of rows.

Border: values only. ``book`` makes them from workbooks, ``csvtext`` from text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.errors import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.sheets.header import Merge
    from dualrandom.sheets.texts import Cell

Rows = list[list["Cell"]]
"""A batch; rows may differ in length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet while it is being read; its rows can be taken once.

    Attributes:
        file: the file's name, without its folder.
        name: the sheet's name; None for text.
        visible: False where the officer does not see it.
        left: columns left of the first one that holds anything.
        merged: merged cells, from 0.
        hidden: rows that the officer does not see, from 1.
        hidden_columns: columns likewise.
        epoch_1904: its day numbers count from 1904, as in old books of a Mac.
        batches: all rows from row 1 on, in order.
        text: it came from text, where signs may be shielded by an apostrophe.
    """

    file: str
    name: str | None
    batches: Iterator[Rows]
    visible: bool = True
    left: int = 0
    merged: tuple[Merge, ...] = ()
    hidden: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    epoch_1904: bool = False
    text: bool = False

    def where(
        self, row: int | None = None, at: int | None = None, column: str | None = None
    ) -> Where:
        """Return a place in this sheet.

        Args:
            row: as the officer sees it, from 1.
            at: the column among those read, from 0.
            column: its heading.
        """
        cell = None
        if row is not None and at is not None:
            cell = f"{letters(self.left + at + 1)}{row}"
        return Where(file=self.file, sheet=self.name, row=row, column=column, cell=cell)


def letters(number: int) -> str:
    """Return the letters of a column, from 1: 1 is ``A``, 16384 is ``XFD``."""
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
