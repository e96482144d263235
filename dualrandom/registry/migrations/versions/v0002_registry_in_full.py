"""Further fields of items, targets, inspectors and recusals; bases; personal data.

- The private part of a target is kept in the order in which it comes by.
- ``change`` no longer names the lists: a later revision may add some.
- ``personal`` is no list: what it holds is no evidence, and can be deleted.

Fixed for ever, like every revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dualrandom.registry.migrations.building import (
    COUNT,
    DAY,
    ID,
    NAMED,
    NEWEST,
    checks,
    columns,
    dates,
    fixed,
    private_triggers,
    rebuild,
    texts,
    trigger,
    versions,
    widen,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CODE = "{0} <> '' AND {0} NOT GLOB '#*'"
_CAUSE = (
    "{0} IN ('', 'added', 'basis-revised', 'cancelled', 'delegated', 'taken-over',"
    " 'merged', 'corrected', 'other')"
)


def upgrade() -> None:
    """Widen the lists, and add what is new."""
    _change()
    widen(
        "items",
        "item",
        ("code", "sub"),
        texts("code", rule=_CODE)
        + texts("sub")
        + texts("name", rule=NAMED)
        + texts("field", "category", "basis", "body", "object", "content", "method")
        + texts("ratio", "frequency", "kind", "staff", "lead", "partners", "level")
        + texts("unit")
        + dates("effective", "expires")
        + texts("status", "note", "power", "need")
        + texts("cause", rule=_CAUSE)
        + dates("basis_date"),
        came=4,
    )
    widen(
        "targets",
        "target",
        ("id",),
        texts("id", rule=ID)
        + texts("name", rule=NAMED)
        + texts("kind", "industry", "region", "registrar", "status", "address")
        + dates("established")
        + texts("tags", "licences", "producer", "standard", "trademark", "model")
        + texts("enterprise"),
        came=6,
    )
    _target_private()
    widen(
        "inspectors",
        "inspector",
        ("id",),
        texts("id", rule=ID)
        + texts("name", rule=NAMED)
        + texts("unit", "region", "level", "category", "qualifications", "scope")
        + texts("expert", "certificate")
        + dates("valid_until")
        + texts("status")
        + [("max", "number", COUNT)]
        + texts("tags", "leave")
        + [("yearly", "number", COUNT)],
        came=3,
    )
    widen(
        "recusals",
        "recusal",
        ("inspector", "target"),
        texts("inspector", "target", rule=ID) + texts("reason") + dates("start", "end"),
        came=2,
    )
    versions(
        "bases",
        "basis",
        ("name",),
        texts("name", rule=_CODE) + dates("changed", rule=DAY) + texts("note"),
    )
    op.create_table(
        "personal",
        sa.Column("inspector", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("inspector", name="pk_personal"),
        sqlite_strict=True,
    )


def _target_private() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("pk_target_private", "target_private", type_="primary")
        op.create_primary_key("pk_target_private", "target_private", ["seq_from", "id"])
        return
    rebuild("target_private", _make_target_private)
    private_triggers("targets", "target_private", ("id",))


def _make_target_private() -> None:
    cells = texts("risk") + dates("risk_date", "last_inspected")
    op.create_table(
        "target_private",
        sa.Column("seq_from", sa.Integer, nullable=False),
        *columns(texts("id") + cells),
        sa.PrimaryKeyConstraint("seq_from", "id", name="pk_target_private"),
        sa.ForeignKeyConstraint(
            ["id", "seq_from"],
            ["target.id", "target.seq_from"],
            name="fk_target_private_id_seq_from",
        ),
        *checks("target_private", cells),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _change() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("ck_change_list", "change", type_="check")
        op.create_check_constraint("ck_change_list", "change", "list <> ''")
        return
    rebuild("change", _make_change)
    op.create_index("ix_change_list_seq", "change", ["list", "seq"])
    trigger("change", "insert_next", f"NEW.seq <= {NEWEST}", "not the next change")
    fixed("change")


def _make_change() -> None:
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
        sa.CheckConstraint("list <> ''", name="ck_change_list"),
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
