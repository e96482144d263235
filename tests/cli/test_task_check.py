"""``task check``: what stands there is what the freeze and the draw then do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

WHEN = ("--from", "2099-12-01", "--to", "2099-12-31", "--title", "检查")


def check(run: Run, task: str, code: int = 0) -> dict[str, Any]:
    done = run("task", "check", task, "--json")
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def people(lists: Path, keep: int, most: str) -> None:
    """Write a roster of the first few inspectors, each with a limit."""
    book = openpyxl.load_workbook(lists / "inspectors.xlsx")
    page = book.active
    assert page is not None
    page.delete_rows(keep + 2, page.max_row)
    page.cell(1, page.max_column + 1, "每次抽查上限")
    for row in range(2, page.max_row + 1):
        page.cell(row, page.max_column, most)
    book.save("人员.xlsx")


def test_what_is_told_is_what_is_frozen(office: Path, run: Run) -> None:
    made = ("task", "new", "T-1", "--item", "SP-03", "--ratio", "10%", *WHEN)
    assert run(*made, "--strata", "region", "--scope", "地区 != 示例镇").code == 0
    found = check(run, "T-1")
    assert (found["odds"], found["fails"], found["alone"]) == (0, False, 0)
    assert found["scope"] == "地区 != 示例镇"
    assert run("freeze", "T-1", "--randomness", "dice:20").code == 0
    announced = json.loads((office / "draws/T-1/announcement.json").read_text())
    assert found["targets"] == announced["files"]["targets.tsv"]["rows"]
    assert found["inspectors"] == announced["files"]["inspectors.tsv"]["rows"]
    assert [(s["name"], s["rows"]) for s in found["strata"]] == [
        (s["name"], s["rows"]) for s in announced["strata"]
    ]
    assert found["excluded"] == announced["excluded"]
    out = (office / "draws/T-1/exclusions.tsv").read_text().splitlines()[2:]
    left = sum(e["count"] for e in found["excluded"] if e["list"] == "targets")
    assert left == len(out)
    assert run("draw", "T-1", "--dice", "1" * 20).code == 0
    drawn = (office / "draws/T-1/drawn.tsv").read_text().splitlines()[1:]
    assert len(drawn) == found["drawn"] == sum(s["drawn"] for s in found["strata"])


def test_too_few_people_are_told_before_the_freeze(
    office: Path, run: Run, lists: Path
) -> None:
    people(lists, 6, "4")
    assert run("import", "inspectors", "人员.xlsx", "--yes").code == 0
    made = ("task", "new", "T-1", "--item", "SP-03", "--total", "20", *WHEN)
    assert run(*made).code == 0
    found = check(run, "T-1", 1)
    assert found["fails"]
    (problem,) = found["problems"]
    assert problem["code"] == "E433"
    assert not problem["warning"]
    said = run("task", "check", "T-1").out
    assert "一定配不齐" in said
    # Frozen and drawn nevertheless, it does fail.
    assert run("freeze", "T-1", "--randomness", "dice:20").code == 0
    assert "E501" in run("draw", "T-1", "--dice", "1" * 20).err


def test_a_target_alone_is_named(office: Path, run: Run) -> None:
    made = ("task", "new", "T-1", "--item", "SP-03", "--ratio", "1%", *WHEN)
    assert run(*made, "--posts", "执法证+核电:2").code == 0
    found = check(run, "T-1", 1)
    assert found["alone"] == found["targets"]
    assert [p["code"] for p in found["problems"]] == ["E432"]
    assert run("freeze", "T-1", "--randomness", "dice:20").code == 4


@pytest.mark.parametrize(
    ("item", "code"), [("CG-01", "E386"), ("SP-99", "E385")], ids=["draft", "unknown"]
)
def test_an_item_that_nobody_may_be_inspected_on_is_told(
    office: Path, run: Run, item: str, code: str
) -> None:
    del office
    made = ("task", "new", "T-1", "--item", item, "--ratio", "1%", *WHEN)
    assert run(*made).code == 0
    assert [p["code"] for p in check(run, "T-1", 1)["problems"]] == [code]
    assert code in run("task", "show", "T-1").out
    assert code in run("freeze", "T-1", "--randomness", "dice:20").err


def test_what_cannot_be_proved_is_tried(office: Path, run: Run) -> None:
    made = ("task", "new", "T-1", "--item", "SP-03", "--ratio", "1%", *WHEN)
    posts = ("--posts", "执法证:2", "--posts", "执法证+SP-03:1")
    assert run(*made, "--area", "cross", *posts).code == 0
    found = json.loads(run("task", "check", "T-1", "--json", "--runs", "3").out)
    assert (found["odds"], found["tried"]) == (None, [3, 0])
    assert "试抽 20 次，0 次配不齐" in run("task", "check", "T-1").out
