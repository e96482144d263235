"""From the sheet of the yearly plan to the task, the log and the web site."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run

HEADING = (
    "计划编号,抽查任务名称,抽查类型,抽查检查模式,抽查事项,抽查对象范围,"
    "抽查比例,信用风险分类管理,起止时间,发起主体,检查主体"
)
FOOD = (
    "2099-01,食品经营监督检查,定向,本部门,食品经营监督检查,地区 属于 (城东、城西),"
    "不低于10%,是,2099-03-01至2099-06-30,示例市局,示例市局"
)
JOINT = (
    "2099-02,联合检查,不定向,部门联合,SP-03,,5户,否,下半年,示例市局,"
    "食品经营监管科、特种设备科"
)


def write(*lines: str) -> Path:
    path = Path("计划.csv")
    path.write_text("\n".join((HEADING, *lines)), "utf-8")
    return path


def plan(run: Run, *args: object) -> dict[str, object]:
    done = run("plan", "import", "2099", *args, "--json")
    assert done.code == 0, done.err
    found: dict[str, object] = json.loads(done.out)
    return found


def test_a_task_takes_what_its_plan_says(office: Path, run: Run) -> None:
    assert plan(run, write(FOOD, JOINT))["version"] == 1
    assert run("task", "new", "T-1", "--plan", "2099-01").code == 0
    made = json.loads(run("task", "show", "T-1", "--json").out)
    told = {k: made[k] for k in ("title", "items", "from", "to", "plan", "strata")}
    assert told == {
        "title": "食品经营监督检查",
        "items": ["SP-03"],
        "from": "2099-03-01",
        "to": "2099-06-30",
        "plan": "2099-01",
        "strata": "risk",
    }
    assert made["scope"] == "region in (城东, 城西)"
    assert "地区 属于 (城东, 城西)" in run("task", "show", "T-1").out
    assert run("freeze", "T-1", "--randomness", "dice:20").code == 0
    announced = json.loads((office / "draws/T-1/announcement.json").read_text())
    assert (announced["task"]["plan"], announced["task"]["type"]) == ("2099-01", "定向")
    assert json.loads(run("plan", "show", "2099-01", "--json").out)["tasks"] == ["T-1"]


def test_what_is_given_goes_before_the_plan(office: Path, run: Run) -> None:
    plan(run, write(FOOD, JOINT))
    made = ("task", "new", "T-2", "--plan", "2099-02", "--total", "9", "--to")
    assert run(*made, "2099-08-31").code == 0
    told = json.loads(run("task", "show", "T-2", "--json").out)
    assert (told["total"], told["quotas"], told["to"]) == (9, [], "2099-08-31")
    # A post for each department, from its own pool.
    assert told["posts"] == ["食品经营监管科+执法证:1", "特种设备科+执法证:1"]


def test_a_task_that_departs_from_its_plan_is_told_before_the_freeze(
    office: Path, run: Run
) -> None:
    """A narrower scope under a published plan's number would shield whom it leaves out."""
    del office
    plan(run, write(FOOD, JOINT))
    assert run("task", "new", "T-1", "--plan", "2099-01").code == 0
    assert "E350" not in run("task", "check", "T-1").out
    assert run("task", "new", "T-2", "--plan", "2099-02").code == 0
    assert "E350" not in run("task", "show", "T-2").out
    assert run("task", "edit", "T-2", "--scope", "地区 = 城东").code == 0
    assert run("task", "edit", "T-2", "--to", "2099-08-31").code == 0
    said = json.loads(run("task", "check", "T-2", "--json").out)["problems"]
    (told,) = [p for p in said if p["code"] == "E350"]
    assert told["what"].endswith("：--to, --scope")
    assert told["warning"]
    assert run("task", "edit", "T-1", "--to", "2099-08-31").code == 0
    frozen = run("freeze", "T-1", "--randomness", "dice:20", "--dry-run")
    assert "E350" in frozen.err
    shown = json.loads(run("plan", "show", "2099-02", "--json").out)
    assert shown["departures"] == {"T-2": ["--to", "--scope"]}
    # A plan from which the line was taken is no plan for it.
    assert plan(run, write(FOOD), "--yes", "--reason", "撤销")["removed"] == ["2099-02"]
    assert "E351" in run("task", "show", "T-2").out


