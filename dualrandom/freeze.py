"""From the registry's records and a task to the six lists that a draw freezes.

Border: pure. Records, a predicate and random bytes come in; rows and files go out,
some at a time: where they are kept meanwhile is the caller's affair.

- A directory of any size is gone through in order of ids and never held.
- Whoever is in scope is either in a list or among the excluded, with a coded reason.
- A list that cannot be drawn from, or in which some target could not be staffed, is
  refused here: before anything is fixed.

Spec: draw-v1 §2, §3.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from dualrandom.announcement import Excluded
from dualrandom.canonical import json_bytes, leaf_hash
from dualrandom.draw import quotas
from dualrandom.eligibility import eligible
from dualrandom.errors import StateError, Where
from dualrandom.exclusions import Pair, Period, Visit, leave_out
from dualrandom.matching import first_unstaffable
from dualrandom.merkle import Tree
from dualrandom.model import (
    Area,
    Conflict,
    Exclusion,
    FileDigest,
    Quota,
    Strata,
    Stratum,
    StratumRow,
    Target,
    Visibility,
)
from dualrandom.partition import parse_partition
from dualrandom.rules import Rules
from dualrandom.strata import strata_line
from dualrandom.tables import (
    CONFLICTS,
    EXCLUSIONS,
    FROZEN,
    INSPECTOR_EXCLUSIONS,
    INSPECTORS,
    STRATA,
    TARGETS,
    Kind,
)
from dualrandom.words import word

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dualrandom.model import InspectorId
    from dualrandom.records import (
        InspectorRecord,
        Recusal,
        TargetPrivate,
        TargetRecord,
        TaskRecord,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the office's other draws tell, as far as it matters for a task.

    Attributes:
        visits: targets in them.
        posts: how many posts inspectors have held in the task's year, or may still get
            in draws that are announced.
        left: visited targets that have left the directory, as they last were.
    """

    visits: tuple[Visit, ...] = ()
    posts: tuple[tuple[InspectorId, int], ...] = ()
    left: tuple[Pair, ...] = ()


USUAL: Final = Rules()
NOTHING: Final = Past()


Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Rows(Protocol[Row_co]):
    """The rows of a table, wherever they are kept."""

    def __iter__(self) -> Iterator[Row_co]:
        """Yield all rows in the table's order, as often as somebody asks."""

    def __len__(self) -> int:
        """Return how many there are."""


