"""Versions: any day's state, and who changed what, when and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.errors import StateError, VerificationError
from dualrandom.records import DrawState, TaskId
from dualrandom.registry import (
    DRAWS,
    INSPECTORS,
    ITEMS,
    RECUSALS,
    TARGETS,
    TASKS,
    Stamp,
)
from tests.clerk import (
    FIRST_DAY,
    OFFICER,
    Clerk,
    draw,
    inspector,
    item,
    recusal,
    target,
    task,
)

if TYPE_CHECKING:
    from pathlib import Path

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    return Clerk(tmp_path_factory.mktemp("office"))


@pytest.fixture
def clerk(empty: Clerk, tmp_path: Path) -> Clerk:
    return empty.copy(tmp_path)


def ids(clerk: Clerk, as_of: Any = None) -> list[str]:
    with clerk.registry.read() as tx:
        return [public.id for public, _ in tx.targets(as_of)]


def test_every_list_gives_back_what_was_put_in(clerk: Clerk) -> None:
    clerk.change(ITEMS, [item("SP-04"), item()])
    clerk.change(TARGETS, [target(2, visited=dt.date(2025, 5, 1)), target(1)])
    clerk.change(INSPECTORS, [inspector(1, max=None, valid_until=None)])
    clerk.change(RECUSALS, [recusal(2, 1), recusal(1, 2)])
    clerk.change(TASKS, [task()])
    clerk.step(draw())
    with clerk.registry.read() as tx:
        assert tuple(tx.items()) == (item(), item("SP-04"))
        assert tuple(tx.targets()) == (
            target(1),
            target(2, visited=dt.date(2025, 5, 1)),
        )
        assert tuple(tx.inspectors()) == (inspector(1, max=None, valid_until=None),)
        assert tuple(tx.recusals()) == (recusal(1, 2), recusal(2, 1))
        assert tuple(tx.tasks()) == (task(),)
        assert tuple(tx.draws()) == (draw(),)
        assert tx.task("2026-001") == task()
        assert tx.task("2026-002") is None
        assert tx.draw("2026-001") == draw()
        assert tx.draw("2026-002") is None
        assert [tx.count(kind) for kind in (ITEMS, TARGETS, DRAWS)] == [2, 2, 1]


def test_history_says_who_when_and_why(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)], reason="2026年名录")
    clerk.change(TARGETS, [target(1, risk="D")], reason="信用分类调整")
    clerk.change(TARGETS, (), reason="注销")
    with clerk.registry.read() as tx:
        first, second = tx.history(TARGETS, ("T-1",))
        assert tx.current(TARGETS, ("T-1",)) is None
        assert tx.history(TARGETS, ("T-2",)) == ()
    stamps = [
        Stamp(seq=n, at=FIRST_DAY + n * DAY, by=OFFICER, reason=why)
        for n, why in enumerate(("2026年名录", "信用分类调整", "注销"))
    ]
    assert (first.number, first.record) == (1, target(1))
    assert (second.number, second.record) == (2, target(1, risk="D"))
    assert (first.since, first.until) == (stamps[0], stamps[1])
    assert (second.since, second.until) == (stamps[1], stamps[2])


def test_a_record_that_comes_back_goes_on_counting(clerk: Clerk) -> None:
    clerk.change(ITEMS, [item(), item("SP-04")])
    clerk.change(ITEMS, [item("SP-04")])
    clerk.change(ITEMS, [item(), item("SP-04")])
    clerk.change(ITEMS, [item(name="新"), item("SP-04")])
    with clerk.registry.read() as tx:
        now, other = tx.item("SP-03"), tx.item("SP-04")
        numbers = [v.number for v in tx.history(ITEMS, ("SP-03", ""))]
    assert now is not None
    assert other is not None
    assert (now.number, now.record.name, other.number) == (3, "新", 1)
    assert numbers == [1, 2, 3]


def test_an_item_is_known_by_code_and_sub_item(clerk: Clerk) -> None:
    clerk.change(ITEMS, [item(), item(sub="2")])
    clerk.change(ITEMS, [item(), item(sub="2", name="二")])
    with clerk.registry.read() as tx:
        plain, second = tx.item("SP-03"), tx.item("SP-03", "2")
    assert plain is not None
    assert second is not None
    assert (plain.number, second.number, second.record.name) == (1, 2, "二")


def test_any_moment_can_be_had_back(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1), target(2)])
    clerk.change(INSPECTORS, [inspector(1)])
    clerk.change(TARGETS, [target(2), target(3)])
    days = [FIRST_DAY + n * DAY for n in range(3)]
    assert ids(clerk, days[0] - HOUR) == []
    assert ids(clerk, days[0]) == ids(clerk, days[2] - HOUR) == ["T-1", "T-2"]
    assert ids(clerk, days[2]) == ids(clerk, days[2] + HOUR) == ["T-2", "T-3"]
    assert ids(clerk, -1) == []
    assert ids(clerk, 0) == ids(clerk, 1) == ["T-1", "T-2"]
    assert ids(clerk, 2) == ids(clerk, 99) == ids(clerk) == ["T-2", "T-3"]
    shanghai = dt.timezone(8 * HOUR)
    assert ids(clerk, days[2].astimezone(shanghai)) == ["T-2", "T-3"]


def test_order_is_the_logs_when_the_clock_steps_back(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)], at=FIRST_DAY + 9 * DAY)
    clerk.change(TARGETS, [target(2)], at=FIRST_DAY)
    assert ids(clerk, FIRST_DAY + DAY) == ["T-2"]
    assert ids(clerk, FIRST_DAY + 10 * DAY) == ["T-2"]


def test_a_time_without_a_zone_is_refused(clerk: Clerk) -> None:
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="2026"), clerk.registry.read() as tx:
        tx.targets(naive)
    with pytest.raises(ValueError, match="2026"):
        clerk.change(TARGETS, [target(1)], at=naive)


def test_the_log_names_the_digest_of_a_list_as_it_stands(clerk: Clerk) -> None:
    with clerk.registry.read() as tx:
        assert tx.last_change(TARGETS) is None
        assert tx.digest(TARGETS) is None
    clerk.change(TARGETS, [target(1)])
    clerk.change(INSPECTORS, [inspector(1)])
    with clerk.registry.read() as tx:
        last, digest = tx.last_change(TARGETS), tx.digest(TARGETS)
    assert last is not None
    assert (last.seq, last.by, last.reason) == (0, OFFICER, "名录更新")
    assert digest in clerk.kept


def test_private_parts_are_kept_apart(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1, risk="D")])
    with clerk.registry._database.engine.connect() as connection:
        public = connection.exec_driver_sql("SELECT * FROM target").mappings().one()
        private = connection.exec_driver_sql("SELECT * FROM target_private")
        names = set(private.mappings().one())
    assert not {"risk", "risk_date", "last_inspected"} & set(public)
    assert names == {"id", "risk", "risk_date", "last_inspected", "seq_from"}


# ── refusals ─────────────────────────────────────────────────────────────────────


def test_a_preview_that_is_no_longer_true_is_not_written(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)])
    with clerk.registry.read() as tx:
        seen = tx.diff(TARGETS, [target(1), target(2)])
    clerk.change(TARGETS, [target(1), target(3)])
    with pytest.raises(StateError) as caught, clerk.registry.write() as tx:
        clerk.write(tx, seen)
    assert caught.value.code == "E307"
    assert ids(clerk) == ["T-1", "T-3"]


def test_changes_of_what_is_not_there_are_not_written(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)])
    with clerk.registry.read() as tx:
        seen = tx.diff(TARGETS, [target(1, risk="D")])
    made_up = replace(seen, retired_rows=tuple(TARGETS.rows([target(9)]).values()))
    with pytest.raises(StateError) as caught, clerk.registry.write() as tx:
        clerk.write(tx, made_up)
    assert caught.value.code == "E307"


def test_a_preview_of_another_list_still_holds(clerk: Clerk) -> None:
    with clerk.registry.read() as tx:
        seen = tx.diff(TARGETS, [target(1)])
    clerk.change(INSPECTORS, [inspector(1)])
    with clerk.registry.write() as tx:
        clerk.write(tx, seen)
    assert ids(clerk) == ["T-1"]


def test_no_change_is_no_entry(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)])
    with pytest.raises(StateError) as caught:
        clerk.change(TARGETS, [target(1)])
    assert caught.value.code == "E308"


def test_a_change_without_its_entry_does_not_commit(clerk: Clerk) -> None:
    with clerk.registry.read() as tx:
        changes = tx.diff(TARGETS, [target(1)])
    with pytest.raises(StateError) as caught, clerk.registry.write() as tx:
        tx.apply(changes, seq=0, at=FIRST_DAY, by="x", reason="", salt="0" * 32)
    assert caught.value.code == "E341"
    assert ids(clerk) == []


def test_looking_does_not_write(clerk: Clerk) -> None:
    with clerk.registry.read() as tx:
        assert tx.diff(TARGETS, [target(1)]).counts == (1, 0, 0)
    assert ids(clerk) == []


def test_a_cell_from_elsewhere_is_named_not_a_crash(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(1)])
    clerk.edit("UPDATE target SET established = 'soon'")
    with (
        pytest.raises(VerificationError) as caught,
        clerk.registry.read() as tx,
    ):
        tuple(tx.targets())
    assert (caught.value.code, caught.value.params["id"]) == ("E306", "T-1")


# ── draws ────────────────────────────────────────────────────────────────────────

DRAWN, ABANDONED = DrawState.DRAWN, DrawState.ABANDONED


@pytest.mark.parametrize("last", [DRAWN, ABANDONED])
def test_the_life_of_a_draw(clerk: Clerk, last: DrawState) -> None:
    clerk.step(draw())
    clerk.step(draw(last))
    with clerk.registry.read() as tx:
        states = [v.record.state for v in tx.history(DRAWS, ("2026-001",))]
    assert states == [DrawState.ANNOUNCED, last]
    clerk.step(draw(id_="2026-001-2"))
    assert clerk.findings() == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        pytest.param([draw(DRAWN)], "E310", id="drawn before the freeze"),
        pytest.param([draw(ABANDONED)], "E310", id="abandoned before the freeze"),
        pytest.param([draw(), draw()], "E310", id="announced twice"),
        pytest.param([draw(), draw(DRAWN), draw(DRAWN)], "E310", id="a second draw"),
        pytest.param([draw(), draw(ABANDONED), draw(DRAWN)], "E310", id="revived"),
        pytest.param([draw(), draw(DRAWN), draw(ABANDONED)], "E310", id="unwanted"),
        pytest.param([draw(), draw(id_="2")], "E311", id="two open for a task"),
        pytest.param(
            [draw(), draw(DRAWN, commitment="d" * 64)], "E312", id="other lists"
        ),
        pytest.param(
            [draw(), draw(DRAWN, task=TaskId("2"))], "E312", id="another task"
        ),
    ],
)
def test_a_step_that_a_draw_may_not_take(
    clerk: Clerk, steps: list[Any], code: str
) -> None:
    for step in steps[:-1]:
        clerk.step(step)
    with pytest.raises(StateError) as caught:
        clerk.step(steps[-1])
    assert caught.value.code == code
    with clerk.registry.read() as tx:
        assert tx.log_size() == len(steps) - 1
