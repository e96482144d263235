"""After a draw: results recorded, approved by another, corrected; penalties; duties."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from dualrandom.model import TargetId
from dualrandom.office.due import duties
from dualrandom.office.penalties import record_penalties, withdraw_penalty
from dualrandom.office.publishing import publish
from dualrandom.office.results import record_results, standing_of
from dualrandom.outcomes import Display
from dualrandom.records import ItemCode
from tests.clerk import penalty
from tests.followup import DRAW, YEARS, approve, at, code_of, fill, found

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Until


def test_results_are_published_once_another_person_approved_them(
    drawn: Path, run: Run
) -> None:
    office = at(drawn)
    records = found(office)
    assert record_results(office, DRAW, records[:1]) == (1, 0)
    assert len(standing_of(office, DRAW).lacking) == len(records) - 1
    assert code_of(lambda: approve(office, drawn)) == "E931"
    record_results(office, DRAW, records)
    assert standing_of(office, DRAW).counts == (("未发现问题", len(records)),)
    publish(office)
    assert not (drawn / "public/results").exists()
    approve(office, drawn)
    publish(office)
    data = json.loads((drawn / f"public/results/{DRAW}.json").read_text())
    assert len(data["results"]) == len(records)
    assert code_of(lambda: approve(office, drawn)) == "E932"
    assert run("log", "verify").code == 0


def test_a_correction_is_seen_only_when_it_was_approved(drawn: Path) -> None:
    office = at(drawn)
    records = found(office)
    record_results(office, DRAW, records)
    assert code_of(
        lambda: record_results(office, DRAW, records, reason="登记有误")
    ) == ("E925")
    approve(office, drawn)
    publish(office)
    path = drawn / f"public/results/{DRAW}.json"
    before = path.read_bytes()
    changed = [replace(records[0], code="14", text="迁出"), *records[1:]]
    assert code_of(lambda: record_results(office, DRAW, changed)) == "E924"
    record_results(office, DRAW, changed, reason="登记有误")
    publish(office)
    assert path.read_bytes() == before
    approve(office, drawn)
    publish(office)
    assert "迁出" in path.read_text()


def test_results_of_others_and_of_days_to_come_are_refused(drawn: Path) -> None:
    office = at(drawn)
    first = found(office)[0]
    for changed, code in (
        ({"target": TargetId("T-1")}, "E930"),
        ({"item": ItemCode("XX-99")}, "E930"),
        ({"draw": "2026-999"}, "E930"),
        ({"done": dt.date(2099, 12, 21)}, "E929"),
    ):
        record = replace(first, **changed)
        assert code_of(lambda r=record: record_results(office, DRAW, [r])) == code  # type: ignore[misc]


def test_a_result_edited_behind_the_program_is_not_published(
    drawn: Path, run: Run
) -> None:
    import sqlite3

    office = at(drawn)
    record_results(office, DRAW, found(office))
    approve(office, drawn)
    with sqlite3.connect(drawn / "office.db") as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("UPDATE result SET text = '未发现' WHERE rowid = 1")
    assert code_of(lambda: publish(office)) == "E933"
    done = run("log", "verify")
    assert done.code == 1
    assert "E330" in done.out + done.err


def test_a_penalty_is_shown_for_its_period_and_leaves_a_tombstone(
    drawn: Path, run: Run
) -> None:
    office = at(drawn)
    decided = dt.date(2099, 12, 16)
    one = penalty("示罚1号", decided=decided, party="甲店", display=Display.MONTHS)
    two = penalty("示罚2号", decided=decided, party="乙店", warning=True)
    three = penalty("示罚3号", decided=decided, party="丙店", display=Display.YEARS)
    assert record_penalties(office, [one, two, three]) == (3, 0)
    publish(office)
    text = (drawn / "public/penalties.json").read_text()
    assert "甲店" in text
    assert "乙店" not in text
    changed = replace(one, content="罚款3000元", changed=dt.date(2099, 12, 18))
    assert code_of(lambda: record_penalties(office, [changed])) == "E934"
    assert record_penalties(office, [changed], reason="决定变更") == (0, 1)
    withdraw_penalty(office, "示罚3号", dt.date(2099, 12, 19))
    publish(office)
    text = (drawn / "public/penalties.json").read_text()
    assert "罚款3000元" in text
    assert "丙店" not in text
    publish(at(drawn, "2100-03-17"))
    data = json.loads((drawn / "public/penalties.json").read_text())
    assert data["penalties"] == []
    assert [(one["number"], one["why"]) for one in data["ended"]] == [
        ("示罚1号", "period"),
        ("示罚3号", "revoked"),
    ]
    gone = ("甲店", "丙店")
    assert not any(name in json.dumps(data, ensure_ascii=False) for name in gone)
    assert code_of(
        lambda: withdraw_penalty(office, "示罚3号", dt.date(2099, 12, 19))
    ) == ("E935")
    assert run("log", "verify").code == 0


def test_what_is_due_is_told_with_the_strictest_day_first(
    drawn: Path, run: Run
) -> None:
    office = at(drawn)
    (waiting,) = duties(office)
    assert (waiting.due, waiting.deadlines[0].lacks, waiting.late) == (None, 2100, 0)
    (drawn / "workdays.toml").write_text(YEARS.partition("[2100]")[0])
    record_penalties(
        office, [penalty("示罚1号", decided=dt.date(2099, 12, 10), unit="执法大队")]
    )
    # The next year's arrangement is not out: what lies before is told all the same.
    said = run("due")
    assert (said.code, "E967" in said.err, "2100" in said.err) == (6, True, True)
    assert "2099-12-21  公示行政处罚 示罚1号" in said.out
    assert "不早于 2100-01-01" in said.out
    document = json.loads(run("due", "--json").out)
    assert [one["due"] for one in document["duties"]] == ["2099-12-21", None]
    assert (duties(at(drawn, "2100-01-05"))[0].late, "至少 8" in said.out) == (8, False)
    (drawn / "workdays.toml").write_text(YEARS)
    first, second = duties(office)
    assert (first.kind, first.what, first.unit) == ("penalty", "示罚1号", "执法大队")
    # Seven working days after a Thursday; then the national twenty, and ten and ten.
    assert first.due == dt.date(2099, 12, 21)
    assert [one.rule for one in first.deadlines] == [
        "office",
        "national",
        "cross-province",
    ]
    assert (second.kind, second.what) == ("result", DRAW)
    assert second.event == dt.date(2099, 12, 31)
    late = at(drawn, "2099-12-23")
    assert duties(late)[0].late == 2
    publish(late)
    assert [one.kind for one in duties(late)] == ["result"]
    withdraw_penalty(late, "示罚1号", dt.date(2099, 12, 22))
    assert duties(late)[0].kind == "withdrawal"
    assert duties(late)[0].due == dt.date(2099, 12, 25)


def test_an_officer_fills_in_the_sheet_and_a_supervisor_approves(
    drawn: Path, run: Run
) -> None:
    # A sheet that was handed out is done on days that have come.
    assert run("results", "template", DRAW, "-o", "结果.xlsx").code == 0
    done = run("results", "import", DRAW, "结果.xlsx")
    assert (done.code, "没有写入" in done.out) == (0, True)
    fill(drawn / "结果.xlsx", 检查完成日期="2026-11-20", 检查结果="正常", 后续处置="无")
    done = run("results", "import", DRAW, "结果.xlsx")
    assert done.code == 0, done.err
    assert "等待审核" in done.out
    assert "未发现问题" in done.out
    asked = run("results", "approve", DRAW)
    assert asked.code == 4
    request = f"results-{DRAW}.request"
    key = "keys/supervisor/supervisor-01.key"
    assert run("approve", request, "--key", key).code == 0
    done = run("results", "approve", DRAW, "--approval", f"{request}.approval")
    assert done.code == 0, done.err
    assert run("publish").code == 0
    told = json.loads(run("results", "show", DRAW, "--json").out)
    assert (told["state"], told["lacking"]) == ("approved", [])
    assert run("results", "template", DRAW, "-o", "再一次.xlsx").code == 0
    again = run("results", "import", DRAW, "再一次.xlsx")
    assert again.code == 4
    assert "E924" in again.err


def test_a_sheet_of_results_comes_back_with_what_is_wrong(
    drawn: Path, run: Run
) -> None:
    run("results", "template", DRAW, "-o", "结果.xlsx")
    fill(drawn / "结果.xlsx", 检查完成日期="2026-11-20")
    done = run("results", "import", DRAW, "结果.xlsx")
    assert done.code == 3
    assert "E938" in done.err
    assert (drawn / "结果.问题.xlsx").is_file()
    fill(drawn / "结果.xlsx", 检查结果="挺好")
    done = run("results", "import", DRAW, "结果.xlsx")
    assert (done.code, "E937" in done.err) == (3, True)


def test_penalties_and_objections_go_from_a_sheet_to_the_list_of_duties(
    drawn: Path, run: Run, until: Until
) -> None:
    until("2099-12-20")
    (drawn / "处罚.csv").write_text(
        "行政处罚决定书文号,当事人,案由,处罚依据,处罚内容,决定机关,决定日期,公示期,责任单位\n"
        "示罚〔2099〕1号,=甲店,过期,《食品安全法》,罚款,示例局,2099-12-10,三年,执法大队\n",
        "utf-8",
    )
    done = run("penalties", "import", "处罚.csv")
    assert done.code == 0, done.err
    assert "2102-12-10" in run("penalties", "list").out
    (drawn / "异议.csv").write_text(
        "异议编号,收到日期,提出人,异议内容,责任单位\nYY-1,2099-12-11,甲店,未营业,信用科\n",
        "utf-8",
    )
    assert run("objections", "import", "异议.csv").code == 0
    assert "等待答复" in run("objections", "list").out
    (drawn / "workdays.toml").write_text(YEARS)
    told = json.loads(run("due", "--json").out)
    assert [(one["kind"], one["due"]) for one in told["duties"]] == [
        ("penalty", "2099-12-21"),
        ("reply", "2100-01-01"),
        ("result", "2100-01-28"),
    ]
    said = run("due").out
    assert said.index("执法大队") > said.index("信用科")
    done = run("penalties", "withdraw", "示罚〔2099〕1号", "--on", "2099-12-20")
    assert done.code == 0, done.err
    assert "已撤销" in run("penalties", "list").out
    assert run("publish").code == 0
    assert "甲店" not in (drawn / "public/penalties.json").read_text()
    assert run("log", "verify").code == 0
