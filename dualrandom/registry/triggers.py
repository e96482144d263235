"""Triggers for SQLite: the log only grows, versions are only added and closed.

Border: SQL text. PostgreSQL will have functions of its own with the same names.

- ``INSERT OR REPLACE`` deletes without asking a delete trigger, so each insert trigger
  refuses whatever another row already holds.
- A row of a list can come, or be closed, only at the newest entry of that list.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOBODY = "0" * 64
_NEWEST = "(SELECT max(seq) FROM change)"


def _trigger(table: str, name: str, when: str, refused: str) -> str:
    action = name.partition("_")[0].upper()
    condition = f"WHEN {when}\n" if when else ""
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {action} ON {table}\n"
        f"{condition}BEGIN SELECT RAISE(ABORT, '{table}: {refused}'); END"
    )


def _fixed(table: str) -> tuple[str, str]:
    return (
        _trigger(table, "update_never", "", "nothing is ever changed"),
        _trigger(table, "delete_never", "", "nothing is ever deleted"),
    )


def log_triggers() -> tuple[str, ...]:
    """Return the triggers of ``entry`` and ``change``. Spec: log-v1 §6."""
    return (
        _trigger(
            "entry",
            "insert_next",
            "NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)\n"
            "  OR NEW.prev IS NOT coalesce("
            f"(SELECT leaf FROM entry ORDER BY seq DESC LIMIT 1), '{_NOBODY}')\n"
            "  OR NEW.leaf = NEW.prev\n"
            "  OR EXISTS (SELECT 1 FROM entry WHERE op = NEW.op OR prev = NEW.leaf)",
            "not the next entry",
        ),
        *_fixed("entry"),
        _trigger(
            "change",
            "insert_next",
            f"NEW.seq <= {_NEWEST}",
            "not the next change",
        ),
        *_fixed("change"),
    )


def version_triggers(
    table: str, list_name: str, keys: Sequence[str], columns: Sequence[str]
) -> tuple[str, ...]:
    """Return the triggers of a table of versions.

    Args:
        table: its name.
        list_name: the list that ``change`` must name.
        keys: the columns that name a record.
        columns: all columns but ``seq_to``.
    """
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    at_newest = (
        f"IS NOT (SELECT seq FROM change WHERE seq = {_NEWEST}"
        f" AND list = '{list_name}')"
    )
    altered = "\n  OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns)
    return (
        _trigger(
            table,
            "insert_open",
            "NEW.seq_to IS NOT NULL\n"
            f"  OR NEW.seq_from {at_newest}\n"
            f"  OR EXISTS (SELECT 1 FROM {table} WHERE {same_key}"
            " AND (seq_to IS NULL OR seq_from = NEW.seq_from))",
            "not a new version",
        ),
        _trigger(
            table,
            "update_close",
            f"OLD.seq_to IS NOT NULL\n  OR NEW.seq_to {at_newest}\n  OR {altered}",
            "a version is only ever closed",
        ),
        _trigger(table, "delete_never", "", "nothing is ever deleted"),
    )


def private_triggers(
    table: str, list_name: str, keys: Sequence[str]
) -> tuple[str, ...]:
    """Return the triggers of a table that carries a version's private part."""
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
    return (
        _trigger(
            table,
            "insert_open",
            f"NEW.seq_from IS NOT (SELECT seq FROM change WHERE seq = {_NEWEST}"
            f" AND list = '{list_name}')\n"
            f"  OR EXISTS (SELECT 1 FROM {table} WHERE {same_key}"
            " AND seq_from = NEW.seq_from)",
            "not a new version",
        ),
        *_fixed(table),
    )
