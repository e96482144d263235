"""Empty sheets for officers to fill in, with drop-downs and explanations.

Border: writes one file.

- The first sheet has the heading and the rows to complete, all columns formatted as
  text: an 18-character code typed there stays whole.
- The second explains every column, with an example. It reads downwards, so that it is
  never taken for a list itself.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from dualrandom.messages import text
from dualrandom.sheets.columns import layout
from dualrandom.sheets.write import (
    EXCEL_ROWS,
    JOIN,
    TEXT,
    cell_text,
    height,
    replacing,
    sheet_name,
    write_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dualrandom.messages import Lang
    from dualrandom.sheets.columns import Column, Listing
    from dualrandom.sheets.write import Value

_INLINE: Final = 255
"""Characters of a drop-down list that Excel keeps inside a cell's rule."""
_A4: Final = 9
_LISTS: Final = 8
"""First column of the long drop-down lists, beside the explanations."""


def write_template(
    listing: Listing,
    path: Path,
    lang: Lang = "zh-CN",
    *,
    rows: Sequence[Sequence[Value]] = (),
    choices: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Write the template of a list, empty or with rows to complete.

    Args:
        listing: which.
        path: ends in ``.xlsx``; replaced if it is there. ``.csv`` has no drop-downs
            and no explanations.
        lang: of headings and explanations.
        rows: as many values as the list has columns.
        choices: by field: what its drop-down offers, instead of the list's own.

    Raises:
        UsageError: E228, another suffix.
        EnvironmentProblem: E229.
    """
    table = layout(listing)
    if path.suffix.lower() != ".xlsx":
        write_rows(path, "", [c.headings[lang] for c in table.written], rows)
        return
    columns = [
        replace(c, choices=tuple(choices.get(c.field, c.choices)))
        for c in table.written
    ]
    with replacing(path) as file, xlsxwriter.Workbook(file) as book:
        _list_sheet(book, table.title(lang), columns, rows, lang)
        _notes_sheet(book, columns, lang)


def _list_sheet(
    book: Any,  # noqa: ANN401 - XlsxWriter has no types
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    lang: Lang,
) -> None:
    sheet = book.add_worksheet(sheet_name(title))
    plain = book.add_format({"num_format": TEXT})
    heads = {
        required: book.add_format(
            {
                "num_format": TEXT,
                "bold": True,
                "border": 1,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
                "bg_color": "#FCE4D6" if required else "#DCE6F1",
            }
        )
        for required in (True, False)
    }
    sheet.set_row(0, 36)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, plain)
        star = "*" if column.required else ""
        heading = column.headings[lang]
        sheet.write_string(0, at, f"{star}{heading}", heads[column.required])
        note = column.notes[lang]
        if note:
            sheet.write_comment(0, at, note, {"x_scale": 2, "author": ""})
        if column.choices:
            sheet.data_validation(
                1,
                at,
                EXCEL_ROWS - 1,
                at,
                {
                    "validate": "list",
                    "source": _choices(at, column, lang),
                    # Other words are in use, too: offer, do not forbid.
                    "error_type": "information",
                    "error_title": heading,
                    "error_message": text(lang, "sheets.other_word"),
                },
            )

    for row, values in enumerate(rows, 1):
        for at, value in enumerate(values):
            sheet.write_string(row, at, cell_text(value), plain)


def _choices(at: int, column: Column, lang: Lang) -> list[str] | str:
    """Return what a drop-down offers: in the rule, or where the explanations stand."""
    if len(",".join(column.choices)) <= _INLINE:
        return list(column.choices)
    name = sheet_name(text(lang, "sheets.notes"))
    place = xl_col_to_name(_LISTS + at)
    return f"='{name}'!${place}$1:${place}${len(column.choices)}"


def _notes_sheet(
    book: Any,  # noqa: ANN401
    columns: Sequence[Column],
    lang: Lang,
) -> None:
    sheet = book.add_worksheet(sheet_name(text(lang, "sheets.notes")))
    wrap = {"text_wrap": True, "valign": "top", "border": 1, "num_format": TEXT}
    plain = book.add_format(wrap)
    bold = book.add_format({**wrap, "bold": True})
    head = book.add_format({**wrap, "bold": True, "bg_color": "#DCE6F1"})
    big = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter"})
    widths = (26, 8, 60, 34, 36)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, text(lang, "sheets.how"), big)
    heads = ("column", "needed", "meaning", "choices", "example")
    for at, name in enumerate(heads):
        sheet.write_string(2, at, text(lang, f"sheets.{name}"), head)
    for row, column in enumerate(columns, 3):
        cells = (
            column.headings[lang],
            text(lang, "sheets.yes") if column.required else "",
            column.notes[lang],
            JOIN.join(column.choices),
            column.example,
        )
        sheet.set_row(row, height(cells, widths))
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, cell, plain if at else bold)
        # Longer than a cell's rule may be: the rule looks here.
        if len(",".join(column.choices)) > _INLINE:
            place = _LISTS + row - 3
            sheet.set_column(place, place, None, None, {"hidden": True})
            sheet.write_column(0, place, column.choices)
