"""From the registry's records and a task to the six lists that a draw freezes.

Border: pure. Records, a predicate and random bytes come in; rows and files go out.

- Whoever is in scope is either in a list or among the excluded, with a coded reason.
- A list that cannot be drawn from, or in which some target could not be staffed, is
  refused here: before anything is fixed.

Spec: draw-v1 §2, §3.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from dualrandom.announcement import Excluded
from dualrandom.canonical import json_bytes, records_root, sha256
from dualrandom.draw import quotas
from dualrandom.eligibility import eligible
from dualrandom.errors import StateError, Where
from dualrandom.exclusions import Pair, Period, Visit, leave_out
from dualrandom.matching import unstaffable
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
    from collections.abc import Callable, Iterable, Mapping

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
        posts: how many posts inspectors have held in the task's year.
        left: visited targets that have left the directory, as they last were.
    """

    visits: tuple[Visit, ...] = ()
    posts: tuple[tuple[InspectorId, int], ...] = ()
    left: tuple[Pair, ...] = ()


USUAL: Final = Rules()
NOTHING: Final = Past()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The lists of a draw before they are frozen.

    Attributes:
        rows: (kind, rows) of the six tables, in the order of ``tables.FROZEN``.
        strata: as they will be announced, or kept private.
        private: whether strata must not be published.
        drawn: how many targets each stratum gives, in announced order.
        values: what each stratum's name stands for, by name.
    """

    rows: tuple[tuple[Kind[Any], tuple[Any, ...]], ...]
    strata: Strata
    private: bool
    drawn: tuple[int, ...]
    values: tuple[tuple[str, str], ...] = ()

    def of(self, kind: Kind[Any]) -> tuple[Any, ...]:
        """Return the rows of one table."""
        return {k.name: rows for k, rows in self.rows}[kind.name]

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """How many were left out, by list and reason."""
        out = []
        for kind, name in (
            (EXCLUSIONS, "targets"),
            (INSPECTOR_EXCLUSIONS, "inspectors"),
        ):
            counted = Counter(row.reason for row in self.of(kind))
            out += [
                Excluded(list=name, reason=reason, count=counted[reason])
                for reason in sorted(counted)
            ]
        return tuple(out)


def gather(
    task: TaskRecord,
    *,
    targets: Iterable[tuple[TargetRecord, TargetPrivate]],
    inspectors: Iterable[InspectorRecord],
    recusals: Iterable[Recusal],
    in_scope: Callable[[TargetRecord, TargetPrivate], bool],
    rules: Rules = USUAL,
    past: Past = NOTHING,
) -> Lists:
    """Return the lists of a task's draw, whether or not they can be staffed.

    Args:
        task: what is drawn, and how.
        targets: the whole directory as it stands.
        inspectors: likewise.
        recusals: all that are known; those of others have no effect.
        in_scope: the task's scope as a predicate.
        rules: the detailed rules in force.
        past: what the office's other draws tell.

    Raises:
        StateError: E401, nothing to draw from; E402, a quota that comes out 0; E361,
            a stratum without a quota; E364, tickets of unequal digits.
        InputError: E428, strata of nothing.

    Spec:
        draw-v1 §3.
    """
    partition = parse_partition(task.strata_by)
    listed: list[tuple[Target, str, int]] = []
    excluded: list[Exclusion] = []
    tickets = dict(task.tickets)
    inside: list[Pair] = []
    others = list(past.left)
    for pair in targets:
        (inside if in_scope(*pair) else others).append(pair)
    for record, hidden, reason in leave_out(
        inside,
        rules=rules,
        period=Period(start=task.start, end=task.end),
        visits=past.visits,
        others=others,
    ):
        if reason:
            excluded.append(Exclusion(id=record.id, reason=reason))
            continue
        target = Target(
            id=record.id, name=record.name, region=record.region, kind=record.kind
        )
        listed.append(
            (target, partition.value(record, hidden), tickets.get(hidden.risk, 1))
        )
    if not listed:
        raise StateError("E401")
    private = partition.private or bool(tickets)
    if len({len(str(count)) for _, count in task.tickets}) > 1:
        # The size of strata.tsv is announced: digits would tell how many of a class.
        raise StateError("E364")
    strata, names = _strata(
        task, Counter(value for _, value, _ in listed), whole=not partition.text
    )
    people, away = eligible(task, inspectors, rules, dict(past.posts))
    known = {target.id for target, _, _ in listed}
    rows: dict[str, tuple[Any, ...]] = {
        TARGETS.name: tuple(target for target, _, _ in listed),
        STRATA.name: tuple(
            StratumRow(id=target.id, stratum=names[value], tickets=count)
            for target, value, count in listed
        ),
        INSPECTORS.name: people,
        CONFLICTS.name: tuple(
            Conflict(
                id=r.target,
                inspector=r.inspector,
                reason=r.reason or word("reasons", "recusal"),
            )
            for r in recusals
            if r.target in known and r.holds(task.start, task.end)
        ),
        EXCLUSIONS.name: tuple(excluded),
        INSPECTOR_EXCLUSIONS.name: away,
    }
    return Lists(
        rows=tuple((kind, _sorted(kind, rows[kind.name])) for kind in FROZEN),
        strata=strata,
        private=private,
        drawn=quotas(strata),
        values=tuple(sorted((name, value) for value, name in names.items())),
    )


def _sorted(kind: Kind[Any], rows: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=kind.key))


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


def prepare(
    task: TaskRecord,
    *,
    targets: Iterable[tuple[TargetRecord, TargetPrivate]],
    inspectors: Iterable[InspectorRecord],
    recusals: Iterable[Recusal],
    in_scope: Callable[[TargetRecord, TargetPrivate], bool],
    rules: Rules = USUAL,
    past: Past = NOTHING,
) -> Lists:
    """Return the lists of a task's draw, checked as far as lists can be.

    Args and raises as :func:`gather`.

    Raises:
        StateError: E362, an empty region although regions matter; E363, targets that
            nobody may inspect.
    """
    lists = gather(
        task,
        targets=targets,
        inspectors=inspectors,
        recusals=recusals,
        in_scope=in_scope,
        rules=rules,
        past=past,
    )
    _check_staffing(task, lists)
    return lists


def check_regions(task: TaskRecord, lists: Lists) -> None:
    """Refuse an empty region where regions matter.

    Raises:
        StateError: E362.
    """
    if task.area is not Area.ANY:
        for kind in (TARGETS, INSPECTORS):
            empty = [row.id for row in lists.of(kind) if not row.region]
            if empty:
                raise StateError(
                    "E362", where=Where(file=kind.name), id=empty[0], count=len(empty)
                )


def _check_staffing(task: TaskRecord, lists: Lists) -> None:
    check_regions(task, lists)
    alone = unstaffable(
        targets=lists.of(TARGETS),
        posts=task.posts,
        inspectors=lists.of(INSPECTORS),
        area=task.area,
        conflicts=lists.of(CONFLICTS),
    )
    if alone:
        raise StateError("E363", id=alone[0], count=len(alone))


def freeze_files(
    lists: Lists,
    *,
    visibility: Mapping[str, Visibility],
    sealed: bool,
    entropy: Callable[[int], bytes],
) -> tuple[dict[str, bytes], tuple[tuple[str, FileDigest], ...]]:
    """Return the six frozen files and what is announced of them.

    Args:
        lists: as prepared.
        visibility: who may see each table; all but public ones are salted.
        sealed: whether each target's row gets a salt of its own.
        entropy: random bytes from the operating system.

    Spec:
        draw-v1 §1 (salts), §2, §3 (``root``).
    """
    files: dict[str, bytes] = {}
    digests = []
    for kind, rows in lists.rows:
        salted = rows
        if kind is TARGETS and sealed:
            salted = tuple(replace(row, salt=entropy(16).hex()) for row in rows)
        public = visibility[kind.name] is Visibility.PUBLIC
        data = kind.encode(
            salted,
            salt=None if public else entropy(16).hex(),
            strata=(
                json_bytes(strata_line(lists.strata))
                if kind is STRATA and lists.private
                else None
            ),
        )
        root = None
        if kind is TARGETS:
            table, _ = kind.parse(data)
            root = records_root(table.lines)
        files[kind.name] = data
        digests.append(
            (
                kind.name,
                FileDigest(
                    rows=len(rows), bytes=len(data), sha256=sha256(data), root=root
                ),
            )
        )
    return files, tuple(sorted(digests))
