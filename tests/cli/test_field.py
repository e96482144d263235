"""Draws of every kind that the field knows: from sheets to both verifiers' agreement.

What a kind promises is asserted on the drawn files themselves, not on what was asked.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom import cli
from tests.draws import both, drawn, new_task, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Run

TARGETS = (
    *("统一社会信用代码/注册号", "企业名称", "主体类型", "行业", "地区", "登记状态"),
    *("监管标签", "信用风险类别", "上次检查日期", "生产者", "规格型号", "所属企业代码"),
)
PEOPLE = (
    *("单位工号", "姓名", "所在业务部门", "地区", "是否专家", "执法证编号"),
    *("执法证有效期", "执法人员状态", "年度抽查上限", "请假时间", "执法事项范围"),
)
RECUSALS = ("单位工号", "回避对象代码", "回避原因", "起始日期", "截止日期")
REGIONS = ("城东", "城西")
SITES = 48


def targets() -> Iterable[tuple[object, ...]]:
    """Yield 48 shops in two regions, four of them closed; six products of two."""
    for n in range(SITES):
        tags = ("餐饮", "网络、餐饮", "", "冷链")[n % 4]
        status = "注销" if n % 12 == 11 else "存续"
        risk, region = "ABCD"[n % 4], REGIONS[n // 4 % 2]
        kind, industry = ("食品经营", "药品经营")[n % 2], ("餐饮", "零售")[n // 3 % 2]
        visited = "2025-10-20" if n % 16 == 5 else ""
        yield (
            *(f"M-{n:02}", f"示例店{n}", kind, industry, region, status, tags, risk),
            *(visited, "", "", ""),
        )
    for n in range(6):
        shop, model = f"M-{n * 2:02}", "大小"[n % 2]
        yield (
            *(f"P-{n}", f"示例面{model}", "产品", "制造", REGIONS[n % 2], "存续"),
            *("", "A", "", "示例面厂", model, shop),
        )


def people() -> Iterable[tuple[object, ...]]:
    """Yield two departments of twelve; two experts; who is away, and whose paper ends."""
    for n in range(24):
        unit, region = ("市场局", "文旅局")[n % 2], REGIONS[n // 2 % 2]
        until = "2099-12-30" if n == 0 else "2105-12-31"
        leave = {1: "2099-12-01至2099-12-31", 2: "2099-12-01至2099-12-05"}.get(n, "")
        yearly = 3 if n in {4, 5} else ""
        yield (
            *(f"A-{n:02}", f"示例员{n}", unit, region, "", f"C{n}"),
            *(until, "在岗", yearly, leave, "SP-03"),
        )
    for n, region in enumerate(REGIONS):
        yield (
            f"E-{n}",
            f"示例专家{n}",
            "研究院",
            region,
            "食品",
            "",
            "",
            "在岗",
            "",
            "",
            "",
        )


RECUSED = (
    ("A-06", "M-00", "配偶任职", "", ""),
    ("A-07", "M-00", "曾任职", "2099-01-01", "2099-11-30"),  # over before
    ("A-08", "M-01", "持股", "2099-12-31", ""),  # begins on the last day
)


def write(path: Path, heading: tuple[str, ...], lines: Iterable[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *lines])


@pytest.fixture(scope="module", name="field_once")
def _field_once(tmp_path_factory: pytest.TempPathFactory, lists: Path) -> Path:
    folder = tmp_path_factory.mktemp("field") / "示例局"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.parent)
        write(Path("targets.csv"), TARGETS, targets())
        write(Path("people.csv"), PEOPLE, people())
        write(Path("recusals.csv"), RECUSALS, RECUSED)
        assert cli.run(["init", "示例局", "--name", "示例市局", "--no-input"]) == 0
        patch.chdir(folder)
        for name, file in (
            ("items", str(lists / "items.csv")),
            ("targets", "../targets.csv"),
            ("inspectors", "../people.csv"),
            ("recusals", "../recusals.csv"),
        ):
            assert cli.run(["import", name, file]) == 0
    return folder


@pytest.fixture(name="field")
def _field(tmp_path: Path, field_once: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "示例局"
    shutil.copytree(field_once, folder)
    monkeypatch.chdir(folder)
    return folder


def rules(run: Run, *pairs: tuple[str, str]) -> None:
    """Set the office's rules with some settings changed."""
    text = Path("rules.md").read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    Path("细则.md").write_text(text, "utf-8")
    assert run("rules", "set", "细则.md").code == 0