def test_a_scope_in_words_is_for_people_to_compare(office: Path, run: Run) -> None:
    del office
    words = FOOD.replace("2099-01", "2099-03").replace("地区 属于 (城东、城西)", "全市")
    plan(run, write(words))
    made = ("task", "new", "T-1", "--plan", "2099-03")
    assert run(*made, "--scope", "地区 = 城东").code == 0
    said = json.loads(run("task", "check", "T-1", "--json").out)["problems"]
    (told,) = [p for p in said if p["code"] == "E439"]
    assert told["warning"]
    assert "“全市”" in told["what"]
    frozen = run("freeze", "T-1", "--randomness", "dice:20", "--dry-run")
    assert ("E439" in frozen.err, "E350" in frozen.err) == (True, False)


def test_an_old_task_takes_every_option_of_a_new_one(office: Path, run: Run) -> None:
    del office

    def told() -> dict[str, object]:
        shown: dict[str, object] = json.loads(run("task", "show", "T-1", "--json").out)
        return shown

    plan(run, write(FOOD))
    # Given empty, a scope is none: the whole directory, whatever the plan says.
    assert run("task", "new", "T-1", "--plan", "2099-01", "--scope", "").code == 0
    assert told()["scope"] == ""
    given = (
        "--plan",
        "",
        "--strata",
        "",
        "--reserves",
        "10%",
        "--off-site",
        "网络监测",
    )
    weights = ("--ratio", "5%", "--tickets", "A=1", "--tickets", "D=5")
    tried = run("task", "edit", "T-1", *given, *weights, "--dry-run")
    assert ("网络监测" in tried.out, told()["plan"]) == (True, "2099-01")
    assert run("task", "edit", "T-1", *given, *weights).code == 0
    names = ("plan", "strata", "reserves", "off_site", "tickets")
    assert [told()[name] for name in names] == [
        "",
        "",
        "1/10",
        "网络监测",
        ["A=1", "D=5"],
    ]
    assert run("task", "edit", "T-1", "--tickets", "", "--off-site", "").code == 0
    assert (told()["tickets"], told()["off_site"]) == ([], "")
    wrong = run("task", "edit", "T-1", "--plan", "2099-77")
    assert (wrong.code, "E425" in wrong.err) == (4, True)


def test_a_typed_line_names_items_as_a_sheet_does(office: Path, run: Run) -> None:
    del office
    made = ("plan", "new", "2099-05", "--year", "2099", "--name", "检查", "--json")
    items = ("--item", "食品经营监督检查", "--item", "没有的")
    assert json.loads(run(*made, *items, "--dry-run").out)["version"] is None
    assert "E425" in run("plan", "show", "2099-05").err
    told = json.loads(run(*made, *items).out)
    assert [w["code"] for w in told["warnings"]] == ["E423"]
    line = json.loads(run("plan", "show", "2099-05", "--json").out)
    assert line["items"] == ["SP-03", "没有的"]


def test_a_temporary_task_is_marked(office: Path, run: Run) -> None:
    assert "临时任务" in run("task", "show", "2026-001").out


