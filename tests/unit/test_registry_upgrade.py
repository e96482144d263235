"""A database of the first version, with data in it, brought to this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.canonical import leaf_hash, sha256
from dualrandom.errors import EnvironmentProblem
from dualrandom.registry import (
    INSPECTORS,
    ITEMS,
    RECUSALS,
    START,
    TARGETS,
    TASKS,
    ListKind,
    Registry,
)
from dualrandom.registry.check_storage import expected_schema, schema
from dualrandom.registry.database import SCHEMA
from dualrandom.registry.files import ACT, rows_bytes
from dualrandom.registry.sqlite import SQLite
from tests.clerk import (
    FIRST_DAY,
    OFFICER,
    Clerk,
    entry,
    inspector,
    item,
    recusal,
    target,
    task,
)

if TYPE_CHECKING:
    from pathlib import Path

# The columns of version 0001, as they stand in the files of that time.
THEN: dict[str, tuple[ListKind[Any], str]] = {
    "items": (
        ITEMS,
        (
            "code sub name field category basis body object content method ratio frequency"
            " kind staff lead partners level unit effective expires status note"
        ),
    ),
    "targets": (
        TARGETS,
        (
            "id name kind industry region registrar status address established tags risk"
            " risk_date last_inspected"
        ),
    ),
    "inspectors": (
        INSPECTORS,
        (
            "id name unit region level category qualifications scope expert certificate"
            " valid_until status max"
        ),
    ),
    "recusals": (RECUSALS, "inspector target reason"),
    "tasks": (
        TASKS,
        (
            "id title items start end plan scope strata_by quotas total tickets posts area"
            " reserves off_site"
        ),
    ),
}
HISTORY: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("items", (item(), item("SP-04"))),
    ("targets", (target(1), target(2))),
    ("inspectors", (inspector(1),)),
    ("recusals", (recusal(1, 1), recusal(1, 2))),
    ("tasks", (task(),)),
    ("targets", (target(2, name="另一店"), target(3, risk="D"))),
    ("recusals", (recusal(1, 2),)),
    ("items", (item(), item("SP-04", note="附注"))),
)
NOW: dict[str, tuple[Any, ...]] = dict(HISTORY)


class OldOffice:
    """What the program of version 0001 would have left."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "office.db"
        sqlite3.connect(self.path).close()
        SQLite(self.path).migrate(to="0001")
        self.kept: dict[str, bytes] = {}
        self._state: dict[str, dict[Any, Any]] = {name: {} for name in THEN}
        prev = START
        for seq, (name, records) in enumerate(HISTORY):
            with closing(sqlite3.connect(self.path)) as opened, opened:
                opened.execute("PRAGMA foreign_keys = ON")
                prev = self._change(opened, seq, prev, name, records)

    def _change(
        self,
        opened: sqlite3.Connection,
        seq: int,
        prev: str,
        name: str,
        records: tuple[Any, ...],
    ) -> str:
        kind, names = THEN[name][0], tuple(THEN[name][1].split())
        salt = f"{seq:032x}"
        at = [kind.names.index(column) for column in names]
        told = {k: tuple(r[i] for i in at) for k, r in kind.rows(records).items()}
        was = self._state[name]
        acts = {k: ("retired", "更新", *was[k]) for k in was.keys() - told.keys()}
        acts |= {k: ("added", "更新", *told[k]) for k in told.keys() - was.keys()}
        both = told.keys() & was.keys()
        acts |= {k: ("changed", "更新", *told[k]) for k in both if told[k] != was[k]}
        files = (
            rows_bytes((*ACT, *names), acts, salt),
            rows_bytes(names, told, salt),
        )
        self.kept |= {sha256(data): data for data in files}
        said = [row[0] for row in acts.values()]
        body = {
            "list": name,
            **{act: said.count(act) for act in ("added", "changed", "retired")},
            "change": sha256(files[0]),
            "digest": sha256(files[1]),
        }
        data = entry(seq, prev, "registry.change", body)
        leaf = leaf_hash(data).hex()
        opened.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
            (seq, prev, f"op-{seq}", leaf, data),
        )
        opened.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                seq,
                name,
                FIRST_DAY.strftime("%Y-%m-%dT%H:%M:%SZ"),
                OFFICER,
                "更新",
                salt,
                ",".join(names),
            ),
        )
        for key, (act, _, *_rest) in acts.items():
            if act != "added":
                where = " AND ".join(f"{column} = ?" for column in kind.keys)
                opened.execute(
                    f"UPDATE {kind.table} SET seq_to = ?"
                    f" WHERE {where} AND seq_to IS NULL",
                    (seq, *key),
                )
            if act != "retired":
                self._insert(
                    opened, kind, dict(zip(names, told[key], strict=True)), seq
                )
        self._state[name] = told
        return leaf

    def _insert(
        self,
        opened: sqlite3.Connection,
        kind: ListKind[Any],
        cells: dict[str, str],
        seq: int,
    ) -> None:
        hidden = [c.name for c in kind.columns if c.private]
        nullable = {c.name for c in kind.columns if c.form.sql != "text"}
        values = {n: cells[n] or (None if n in nullable else "") for n in cells}
        tables = [(kind.table, [n for n in cells if n not in hidden])]
        if hidden:
            tables.append((f"{kind.table}_private", [*kind.keys, *hidden]))
        for table, own in tables:
            listed = ", ".join(f'"{n}"' for n in (*own, "seq_from"))
            marks = ", ".join("?" * (len(own) + 1))
            opened.execute(
                f"INSERT INTO {table} ({listed}) VALUES ({marks})",
                (*(values[n] for n in own), seq),
            )


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> OldOffice:
    return OldOffice(tmp_path_factory.mktemp("old"))


