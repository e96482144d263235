"""Lists in the database: any day's state, and the one way to change it.

Border: SQL on a connection in a transaction. Rows go in and out as cells.

- Nothing is overwritten: a change closes versions and adds versions.
- A moment means the state after the newest log entry not later than it; entries are
  in order by ``seq``, whatever the clocks said.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sqlalchemy import (
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from dualrandom.errors import StateError, VerificationError
from dualrandom.registry.changes import Changes, Stamp, Version, compare
from dualrandom.registry.tables import VERSIONS, change

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause

    from dualrandom.registry.kinds import Key, ListKind, Row
    from dualrandom.registry.tables import Versions

R = TypeVar("R")
Moment = dt.datetime | int
"""An aware time, or the ``seq`` of a log entry: the state after it."""

AT_ONCE: Final = 1000
"""Rows that are taken from the database at a time."""
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def time_text(at: dt.datetime) -> str:
    """Return an aware time as UTC text, in seconds.

    Raises:
        ValueError: a naive time, which could mean any moment of a day.
    """
    if at.tzinfo is None:
        raise ValueError(at)
    return at.astimezone(dt.UTC).strftime(_TIME)


def parse_time(text: str) -> dt.datetime:
    """Return the time that :func:`time_text` wrote."""
    return dt.datetime.strptime(text, _TIME).replace(tzinfo=dt.UTC)


def newest(connection: Connection, list_name: str) -> int | None:
    """Return the log entry of a list's newest change, or None."""
    query = select(func.max(change.c.seq)).where(change.c.list == list_name)
    seq: int | None = connection.execute(query).scalar_one()
    return seq


def rows(
    connection: Connection,
    kind: ListKind[R],
    *,
    as_of: Moment | None = None,
    names: Sequence[str] | None = None,
) -> Iterator[Row]:
    """Return a list's rows in order of their keys, as they stand or stood.

    Args:
        connection: in a transaction, which must stay open meanwhile.
        kind: the list.
        as_of: the moment; None: now.
        names: the columns wanted; None: all.
    """
    table = VERSIONS[kind.name].table
    if as_of is None:
        stands: ColumnElement[bool] = table.c.seq_to.is_(None)
    else:
        seq = _seq(connection, as_of)
        stands = and_(
            table.c.seq_from <= seq, or_(table.c.seq_to.is_(None), table.c.seq_to > seq)
        )
    return rows_where(connection, kind, stands, names=names)


def rows_where(
    connection: Connection,
    kind: ListKind[R],
    condition: ColumnElement[bool],
    *,
    names: Sequence[str] | None = None,
    ordered: bool = True,
) -> Iterator[Row]:
    """Yield the rows of all versions that meet a condition, in order of their keys."""
    versions = VERSIONS[kind.name]
    query = (
        select(*[versions.cell(name) for name in names or kind.names])
        .select_from(_joined(versions))
        .where(condition)
    )
    if ordered:
        # An expression: in the order of an index, a few rows of a day would be looked
        # for among all versions that there ever were.
        keys = [versions.table.c[key] for key in kind.keys]
        query = query.order_by(*map(_unordered, keys))
    # A server keeps what was found, and hands over some at a time; who stops early
    # leaves nothing open.
    streamed = {"stream_results": True}
    with connection.execute(query, execution_options=streamed) as found:
        first = found.fetchone()
        if first is None:
            return
        yield tuple(first)
        # The driver's own tuples from here on: nothing has to be done to a cell.
        some = partial(cast("Any", found.cursor).fetchmany, AT_ONCE)
        yield from chain.from_iterable(iter(some, []))


def _seq(connection: Connection, moment: Moment) -> int:
    if isinstance(moment, int):
        return moment
    query = select(func.max(change.c.seq)).where(change.c.at <= time_text(moment))
    seq: int | None = connection.execute(query).scalar_one()
    return -1 if seq is None else seq


def _joined(versions: Versions) -> FromClause:
    if versions.private is None:
        return versions.table
    # Expressions on one side: whoever plans the query starts from the public part,
    # of which few rows are wanted, and not from all private ones.
    table, private = versions.table, versions.private
    same = [private.c.seq_from == table.c.seq_from + 0]
    same += [private.c[n] == _unordered(table.c[n]) for n in versions.kind.keys]
    return table.join(private, and_(*same))


