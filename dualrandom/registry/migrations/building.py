"""How revisions build lists: tables of versions, their indexes, checks, triggers.

Fixed for ever, as the revisions are: what stands here is what they made. A revision
that needs something else spells it out itself.

- SQLite cannot add a column together with its check, or take a check away: a table is
  kept aside, made anew, and filled again (:func:`rebuild`). The migrated schema is then
  to the byte the one that a new database has.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "0-9A-Za-z\u3007\u4e00-\u9fff"
ID = (
    f"{{0}} GLOB '[{FIRST}]*' AND {{0}} NOT GLOB '*[^{FIRST}_.-]*'"
    " AND length({0}) <= 64"
)
DRAW_ID = (
    "{0} GLOB '[0-9A-Za-z]*' AND {0} NOT GLOB '*[^0-9A-Za-z-]*' AND length({0}) <= 32"
)
DIGEST = "length({0}) = 64 AND {0} NOT GLOB '*[^0-9a-f]*'"
NAMED = "{0} <> ''"
DAY = "{0} IS NOT NULL AND {0} IS date({0}, '+0 days')"
DAY_IF_ANY = "{0} IS date({0}, '+0 days')"
COUNT = "{0} >= 0"
NEWEST = "(SELECT max(seq) FROM change)"

Cell = tuple[str, str, str]
"""A column: its name, ``text``, ``date`` or ``number``, and its rule."""


def texts(*names: str, rule: str = "") -> list[Cell]:
    """Return cells of text."""
    return [(name, "text", rule) for name in names]


def dates(*names: str, rule: str = DAY_IF_ANY) -> list[Cell]:
    """Return cells that hold a day or nothing."""
    return [(name, "date", rule) for name in names]


def columns(cells: list[Cell]) -> list[sa.Column[Any]]:
    """Return cells as columns."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    types: dict[str, Any] = {"text": sa.Text(), "date": sa.Text(), "number": number}
    return [
        sa.Column(name, types[form], nullable=form != "text") for name, form, _ in cells
    ]


def checks(table: str, cells: list[Cell]) -> list[sa.CheckConstraint]:
    """Return the checks of cells."""
    return [
        sa.CheckConstraint(rule.format(f'"{name}"'), name=f"ck_{table}_{name}").ddl_if(
            dialect="sqlite"
        )
        for name, _, rule in cells
        if rule
    ]


def versions(list_: str, table: str, keys: tuple[str, ...], cells: list[Cell]) -> None:
    """Make a list's table, its indexes and its triggers."""
    version_table(table, keys, cells)
    version_indexes(table, keys)
    version_triggers(list_, table, keys, cells)


