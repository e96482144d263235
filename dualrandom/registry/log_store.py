"""The audit log's place in the database: bytes in order, and nothing else.

Border: what an entry says, and who signed it, is :mod:`dualrandom.audit`'s affair.

- An entry is appended after the head that its signer saw, or not at all.
- Nothing here, and no trigger, ever changes or deletes an entry.

Spec: log-v1 §1, §6.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import IntegrityError

from dualrandom.canonical import leaf_hash
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.registry.sqlite import driver
from dualrandom.registry.tables import entry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from sqlalchemy import Connection, CursorResult, TextClause

START: Final = "0" * 64
"""What entry 0 names as the leaf before it. Spec: log-v1 §1."""


# Made once: to put a statement together takes longer than to run it.
_HEAD: Final = text("SELECT seq, leaf FROM entry ORDER BY seq DESC LIMIT 1")
_INSERT: Final = text(
    "INSERT INTO entry (seq, prev, op, leaf, data)"
    " VALUES (:seq, :prev, :op, :leaf, :data)"
)
_FROM: Final = (
    select(entry.c.data)
    .where(entry.c.seq >= bindparam("start"))
    .order_by(entry.c.seq)
    .execution_options(yield_per=500)
)
_AT: Final = select(entry.c.data).where(entry.c.seq == bindparam("at"))
_BY_OP: Final = select(entry.c.data).where(entry.c.op == bindparam("op"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry: its number and its leaf hash, hex."""

    seq: int
    leaf: str


def head(connection: Connection) -> Head | None:
    """Return the newest entry, or None of an empty log."""
    row: Any = _run(connection, _HEAD).fetchone()
    return None if row is None else Head(seq=row[0], leaf=row[1])


def append(
    connection: Connection,
    last: Head | None,
    seq: int,
    prev: str,
    op: str,
    leaf: str,
    data: bytes,
) -> None:
    """Append an entry to the log, if the head is still the one that it follows.

    Args:
        connection: in a writing transaction.
        last: the newest entry.
        seq: its number.
        prev: leaf hash of the entry before, hex; 64 zeros in entry 0.
        op: the caller's unique name for this act.
        leaf: its own leaf hash, hex.
        data: its bytes, as signed.

    Raises:
        StateError: E340, somebody else appended meanwhile: sign again; E342, this
            ``op`` is in the log already.
        VerificationError: E343, ``leaf`` is not the bytes' leaf hash.
    """
    where = Where(entry=seq)
    if leaf_hash(data).hex() != leaf:
        raise VerificationError("E343", where=where)
    expected = (0, START) if last is None else (last.seq + 1, last.leaf)
    if (seq, prev) != expected:
        if entry_by_op(connection, op) is not None:
            raise StateError("E342", where=where, op=op)
        raise StateError("E340", where=where, seq=expected[0])
    try:
        _run(connection, _INSERT, seq=seq, prev=prev, op=op, leaf=leaf, data=data)
    except (IntegrityError, sqlite3.IntegrityError) as exc:
        # The database keeps each ``op`` once; to ask it first would cost a question
        # at every append. PostgreSQL names the constraint, SQLite answers even now.
        still = connection.dialect.name == "sqlite"
        known = still and entry_by_op(connection, op) is not None
        if known or "uq_entry_op" in str(exc):
            raise StateError("E342", where=where, op=op) from exc
        raise


def _run(
    connection: Connection, statement: TextClause, **values: object
) -> sqlite3.Cursor | CursorResult[Any]:
    if connection.dialect.name == "sqlite":
        return driver(connection).execute(statement.text, values)
    return connection.execute(statement, values)


def clock(connection: Connection) -> dt.datetime | None:
    """Return the server's time; None of a file, which has no clock of its own."""
    if connection.dialect.name == "sqlite":
        return None
    said = connection.execute(select(func.clock_timestamp()))
    moment: dt.datetime = said.scalar_one()
    return moment


def keep_little(connection: Connection) -> None:
    """Keep few pages in memory from here on: what is read once, from end to end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -4096")


def entries(connection: Connection, start: int = 0) -> Iterator[bytes]:
    """Yield the entries from a number on, in order; who stops early holds nothing."""
    with connection.execute(_FROM, {"start": start}) as found:
        yield from found.scalars()


def entry_at(connection: Connection, seq: int) -> bytes | None:
    """Return one entry, or None."""
    found = connection.execute(_AT, {"at": seq})
    data: bytes | None = found.scalar_one_or_none()
    return data


def entry_by_op(connection: Connection, op: str) -> bytes | None:
    """Return the entry that an act left, or None: so a retry finds its own."""
    found = connection.execute(_BY_OP, {"op": op})
    data: bytes | None = found.scalar_one_or_none()
    return data


def size(connection: Connection) -> int:
    """Return how many entries the log has."""
    count: int = connection.execute(
        select(func.count()).select_from(entry)
    ).scalar_one()
    return count