class Result:
    """A drawn folder on which both verifiers agree."""

    def __init__(self, run: Run, folder: Path) -> None:
        code, ours, theirs = both(run, folder)
        # Nobody witnessed these draws; nothing else is open, and nothing differs.
        assert code == 6, ours + theirs
        assert "✗" not in ours
        self.announced = json.loads((folder / "announcement.json").read_text())
        self.drawn = [row[0] for row in rows(folder, "drawn.tsv")]
        self.listed = [row[0] for row in rows(folder, "targets.tsv")]
        self.region = {row[0]: row[2] for row in rows(folder, "targets.tsv")}
        self.out = dict(row for row in rows(folder, "exclusions.tsv"))  # type: ignore[misc]
        self.away = dict(row for row in rows(folder, "inspector-exclusions.tsv"))  # type: ignore[misc]
        self.strata = {row[0]: row[1] for row in rows(folder, "strata.tsv")}
        self.people = {row[0]: row for row in rows(folder, "inspectors.tsv")}
        self.conflicts = {(r[0], r[1]) for r in rows(folder, "conflicts.tsv")}
        self.teams: dict[str, list[str]] = {}
        for target, _, person in rows(folder, "teams.tsv"):
            self.teams.setdefault(target, []).append(person)
        assert sorted(self.teams) == sorted(self.drawn)
        assert all(len({*team}) == len(team) for team in self.teams.values())
        for target, person in self.conflicts:
            assert person not in self.teams.get(target, ())
        counts = Counter(self.out.values())
        told = {e["reason"]: e["count"] for e in self.announced["excluded"]
                if e["list"] == "targets"}  # fmt: skip
        assert told == counts

    def tags(self, person: str) -> set[str]:
        return set(self.people[person][4].split(","))

    @property
    def posts(self) -> Counter[str]:
        return Counter(person for team in self.teams.values() for person in team)


def go(run: Run, field: Path, task: str, *options: str) -> Result:
    new_task(run, task, *options)
    drawn(run, task)
    return Result(run, field / "draws" / task)