def version_table(table: str, keys: tuple[str, ...], cells: list[Cell]) -> None:
    """Make a table of versions."""
    op.create_table(
        table,
        *columns(cells),
        sa.Column("seq_from", sa.Integer, nullable=False),
        sa.Column("seq_to", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint(*keys, "seq_from", name=f"pk_{table}"),
        sa.CheckConstraint("seq_to > seq_from", name=f"ck_{table}_seq_to"),
        *checks(table, cells),
        sa.ForeignKeyConstraint(
            ["seq_from"], ["change.seq"], name=f"fk_{table}_seq_from"
        ),
        sa.ForeignKeyConstraint(["seq_to"], ["change.seq"], name=f"fk_{table}_seq_to"),
        sqlite_strict=True,
    )


def version_indexes(table: str, keys: tuple[str, ...]) -> None:
    """Make the indexes of a table of versions."""
    stands, closed = sa.text("seq_to IS NULL"), sa.text("seq_to IS NOT NULL")
    op.create_index(
        f"uq_{table}_current",
        table,
        list(keys),
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index(f"ix_{table}_seq_from_seq_to", table, ["seq_from", "seq_to"])
    op.create_index(
        f"ix_{table}_seq_to",
        table,
        ["seq_to"],
        sqlite_where=closed,
        postgresql_where=closed,
    )


def version_triggers(
    list_: str, table: str, keys: tuple[str, ...], cells: list[Cell]
) -> None:
    """Make the triggers of a table of versions."""
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    newest = (
        f"IS NOT (SELECT seq FROM change WHERE seq = {NEWEST} AND list = '{list_}')"
    )
    names = [name for name, _, _ in cells] + ["seq_from"]
    altered = "\n  OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in names)
    trigger(
        table,
        "insert_open",
        "NEW.seq_to IS NOT NULL\n"
        f"  OR NEW.seq_from {newest}\n"
        f"  OR EXISTS (SELECT 1 FROM {table} WHERE {same_key}"
        " AND (seq_to IS NULL OR seq_from = NEW.seq_from))",
        "not a new version",
    )
    trigger(
        table,
        "update_close",
        f"OLD.seq_to IS NOT NULL\n  OR NEW.seq_to {newest}\n  OR {altered}",
        "a version is only ever closed",
    )
    trigger(table, "delete_never", "", "nothing is ever deleted")


def private(list_: str, table: str, keys: tuple[str, ...], cells: list[Cell]) -> None:
    """Make the table of the private part of a list's versions."""
    name = f"{table}_private"
    op.create_table(
        name,
        *columns(texts(*keys) + cells),
        sa.Column("seq_from", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(*keys, "seq_from", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            [*keys, "seq_from"],
            [f"{table}.{column}" for column in (*keys, "seq_from")],
            name=f"fk_{name}_{'_'.join(keys)}_seq_from",
        ),
        *checks(name, cells),
        sqlite_strict=True,
    )
    private_triggers(list_, name, keys)


def private_triggers(list_: str, name: str, keys: tuple[str, ...]) -> None:
    """Make the triggers of the private part of a list's versions."""
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    trigger(
        name,
        "insert_open",
        f"NEW.seq_from IS NOT (SELECT seq FROM change WHERE seq = {NEWEST}"
        f" AND list = '{list_}')\n"
        f"  OR EXISTS (SELECT 1 FROM {name} WHERE {same_key}"
        " AND seq_from = NEW.seq_from)",
        "not a new version",
    )
    fixed(name)


def fixed(table: str) -> None:
    """Make the triggers of what is never changed."""
    trigger(table, "update_never", "", "nothing is ever changed")
    trigger(table, "delete_never", "", "nothing is ever deleted")


def trigger(table: str, name: str, when: str, refused: str) -> None:
    """Make a trigger, on SQLite."""
    if op.get_bind().dialect.name != "sqlite":
        return
    action = name.partition("_")[0].upper()
    condition = f"WHEN {when}\n" if when else ""
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {action} ON {table}\n"
        f"{condition}BEGIN SELECT RAISE(ABORT, '{table}: {refused}'); END"
    )


def rebuild(table: str, make: Callable[[], None]) -> None:
    """Make a table anew, with what stood in the old one, on SQLite.

    Args:
        table: its name; its indexes and triggers go with the old one.
        make: makes the new table; columns that came are empty or NULL.
    """
    inspector = sa.inspect(op.get_bind())
    known = [column["name"] for column in inspector.get_columns(table)]
    op.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
    op.execute(f"DROP TABLE {table}")
    make()
    made = sa.inspect(op.get_bind()).get_columns(table)
    came = [c["name"] for c in made if c["name"] not in known and not c["nullable"]]
    into = ", ".join(f'"{name}"' for name in (*known, *came))
    values = ", ".join([*(f'"{name}"' for name in known), *["''"] * len(came)])
    op.execute(
        f"INSERT INTO {table} ({into})"
        f" SELECT {values} FROM temp.kept_{table} ORDER BY rowid"
    )
    op.execute(f"DROP TABLE temp.kept_{table}")


def widen(
    list_: str, table: str, keys: tuple[str, ...], cells: list[Cell], came: int
) -> None:
    """Give a list further columns.

    Args:
        list_: its name.
        table: its table.
        keys: the columns that name a record.
        cells: all of its columns, the new ones last.
        came: how many are new.
    """
    if op.get_bind().dialect.name == "sqlite":
        rebuild(table, lambda: version_table(table, keys, cells))
        version_indexes(table, keys)
        version_triggers(list_, table, keys, cells)
        return
    for column in columns(cells[-came:]):
        column.server_default = None if column.nullable else sa.DefaultClause("")
        op.add_column(table, column)
        if not column.nullable:
            op.alter_column(table, column.name, server_default=None)