def dump(path: Path) -> dict[str, list[Any]]:
    """Return every cell of the database, by table, in the order of its rows."""
    with closing(sqlite3.connect(path)) as opened:
        tables = opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name != ?",
            ("alembic_version",),
        ).fetchall()
        return {table: _rows(opened, table) for (table,) in tables}


def _rows(opened: sqlite3.Connection, table: str) -> list[Any]:
    if not table.endswith("_private"):
        return opened.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
    # Kept in another order now, and with its columns in another one.
    return opened.execute(
        f"SELECT id, risk, risk_date, last_inspected, seq_from FROM {table}"
        " ORDER BY seq_from, id"
    ).fetchall()


def test_an_older_database_is_refused_and_brought_up(
    tmp_path: Path, old: OldOffice
) -> None:
    """To the byte what a new database is built like; nothing lost, nothing odd."""
    path = tmp_path / "office.db"
    path.write_bytes(old.path.read_bytes())
    before = dump(path)
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.open(path)
    assert caught.value.code == "E102"
    assert caught.value.params == {"found": "0001", "wanted": SCHEMA}
    assert dump(path) == before

    registry = Registry.upgrade(path)
    with registry.read() as tx:
        assert schema(tx._connection) == expected_schema()
        assert tx.check_lists(old.kept.get) == ()
        for name, (kind, _) in THEN.items():
            assert tuple(tx.records(kind)) == NOW[name]
        assert tuple(tx.targets(as_of=4)) == (target(1), target(2))
        versions = tx.history(TARGETS, ("T-2",))
    assert [v.record for v in versions] == [target(2), target(2, name="另一店")]
    after = dump(path)
    for table, rows in before.items():
        wide = {"item": 22, "target": 10, "inspector": 13, "recusal": 3}.get(table)
        kept = [(*row[:wide], *row[-2:]) if wide else row for row in after[table]]
        assert kept == rows, table


def test_an_edited_row_of_then_is_found_now(tmp_path: Path, old: OldOffice) -> None:
    path = tmp_path / "office.db"
    path.write_bytes(old.path.read_bytes())
    clerk = object.__new__(Clerk)
    clerk.path, clerk.kept = path, old.kept
    clerk.registry = Registry.upgrade(path)
    clerk.edit("UPDATE target SET address = 'x' WHERE id = 'T-1'")
    assert clerk.findings() == [("E330", "T-1")]
    clerk.edit("UPDATE target SET address = '' WHERE id = 'T-1'")
    assert clerk.findings() == []
    # A column that came later says nothing of a version of before.
    clerk.edit("UPDATE target SET model = 'x' WHERE id = 'T-1'")
    assert clerk.findings() == [("E330", "T-1")]
    clerk.edit("UPDATE target SET model = '' WHERE id = 'T-1'")
    clerk.change(TARGETS, [target(2, name="另一店", model="M-1")])
    assert clerk.findings() == []
