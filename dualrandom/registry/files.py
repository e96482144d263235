r"""Lists and changes as files: what the log's digests are digests of.

Border: pure; records to bytes and back. Every file is salted: no digest of a short
list can be guessed open.

- A list's file: all columns, private ones too, rows in order of their keys.
- A change's file: one row a record, with what happened to it and why before the
  record's cells as they are from then on (of a retired one: as they last were).
- A file states its columns. A later version reads it, whatever columns came since.

    act\twhy\tinspector\ttarget\treason
    #salt\tffffffffffffffffffffffffffffffff
    added\t2026 roster\tA-017\t91330000EXAMPLE017\tkin
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from dualrandom.canonical import parse_table, table_bytes
from dualrandom.errors import VerificationError
from dualrandom.registry.lists import LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.registry.changes import Changes
    from dualrandom.registry.kinds import Key, ListKind, Row

R = TypeVar("R")

ACT: Final = ("act", "why")
"""The columns that a change's file has before the record's own."""


class Act(StrEnum):
    """What happened to a record."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


def change_bytes(changes: Changes[R], *, reason: str, salt: str) -> bytes:
    """Return a change's file.

    Args:
        changes: what changes.
        reason: why, in the officer's words; stands in every row.
        salt: 32 hex characters.

    Raises:
        VerificationError: E803, the reason holds a control character.
    """
    kind = changes.kind
    acts = [(Act.ADDED, row) for row in changes.added_rows]
    acts += [(Act.CHANGED, new) for _, new in changes.changed_rows]
    acts += [(Act.RETIRED, row) for row in changes.retired_rows]
    rows = {row[: kind.key]: (str(act), reason, *row) for act, row in acts}
    return rows_bytes((*ACT, *kind.names), rows, salt)


def rows_bytes(columns: Sequence[str], rows: Mapping[Key, Row], salt: str) -> bytes:
    """Return rows as a file, in order of their keys."""
    return table_bytes(columns, (rows[key] for key in sorted(rows)), salt=salt)


def parse_rows(kind: ListKind[R], data: bytes) -> dict[Key, Row]:
    """Return the rows of a list's file by key; columns that came later are empty.

    Raises:
        VerificationError: E803, E804.
    """
    columns = header(data)
    if not set(columns) <= set(kind.names) or columns[: kind.key] != kind.keys:
        raise VerificationError("E803", row=1)
    rows: dict[Key, Row] = {}
    last: Key | None = None
    for at, record in enumerate(parse_table(data, columns).records):
        cells = dict(zip(columns, record, strict=True))
        row = tuple(cells.get(name, "") for name in kind.names)
        key = row[: kind.key]
        if last is not None and key <= last:
            raise VerificationError("E804", file=kind.name, row=at + 1)
        rows[key] = row
        last = key
    return rows


def parse_acts(data: bytes) -> dict[Key, Row]:
    """Return the rows of a change's file by key, acts and reasons included.

    Raises:
        VerificationError: E803, not a change of any known list.
    """
    columns = header(data)
    own = columns[len(ACT) :]
    for kind in LISTS:
        if columns[: len(ACT)] == ACT and own[: kind.key] == kind.keys:
            at = len(ACT)
            return {
                record[at : at + kind.key]: record
                for record in parse_table(data, columns).records
            }
    raise VerificationError("E803", row=1)


def header(data: bytes) -> tuple[str, ...]:
    """Return the columns that a file states.

    Raises:
        VerificationError: E803, not UTF-8.
    """
    try:
        return tuple(data.partition(b"\n")[0].decode("utf-8").split("\t"))
    except UnicodeDecodeError as exc:
        raise VerificationError("E803", row=1) from exc
