"""What an attacker hands in: one clear code each, in bounded memory, nothing left over.

Large files are made of highly compressible parts, so that making them is quick.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from dualrandom.archive import DOCUMENT
from dualrandom.sheets import limits, read_inspectors, read_targets
from dualrandom.sheets.book import book_sheets
from dualrandom.sheets.csvtext import csv_sheet
from tests.sheetmaking import (
    RELATIONS,
    binary_book,
    book,
    cell_xml,
    code,
    found,
    label,
    open_document,
    raw_book,
    refusal,
    row_xml,
    sheet_xml,
    text_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = ["统一社会信用代码", "企业名称", "地区"]
TABLE = sheet_xml(cell_xml("A1", "编号") + cell_xml("B1", "名称"))


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the attacks that only memory stops be stopped soon."""
    monkeypatch.setattr("dualrandom.sheets.limits.MEMORY_BASE", 400 * limits.MIB)


def outcome(path: Path) -> str:
    return refusal(read_targets, path).code


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"", "E201", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "E214", id="a byte order mark alone"),
        pytest.param(b"\n\n  \n", "E214", id="blank lines"),
        pytest.param(b"%PDF-1.7\n", "E202", id="PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "E202", id="picture"),
        pytest.param(b"\x7fELF\x02\x01\x01\0", "E202", id="program"),
        pytest.param(b"PK\x05\x06" + bytes(18), "E202", id="empty zip"),
        pytest.param(b"PK\x03\x04" + bytes(200), "E208", id="broken zip"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "E202", id="some CFB"
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "Workbook".encode("utf-16-le"),
            "E208",
            id="broken xls",
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "EncryptedPackage".encode("utf-16-le"),
            "E204",
            id="password",
        ),
        pytest.param(
            b"<html><table><tr><td>1</td></tr></table></html>", "E203", id="HTML"
        ),
        pytest.param(
            "\ufeff\r\n<!DOCTYPE HTML><p>".encode(), "E203", id="HTML with a mark"
        ),
        pytest.param(
            b"<META http-equiv=Content-Type><TABLE>", "E203", id="HTML in capitals"
        ),
        pytest.param(
            b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "E203", id="MHTML"
        ),
        pytest.param(b'<?xml version="1.0"?><Workbook/>', "E202", id="XML of 2003"),
        pytest.param(b"a,b\0c\n", "E202", id="zero bytes"),
        pytest.param(
            "编号,名称\n1,店\n".encode() + b"\xff\n", "E221", id="a byte of no encoding"
        ),
        pytest.param(
            "编号,名称\n1,示例食品店\n".encode()[:-2], "E221", id="cut in a character"
        ),
        pytest.param("编号,名称\n".encode("utf-16")[:-1], "E221", id="cut UTF-16"),
        pytest.param(
            '编号,名称\n1,"店\n'.encode(), "E223", id="a quote that never ends"
        ),
        pytest.param('编号,名称\n1,"店"铺\n'.encode(), "E223", id="text after a quote"),
    ],
)
def test_what_is_no_sheet(tmp_path: Path, data: bytes, fault: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    assert outcome(path) == fault


def test_no_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    assert outcome(tmp_path / "absent.xlsx") == "E200"
    assert outcome(tmp_path) == "E200"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert outcome(tmp_path / "pipe") == "E200"


def test_a_wrong_byte_is_named_by_its_line(tmp_path: Path) -> None:
    """Nearly all of it is UTF-8: it must not pass as GB18030."""
    path = tmp_path / "a.csv"
    lines = ["编号,名称", *(f"{n},示例食品经营店" for n in range(9000))]
    data = "\n".join(lines).encode().split(b"\n")
    data[8000] = data[8000][:-1]
    path.write_bytes(b"\n".join(data))
    error = refusal(read_targets, path)
    assert (error.code, error.params) == ("E221", {"line": 8001})


def test_gb18030_is_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,名称\n1,示例食品店\n".encode("gb18030") + b"\xff")
    assert outcome(path) == "E221"


@pytest.mark.parametrize(
    "ref", ["XFD1048576", "XFD1", "IW1", "A1100001", "ZZZ99999999"]
)
def test_a_stray_cell_far_away_is_named(tmp_path: Path, ref: str) -> None:
    path = raw_book(
        tmp_path / "a.xlsx", sheet_xml(cell_xml("A1", "编号") + cell_xml(ref, "x"))
    )
    error = refusal(read_targets, path)
    assert (error.code, error.params) == ("E210", {"cell": ref, "sheet": "S"})


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("<c r='XFD1048576'><v>1</v></c>", id="single quotes"),
        pytest.param('<c  t="n"\n r = "XFD1048576"><v>1</v></c>', id="blanks"),
        pytest.param('<x:c xmlns:x="u" r="XFD1048576"><x:v>1</x:v></x:c>', id="prefix"),
        pytest.param(
            '<c><v>1</v></c></row><row r="1048576"><c r="Z1048576"><v>1</v></c>',
            id="near but large",
        ),
    ],
)
@pytest.mark.usefixtures("little_memory")
def test_a_far_cell_in_disguise_ends_the_reading_all_the_same(
    tmp_path: Path, cell: str
) -> None:
    """The reader would ask for 512 GiB and abort; its process is not ours."""
    rows = cell_xml("A1", "编号") + f'<row r="2">{cell}</row>'
    assert outcome(raw_book(tmp_path / "a.xlsx", sheet_xml(rows))) in {
        "E208",
        "E210",
        "E212",
    }


