"""Rows to xlsx or CSV, whole or not at all.

Border: writes one file; knows headings and texts, not what they mean.

- Every cell is text: a name that begins with ``=`` stays a name. CSV has no types, so
  there a leading ``= + - @`` is shielded by an apostrophe, which reading takes off.
- A file is made beside its place and moved there when it is complete.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from dualrandom.errors import EnvironmentProblem, InputError, UsageError, Where
from dualrandom.sheets.columns import words
from dualrandom.sheets.dates import FOREVER
from dualrandom.sheets.limits import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Value = str | int | dt.date | tuple[str, ...] | None
"""What a cell may hold before it is written."""

EXCEL_ROWS: Final = 1_048_576
JOIN: Final = "\u3001"
PART: Final = "\uff1b"
"""Between parts that go together with those of the column beside."""

_FORMULA: Final = re.compile(r"'*\s*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]")
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
_WIDEST: Final = 60
_LINE_HEIGHT: Final = 15
_HIGHEST: Final = 405
_CREATED: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_PAGE: Final = 200
"""Columns of text that can still be read when they are fitted to a page's width."""
_A4: Final = 9
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
TEXT: Final = 49
"""Excel's own number format for text."""


def cell_text(value: Value) -> str:
    """Return a value as it stands in a cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, tuple):
        return JOIN.join(value)
    if isinstance(value, dt.date):
        return words().long_term[0] if value == FOREVER else value.isoformat()
    return str(value)


def write_rows(
    path: Path,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    widths: Sequence[int] = (),
) -> int:
    """Write a table; the suffix decides whether it is xlsx or CSV.

    Args:
        path: ends in ``.xlsx`` or ``.csv``; replaced if it is there.
        title: the sheet's name.
        headers: one for each column.
        rows: as many values as headers.
        widths: of the columns in characters; () for a guess.

    Returns:
        How many rows were written.

    Raises:
        UsageError: E228, another suffix.
        InputError: E239, a text too long for Excel; E242, too many rows for it.
        EnvironmentProblem: E229, the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise UsageError("E228", where=Where(file=path.name), suffix=suffix)
    with replacing(path) as file:
        if suffix == ".csv":
            return _write_csv(file, headers, rows)
        return _write_xlsx(
            file, path.name, title, headers, rows, widths or _guess(headers)
        )


def rows_bytes(
    suffix: str,
    title: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> bytes:
    """Return a table as a file's bytes: the same on any day and any machine.

    Args:
        suffix: ``.xlsx`` or ``.csv``.
        title: the sheet's name.
        headers: one for each column.
        rows: as many values as headers.

    Raises:
        InputError: E239, E242, as :func:`write_rows`.
    """
    out = _Kept()
    if suffix == ".csv":
        _write_csv(out, headers, rows)
    else:
        _write_xlsx(out, title, title, headers, rows, _fit(headers, rows))
    return out.data if out.closed else out.getvalue()


class _Kept(io.BytesIO):
    """Bytes that are still there once a writer has closed the file."""

    data = b""

    def close(self) -> None:
        if not self.closed:
            self.data = self.getvalue()
        super().close()


def _guess(headers: Sequence[str]) -> list[int]:
    return [min(2 * len(text) + 4, _WIDEST) for text in headers]


def _fit(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return widths that hold the longest cells in one line, if a page is that wide."""
    narrow = _guess(headers)
    longest = [max(map(len, column)) for column in zip(*rows, strict=True)]
    wide = [
        max(least, min(2 * length + 1, _WIDEST))
        for least, length in zip(narrow, longest, strict=False)
    ]
    return wide if sum(wide) in range(1, _PAGE) else narrow


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, and move it into place if all went well.

    It is its owner's alone: most sheets hold names, classes or who will be visited.

    Raises:
        EnvironmentProblem: E229.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            handle = os.open(temporary, _NEW, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, XlsxWriterException) as exc:
        raise EnvironmentProblem("E229", where=Where(file=path.name)) from exc


def sheet_name(title: str) -> str:
    """Return a title as Excel allows it for a sheet: 31 characters, few signs."""
    return _NOT_IN_SHEET_NAMES.sub("", title)[:31].strip("' ") or "Sheet1"


def breadth(text: str) -> int:
    """Return how many columns of a monospaced font a text takes: 2 a Chinese sign."""
    return len(text.encode("gbk", "replace"))


def height(texts: Iterable[str], widths: Sequence[int]) -> int | None:
    """Return the height in points for wrapped texts; None where one line is enough."""
    lines = 1
    for text, width in zip(texts, widths, strict=False):
        if 2 * len(text) >= width:
            lines = max(lines, -(-breadth(text) // max(width - 1, 1)))
    return None if lines <= 1 else min(_LINE_HEIGHT * lines, _HIGHEST)


def _write_csv(
    file: BinaryIO, headers: Sequence[str], rows: Iterable[Sequence[Value]]
) -> int:
    count = 0
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(map(_shielded, headers))
        for row in rows:
            writer.writerow([_shielded(cell_text(value)) for value in row])
            count += 1
    return count


def _shielded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _write_xlsx(
    file: BinaryIO,
    name: str,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Value]],
    widths: Sequence[int],
) -> int:
    count = 0
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        # A book is what it says, not when it was written.
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet(sheet_name(title))
        cell = book.add_format({"num_format": TEXT, "valign": "top", "text_wrap": True})
        head = book.add_format(
            {
                "num_format": TEXT,
                "bold": True,
                "bg_color": "#DCE6F1",
                "bottom": 1,
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        _set_columns(sheet, widths, cell)
        sheet.freeze_panes(1, 0)
        for at, text in enumerate(headers):
            sheet.write_string(0, at, text, head)
        for count, row in enumerate(rows, 1):
            if count >= EXCEL_ROWS:
                raise InputError("E242", where=Where(file=name), limit=EXCEL_ROWS - 1)
            texts = [*map(cell_text, row)]
            tall = height(texts, widths)
            if tall is not None:
                sheet.set_row(count, tall)
            for at, text in enumerate(texts):
                if len(text) > MAX_TEXT:
                    where = Where(file=name, row=count + 1, column=headers[at])
                    raise InputError("E239", where=where, limit=MAX_TEXT)
                if text:  # its format is the column's
                    sheet.write_string(count, at, text)
        if headers:
            sheet.autofilter(0, 0, count, len(headers) - 1)
    return count


def _set_columns(sheet: Worksheet, widths: Sequence[int], cell: Format) -> None:
    """Set how columns look, and how they are printed."""
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width, cell)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    if sum(widths) <= _PAGE:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
