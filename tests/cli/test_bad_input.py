"""Whatever a clumsy officer types or brings: three clear lines, and nothing done.

Every case is a line typed in an office, perhaps after something was prepared there.
It ends with its exit code and its error code, says what, where and what to do in both
languages, prints no data, and leaves folder and database as they were.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.refusals import (
    DICE,
    FREEZE,
    NEW,
    PERIOD,
    Prepare,
    check,
    draw,
    drawn_already,
    frozen,
    nothing,
    sheet,
    shorter,
)
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

# ── lists ────────────────────────────────────────────────────────────────────────

HEAD = ("统一社会信用代码", "企业名称")
ONE = ("91330100EXAMPLE017", "示例一号")


@pytest.mark.parametrize(
    ("name", "content", "exit_code", "code", "told"),
    [
        pytest.param("a.pdf", b"%PDF-1.7 ...", 3, "E202", "PDF", id="a PDF"),
        pytest.param("a.csv", b"\x00\x01\x02\x03", 3, "E202", "a.csv", id="bytes"),
        pytest.param("a.docx", b"PK\x03\x04rest", 3, "E208", "a.docx", id="a zip"),
        pytest.param("a.xls", b"<html><table>", 3, "E203", "a.xls", id="a web page"),
        pytest.param("a.csv", b"", 3, "E201", "a.csv", id="not a byte"),
        pytest.param("a.xlsx", (), 3, "E214", "a.xlsx", id="an empty sheet"),
        pytest.param("a.csv", (HEAD,), 3, "E219", "a.csv", id="a heading alone"),
        pytest.param(
            "a.csv", (("代码", "备注"), ("1", "2")), 3, "E217", "备注",
            id="a column is missing, the headings found are named",
        ),
        pytest.param(
            "a.csv", (HEAD, ONE, ONE), 3, "E220", "E233", id="the same id twice"
        ),
        pytest.param(
            "a.xlsx", (HEAD, (990012345678901234, "示例")), 3, "E220", "E232",
            id="an 18-digit code stored as a number",
        ),
        pytest.param(
            "a.csv", (HEAD, ("91330100/EXAMPLE", "示例")), 3, "E220", "E231",
            id="an id with a slash",
        ),
        pytest.param(
            "a.csv", (HEAD, ("-91330100", "示例")), 3, "E220", "E231",
            id="an id that begins with a sign",
        ),
        pytest.param(
            "a.csv", (HEAD, ("", "示例")), 3, "E220", "E230", id="an empty id"
        ),
        pytest.param(
            "a.csv", (HEAD, ("A" * 65, "示例")), 3, "E220", "E231", id="an endless id"
        ),
        pytest.param(
            "a.csv", ((*HEAD, "上次检查日期"), ("91330100EXAMPLE017", "示例", "2999-01-01")),
            3, "E220", "E438", id="an inspection that has not come yet",
        ),
        pytest.param("a.csv", b"\xff\xfea\xd8", 3, "E221", "a.csv", id="no encoding"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_imported(
    office: Path,
    run: Run,
    name: str,
    content: bytes | tuple[Any, ...],
    exit_code: int,
    code: str,
    told: str,
) -> None:
    if isinstance(content, bytes):
        (office / name).write_bytes(content)
    else:
        sheet(office, name, *content)
    said = check(run, office, ("import", "targets", name, "--yes"), exit_code, code)
    assert told in said


def test_all_bad_rows_are_told_with_their_cells(office: Path, run: Run) -> None:
    rows = [
        HEAD,
        ("一/二", "甲"),
        ("91330100EXAMPLE017", ""),
        ("A,B", "丙"),
        ("", "丁"),
    ]
    sheet(office, "a.xlsx", *rows)
    said = check(run, office, ("import", "targets", "a.xlsx"), 3, "E220")
    assert [f"› {cell}  " in said for cell in ("A2", "B3", "A4", "A5")] == [True] * 4


@pytest.mark.parametrize("place", ["nowhere.csv", ".", "kept", "pipe"])
def test_what_is_no_file_is_no_sheet(office: Path, run: Run, place: str) -> None:
    os.mkfifo(office / "pipe")
    check(run, office, ("import", "items", place), 5, "E200")


def test_a_change_needs_a_yes(office: Path, run: Run, lists: Path) -> None:
    shorter(lists, office)
    said = check(run, office, ("import", "targets", "less.csv"), 4, "E370")
    assert "--yes" in said
    before = snapshot(office)
    assert run("import", "targets", "less.csv", "--dry-run").code == 0
    assert snapshot(office) == before


# ── tasks ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        pytest.param((*NEW, "--ratio", "0"), 3, "E360", id="a quota of zero"),
        pytest.param((*NEW, "--ratio", "0%"), 3, "E360", id="a ratio of zero"),
        pytest.param((*NEW, "--ratio", "101%"), 3, "E360", id="more than all"),
        pytest.param((*NEW, "--ratio", "-3%"), 3, "E360", id="less than none"),
        pytest.param((*NEW, "--ratio", "三成"), 3, "E360", id="a ratio in words"),
        pytest.param((*NEW, "--total", "0"), 3, "E360", id="a total of zero"),
        pytest.param((*NEW, "--total", "-1"), 3, "E360", id="a total below zero"),
        pytest.param((*NEW, "--total", "9" * 20), 3, "E360", id="an absurd total"),
        pytest.param((*NEW, "--total", "many"), 2, "E160", id="a total in words"),
        pytest.param(NEW, 3, "E375", id="neither ratio nor total"),
        pytest.param((*NEW, "--ratio", "3%", "--total", "3"), 3, "E375", id="both"),
        pytest.param(
            (*NEW, "--ratio", "3%", "--ratio", "4%"), 3, "E377", id="two ratios"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--posts", "1"), 3, "E410", id="one post"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--posts", "执法证:1"), 3, "E410", id="one with a tag"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--posts", "执法证:0"), 3, "E373", id="no post"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--posts", "a b:2"), 3, "E373", id="a tag with a gap"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--tickets", "A=0"), 3, "E374", id="no ticket"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--tickets", "A=100"), 3, "E374", id="100 tickets"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--tickets", "A=1", "--tickets", "A=2"),
            3, "E377", id="tickets twice",
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--reserves", "300%"), 3, "E360", id="reserves"
        ),
        pytest.param(
            (*NEW, "--ratio", "3%", "--scope", "size = 3"), 3, "E321", id="a field"
        ),
        pytest.param((*NEW, "--ratio", "3%", "--scope", "kind ="), 3, "E322", id="scope"),
        pytest.param((*NEW, "--ratio", "3%", "--area", "near"), 2, "E160", id="area"),
        pytest.param((*NEW[:-1], "", "--ratio", "3%"), 2, "E429", id="no title"),
        pytest.param(
            (*NEW[:-1], "a\nb", "--ratio", "3%"), 3, "E303", id="a title of two lines"
        ),
        pytest.param(
            ("task", "new", "../T", *NEW[3:], "--ratio", "3%"), 3, "E371", id="a path"
        ),
        pytest.param(
            ("task", "new", "任务", *NEW[3:], "--ratio", "3%"), 3, "E371", id="an id"
        ),
        pytest.param(
            ("task", "new", "2026-001", *NEW[3:], "--ratio", "3%"), 4, "E380", id="again"
        ),
        pytest.param((*NEW, "--ratio", "3%", "--to", "2099-01-01"), 3, "E372", id="turned"),
        pytest.param((*NEW, "--ratio", "3%", "--to", "2099-02-30"), 2, "E165", id="no day"),
        pytest.param((*NEW, "--ratio", "3%", "--to", "20991231"), 2, "E165", id="a number"),
        pytest.param(("task", "edit", "T-9", "--title", "x"), 4, "E381", id="edit none"),
        pytest.param(("task", "edit", "2026-001", "--total", "0"), 3, "E360", id="edit"),
        pytest.param(("task", "delete", "T-9"), 4, "E381", id="delete none"),
        pytest.param(("task", "show", "T-9"), 4, "E381", id="show none"),
    ],
)  # fmt: skip
def test_a_task_that_cannot_be(
    office: Path, run: Run, args: tuple[str, ...], exit_code: int, code: str
) -> None:
    check(run, office, args, exit_code, code)


# ── freezing ─────────────────────────────────────────────────────────────────────


def add(run: Run, *args: str) -> None:
    made = run("task", "new", "T-2", *args)
    assert made.code == 0, made.err


def everybody_is_recused(office: Path, run: Run) -> None:
    target = (office.parent / "target").read_text("utf-8")
    head = ("姓名", "人员编号", "执法证编号", "执法证有效期", "回避对象")
    people = [(f"示例{n}", f"A-{n}", f"C-{n}", "长期", target) for n in range(3)]
    sheet(office, "p.csv", head, *people)
    done = run("import", "inspectors", "p.csv", "--yes")
    assert done.code == 0, done.err


def the_items_end(office: Path, run: Run) -> None:
    head = ("编号", "抽查事项名称", "抽查依据", "抽查主体", "抽查内容", "抽查方式")
    whole = ("SP-03", "例", "依据", "主体", "内容", "现场检查")
    sheet(office, "i.csv", (*head, "失效日期"), (*whole, "2020-01-01"))
    assert run("import", "items", "i.csv", "--yes").code == 0


def the_items_begin_later(office: Path, run: Run) -> None:
    head = ("编号", "抽查事项名称", "抽查依据", "抽查主体", "抽查内容", "抽查方式")
    whole = ("SP-03", "例", "依据", "主体", "内容", "现场检查")
    sheet(office, "i.csv", (*head, "实施日期"), (*whole, "2099-11-30"))
    assert run("import", "items", "i.csv", "--yes").code == 0


def with_task(*options: str) -> Prepare:
    def prepare(office: Path, run: Run) -> None:
        add(run, *options)

    return prepare


T2 = ("freeze", "T-2", "--randomness", "dice:20")
COMMON = ("--item", "SP-03", *PERIOD)


@pytest.mark.parametrize(
    ("prepare", "args", "exit_code", "code"),
    [
        pytest.param(
            nothing, ("freeze", "T-9", *FREEZE[2:]), 4, "E381", id="an unknown task"
        ),
        pytest.param(nothing, ("freeze", "2026-001"), 2, "E160", id="no randomness"),
        pytest.param(nothing, (*FREEZE[:3], "dice:19"), 3, "E607", id="too few dice"),
        pytest.param(nothing, (*FREEZE[:3], "dice:x"), 2, "E168", id="no number"),
        pytest.param(nothing, (*FREEZE[:3], "coin:20"), 2, "E168", id="a coin"),
        pytest.param(nothing, (*FREEZE[:3], ""), 2, "E168", id="an empty source"),
        pytest.param(
            nothing, (*FREEZE[:3], "lottery:xyz:1"), 2, "E168", id="an unknown lottery"
        ),
        pytest.param(
            nothing, (*FREEZE[:3], "sealed:甲=abc"), 2, "E168", id="no commitment"
        ),
        pytest.param(
            nothing, (*FREEZE, "--randomness", "local"), 3, "E606", id="local and dice"
        ),
        pytest.param(
            nothing, (*FREEZE, "--randomness", "dice:30"), 3, "E379", id="dice twice"
        ),
        pytest.param(
            nothing, (*FREEZE, "--sealed-until", "2099-12-31"), 4, "E388",
            id="sealed for too short",
        ),
        pytest.param(
            nothing, (*FREEZE, "--sealed-until", "soon"), 2, "E165", id="sealed until when"
        ),
        pytest.param(nothing, (*FREEZE, "--draw", ".."), 3, "E371", id="the folder above"),
        pytest.param(nothing, (*FREEZE, "--draw", "../kept"), 3, "E371", id="a path"),
        pytest.param(nothing, (*FREEZE, "--draw", "a" * 33), 3, "E371", id="a long id"),
        pytest.param(nothing, (*FREEZE, "--reason", "a\nb"), 3, "E366", id="two lines"),
        pytest.param(
            with_task("--item", "NO-1", "--ratio", "3%", *PERIOD), T2, 4, "E385",
            id="an unknown item",
        ),
        pytest.param(
            with_task("--item", "CG-01", "--ratio", "3%", *PERIOD), T2, 4, "E386",
            id="an item that is a draft",
        ),
        pytest.param(the_items_end, FREEZE, 4, "E313", id="an item that has expired"),
        pytest.param(
            the_items_begin_later, FREEZE, 4, "E314", id="an item that is not in force"
        ),
        pytest.param(
            with_task("--ratio", "3%", "--item", "SP-03", "--title", "例",
                      "--from", "2020-01-01", "--to", "2020-12-31"),
            T2, 4, "E387", id="a period that is over",
        ),
        pytest.param(
            with_task(*COMMON, "--ratio", "不高于0.1%"), T2, 4, "E402",
            id="a quota that comes out zero",
        ),
        pytest.param(
            with_task(*COMMON, "--ratio", "3%", "--scope", "kind = 没有的"), T2, 4, "E401",
            id="nobody in scope",
        ),
        pytest.param(
            with_task(*COMMON, "--ratio", "A=3%", "--strata", "risk"), T2, 4, "E361",
            id="a class without a ratio",
        ),
        pytest.param(
            with_task(*COMMON, "--ratio", "3%", "--tickets", "A=1", "--tickets", "B=10"),
            T2, 4, "E364", id="tickets of one digit and of two",
        ),
        pytest.param(
            with_task(*COMMON, "--ratio", "3%", "--posts", "执法证+核电检查:2"), T2, 4, "E363",
            id="nobody has the tag",
        ),
        pytest.param(everybody_is_recused, FREEZE, 4, "E363", id="everybody is recused"),
        pytest.param(frozen, FREEZE, 4, "E383", id="a second announcement"),
        pytest.param(drawn_already, FREEZE, 4, "E384", id="a redraw without a reason"),
        pytest.param(
            drawn_already, (*FREEZE, "--reason", "错", "--draw", "2026-001"), 4, "E389",
            id="an id that was used",
        ),
        pytest.param(
            frozen, ("task", "edit", "2026-001", "--ratio", "50%"), 4, "E382",
            id="a task after its announcement",
        ),
        pytest.param(
            frozen, ("task", "delete", "2026-001"), 4, "E382", id="retiring it"
        ),
    ],
)  # fmt: skip
def test_a_freeze_that_is_refused(
    office: Path,
    run: Run,
    lists: Path,
    prepare: Prepare,
    args: tuple[str, ...],
    exit_code: int,
    code: str,
) -> None:
    rows = (lists / "targets.csv").read_text("utf-8-sig").splitlines()[1:]
    standing = next(row for row in rows if ",存续," in row)
    (office.parent / "target").write_text(standing.split(",")[0], "utf-8")
    prepare(office, run)
    check(run, office, args, exit_code, code)


def test_a_folder_in_the_way_is_somebodys(office: Path, run: Run) -> None:
    (office / "draws/2026-001").mkdir()
    (office / "draws/2026-001/note.txt").write_text("mine")
    said = check(run, office, FREEZE, 4, "E188")
    assert "draws/2026-001" in said


# ── drawing ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("prepare", "args", "exit_code", "code"),
    [
        pytest.param(nothing, draw("--dice", DICE), 4, "E390", id="before the freeze"),
        pytest.param(frozen, ("draw", "T-9", "--dice", DICE), 4, "E390", id="another"),
        pytest.param(
            frozen, ("draw", "../draws/2026-001", "--dice", DICE), 4, "E390", id="a path"
        ),
        pytest.param(frozen, draw("--dice", DICE[:-1]), 3, "E604", id="too few dice"),
        pytest.param(frozen, draw("--dice", DICE + "1"), 3, "E604", id="too many dice"),
        pytest.param(frozen, draw("--dice", "x" * 20), 3, "E603", id="letters"),
        pytest.param(frozen, draw("--dice", "６" * 20), 3, "E603", id="full width"),
        pytest.param(frozen, draw("--dice", f"{DICE} "), 3, "E603", id="a space"),
        pytest.param(frozen, draw(), 2, "E395", id="no dice and nobody to ask"),
        pytest.param(
            frozen, draw("--dice", DICE, "--lottery", "1"), 2, "E365", id="a lottery"
        ),
        pytest.param(
            frozen, draw("--dice", DICE, "--secret", "甲=1"), 2, "E365", id="a stranger"
        ),
        pytest.param(
            frozen, draw("--dice", DICE, "--secret", "x"), 2, "E166", id="no party"
        ),
        pytest.param(
            drawn_already, draw("--dice", DICE), 4, "E391", id="a second draw"
        ),
        pytest.param(
            drawn_already, draw("--dice", "0" * 20), 4, "E391", id="with other dice"
        ),
        pytest.param(
            nothing, ("abandon", "2026-001", "--reason", "任务取消"), 4, "E390",
            id="abandoning what is not announced",
        ),
        pytest.param(
            drawn_already, ("abandon", "2026-001", "--reason", "任务取消"), 4, "E391",
            id="abandoning what is drawn",
        ),
        pytest.param(
            frozen, ("abandon", "2026-001", "--reason", "不喜欢"), 3, "E397",
            id="abandoning for no known reason",
        ),
        pytest.param(
            frozen, ("export", "2026-001", "-o", "x.xlsx"), 4, "E378", id="export early"
        ),
        pytest.param(
            nothing, ("export", "T-9", "-o", "x.xlsx"), 4, "E390", id="export none"
        ),
        pytest.param(
            drawn_already, ("export", "2026-001", "-o", "x.doc"), 2, "E228",
            id="export to a document",
        ),
        pytest.param(
            drawn_already, ("export", "2026-001", "-o", "no/x.xlsx"), 5, "E229",
            id="export to nowhere",
        ),
        pytest.param(nothing, ("pack", "T-9", "-o", "x.zip"), 4, "E390", id="pack none"),
        pytest.param(
            frozen, ("pack", "../kept", "-o", "x.zip"), 4, "E390", id="pack a path"
        ),
        pytest.param(
            frozen, ("pack", "2026-001", "-o", "office.db"), 2, "E176",
            id="pack over the database",
        ),
        pytest.param(
            frozen, ("pack", "2026-001", "-o", "no/x.zip"), 5, "E154", id="pack nowhere"
        ),
        pytest.param(nothing, ("why", "T-9", "X"), 4, "E390", id="why of none"),
        pytest.param(
            nothing, ("why", "office.toml", "X"), 5, "E152", id="why of a text file"
        ),
        pytest.param(nothing, ("why", "kept", "X"), 3, "E400", id="why of a folder"),
        pytest.param(nothing, ("log", "show", "99"), 3, "E169", id="no such entry"),
        pytest.param(nothing, ("log", "show", "-1"), 2, "E160", id="below zero"),
    ],
)  # fmt: skip
def test_a_draw_that_is_refused(
    office: Path,
    run: Run,
    prepare: Prepare,
    args: tuple[str, ...],
    exit_code: int,
    code: str,
) -> None:
    prepare(office, run)
    check(run, office, args, exit_code, code)


def test_a_pipe_is_not_replaced_by_a_file(office: Path, run: Run) -> None:
    frozen(office, run)
    os.mkfifo(office / "x.zip")
    check(run, office, ("pack", "2026-001", "-o", "x.zip"), 5, "E154")


def test_a_filled_sheet_is_not_replaced_by_a_template(office: Path, run: Run) -> None:
    sheet(office, "filled.xlsx", HEAD, ONE)
    check(run, office, ("template", "targets", "-o", "filled.xlsx"), 4, "E175")
