"""What an officer's slip or an insider's sheet must not do to results and penalties."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dualrandom.canonical import sha256
from dualrandom.office import journal
from dualrandom.office.due import duties
from dualrandom.office.penalties import record_penalties, withdraw_penalty
from dualrandom.office.publishing import publish
from dualrandom.office.releasing import release
from dualrandom.office.results import (
    published,
    record_results,
    results_of,
    standing_of,
)
from dualrandom.outcomes import Display
from dualrandom.public_outcomes import results_bytes
from dualrandom.sheets.private import holds_personal
from tests.clerk import penalty
from tests.factories import DICE
from tests.followup import DRAW, YEARS, approve, at, code_of, fill, found
from tests.refusals import refused

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Until

HEADS = "行政处罚决定书文号,当事人,案由,处罚依据,处罚内容,决定机关,决定日期"
ROW = "示罚1号,甲店,过期,某法,罚款,示例局,2099-12-10"


def test_two_halves_are_brought_one_after_the_other(drawn: Path) -> None:
    office = at(drawn)
    records = found(office)
    assert record_results(office, DRAW, records, dry_run=True) == (len(records), 0)
    assert standing_of(office, DRAW).state == "none"
    assert record_results(office, DRAW, records[:2]) == (2, 0)
    assert record_results(office, DRAW, records[2:]) == (len(records) - 2, 0)
    assert standing_of(office, DRAW).records == tuple(records)
    assert record_results(office, DRAW, records) == (0, 0)


def test_what_was_found_keeps_the_code_of_its_day(drawn: Path, run: Run) -> None:
    run("results", "template", DRAW, "-o", "结果.xlsx")
    fill(drawn / "结果.xlsx", 检查完成日期="2026-11-20", 检查结果="正常", 后续处置="无")
    assert run("results", "import", DRAW, "结果.xlsx").code == 0
    before = standing_of(at(drawn), DRAW).records
    (drawn / "codes.toml").write_text(
        '[results.2]\ncodes = [["01", "合格"]]\n[actions.2]\ncodes = [["9", "复查"]]\n'
    )
    run("results", "template", DRAW, "-o", "再一次.xlsx")
    done = run("results", "import", DRAW, "再一次.xlsx", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["changed"], told["written"]) == (0, False)
    assert standing_of(at(drawn), DRAW).records == before
    fill(drawn / "再一次.xlsx", 检查结果="合格")
    assert run("results", "import", DRAW, "再一次.xlsx").code == 0
    assert {r.codes for r in standing_of(at(drawn), DRAW).records} == {"2"}


def test_attacker_dates_a_penalty_back_until_its_period_is_over(
    drawn: Path, run: Run, until: Until
) -> None:
    """The page would say that its period ended: only a mistake or a decision may."""
    until("2099-12-20")
    sheet = drawn / "处罚.csv"
    sheet.write_text(f"{HEADS}\n{ROW}\n", "utf-8")
    assert run("penalties", "import", "处罚.csv").code == 0
    old = ROW.replace("2099-12-10", "2090-12-10")
    sheet.write_text(f"{HEADS},变更日期\n{old},2099-12-12\n", "utf-8")
    for reason in ("复查结果不同", "公示期满"):
        done = run("penalties", "import", "处罚.csv", "--reason", reason)
        refused(done, 4, "E253")
    assert "公示中" in run("penalties", "list").out
    done = run("penalties", "import", "处罚.csv", "--reason", "决定变更")
    assert done.code == 0, done.err


def test_attacker_brings_a_withdrawn_penalty_back(
    drawn: Path, run: Run, until: Until
) -> None:
    until("2099-12-20")
    sheet = drawn / "处罚.csv"
    sheet.write_text(f"{HEADS}\n{ROW}\n", "utf-8")
    assert run("penalties", "import", "处罚.csv").code == 0
    assert run("publish").code == 0
    # It is published: to call it a warning would hide it without a tombstone.
    sheet.write_text(f"{HEADS},仅警告\n{ROW},是\n", "utf-8")
    done = run("penalties", "import", "处罚.csv", "--reason", "登记有误")
    assert (done.code, "E961" in done.err) == (4, True)
    args = ("penalties", "withdraw", "示罚1号", "--on", "2099-12-20")
    assert run(*args).code == 0
    # A sheet without the column says nothing of it.
    sheet.write_text(f"{HEADS}\n{ROW}\n", "utf-8")
    assert run("penalties", "import", "处罚.csv").code == 0
    assert "已撤销" in run("penalties", "list").out
    sheet.write_text(f"{HEADS},撤销日期\n{ROW},\n", "utf-8")
    done = run("penalties", "import", "处罚.csv", "--reason", "决定变更")
    assert (done.code, "E960" in done.err) == (4, True)
    done = run("penalties", "import", "处罚.csv", "--reason", "登记有误")
    assert done.code == 0, done.err
    assert "公示中" in run("penalties", "list").out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证11010519491231002X", True),
        ("11010519491231002x。", True),
        ("电话13800138000", True),
        pytest.param("110105194912310021", False, id="wrong check digit"),
        pytest.param("110105194913310028", False, id="no such month"),
        pytest.param("91330000EXAMPLE017", False, id="credit code"),
        pytest.param("2026123800138000", False, id="a longer number"),
        ("罚款5000元", False),
    ],
)
def test_numbers_of_persons_are_told_from_others(text: str, *, found: bool) -> None:
    assert holds_personal(text) is found


def test_numbers_of_persons_do_not_get_into_public_columns(
    drawn: Path, run: Run, until: Until
) -> None:
    until("2099-12-20")
    bad = ROW.replace("罚款", "罚王某11010519491231002X")
    (drawn / "处罚.csv").write_text(f"{HEADS}\n{bad}\n", "utf-8")
    done = run("penalties", "import", "处罚.csv")
    assert (done.code, "E962" in done.err) == (3, True)
    run("results", "template", DRAW, "-o", "结果.csv")
    text = (drawn / "结果.csv").read_text("utf-8-sig").splitlines()
    row = ["2026-11-20", "正常", "", "13800138000"]
    filled = [text[0], ",".join([*text[1].split(",")[:4], *row])]
    (drawn / "结果.csv").write_text("\n".join(filled), "utf-8")
    done = run("results", "import", DRAW, "结果.csv")
    assert (done.code, "E962" in done.err) == (3, True)


def test_replies_have_their_day(drawn: Path, run: Run) -> None:
    heads = "异议编号,收到日期,提出人,异议内容,答复日期,答复结果"
    for row, code in (
        ("YY-1,2026-11-12,甲,未营业,,成立", "E963"),
        ("YY-1,2026-11-12,甲,未营业,2026-11-13,", "E963"),
        ("YY-1,2026-11-12,甲,未营业,2026-11-11,成立", "E963"),
        ("YY-1,2999-11-12,甲,未营业,,", "E929"),
    ):
        (drawn / "异议.csv").write_text(f"{heads}\n{row}\n", "utf-8")
        done = run("objections", "import", "异议.csv")
        assert (done.code, code in done.err) == (3, True), row


def test_what_a_page_shows_and_should_not_is_due(drawn: Path) -> None:
    (drawn / "workdays.toml").write_text(YEARS)
    decided = dt.date(2099, 9, 10)
    office = at(drawn)
    one = penalty("示罚1号", decided=decided, display=Display.MONTHS)
    two = penalty("示罚2号", decided=dt.date(2099, 12, 10))
    record_penalties(at(drawn, "2099-12-10"), [one, two])
    publish(at(drawn, "2099-12-10"))

    def told(day: str) -> list[tuple[str, str, str]]:
        found = duties(at(drawn, day))
        return [(d.kind, d.what, str(d.event)) for d in found if d.kind != "result"]

    assert told("2099-12-10") == []
    # Its last day was the 10th: the page of that day still shows it.
    assert told("2099-12-11") == [("withdrawal", "示罚1号", "2099-12-10")]
    # A slip is mended from the day on which it was, not from the decision on.
    record_penalties(
        at(drawn, "2099-12-18"), [replace(two, content="罚款")], reason="登记有误"
    )
    assert ("penalty", "示罚2号", "2099-12-18") in told("2099-12-20")
    publish(office)
    assert told("2099-12-20") == []
    # Repaired and never shown: nothing has to be taken down.
    three = penalty("示罚3号", decided=dt.date(2099, 12, 15))
    record_penalties(office, [three])
    withdraw_penalty(office, "示罚3号", dt.date(2099, 12, 19), why="repaired")
    assert told("2099-12-20") == []
    withdraw_penalty(office, "示罚2号", dt.date(2099, 12, 19), why="repaired")
    assert told("2099-12-20") == [("withdrawal", "示罚2号", "2099-12-19")]


def test_a_correction_that_waits_is_due_from_its_own_day(drawn: Path) -> None:
    (drawn / "workdays.toml").write_text(YEARS)
    office = at(drawn)
    records = found(office)
    record_results(office, DRAW, records)
    approve(office, drawn)
    publish(office)
    assert duties(office) == ()
    changed = [replace(records[0], code="14", text="迁出")]
    record_results(at(drawn, "2099-12-21"), DRAW, changed, reason="登记有误")
    (due,) = duties(at(drawn, "2099-12-22"))
    assert (due.kind, due.event) == ("result", dt.date(2099, 12, 21))
    assert code_of(lambda: record_results(office, DRAW, changed)) == "E924"


def test_attacker_guesses_whom_a_sealed_draw_visited(office: Path, run: Run) -> None:
    """Few names and an ordinary outcome: only a salt keeps a guess from being proved."""
    for line in (
        ("freeze", DRAW, "--randomness", "dice:20", "--sealed-until", "2100-01-10"),
        ("publish",),
        ("draw", DRAW, "--dice", DICE),
    ):
        assert run(*line).code == 0
    held = at(office)
    record_results(held, DRAW, found(held))
    approve(held, office)
    publish(held)
    assert not (office / "public/results").exists()
    with held.registry.read() as tx:
        (review,) = journal.told(held, tx).reviews
        records = results_of(tx, DRAW)
    guess = results_bytes(DRAW, published(standing_of(held, DRAW).visits, records))
    assert sha256(guess) != review.results
    later = at(office, "2100-01-11")
    release(later, DRAW)
    publish(later)
    shown = (office / f"public/results/{DRAW}.json").read_bytes()
    assert sha256(shown) == review.results
    # Released, anybody makes the digest from the file; the salt is no other file's.
    salt = json.loads(shown)["salt"]
    assert shown == guess.replace(b'"schema"', f'"salt":"{salt}","schema"'.encode(), 1)
    assert salt not in (office / f"draws/{DRAW}/inspectors.tsv").read_text()