def test_a_blank_cell_far_away_is_nothing(tmp_path: Path) -> None:
    """Formats without content are common, and no fault of the officer's."""
    rows = row_xml(1, "编号", "名称") + row_xml(2, "1", "店")
    rows += '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read_targets(raw_book(tmp_path / "a.xlsx", sheet_xml(rows))).rows == 1


def test_a_declared_dimension_is_not_believed(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 4)
    )
    xml = sheet_xml(cell_xml("A1", "编号") + rows)
    xml = xml.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert outcome(raw_book(tmp_path / "a.xlsx", xml)) == "E217"


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE w SYSTEM "http://example.invalid/x.dtd">',
        "<!--" + "x" * 5000 + '--><!DOCTYPE w [<!ENTITY x "y">]>',
    ],
)
def test_external_entities(tmp_path: Path, dtd: str) -> None:
    path = raw_book(tmp_path / "a.xlsx", dtd + sheet_xml(cell_xml("A1", "&x;")))
    error = refusal(read_targets, path)
    assert (error.code, error.params) == ("E209", {"part": "xl/worksheets/sheet1.xml"})


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/styles.xml"])
def test_external_entities_in_other_parts(tmp_path: Path, part: str) -> None:
    more = {part: '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'}
    assert outcome(raw_book(tmp_path / "a.xlsx", TABLE, **more)) == "E209"


def test_a_zip_bomb_by_its_ratio(tmp_path: Path) -> None:
    blanks = sheet_xml(" " * (DOCUMENT.ratio_from + 1))
    error = refusal(read_targets, raw_book(tmp_path / "a.xlsx", blanks))
    assert (error.code, error.params) == ("E207", {"limit": DOCUMENT.ratio})


def _bomb(path: Path, declared: int) -> Path:
    """Write an xlsx whose sheet says that it has ``declared`` bytes."""
    raw_book(path, TABLE)
    with zipfile.ZipFile(path, "a") as made:
        info = made.getinfo("xl/worksheets/sheet1.xml")
        info.file_size = declared
        made._didModify = True  # has the directory written anew
    return path


def test_two_gigabytes_of_blanks(tmp_path: Path) -> None:
    error = refusal(read_targets, _bomb(tmp_path / "a.xlsx", 2 * 2**30))
    assert (error.code, error.params) == ("E205", {"limit": 1024})


def test_a_part_that_is_longer_than_it_says(tmp_path: Path) -> None:
    assert outcome(_bomb(tmp_path / "a.xlsx", 100)) == "E208"


