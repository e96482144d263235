"""Offices on a PostgreSQL server: who may do what, and what its own rules refuse.

Everybody connects as who they are; nobody here is a superuser.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.errors import DualRandomError
from dualrandom.registry import (
    BASES,
    INSPECTORS,
    ITEMS,
    RECUSALS,
    SCHEMA,
    TARGETS,
    TASKS,
    Registry,
    parse_address,
)
from dualrandom.registry.lists import KINDS
from dualrandom.registry.tables import metadata
from tests.clerk import Clerk, basis, draw, inspector, item, recusal, target, task
from tests.clusters import ADMIN, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.clusters import Cluster

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
OFFICES = ("north", "south")


@dataclass(frozen=True)
class Server:
    """Two offices in one database, an officer and a supervisor each."""

    cluster: Cluster
    database: str

    def url(self, person: str, schema: str) -> str:
        return self.cluster.url(self.database, person, schema)

    def registry(self, person: str, schema: str) -> Registry:
        return Registry.open(parse_address(self.url(person, schema)), wait=0.2)

    def run(self, person: str, *statements: str) -> list[Any]:
        """Run statements as somebody, each by itself; return the last one's rows."""
        rows: list[Any] = []
        with self.cluster.connect(person, self.database) as connection:
            for statement in statements:
                done = connection.execute(statement.encode())
                rows = done.fetchall() if done.description else []
        return rows

    def owner(self, schema: str, *statements: str) -> None:
        """Run statements as an office's owner: what an administrator can become."""
        self.run(
            ADMIN,
            f"GRANT {schema}_owner TO {ADMIN}",
            f"SET ROLE {schema}_owner",
            f"SET search_path = {schema}",
            *statements,
            "RESET ROLE",
            f"REVOKE {schema}_owner FROM {ADMIN}",
        )


def clerk_of(registry: Registry) -> Clerk:
    made = object.__new__(Clerk)
    made.registry, made.kept = registry, {}
    return made


def fill(clerk: Clerk) -> None:
    clerk.change(TARGETS, [target(2), target(1)])
    clerk.change(INSPECTORS, [inspector(1)])
    clerk.change(ITEMS, [item()])
    clerk.change(RECUSALS, [recusal(1, 1)])
    clerk.change(TASKS, [task()])
    clerk.change(BASES, [basis()])
    clerk.step(draw())


@pytest.fixture(scope="module", name="filled")
def _filled(cluster: Cluster) -> Iterator[Server]:
    from dualrandom.registry.roles import provide

    database = cluster.make_database()
    made = Server(cluster=cluster, database=database)
    provide(parse_address(cluster.url(database)), OFFICES)
    for office in OFFICES:
        cluster.make_person(database, f"officer_{office}", f"{office}_officer")
        cluster.make_person(database, f"supervisor_{office}", f"{office}_supervisor")
        fill(clerk_of(made.registry(f"officer_{office}", office)))
    yield made
    # Roles are the whole server's: the next module's offices may be called the same.
    made.run(
        ADMIN,
        *[f"GRANT {office}_owner TO {ADMIN}" for office in OFFICES],
        *[f"DROP SCHEMA {office} CASCADE" for office in OFFICES],
        *[f"DROP ROLE officer_{o}, supervisor_{o}" for o in OFFICES],
        *[f"DROP ROLE {o}_owner, {o}_officer, {o}_supervisor" for o in OFFICES],
    )


def codes(run: Callable[[], object]) -> str:
    with pytest.raises(DualRandomError) as caught:
        run()
    return caught.value.code


# ── what an office has ───────────────────────────────────────────────────────────


def test_it_is_built_as_this_program_builds_it(filled: Server) -> None:
    for person in ("officer_north", "supervisor_north"):
        with filled.registry(person, "north").read() as tx:
            assert tx.check_storage() == ()


def test_a_list_comes_back_as_it_went_in(filled: Server) -> None:
    with filled.registry("supervisor_north", "north").read() as tx:
        assert [public.id for public, _ in tx.targets()] == ["T-1", "T-2"]
        assert tuple(tx.inspectors()) == (inspector(1),)
        assert tuple(tx.tasks()) == (task(),)
        assert tx.log_size() == 7
        counts = [tx.count(kind) for kind in (ITEMS, TARGETS, INSPECTORS, RECUSALS)]
        assert counts == [1, 2, 1, 1]


