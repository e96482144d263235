"""Is the database what the log says of it? Every version of every list, and draws.

Border: reads; compares digests that the log names with files made anew from rows.
Whether the log itself is whole is :mod:`dualrandom.audit`'s affair: check it first.

- Each change of a list is made anew from the versions that it began and ended, so an
  edited row is found whether it stands or has long been replaced.
- Digests are compared first, of rows that nobody holds: a list of any size is checked
  in the same memory, and only of what differs are the rows compared.
- The salt and the reason are in the database, so the digest can be made anew without
  the kept file; the kept file is what tells *which* rows are not as they were.
- Not covered by the log, and so not by this: a draw's reason, kept for people.

Spec: log-v1 §4 (last step).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import DBAPIError

from dualrandom.canonical import sha256, table_blocks
from dualrandom.errors import Problem, VerificationError, Where, problem
from dualrandom.registry import check_draws, check_storage, history, told
from dualrandom.registry.files import (
    ACT,
    Act,
    parse_acts,
    parse_rows,
    rows_bytes,
)
from dualrandom.registry.kinds import shown_key
from dualrandom.registry.lists import DRAWS, LISTS
from dualrandom.registry.log_store import entry_at
from dualrandom.registry.tables import VERSIONS, change, entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row as Found

    from dualrandom.registry.kinds import Key, ListKind, Row
    from dualrandom.registry.told import ListChange, Told

Kept = Callable[[str], bytes | None]
"""Gives a salted file by its SHA-256, or None where it is gone."""


def check_lists(connection: Connection, kept: Kept) -> tuple[Problem, ...]:
    """Return every place where the database is not what the log says of it.

    Args:
        connection: in a transaction.
        kept: gives the salted files whose digests stand in the log; without them a
            changed list is found, but not which of its records.

    Returns:
        E330–E339, E344–E346, each with the log entry where there is one; a warning
        is something that this program cannot tell.
    """
    findings = list(check_storage.check(connection))
    try:
        with _any_bytes(connection):
            findings.extend(_check_rows(connection, kept))
    except DBAPIError:
        # What SQLite found broken already may well stop a query: that was said.
        if not any(finding.code == "E344" for finding in findings):
            raise
    return tuple(findings)


def _check_rows(connection: Connection, kept: Kept) -> Iterator[Problem]:
    entries: list[Told] = []
    query = select(entry).order_by(entry.c.seq).execution_options(yield_per=500)
    for row in connection.execute(query):
        read, found = check_storage.check_entry(row)
        yield from found
        # Others speak of no row: a long log is read in the same memory as a short one.
        if read is not None and (told.list_change(read) or told.draw_step(read)):
            entries.append(read)
    yield from _check_changes(connection, entries, kept)
    yield from check_draws.check(connection, entries)


@contextmanager
def _any_bytes(connection: Connection) -> Iterator[None]:
    """Read text that is not UTF-8 too: a row to be named, not a failure to read."""
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield  # a server keeps no such text
        return
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = before


def logged_digest(connection: Connection, seq: int) -> str | None:
    """Return the list digest that a log entry names, or None without that entry."""
    data = entry_at(connection, seq)
    return None if data is None else told.digest_of(data)


@dataclass(slots=True, kw_only=True)
class _List:
    """What is known of one list on the way through the log."""

    kind: ListKind[Any]
    named: set[Key] = field(default_factory=set)
    broken: bool = False
    newest: tuple[ListChange, Found[Any]] | None = None


def _check_changes(
    connection: Connection, entries: Iterable[Told], kept: Kept
) -> Iterator[Problem]:
    recorded = {row.seq: row for row in connection.execute(select(change))}
    lists = {kind.name: _List(kind=kind) for kind in LISTS}
    for read in entries:
        said = told.list_change(read)
        if said is None:
            continue
        where = Where(entry=read.seq)
        if said.list not in lists:
            yield problem("E339", where, warning=True, list=said.list)
            continue
        row = recorded.pop(read.seq, None)
        if row is None or row.list != said.list:
            lists[said.list].broken = True
            yield problem("E332", where, list=said.list)
            continue
        yield from _check_stamp(read, row)
        yield from _check_change(connection, lists[said.list], said, row, kept)
        lists[said.list].newest = (said, row)
    for row in recorded.values():
        if row.list != DRAWS.name:
            yield problem("E333", Where(entry=row.seq), list=row.list)
    for one in lists.values():
        yield from _check_strays(connection, one)
        yield from _check_whole(connection, one, kept)


def _check_stamp(read: Told, row: Found[Any]) -> Iterator[Problem]:
    for name, said, found in (
        ("time", read.time, row.at),
        ("by", read.by, row.changed_by),
    ):
        if said != found:
            yield _otherwise(read.seq, row.list, name, said, found)


def _otherwise(
    seq: int, list_name: str, name: str, said: str | int, found: str | int
) -> Problem:
    return problem(
        "E337", Where(entry=seq), list=list_name, field=name, said=said, found=found
    )


def _check_change(
    connection: Connection,
    one: _List,
    said: ListChange,
    row: Found[Any],
    kept: Kept,
) -> Iterator[Problem]:
    kind, where = one.kind, Where(entry=row.seq)
    names = tuple(row.columns.split(","))
    if not set(names) <= set(kind.names) or names[: kind.key] != kind.keys:
        one.broken = True
        yield problem("E346", where, list=kind.name)
        return
    if _is_as_logged(connection, kind, said, row, names):
        return
    acts, late = _acts(connection, kind, row, names)
    for key in late:
        one.named.add(key)
        yield problem("E330", where, list=kind.name, id=shown_key(key))
    for act, number in (
        (Act.ADDED, said.added),
        (Act.CHANGED, said.changed),
        (Act.RETIRED, said.retired),
    ):
        found = sum(cells[0] == act for cells in acts.values())
        if found != number:
            yield _otherwise(row.seq, kind.name, str(act), number, found)
    if _digest((*ACT, *names), acts, row.salt) == said.change:
        return
    one.broken = True
    was = _kept(kept, said.change, parse_acts)
    if was is None:
        yield problem("E331", where, list=kind.name)
        return
    # Why it happened is the whole change's: it must not name every record in it.
    differing = _differing(
        {key: (cells[0], *cells[2:]) for key, cells in was.items()},
        {key: (cells[0], *cells[2:]) for key, cells in acts.items()},
    )
    one.named.update(differing)
    for key in differing:
        yield problem("E330", where, list=kind.name, id=shown_key(key))
    if not differing:
        yield problem("E346", where, list=kind.name)


def _is_as_logged(
    connection: Connection,
    kind: ListKind[Any],
    said: ListChange,
    row: Found[Any],
    names: Sequence[str],
) -> bool:
    """Say whether the versions that a change began and ended make its very file."""
    at = [kind.names.index(name) for name in names]
    later = [i for i, name in enumerate(kind.names) if name not in names]
    counted = Counter[Act]()
    table = VERSIONS[kind.name].table
    ended, began = (
        history.rows_where(connection, kind, met)
        for met in (table.c.seq_to == row.seq, table.c.seq_from == row.seq)
    )

    def records() -> Iterator[Sequence[str]]:
        for act, cells in _paired(ended, began, kind.key):
            counted[act] += 1
            if act is not Act.RETIRED and any(cells[i] for i in later):
                return  # a column that came after this change had nothing to say
            yield (str(act), row.reason, *[cells[i] for i in at])

    made = _makes(said.change, (*ACT, *names), records(), row.salt)
    told = (said.added, said.changed, said.retired)
    return made and told == tuple(counted[act] for act in Act)


def _paired(
    ended: Iterator[Row], began: Iterator[Row], key: int
) -> Iterator[tuple[Act, Row]]:
    """Yield what became of each record, of rows in order of their keys."""
    old, new = next(ended, None), next(began, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old[:key] < new[:key]):
            assert old is not None  # noqa: S101 - or there is a new one
            yield Act.RETIRED, old
            old = next(ended, None)
            continue
        if old is not None and old[:key] == new[:key]:
            old = next(ended, None)
            yield Act.CHANGED, new
        else:
            yield Act.ADDED, new
        new = next(began, None)


def _makes(
    digest: str, columns: Sequence[str], records: Iterable[Sequence[str]], salt: str
) -> bool:
    """Say whether rows in order of their keys make a file of this digest."""
    try:
        return sha256(table_blocks(columns, records, salt=salt)) == digest
    except (VerificationError, TypeError):  # cells that no file of ours can hold
        return False


def _acts(
    connection: Connection, kind: ListKind[Any], row: Found[Any], names: Sequence[str]
) -> tuple[dict[Key, Row], tuple[Key, ...]]:
    """Return a change's rows as the versions tell, and keys with later columns."""
    at = [kind.names.index(name) for name in names]
    later = [i for i, name in enumerate(kind.names) if name not in names]
    began = _found(connection, kind, row.seq, began=True)
    ended = _found(connection, kind, row.seq, began=False)
    acts: dict[Key, Row] = {}
    for key in sorted(began.keys() | ended.keys()):
        if key not in began:
            act, cells = Act.RETIRED, ended[key]
        else:
            act, cells = Act.CHANGED if key in ended else Act.ADDED, began[key]
        acts[key] = (str(act), row.reason, *[cells[i] for i in at])
    # A column that came after this change had nothing to say then.
    late = tuple(key for key in began if any(began[key][i] for i in later))
    return acts, late


