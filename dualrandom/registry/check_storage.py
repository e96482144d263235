"""Is the database built as this program builds it, and does the log stand in order?

Border: reads the schema and the log's rows. A trigger that somebody took away, and a
log row whose columns do not say what its entry says, are found here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
    select,
)

from dualrandom.canonical import leaf_hash
from dualrandom.errors import Problem, VerificationError, Where, problem
from dualrandom.registry import told
from dualrandom.registry.kinds import shown_key
from dualrandom.registry.tables import VERSION_TABLE, VERSIONS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Row

    from dualrandom.registry.told import Told

# What SQLite notes of its own accord, if somebody asks for it, are statistics.
_SCHEMA = (
    "SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '')"
    " FROM sqlite_master WHERE name NOT LIKE 'sqlite!_stat%' ESCAPE '!'"
)
_VERSION = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
"""Alembic's own table."""


def schema(connection: Connection) -> Mapping[str, str]:
    """Return each table, index and trigger: whose it is, and what made it; by name."""
    found = connection.exec_driver_sql(_SCHEMA)
    return {str(name): " ".join(str(sql).split()) for name, sql in found}


@cache
def expected_schema() -> Mapping[str, str]:
    """Return the schema as this program would make it."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        _VERSION.create(connection)
        made = schema(connection)
    engine.dispose()
    return made


def check(connection: Connection) -> Iterator[Problem]:
    """Find what is wrong with the database as such, whatever it holds.

    Returns:
        E335, something is missing, changed or unknown: a table, index, trigger, on a
        server also a function or a right; E344, SQLite itself finds a fault; E338, a
        private part that belongs to no version.
    """
    in_file = connection.dialect.name == "sqlite"
    if in_file:
        wanted, found = expected_schema(), schema(connection)
    else:
        # Loads what only servers need.
        from dualrandom.registry import check_server  # noqa: PLC0415

        wanted, found = (
            check_server.expected(connection),
            check_server.found(connection),
        )
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield problem("E335", Where(), name=name)
    if in_file:
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(10)"):
            if said != "ok":
                yield problem("E344", Where(), detail=str(said))
    for versions in VERSIONS.values():
        if versions.private is None:
            continue
        table, private = versions.table, versions.private
        shared = (*versions.kind.keys, "seq_from")
        query = select(*[private.c[key] for key in versions.kind.keys]).where(
            ~select(1).where(*[table.c[n] == private.c[n] for n in shared]).exists()
        )
        for key in sorted(map(tuple, connection.execute(query))):
            yield problem("E338", Where(), list=versions.kind.name, id=shown_key(key))


def check_entry(row: Row[Any]) -> tuple[Told | None, tuple[Problem, ...]]:
    """Compare a log row's columns with the entry itself.

    Returns:
        What the entry says, or None where it cannot be read; E334 where the columns
        say otherwise.
    """
    fault = problem("E334", Where(entry=row.seq))
    try:
        read = told.read(row.data)
        # Read what the other checks will ask for: after this they can rely on it.
        told.list_change(read)
        told.draw_step(read)
    except VerificationError:
        return None, (fault,)
    if (row.seq, row.prev, row.op, row.leaf) != (
        read.seq,
        read.prev,
        read.op,
        leaf_hash(row.data).hex(),
    ):
        return read, (fault,)
    return read, ()