@pytest.mark.usefixtures("little_memory")
def test_a_part_that_hides_its_length_and_its_sum(tmp_path: Path) -> None:
    """Size and CRC are those of its beginning: only the memory stops it."""
    path = raw_book(tmp_path / "a.xlsx", TABLE)
    start = sheet_xml("")[:60].encode()
    huge = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces = [huge.compress(start)]
    row = b"<row><c><v>1</v></c></row>" * 40_000
    pieces += [huge.compress(row) for _ in range(300)]
    packed = b"".join([*pieces, huge.flush()])
    with zipfile.ZipFile(path) as old:
        kept = {n: old.read(n) for n in old.namelist() if "sheet1" not in n}
    with zipfile.ZipFile(path, "w") as made:
        for name, data in kept.items():
            made.writestr(name, data)
        made.writestr("xl/worksheets/sheet1.xml", packed)  # stored; now say: deflated
        info = made.getinfo("xl/worksheets/sheet1.xml")
        info.compress_type, info.file_size, info.CRC = 8, len(start), zlib.crc32(start)
    raw = bytearray(path.read_bytes())
    at = raw.find(b"xl/worksheets/sheet1.xml") - 30
    raw[at + 8 : at + 10] = struct.pack("<H", 8)
    path.write_bytes(raw)
    assert outcome(path) in {"E208", "E210", "E212"}


def test_too_many_parts(tmp_path: Path) -> None:
    more = {f"xl/media/{n}": "" for n in range(DOCUMENT.files)}
    error = refusal(read_targets, raw_book(tmp_path / "a.xlsx", TABLE, **more))
    assert (error.code, error.params["limit"]) == ("E206", DOCUMENT.files)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_part_twice(tmp_path: Path) -> None:
    path = raw_book(tmp_path / "a.xlsx", TABLE)
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("xl/worksheets/sheet1.xml", TABLE)
    assert outcome(path) == "E208"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("word/document.xml", "docx"), ("ppt/x.xml", "pptx"), ("a.txt", "zip")],
)
def test_other_zips(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(name, "x")
    error = refusal(read_targets, path)
    assert (error.code, error.params) == ("E202", {"found": kind})


@pytest.mark.usefixtures("little_memory")
def test_one_long_text_shared_by_very_many_cells(tmp_path: Path) -> None:
    """A megabyte in the file, a terabyte when every cell gets its copy."""
    shared = f"<sst><si><t>{'x' * 2**20}</t></si></sst>"
    cells = '<row><c t="s"><v>0</v></c></row>' * 50_000
    path = raw_book(tmp_path / "a.xlsx", sheet_xml(cells))
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    rels = "xl/_rels/workbook.xml.rels"
    end = "</Relationships>"
    kind = f"{RELATIONS}/sharedStrings"
    more = f'<Relationship Id="rId2" Type="{kind}" Target="sharedStrings.xml"/>'
    parts[rels] = parts[rels].replace(end, more + end)
    parts["xl/sharedStrings.xml"] = shared
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    assert outcome(path) == "E212"


def test_merges_without_end(tmp_path: Path) -> None:
    merges = '<mergeCell ref="A2:A3"/>' * (limits.MAX_MERGES + 1)
    xml = sheet_xml(cell_xml("A1", "编号"), f"<mergeCells>{merges}</mergeCells>")
    assert outcome(raw_book(tmp_path / "a.xlsx", xml)) == "E211"


def test_text_with_100000_columns(tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "a.csv", ",".join(["编号", "名称", *"x" * 100_000]) + "\n1,店\n"
    )
    error = refusal(read_targets, path)
    assert (error.code, error.params["count"]) == ("E225", 100_002)


def test_text_with_100000_blank_columns_is_only_untidy(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", "编号,名称" + "," * 100_000 + "\n1,店\n")
    assert read_targets(path).rows == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("编号,名称\n1," + "x" * 200_000, id="a long field"),
        pytest.param("编号,名称\n" + "x," * 3_000_000, id="a long line"),
        pytest.param(
            "编号,名称\n" + '"\n",' * 1_500_000, id="a record over many lines"
        ),
    ],
)
def test_records_without_end(tmp_path: Path, text: str) -> None:
    assert outcome(text_file(tmp_path / "a.csv", text)) == "E224"


def test_rows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dualrandom.sheets.csvtext.MAX_ROWS", 1000)
    rows = "".join(f"{n},店\n" for n in range(1200))
    assert outcome(text_file(tmp_path / "a.csv", "编号,名称\n" + rows)) == "E226"