def _found(
    connection: Connection, kind: ListKind[Any], seq: int, *, began: bool
) -> dict[Key, Row]:
    table = VERSIONS[kind.name].table
    met = table.c.seq_from == seq if began else table.c.seq_to == seq
    return _by_key(kind, history.rows_where(connection, kind, met))


def _by_key(kind: ListKind[Any], rows: Iterable[tuple[object, ...]]) -> dict[Key, Row]:
    # What is no text compares, sorts and shows as something that no cell of ours is.
    clean = (
        tuple(cell if isinstance(cell, str) else f"\0{cell!r}" for cell in row)
        for row in rows
    )
    return {row[: kind.key]: row for row in clean}


def _check_strays(connection: Connection, one: _List) -> Iterator[Problem]:
    """Find versions that began or ended with no change of their list."""
    table = VERSIONS[one.kind.name].table
    own = select(change.c.seq).where(change.c.list == one.kind.name)
    stray = or_(
        table.c.seq_from.not_in(own),
        and_(table.c.seq_to.is_not(None), table.c.seq_to.not_in(own)),
        table.c.seq_to <= table.c.seq_from,
    )
    query = select(*[table.c[key] for key in one.kind.keys]).where(stray).distinct()
    for key in sorted(_by_key(one.kind, map(tuple, connection.execute(query)))):
        one.named.add(key)
        yield problem("E338", Where(), list=one.kind.name, id=shown_key(key))


