"""A leaf hash needs no index of its own: it is the next entry's ``prev``.

Fixed for ever, like every revision.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dualrandom.registry.migrations.building import fixed, rebuild, trigger

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NOBODY = "0" * 64


def upgrade() -> None:
    """Drop the index; look a leaf up where ``prev`` is looked up."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("uq_entry_leaf", "entry", type_="unique")
        return
    rebuild("entry", _make_entry)
    trigger(
        "entry",
        "insert_next",
        "NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)\n"
        "  OR NEW.prev IS NOT coalesce("
        f"(SELECT leaf FROM entry ORDER BY seq DESC LIMIT 1), '{_NOBODY}')\n"
        "  OR NEW.leaf = NEW.prev\n"
        "  OR EXISTS (SELECT 1 FROM entry WHERE op = NEW.op OR prev = NEW.leaf)",
        "not the next entry",
    )
    fixed("entry")


def _make_entry() -> None:
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
        sa.CheckConstraint("seq >= 0", name="ck_entry_seq"),
        sa.CheckConstraint("length(prev) = 64", name="ck_entry_prev"),
        sa.CheckConstraint("op <> ''", name="ck_entry_op"),
        sa.CheckConstraint("length(leaf) = 64", name="ck_entry_leaf"),
        sa.CheckConstraint("length(data) BETWEEN 1 AND 65535", name="ck_entry_data"),
        sqlite_strict=True,
    )
