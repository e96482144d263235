"""What a transaction can do with the registry: look at it, or change it as well.

Border: composes the other modules; has no rule of its own.

- What a view returns lazily is good while its transaction lasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from dualrandom.registry import (
    check,
    check_storage,
    draws,
    dump,
    files,
    history,
    log_store,
    personal,
)
from dualrandom.registry.changes import Changes, Stamp, Version
from dualrandom.registry.lists import (
    DRAWS,
    INSPECTORS,
    ITEMS,
    RECUSALS,
    TARGETS,
    TASKS,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection

    from dualrandom.errors import Problem
    from dualrandom.records import (
        DrawRecord,
        InspectorRecord,
        ItemRecord,
        Personal,
        Recusal,
        TargetPrivate,
        TargetRecord,
        TaskRecord,
    )
    from dualrandom.registry.check import Kept
    from dualrandom.registry.history import Moment
    from dualrandom.registry.kinds import Key, ListKind
    from dualrandom.registry.log_store import Head

R = TypeVar("R")


class Reader:
    """A consistent view of the registry and its log; nothing can be changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # ── the log ──────────────────────────────────────────────────────────────────

    def head(self) -> Head | None:
        """Return the newest log entry's number and leaf, or None."""
        return log_store.head(self._connection)

    def log_size(self) -> int:
        """Return how many entries the log has."""
        return log_store.size(self._connection)

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Return log entries from a number on, in order."""
        return log_store.entries(self._connection, start)

    def clock(self) -> dt.datetime | None:
        """Return the server's time, aware; None of a file, which has no clock."""
        return log_store.clock(self._connection)

    def keep_little(self) -> None:
        """Read what follows in the same memory, however long the log is."""
        log_store.keep_little(self._connection)

    def entry(self, seq: int) -> bytes | None:
        """Return one log entry, or None."""
        return log_store.entry_at(self._connection, seq)

    def entry_by_op(self, op: str) -> bytes | None:
        """Return the log entry with this ``op``, or None."""
        return log_store.entry_by_op(self._connection, op)

    # ── lists ────────────────────────────────────────────────────────────────────

    def records(self, kind: ListKind[R], as_of: Moment | None = None) -> Iterator[R]:
        """Return a list's records in order of their keys.

        Args:
            kind: the list.
            as_of: an aware time, or the number of a log entry (the state after
                it); None: now.

        Raises:
            VerificationError: E306, while iterating: a cell that we did not write.
        """
        return map(kind.decode, history.rows(self._connection, kind, as_of=as_of))

    def targets(
        self, as_of: Moment | None = None
    ) -> Iterator[tuple[TargetRecord, TargetPrivate]]:
        """Return the target directory: what may be published, and what never is."""
        return self.records(TARGETS, as_of)

    def inspectors(self, as_of: Moment | None = None) -> Iterator[InspectorRecord]:
        """Return the inspector directory."""
        return self.records(INSPECTORS, as_of)

    def items(self, as_of: Moment | None = None) -> Iterator[ItemRecord]:
        """Return the item list, drafts included."""
        return self.records(ITEMS, as_of)

    def recusals(self, as_of: Moment | None = None) -> Iterator[Recusal]:
        """Return who must not go where."""
        return self.records(RECUSALS, as_of)

    def tasks(self, as_of: Moment | None = None) -> Iterator[TaskRecord]:
        """Return the tasks."""
        return self.records(TASKS, as_of)

    def draws(self) -> Iterator[DrawRecord]:
        """Return where each draw stands."""
        return self.records(DRAWS)

    def count(self, kind: ListKind[Any]) -> int:
        """Return how many records a list has."""
        return history.count(self._connection, kind)

    def history(self, kind: ListKind[R], key: Key) -> tuple[Version[R], ...]:
        """Return all versions of a record, oldest first: who, when, why."""
        return history.versions(self._connection, kind, key)

    def current(self, kind: ListKind[R], key: Key) -> Version[R] | None:
        """Return a record as it stands, with its version's number, or None."""
        known = self.history(kind, key)
        return known[-1] if known and known[-1].until is None else None

    def item(self, code: str, sub: str = "") -> Version[ItemRecord] | None:
        """Return an item as it stands, with its version's number, or None."""
        return self.current(ITEMS, (code, sub))

    def task(self, id_: str) -> TaskRecord | None:
        """Return a task as it stands, or None."""
        found = self.current(TASKS, (id_,))
        return None if found is None else found.record

    def draw(self, id_: str) -> DrawRecord | None:
        """Return where a draw stands, or None."""
        found = self.current(DRAWS, (id_,))
        return None if found is None else found.record

    def numbers(
        self, kind: ListKind[Any], as_of: Moment | None = None
    ) -> dict[Key, int]:
        """Return the number of each record's newest version, by key."""
        return history.numbers(self._connection, kind, as_of)

    def list_versions(self, kind: ListKind[Any]) -> tuple[Stamp, ...]:
        """Return every change of a list, oldest first; the first made version 1."""
        return history.changes_of(self._connection, kind.name)

    def personal(self, inspector: str) -> Personal | None:
        """Return what is kept of a person beside all lists, or None."""
        return personal.of(self._connection, inspector)

    def keeps_personal(self) -> bool:
        """Say whether identity numbers or telephones are kept of anybody."""
        return personal.any_kept(self._connection)

    def last_change(self, kind: ListKind[Any]) -> Stamp | None:
        """Return a list's newest change: which entry, when, by whom, why."""
        seq = history.newest(self._connection, kind.name)
        return None if seq is None else history.stamp(self._connection, seq)

    def digest(self, kind: ListKind[Any]) -> str | None:
        """Return the digest that the log names for a list as it stands, or None."""
        seq = history.newest(self._connection, kind.name)
        return None if seq is None else check.logged_digest(self._connection, seq)

    def list_file(
        self, kind: ListKind[Any], salt: str, as_of: Moment | None = None
    ) -> bytes:
        """Return a list's file as it stands, without the way over its records.

        Args:
            kind: the list.
            salt: 32 hex characters.
            as_of: see :meth:`records`.
        """
        found = history.rows(self._connection, kind, as_of=as_of)
        return files.rows_bytes(
            kind.names, {row[: kind.key]: row for row in found}, salt
        )

    def diff(
        self,
        kind: ListKind[R],
        records: Iterable[R],
        *,
        full: bool = True,
        retire: Iterable[Key] = (),
        told: Collection[str] | None = None,
    ) -> Changes[R]:
        """Return what would change if a list became as told; nothing is written.

        Args:
            kind: the list.
            records: as they shall be, in any order.
            full: whether they are all: what is not among them leaves the list.
            retire: keys that leave the list besides.
            told: the columns of which anything was said; None: all. The others stay.

        Raises:
            InputError: E302, with a problem (E303, E304) for each fault.
            StateError: E309, ``retire`` names what is not in the list.
        """
        return history.diff(
            self._connection, kind, records, full=full, retire=retire, told=told
        )

    def dump(self) -> Iterator[bytes]:
        """Return all that the registry holds; see :mod:`.dump`."""
        return dump.dump(self._connection)

    def check_storage(self) -> tuple[Problem, ...]:
        """Return what is not built as this program builds it, whatever it holds."""
        return tuple(check_storage.check(self._connection))

    def check_lists(self, kept: Kept) -> tuple[Problem, ...]:
        """Return every place where the database is not what the log says of it.

        Args:
            kept: gives a salted file by its digest, or None where it is gone.
        """
        return check.check_lists(self._connection, kept)


