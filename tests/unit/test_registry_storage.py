"""The database file: what can be wrong with it, crashes, writers, its own rules."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from dualrandom.canonical import leaf_hash
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    StateError,
    VerificationError,
)
from dualrandom.registry import INSPECTORS, START, TARGETS, Registry
from dualrandom.registry import sqlite as database_module
from dualrandom.registry.check_storage import expected_schema, schema
from dualrandom.registry.tables import metadata
from tests.clerk import Clerk, draw, entry, inspector, recusal, target, task

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kept_office(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """An office with every list, and a draw."""
    from dualrandom.registry import ITEMS, RECUSALS, TASKS
    from tests.clerk import item

    made = Clerk(tmp_path_factory.mktemp("office"))
    made.change(TARGETS, [target(1), target(2)])
    made.change(INSPECTORS, [inspector(1)])
    made.change(ITEMS, [item()])
    made.change(RECUSALS, [recusal(1, 1)])
    made.change(TASKS, [task()])
    made.step(draw())
    return made


@pytest.fixture
def clerk(kept_office: Clerk, tmp_path: Path) -> Clerk:
    return kept_office.copy(tmp_path)


def ids(registry: Registry) -> list[str]:
    with registry.read() as tx:
        return [public.id for public, _ in tx.targets()]


def raw(path: Path, *statements: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        return [row for text in statements for row in opened.execute(text).fetchall()]


# ── opening ──────────────────────────────────────────────────────────────────────


def test_a_new_database_is_one_file_of_its_owners(tmp_path: Path) -> None:
    Registry.create(tmp_path / "office.db")
    assert [p.name for p in tmp_path.iterdir()] == ["office.db"]
    if os.name == "posix":
        assert (tmp_path / "office.db").stat().st_mode & 0o777 == 0o600
    assert raw(tmp_path / "office.db", "PRAGMA journal_mode") == [("wal",)]


def test_a_strange_path_is_only_a_path(tmp_path: Path) -> None:
    path = tmp_path / "示例局 50% ?mode=memory#x" / "名录 db"
    path.parent.mkdir()
    Registry.create(path)
    assert path.is_file()
    assert ids(Registry.open(path)) == []


def test_settings_hold_in_every_transaction(clerk: Clerk) -> None:
    for opened in (clerk.registry.read, clerk.registry.write):
        with opened() as tx:
            run = tx._connection.exec_driver_sql
            assert run("PRAGMA foreign_keys").scalar() == 1
            assert run("PRAGMA synchronous").scalar() == 2


def a_text(path: Path) -> None:
    path.write_text("统一社会信用代码,企业名称\n" * 99)


def another_database(path: Path) -> None:
    raw(path, "CREATE TABLE t (x)")


def half_a_database(path: Path) -> None:
    Registry.create(path)
    with path.open("r+b") as file:
        file.truncate(8192)


def an_older_schema(path: Path) -> None:
    Registry.create(path)
    raw(path, "UPDATE alembic_version SET version_num = '0000'")


def a_newer_schema(path: Path) -> None:
    Registry.create(path)
    raw(path, "UPDATE alembic_version SET version_num = '9999'")


def an_empty_version(path: Path) -> None:
    Registry.create(path)
    raw(path, "DELETE FROM alembic_version")


@pytest.mark.parametrize(
    ("made", "code"),
    [
        pytest.param(lambda _: None, "E100", id="no file"),
        pytest.param(Path.mkdir, "E100", id="a folder"),
        pytest.param(Path.touch, "E101", id="an empty file"),
        pytest.param(a_text, "E101", id="a sheet"),
        pytest.param(another_database, "E101", id="somebody's database"),
        pytest.param(an_empty_version, "E101", id="no version"),
        pytest.param(half_a_database, "E107", id="cut in half"),
        pytest.param(an_older_schema, "E102", id="older"),
        pytest.param(a_newer_schema, "E103", id="newer"),
    ],
)
def test_what_cannot_be_opened(
    tmp_path: Path, made: Callable[[Path], None], code: str
) -> None:
    path = tmp_path / "office.db"
    made(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.open(path)
    assert caught.value.code == code
    assert (path.read_bytes() if path.is_file() else None) == before


def test_nothing_is_made_over_a_file(clerk: Clerk) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.create(clerk.path)
    assert caught.value.code == "E111"
    assert ids(clerk.registry) == ["T-1", "T-2"]


def test_nothing_is_left_where_nothing_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.create(tmp_path / "no such folder" / "office.db")
    assert caught.value.code == "E108"

    def fail(*_: object, **__: object) -> None:
        raise EnvironmentProblem("E105", detail="")

    monkeypatch.setattr(database_module, "migrate", fail)
    with pytest.raises(EnvironmentProblem):
        Registry.create(tmp_path / "office.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "E106"),
        (errno.EROFS, "E106"),
        (errno.ENOSPC, "E105"),
        (errno.ENAMETOOLONG, "E108"),
    ],
)
def test_a_file_system_that_refuses_is_named(
    tmp_path: Path, number: int, code: str
) -> None:
    with (
        pytest.raises(EnvironmentProblem) as caught,
        database_module.files(tmp_path / "office.db"),
    ):
        raise OSError(number, os.strerror(number))
    assert caught.value.code == code


def test_what_nobody_can_write_can_be_read(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write-protected stick has no room for what WAL needs beside the file."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert clerk.findings() == []
    assert ids(Registry.open(clerk.path)) == ["T-1", "T-2"]
    assert [p.name for p in clerk.path.parent.iterdir()] == ["office.db"]
    with pytest.raises(EnvironmentProblem) as caught:
        clerk.change(TARGETS, [target(3)])
    assert caught.value.code == "E106"


def test_an_old_sqlite_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 0))
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.create(tmp_path / "office.db")
    assert caught.value.code == "E109"


# ── while it is in use ───────────────────────────────────────────────────────────


def test_a_locked_database_says_so(clerk: Clerk) -> None:
    registry = Registry.open(clerk.path, wait=0.05)
    with closing(sqlite3.connect(clerk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentProblem) as caught, registry.write():
            pytest.fail("two writers at a time")
        assert ids(registry) == ["T-1", "T-2"]
    assert caught.value.code == "E104"


@pytest.mark.parametrize(
    ("pragma", "code"),
    [
        pytest.param("max_page_count = 1", "E105", id="full"),
        pytest.param("query_only = ON", "E106", id="read-only"),
    ],
)
def test_what_cannot_be_written_leaves_all_as_it_was(
    clerk: Clerk, pragma: str, code: str
) -> None:
    def set_pragma(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(clerk.registry._database.engine, "connect", set_pragma)
    with pytest.raises(EnvironmentProblem) as caught:
        clerk.change(TARGETS, [target(n) for n in range(500)])
    assert caught.value.code == code
    assert caught.value.where is not None
    assert caught.value.where.file == "office.db"
    event.remove(clerk.registry._database.engine, "connect", set_pragma)
    assert ids(clerk.registry) == ["T-1", "T-2"]
    assert clerk.findings() == []


def test_a_damaged_page_is_named(clerk: Clerk) -> None:
    data = clerk.path.read_bytes()
    clerk.path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(EnvironmentProblem) as caught:
        clerk.findings()
    assert caught.value.code == "E107"


def test_a_statement_that_fails_is_an_error_of_ours(clerk: Clerk) -> None:
    with pytest.raises(EnvironmentProblem) as caught, clerk.registry.read() as tx:
        tx._connection.exec_driver_sql("SELECT nonsense")
    assert caught.value.code == "E110"


# ── all or nothing ───────────────────────────────────────────────────────────────


def test_an_exception_leaves_nothing(clerk: Clerk) -> None:
    class Interrupted(BaseException):
        pass

    def interrupted() -> None:
        with clerk.registry.write() as tx:
            clerk.write(tx, tx.diff(TARGETS, [target(9)]))
            raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()
    assert ids(clerk.registry) == ["T-1", "T-2"]
    with clerk.registry.read() as tx:
        assert tx.log_size() == 6


def run(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


def test_a_killed_program_leaves_nothing(clerk: Clerk) -> None:
    """Killed after the rows went to the file, before the commit."""
    process = run(
        """
        import os, signal, sys
        from pathlib import Path
        from dualrandom.registry import Registry, TARGETS
        from tests.clerk import FIRST_DAY, target

        with Registry.open(Path(sys.argv[1])).write() as tx:
            tx._connection.exec_driver_sql("PRAGMA cache_size = 1")
            changes = tx.diff(TARGETS, [target(n) for n in range(3000)])
            tx.apply(
                changes, seq=6, at=FIRST_DAY, by="x", reason="", salt="0" * 32
            )
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        str(clerk.path),
    )
    assert process.wait() != 0
    process.communicate()
    assert Path(f"{clerk.path}-wal").stat().st_size > 100_000
    assert ids(clerk.registry) == ["T-1", "T-2"]
    assert clerk.findings() == []


