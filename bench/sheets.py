"""Reading a roster from xlsx with validation, against openpyxl merely reading it.

Ours opens the book in a process of its own, finds the heading, converts and checks
every cell (both check digits of each code, dates, lists, duplicates) and makes records;
openpyxl yields the values of its rows, read-only. The peak is that of our whole process
tree, asked of the kernel by a watcher.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import xlsxwriter

from bench import Ratio, timed, versions
from dualrandom.sheets import codes

ROWS = 200_000
AT_MOST_MB = 700
HEAD = (
    *("统一社会信用代码", "企业名称", "主体类型", "行业", "地区", "登记机关"),
    *("登记状态", "住所", "成立日期", "监管标签", "信用风险类别", "类别日期"),
    *("许可证名称", "许可证编号", "许可证有效期至"),
)
OURS = """
import json, sys, threading, time
from pathlib import Path
import psutil
from dualrandom.sheets import read_targets

peak, over = 0, threading.Event()

def watch():
    global peak
    me = psutil.Process()
    while not over.wait(0.02):
        size = 0
        for one in (me, *me.children(recursive=True)):
            try:
                size += one.memory_info().rss
            except psutil.Error:
                pass
        peak = max(peak, size)

watcher = threading.Thread(target=watch)
watcher.start()
start = time.perf_counter()
reading = read_targets(Path(sys.argv[1]))
seconds = time.perf_counter() - start
over.set()
watcher.join()
first = reading.records[0]
print(json.dumps([seconds, peak, reading.rows, len(reading.warnings), first.public.id]))
"""


def run() -> Ratio:
    """Take the better of two turns on each side, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        first = _make(path)
        ours, theirs, peaks = [], [], []
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", OURS, str(path)],
                capture_output=True,
                check=True,
            )
            seconds, peak, rows, warnings, id_ = json.loads(done.stdout)
            assert (rows, warnings, id_) == (ROWS, 0, first)
            ours.append(seconds)
            peaks.append(peak // 10**6)
            seconds, count = timed(lambda: _theirs(path))
            assert count == ROWS + 1
            theirs.append(seconds)
    assert max(peaks) <= AT_MOST_MB, peaks
    return Ratio(
        case=f"{ROWS:,} rows x {len(HEAD)} columns of xlsx, validated, at most "
        f"{max(peaks)} MB (bound {AT_MOST_MB}); theirs: values alone",
        against="openpyxl, read-only",
        ours=min(ours),
        theirs=min(theirs),
        at_most=1 / 3,
        versions=versions("openpyxl", "python-calamine"),
    )


def _theirs(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def _make(path: Path) -> str:
    """Write a fictional roster; return its first id."""
    first = ""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEAD)
        for row in range(1, ROWS + 1):
            body = f"{row:08d}"
            start = f"91330100{body}{codes.organisation_digit(body)}"
            code = start + codes.credit_digit(start)
            first = first or code
            texts = (
                *(code, f"示例市第{row}号食品经营店", ("个体工商户", "公司")[row % 2]),
                *("食品零售", f"示例{row % 40}所", "示例市市场监督管理局", "存续"),
                f"示例市示例区示例路{row % 997}号{row % 89}室",
            )
            for at, said in enumerate(texts):
                sheet.write_string(row, at, said)
            sheet.write_datetime(
                row, 8, dt.date(2000 + row % 25, 1 + row % 12, 1 + row % 28), day
            )
            later = ("食品、网络", "ABCD"[row % 4], "2026-01-05")
            licence = (
                "食品经营许可证",
                f"JY1330100{row:07d}",
                f"2029-{1 + row % 12:02d}-01",
            )
            for at, said in enumerate((*later, *licence), 9):
                sheet.write_string(row, at, said)
    return first
