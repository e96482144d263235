"""Fictional lists for rehearsals, the demo and tests: targets, inspectors, items.

Border: standard library and XlsxWriter; knows nothing of ``dualrandom``. The same
arguments give the same bytes on every machine: every choice is a SHA-256 of a counter.

- Nobody is real. Names begin with 示例. Credit codes have valid check digits (GB 32100,
  and GB 11714 within), but the division code 9900xx, which GB/T 2260 gives to no place:
  no register can hold such a code. Certificate numbers begin with 99 for that reason.
- ID and phone numbers stay empty: a program that draws has no use for them.
- The lists are as uneven as real ones: some targets are struck off, some certificates
  are out of date, auxiliary staff have none, some people are on leave or recused.

    python tools/sample.py OUT --targets 2000 --inspectors 80
    python tools/sample.py OUT --inspectors 400 --for-targets 企业名录.csv

The first line writes targets.csv, inspectors.xlsx and items.csv; the second only
inspectors.xlsx and items.csv, with inspectors of the regions of that list.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import io
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DIVISION = 990000
"""Base of the fictional division codes; GB/T 2260 has none that begins with 99."""
REGIONS = ("城东", "城西", "城南", "城北", "开发区", "示例镇")
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MADE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_SEPARATOR = "，"


# ── choices ──────────────────────────────────────────────────────────────────


def number(*of: str | int) -> int:
    """Return a number below 2^64 that depends on the arguments alone."""
    text = "dualrandom sample/" + "/".join(map(str, of))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def choice(options: Sequence[str], *of: str | int) -> str:
    """Return one of the options, as the arguments decide."""
    return options[number(*of) % len(options)]


# ── credit codes ─────────────────────────────────────────────────────────────


def organisation_digit(body: str) -> str:
    """Return the GB 11714 check character of eight characters."""
    total = sum(w * _ORG.index(c) for w, c in zip(_ORG_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_digit(body: str) -> str:
    """Return the GB 32100 check character of seventeen characters."""
    total = sum(pow(3, i, 31) * _CODE.index(c) for i, c in enumerate(body))
    return _CODE[-total % 31]


def credit_code(index: int, region: int = 0) -> str:
    """Return the index-th fictional credit code, 0 ≤ index < 10^8.

    ``91`` is an enterprise; the division is 9900xx; the eight digits that follow are
    the index, scattered one to one over its range so that codes look unordered.
    """
    # 61,803,399 has no factor 2 or 5: multiplying modulo 10^8 loses nothing.
    organisation = f"{(index + 1) * 61_803_399 % 10**8:08d}"
    body = f"91{DIVISION + region + 1}{organisation}{organisation_digit(organisation)}"
    return body + credit_digit(body)


# ── targets ──────────────────────────────────────────────────────────────────

TARGET_COLUMNS = (
    "统一社会信用代码",
    "企业名称",
    "主体类型",
    "行业",
    "地区",
    "登记机关",
    "登记状态",
    "成立日期",
    "住所",
    "监管标签",
    "信用风险类别",
    "类别日期",
)
_TRADES = {
    "食品销售": ("食品店", "粮油店", "便利店", "副食商行"),
    "餐饮服务": ("面馆", "小吃店", "快餐店", "茶餐厅"),
    "食品生产": ("食品厂", "糕点坊", "豆制品厂"),
    "特种设备使用": ("机械厂", "物流园", "纺织厂"),
    "药品零售": ("药房", "大药房"),
}
_WORDS = ("青禾", "望山", "听雨", "南风", "晨光", "百味", "松石", "清泉", "云帆")
_FORMS = ("有限责任公司", "个体工商户", "个人独资企业")
_ROADS = ("示例大道", "样本路", "范例街", "试行巷")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What inspectors need to know of a target: who it is, and where."""

    id: str
    region: str


