"""After a draw: who steps in follows from the rule, with a second person's approval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.draws import approved, both, drawn, freeze, new_task, rows
from tests.intruder import Intruder
from tests.refusals import DICE, check, refused
from tests.snapshot import snapshot

if TYPE_CHECKING:
    from conftest import Run

CLOSED = ("--reason", "停业", "--evidence", "现场照片3张")
SICK = ("--reason", "病假")
FOLDER = Path("draws/R-1")


@pytest.fixture(name="changed")
def _changed(office: Path, run: Run) -> Path:
    """A draw with reserves, areas and few people: whoever moves may not be allowed."""
    new_task(run, "R-1", "--ratio", "5%", "--reserves", "50%", "--area", "same")
    drawn(run, "R-1")
    return office


def first(name: str = "selected.tsv") -> str:
    return rows(FOLDER, name)[0][1 if name == "selected.tsv" else 0]


def test_the_next_reserve_steps_in_and_the_rule_names_everybody(
    changed: Path, run: Run
) -> None:
    gone = first()
    done = approved(run, "replace", "R-1", gone, *CLOSED)
    assert done.code == 0, done.err
    stepped = first("reserves.tsv")
    assert f"{gone} 由 {stepped} 顶替" in done.out
    assert rows(FOLDER, "replacements.tsv")[0][1:] == [gone, stepped, "停业", CLOSED[3]]
    # Whoever moved over and may not be there is substituted, in post order.
    due = [line for line in done.err.splitlines() if line.startswith("还须换人")]
    for line in due:
        post = line.split("第 ")[1].split(" ")[0]
        answer = approved(
            run, "substitute", "R-1", stepped, post, "--reason", "随组转来"
        )
        assert answer.code == 0, answer.err
    team = {row[2] for row in rows(FOLDER, "teams.tsv") if row[0] != gone}
    somebody = next(row for row in rows(FOLDER, "teams.tsv") if row[0] != gone)
    again = approved(run, "substitute", "R-1", somebody[0], somebody[2], *SICK)
    assert again.code == 0, again.err
    assert rows(FOLDER, "substitutions.tsv")[-1][1:4] == somebody
    assert team
    # All by the rule; that the digests are the logged ones, only the log can tell.
    code, ours, theirs = both(run, FOLDER)
    assert code == 6
    assert "replacements.tsv" in ours
    assert "按规则全同" in theirs
    assert run("log", "verify").code == 0
    assert run("publish").code == 0


def test_the_sheet_for_inspectors_holds_who_is_due_after_all_changes(
    changed: Path, run: Run
) -> None:
    """Sent to who was replaced, or with who is ill, nobody would notice until there."""
    del changed
    drawn_ids = [row[1] for row in rows(FOLDER, "selected.tsv")]
    gone, stepped = drawn_ids[0], first("reserves.tsv")
    assert approved(run, "replace", "R-1", gone, *CLOSED).code == 0
    other = drawn_ids[1]
    old = next(row[2] for row in rows(FOLDER, "teams.tsv") if row[0] == other)
    assert approved(run, "substitute", "R-1", other, old, *SICK).code == 0
    new = rows(FOLDER, "substitutions.tsv")[-1][4]
    assert run("export", "R-1", "-o", "名单.xlsx").code == 0
    sheet = openpyxl.load_workbook("名单.xlsx").active
    assert sheet is not None
    every = {str(row[1]): row for row in sheet.iter_rows(values_only=True)}
    assert [id_ for id_ in every if id_ in {*drawn_ids, stepped}] == [
        stepped,
        *drawn_ids[1:],
    ]
    team = str(every[other][5])
    assert f"（{new}）" in team
    assert f"（{old}）" not in team


def test_a_change_is_asked_for_again_once_the_log_has_grown(
    changed: Path, run: Run
) -> None:
    """A row names its entry's place."""
    command = ("replace", "R-1", first(), *CLOSED)
    assert run(*command).code == 4
    request = "replace-R-1.request"
    assert (Path(f"{request}.papers") / "replacements.tsv").is_file()
    said = run("approve", request, "--key", "keys/supervisor/supervisor-01.key")
    assert first() in said.err, "the supervisor sees who is replaced"
    assert run("publish").code == 0
    before = snapshot(changed)
    refused(run(*command, "--approval", f"{request}.approval"), 4, "E398")
    assert snapshot(changed) == before
    assert approved(run, *command).code == 0