def test_a_file_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.detect.MAX_FILE_BYTES", 10)
    assert outcome(text_file(tmp_path / "a.csv", "编号,名称\n1,店\n")) == "E213"


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    """By the same maker as for the attack, which so fails for the right reason."""
    path = binary_book(
        tmp_path / "a.xls",
        *(label(0, at, text) for at, text in enumerate(["编号", "名称"])),
        *(label(1, at, text) for at, text in enumerate(["A1", "店"])),
    )
    assert read_targets(path).rows == 1


@pytest.mark.usefixtures("little_memory")
def test_a_far_cell_in_an_old_workbook(tmp_path: Path) -> None:
    """Nothing announces it: the reading process runs out of its memory, not ours."""
    path = binary_book(
        tmp_path / "a.xls", label(0, 0, "编号"), label(65535, 65535, "x")
    )
    assert outcome(path) in {"E210", "E212"}


def test_an_old_workbook_with_a_password(tmp_path: Path) -> None:
    locked = (0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    path = binary_book(tmp_path / "a.xls", label(0, 0, "编号"), first=(locked,))
    assert outcome(path) == "E204"


@pytest.mark.usefixtures("little_memory")
def test_an_open_document_sheet_of_repeated_cells(tmp_path: Path) -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    path = open_document(tmp_path / "a.ods", rows)
    assert outcome(path) in {"E208", "E210", "E212"}


def test_the_reading_process_is_ended_when_we_stop_early(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", [HEAD, *[[code(n), "店", ""] for n in range(3000)]]
    )
    sheets = book_sheets(path, None)
    child = _only_child(sheets)
    sheets.close()
    assert child.returncode is not None


def _only_child(sheets: Iterator[object]) -> subprocess.Popen[bytes]:
    started = []
    real = subprocess.Popen

    class Watched(real):  # type: ignore[misc, valid-type]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            started.append(self)

    subprocess.Popen = Watched  # type: ignore[misc]
    try:
        next(sheets)
    finally:
        subprocess.Popen = real  # type: ignore[misc]
    assert len(started) == 1
    return started[0]


def test_a_reading_process_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.book._CHILD", tmp_path / "absent.py")
    assert outcome(book(tmp_path / "a.xlsx", [HEAD])) == "E212"


def test_a_batch_beyond_all_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dualrandom.sheets.limits.MAX_MESSAGE", 1000)
    assert (
        outcome(book(tmp_path / "a.xlsx", [HEAD, [code(1), "店" * 500, ""]])) == "E212"
    )


def test_folders_beside_the_program_are_not_imported_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ``json.py`` in the working folder is not the library."""
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    assert (
        read_targets(book(tmp_path / "a.xlsx", [HEAD, [code(1), "店", ""]])).rows == 1
    )


def test_memory_stays_small_while_much_is_read(tmp_path: Path) -> None:
    """A text of 40 MB whose rows are notes: read in pieces, none of it kept."""
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("编号,名称,地区\n1,店,\n")
        file.writelines(f",,{'x' * 400}\n" for _ in range(100_000))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from dualrandom.sheets import read_targets\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "assert read_targets(Path(sys.argv[1])).rows == 1\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < 30 * 2**20
    assert resource


def test_names_that_are_formulas_or_scripts_are_just_names(tmp_path: Path) -> None:
    names = [
        "=cmd|'/c calc'!A1",
        "@SUM(1)",
        "<script>alert(1)</script>",
        "'; DROP TABLE x",
    ]
    rows = [[f"A{n}", name, ""] for n, name in enumerate(names)]
    reading = read_targets(book(tmp_path / "a.xlsx", [HEAD, *rows]))
    assert [row.public.name for row in reading.records] == names


def test_private_columns_are_not_in_what_is_said(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["单位工号", "姓名", "身份证号", "手机号"],
            ["E/1", "示例甲", "110101199001011234", "13800000000"],
        ],
    )
    error = refusal(read_inspectors, path)
    assert found(error) == [("E231", "A2")]
    assert "110101199001011234" not in repr(error.problems)


def test_text_is_read_lazily(tmp_path: Path) -> None:
    """A fault in row 5,000 is met there, not before."""
    from dualrandom.sheets.columns import layout

    rows = "".join(f"{n},店\n" for n in range(5000))
    path = text_file(tmp_path / "a.csv", f'编号,名称\n{rows}1,"店')
    batches = csv_sheet(path, layout("targets")).batches
    assert len(next(batches)) == limits.BATCH_ROWS
    assert outcome(path) == "E223"
