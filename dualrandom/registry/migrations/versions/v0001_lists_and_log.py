"""The log, its changes, and six lists as versions.

Fixed for ever: what follows is spelled out here, and does not look at the program's
own tables, which will have moved on.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FIRST = "0-9A-Za-z\u3007\u4e00-\u9fff"
_ID = (
    f"{{0}} GLOB '[{_FIRST}]*' AND {{0}} NOT GLOB '*[^{_FIRST}_.-]*'"
    " AND length({0}) <= 64"
)
_DRAW_ID = (
    "{0} GLOB '[0-9A-Za-z]*' AND {0} NOT GLOB '*[^0-9A-Za-z-]*' AND length({0}) <= 32"
)
_DIGEST = "length({0}) = 64 AND {0} NOT GLOB '*[^0-9a-f]*'"
_NAMED = "{0} <> ''"
_DAY = "{0} IS NOT NULL AND {0} IS date({0}, '+0 days')"
_DAY_IF_ANY = "{0} IS date({0}, '+0 days')"
_COUNT = "{0} >= 0"
_NEWEST = "(SELECT max(seq) FROM change)"

Cell = tuple[str, str, str]
"""A column: its name, ``text``, ``date`` or ``number``, and its rule."""


def upgrade() -> None:
    """Make the tables, their indexes and their triggers."""
    _log()
    _versions(
        "items",
        "item",
        ("code", "sub"),
        _texts("code", rule="{0} <> '' AND {0} NOT GLOB '#*'")
        + _texts("sub")
        + _texts("name", rule=_NAMED)
        + _texts("field", "category", "basis", "body", "object", "content", "method")
        + _texts("ratio", "frequency", "kind", "staff", "lead", "partners", "level")
        + _texts("unit")
        + _dates("effective", "expires")
        + _texts("status", "note"),
    )
    _versions(
        "targets",
        "target",
        ("id",),
        _texts("id", rule=_ID)
        + _texts("name", rule=_NAMED)
        + _texts("kind", "industry", "region", "registrar", "status", "address")
        + _dates("established")
        + _texts("tags"),
    )
    _private(
        "targets",
        "target",
        ("id",),
        _texts("risk") + _dates("risk_date", "last_inspected"),
    )
    _versions(
        "inspectors",
        "inspector",
        ("id",),
        _texts("id", rule=_ID)
        + _texts("name", rule=_NAMED)
        + _texts("unit", "region", "level", "category", "qualifications", "scope")
        + _texts("expert", "certificate")
        + _dates("valid_until")
        + _texts("status")
        + [("max", "number", _COUNT)],
    )
    _versions(
        "recusals",
        "recusal",
        ("inspector", "target"),
        _texts("inspector", "target", rule=_ID) + _texts("reason"),
    )
    _versions(
        "tasks",
        "task",
        ("id",),
        _texts("id", rule=_DRAW_ID)
        + _texts("title", rule=_NAMED)
        + _texts("items")
        + _dates("start", "end", rule=_DAY)
        + _texts("plan", "scope", "strata_by", "quotas")
        + [("total", "number", _COUNT)]
        + _texts("tickets", "posts")
        + _texts("area", rule="{0} IN ('any', 'same', 'cross')")
        + _texts("reserves", "off_site"),
    )
    _versions(
        "draws",
        "draw",
        ("id",),
        _texts("id", "task", rule=_DRAW_ID)
        + _texts("state", rule="{0} IN ('announced', 'drawn', 'abandoned')")
        + _texts("commitment", rule=_DIGEST)
        + _texts("folder", rule=_NAMED),
    )
    open_ = sa.text("seq_to IS NULL AND state = 'announced'")
    op.create_index(
        "uq_draw_open",
        "draw",
        ["task"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )


def _texts(*names: str, rule: str = "") -> list[Cell]:
    return [(name, "text", rule) for name in names]


def _dates(*names: str, rule: str = _DAY_IF_ANY) -> list[Cell]:
    return [(name, "date", rule) for name in names]


def _log() -> None:
    op.create_table(
        "entry",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("prev", sa.Text, nullable=False),
        sa.Column("op", sa.Text, nullable=False),
        sa.Column("leaf", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_entry"),
        sa.UniqueConstraint("prev", name="uq_entry_prev"),
        sa.UniqueConstraint("op", name="uq_entry_op"),
        sa.UniqueConstraint("leaf", name="uq_entry_leaf"),
        sa.CheckConstraint("seq >= 0", name="ck_entry_seq"),
        sa.CheckConstraint("length(prev) = 64", name="ck_entry_prev"),
        sa.CheckConstraint("op <> ''", name="ck_entry_op"),
        sa.CheckConstraint("length(leaf) = 64", name="ck_entry_leaf"),
        sa.CheckConstraint("length(data) BETWEEN 1 AND 65535", name="ck_entry_data"),
        sqlite_strict=True,
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_change"),
        sa.CheckConstraint(
            "list IN ('items', 'targets', 'inspectors', 'recusals', 'tasks', 'draws')",
            name="ck_change_list",
        ),
        sa.CheckConstraint(
            "at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')", name="ck_change_at"
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("changed_by <> ''", name="ck_change_changed_by"),
        sa.CheckConstraint("length(salt) = 32", name="ck_change_salt"),
        sa.CheckConstraint("columns <> ''", name="ck_change_columns"),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["entry.seq"],
            name="fk_change_seq",
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_change_list_seq", "change", ["list", "seq"])
    nobody = "0" * 64
    _trigger(
        "entry",
        "insert_next",
        "NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)\n"
        "  OR NEW.prev IS NOT coalesce("
        f"(SELECT leaf FROM entry ORDER BY seq DESC LIMIT 1), '{nobody}')\n"
        "  OR EXISTS (SELECT 1 FROM entry WHERE op = NEW.op OR leaf = NEW.leaf)",
        "not the next entry",
    )
    _fixed("entry")
    _trigger("change", "insert_next", f"NEW.seq <= {_NEWEST}", "not the next change")
    _fixed("change")


def _columns(cells: list[Cell]) -> list[sa.Column[Any]]:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    types: dict[str, Any] = {"text": sa.Text(), "date": sa.Text(), "number": number}
    return [
        sa.Column(name, types[form], nullable=form != "text") for name, form, _ in cells
    ]


def _checks(table: str, cells: list[Cell]) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(rule.format(f'"{name}"'), name=f"ck_{table}_{name}").ddl_if(
            dialect="sqlite"
        )
        for name, _, rule in cells
        if rule
    ]


def _versions(list_: str, table: str, keys: tuple[str, ...], cells: list[Cell]) -> None:
    op.create_table(
        table,
        *_columns(cells),
        sa.Column("seq_from", sa.Integer, nullable=False),
        sa.Column("seq_to", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint(*keys, "seq_from", name=f"pk_{table}"),
        sa.CheckConstraint("seq_to > seq_from", name=f"ck_{table}_seq_to"),
        *_checks(table, cells),
        sa.ForeignKeyConstraint(
            ["seq_from"], ["change.seq"], name=f"fk_{table}_seq_from"
        ),
        sa.ForeignKeyConstraint(["seq_to"], ["change.seq"], name=f"fk_{table}_seq_to"),
        sqlite_strict=True,
    )
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
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    newest = (
        f"IS NOT (SELECT seq FROM change WHERE seq = {_NEWEST} AND list = '{list_}')"
    )
    names = [name for name, _, _ in cells] + ["seq_from"]
    altered = "\n  OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in names)
    _trigger(
        table,
        "insert_open",
        "NEW.seq_to IS NOT NULL\n"
        f"  OR NEW.seq_from {newest}\n"
        f"  OR EXISTS (SELECT 1 FROM {table} WHERE {same_key}"
        " AND (seq_to IS NULL OR seq_from = NEW.seq_from))",
        "not a new version",
    )
    _trigger(
        table,
        "update_close",
        f"OLD.seq_to IS NOT NULL\n  OR NEW.seq_to {newest}\n  OR {altered}",
        "a version is only ever closed",
    )
    _trigger(table, "delete_never", "", "nothing is ever deleted")


def _private(list_: str, table: str, keys: tuple[str, ...], cells: list[Cell]) -> None:
    name = f"{table}_private"
    op.create_table(
        name,
        *_columns(_texts(*keys) + cells),
        sa.Column("seq_from", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(*keys, "seq_from", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            [*keys, "seq_from"],
            [f"{table}.{column}" for column in (*keys, "seq_from")],
            name=f"fk_{name}_{'_'.join(keys)}_seq_from",
        ),
        *_checks(name, cells),
        sqlite_strict=True,
    )
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    _trigger(
        name,
        "insert_open",
        f"NEW.seq_from IS NOT (SELECT seq FROM change WHERE seq = {_NEWEST}"
        f" AND list = '{list_}')\n"
        f"  OR EXISTS (SELECT 1 FROM {name} WHERE {same_key}"
        " AND seq_from = NEW.seq_from)",
        "not a new version",
    )
    _fixed(name)


def _fixed(table: str) -> None:
    _trigger(table, "update_never", "", "nothing is ever changed")
    _trigger(table, "delete_never", "", "nothing is ever deleted")


def _trigger(table: str, name: str, when: str, refused: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    action = name.partition("_")[0].upper()
    condition = f"WHEN {when}\n" if when else ""
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {action} ON {table}\n"
        f"{condition}BEGIN SELECT RAISE(ABORT, '{table}: {refused}'); END"
    )