def test_keys_are_in_the_order_of_their_bytes(filled: Server) -> None:
    """As in the files whose digests stand in the log, whatever the server's locale."""
    clerk = clerk_of(filled.registry("officer_south", "south"))
    names = ["a", "B", "Z-1", "甲", "乙", "a-2", "10", "9", "A.b"]
    clerk.change(TARGETS, [target(0, id=name) for name in names])
    with clerk.registry.read() as tx:
        assert [public.id for public, _ in tx.targets()] == sorted(
            names, key=str.encode
        )
    clerk.change(TARGETS, [target(1), target(2)])


# ── who may do what ──────────────────────────────────────────────────────────────

DENIED = "42501"
FORGED = (
    "CREATE OR REPLACE FUNCTION north.refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'"
)


def refused(filled: Server, person: str, *statements: str) -> str:
    """Return the SQLSTATE with which the last statement is refused."""
    with pytest.raises(psycopg.Error) as caught:
        filled.run(person, *statements)
    return caught.value.sqlstate or ""


@pytest.mark.parametrize("table", metadata.tables)
def test_another_office_is_closed(filled: Server, table: str) -> None:
    for person in ("officer_south", "supervisor_south", ADMIN):
        assert refused(filled, person, f"SELECT * FROM north.{table}") == DENIED
        assert refused(filled, person, f"DELETE FROM north.{table}") == DENIED


def test_another_office_cannot_be_opened(filled: Server) -> None:
    assert codes(lambda: filled.registry("officer_south", "north")) == "E106"
    assert codes(lambda: filled.registry("officer_south", "nowhere")) == "E101"
    assert codes(lambda: filled.registry("nobody", "north")) == "E117"


@pytest.mark.parametrize("table", metadata.tables)
def test_a_supervisor_reads_and_no_more(filled: Server, table: str) -> None:
    at = f"north.{table}"
    if table == "personal":
        assert refused(filled, "supervisor_north", f"SELECT * FROM {at}") == DENIED
    else:
        filled.run("supervisor_north", f"SELECT * FROM {at}")
    for statement in (
        f"INSERT INTO {at} SELECT * FROM {at}",
        f"UPDATE {at} SET {next(iter(metadata.tables[table].c)).name} = NULL",
        f"DELETE FROM {at}",
        f"TRUNCATE {at}",
        f"SELECT * FROM {at} FOR UPDATE",
    ):
        assert refused(filled, "supervisor_north", statement) == DENIED, statement


@pytest.mark.parametrize("table", metadata.tables)
def test_an_officer_adds_and_closes_and_no_more(filled: Server, table: str) -> None:
    at, columns = f"north.{table}", [c.name for c in metadata.tables[table].c]
    filled.run("officer_north", f"SELECT * FROM {at}")
    never = [
        f"TRUNCATE {at}",
        f"DROP TABLE {at}",
        f"ALTER TABLE {at} OWNER TO north_officer",
    ]
    never += [f"ALTER TABLE {at} DISABLE TRIGGER ALL", f"CREATE INDEX ON {at} (ctid)"]
    if table != "personal":
        never += [f"DELETE FROM {at}"]
        never += [f'UPDATE {at} SET "{c}" = "{c}"' for c in columns if c != "seq_to"]
    for statement in never:
        assert refused(filled, "officer_north", statement) == DENIED, statement


def test_nobody_of_an_office_makes_anything_in_it(filled: Server) -> None:
    for person in ("officer_north", "supervisor_north"):
        for statement in (
            "CREATE TABLE north.t (x int)",
            "CREATE FUNCTION north.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            FORGED,
            "SET ROLE north_owner",
            "SET session_replication_role = replica",
            "ALTER SCHEMA north RENAME TO x",
            "DROP SCHEMA north CASCADE",
        ):
            assert refused(filled, person, statement) == DENIED, statement


# ── what the database itself refuses to an officer ───────────────────────────────

