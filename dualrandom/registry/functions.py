"""Functions and triggers for PostgreSQL: what :mod:`.triggers` is for SQLite.

Border: SQL text, made from the lists as they are defined; a new list has its triggers
with no word of anybody.

- Each function looks for tables in the office's schema only, whatever the session's
  search path is: a temporary table of the same name misleads nobody.
- ``take_turn`` and ``entry_insert_next`` run with their owner's rights, because whoever
  may only insert and select may not lock a row. They do nothing else with them.
- Writers take turns by a row of their own office. An advisory lock would do the same,
  but anybody who may log in can take any of these, and see who holds them: the officers
  of one office could stop another's.
- Two inserts at a time wait for the head's row, one after the other.

Spec: log-v1 §6.
"""

# ruff: noqa: S608 - the schema's own names, nothing from outside
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.registry.tables import VERSION_TABLE, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.registry.kinds import ListKind
    from dualrandom.registry.tables import Versions

REFUSE: Final = "refuse"
TAKE_TURN: Final = "take_turn"
_NEWEST: Final = "(SELECT max(seq) FROM change)"
_NEVER: Final = ("update", "delete", "truncate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A trigger's function, or one that officers call.

    Attributes:
        body: PL/pgSQL between ``$$``.
        owners: whether it runs with its owner's rights.
        returns: ``trigger``, or what a caller gets.
    """

    name: str
    body: str
    owners: bool = False
    returns: str = "trigger"

    def statements(self, schema: str) -> tuple[str, ...]:
        """Return what makes it, and takes it from everybody else."""
        rights = "SECURITY DEFINER" if self.owners else "SECURITY INVOKER"
        return (
            (
                f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS {self.returns}"
                f" LANGUAGE plpgsql {rights}"
                f' SET search_path = pg_catalog, "{schema}", pg_temp'
                f" AS $${self.body}$$"
            ),
            f"REVOKE ALL ON FUNCTION {self.name}() FROM PUBLIC",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A table's trigger: ``entry_insert_next`` BEFORE INSERT, and so on.

    Attributes:
        row: for each row; else once for a statement, even one that meets no row.
    """

    table: str
    name: str
    function: str
    row: bool
    says: str = ""

    @property
    def action(self) -> str:
        """What it comes before: ``INSERT``, ``UPDATE``, ``DELETE``, ``TRUNCATE``."""
        return self.name.removeprefix(f"{self.table}_").partition("_")[0].upper()

    @property
    def statement(self) -> str:
        """What makes it."""
        each = "ROW" if self.row else "STATEMENT"
        return (
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.action}"
            f' ON "{self.table}" FOR EACH {each}'
            f" EXECUTE FUNCTION {self.function}('{self.says}')"
        )


def functions() -> tuple[Function, ...]:
    """Return all functions."""
    made = [
        Function(
            name=REFUSE,
            body="BEGIN RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]"
            " USING ERRCODE = 'integrity_constraint_violation'; END",
        ),
        Function(
            name=TAKE_TURN,
            owners=True,
            returns="void",
            body=f"BEGIN PERFORM 1 FROM {VERSION_TABLE} FOR UPDATE; END",
        ),
        Function(
            name="entry_insert_next",
            owners=True,
            body=_checked(
                "NEW.seq IS DISTINCT FROM coalesce(head.seq + 1, 0)\n"
                "  OR NEW.prev IS DISTINCT FROM coalesce(head.leaf, repeat('0', 64))\n"
                "  OR NEW.leaf IS DISTINCT FROM"
                " encode(sha256(decode('00', 'hex') || NEW.data), 'hex')\n"
                "  OR NEW.leaf = NEW.prev\n"
                "  OR EXISTS"
                " (SELECT 1 FROM entry WHERE op = NEW.op OR prev = NEW.leaf)",
                "not the next entry",
                declare="DECLARE head record; ",
                first="SELECT seq, leaf INTO head FROM entry"
                " ORDER BY seq DESC LIMIT 1 FOR UPDATE;\n",
            ),
        ),
        Function(
            name="change_insert_next",
            body=_checked(f"NEW.seq <= {_NEWEST}", "not the next change"),
        ),
    ]
    for versions in VERSIONS.values():
        made += _of_versions(versions)
    return tuple(made)


def triggers() -> tuple[Trigger, ...]:
    """Return all triggers."""
    return tuple(_triggers())


def _triggers() -> Iterator[Trigger]:
    fixed = [("entry", "insert_next"), ("change", "insert_next")]
    fixed += [
        (versions.private.name, "insert_open")
        for versions in VERSIONS.values()
        if versions.private is not None
    ]
    for table, name in fixed:
        yield _own(table, name)
        yield from (_never(table, action, "changed") for action in _NEVER[:1])
        yield from (_never(table, action, "deleted") for action in _NEVER[1:])
    for versions in VERSIONS.values():
        table = versions.table.name
        yield _own(table, "insert_open")
        yield _own(table, "update_close")
        yield from (_never(table, action, "deleted") for action in _NEVER[1:])


def _own(table: str, name: str) -> Trigger:
    name = f"{table}_{name}"
    return Trigger(table=table, name=name, function=name, row=True)


def _never(table: str, action: str, what: str) -> Trigger:
    return Trigger(
        table=table,
        name=f"{table}_{action}_never",
        function=REFUSE,
        row=False,
        says=f"nothing is ever {what}",
    )


def _checked(when: str, refused: str, *, declare: str = "", first: str = "") -> str:
    return (
        f"{declare}BEGIN\n{first}IF {when}\n"
        f"THEN RAISE EXCEPTION '%: {refused}', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;\n"
        "RETURN NEW; END"
    )


def _at_newest(kind: ListKind[object], column: str) -> str:
    return (
        f"NEW.{column} IS DISTINCT FROM (SELECT seq FROM change"
        f" WHERE seq = {_NEWEST} AND list = '{kind.name}')"
    )


def _of_versions(versions: Versions) -> Iterator[Function]:
    kind, table = versions.kind, versions.table.name
    same_key = " AND ".join(f'"{key}" = NEW."{key}"' for key in kind.keys)
    yield Function(
        name=f"{table}_insert_open",
        body=_checked(
            "NEW.seq_to IS NOT NULL\n"
            f"  OR {_at_newest(kind, 'seq_from')}\n"
            f'  OR EXISTS (SELECT 1 FROM "{table}" WHERE {same_key}'
            " AND (seq_to IS NULL OR seq_from = NEW.seq_from))",
            "not a new version",
        ),
    )
    fixed = [column.name for column in versions.table.c if column.name != "seq_to"]
    old, new = (
        ", ".join(f'{row}."{name}"' for name in fixed) for row in ("OLD", "NEW")
    )
    yield Function(
        name=f"{table}_update_close",
        body=_checked(
            "OLD.seq_to IS NOT NULL\n"
            f"  OR {_at_newest(kind, 'seq_to')}\n"
            f"  OR ROW({old}) IS DISTINCT FROM ROW({new})",
            "a version is only ever closed",
        ),
    )
    if versions.private is None:
        return
    private = versions.private.name
    yield Function(
        name=f"{private}_insert_open",
        body=_checked(
            f"{_at_newest(kind, 'seq_from')}\n"
            f'  OR EXISTS (SELECT 1 FROM "{private}" WHERE {same_key}'
            " AND seq_from = NEW.seq_from)",
            "not a new version",
        ),
    )