def test_papers_that_are_not_the_named_ones_are_not_signed(
    changed: Path, run: Run
) -> None:
    assert run("replace", "R-1", first(), *CLOSED).code == 4
    Intruder(changed).flip("replace-R-1.request.papers/replacements.tsv")
    key = ("--key", "keys/supervisor/supervisor-01.key")
    refused(run("approve", "replace-R-1.request", *key), 3, "E450")


def test_what_cannot_be_changed(changed: Path, run: Run) -> None:
    targets = {row[0] for row in rows(FOLDER, "targets.tsv")}
    undrawn = min(targets - {row[0] for row in rows(FOLDER, "drawn.tsv")})
    for line, code, exit_code in (
        (("replace", "R-1", undrawn, *CLOSED), "E454", 4),
        (("replace", "R-1", first(), "--reason", "不喜欢", *CLOSED[2:]), "E397", 3),
        (("substitute", "R-1", undrawn, "1", *SICK), "E454", 4),
        (("substitute", "R-1", first(), "9", *SICK), "E455", 4),
        (("substitute", "R-1", first(), "1", "--reason", "不想去"), "E397", 3),
        (("replace", "2026-001", first(), *CLOSED), "E390", 4),
        (("release", "R-1"), "E459", 4),
    ):
        check(run, changed, line, exit_code, code)


def test_reserves_run_out(office: Path, run: Run) -> None:
    new_task(run, "R-1", "--ratio", "5%")
    freeze(run, "R-1")
    check(run, office, ("replace", "R-1", "x", *CLOSED), 4, "E378")
    assert run("draw", "R-1", "--dice", DICE).code == 0
    check(run, office, ("replace", "R-1", first(), *CLOSED), 4, "E453")


def test_somebody_recused_since_is_taken_up_and_taken_out(
    changed: Path, run: Run, lists: Path
) -> None:
    """So the folder alone shows every step; the log shows the recusal."""
    target, post, holder = rows(FOLDER, "teams.tsv")[0]
    command = ("substitute", "R-1", target, post, *SICK)
    assert run(*command).code == 4
    papers = Path("substitute-R-1.request.papers")
    due = rows(papers, "substitutions.tsv")[0][4]
    book = openpyxl.load_workbook(lists / "inspectors.xlsx")
    row = next(row for row in book.active.rows if row[0].value == due)
    row[-1].value = target
    book.save("again.xlsx")
    assert run("import", "inspectors", "again.xlsx", "--yes").code == 0
    taken = approved(run, *command)
    assert taken.code == 0
    assert "再换一次" in taken.err
    again = approved(run, "substitute", "R-1", target, post, "--reason", "回避")
    assert again.code == 0, again.err
    assert [row[3] for row in rows(FOLDER, "substitutions.tsv")] == [holder, due]
    assert both(run, FOLDER)[0] == 6


def test_a_recusal_that_is_over_moves_nobody(changed: Path, run: Run) -> None:
    """Else an old one would be a way to put somebody else into a team."""
    target, post, _ = rows(FOLDER, "teams.tsv")[0]
    command = ("substitute", "R-1", target, post, *SICK)
    assert run(*command).code == 4
    due = rows(Path("substitute-R-1.request.papers"), "substitutions.tsv")[0][4]
    over = ("--from", "2020-01-01", "--to", "2020-12-31", "--reason", "亲属")
    assert run("recusals", "add", due, target, *over).code == 0
    taken = approved(run, *command)
    assert (taken.code, "再换一次" in taken.err) == (0, False), taken.err