def target_rows(count: int, regions: Sequence[str]) -> list[dict[str, str]]:
    """Return ``count`` fictional targets, spread unevenly over the regions."""
    rows = []
    for i in range(count):
        # The lower of two throws: the first region is the largest, as in real towns.
        at = min(number("region", j, i) % len(regions) for j in "ab")
        trade = choice(tuple(_TRADES), "trade", i)
        word, shop = choice(_WORDS, "word", i), choice(_TRADES[trade], "shop", i)
        founded = dt.date(2005, 1, 1) + dt.timedelta(days=number("founded", i) % 7300)
        throw = number("status", i) % 100
        status = "注销" if throw < 2 else "吊销" if throw < 3 else "存续"
        house = number("house", i) % 900 + 1
        rows.append(
            {
                "统一社会信用代码": credit_code(i, at),
                "企业名称": f"示例{regions[at]}{word}{shop}{i + 1:05d}号",
                "主体类型": choice(_FORMS, "form", i),
                "行业": trade,
                "地区": regions[at],
                "登记机关": "示例市市场监督管理局",
                "登记状态": status,
                "成立日期": founded.isoformat(),
                "住所": f"示例市{regions[at]}{choice(_ROADS, 'road', i)}{house}号",
                "监管标签": "网络经营" if number("label", i) % 9 == 0 else "",
                "信用风险类别": "AAAAABBBCD"[number("risk", i) % 10],
                "类别日期": "2026-03-31",
            }
        )
    return rows


def read_places(path: Path) -> list[Place]:
    """Return id and region of each row of an existing target list (CSV).

    Raises:
        SystemExit: the list has no column 地区, or none that looks like an id.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    head = list(rows[0]) if rows else []
    ids = [name for name in head if "统一社会信用代码" in name or "注册号" in name]
    if "地区" not in head or not ids:
        raise SystemExit(f"{path}: needs 地区 and 统一社会信用代码; found {head}")
    return [
        Place(id=row[ids[0]].strip().upper(), region=row["地区"].strip())
        for row in rows
        if row[ids[0]].strip() and row["地区"].strip()
    ]


# ── items ────────────────────────────────────────────────────────────────────

ITEMS = Path(__file__).with_name("items.csv")
"""Six items, and a draft without a legal basis that no draw may name."""


def scopes() -> tuple[str, ...]:
    """Return the codes that a 执法事项范围 may name: items with a legal basis."""
    rows = csv.DictReader(io.StringIO(ITEMS.read_text("utf-8-sig")))
    return tuple(row["编号"] for row in rows if row["抽查依据"])


# ── inspectors ───────────────────────────────────────────────────────────────

INSPECTOR_COLUMNS = (
    "单位工号",
    "姓名",
    "性别",
    "身份证号",
    "手机号",
    "学历",
    "学历专业",
    "岗位大类",
    "从事本岗起始日期",
    "岗位资质资格",
    "执法事项范围",
    "地区",
    "层级",
    "担任职务",
    "具体职务",
    "所在业务部门（机构）",
    "是否专家",
    "执法证编号",
    "执法证有效期",
    "执法证发证机关",
    "执法人员状态",
    "回避对象",
)
"""The 21 columns of a real roster template, and ours: whom one must not inspect."""
_QUALIFICATIONS = ("", "", "", "保化检查员", "药品检查员", "医疗器械检查员")
_UNITS = ("食品经营监管科", "综合执法大队", "特种设备科", "信用监管科")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SURE = 3
"""In every region the first so many may always go: a team never fails for want of
people by the sample's own doing."""


def person(index: int) -> str:
    """Return the index-th name: 示例员甲 … 示例员癸, 示例员甲甲 …"""
    letters = ""
    index += 1
    while index > 0:
        index, at = divmod(index - 1, len(_STEMS))
        letters = _STEMS[at] + letters
    return "示例员" + letters


