"""The officer's own file with what is wrong written into it, ready to correct.

Border: reads one file, writes another; the first is left as it is.

- An xlsx of moderate size is copied with its formats; anything else is written anew.
- Bad cells are red, odd ones yellow; each carries a comment, and a last column says it
  all once more.
- The copy can be imported as it is: the last column is none that is read.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from zipfile import BadZipFile

import xlsxwriter

from dualrandom.archive import DOCUMENT, ArchiveError, open_archive
from dualrandom.errors import InputError, Where
from dualrandom.messages import text
from dualrandom.sheets.columns import layout
from dualrandom.sheets.header import find_header
from dualrandom.sheets.limits import HEAD_ROWS, MAX_TEXT, MIB
from dualrandom.sheets.reading import open_sheets
from dualrandom.sheets.source import letters
from dualrandom.sheets.texts import as_text, unshielded
from dualrandom.sheets.write import TEXT, breadth, replacing, sheet_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.messages import Lang
    from dualrandom.sheets.columns import Layout, Listing
    from dualrandom.sheets.source import Sheet
    from dualrandom.sheets.texts import Cell

_COPIED: Final = 12 * MIB
"""Unpacked. Larger books are written anew: openpyxl needs many times their size."""
_RED: Final = "FFC7CE"
_YELLOW: Final = "FFEB9C"
_WIDTH: Final = 60
_NOTE: Final = (320, 120)
"""Width and height of a comment in pixels: room for both sentences."""
_FAILURES: Final = (KeyError, ValueError, TypeError, OSError, BadZipFile)

Notes = dict[int, list["Problem"]]
"""Problems by row, from 1."""


def mark_problems(
    listing: Listing,
    source: Path,
    problems: Sequence[Problem],
    target: Path,
    lang: Lang = "zh-CN",
    *,
    form: Layout | None = None,
) -> None:
    """Write a copy of a file as xlsx, with its problems in it.

    Args:
        listing: what the file was read as.
        source: a file whose import was refused with E220.
        problems: those of the error, all in one sheet, and its warnings.
        target: ends in ``.xlsx``; replaced if it is there.
        lang: of the sentences.
        form: the columns of a mapping; None: our own.

    Raises:
        EnvironmentProblem: E229, and as reading.
        InputError: as reading.
    """
    notes: Notes = defaultdict(list)
    for one in problems:
        if one.where.row is not None:
            notes[one.where.row].append(one)
    name = next((one.where.sheet for one in problems), None)
    table = form or layout(listing)
    with replacing(target) as file:
        small = _is_small_xlsx(source)
        if not (small and _copy(source, file, name, notes, table, lang)):
            _write_anew(source, file, name, notes, table, lang)


def _is_small_xlsx(source: Path) -> bool:
    try:
        with source.open("rb") as file, open_archive(file, DOCUMENT) as book:
            return sum(part.file_size for part in book.infolist()) <= _COPIED
    except ArchiveError:
        return False


def sentence(one: Problem, lang: Lang) -> str:
    """Return a problem as one sentence for a cell."""
    params = dict(one.params)
    what = text(lang, f"{one.code}.what", **params)
    return f"{what}\u3002{text(lang, f'{one.code}.fix', **params)}"


def _colour(found: Sequence[Problem]) -> str:
    """Return yellow where nothing is refused."""
    return _YELLOW if all(one.warning for one in found) else _RED


def _line(found: list[Problem], lang: Lang) -> str:
    return "\uff1b".join(
        f"{one.where.cell or ''} {sentence(one, lang)}".strip() for one in found
    )


def _by_cell(found: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Return what was found in each cell of a row."""
    cells: dict[str, list[Problem]] = {}
    for one in found:
        if one.where.cell:
            cells.setdefault(one.where.cell, []).append(one)
    return cells


def _said(found: Sequence[Problem], lang: Lang) -> str:
    return "\n".join(sentence(one, lang) for one in found)