class Writer(Reader):
    """A view that can change lists, draws and the log; all of it, or nothing."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._head: Head | None = None

    def head(self) -> Head | None:
        """Return the newest log entry's number and leaf, or None.

        Nobody else writes meanwhile: what was read once stands.
        """
        if self._head is None:
            self._head = super().head()
        return self._head

    def append(self, seq: int, prev: str, op: str, leaf: str, data: bytes) -> None:
        """Append an entry to the log; see :func:`.log_store.append`.

        Raises:
            StateError: E340, the head has moved; E342, ``op`` is there already.
            VerificationError: E343, ``leaf`` does not fit.
        """
        last = self.head()
        log_store.append(self._connection, last, seq, prev, op, leaf, data)
        self._head = log_store.Head(seq=seq, leaf=leaf)

    def load(self, lines: Iterable[bytes]) -> None:
        """Write what :meth:`dump` gave into this registry, which is empty.

        Raises:
            VerificationError: E193, not such lines.
            StateError: E341, the database's own rules refuse a row.
        """
        dump.load(self._connection, lines)
        self._head = None

    def apply(
        self,
        changes: Changes[Any],
        *,
        seq: int,
        at: dt.datetime,
        by: str,
        reason: str,
        salt: str,
    ) -> None:
        """Change a list. The entry ``seq`` must be in the log before the block ends.

        Args:
            changes: from :meth:`diff`, now or in an earlier transaction.
            seq: the log entry that tells of it.
            at: that entry's time.
            by: that entry's signer.
            reason: why; stands in the change's file, never in the log.
            salt: of the change's file and the list's, 32 hex characters.

        Raises:
            StateError: E307, the list has changed since; E308, nothing changes.
        """
        stamp = Stamp(seq=seq, at=at, by=by, reason=reason)
        history.apply(self._connection, changes, stamp, salt)

    def keep_personal(self, records: Iterable[Personal]) -> None:
        """Keep what is a person's own, and drop it of whoever is no inspector now."""
        personal.keep(self._connection, records)

    def put_draw(
        self, record: DrawRecord, *, seq: int, at: dt.datetime, by: str, reason: str
    ) -> None:
        """Write a draw's next step; see :func:`.draws.put`.

        Raises:
            StateError: E310, E311, E312.
        """
        stamp = Stamp(seq=seq, at=at, by=by, reason=reason)
        draws.put(self._connection, record, stamp)
