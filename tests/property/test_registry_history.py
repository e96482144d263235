"""Months of an office's life against a model that a child could keep: dictionaries.

Whatever the order of imports, corrections, crashes, stale previews and draws: each
list is what the model says, every past state comes back to the byte as it was exported
then, and a check finds nothing; one edited cell, and it finds that.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from dualrandom.errors import StateError
from dualrandom.records import DrawState, TaskId
from dualrandom.registry import (
    BASES,
    INSPECTORS,
    ITEMS,
    LISTS,
    OBJECTIONS,
    PENALTIES,
    RECUSALS,
    RESULTS,
    TARGETS,
    TASKS,
    Changes,
    ListKind,
)
from tests.clerk import (
    FIRST_DAY,
    Clerk,
    basis,
    draw,
    inspector,
    item,
    objection,
    penalty,
    recusal,
    result,
    target,
    task,
)

SALT = "ab" * 16
numbers = st.integers(1, 5)
RECORDS: dict[str, st.SearchStrategy[Any]] = {
    "items": st.builds(
        item,
        st.sampled_from(["SP-03", "SP-04"]),
        sub=st.sampled_from(["", "1"]),
        name=st.sampled_from(["甲", "乙"]),
    ),
    "targets": st.builds(
        target,
        numbers,
        risk=st.sampled_from("AD"),
        name=st.sampled_from(["甲", "乙"]),
        visited=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)),
    ),
    "inspectors": st.builds(
        inspector, numbers, max=st.none() | st.integers(0, 1), unit=st.just("一科")
    ),
    "recusals": st.builds(recusal, numbers, numbers, st.sampled_from(["亲属", ""])),
    "tasks": st.builds(
        task,
        st.sampled_from(["2026-001", "2026-002"]),
        title=st.sampled_from(["甲", "乙"]),
    ),
    "bases": st.builds(
        basis,
        st.sampled_from(["食品安全法", "广告法"]),
        changed=st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)),
    ),
    "results": st.builds(result, numbers, note=st.sampled_from(["", "甲"])),
    "penalties": st.builds(
        penalty,
        st.sampled_from(["1号", "2号"]),
        revoked=st.none() | st.just(dt.date(2027, 1, 4)),
    ),
    "objections": st.builds(
        objection, st.sampled_from(["1", "2"]), answer=st.sampled_from(["", "甲"])
    ),
}
EDITED: tuple[tuple[ListKind[Any], str], ...] = (
    (ITEMS, "note"),
    (TARGETS, "address"),
    (INSPECTORS, "unit"),
    (RECUSALS, "reason"),
    (TASKS, "off_site"),
    (BASES, "note"),
    (RESULTS, "code"),
    (PENALTIES, "party"),
    (OBJECTIONS, "text"),
)
Model = dict[tuple[str, ...], Any]


def keyed(kind: ListKind[Any], records: list[Any]) -> Model:
    return {tuple(kind.values(r)[: kind.key]): r for r in records}


class Crash(Exception):  # noqa: N818 - not an error of the program's
    """The machine's end, in the middle of a transaction."""


