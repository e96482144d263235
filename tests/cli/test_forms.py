"""Forms and hand-overs of a real draw: whom they name, and where they may not lie."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest

from dualrandom.office.results import record_results
from tests.draws import approved, rows
from tests.followup import DRAW, approve, at, found

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def test_the_forms_of_a_draw_name_those_who_go_there_now(drawn: Path, run: Run) -> None:
    folder = drawn / "draws" / DRAW
    target, post, gone = rows(folder, "teams.tsv")[0]
    done = approved(run, "substitute", DRAW, target, post, "--reason", "病假")
    assert done.code == 0, done.err
    comes = rows(folder, "substitutions.tsv")[0][4]
    names = {row[0]: row[1] for row in rows(folder, "inspectors.tsv")}
    done = run("forms", DRAW, "-o", "表格")
    assert done.code == 0, done.err
    notices = (drawn / "表格/notices.html").read_text("utf-8")
    team = notices.split('<section class="sheet body">')[1]
    # A whole name: somebody else's may begin with it.
    assert re.search(rf"{names[comes]}\b", team)
    assert not re.search(rf"{names[gone]}\b", team)
    assert notices.count("<section") == len(rows(folder, "drawn.tsv"))
    record = (drawn / "表格/record.html").read_text("utf-8")
    for name in ("targets.tsv", "seed.txt", "teams.tsv", "result.json"):
        assert name in record
    assert "病假" in record
    assert all(
        stat.S_IMODE(path.stat().st_mode) == 0o600
        for path in (drawn / "表格").iterdir()
    )
    assert run("publish").code == 0
    site = run("site", "build", "-o", "../site")
    assert site.code == 0, site.err
    for folder in (drawn / "public", drawn.parent / "site"):
        for path in folder.rglob("*.html"):
            assert names[comes] not in path.read_text("utf-8"), path


@pytest.mark.parametrize(
    ("out", "code"),
    [("public/表格", "E964"), (f"draws/{DRAW}", "E964"), ("keys", "E175")],
)
def test_forms_are_not_written_where_others_look(
    drawn: Path, run: Run, out: str, code: str
) -> None:
    done = run("forms", DRAW, "-o", out)
    assert done.code in (2, 4)
    assert code in done.err
    assert not (drawn / "public/表格").exists()


def test_what_was_approved_is_handed_over_and_nothing_else(
    drawn: Path, run: Run
) -> None:
    office = at(drawn)
    hand = ("results", "handover", DRAW, "--to", "某局<b>", "-o", "移送.xlsx")
    told, *others = found(office)
    trap = "=cmd|' /C calc'!A0"
    told = replace(told, action="4", action_text="移送办案机构", note=trap)
    record_results(office, DRAW, [told, *others])
    done = run(*hand)
    assert (done.code, "E965" in done.err) == (4, True)
    approve(office, drawn)
    # A correction that nobody approved does not leave the house.
    wrong = replace(told, action="", action_text="")
    record_results(office, DRAW, [wrong], reason="登记有误")
    done = run(*hand)
    assert done.code == 0, done.err
    sheet = openpyxl.load_workbook(drawn / "移送.xlsx").worksheets[0]
    (_, row) = [*sheet.iter_rows()]
    assert row[2].value == told.target
    assert (row[-1].value, row[-1].data_type) == (trap, "s")
    letter = (drawn / "移送.html").read_text("utf-8")
    assert "某局&lt;b&gt;" in letter
    assert run(*hand).code == 4
    approve(office, drawn)
    done = run(*hand[:-1], "再.xlsx")
    assert (done.code, "E966" in done.err) == (4, True)