class Store(Rows[Row], Protocol[Row]):
    """Where the rows of a table are kept on their way: a list, or a file."""

    def append(self, row: Row, /) -> None:
        """Add a row; they come in the table's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The lists of a draw before they are frozen.

    Attributes:
        rows: (kind, rows) of the six tables, in the order of ``tables.FROZEN``; each
            sorted as its file is.
        strata: as they will be announced, or kept private.
        private: whether strata must not be published.
        drawn: how many targets each stratum gives, in announced order.
        excluded: how many were left out, by list and reason.
        values: what each stratum's name stands for, by name.
    """

    rows: tuple[tuple[Kind[Any], Rows[Any]], ...]
    strata: Strata
    private: bool
    drawn: tuple[int, ...]
    excluded: tuple[Excluded, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def of(self, kind: Kind[Row]) -> Rows[Row]:
        """Return the rows of one table."""
        return {k.name: rows for k, rows in self.rows}[kind.name]


def _held(_: Kind[Any]) -> Store[Any]:
    return []


def gather(
    task: TaskRecord,
    *,
    directory: Iterable[Pair],
    inspectors: Iterable[InspectorRecord],
    recusals: Iterable[Recusal],
    in_scope: Callable[[TargetRecord, TargetPrivate], bool],
    today: dt.date,
    rules: Rules = USUAL,
    past: Past = NOTHING,
    store: Callable[[Kind[Any]], Store[Any]] = _held,
) -> Lists:
    """Return the lists of a task's draw, whether or not they can be staffed.

    Args:
        task: what is drawn, and how.
        directory: all targets as they stand, in order of ids; gone through twice where
            the past matters.
        inspectors: likewise, in any order.
        recusals: all that are known; those of others have no effect.
        in_scope: the task's scope as a predicate.
        today: the day of these lists.
        rules: the detailed rules in force.
        past: what the office's other draws tell.
        store: gives a place for the rows of each table that is as long as the
            directory.

    Raises:
        StateError: E401, nothing to draw from; E402, a quota that comes out 0; E361,
            a stratum without a quota; E364, tickets of unequal digits.
        InputError: E428, strata of nothing.

    Spec:
        draw-v1 §3.
    """
    partition = parse_partition(task.strata_by)
    tickets = dict(task.tickets)
    recused = [r for r in recusals if r.holds(task.start, task.end)]
    targets, placed, excluded = store(TARGETS), store(STRATA), store(EXCLUSIONS)
    known = {r.target: False for r in recused}
    counted = Counter[str]()
    numbers: dict[str, str] = {}
    for record, hidden, reason in leave_out(
        directory,
        rules=rules,
        period=Period(start=task.start, end=task.end),
        visits=past.visits,
        today=today,
        in_scope=in_scope,
        left=past.left,
    ):
        if reason:
            excluded.append(Exclusion(id=record.id, reason=reason))
            continue
        target = Target(
            id=record.id, name=record.name, region=record.region, kind=record.kind
        )
        targets.append(target)
        value = partition.value(record, hidden)
        counted[value] += 1
        # Strata are named when all are known; until then each value has a number.
        number = numbers.setdefault(value, str(len(numbers)))
        placed.append(
            StratumRow(
                id=target.id, stratum=number, tickets=tickets.get(hidden.risk, 1)
            )
        )
        if target.id in known:
            known[target.id] = True
    if not counted:
        raise StateError("E401")
    private = partition.private or bool(tickets)
    if len({len(str(count)) for _, count in task.tickets}) > 1:
        # The size of strata.tsv is announced: digits would tell how many of a class.
        raise StateError("E364")
    strata, names = _strata(task, counted, whole=not partition.text)
    people, away = eligible(task, inspectors, rules, dict(past.posts))
    conflicts = (
        Conflict(
            id=r.target,
            inspector=r.inspector,
            reason=r.reason or word("reasons", "recusal"),
        )
        for r in recused
        if known[r.target]
    )
    rows: dict[str, Rows[Any]] = {
        TARGETS.name: targets,
        STRATA.name: _Named(placed, {numbers[v]: n for v, n in names.items()}),
        INSPECTORS.name: tuple(sorted(people, key=INSPECTORS.key)),
        CONFLICTS.name: tuple(sorted(conflicts, key=CONFLICTS.key)),
        EXCLUSIONS.name: excluded,
        INSPECTOR_EXCLUSIONS.name: tuple(sorted(away, key=INSPECTOR_EXCLUSIONS.key)),
    }
    return Lists(
        rows=tuple((kind, rows[kind.name]) for kind in FROZEN),
        strata=strata,
        private=private,
        drawn=quotas(strata),
        excluded=(*_counted("targets", excluded), *_counted("inspectors", away)),
        values=tuple(sorted((name, value) for value, name in names.items())),
    )


def _counted(name: str, rows: Iterable[Exclusion]) -> Iterator[Excluded]:
    counted = Counter(row.reason for row in rows)
    for reason in sorted(counted):
        yield Excluded(list=name, reason=reason, count=counted[reason])


class _Named:
    """Rows of strata.tsv whose strata have got their names."""

    def __init__(self, rows: Store[StratumRow], names: Mapping[str, str]) -> None:
        self._rows = rows
        self._names = names

    def __iter__(self) -> Iterator[StratumRow]:
        for row in self._rows:
            name = self._names[row.stratum]
            yield StratumRow(id=row.id, stratum=name, tickets=row.tickets)

    def __len__(self) -> int:
        return len(self._rows)


def _strata(
    task: TaskRecord, counted: Mapping[str, int], *, whole: bool
) -> tuple[Strata, dict[str, str]]:
    """Return the strata, and the name of the stratum of each value.

    Names are numbers of equal length: values are Chinese, and the length of a class's
    name must not tell the class.
    """
    values = sorted(counted, key=str.encode)
    width = len(str(len(values)))
    names = {value: f"s{i:0{width}}" for i, value in enumerate(values, 1)}
    if whole:
        names = {"": "all"}
    given = dict(task.quotas)
    made = []
    for value in values:
        quota: Quota | None = None
        if task.total is None:
            quota = given.get(value, given.get(""))
            if quota is None:
                raise StateError("E361", value=value or "-", rows=counted[value])
        made.append(Stratum(name=names[value], rows=counted[value], quota=quota))
    return Strata(strata=tuple(made), total=task.total), names


def check_lists(task: TaskRecord, lists: Lists) -> None:
    """Refuse lists that cannot be frozen, as far as lists alone can tell.

    Raises:
        StateError: E362, an empty region although regions matter; E363, targets that
            nobody may inspect.

    Spec:
        draw-v1 §3 (``area``; every target alone).
    """
    check_regions(task, lists)
    alone = first_unstaffable(
        targets=lists.of(TARGETS),
        posts=task.posts,
        inspectors=tuple(lists.of(INSPECTORS)),
        area=task.area,
        conflicts=tuple(lists.of(CONFLICTS)),
    )
    if alone is not None:
        first, count = alone
        raise StateError("E363", id=first, count=count)


def check_regions(task: TaskRecord, lists: Lists) -> None:
    """Refuse an empty region where regions matter.

    Raises:
        StateError: E362.
    """
    kinds: tuple[Kind[Any], ...] = (TARGETS, INSPECTORS)
    for kind in kinds if task.area is not Area.ANY else ():
        empty = (row.id for row in lists.of(kind) if not row.region)
        first = next(empty, None)
        if first is not None:
            count = 1 + sum(1 for _ in empty)
            raise StateError("E362", where=Where(file=kind.name), id=first, count=count)


def freeze_files(
    lists: Lists,
    *,
    visibility: Mapping[str, Visibility],
    sealed: bool,
    entropy: Callable[[int], bytes],
    write: Callable[[str, Iterable[bytes]], object],
) -> tuple[tuple[str, FileDigest], ...]:
    """Write the six frozen files; return what is announced of them.

    Args:
        lists: as gathered.
        visibility: who may see each table; all but public ones are salted.
        sealed: whether each target's row gets a salt of its own.
        entropy: random bytes from the operating system.
        write: takes a file's name and its bytes, some at a time, to the last one.

    Spec:
        draw-v1 §1 (salts), §2, §3 (``root``).
    """
    digests = []
    for kind, rows in lists.rows:
        salted: Iterable[Any] = rows
        if kind is TARGETS and sealed:
            salted = (replace(row, salt=entropy(16).hex()) for row in rows)
        public = visibility[kind.name] is Visibility.PUBLIC
        file = _File(
            kind.blocks(
                salted,
                salt=None if public else entropy(16).hex(),
                strata=(
                    json_bytes(strata_line(lists.strata))
                    if kind is STRATA and lists.private
                    else None
                ),
            ),
            tree=Tree() if kind is TARGETS else None,
        )
        write(kind.name, file)
        digests.append((kind.name, file.digest(rows=len(rows))))
    return tuple(sorted(digests))


class _File:
    """A table on its way to where it is written: what is announced of it."""

    def __init__(self, blocks: Iterator[bytes], *, tree: Tree | None) -> None:
        self._blocks = blocks
        self._tree = tree
        self._bytes = 0
        self._sha256 = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for number, block in enumerate(self._blocks):
            self._bytes += len(block)
            self._sha256.update(block)
            if self._tree is not None and number:  # after the lines of the head
                for line in block.splitlines():
                    self._tree.append(leaf_hash(line))
            yield block

    def digest(self, *, rows: int) -> FileDigest:
        return FileDigest(
            rows=rows,
            bytes=self._bytes,
            sha256=self._sha256.hexdigest(),
            root=None if self._tree is None else self._tree.root.hex(),
        )
