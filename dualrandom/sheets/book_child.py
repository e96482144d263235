"""The process in which a workbook is opened; run by its path, knows nothing of us.

A stray cell at XFD1048576 makes calamine ask for 512 GiB and abort the whole process.
Therefore it works in a process of its own, with its memory and time limited.

Border: stdin is not read; one JSON argument comes in, lines of JSON go out. Only the
standard library and python-calamine are imported; of our own rooms those that need no
other (``archive``, ``book_view``) are run by their paths.

    {"sheet": "Sheet1", "visible": true, "left": 0, "merged": [], "hidden": [7], …}
    [["code", "name"], ["91330000EXAMPLE017", "…", {"date": "2026-03-01"}, 3.0, true]]
    {"done": true}

An object with ``fault`` ends it early: a code and its parameters.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import runpy
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import python_calamine

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 2**20
_SMALL: Final = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_SMALL_PART: Final = 16 * 2**20
# A cell with content (not ``/>``) from column AA or from row 1,000,000 on.
_FAR: Final = re.compile(rb' r="([A-Z]{2,}[0-9]+|[A-Z][0-9]{7,})"[^>]{0,500}(?<!/)>')
_XML: Final = (".xml", ".rels")
_DTD: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_view: Final = runpy.run_path(str(Path(__file__).with_name("book_view.py")))
_archive: Final = runpy.run_path(str(Path(__file__).parents[1] / "archive.py"))
_NOT_OURS: Final = {"word/": "docx", "ppt/": "pptx", "META-INF/": "jar"}


class FaultError(Exception):
    """What ends the reading: a code and the parameters of its sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def column_number(letters: str) -> int:
    """Return the number of a column, from 1: ``A`` is 1, ``XFD`` is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def limit_memory(size: int) -> None:
    """Let this process have ``size`` bytes of address space, where that is possible."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def limit_time(seconds: int) -> None:
    """Let this process compute so long, and leave no core file when it is stopped."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def refused(error: Any) -> FaultError:  # noqa: ANN401 - ArchiveError
    """Return the fault of a zip that is not read."""
    most = _archive["DOCUMENT"]
    if error.fault == "count":
        return FaultError("E206", count=error.count, limit=most.files)
    if error.fault == "size":
        return FaultError("E205", limit=most.size // 2**20)
    if error.fault == "ratio":
        return FaultError("E207", limit=most.ratio)
    return FaultError("E204" if error.fault == "encrypted" else "E208")


def kind_of(book: zipfile.ZipFile) -> str:
    """Return ``xlsx``, ``xlsb`` or ``ods``; other zips are a fault."""
    names = book.namelist()
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        with book.open("mimetype") as part:
            if b"opendocument.spreadsheet" in part.read(100):
                return "ods"
    for start, found in _NOT_OURS.items():
        if any(name.startswith(start) for name in names):
            raise FaultError("E202", found=found)
    raise FaultError("E202", found="zip")


def survey(
    book: zipfile.ZipFile, kind: str, wanted: str | None, limits: dict[str, int]
) -> Any:  # noqa: ANN401 - Views of the room beside
    """Look over the XML of an xlsx or ods before it is opened: far cells, DTDs.

    Returns:
        How its sheets look.
    """
    views = _view["Views"]()
    for part in book.infolist():
        if part.filename in _SMALL:
            if part.file_size > _SMALL_PART:
                raise FaultError("E205", limit=_SMALL_PART // 2**20)
            for piece in _pieces(book, part):
                views.xlsx_book(piece)
    names = _names(book) if kind == "xlsx" else {}
    for part in book.infolist():
        name = names.get(part.filename, "")
        if not part.filename.endswith(_XML) or (name and wanted not in {None, name}):
            continue
        for piece in _pieces(book, part):
            if part.filename == "content.xml":
                views.ods(piece)
            elif name or "worksheets/" in part.filename:
                views.xlsx_sheet(name, piece)
                _check_near(piece, name or part.filename, limits)
    return views


def _names(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the sheets' names by their parts; empty where that is unclear."""
    try:
        names: dict[str, str] = _view["parts_of_sheets"](book, _SMALL[0])
    except (KeyError, ValueError, SyntaxError):
        return {}
    return names