def spread(count: int, places: Iterable[Place]) -> list[str]:
    """Return a region for each inspector: a few for each, the rest by targets.

    Raises:
        SystemExit: fewer inspectors than every region needs.
    """
    targets = Counter(place.region for place in places)
    regions = sorted(targets, key=lambda r: (-targets[r], r))
    spare = count - _SURE * len(regions)
    if spare < 0:
        need = _SURE * len(regions)
        raise SystemExit(f"{len(regions)} regions need {need} inspectors or more")
    everything = targets.total()
    heads = {r: _SURE + spare * targets[r] // everything for r in regions}
    for region in regions[: count - sum(heads.values())]:
        heads[region] += 1
    return [region for region in regions for _ in range(heads[region])]


def inspector_rows(count: int, places: Sequence[Place]) -> list[dict[str, str]]:
    """Return ``count`` fictional inspectors for the regions of these targets."""
    local: dict[str, list[str]] = {}
    for place in places:
        local.setdefault(place.region, []).append(place.id)
    codes = scopes()
    rows = []
    seen: Counter[str] = Counter()
    for i, region in enumerate(spread(count, places)):
        seen[region] += 1
        sure = seen[region] <= _SURE
        throw = 99 if sure else number("certificate", i) % 100
        auxiliary, expired, short = throw < 8, 8 <= throw < 16, 16 <= throw < 20
        status = "在岗" if sure or number("leave", i) % 25 else "休假"
        scope = [code for code in codes if number("scope", code, i) % 3]
        recused = [
            choice(local[region], "recused", i, j)
            for j in range(2)
            if not sure and number("recusal", i, j) % 10 == 0
        ]
        unit = choice(_UNITS, "unit", i)
        until = "2024-06-30" if expired else "2026-12-15" if short else "2099-12-31"
        rows.append(
            dict.fromkeys(INSPECTOR_COLUMNS, "")
            | {
                "单位工号": f"A-{i + 1:03d}",
                "姓名": person(i),
                "性别": choice(("男", "女"), "sex", i),
                "学历": choice(("本科", "大专", "硕士研究生"), "degree", i),
                "岗位大类": choice(
                    ("食品药品管理类", "工商行政管理类", "质量技术监督类"), "post", i
                ),
                "从事本岗起始日期": f"{2005 + number('since', i) % 20}-07-01",
                "岗位资质资格": choice(_QUALIFICATIONS, "qualification", i),
                "执法事项范围": _SEPARATOR.join(sorted({"SP-03", *scope})),
                "地区": region,
                "层级": "县级",
                "担任职务": "辅助人员" if auxiliary else "执法人员",
                "所在业务部门（机构）": f"示例局{unit}",
                "是否专家": "否",
                "执法证编号": "" if auxiliary else f"99{i + 1:09d}",
                "执法证有效期": "" if auxiliary else until,
                "执法证发证机关": "" if auxiliary else "示例市人民政府",
                "执法人员状态": status,
                "回避对象": _SEPARATOR.join(dict.fromkeys(recused)),
            }
        )
    return rows


# ── files ────────────────────────────────────────────────────────────────────


def write_csv(
    path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]
) -> None:
    """Write a CSV as Excel likes it: UTF-8 with a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_xlsx(
    path: Path, sheet: str, columns: Sequence[str], rows: Iterable[dict[str, str]]
) -> None:
    """Write a workbook of text cells; the same rows give the same bytes."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _MADE, "comments": "示例，人员均为虚构"})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for at, record in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
            for column, name in enumerate(columns):
                page.write_string(at, column, record[name])


def main() -> None:
    """Write the lists that the command line asks for, and say what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--targets", type=int, default=2000, metavar="N")
    parser.add_argument("--inspectors", type=int, default=80, metavar="M")
    parser.add_argument("--regions", default=",".join(REGIONS), metavar="A,B,…")
    parser.add_argument("--for-targets", type=Path, metavar="CSV")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.for_targets is None:
        targets = target_rows(asked.targets, asked.regions.split(","))
        write_csv(asked.out / "targets.csv", TARGET_COLUMNS, targets)
        places = [Place(id=t["统一社会信用代码"], region=t["地区"]) for t in targets]
        print(f"{asked.out / 'targets.csv'}: {len(targets)}")
    else:
        places = read_places(asked.for_targets)
    people = inspector_rows(asked.inspectors, places)
    write_xlsx(asked.out / "inspectors.xlsx", "执法检查人员", INSPECTOR_COLUMNS, people)
    print(f"{asked.out / 'inspectors.xlsx'}: {len(people)}")
    shutil.copyfile(ITEMS, asked.out / ITEMS.name)
    print(f"{asked.out / ITEMS.name}: {len(scopes())} + 1 草稿")


if __name__ == "__main__":
    main()
