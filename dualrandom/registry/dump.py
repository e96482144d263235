"""All that a registry holds, as lines of text, and back through its own rules.

    {"entry": ["…base64…", "op"], "change": [...], "closed": {...}, "opened": {...}}

One line for each log entry, in order: the entry, the change that belongs to it, the
versions that it ended and those that it began. Loading is the same history once more:
every trigger looks at every row, on SQLite and on a server alike, and what it would
not let in does not come in. What is a person's own (``personal``) stays behind: a copy
would be there long after it had to go.

Border: rows of a connection on one side, bytes on the other.
"""

from __future__ import annotations

import base64
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from dualrandom.canonical import leaf_hash
from dualrandom.errors import VerificationError, Where
from dualrandom.registry import told
from dualrandom.registry.tables import VERSIONS, change, entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table


def dump(connection: Connection) -> Iterator[bytes]:
    """Return the registry's lines, one for each entry."""
    changes = {row.seq: row for row in connection.execute(select(change))}
    kept = [(table, _by_seq(connection, table)) for table in _tables()]
    ended = {table.name: _ended(connection, table) for table in _closing()}
    for row in connection.execute(select(entry).order_by(entry.c.seq)):
        line: dict[str, Any] = {"entry": base64.b64encode(row.data).decode()}
        if row.seq in changes:
            line["change"] = list(changes[row.seq])
        for name, closed in ended.items():
            if row.seq in closed:
                line.setdefault("closed", {})[name] = closed[row.seq]
        for table, opened in kept:
            if row.seq in opened:
                line.setdefault("opened", {})[table.name] = opened[row.seq]
        yield _line(line)


def load(connection: Connection, lines: Iterable[bytes]) -> None:
    """Write a registry's lines into an empty one.

    Raises:
        VerificationError: E193, a line that no registry of ours gave.
        StateError: E341, the database's own rules refuse a row.
    """
    for number, data in enumerate(lines, 1):
        try:
            _load(connection, json.loads(data))
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            raise VerificationError("E193", where=Where(row=number)) from exc


def _load(connection: Connection, line: dict[str, Any]) -> None:
    data = base64.b64decode(line["entry"], validate=True)
    read = told.read(data)
    connection.execute(
        insert(entry),
        {
            "seq": read.seq,
            "prev": read.prev,
            "op": read.op,
            "leaf": leaf_hash(data).hex(),
            "data": data,
        },
    )
    if "change" not in line:
        return
    connection.execute(insert(change), _named(change, line["change"]))
    tables = {table.name: table for table in _tables()}
    for name, keys in line.get("closed", {}).items():
        _close(connection, tables[name], keys, read.seq)
    for name, rows in line.get("opened", {}).items():
        table = tables[name]
        connection.execute(insert(table), [_named(table, row) for row in rows])


def _tables() -> Iterator[Table]:
    for versions in VERSIONS.values():
        yield versions.table
        if versions.private is not None:
            yield versions.private


def _closing() -> Iterator[Table]:
    return (versions.table for versions in VERSIONS.values())


def _columns(table: Table) -> list[Any]:
    """Return the columns that a row has when it is new."""
    return [column for column in table.c if column.name != "seq_to"]


def _keys(table: Table) -> list[Any]:
    return [column for column in table.primary_key if column.name != "seq_from"]


def _by_seq(connection: Connection, table: Table) -> dict[int, list[list[Any]]]:
    query = select(*_columns(table)).order_by(table.c.seq_from, *_keys(table))
    at = [column.name for column in _columns(table)].index("seq_from")
    rows = map(list, connection.execute(query))
    return {seq: list(some) for seq, some in groupby(rows, lambda row: int(row[at]))}


def _ended(connection: Connection, table: Table) -> dict[int, list[list[Any]]]:
    keys = _keys(table)
    query = (
        select(table.c.seq_to, *keys)
        .where(table.c.seq_to.is_not(None))
        .order_by(table.c.seq_to, *keys)
    )
    rows = map(list, connection.execute(query))
    groups = groupby(rows, lambda row: int(row[0]))
    return {seq: [row[1:] for row in some] for seq, some in groups}


def _close(
    connection: Connection, table: Table, keys: Iterable[list[Any]], seq: int
) -> None:
    for key in keys:
        same = [c == value for c, value in zip(_keys(table), key, strict=True)]
        connection.execute(
            update(table).where(*same, table.c.seq_to.is_(None)).values(seq_to=seq)
        )


def _named(table: Table, row: list[Any]) -> dict[str, Any]:
    names = [column.name for column in _columns(table)]
    return dict(zip(names, row, strict=True))


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"