HEAD = "(SELECT leaf FROM north.entry ORDER BY seq DESC LIMIT 1)"
NEXT = "(SELECT max(seq) + 1 FROM north.entry)"
LEAF = "encode(sha256(decode('00', 'hex') || 'x'::bytea), 'hex')"
ENTRY = "INSERT INTO north.entry (seq, prev, op, leaf, data) VALUES"
OWN = "23000"
"""integrity_constraint_violation: what our triggers say."""
CHANGE = "list, at, changed_by, reason, salt, columns FROM north.change LIMIT 1"
STATEMENTS = {
    "a number is left out": f"{ENTRY} ({NEXT} + 1, {HEAD}, 'x', {LEAF}, 'x')",
    "a number is taken": f"{ENTRY} (3, {HEAD}, 'x', {LEAF}, 'x')",
    "it follows another": f"{ENTRY} ({NEXT}, repeat('0', 64), 'x', {LEAF}, 'x')",
    "a leaf of other bytes": f"{ENTRY} ({NEXT}, {HEAD}, 'x', {LEAF}, 'y')",
    "an operation twice": f"{ENTRY} ({NEXT}, {HEAD}, 'op-2', {LEAF}, 'x')",
    "a second beginning": f"{ENTRY} (0, repeat('0', 64), 'x', {LEAF}, 'x')",
    "two with one number": f"{ENTRY} ({NEXT}, {HEAD}, 'x', {LEAF}, 'x'),"
    f" ({NEXT}, {HEAD}, 'y', encode(sha256(decode('0079', 'hex')), 'hex'), 'y')",
    "an old change": f"INSERT INTO north.change SELECT 2, {CHANGE}",
    "a change of no list": "INSERT INTO north.item SELECT code, 'x' AS sub, name"
    " FROM north.item",
    "a version begun in the past": "INSERT INTO north.recusal (inspector, target,"
    ' reason, start, "end", seq_from) SELECT inspector, \'T-9\', reason, start, "end",'
    " seq_from FROM north.recusal",
    "a version closed in the past": "UPDATE north.recusal SET seq_to = 4",
    "a version closed by another list": "UPDATE north.recusal SET seq_to = 6",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_an_officer_tries_by_hand(filled: Server, name: str) -> None:
    statement = STATEMENTS[name]
    state = refused(filled, "officer_north", statement)
    assert state in {OWN, "23502"}, (name, state)
    with filled.registry("officer_north", "north").read() as tx:
        assert tx.log_size() == 7


def test_a_temporary_table_misleads_no_trigger(filled: Server) -> None:
    """Whoever may make temporary tables cannot put them in the place of the log."""
    state = refused(
        filled,
        "officer_north",
        "CREATE TEMP TABLE entry (seq int, prev text, op text, leaf text, data bytea)",
        "SET search_path = pg_temp, north",
        f"{ENTRY} (0, repeat('0', 64), 'x', {LEAF}, 'x')",
    )
    assert state == OWN


def test_a_change_needs_its_entry_at_commit(filled: Server) -> None:
    state = refused(
        filled, "officer_north", f"INSERT INTO north.change SELECT 99, {CHANGE}"
    )
    assert state == "23503"


@pytest.mark.parametrize("table", [t for t in metadata.tables if t != "personal"])
def test_even_the_owner_meets_the_triggers(filled: Server, table: str) -> None:
    columns = metadata.tables[table].c
    number = next(name for name in ("seq_from", "seq") if name in columns)
    statements = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
    if filled.run("officer_north", f"SELECT 1 FROM north.{table}"):
        # Closing is each row's affair: where there is none, there is nothing to say.
        statements.append(f"UPDATE {table} SET {number} = {number} + 1")
    for statement in statements:
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            filled.owner("north", statement)
        filled.run(ADMIN, f"REVOKE north_owner FROM {ADMIN}")


DAYS = [
    "2026-02-28",
    "2026-02-29",
    "2024-02-29",
    "2000-02-29",
    "1900-02-29",
    "2026-02-30",
    "2026-04-31",
    "2026-12-31",
    "2026-13-01",
    "2026-00-10",
    "2026-1-1",
    "20260101",
    "26-01-01",
    "2026-01-00",
    "2026-01-32",
]
SAMPLES = ("", "x", "a b", "#x", "x#", "甲-1_.", "〇1", "-x", "yes", "no", *DAYS)
SAMPLES += (
    "a" * 32,
    "a" * 33,
    "a" * 64,
    "A" * 64,
    "a" * 65,
    "é",
    "a\n",
    "３",
    "龥",
    "㐀",
)
SAMPLES += (
    "added",
    "announced",
    "any",
    "general",
    "3m",
    "upheld",
    "Added",
    "2026-01-01 ",
)
RULES = {c.rule for kind in KINDS for c in kind.columns if c.rule.sql}


def test_what_a_file_refuses_in_a_cell_the_server_refuses(filled: Server) -> None:
    """Every rule of every list, on the same cells: nobody may insert elsewhere."""
    file = sqlite3.connect(":memory:")
    assert len(RULES) > 12
    with filled.cluster.connect("officer_north", filled.database) as server:
        for rule in RULES:
            here, there = (
                f"SELECT {rule.on(dialect).format('cell')} FROM"
                for dialect in ("sqlite", "postgresql")
            )
            numbers = ">=" in rule.sql
            type_ = "bigint" if numbers else 'text COLLATE "C"'
            for cell in (-1, 0, 1, 2**53, None) if numbers else (*SAMPLES, None):
                (due,) = file.execute(f"{here} (SELECT ? AS cell)", [cell]).fetchone()
                asked = f"{there} (SELECT %s::{type_} AS cell) x"
                found = server.execute(asked.encode(), [cell]).fetchone()
                assert found is not None
                # A check that is neither true nor false lets a row in.
                assert (found[0] in (True, None)) is (due in (1, None)), (rule, cell)
    file.close()


def test_the_checks_of_a_migrated_schema_are_those_of_a_new_one(filled: Server) -> None:
    from sqlalchemy import create_engine

    url = filled.url(ADMIN, "").partition("?")[0]
    checks = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE contype = 'c'"
        " AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    )
    engine = create_engine(url, connect_args={"options": "-csearch_path=plain"})
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA plain")
        metadata.create_all(connection)
        new = [tuple(row) for row in connection.exec_driver_sql(checks)]
        connection.rollback()
    engine.dispose()
    made = filled.run("officer_north", "SET search_path = north", checks)
    assert made == new
    assert len(made) > 50


BAD_CELLS = {
    "a name that leads elsewhere": ("inspector", {"id": "'../x'"}),
    "an empty name": ("inspector", {"id": "'I-9'", "name": "''"}),
    "a remark": ("item", {"code": "'#x'"}),
    "a negative number": ("inspector", {"id": "'I-9'", "max": "-1"}),
    "a day that never was": (
        "recusal",
        {"target": "'T-9'", "start": "'2026-02-30'"},
    ),
    "a state of no draw": ("draw", {"id": "'D-9'", "state": "'won'"}),
    "a digest that is none": ("draw", {"id": "'D-9'", "commitment": "repeat('G', 64)"}),
}


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_cell_that_the_model_refuses(filled: Server, name: str) -> None:
    """By hand, as an officer, beside an entry that is in order otherwise."""
    table, bad = BAD_CELLS[name]
    kind = next(k for k in KINDS if k.table == table)
    at = "(SELECT max(seq) FROM north.entry)"
    changed = {"seq_from": at, "seq_to": "NULL", **bad}
    names = [c.name for c in metadata.tables[table].c]
    cells = ", ".join(changed.get(n, f'"{n}"') for n in names)
    columns = ", ".join(f'"{n}"' for n in names)

    def write() -> None:
        with filled.registry("officer_north", "north").write() as tx:
            run = tx._connection.exec_driver_sql
            run(f"{ENTRY} ({NEXT}, {HEAD}, 'x', {LEAF}, 'x')")
            run(
                f"INSERT INTO north.change SELECT {at}, '{kind.name}', at, changed_by,"
                " reason, salt, columns FROM north.change LIMIT 1"
            )
            run(
                f"INSERT INTO north.{table} ({columns})"
                f" SELECT {cells} FROM north.{table} LIMIT 1"
            )

    with pytest.raises(DualRandomError) as caught:
        write()
    assert caught.value.code == "E341"
    assert f"ck_{table}_{list(bad)[-1]}" in str(caught.value.params["detail"])


# ── what an owner does ───────────────────────────────────────────────────────────

TAKEN = (
    "CREATE TRIGGER target_delete_never BEFORE DELETE ON target FOR EACH STATEMENT"
    " EXECUTE FUNCTION refuse('nothing is ever deleted')"
)
ALTERATIONS = {
    "a trigger switched off": (
        "ALTER TABLE entry DISABLE TRIGGER entry_insert_next",
        "ALTER TABLE entry ENABLE TRIGGER entry_insert_next",
        "trigger entry.entry_insert_next",
    ),
    "a trigger taken away": (
        "DROP TRIGGER target_delete_never ON target",
        TAKEN,
        "trigger target.target_delete_never",
    ),
    "a rule in the way": (
        "CREATE RULE r AS ON INSERT TO recusal DO INSTEAD NOTHING",
        "DROP RULE r ON recusal",
        "rule recusal.r",
    ),
    "a default": (
        "ALTER TABLE target ALTER COLUMN name SET DEFAULT 'x'",
        "ALTER TABLE target ALTER COLUMN name DROP DEFAULT",
        "column target.name",
    ),
    "another order": (
        'ALTER TABLE item ALTER COLUMN code TYPE text COLLATE "POSIX"',
        'ALTER TABLE item ALTER COLUMN code TYPE text COLLATE "C"',
        "column item.code",
    ),
    "a table of somebody's": (
        "CREATE TABLE more (x int)",
        "DROP TABLE more",
        "relation more",
    ),
    "a view": ("CREATE VIEW v AS SELECT 1", "DROP VIEW v", "relation v"),
    "rows hidden": (
        "ALTER TABLE target ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE target DISABLE ROW LEVEL SECURITY",
        "relation target",
    ),
    "a right for another": (
        "GRANT SELECT ON target TO officer_south",
        "REVOKE SELECT ON target FROM officer_south",
        "right officer_south SELECT target",
    ),
    "a right for all": (
        "GRANT USAGE ON SCHEMA north TO PUBLIC",
        "REVOKE USAGE ON SCHEMA north FROM PUBLIC",
        "right PUBLIC USAGE north",
    ),
    "a column that may be written": (
        "GRANT UPDATE (name) ON target TO north_officer",
        "REVOKE UPDATE (name) ON target FROM north_officer",
        "right north_officer UPDATE (name) target",
    ),
    "a right taken away": (
        "REVOKE SELECT ON entry FROM north_supervisor",
        "GRANT SELECT ON entry TO north_supervisor",
        "right north_supervisor SELECT entry",
    ),
    "no constraint": (
        "ALTER TABLE entry DROP CONSTRAINT uq_entry_op",
        "ALTER TABLE entry ADD CONSTRAINT uq_entry_op UNIQUE (op)",
        "constraint entry.uq_entry_op",
    ),
    "a function that looks elsewhere": (
        "ALTER FUNCTION entry_insert_next() SET search_path = pg_temp",
        'ALTER FUNCTION entry_insert_next() SET search_path = pg_catalog, "north", pg_temp',
        "function entry_insert_next",
    ),
    "a function with more rights": (
        "ALTER FUNCTION refuse() SECURITY DEFINER",
        "ALTER FUNCTION refuse() SECURITY INVOKER",
        "function refuse",
    ),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_what_an_owner_alters_is_named(filled: Server, name: str) -> None:
    there, back, named = ALTERATIONS[name]
    registry = filled.registry("officer_north", "north")
    filled.owner("north", there)
    try:
        with registry.read() as tx:
            found = {dict(p.params).get("name") for p in tx.check_storage()}
    finally:
        filled.owner("north", back)
    assert named in found
    with registry.read() as tx:
        assert tx.check_storage() == ()


def test_what_an_owner_edits_is_named(filled: Server) -> None:
    """Rows edited with the triggers off: by list and id, as in a file."""
    clerk = clerk_of(filled.registry("officer_south", "south"))
    before = clerk.findings(kept=False)
    filled.owner(
        "south",
        "ALTER TABLE inspector DISABLE TRIGGER USER",
        "UPDATE inspector SET name = name || 'x'",
        "ALTER TABLE inspector ENABLE TRIGGER USER",
        "ALTER TABLE draw DISABLE TRIGGER USER",
        "UPDATE draw SET state = 'drawn'",
        "ALTER TABLE draw ENABLE TRIGGER USER",
    )
    assert before == []
    found = clerk.findings(kept=False)
    assert ("E331", "inspectors") in found
    assert ("E336", "2026-001") in found


# ── several at a time ────────────────────────────────────────────────────────────


def test_who_waits_too_long_is_told(filled: Server) -> None:
    one, two = (filled.registry("officer_south", "south") for _ in range(2))

    def second() -> None:
        with two.write():
            pytest.fail("two writers at a time")

    with one.write():
        assert codes(second) == "E104"
        with two.read() as tx:
            assert tx.head() is not None


def test_an_office_waits_for_no_other(filled: Server) -> None:
    north = filled.registry("officer_north", "north")
    south = filled.registry("officer_south", "south")
    with north.write(), south.write() as tx:
        assert tx.head() is not None


def test_nobody_holds_up_another_office(filled: Server) -> None:
    """What an officer can lock is what is theirs; nobody sees who is at work."""
    for person in ("officer_south", "supervisor_south", "supervisor_north"):
        for statement in (
            "SELECT north.take_turn()",
            "SELECT 1 FROM north.alembic_version FOR UPDATE",
            "SELECT 1 FROM north.entry FOR KEY SHARE",
            "LOCK TABLE north.entry IN ROW EXCLUSIVE MODE",
        ):
            state = refused(filled, person, "BEGIN", statement)
            assert state == DENIED, (person, statement)
    north = filled.registry("officer_north", "north")
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    with filled.cluster.connect("officer_south", filled.database) as south:
        # Any advisory lock can be taken by anybody: ours must be none.
        south.execute(
            "SELECT pg_advisory_lock((1685414252::bigint << 32) | oid::bigint)"
            " FROM pg_namespace"
        )
        held = south.execute(locks).fetchone()
        with north.write() as tx:
            assert tx.head() is not None
            assert south.execute(locks).fetchone() == held


def test_a_setting_of_a_role_misleads_no_writer(filled: Server) -> None:
    """Who waited for their turn sees what was written meanwhile, whatever is set."""
    isolation = "default_transaction_isolation"
    with filled.cluster.connect("officer_south", filled.database) as own:
        own.execute(
            f"ALTER ROLE officer_south SET {isolation} = 'serializable'".encode()
        )
    try:
        with filled.registry("officer_south", "south").write() as tx:
            found = tx._connection.exec_driver_sql("SHOW transaction_isolation")
            assert found.scalar_one() == "read committed"
    finally:
        with filled.cluster.connect("officer_south", filled.database) as own:
            own.execute(f"ALTER ROLE officer_south RESET {isolation}".encode())


def test_a_reader_keeps_what_it_began_with(filled: Server) -> None:
    clerk = clerk_of(filled.registry("officer_south", "south"))
    with filled.registry("supervisor_south", "south").read() as tx:
        before = tx.log_size()
        with clerk.registry.write() as writer:
            clerk.append(writer, "anchor", {})
        assert tx.log_size() == before


def test_a_reader_writes_nothing(filled: Server) -> None:
    def write() -> None:
        with filled.registry("officer_south", "south").read() as tx:
            tx._connection.exec_driver_sql("INSERT INTO personal VALUES ('a', '', '')")

    assert codes(write) == "E106"


# ── the administrator ────────────────────────────────────────────────────────────


def test_what_is_there_is_left_as_it_is(filled: Server) -> None:
    from dualrandom.registry.roles import provide

    address = parse_address(filled.cluster.url(filled.database))
    assert codes(lambda: provide(address, ("east", "north"))) == "E113"
    found = filled.run(ADMIN, "SELECT 1 FROM pg_roles WHERE rolname LIKE 'east%'")
    assert found == [], "all or nothing"
    officer = parse_address(filled.url("officer_north", ""))
    assert codes(lambda: provide(officer, ("east",))) == "E119"


def test_a_log_that_has_begun_is_no_new_office(filled: Server) -> None:
    address = parse_address(filled.url("officer_north", "north"))
    assert codes(lambda: Registry.create(address)) == "E112"
    assert codes(lambda: Registry.upgrade(address)) == "E119"


def test_a_database_without_room_for_every_name(filled: Server) -> None:
    from dualrandom.registry.roles import provide

    with filled.cluster.connect(SYSTEM, SYSTEM) as system:
        system.execute(
            f"CREATE DATABASE latin OWNER {ADMIN} TEMPLATE template0"
            " ENCODING 'LATIN1' LOCALE 'C'".encode()
        )
    address = parse_address(filled.cluster.url("latin"))
    assert codes(lambda: provide(address, ("east",))) == "E136"


def test_the_administrator_keeps_no_rights(filled: Server) -> None:
    roles = filled.run(
        ADMIN,
        "SELECT roleid::regrole::text FROM pg_auth_members"
        f" WHERE member = '{ADMIN}'::regrole",
    )
    assert roles == []


def test_an_upgrade_of_what_is_new_changes_nothing(filled: Server) -> None:
    from dualrandom.registry.roles import upgrade

    address = parse_address(filled.cluster.url(filled.database)).office("north")
    assert upgrade(address) == SCHEMA
    with filled.registry("officer_north", "north").read() as tx:
        assert tx.check_storage() == ()


def test_an_older_schema_is_upgraded(filled: Server) -> None:
    """A schema of the first version, with an office in it."""
    from dualrandom.registry.roles import provide, upgrade

    administrator = parse_address(filled.cluster.url(filled.database))
    provide(administrator, ("east",), to="0001")
    address = administrator.office("east")
    filled.cluster.make_person(filled.database, "officer_east", "east_officer")
    try:
        filled.owner(
            "east",
            "GRANT USAGE ON SCHEMA east TO east_officer",
            "GRANT SELECT ON alembic_version TO east_officer",
        )
        assert codes(lambda: filled.registry("officer_east", "east")) == "E102"
        assert upgrade(address) == "0001"
        with filled.registry("officer_east", "east").read() as tx:
            assert tx.check_storage() == ()
        filled.owner("east", "UPDATE alembic_version SET version_num = '9999'")
        assert codes(lambda: filled.registry("officer_east", "east")) == "E103"
        assert codes(lambda: upgrade(address)) == "E103"
    finally:
        filled.run(
            ADMIN,
            f"GRANT east_owner TO {ADMIN}",
            "DROP SCHEMA east CASCADE",
            "DROP ROLE officer_east, east_owner, east_officer, east_supervisor",
        )


# ── addresses ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("postgresql://u:secret@h/d?schema=a", "E115", id="a password"),
        pytest.param("mysql://u@h/d?schema=a", "E114", id="another server"),
        pytest.param("postgresql+asyncpg://u@h/d", "E114", id="another driver"),
        pytest.param("postgresql://h", "E114", id="no database"),
        pytest.param("postgresql:///d", "E114", id="no host"),
        pytest.param("postgresql://u@h:x/d", "E114", id="no port"),
        pytest.param("postgresql://u@h/d?schema=A", "E114", id="a capital letter"),
        pytest.param("postgresql://u@h/d?schema=public", "E114", id="everybody's"),
        pytest.param("postgresql://u@h/d?schema=pg_x", "E114", id="the server's"),
        pytest.param("postgresql://u@h/d?schema=a%22;--", "E114", id="a statement"),
        pytest.param("postgresql://u@h/d?schema=a&schema=b", "E114", id="two of them"),
        pytest.param(
            "postgresql://u@h/d?options=-c%20x", "E114", id="options of theirs"
        ),
        pytest.param("postgresql://u@h/d?password=x", "E114", id="a hidden password"),
    ],
)
def test_addresses_that_are_refused(text: str, code: str) -> None:
    assert codes(lambda: parse_address(text)) == code


def test_an_address_shows_nobodys_name() -> None:
    address = parse_address("postgresql://u@h:5/d?schema=a&sslmode=verify-full")
    assert address.name == "h:5/d/a"
    assert "sslmode=verify-full" in address.text("USER")
    assert parse_address(address.text("v")) == parse_address(
        "postgresql+psycopg://v@h:5/d?sslmode=verify-full&schema=a"
    )
