"""One list out of one file: the sheet whose heading fits, row by row, whole or not.

Border: reads the file; gives records, or one error with every bad row.

- Nothing is returned when any row is refused. Warnings never refuse.
- Blank rows, sums, notes and group rows are passed over; all but blank ones are told.
- Rows are worked on column by column, a batch at a time.
"""

from __future__ import annotations

import gc
import itertools
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from dualrandom.errors import InputError, Where
from dualrandom.sheets.book import book_sheets
from dualrandom.sheets.csvtext import csv_sheet
from dualrandom.sheets.detect import Kind, detect
from dualrandom.sheets.header import find_header
from dualrandom.sheets.limits import HEAD_ROWS
from dualrandom.sheets.rows import Table, fill

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.sheets.columns import Layout
    from dualrandom.sheets.header import Header
    from dualrandom.sheets.source import Rows, Sheet
    from dualrandom.sheets.texts import Cell

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[R]):
    """What came out of a file.

    Attributes:
        records: in the sheet's order.
        warnings: what was odd but did not refuse anything.
        headers: headings that were used, in the sheet's order.
        fields: the fields that have a column.
        unused: headings that were found and are not read.
        rows: rows that hold a record.
        sheet: the sheet's name; None for CSV.
        others: names of the book's other sheets, where it was for us to choose.
    """

    records: tuple[R, ...]
    warnings: tuple[Problem, ...] = ()
    headers: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()
    rows: int = 0
    sheet: str | None = None
    others: tuple[str, ...] = ()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles meanwhile: a list has none, and is large."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_table(path: Path, layout: Layout, wanted: str | None) -> Table:
    """Return the one sheet of a file whose heading fits, all rows converted.

    Args:
        path: the file; its content decides how it is read.
        layout: the list that it should hold.
        wanted: the sheet to take; None: the one that fits.

    Raises:
        EnvironmentProblem: E200.
        InputError: E201 to E219, E221 to E227: the file as a whole.
    """
    tables: list[Table] = []
    seen: list[str | None] = []
    near: list[tuple[Sheet, Header]] = []
    with open_sheets(path, layout, wanted) as sheets:
        for sheet in sheets:
            seen.append(sheet.name)
            head, batches = _head(sheet)
            header = find_header(head, layout, sheet.merged)
            if header is None or not (sheet.visible or wanted):
                continue
            if header.missing:
                near.append((sheet, header))
            elif header.twice:
                at = sheet.where(header.first + 1)
                raise InputError("E218", where=at, column=header.twice[0])
            else:
                table = Table(sheet=sheet, header=header, key=layout.key.field)
                # Of a third sheet nothing but the name is needed.
                several = sum(t.filled for t in tables) > 1
                fill(table, layout, itertools.islice(batches, 2 if several else None))
                tables.append(table)
    filled = [table for table in tables if table.filled]
    if len(filled) > 1:
        names = ", ".join(str(table.sheet.name) for table in filled)
        raise InputError("E216", where=Where(file=path.name), names=names)
    if filled:
        read = filled[0].sheet.name
        filled[0].others = tuple(str(name) for name in seen if name != read)
        return filled[0]
    if tables:
        raise InputError("E219", where=tables[0].sheet.where())
    raise _no_header(path, near)


def _no_header(path: Path, near: list[tuple[Sheet, Header]]) -> InputError:
    if not near:
        return InputError("E214", where=Where(file=path.name))
    sheet, header = min(
        near, key=lambda pair: (len(pair[1].missing), -len(pair[1].columns))
    )
    missing = ", ".join(column.headings["zh-CN"] for column in header.missing)
    at = sheet.where(header.first + 1)
    return InputError("E217", where=at, missing=missing, headers=header.shown)


@contextmanager
def open_sheets(
    path: Path, layout: Layout, wanted: str | None
) -> Iterator[Iterator[Sheet]]:
    """Give the sheets of a file, and end the reading process in any case.

    Raises:
        EnvironmentProblem: E200.
        InputError: E201 to E215, E221 to E227.
    """
    with closing(_sheets(path, layout, wanted)) as sheets:
        yield sheets


def _sheets(
    path: Path, layout: Layout, wanted: str | None
) -> Generator[Sheet, None, None]:
    if detect(path) is Kind.BOOK:
        yield from book_sheets(path, wanted)
    elif wanted is None:
        yield csv_sheet(path, layout)
    else:
        raise InputError("E227", where=Where(file=path.name), sheet=wanted)


def _head(sheet: Sheet) -> tuple[list[list[Cell]], Iterator[Rows]]:
    """Return the first rows, and all rows once more."""
    taken: list[Rows] = []
    head: list[list[Cell]] = []
    for batch in sheet.batches:
        taken.append(batch)
        head.extend(batch)
        if len(head) > HEAD_ROWS:
            break
    return head, itertools.chain(taken, sheet.batches)
