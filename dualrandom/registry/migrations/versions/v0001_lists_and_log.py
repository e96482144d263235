"""The log, its changes, and six lists as versions.

Fixed for ever: what follows is spelled out here, and does not look at the program's
own tables, which will have moved on.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dualrandom.registry.migrations.building import (
    COUNT,
    DAY,
    DIGEST,
    DRAW_ID,
    ID,
    NAMED,
    NEWEST,
    dates,
    fixed,
    private,
    texts,
    trigger,
    versions,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, their indexes and their triggers."""
    _log()
    versions(
        "items",
        "item",
        ("code", "sub"),
        texts("code", rule="{0} <> '' AND {0} NOT GLOB '#*'")
        + texts("sub")
        + texts("name", rule=NAMED)
        + texts("field", "category", "basis", "body", "object", "content", "method")
        + texts("ratio", "frequency", "kind", "staff", "lead", "partners", "level")
        + texts("unit")
        + dates("effective", "expires")
        + texts("status", "note"),
    )
    versions(
        "targets",
        "target",
        ("id",),
        texts("id", rule=ID)
        + texts("name", rule=NAMED)
        + texts("kind", "industry", "region", "registrar", "status", "address")
        + dates("established")
        + texts("tags"),
    )
    private(
        "targets",
        "target",
        ("id",),
        texts("risk") + dates("risk_date", "last_inspected"),
    )
    versions(
        "inspectors",
        "inspector",
        ("id",),
        texts("id", rule=ID)
        + texts("name", rule=NAMED)
        + texts("unit", "region", "level", "category", "qualifications", "scope")
        + texts("expert", "certificate")
        + dates("valid_until")
        + texts("status")
        + [("max", "number", COUNT)],
    )
    versions(
        "recusals",
        "recusal",
        ("inspector", "target"),
        texts("inspector", "target", rule=ID) + texts("reason"),
    )
    versions(
        "tasks",
        "task",
        ("id",),
        texts("id", rule=DRAW_ID)
        + texts("title", rule=NAMED)
        + texts("items")
        + dates("start", "end", rule=DAY)
        + texts("plan", "scope", "strata_by", "quotas")
        + [("total", "number", COUNT)]
        + texts("tickets", "posts")
        + texts("area", rule="{0} IN ('any', 'same', 'cross')")
        + texts("reserves", "off_site"),
    )
    versions(
        "draws",
        "draw",
        ("id",),
        texts("id", "task", rule=DRAW_ID)
        + texts("state", rule="{0} IN ('announced', 'drawn', 'abandoned')")
        + texts("commitment", rule=DIGEST)
        + texts("folder", rule=NAMED),
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
    trigger(
        "entry",
        "insert_next",
        "NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)\n"
        "  OR NEW.prev IS NOT coalesce("
        f"(SELECT leaf FROM entry ORDER BY seq DESC LIMIT 1), '{nobody}')\n"
        "  OR EXISTS (SELECT 1 FROM entry WHERE op = NEW.op OR leaf = NEW.leaf)",
        "not the next entry",
    )
    fixed("entry")
    trigger("change", "insert_next", f"NEW.seq <= {NEWEST}", "not the next change")
    fixed("change")
