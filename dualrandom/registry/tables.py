"""The tables: the log, its changes, and each list as versions.

Border: what the schema is. The migrations make it; a test holds the two together.

- A version is a row: the record's cells, ``seq_from`` (the log entry that it came
  with) and ``seq_to`` (the entry that ended it; NULL: it stands). Its number is its
  place among the versions of its key.
- Who, when and why stand once, in ``change``, for all versions of one entry.
- What is never published of a target has a table of its own.
- What is a person's own (``personal``) is no evidence: it can be deleted, and is.
- CHECK constraints and triggers restate the model's rules. They stop accidents and
  outsiders; what an owner of the file does is found by :mod:`.check`.

Spec: log-v1 §6.
"""

# ruff: noqa: ANN401, ARG002 - the signatures of TypeDecorator
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    cast,
    event,
    func,
    literal_column,
    text,
)

from dualrandom.registry.cells import DAY
from dualrandom.registry.lists import KINDS
from dualrandom.registry.triggers import (
    log_triggers,
    private_triggers,
    version_triggers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Dialect

    from dualrandom.registry.kinds import Column as Cell
    from dualrandom.registry.kinds import ListKind

VERSION_TABLE: Final = "alembic_version"
"""Where Alembic keeps the migration that was reached: one row, whatever is held."""
MAX_ENTRY: Final = 65_535
"""Bytes of an entry at most. Spec: log-v1 §1."""

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class _Absent(TypeDecorator[str]):
    """A cell whose emptiness is NULL: a missing date."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value or None


class _Number(TypeDecorator[str]):
    """A cell that the database keeps as a number, or NULL."""

    impl = BigInteger().with_variant(Integer, "sqlite")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return int(value) if value else None


class _Signed(TypeDecorator[bytes]):
    """An entry's bytes; none at all where a damaged row holds something else."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes:
        return value if isinstance(value, bytes) else b""


_SQL: Final = {"text": Text, "date": _Absent, "number": _Number}


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Where the versions of one list are kept.

    Attributes:
        private: the table of the private columns, or None.
    """

    kind: ListKind[Any]
    table: Table
    private: Table | None

    def cell(self, name: str) -> ColumnElement[Any]:
        """Return a list's cell as text, whatever the database keeps for it."""
        table = self.table if name in self.table.c else self.private
        assert table is not None  # noqa: S101 - each cell has its column
        column: Column[Any] = table.c[name]
        if not column.nullable:
            return column
        # In SQL, so that a listing has nothing to do for each cell.
        return func.coalesce(cast(column, Text), literal_column("''"))


def _sequence(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey("change.seq"), nullable=nullable)


def _cells(columns: Iterable[Cell]) -> list[Column[str]]:
    return [
        Column(c.name, _SQL[c.form.sql], nullable=c.form.sql != "text") for c in columns
    ]


def _checks(columns: Iterable[Cell]) -> Iterable[CheckConstraint]:
    for column in columns:
        for dialect in ("sqlite", "postgresql"):
            if rule := column.rule.on(dialect):
                yield CheckConstraint(
                    rule.format(f'"{column.name}"'), name=column.name
                ).ddl_if(dialect=dialect)


def _versions(kind: ListKind[Any]) -> Versions:
    public = [c for c in kind.columns if not c.private]
    hidden = [c for c in kind.columns if c.private]
    table = Table(
        kind.table,
        metadata,
        *_cells(public),
        _sequence("seq_from"),
        _sequence("seq_to", nullable=True),
        PrimaryKeyConstraint(*kind.keys, "seq_from"),
        CheckConstraint("seq_to > seq_from", name="seq_to"),
        *_checks(public),
        sqlite_strict=True,
    )
    stands = text("seq_to IS NULL")
    Index(
        f"uq_{kind.table}_current",
        *[table.c[key] for key in kind.keys],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    Index(None, table.c.seq_from, table.c.seq_to)
    closed = text("seq_to IS NOT NULL")
    Index(None, table.c.seq_to, sqlite_where=closed, postgresql_where=closed)
    triggers = version_triggers(
        kind.table, kind.name, kind.keys, [c.name for c in public] + ["seq_from"]
    )
    _after(table, triggers)
    if not hidden:
        return Versions(kind=kind, table=table, private=None)
    keys = list(kind.columns[: kind.key])
    private = Table(
        f"{kind.table}_private",
        metadata,
        # SQLite's integrity check expects the key first, before 3.41.
        Column("seq_from", Integer, nullable=False),
        *_cells(keys + hidden),
        # In the order in which a listing of a day comes by: one way down the tree each.
        PrimaryKeyConstraint("seq_from", *kind.keys),
        ForeignKeyConstraint(
            [*kind.keys, "seq_from"],
            [f"{kind.table}.{name}" for name in (*kind.keys, "seq_from")],
        ),
        *_checks(hidden),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _after(private, private_triggers(private.name, kind.name, kind.keys))
    return Versions(kind=kind, table=table, private=private)


def _after(table: Table, statements: Iterable[str]) -> None:
    for statement in statements:
        made = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", made.execute_if(dialect="sqlite"))


entry: Final = Table(
    "entry",
    metadata,
    Column("seq", Integer, autoincrement=False),
    Column("prev", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("leaf", Text, nullable=False),
    Column("data", _Signed, nullable=False),
    PrimaryKeyConstraint("seq"),
    UniqueConstraint("prev"),
    UniqueConstraint("op"),
    CheckConstraint("seq >= 0", name="seq"),
    CheckConstraint("length(prev) = 64", name="prev"),
    CheckConstraint("op <> ''", name="op"),
    CheckConstraint("length(leaf) = 64", name="leaf"),
    CheckConstraint(f"length(data) BETWEEN 1 AND {MAX_ENTRY}", name="data"),
    sqlite_strict=True,
)
"""The log. ``data`` is the entry; the other columns are taken from it.

A leaf is once in the log because it is the next entry's ``prev``: the trigger looks it
up there, and every append has an index less to write.
"""

change: Final = Table(
    "change",
    metadata,
    # The entry is signed last, over digests of what it changes: checked at commit.
    Column(
        "seq",
        Integer,
        ForeignKey("entry.seq", deferrable=True, initially="DEFERRED"),
        autoincrement=False,
    ),
    Column("list", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("columns", Text, nullable=False),
    PrimaryKeyConstraint("seq"),
    CheckConstraint("list <> ''", name="list"),
    CheckConstraint(
        "at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')", name="at"
    ).ddl_if(dialect="sqlite"),
    CheckConstraint(
        f"{DAY.on('postgresql').format('left(at, 10)')}"
        " AND substr(at, 11) ~ '^T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$'",
        name="at",
    ).ddl_if(dialect="postgresql"),
    CheckConstraint("changed_by <> ''", name="changed_by"),
    CheckConstraint("length(salt) = 32", name="salt"),
    CheckConstraint("columns <> ''", name="columns"),
    sqlite_strict=True,
)
"""Who changed which list, when and why; ``columns`` are the files' columns then."""

Index(None, change.c.list, change.c.seq)
_after(change, log_triggers())

personal: Final = Table(
    "personal",
    metadata,
    Column("inspector", Text),
    Column("identity", Text, nullable=False),
    Column("phone", Text, nullable=False),
    PrimaryKeyConstraint("inspector"),
    sqlite_strict=True,
)
"""What is kept of a person beside all lists: no versions, no file, no log entry."""

VERSIONS: Final = {kind.name: _versions(kind) for kind in KINDS}
"""The tables of each list, by the list's name."""

_draw = VERSIONS["draws"].table
_open = text("seq_to IS NULL AND state = 'announced'")
# One task has one open announcement. Spec: draw-v1 §3.
Index(
    "uq_draw_open",
    _draw.c.task,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
