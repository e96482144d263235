"""What a list's next state changes in it, and how a version is remembered.

Border: pure values, and their comparison.

- ``Changes`` are made from one state of a list and fit no other: ``base`` names it.
- Everything is in order of the keys; the order of a sheet changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from dualrandom.errors import StateError
from dualrandom.registry.kinds import shown_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dualrandom.registry.kinds import Key, ListKind, Row

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which log entry made a change, when, by whom and why."""

    seq: int
    at: dt.datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Generic[R]):
    """One version of a record.

    Attributes:
        number: from 1, in order of time.
        since: what made it.
        until: what ended it; None: it stands.
    """

    number: int
    record: R
    since: Stamp
    until: Stamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes(Generic[R]):
    """The difference between a list as it stands and as it shall be.

    Attributes:
        base: the log entry of the list's newest change so far; None: never changed.
        added_rows: new, or coming back.
        changed_rows: (as it stands, as it shall be).
        retired_rows: leaving the list.
    """

    kind: ListKind[R]
    base: int | None
    added_rows: tuple[Row, ...] = ()
    changed_rows: tuple[tuple[Row, Row], ...] = ()
    retired_rows: tuple[Row, ...] = ()

    # Records are made when somebody looks at them: a first import adds all there are.

    @property
    def added(self) -> tuple[R, ...]:
        """The records that are new, or come back."""
        return tuple(map(self.kind.decode, self.added_rows))

    @property
    def changed(self) -> tuple[tuple[R, R], ...]:
        """The records that change: (as it stands, as it shall be)."""
        decode = self.kind.decode
        return tuple((decode(old), decode(new)) for old, new in self.changed_rows)

    @property
    def retired(self) -> tuple[R, ...]:
        """The records that leave the list."""
        return tuple(map(self.kind.decode, self.retired_rows))

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many are added, changed and retired."""
        return len(self.added_rows), len(self.changed_rows), len(self.retired_rows)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not any(self.counts)


def compare(
    kind: ListKind[R],
    current: Mapping[Key, Row],
    records: Iterable[R],
    *,
    base: int | None,
    full: bool,
    retire: Iterable[Key] = (),
    told: Collection[str] | None = None,
) -> Changes[R]:
    """Return what has to change for a list to be as told.

    Args:
        kind: the list.
        current: its rows as they stand.
        records: as they shall be; any order.
        base: see :class:`Changes`.
        full: whether ``records`` are all: what is not among them leaves the list.
        retire: keys that leave the list as well.
        told: the columns of which anything was said; the others stay as they are.
            None: all.

    Raises:
        InputError: E302, with E303, E304 for each record that may not be kept.
        StateError: E309, ``retire`` names what is not in the list.
    """
    wanted = kind.rows(records, current)
    if told is not None:
        silent = [at for at, name in enumerate(kind.names) if name not in told]
        _leave(silent, wanted, current)
    gone = set(retire)
    for key in sorted(gone):
        if key not in current or key in wanted:
            raise StateError("E309", list=kind.name, id=shown_key(key))
    if full:
        gone |= current.keys() - wanted.keys()
    return Changes(
        kind=kind,
        base=base,
        added_rows=tuple(row for key, row in wanted.items() if key not in current),
        changed_rows=tuple(
            (current[key], row)
            for key, row in wanted.items()
            if key in current and current[key] != row
        ),
        retired_rows=tuple(current[key] for key in sorted(gone)),
    )


def _leave(
    silent: Sequence[int], wanted: dict[Key, Row], current: Mapping[Key, Row]
) -> None:
    """Keep the cells of which nothing was said as they stand."""
    if not silent:
        return
    for key, row in wanted.items():
        known = current.get(key)
        if known is None or known == row:
            continue
        cells = list(row)
        for at in silent:
            cells[at] = known[at]
        wanted[key] = tuple(cells)
