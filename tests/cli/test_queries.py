"""What the registry tells: items and their versions, one target's life, recusals."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Run, Until


def told(run: Run, *args: str) -> dict[str, Any]:
    said = run(*args, "--json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def revise(run: Run, code: str, name: str, **cells: str) -> None:
    path = Path("事项.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("事项编号", "抽查事项名称", *cells))
        rows.writerow((code, name, *cells.values()))
    argued = ("--changes", "--cause", "依据修订", "--reason", "年度清理", "--yes")
    assert run("import", "items", path, *argued).code == 0


def test_versions_of_the_item_list(office: Path, run: Run) -> None:
    listed = {one["code"]: one for one in told(run, "items", "list")["items"]}
    assert listed["SP-03"]["state"] == "in-force"
    assert listed["CG-01"]["state"] == "draft"
    name = listed["SP-03"]["name"]
    revise(run, "SP-03", name, 抽查依据="《新法》第一条", 失效日期="2020-01-01")
    revise(run, "NEW-1", "新事项", 抽查依据="《新法》第二条")
    again = {one["code"]: one for one in told(run, "items", "list")["items"]}
    assert (again["SP-03"]["version"], again["SP-03"]["state"]) == (2, "expired")
    changes = told(run, "items", "diff", "v1", "v3")["changes"]
    assert [(one["act"], one["key"].split("/")[0]) for one in changes] == [
        ("added", "NEW-1"),
        ("changed", "SP-03"),
    ]
    assert ["expires", "", "2020-01-01"] in changes[1]["fields"]
    assert ["cause", "", "basis-revised"] in changes[1]["fields"]
    back = told(run, "items", "diff", "v3", "v1")["changes"]
    assert [one["act"] for one in back] == ["retired", "changed"]
    (history,) = told(run, "items", "history", "SP-03")["items"]
    first, second = history["versions"]
    assert (first["number"], first["ended"] != "", second["ended"]) == (1, True, "")
    assert second["reason"] == "年度清理"
    assert "SP-03" in run("items", "list").out
    assert "《新法》第一条" in run("items", "diff", "2", "1").out
    assert "年度清理" in run("items", "history", "SP-03").out


def test_a_law_that_changed_is_pointed_out(
    office: Path, run: Run, until: Until
) -> None:
    """A month after the change, until a new version comes or says what it follows."""
    item = told(run, "items", "list")["items"][0]
    code, name = item["code"], item["name"]
    revise(run, code, name, 抽查依据="《测试法》第三条")
    today = dt.datetime.now(dt.UTC).date()
    soon = today + dt.timedelta(days=2)
    assert run("items", "revised", "测试法", "--on", str(soon)).code == 0
    assert "E308" in run("items", "revised", "测试法", "--on", str(soon)).err
    assert told(run, "status")["stale"] == []
    until(str(today + dt.timedelta(days=40)))
    assert told(run, "status")["stale"] == [code]
    assert "测试法" in run("items", "list").err
    revise(run, code, name, 抽查依据="《测试法》第三条", 依据日期=str(soon))
    assert told(run, "status")["stale"] == []


def test_one_targets_life(drawn: Path, run: Run) -> None:
    rows = (drawn / "draws/2026-001/selected.tsv").read_text("utf-8").splitlines()
    at = rows[0].split("\t").index("id")
    chosen = next(r for r in rows[1:] if not r.startswith("#")).split("\t")[at]
    life = told(run, "targets", "show", chosen)
    assert life["record"]["id"] == chosen
    assert [(d["draw"], d["outcome"]) for d in life["draws"]] == [("2026-001", "drawn")]
    assert [v["number"] for v in life["versions"]] == [1]
    shown = run("targets", "show", chosen).out
    assert f"统一社会信用代码/注册号：{chosen}\n" in shown
    assert "name:" not in shown
    teams = (drawn / "draws/2026-001/teams.tsv").read_text("utf-8").splitlines()
    who = teams[0].split("\t").index("inspector")
    person = next(r for r in teams[1:] if not r.startswith("#")).split("\t")[who]
    seen = told(run, "inspectors", "show", person)
    assert [d["outcome"] for d in seen["draws"]] == ["team"]
    assert person in run("inspectors", "show", person).out


def test_targets_are_listed_and_counted(office: Path, run: Run) -> None:
    every = told(run, "targets", "list")
    assert every["count"] == 120
    counted = told(run, "targets", "list", "--count-by", "信用风险类别")["counts"]
    assert sum(counted.values()) == 120
    region = every["targets"][0]["region"]
    some = told(run, "targets", "list", "--where", f"region = {region}")
    assert {one["region"] for one in some["targets"]} == {region}
    regions = told(run, "targets", "list", "--count-by", "region")["counts"]
    assert regions[region] == some["count"]
    assert told(run, "targets", "list", "--as-of", "2020-01-01")["count"] == 0
    assert run("targets", "list", "--count-by", "地区").code == 0
    assert "E347" in run("targets", "list", "--count-by", "nothing").err


def test_a_recusal_begins_and_ends_and_stays(office: Path, run: Run) -> None:
    target = told(run, "targets", "list")["targets"][0]["id"]
    assert run("export", "inspectors", "-o", "people.csv").code == 0
    with Path("people.csv").open(encoding="utf-8-sig", newline="") as file:
        person = next(csv.DictReader(file))["单位工号"]
    argued = (person, target, "--reason", "配偶任职")
    made = ("recusals", "add", *argued, "--from", "2026-01-01", "--to", "2099-01-01")
    assert run(*made).code == 0
    ended = run("recusals", "end", *argued, "--on", "2026-06-30")
    assert ended.code == 0, ended.err
    mine = [
        one
        for one in told(run, "recusals", "list")["recusals"]
        if (one["inspector"], one["target"]) == (person, target)
    ]
    assert mine == [
        {
            "inspector": person,
            "target": target,
            "reason": "配偶任职",
            "start": "2026-01-01",
            "end": "2026-06-30",
        }
    ]
    # The inspectors' own sheet takes no dated one away.
    assert run("import", "inspectors", "people.csv", "--yes").code == 0
    assert any(r["target"] == target for r in told(run, "recusals", "list")["recusals"])
    assert "E349" in run("recusals", "end", *argued, "--on", "2026-07-01").err
    assert target in run("inspectors", "show", person).out


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param(("items", "diff", "v1", "v9"), "E318", id="no such version"),
        pytest.param(("items", "diff", "v0", "v1"), "E318", id="version 0"),
        pytest.param(("items", "history", "NO-1"), "E319", id="no such item"),
        pytest.param(("targets", "show", "NO-1"), "E319", id="no such target"),
        pytest.param(("inspectors", "show", "NO-1"), "E319", id="no such inspector"),
        pytest.param(
            ("recusals", "add", "NO-1", "NO-2", "--reason", "x"), "E319", id="nobody"
        ),
        pytest.param(
            ("recusals", "add", "a", "b", "--reason", "x", "--from", "2026-02-01",
             "--to", "2026-01-01"),
            "E348",
            id="ends before it begins",
        ),
        pytest.param(
            ("targets", "list", "--where", "colour = red"), "E321", id="no such field"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told(
    office: Path, run: Run, args: tuple[str, ...], code: str
) -> None:
    said = run(*args)
    assert said.code in (2, 3, 4)
    assert code in said.err