def _pieces(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces that end before a tag."""
    with book.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"<")
            # A tag that is longer than a piece is nobody's sheet.
            if cut <= 0 and len(piece) > _CHUNK:
                cut = len(piece)
            yield _checked(piece[:cut], part)
            rest = piece[cut:]
        yield _checked(rest, part)


def _checked(piece: bytes, part: zipfile.ZipInfo) -> bytes:
    """Return a piece of XML that defines nothing of its own."""
    if _DTD.search(piece):
        raise FaultError("E209", part=part.filename)
    return piece


def _check_near(piece: bytes, sheet: str, limits: dict[str, int]) -> None:
    for found in _FAR.findall(piece):
        ref = found.decode()
        letters = ref.rstrip("0123456789")
        row = int(ref[len(letters) :])
        if column_number(letters) > limits["columns"] or row > limits["rows"]:
            raise FaultError("E210", cell=ref, sheet=sheet)


def plain(value: object) -> object:
    """Return what JSON has no word for: a date as an object, a time as text."""
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return {"date": value.date().isoformat()}
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    return str(value)


def look(path: str, wanted: str | None, limits: dict[str, int]) -> Any:  # noqa: ANN401 - Views
    """Return how the sheets of a book look, if it is within the limits."""
    if not zipfile.is_zipfile(path):
        return _view["view_xls"](path)
    open_archive, document = _archive["open_archive"], _archive["DOCUMENT"]
    try:
        with open(path, "rb") as file, open_archive(file, document) as book:  # noqa: PTH123
            size = sum(part.file_size for part in book.infolist())
            limit_memory(limits["memory"] + limits["memory_per_byte"] * size)
            kind = kind_of(book)
            if kind == "xlsb":
                return _view["view_xlsb"](book)
            return survey(book, kind, wanted, limits)
    except _archive["ArchiveError"] as error:
        raise refused(error) from error


def sheets(
    path: str, wanted: str | None, limits: dict[str, int]
) -> Iterator[dict[str, Any] | list[Any]]:
    """Yield every sheet of a workbook: its head, then its rows in batches."""
    limit_memory(limits["memory"])
    views = look(path, wanted, limits)
    with open(path, "rb") as file:  # noqa: PTH123 - calamine wants the open file
        opened = python_calamine.CalamineWorkbook.from_filelike(file)
        names = opened.sheet_names
        if wanted is not None and wanted not in names:
            raise FaultError("E215", sheet=wanted, names=", ".join(names))
        for meta in opened.sheets_metadata:
            usual = meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            if usual and (wanted is None or meta.name == wanted):
                visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
                sheet = opened.get_sheet_by_name(meta.name)
                yield {
                    **_head(sheet, views.of(meta.name), limits),
                    "visible": visible,
                    "epoch_1904": views.epoch_1904,
                }
                yield from _batches(sheet, limits)


def _head(
    sheet: python_calamine.CalamineSheet,
    view: Any,  # noqa: ANN401 - View of the room beside
    limits: dict[str, int],
) -> dict[str, Any]:
    left = sheet.start[1] if sheet.start else 0
    rows, columns = 0, 0
    if sheet.end:
        rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
        cell = f"{column_letters(columns)}{rows}"
        if rows > limits["rows"] or columns > limits["columns"]:
            raise FaultError("E210", cell=cell, sheet=sheet.name)
        if rows * columns > limits["cells"]:
            raise FaultError("E210", cell=cell, sheet=sheet.name)
    merged = sheet.merged_cell_ranges or []
    if len(merged) > limits["merges"]:
        raise FaultError("E211", count=len(merged), limit=limits["merges"])
    return {
        "sheet": sheet.name,
        "left": left,
        "merged": [(*start, *end) for start, end in merged],
        "hidden": _within(view.rows, rows),
        "hidden_columns": _within(view.columns, columns),
    }


def _within(spans: list[tuple[int, int]], most: int) -> list[int]:
    """Return the numbers of some spans, as far as there is anything."""
    return [n for first, last in spans for n in range(first, min(last, most) + 1)]


def _batches(
    sheet: python_calamine.CalamineSheet, limits: dict[str, int]
) -> Iterator[list[Any]]:
    if sheet.start is None:  # calamine panics on the rows of an empty sheet
        return
    batch = []
    for row in sheet.iter_rows():
        batch.append(row)
        if len(batch) == limits["batch"]:
            yield batch
            batch = []
    if batch:
        yield batch


def answer(task: dict[str, Any]) -> Iterator[dict[str, Any] | list[Any]]:
    """Yield all messages; the last one says ``done`` or ``fault``."""
    try:
        yield from sheets(task["path"], task["sheet"], task["limits"])
    except FaultError as fault:
        yield {"fault": fault.code, "params": fault.params}
    except python_calamine.PasswordError:
        yield {"fault": "E204", "params": {}}
    except MemoryError:
        yield {"fault": "E212", "params": {}}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic in Rust is a BaseException
        yield {"fault": "E208", "params": {}}
    else:
        yield {"done": True}


def main(argument: str) -> NoReturn:
    """Answer one task on stdout."""
    task = json.loads(argument)
    limit_time(task["limits"]["seconds"])
    encode = json.JSONEncoder(
        ensure_ascii=False,
        check_circular=False,
        separators=(",", ":"),
        default=plain,
    ).encode
    for message in answer(task):
        sys.stdout.buffer.write(encode(message).encode() + b"\n")
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