class Office(RuleBasedStateMachine):
    """An office over time; ``states[seq]`` is every list after that entry."""

    template: Clerk | None = None

    @initialize()
    def begin(self) -> None:
        # One migration for all examples: the file is copied.
        if Office.template is None:
            Office.template = Clerk(Path(tempfile.mkdtemp()))
        self.folder = tempfile.TemporaryDirectory()
        self.clerk = Office.template.copy(Path(self.folder.name))
        self.model: dict[str, Model] = {kind.name: {} for kind in LISTS}
        self.states: list[dict[str, Model]] = []
        self.exported: list[dict[str, bytes]] = []
        self.seen: tuple[Changes[Any], Model] | None = None
        self.draws: list[str] = []
        self.open: str | None = None

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def _logged(self) -> None:
        self.states.append({name: dict(model) for name, model in self.model.items()})
        with self.clerk.registry.read() as tx:
            self.exported.append({k.name: tx.list_file(k, SALT) for k in LISTS})

    def _import(self, kind: ListKind[Any], told: Model, wanted: Model) -> None:
        if wanted == self.model[kind.name]:
            with self.clerk.registry.read() as tx:
                assert tx.diff(kind, wanted.values()).empty
            return
        self.clerk.change(kind, told.values(), full=told is wanted)
        self.model[kind.name] = wanted
        self._logged()

    @rule(kind=st.sampled_from(LISTS), data=st.data())
    def import_a_roster(self, kind: ListKind[Any], data: st.DataObject) -> None:
        records = data.draw(st.lists(RECORDS[kind.name], max_size=6))
        told = keyed(kind, records)
        self._import(kind, told, told)

    @rule(kind=st.sampled_from(LISTS), data=st.data())
    def import_some_changes(self, kind: ListKind[Any], data: st.DataObject) -> None:
        records = data.draw(st.lists(RECORDS[kind.name], min_size=1, max_size=2))
        told = keyed(kind, records)
        self._import(kind, told, self.model[kind.name] | told)

    @rule(kind=st.sampled_from(LISTS), data=st.data())
    def retire_one(self, kind: ListKind[Any], data: st.DataObject) -> None:
        model = self.model[kind.name]
        if not model:
            return
        key = data.draw(st.sampled_from(sorted(model)))
        self.clerk.change(kind, (), full=False, retire=[key])
        self.model[kind.name] = {k: r for k, r in model.items() if k != key}
        self._logged()

    @rule(kind=st.sampled_from(LISTS), data=st.data())
    def crash_before_the_commit(self, kind: ListKind[Any], data: st.DataObject) -> None:
        records = data.draw(st.lists(RECORDS[kind.name], min_size=1, max_size=4))
        with suppress(Crash), self.clerk.registry.write() as tx:
            changes = tx.diff(kind, keyed(kind, records).values())
            if not changes.empty:
                self.clerk.write(tx, changes)
            raise Crash

    @rule(kind=st.sampled_from(LISTS), data=st.data())
    def look_at_a_preview(self, kind: ListKind[Any], data: st.DataObject) -> None:
        records = data.draw(st.lists(RECORDS[kind.name], min_size=1, max_size=3))
        wanted = keyed(kind, records)
        with self.clerk.registry.read() as tx:
            self.seen = tx.diff(kind, wanted.values()), wanted

    @precondition(lambda self: self.seen is not None and not self.seen[0].empty)
    @rule()
    def confirm_the_preview(self) -> None:
        assert self.seen is not None
        changes, wanted = self.seen
        kind = changes.kind
        base = -1 if changes.base is None else changes.base
        then = self.states[base][kind.name] if base >= 0 else {}
        with self.clerk.registry.read() as tx:
            last = tx.last_change(kind)
        current = last is None if base < 0 else last is not None and last.seq == base
        if not current:
            with (
                pytest.raises(StateError, match="E307"),
                self.clerk.registry.write() as tx,
            ):
                self.clerk.write(tx, changes)
            return
        with self.clerk.registry.write() as tx:
            self.clerk.write(tx, changes)
        assert then == self.model[kind.name]
        self.model[kind.name] = wanted
        self.seen = None
        self._logged()

    @rule(end=st.sampled_from([DrawState.DRAWN, DrawState.ABANDONED]))
    def take_a_draw_a_step_on(self, end: DrawState) -> None:
        """One task: announced when none is open, else brought to its end."""
        id_ = self.open or f"2026-001-{len(self.draws)}"
        state = end if self.open else DrawState.ANNOUNCED
        self.clerk.step(draw(state, id_, task=TaskId("2026-001")))
        if self.open:
            self.open = None
        else:
            self.open = id_
            self.draws.append(id_)
        self._logged()

    @rule(data=st.data())
    def the_past_is_as_it_was_exported(self, data: st.DataObject) -> None:
        if not self.states:
            return
        seq = data.draw(st.integers(0, len(self.states) - 1))
        hours = data.draw(st.integers(0, 23))
        for moment in (seq, FIRST_DAY + dt.timedelta(days=seq, hours=hours)):
            with self.clerk.registry.read() as tx:
                for kind in LISTS:
                    assert (
                        tx.list_file(kind, SALT, moment)
                        == (self.exported[seq][kind.name])
                    )
                    then = keyed(kind, list(tx.records(kind, moment)))
                    assert then == self.states[seq][kind.name]

    @rule(data=st.data())
    def the_owner_edits_a_version(self, data: st.DataObject) -> None:
        """Any version of any list, past or present; then puts it back."""
        kind, column = data.draw(st.sampled_from(EDITED))
        with self.clerk.registry.read() as tx:
            query = f"SELECT rowid, {', '.join(kind.keys)} FROM {kind.table}"
            rows = [tuple(row) for row in tx._connection.exec_driver_sql(query)]
        if not rows:
            return
        rowid, *key = data.draw(st.sampled_from(rows))
        edited = f"UPDATE {kind.table} SET {column} = {column}"
        self.clerk.edit(f"{edited} || '!' WHERE rowid = {rowid}")
        named = "/".join(part for part in key if part)
        assert self.clerk.findings() == [("E330", named)]
        self.clerk.edit(
            f"UPDATE {kind.table} SET {column} = rtrim({column}, '!')"
            f" WHERE rowid = {rowid}"
        )

    @invariant()
    def the_registry_is_what_the_model_says(self) -> None:
        if not hasattr(self, "clerk"):
            return
        with self.clerk.registry.read() as tx:
            assert tx.log_size() == len(self.states)
            for kind in LISTS:
                model = self.model[kind.name]
                assert tuple(tx.records(kind)) == tuple(model[k] for k in sorted(model))
                for key, record in model.items():
                    current = tx.current(kind, key)
                    assert current is not None
                    assert current.record == record
                    versions = tx.history(kind, key)
                    assert [v.number for v in versions] == [
                        *range(1, len(versions) + 1)
                    ]
                    for before, after in pairwise(versions):
                        assert before.until is not None
                        assert before.until.seq <= after.since.seq

    @rule()
    def the_check_finds_nothing(self) -> None:
        assert self.clerk.findings() == []


TestOffice = Office.TestCase
TestOffice.settings = settings(
    deadline=None,
    max_examples=10,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow],
)
