"""CSV and its relatives: which encoding, which separator, then rows.

Border: reads the file, in pieces; text of any size needs the same memory.

- Encoding: a byte order mark, then UTF-8, then GB18030; all strict. Nothing is
  repaired: a wrong byte is an error that names its line.
- Separator: the one of ``,`` tab ``;`` with which the heading fits best.
- Quotes are strict too: a stray quote would swallow rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from typing import TYPE_CHECKING, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where
from dualrandom.sheets.header import find_header
from dualrandom.sheets.limits import (
    BATCH_ROWS,
    HEAD_ROWS,
    MAX_COLUMNS,
    MAX_LINE,
    MAX_ROWS,
)
from dualrandom.sheets.source import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.sheets.columns import Layout
    from dualrandom.sheets.source import Rows
    from dualrandom.sheets.texts import Cell

_CHUNK: Final = 2**20
_SAMPLE: Final = 2**18
_DELIMITERS: Final = (",", "\t", ";")
_BLANKS: Final = re.compile(r" {1,}|\u3000+")
_CJK: Final = re.compile("[\u4e00-\u9fff]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def csv_sheet(path: Path, layout: Layout) -> Sheet:
    """Return the one sheet that a text file is.

    Args:
        path: a file that :func:`~dualrandom.sheets.detect.detect` called text.
        layout: the list it should hold; its headings decide on the separator.

    Raises:
        EnvironmentProblem: E200.
        InputError: E221 encoding, E222 separated by spaces. While rows are taken:
            E223 quotes, E224 a record too long, E225 too many columns, E226 rows.
    """
    where = Where(file=path.name)
    try:
        encoding = _encoding(path, where)
        with path.open(encoding=encoding, newline="") as file:
            sample = file.read(_SAMPLE)
    except OSError as exc:
        raise EnvironmentProblem("E200", where=where) from exc
    delimiter = _delimiter(sample, layout, where)
    return Sheet(
        file=path.name,
        name=None,
        batches=_batches(path, encoding, delimiter, where),
        text=True,
    )


def _encoding(path: Path, where: Where) -> str:
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            at = _bad_byte(path, name)
            if at is None:
                return name
            raise InputError("E221", where=where, line=_line(path, at))
    bad = _bad_byte(path, "utf-8")
    if bad is None:
        return "utf-8"
    # Damaged UTF-8 often passes for GB18030, as nonsense; so look which it nearly is.
    seen = head.decode("utf-8", "replace")
    if len(_CJK.findall(seen)) > 2 * seen.count("\ufffd"):
        raise InputError("E221", where=where, line=_line(path, bad))
    at = _bad_byte(path, "gb18030")
    if at is not None:
        raise InputError("E221", where=where, line=_line(path, at))
    return "gb18030"


def _bad_byte(path: Path, encoding: str) -> int | None:
    """Return the place of the first byte that is wrong in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as exc:
                return done - pending + exc.start
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return done
    return None


def _line(path: Path, at: int) -> int:
    with path.open("rb") as file:
        return 1 + sum(
            file.read(min(_CHUNK, at - start)).count(b"\n")
            for start in range(0, at, _CHUNK)
        )


def _delimiter(sample: str, layout: Layout, where: Where) -> str:
    """Return the separator with which the heading fits best."""
    best, most = _DELIMITERS[0], 0
    for delimiter in _DELIMITERS:
        rows: list[list[Cell]] = []
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            for row in itertools.islice(reader, HEAD_ROWS):
                rows += [[*row[:MAX_COLUMNS]]]
        except csv.Error:
            pass  # the sample may end within quotes; and rows are read strictly later
        header = find_header(rows, layout)
        found = 0 if header is None else len(header.columns)
        if found > most:
            best, most = delimiter, found
    lines = sample.splitlines()[:HEAD_ROWS]
    if most <= 1:
        spaced = find_header([[*_BLANKS.split(line.strip())] for line in lines], layout)
        if spaced is not None and not spaced.missing:
            raise InputError("E222", where=where)
    return best


def _batches(path: Path, encoding: str, delimiter: str, where: Where) -> Iterator[Rows]:
    done = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = _Lines(file)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            rows: Rows = []
            while True:
                lines.length = 0
                try:
                    row = next(reader)
                except StopIteration:
                    break
                except csv.Error as exc:
                    at = Where(file=where.file, row=done + len(rows) + 1)
                    long = lines.length > csv.field_size_limit()
                    raise InputError("E224" if long else "E223", where=at) from exc
                if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                    at = Where(file=where.file, row=done + len(rows) + 1)
                    raise InputError(
                        "E225", where=at, count=len(row), limit=MAX_COLUMNS
                    )
                rows.append([*row])
                if len(rows) == BATCH_ROWS:
                    yield rows
                    done += len(rows)
                    rows = []
                    if done > MAX_ROWS:
                        raise InputError("E226", where=where, limit=MAX_ROWS)
            if rows:
                yield rows
    except UnicodeError as exc:  # the file was changed under our hands
        raise InputError("E221", where=where, line=done + 1) from exc
    except OSError as exc:
        raise EnvironmentProblem("E200", where=where) from exc


class _Lines:
    """The lines of a file, and a limit to how many characters one record takes.

    Attributes:
        length: characters since the last record began.
    """

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE)
        self.length += len(line)
        if self.length >= MAX_LINE:
            raise csv.Error
        if not line:
            raise StopIteration
        return line