def test_threads_lose_no_entry(clerk: Clerk) -> None:
    def append(_: int) -> None:
        with clerk.registry.write() as tx:
            clerk.append(tx, "anchor", {})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(40)))
    with clerk.registry.read() as tx:
        assert tx.log_size() == 46
        assert len({*tx.entries()}) == 46
    assert clerk.findings() == []


def test_processes_lose_no_change(clerk: Clerk) -> None:
    """Each adds its own targets to the list, decided on what it then is."""
    processes = [
        run(
            """
            import sys
            from pathlib import Path
            from dualrandom.registry import Registry, TARGETS
            from tests.clerk import Clerk, target

            clerk = object.__new__(Clerk)
            clerk.path, clerk.kept = Path(sys.argv[1]), {}
            clerk.registry = Registry.open(clerk.path)
            for n in range(10):
                clerk.change(TARGETS, [target(f"{sys.argv[2]}{n}")], full=False)
            """,
            str(clerk.path),
            name,
        )
        for name in "abc"
    ]
    assert [process.communicate()[0] and process.returncode for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(ids(clerk.registry)) == 32
    assert clerk.findings() == []


def test_a_reader_keeps_what_it_began_with(clerk: Clerk) -> None:
    with clerk.registry.read() as tx:
        before = tuple(tx.targets())
        clerk.change(TARGETS, [target(7)])
        assert tuple(tx.targets()) == before
        assert tx.log_size() == 6
    assert ids(clerk.registry) == ["T-7"]


# ── the log ──────────────────────────────────────────────────────────────────────


def test_the_log_gives_back_its_bytes(tmp_path: Path) -> None:
    registry = Clerk(tmp_path).registry
    first = entry(0, START, "anchor", {})
    second = entry(1, leaf_hash(first).hex(), "anchor", {"n": 1})
    with registry.write() as tx:
        assert tx.head() is None
        tx.append(0, START, "a", leaf_hash(first).hex(), first)
        tx.append(1, leaf_hash(first).hex(), "b", leaf_hash(second).hex(), second)
        head = tx.head()
    assert head is not None
    assert (head.seq, head.leaf) == (1, leaf_hash(second).hex())
    with registry.read() as tx:
        assert tuple(tx.entries()) == (first, second)
        assert tuple(tx.entries(1)) == (second,)
        assert tuple(tx.entries(2)) == ()
        assert (tx.entry(0), tx.entry(2)) == (first, None)
        assert (tx.entry_by_op("b"), tx.entry_by_op("c")) == (second, None)
        assert tx.log_size() == 2


@pytest.mark.parametrize(
    ("seq", "prev", "op", "code"),
    [
        pytest.param(5, None, "new", "E340", id="a number taken"),
        pytest.param(7, None, "new", "E340", id="a number left out"),
        pytest.param(6, START, "new", "E340", id="another past"),
        pytest.param(6, None, "op-3", "E342", id="the same act again"),
    ],
)
def test_attacker_forks_the_log(
    clerk: Clerk, seq: int, prev: str | None, op: str, code: str
) -> None:
    with clerk.registry.read() as tx:
        head = tx.head()
    assert head is not None
    before = head.leaf if prev is None else prev
    data = entry(seq, before, "anchor", {})
    with pytest.raises(StateError) as caught, clerk.registry.write() as tx:
        tx.append(seq, before, op, leaf_hash(data).hex(), data)
    assert caught.value.code == code


def test_a_leaf_of_other_bytes_is_refused(tmp_path: Path) -> None:
    registry = Clerk(tmp_path).registry
    with pytest.raises(VerificationError) as caught, registry.write() as tx:
        tx.append(0, START, "a", "0" * 64, b"x")
    assert caught.value.code == "E343"


# ── the database's own rules ─────────────────────────────────────────────────────

CELLS = ", ".join(c.name for c in TARGETS.columns[1:] if not c.private)
CHANGE = "list, at, changed_by, reason, salt, columns FROM change"
LAST = "(SELECT leaf FROM entry WHERE seq = 5)"
STATEMENTS = {
    "an entry changed": "UPDATE entry SET data = x'00' WHERE seq = 1",
    "an entry deleted": "DELETE FROM entry WHERE seq = 5",
    "an entry out of order": "INSERT INTO entry SELECT 9, prev, 'x', leaf, data"
    " FROM entry LIMIT 1",
    "an entry replaced": "INSERT OR REPLACE INTO entry"
    " SELECT seq, prev, op, leaf, x'00' FROM entry",
    "an entry pushed out by its op": f"INSERT OR REPLACE INTO entry SELECT 6, {LAST},"
    " op, hex(randomblob(32)), data FROM entry WHERE seq = 2",
    "an entry of text": f"INSERT INTO entry VALUES (6, {LAST}, 'x',"
    " hex(randomblob(32)), 'text')",
    "a reason changed": "UPDATE change SET reason = 'x' WHERE seq = 1",
    "a change deleted": "DELETE FROM change WHERE seq = 1",
    "a change in between": f"INSERT INTO change SELECT 3, {CHANGE} WHERE seq = 1",
    "a fact changed": "UPDATE target SET name = 'x'",
    "a version closed at an old entry": "UPDATE target SET seq_to = 1",
    "versions deleted": "DELETE FROM target",
    "a risk class changed": "UPDATE target_private SET risk = 'A'",
    "private parts deleted": "DELETE FROM target_private",
    "a private part of nobody": "INSERT INTO target_private VALUES"
    " (1, 'T-1', 'A', NULL, NULL)",
    "a version of the past": f"INSERT INTO target SELECT 'T-9', {CELLS}, 0, NULL"
    " FROM target",
    "a version of another list's entry": f"INSERT INTO target SELECT 'T-9', {CELLS},"
    " 5, NULL FROM target",
    "a version replaced": f"INSERT OR REPLACE INTO target SELECT id, {CELLS}, 0, NULL"
    " FROM target",
    "a recusal deleted": "DELETE FROM recusal",
    "a draw's state changed": "UPDATE draw SET state = 'drawn'",
    "a draw replaced": "INSERT OR REPLACE INTO draw"
    " SELECT id, task, 'drawn', commitment, folder, seq_from, seq_to FROM draw",
    "a second open draw of a task": "INSERT INTO draw SELECT id || 'x', task, state,"
    " commitment, folder, seq_from, seq_to FROM draw",
    "a draw in no known state": "INSERT INTO draw SELECT id || 'x', id || 'x', 'lost',"
    " commitment, folder, seq_from, seq_to FROM draw",
}


@pytest.mark.parametrize(
    "statement", [pytest.param(sql, id=name) for name, sql in STATEMENTS.items()]
)
def test_an_outsider_with_sql_is_stopped(clerk: Clerk, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        raw(clerk.path, statement)
    assert clerk.findings() == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        pytest.param("target", "id", "a b", id="an id with a blank"),
        pytest.param("target", "id", "-x", id="an id that opens with a dash"),
        pytest.param("target", "id", "x" * 65, id="an id too long"),
        pytest.param("target", "name", "", id="no name"),
        pytest.param("target", "established", "2026-02-30", id="no such day"),
        pytest.param("target", "established", "", id="an empty day"),
        pytest.param("target", "tags", None, id="no tags at all"),
        pytest.param("target", "kind", b"x", id="bytes for text"),
        pytest.param("inspector", "max", -1, id="a negative limit"),
        pytest.param("inspector", "max", "many", id="text for a number"),
        pytest.param("item", "code", "", id="no code"),
        pytest.param("task", "area", "moon", id="an area unknown"),
        pytest.param("task", "start", None, id="no first day"),
        pytest.param("draw", "commitment", "x" * 64, id="no digest"),
    ],
)
def test_the_schema_knows_the_models_rules(
    clerk: Clerk, table: str, column: str, value: object
) -> None:
    """Without any trigger: the columns' own checks."""
    with closing(sqlite3.connect(clerk.path, isolation_level=None)) as opened:
        opened.execute(f"DROP TRIGGER {table}_update_close")
        with pytest.raises(sqlite3.IntegrityError):
            opened.execute(f'UPDATE {table} SET "{column}" = ?', (value,))