def _check_whole(connection: Connection, one: _List, kept: Kept) -> Iterator[Problem]:
    """Compare a list as it stands with the digest that the log names last."""
    if one.newest is None:
        return
    said, row = one.newest
    names = tuple(row.columns.split(","))
    if not set(names) <= set(one.kind.names):
        return
    found = history.rows(connection, one.kind, names=names)
    if _makes(said.digest, names, found, row.salt):
        return
    now = _by_key(one.kind, history.rows(connection, one.kind, names=names))
    if _digest(names, now, row.salt) == said.digest:
        return
    where = Where(entry=row.seq)
    was = _kept(kept, said.digest, lambda data: parse_rows(one.kind, data))
    if was is not None:
        at = [one.kind.names.index(name) for name in names]
        then = {key: tuple(cells[i] for i in at) for key, cells in was.items()}
        differing = _differing(then, now)
        for key in differing:
            if key not in one.named:
                yield problem("E330", where, list=one.kind.name, id=shown_key(key))
        one.broken = one.broken or bool(differing)
    if not one.broken and not one.named:
        yield problem("E331", where, list=one.kind.name)


def _digest(columns: Sequence[str], rows: dict[Key, Row], salt: str) -> str | None:
    try:
        return sha256(rows_bytes(columns, rows, salt))
    except VerificationError:  # a cell that no file of ours can hold
        return None


def _kept(
    kept: Kept, digest: str, parse: Callable[[bytes], dict[Key, Row]]
) -> dict[Key, Row] | None:
    data = kept(digest)
    if data is None or sha256(data) != digest:
        return None
    try:
        return parse(data)
    except VerificationError:
        return None


def _differing(was: dict[Key, Row], now: dict[Key, Row]) -> tuple[Key, ...]:
    return tuple(
        key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)
    )