def _unordered(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as an expression, for which no index is taken."""
    return func.coalesce(column, literal_column("''"))


def diff(
    connection: Connection,
    kind: ListKind[R],
    records: Iterable[R],
    *,
    full: bool,
    retire: Iterable[Key] = (),
    told: Collection[str] | None = None,
) -> Changes[R]:
    """Return what has to change for a list to be as told; see :func:`.compare`."""
    stands = VERSIONS[kind.name].table.c.seq_to.is_(None)
    # In no order: they are looked up by their keys.
    found = rows_where(connection, kind, stands, ordered=False)
    current = {row[: kind.key]: row for row in found}
    return compare(
        kind,
        current,
        records,
        base=newest(connection, kind.name),
        full=full,
        retire=retire,
        told=told,
    )


def apply(connection: Connection, changes: Changes[R], stamp: Stamp, salt: str) -> None:
    """Close and add the versions of a change.

    Args:
        connection: in a writing transaction.
        changes: made from the list as it still is.
        stamp: the log entry that tells of it, which must be in the log at commit.
        salt: of the change's file and the list's, 32 hex characters.

    Raises:
        StateError: E308, nothing would change; E307, the list is not as it was.
    """
    kind = changes.kind
    if changes.empty:
        raise StateError("E308", list=kind.name)
    if newest(connection, kind.name) != changes.base:
        raise StateError("E307", list=kind.name)
    connection.execute(
        insert(change),
        {
            "seq": stamp.seq,
            "list": kind.name,
            "at": time_text(stamp.at),
            "changed_by": stamp.by,
            "reason": stamp.reason,
            "salt": salt,
            "columns": ",".join(kind.names),
        },
    )
    ended = [*changes.retired_rows, *(old for old, _ in changes.changed_rows)]
    begun = [*changes.added_rows, *(new for _, new in changes.changed_rows)]
    _close(connection, kind, ended, stamp.seq)
    _add(connection, kind, sorted(begun), stamp.seq)


def _close(
    connection: Connection, kind: ListKind[R], closed: Iterable[Row], seq: int
) -> None:
    table = VERSIONS[kind.name].table
    named = [f"key_{name}" for name in kind.keys]
    keys = [dict(zip(named, row[: kind.key], strict=True)) for row in closed]
    if not keys:
        return
    statement = (
        update(table)
        .where(*[table.c[n] == bindparam(f"key_{n}") for n in kind.keys])
        .where(table.c.seq_to.is_(None))
        .values(seq_to=seq)
    )
    if connection.execute(statement, keys).rowcount != len(keys):
        raise StateError("E307", list=kind.name)


def _add(
    connection: Connection, kind: ListKind[R], added: Iterable[Row], seq: int
) -> None:
    versions = VERSIONS[kind.name]
    made = [
        dict(zip(kind.names, row, strict=True)) | {"seq_from": seq} for row in added
    ]
    if not made:
        return
    public = [name for name in kind.names if name in versions.table.c]
    connection.execute(
        insert(versions.table).values(
            {name: bindparam(name) for name in (*public, "seq_from")}
        ),
        made,
    )
    if versions.private is not None:
        connection.execute(
            insert(versions.private).values(
                {name: bindparam(name) for name in versions.private.c.keys()}  # noqa: SIM118 - not a dict
            ),
            made,
        )


def versions(
    connection: Connection, kind: ListKind[R], key: Key
) -> tuple[Version[R], ...]:
    """Return all versions of one record, oldest first, with who, when and why."""
    kept = VERSIONS[kind.name]
    table = kept.table
    query = (
        select(
            table.c.seq_from,
            table.c.seq_to,
            *[kept.cell(name) for name in kind.names],
        )
        .select_from(_joined(kept))
        .where(tuple_(*[table.c[n] for n in kind.keys]) == key)
        .order_by(table.c.seq_from)
    )
    found: list[tuple[Any, ...]] = [tuple(row) for row in connection.execute(query)]
    seqs = {seq for row in found for seq in row[:2] if seq is not None}
    stamps = _stamps(connection, seqs)
    return tuple(
        Version(
            number=number,
            record=kind.decode(row[2:]),
            since=stamps[row[0]],
            until=None if row[1] is None else stamps[row[1]],
        )
        for number, row in enumerate(found, 1)
    )


def numbers(
    connection: Connection, kind: ListKind[Any], as_of: Moment | None = None
) -> dict[Key, int]:
    """Return how many versions each record has had, by key."""
    table = VERSIONS[kind.name].table
    keys = [table.c[key] for key in kind.keys]
    query = select(*keys, func.count()).group_by(*keys)
    if as_of is not None:
        query = query.where(table.c.seq_from <= _seq(connection, as_of))
    return {tuple(row[:-1]): row[-1] for row in connection.execute(query)}


def changes_of(connection: Connection, list_name: str) -> tuple[Stamp, ...]:
    """Return every change of a list, oldest first: the list's own versions."""
    query = select(change.c.seq).where(change.c.list == list_name)
    stamps = _stamps(connection, connection.execute(query).scalars())
    return tuple(stamps[seq] for seq in sorted(stamps))


def stamp(connection: Connection, seq: int) -> Stamp | None:
    """Return who changed a list with a log entry, when and why; None: nobody."""
    return _stamps(connection, {seq}).get(seq)


def _stamps(connection: Connection, seqs: Iterable[int]) -> dict[int, Stamp]:
    query = select(change).where(change.c.seq.in_(sorted(seqs)))
    stamps = {}
    for row in connection.execute(query):
        try:
            at = parse_time(row.at)
        except ValueError as exc:
            raise VerificationError("E306", list=row.list, id=row.seq) from exc
        stamps[row.seq] = Stamp(
            seq=row.seq, at=at, by=row.changed_by, reason=row.reason
        )
    return stamps


def count(connection: Connection, kind: ListKind[Any]) -> int:
    """Return how many records stand in a list."""
    table = VERSIONS[kind.name].table
    query = select(func.count()).select_from(table).where(table.c.seq_to.is_(None))
    counted: int = connection.execute(query).scalar_one()
    return counted
