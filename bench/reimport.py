"""The same roster again: read, compared with what stands, nothing to change.

200,000 rows of 15 columns in a CSV file. The other side only reads it, by our own
reader: what is measured is what the comparison costs on top.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from statistics import median

from bench import Ratio, timed, versions
from dualrandom.keys import load_key
from dualrandom.office.lists import Imported, import_list
from dualrandom.office.place import Office, open_office
from dualrandom.office.setup import init_office
from dualrandom.sheets import read_targets

ROWS = 200_000
ROUNDS = 3
_HEADING = (
    "统一社会信用代码/注册号",
    "企业名称",
    "主体类型",
    "行业",
    "地区",
    "登记机关",
    "登记状态",
    "住所",
    "成立日期",
    "监管标签",
    "信用风险类别",
    "类别日期",
    "上次检查日期",
    "生产者",
    "所属企业代码",
)


def run() -> Ratio:
    """Import it once, then read it and import it again in turn; medians."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder, "roster.csv")
        _write(sheet)
        root = Path(folder, "office")
        init_office(root, name="示例市局", origin="", supervisor=None, passphrase=None)
        office = open_office(root, unlock=load_key)
        assert _import(office, sheet).changes[0].added == ROWS
        for _ in range(ROUNDS):
            seconds, reading = timed(lambda: read_targets(sheet))
            theirs.append(seconds)
            assert len(reading.records) == ROWS
            del reading
            seconds, done = timed(lambda: _import(office, sheet))
            ours.append(seconds)
            assert done.rows == ROWS
            assert not done.written
            assert all(change.empty for change in done.changes)
    return Ratio(
        case=f"{ROWS:,} rows of {len(_HEADING)} columns that are in the list already",
        against="reading the file only",
        ours=median(ours),
        theirs=median(theirs),
        at_most=2,
        versions=versions("sqlalchemy"),
    )


def _import(office: Office, sheet: Path) -> Imported:
    return import_list(office, "targets", sheet, confirm=lambda _: False)


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADING)
        for i in range(ROWS):
            day = f"20{i % 20:02}-{i % 12 + 1:02}-{i % 28 + 1:02}"
            rows.writerow(
                (
                    f"CP-{i:07}",
                    f"示例食品店{i}号",
                    ("个体工商户", "有限责任公司")[i % 2],
                    "批发和零售业",
                    f"第{i % 9}街道",
                    "示例市市场监督管理局",
                    "存续",
                    f"示例市示例路{i}号",
                    day,
                    ("餐饮、网络", "")[i % 2],
                    "ABCD"[i % 4],
                    "2026-01-05",
                    day,
                    "",
                    "",
                )
            )