def test_versions_of_a_plan(office: Path, run: Run) -> None:
    plan(run, write(FOOD))
    less = write(FOOD.replace("10%", "5%"))
    silent = run("plan", "import", "2099", less, "--yes")
    assert (silent.code, "E421" in silent.err) == (4, True)
    unasked = run("plan", "import", "2099", less, "--reason", "力量不足")
    assert (unasked.code, "E370" in unasked.err) == (4, True)
    tried = plan(run, less, "--reason", "力量不足", "--dry-run")
    assert (tried["version"], tried["changed"]) == (None, ["2099-01"])
    assert plan(run, less, "--reason", "力量不足", "--yes")["version"] == 2
    assert plan(run, less)["version"] is None  # nothing new
    added = (
        *("plan", "new", "2099-09", "--year", "2099", "--name", "广告检查"),
        *("--item", "SP-03", "--quota", "5%", "--reason", "临时交办"),
    )
    assert run(*added).code == 0
    assert (run(*added).code, "E424" in run(*added).err) == (4, True)
    other = run("plan", "import", "2098", less, "--yes")
    assert (other.code, "E422" in other.err) == (4, True)
    (one,) = json.loads(run("plan", "list", "--json").out)["plans"]
    assert (one["version"], len(one["lines"])) == (3, 2)
    assert (
        json.loads(run("plan", "list", "--as-of", "2020-01-01", "--json").out)["plans"]
        == []
    )
    assert run("publish").code == 0
    public = office / "public"
    listed = json.loads((public / "plans.json").read_text())["versions"]
    assert [v["version"] for v in listed] == [3, 2, 1]
    for line in listed:
        data = (public / line["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == line["digest"]
    assert (
        json.loads((public / "plans/2099-2.json").read_text())["reason"] == "力量不足"
    )
    assert run("log", "verify").code == 0


def test_attacker_edits_the_kept_plan(office: Path, run: Run) -> None:
    plan(run, write(FOOD))
    (kept,) = (office / "kept/plans").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"10%", b"90%"))
    found = run("log", "verify")
    assert (found.code, "E417" in found.out + found.err) == (1, True)
    assert run("task", "new", "T-1", "--plan", "2099-01").code == 1


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        pytest.param(("--plan", "2099-07"), 4, "E425", id="no such plan"),
        pytest.param(("--plan", "2099-03"), 3, "E430", id="a scope in words"),
        pytest.param((), 2, "E429", id="nothing said"),
        pytest.param(
            ("--plan", "2099-01", "--scope", "risk = D"), 3, "E426", id="a private scope"
        ),
        pytest.param(
            ("--plan", "2099-01", "--posts", "执法证:1", "--posts", "专家:2"),
            3, "E427", id="experts instead of inspectors",
        ),
        pytest.param(
            ("--plan", "2099-01", "--strata", "colour"), 3, "E428", id="strange strata"
        ),
    ],
)  # fmt: skip
def test_a_task_that_cannot_be_made(
    office: Path, run: Run, args: tuple[str, ...], exit_code: int, code: str
) -> None:
    words = FOOD.replace("2099-01", "2099-03").replace("地区 属于 (城东、城西)", "全市")
    plan(run, write(FOOD, words))
    done = run("task", "new", "T-1", *args)
    assert (done.code, code in done.err) == (exit_code, True), done.err
    assert run("task", "show", "T-1").code == 4


def test_rules_that_replace_nobody(office: Path, run: Run) -> None:
    text = (office / "rules.md").read_text("utf-8")
    Path("细则.md").write_text(
        text.replace('replacement = "reserves"', 'replacement = "none"').replace(
            "[ratios]", '[ratios]\nA = "1%"\nB = "2%"\nC = "10%"\nD = "30%"'
        ),
        "utf-8",
    )
    assert run("rules", "set", "细则.md").code == 0
    common = ("--item", "SP-03", "--title", "x", "--from", "2099-01-01", "--to")
    made = ("task", "new", "T-1", *common, "2099-01-31", "--strata", "risk")
    refused = run(*made, "--reserves", "10%")
    assert (refused.code, "E431" in refused.err) == (4, True)
    assert run(*made).code == 0
    told = json.loads(run("task", "show", "T-1", "--json").out)
    assert len(told["quotas"]) == 4  # the ratios by class are the rules'