def _copy(
    source: Path,
    target: BinaryIO,
    name: str | None,
    notes: Mapping[int, list[Problem]],
    table: Layout,
    lang: Lang,
) -> bool:
    """Copy an xlsx with its formats; say whether openpyxl could."""
    # A quarter of a second to import, and seldom needed.
    import openpyxl  # noqa: PLC0415
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415

    # Our limits hold for openpyxl, too; and blank cells far away count for nothing.
    with open_sheets(source, table, name) as sheets:
        read = next(sheets)
        rows = next(read.batches, [])
    last = read.left + max((len(row) for row in rows), default=0) + 1
    try:
        # What was read is what goes back: the values, not formulas or foreign links.
        book = openpyxl.load_workbook(source, data_only=True, keep_links=False)
        sheet = book[str(read.name)]
    except _FAILURES:
        return False
    fills = {c: PatternFill("solid", fgColor=c) for c in (_RED, _YELLOW)}
    title, top = text(lang, "sheets.problem"), _heading_row(rows, table)
    if sheet.cell(top, last - 1).value == title:  # marked before: said once is enough
        last -= 1
        _unmark(sheet, last)
    heading = sheet.cell(top, last, title)
    heading.fill = fills[_RED]
    sheet.column_dimensions[letters(last)].width = _WIDTH
    for row, found in notes.items():
        if row > top:
            cell = sheet.cell(row, last, _line(found, lang))
            cell.data_type = "s"
            cell.fill = fills[_colour(found)]
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for place, here in _by_cell(found).items():
            sheet[place].fill = fills[_colour(here)]
            sheet[place].comment = Comment(
                _said(here, lang), "", height=_NOTE[1], width=_NOTE[0]
            )
    book.save(target)
    return True


def _unmark(sheet: Any, last: int) -> None:  # noqa: ANN401 - openpyxl has no types
    """Take the marks of an earlier copy away: its column, colours and comments."""
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - as above

    for row in sheet.iter_rows():
        for cell in row:
            if cell.column == last:
                cell.value = None
            if cell.has_style and str(cell.fill.fgColor.rgb)[-6:] in {_RED, _YELLOW}:
                cell.fill = PatternFill()
                cell.comment = None


def _heading_row(rows: Sequence[Sequence[Cell]], table: Layout) -> int:
    """Return the row of the heading, from 1; the first one where it is unclear."""
    header = find_header(rows[:HEAD_ROWS], table)
    return 1 if header is None else header.data


def _write_anew(
    source: Path,
    target: BinaryIO,
    name: str | None,
    notes: Mapping[int, list[Problem]],
    table: Layout,
    lang: Lang,
) -> None:
    with open_sheets(source, table, name) as sheets:
        for sheet in sheets:
            if sheet.name == name:
                _write_sheet(sheet, target, notes, table, lang)
                return
    raise InputError("E214", where=Where(file=source.name))


def _write_sheet(
    sheet: Sheet,
    target: BinaryIO,
    notes: Mapping[int, list[Problem]],
    table: Layout,
    lang: Lang,
) -> None:
    rows = [[*map(as_text, row)] for batch in sheet.batches for row in batch]
    if sheet.text:
        rows = [[*map(unshielded, row)] for row in rows]
    heading = _heading_row(rows[:HEAD_ROWS], table)
    title = text(lang, "sheets.problem")
    if title in rows[heading - 1][-1:]:  # marked before: said once is enough
        width = len(rows[heading - 1]) - 1
        rows = [row[:width] for row in rows]
    head = rows[:HEAD_ROWS]
    last = sheet.left + max(map(len, rows), default=0)
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        made = book.add_worksheet(sheet_name(sheet.name or table.title(lang)))
        plain = book.add_format({"num_format": TEXT})
        fills = {
            c: book.add_format({"num_format": TEXT, "bg_color": f"#{c}"})
            for c in (_RED, _YELLOW)
        }
        wide = {
            c: book.add_format({"bg_color": f"#{c}", "text_wrap": True})
            for c in (_RED, _YELLOW)
        }
        for place, column in enumerate(zip_longest(*head, fillvalue=""), sheet.left):
            widest = max(map(breadth, column[heading - 1 :]))
            made.set_column(place, place, min(widest + 2, _WIDTH), plain)
        made.set_column(last, last, _WIDTH)
        made.freeze_panes(heading, 0)
        made.autofilter(heading - 1, 0, max(len(rows) - 1, heading), last)
        for at, row in enumerate(rows):
            found = notes.get(at + 1, [])
            marks = _by_cell(found)
            for place, cell in enumerate(row, sheet.left):
                mark = marks.get(f"{letters(place + 1)}{at + 1}")
                style = fills[_colour(mark)] if mark else plain
                made.write_string(at, place, cell[:MAX_TEXT], style)
            for name, mark in marks.items():
                size = {"width": _NOTE[0], "height": _NOTE[1]}
                made.write_comment(name, _said(mark, lang), size)
            if at == heading - 1:  # in its turn: what is written goes to disk at once
                made.write_string(at, last, title, fills[_RED])
            elif found and at >= heading:
                made.write_string(at, last, _line(found, lang), wide[_colour(found)])
