"""Long lists as pages: every row once, with an address; sheets beside them; counts."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

import openpyxl

from dualrandom.public_outcomes import Penalties
from dualrandom.site import lists
from dualrandom.tables import DRAWN, TARGETS
from tests.websites import (
    built,
    disclosed,
    draw,
    everything,
    pages,
    result,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def cells(site: Path, stem: str) -> tuple[list[list[str]], list[list[str]]]:
    """Return a table's rows as its CSV and as its XLSX have them."""
    text = (site / f"{stem}.csv").read_text("utf-8-sig")
    book = openpyxl.load_workbook(site / f"{stem}.xlsx")
    sheet = book.worksheets[0]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    rows = [[str(v or "") for v in row] for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(text))), rows


def test_every_type_of_page_has_its_sheets_and_is_reached(tmp_path: Path) -> None:
    site = built(tmp_path, draw(tmp_path), **everything(tmp_path))
    found = pages(site)
    tables = ("penalties", "violations", "penalties-ended", "plans/2026", "catalogue")
    for stem in (*tables, "results/2026-001", "tables/fees"):
        by_csv, by_xlsx = cells(site, stem)
        assert by_csv == by_xlsx
        assert len(by_csv) > 1
        assert f"{stem}.html" in found
    reached = {"index.html"}
    waiting = ["index.html"]
    while waiting:
        at = waiting.pop()
        for link in found[at].all("a"):
            href = (link["href"] or "").partition("#")[0]
            there = (site / at).parent.joinpath(href).resolve()
            name = there.relative_to(site.resolve()).as_posix() if href else at
            if name in found and name not in reached:
                reached.add(name)
                waiting.append(name)
    checkers = {name for name in found if name.startswith("verifier/")}
    assert found.keys() - checkers <= reached


def test_rows_are_cut_into_pages_and_found_by_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS", 3)
    rows = [result(n, item=item) for n in range(1, 6) for item in ("SP-03", "SP-04")]
    site = built(tmp_path, draw(tmp_path, targets=30), results={"2026-001": rows})
    found = {n: p for n, p in pages(site).items() if n.startswith("results/")}
    assert sorted(found) == ["results/2026-001.html"] + [
        f"results/2026-001.p{n}.html" for n in (2, 3, 4)
    ]
    ids = [i for page in found.values() for i in page.ids() if i.startswith("r-")]
    # Two items a target: the first of its rows has the address.
    assert sorted(ids) == [f"r-91330000EXAMPLE{n:03}" for n in range(1, 6)]
    first = found["results/2026-001.html"]
    assert "91330000EXAMPLE002 – 91330000EXAMPLE003" in first.text
    assert "按编号查找" not in found["results/2026-001.p2.html"].text
    by_csv, _ = cells(site, "results/2026-001")
    assert [(row[2], row[3][:5]) for row in by_csv[1:]] == [
        (row.target, row.item) for row in rows
    ]


def test_a_long_list_of_drawn_is_also_there_by_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS", 3)
    site = built(tmp_path, draw(tmp_path, targets=30))
    found = pages(site)
    links: list[str] = []
    for name, page in found.items():
        if ".ids" in name:
            links += [a["href"] or "" for a in page.all("a") if "#t-" in str(a["href"])]
    told = [link.partition("#t-")[2] for link in links]
    assert told == sorted(told)
    assert len(told) == 10
    for link in links:
        path, _, at = link.partition("#")
        assert at in found[f"draws/{path}"].ids()
    assert "2026-001.ids.html" in found["draws/2026-001.html"].source


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    made = everything(tmp_path) | {
        "penalties": Penalties(shown=(), ended=()),
        "tables": [disclosed(rows=())],
        "results": {},
    }
    found = pages(built(tmp_path, **made))
    assert "目前没有公示中的行政处罚" in found["penalties.html"].text
    assert "没有停止公示的决定" in found["penalties-ended.html"].text
    assert "目前没有质量违法行为记录" in found["violations.html"].text
    assert "没有内容" in found["tables/fees.html"].text
    assert found["statistics.html"].text.count("尚无数据") == 4


def test_what_is_no_longer_shown_has_no_name_anywhere(tmp_path: Path) -> None:
    """The tombstone has a number, a day and why."""
    site = built(tmp_path, draw(tmp_path), **everything(tmp_path))
    page = pages(site)["penalties-ended.html"]
    assert "示市监罚〔2025〕9号 2026-11-01 公示期满" in page.text
    only = pages(site)["violations.html"]
    assert "2026〕1号" in only.text
    assert "2026〕2号" not in only.text


def test_a_version_whose_bytes_are_gone_is_listed_and_not_linked(
    tmp_path: Path,
) -> None:
    made = everything(tmp_path)
    made["texts"] = [(text, b"") for text, _ in made["texts"]]
    found = pages(built(tmp_path, **made))
    assert "plans/2026.html" not in found
    assert "rules/1.md" not in found["rules.html"].source
    assert made["texts"][0][0].digest in found["rules.html"].text


# ── statistics, counted again by hand ────────────────────────────────────────────


def table(page: Any, id_: str) -> list[list[str]]:
    """Return the rows beneath a heading of the page, cells as text."""
    import re

    part = page.source.partition(f'id="{id_}"')[2].partition("</table>")[0]
    body = part.partition("<tbody")[2]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_statistics_are_what_counting_gives(tmp_path: Path) -> None:
    one = draw(tmp_path, "2026-001", targets=20)
    two = draw(tmp_path, "2026-002", targets=31)
    sealed = draw(tmp_path, "2026-003", targets=12, kind="sealed")
    given = {
        "2026-001": [result(n, text="甲" if n % 3 else "乙") for n in range(1, 8)],
        "2026-002": [result(n, "2026-002", text="甲") for n in range(5, 12)],
    }
    page = pages(built(tmp_path, one, two, sealed, results=given))["statistics.html"]
    texts = Counter(row.text for rows in given.values() for row in rows)
    assert table(page, "outcomes") == [
        ["甲", str(texts["甲"]), "85.7%"],
        ["乙", str(texts["乙"]), "14.2%"],
    ]
    listed: dict[str, set[str]] = {}
    drawn: dict[str, set[str]] = {}
    seen: dict[str, set[str]] = {}
    where: dict[str, str] = {}
    for folder in (tmp_path / "draws" / "2026-001", tmp_path / "draws" / "2026-002"):
        for target in TARGETS.parse((folder / "targets.tsv").read_bytes())[1]:
            where[target.id] = target.region
            listed.setdefault(target.region, set()).add(target.id)
        for chosen in DRAWN.parse((folder / "drawn.tsv").read_bytes())[1]:
            drawn.setdefault(where[chosen.id], set()).add(chosen.id)
    for row in itertools.chain(*given.values()):
        seen.setdefault(where[row.target], set()).add(row.target)
    expected = []
    for region in sorted(listed):
        n, d = len(listed[region]), len(drawn.get(region, ()))
        share = f"{d * 1000 // n // 10}.{d * 1000 // n % 10}%"
        expected.append(
            ["2026", region, str(n), str(d), str(len(seen.get(region, ()))), share]
        )
    assert table(page, "targets") == expected
    assert table(page, "items") == [["2026", "SP-03", "食品经营监督检查", "3", "14"]]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    one = tree(built(tmp_path, draw(tmp_path), **everything(tmp_path)))
    two = tree(
        built(tmp_path / "b", draw(tmp_path / "b"), **everything(tmp_path / "b"))
    )
    assert one == two