# ── the schema ───────────────────────────────────────────────────────────────────


def test_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    registry = Registry.create(tmp_path / "office.db")
    with registry.read() as tx:
        assert schema(tx._connection) == expected_schema()
    assert len(expected_schema()) > 40


def test_every_table_is_strict() -> None:
    tables = {n: sql for n, sql in expected_schema().items() if n.startswith("table ")}
    loose = [name for name, sql in tables.items() if not sql.endswith("STRICT")]
    assert (len(tables), loose) == (15, ["table alembic_version"])


def test_the_program_knows_its_newest_migration() -> None:
    config = Config()
    folder = ROOT / "dualrandom" / "registry" / "migrations"
    config.set_main_option("script_location", str(folder))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [database_module.SCHEMA]
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    paths = [Path(revision.path).name for revision in script.walk_revisions()]
    assert [name[1:5] for name in paths] == revisions


def test_an_upgrade_of_what_is_new_changes_nothing(clerk: Clerk) -> None:
    assert ids(Registry.upgrade(clerk.path)) == ["T-1", "T-2"]
    with pytest.raises(EnvironmentProblem) as caught:
        Registry.upgrade(clerk.path.with_name("other.db"))
    assert caught.value.code == "E100"


def test_an_upgrade_refuses_what_is_no_registry(tmp_path: Path) -> None:
    another_database(tmp_path / "x.db")
    with pytest.raises(DualRandomError) as caught:
        Registry.upgrade(tmp_path / "x.db")
    assert caught.value.code == "E101"


def test_the_tables_can_be_had_in_postgresql() -> None:
    """Nothing of SQLite's in them: dates, GLOB, STRICT, WITHOUT ROWID."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        made += "".join(
            str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes
        )
        for word in ("GLOB", "STRICT", "strftime", "date(", "ROWID"):
            assert word not in made