@pytest.mark.parametrize(
    ("strata", "count", "private"),
    [
        pytest.param("行业", 3, False, id="a column"),
        pytest.param("地区+主体类型", 6, False, id="two columns"),
        pytest.param("tags:网络,餐饮,冷链", 4, False, id="tags, the first that fits"),
        pytest.param("risk", 4, True, id="a private column"),
        pytest.param("地区+信用风险类别", 8, True, id="one of two private"),
    ],
)
def test_strata_by_anything(
    field: Path,
    run: Run,
    strata: str,
    count: int,
    private: bool,  # noqa: FBT001
) -> None:
    made = go(run, field, "T-1", "--strata", strata, "--ratio", "20%")
    sizes = Counter(made.strata.values())
    assert len(sizes) == count
    assert ("strata" in made.announced) != private
    for name, size in sizes.items():
        mine = [target for target in made.drawn if made.strata[target] == name]
        assert len(mine) == -(-size // 5)


def test_weighted_tickets_with_reserves(field: Path, run: Run) -> None:
    tickets = [o for c in ("A=1", "B=2", "C=4", "D=9") for o in ("--tickets", c)]
    made = go(
        run, field, "T-1", "--total", "12", "--strata", "region", "--reserves", "50%",
        *tickets,
    )  # fmt: skip
    assert made.announced["strata_private"]
    counted = Counter(r[2] for r in rows(field / "draws/T-1", "strata.tsv"))
    assert set(counted) == {"1", "2", "4", "9"}
    assert len(rows(field / "draws/T-1", "reserves.tsv")) == 6


@pytest.mark.parametrize(
    ("scope", "kind"),
    [("", "不定向"), ("主体类型 = 药品经营 且 监管标签 = 网络", "定向")],
    ids=["untargeted", "targeted"],
)
def test_targeted_or_not(field: Path, run: Run, scope: str, kind: str) -> None:
    options = ("--scope", scope) if scope else ()
    made = go(run, field, "T-1", "--ratio", "20%", *options)
    assert made.announced["task"]["type"] == kind
    # List and exclusions are the directory in scope, each target once.
    inside = {
        row[0]
        for row in targets()
        if not scope or (row[2] == "药品经营" and "网络" in str(row[6]))
    }
    assert {*made.listed, *made.out} == inside
    assert not {*made.listed} & {*made.out}


def test_a_joint_draw_takes_from_each_pool(field: Path, run: Run) -> None:
    posts = ("--posts", "市场局+执法证:1", "--posts", "文旅局+执法证:1")
    made = go(run, field, "T-1", "--ratio", "20%", *posts)
    for team in made.teams.values():
        assert [made.people[one][2] for one in team] == ["市场局", "文旅局"]


def test_experts_come_on_top_of_the_two(field: Path, run: Run) -> None:
    posts = ("--posts", "执法证:2", "--posts", "专家:1")
    made = go(run, field, "T-1", "--ratio", "20%", *posts)
    for first, second, expert in made.teams.values():
        assert "执法证" in made.tags(first) & made.tags(second)
        assert "专家" in made.tags(expert)
    assert {p for p in made.posts if p.startswith("E-")} == {"E-0", "E-1"}


@pytest.mark.parametrize("area", ["same", "cross"])
def test_area_modes(field: Path, run: Run, area: str) -> None:
    made = go(run, field, "T-1", "--ratio", "20%", "--area", area)
    for target, team in made.teams.items():
        regions = {made.people[one][3] for one in team}
        here = {made.region[target]}
        assert (regions == here) if area == "same" else not regions & here


def test_the_rules_set_the_area(field: Path, run: Run) -> None:
    rules(run, ('area = "any"', 'area = "cross"'))
    assert go(run, field, "T-1", "--ratio", "10%").announced["area"] == "cross"


def test_who_cannot_go_is_left_out_and_counted(field: Path, run: Run) -> None:
    rules(run, ("leave_days = 0 ", "leave_days = 4 "))
    made = go(run, field, "T-1", "--ratio", "20%")
    # A certificate a day short; on leave all the time, and for more than four days.
    assert made.away == {"A-00": "执法证过期", "A-01": "请假", "A-02": "请假"}
    told = [e for e in made.announced["excluded"] if e["list"] == "inspectors"]
    assert {e["reason"]: e["count"] for e in told} == {"执法证过期": 1, "请假": 2}


def test_recusals_hold_on_their_days(field: Path, run: Run) -> None:
    made = go(run, field, "T-1", "--ratio", "100%", "--scope", "主体类型 != 产品")
    assert made.conflicts == {("M-00", "A-06"), ("M-01", "A-08")}


def test_work_of_the_year_lowers_what_is_left(field: Path, run: Run) -> None:
    rules(run, ("per_year = 0 ", "per_year = 9 "), ("per_draw = 0 ", "per_draw = 5 "))
    first = go(run, field, "T-1", "--total", "20")
    limits = {one: row[5] for one, row in first.people.items()}
    assert limits["A-04"] == "3"  # the directory's own yearly limit
    assert limits["A-03"] == "5"
    assert all(first.posts[one] <= int(limits[one]) for one in first.people)
    second = go(run, field, "T-2", "--total", "20")
    for one, row in second.people.items():
        year = 3 if one in {"A-04", "A-05"} else 9
        assert int(row[5]) == min(5, year - first.posts[one])
        assert second.posts[one] <= int(row[5])


def test_several_items_are_one_visit(field: Path, run: Run) -> None:
    made = go(run, field, "T-1", "--item", "GG-01", "--ratio", "20%")
    assert [i["code"] for i in made.announced["items"]] == ["SP-03", "GG-01"]
    # A row a target, and one team: the two that go once for both.
    assert len(made.listed) == len(set(made.listed))
    assert all(len(team) == 2 for team in made.teams.values())


def test_batches_follow_the_order(field: Path, run: Run) -> None:
    made = go(run, field, "T-1", "--total", "17")
    exported = []
    for batch in ("1/3", "2/3", "3/3"):
        done = run("export", "T-1", "-o", "批.csv", "--batch", batch)
        assert done.code == 0, done.err
        text = Path("批.csv").read_text("utf-8-sig")
        ids = [cell for line in csv.reader(text.splitlines()) for cell in line]
        exported.append([one for one in ids if one in made.teams])
    ordered = [row[1] for row in rows(field / "draws/T-1", "selected.tsv")]
    assert exported == [ordered[:5], ordered[5:11], ordered[11:]]
    for wrong in ("4/3", "0/3", "1/18", "zwei", "1/"):
        refused = run("export", "T-1", "-o", "批.csv", "--batch", wrong)
        assert (refused.code, "E436" in refused.err) == (2, True)


def test_a_cap_across_tasks(field: Path, run: Run) -> None:
    rules(run, ("yearly_cap = 0 ", "yearly_cap = 1 "))
    shops = ("--scope", "主体类型 != 产品")
    first = go(run, field, "T-1", "--ratio", "30%", *shops)
    assert "年度检查次数已满" not in first.out.values()  # nobody was seen in that year
    new_task(run, "T-2", "--ratio", "50%", *shops)
    assert run("freeze", "T-2", "--randomness", "dice:20").code == 0
    # While T-2 is open it may draw any of its list: for T-3 all of these must wait.
    new_task(run, "T-3", "--ratio", "50%", *shops)
    waiting = run("freeze", "T-3", "--randomness", "dice:20")
    assert (waiting.code, "E401" in waiting.err) == (4, True)
    assert run("draw", "T-2", "--dice", "1" * 20).code == 0
    second = Result(run, field / "draws/T-2")
    assert not {*first.drawn} & {*second.listed}
    drawn(run, "T-3")
    third = Result(run, field / "draws/T-3")
    counts = Counter([*first.drawn, *second.drawn, *third.drawn])
    assert max(counts.values()) == 1
    assert {*third.listed, *third.out} == {f"M-{n:02}" for n in range(SITES)}


def test_the_same_product_once_in_half_a_year(field: Path, run: Run) -> None:
    products = ("--scope", "主体类型 = 产品")
    first = go(run, field, "T-1", "--total", "1", *products)
    # Six rows are two products: one row stands for each.
    assert first.listed == ["P-0", "P-1"]
    assert set(first.out.values()) == {"近期抽查过同一产品"}
    second = go(run, field, "T-2", "--total", "1", *products)
    assert {*second.drawn} | {*first.drawn} == {"P-0", "P-1"}
    new_task(run, "T-3", "--total", "1", *products)
    refused = run("freeze", "T-3", "--randomness", "dice:20")
    assert (refused.code, "E401" in refused.err) == (4, True)


def test_attacker_takes_a_draw_away_to_free_its_targets(field: Path, run: Run) -> None:
    rules(run, ("yearly_cap = 0 ", "yearly_cap = 1 "))
    go(run, field, "T-1", "--ratio", "30%")
    new_task(run, "T-2", "--ratio", "30%")
    folder = field / "draws/T-1"
    (folder / "drawn.tsv").write_bytes((folder / "drawn.tsv").read_bytes()[:-5])
    assert run("freeze", "T-2", "--randomness", "dice:20").code == 1
    shutil.rmtree(folder)
    gone = run("freeze", "T-2", "--randomness", "dice:20")
    assert (gone.code, "E170" in gone.err) == (5, True)


def test_attacker_opens_two_draws_to_get_beyond_a_yearly_limit(
    field: Path, run: Run
) -> None:
    """What an open draw may still give its people is not there for the next one."""
    rules(run, ("per_year = 0 ", "per_year = 9 "), ("per_draw = 0 ", "per_draw = 5 "))
    for name in ("T-1", "T-2", "T-3"):
        new_task(run, name, "--total", "12")
        run("freeze", name, "--randomness", "dice:20")
    for name in ("T-2", "T-1"):
        assert run("draw", name, "--dice", "1" * 20).code == 0
    first, second = (Result(run, field / "draws" / name) for name in ("T-1", "T-2"))
    for one in first.people:
        year = 3 if one in {"A-04", "A-05"} else 9
        assert first.posts[one] + second.posts[one] <= year
        # Whatever T-1 draws, T-2 was announced with what was left for certain; an
        # expert has no certificate, and no post there that could be kept free.
        kept = int(first.people[one][5]) if "执法证" in first.people[one][4] else 0
        assert int(second.people[one][5]) == min(5, year - kept)
    # Nobody is free for a third, before the first two are drawn.
    assert not (field / "draws" / "T-3" / "announcement.json").exists()
