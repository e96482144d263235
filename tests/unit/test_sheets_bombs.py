"""Every hostile file one after the other, in one process whose memory is measured.

Each has an expected end: a code, or how many rows were read. The reading processes
and the one that asks have bounds of their own, for all of these files together.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from dualrandom.sheets import limits
from tests.sheetmaking import (
    RELATIONS,
    binary_book,
    book,
    inline,
    label,
    open_document,
    raw_book,
    row_xml,
    sheet_xml,
    text_file,
)

if TYPE_CHECKING:
    from pathlib import Path

GOOD = row_xml(1, "编号", "名称") + row_xml(2, "A1", "店")

PARENT = 64 * limits.MIB
CHILD = 640 * limits.MIB
PROGRAM = """
import json, resource, sys
from pathlib import Path
from dualrandom.errors import DualRandomError
from dualrandom.messages import lines
from dualrandom.sheets import read_targets

def size(who):
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

before, ends = size(resource.RUSAGE_SELF), {}
for path in map(Path, sys.argv[1:]):
    try:
        ends[path.name] = read_targets(path).rows
    except DualRandomError as error:
        assert len(lines(error, "zh-CN")) <= 3 + min(len(error.problems), 51)
        ends[path.name] = error.code
grown = size(resource.RUSAGE_SELF) - before
print(json.dumps([ends, grown, size(resource.RUSAGE_CHILDREN)]))
"""


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def protected(path: Path) -> Path:
    """Write what Office makes of a book with a password: the zip lies in a CFB."""
    binary_book(path, label(0, 0, "x"))
    data = path.read_bytes()
    old, new = (name.encode("utf-16-le") for name in ("Workbook", "EncryptedPackage"))
    at = data.index(old)
    path.write_bytes(data[:at] + new.ljust(64, b"\0") + data[at + 64 :])
    return path


def sheets_of(folder: Path) -> dict[str, tuple[Path, set[int | str]]]:
    """Return the files with the ends that each may come to."""

    def at(name: str) -> Path:
        return folder / name

    far = sheet_xml(GOOD + f'<row r="1048576">{inline("XFD1048576", "x")}</row>')
    laughs = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w>&b;</w>'
    styles = "".join(f'<xf numFmtId="{n * 7919 % 65521}"/>' for n in range(1_000_000))
    shared = (
        '<row r="2"><c r="A2" t="s"><v>{}</v></c><c r="B2" t="s"><v>0</v></c></row>'
    )
    formula = (
        "<row r='2'><c r='A2' t='str'><f>cmd|'/c calc'!A1</f><v>A1</v></c>"
        "<c r='B2' t='str'><f>[1]S!A1</f><v>店</v></c></row>"
    )
    row = (
        '<table:table-row table:number-rows-repeated="1073741824">{}</table:table-row>'
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    head = (
        f"<table:table-row>{cell.format('编号')}{cell.format('名称')}</table:table-row>"
    )
    whole = book(at("whole.xlsx"), [["编号", "名称"], ["A1", "店"]]).read_bytes()
    at("whole.xlsx").unlink()
    files: dict[str, tuple[Path, set[int | str]]] = {
        "far cell": (raw_book(at("far.xlsx"), far), {"E210"}),
        "bomb": (raw_book(at("bomb.xlsx"), sheet_xml(" " * 2**26)), {"E207"}),
        "nested": (zipped(at("nested.xlsx"), {"a.xlsx": whole}), {"E202"}),
        "entities": (
            raw_book(at("laughs.xlsx"), sheet_xml(GOOD), **{"xl/styles.xml": laughs}),
            {"E209"},
        ),
        "styles": (
            raw_book(
                at("styles.xlsx"),
                sheet_xml(GOOD),
                **{
                    "xl/styles.xml": f"<styleSheet><cellXfs>{styles}</cellXfs></styleSheet>"
                },
            ),
            {1, "E207", "E212"},
        ),
        "no such text": (
            raw_book(
                at("shared.xlsx"),
                sheet_xml(row_xml(1, "编号", "名称") + shared.format(99)),
            ),
            {"E208", "E219", "E220"},
        ),
        "a text below zero": (
            raw_book(
                at("below.xlsx"),
                sheet_xml(row_xml(1, "编号", "名称") + shared.format(-1)),
            ),
            {"E208", "E219", "E220"},
        ),
        "links and DDE": (
            raw_book(
                at("dde.xlsx"),
                sheet_xml(row_xml(1, "编号", "名称") + formula),
                **{
                    "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns:r="{RELATIONS}"/>',
                },
            ),
            {1},
        ),
        "macros": (
            raw_book(
                at("m.xlsm"), sheet_xml(GOOD), **{"xl/vbaProject.bin": "\0" * 999}
            ),
            {1},
        ),
        "ods of blanks": (
            open_document(at("blanks.ods"), head + row.format("<table:table-cell/>")),
            {"E219", "E208", "E210", "E212"},
        ),
        "ods of texts": (
            open_document(at("texts.ods"), head + row.format(cell.format("x"))),
            {"E208", "E210", "E212", "E220"},
        ),
        "password": (protected(at("secret.xlsx")), {"E204"}),
        "HTML": (text_file(at("page.xls"), "<html><table><tr><td>编号"), {"E203"}),
        "columns": (text_file(at("wide.csv"), "编号,名称" + ",x" * 100_000), {"E225"}),
        "one line": (text_file(at("line.csv"), "编号,名称\n" + "x" * 2**25), {"E224"}),
        "quotes": (
            text_file(at("quotes.csv"), '编号,名称\n"' + "x\n" * 2**24),
            {"E224"},
        ),
    }
    for size in (30, len(whole) // 2, len(whole) - 5):
        path = at(f"cut{size}.xlsx")
        path.write_bytes(whole[:size])
        files[f"cut at {size}"] = (path, {"E208", "E202"})
    bad = (0x0FC, struct.pack("<II", 2**31, 2**31))  # a table of texts that are not
    files["bad BIFF"] = (
        binary_book(at("biff.xls"), label(0, 0, "编号"), first=(bad,)),
        {"E208", "E212", "E217", "E219"},
    )
    with at("gigabyte.csv").open("wb") as file:
        file.truncate(2**30)  # sparse: it takes no room
    files["a gigabyte"] = (at("gigabyte.csv"), {"E213"})
    return files


def test_hostile_files_end_soon_and_in_bounded_memory(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    files = sheets_of(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(path) for path, _ in files.values())],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    ends, grown, child = json.loads(run.stdout)
    assert {
        name: ends[path.name]
        for name, (path, allowed) in files.items()
        if ends[path.name] not in allowed
    } == {}
    assert grown < PARENT
    assert child < CHILD
