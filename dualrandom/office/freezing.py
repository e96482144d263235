"""Freezing: the lists are fixed and hashed before the randomness exists.

- Everything is checked first, and said; then files, state and log entry stand
  together or not at all.
- One task has one open announcement.

Spec: draw-v1 §3; log-v1 §3, ``draw.announce``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom import SOFTWARE, tables
from dualrandom.announcement import (
    Announcement,
    Item,
    RegistryState,
    Supersedes,
    Task,
    due_visibility,
)
from dualrandom.canonical import sha256
from dualrandom.documents import announcement_bytes
from dualrandom.errors import InputError, StateError, Where
from dualrandom.freeze import Lists, freeze_files, prepare
from dualrandom.items import ItemState, missing, state_of
from dualrandom.model import is_draw_id, is_value
from dualrandom.office import journal
from dualrandom.office.announcing import announce, prepared, put_away, set_aside
from dualrandom.office.approvals import carry_out
from dualrandom.office.departures import departures
from dualrandom.office.outside import check_ahead, last_known
from dualrandom.office.past import past_of
from dualrandom.office.place import stamp, today
from dualrandom.office.rules import rules_in_force
from dualrandom.office.sources import check_drawable, given
from dualrandom.office.supplement import is_staffing, to_staff
from dualrandom.office.tasks import check_task
from dualrandom.randomness import Sealed, Standing, check_sources, standing
from dualrandom.records import DrawState, TargetPrivate, TargetRecord
from dualrandom.registry.lists import (
    DRAWS,
    INSPECTORS,
    ITEMS,
    RECUSALS,
    TARGETS,
    TASKS,
)
from dualrandom.scope import parse_scope
from dualrandom.verify.lists import STAFFING
from dualrandom.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.errors import Problem
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source
    from dualrandom.records import TaskRecord
    from dualrandom.registry import ListKind, Reader


REHEARSAL = "REHEARSAL-"
"""How the ids of rehearsals begin, and of nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a freeze fixes.

    Attributes:
        standing: what the draw may be called, if a witness cosigns in time.
        problems: what else to tell before it is fixed; all are warnings.
        folder: None in a dry run.
    """

    announcement: Announcement
    commitment: str
    standing: Standing
    drawn: int
    targets: int
    inspectors: int
    private: bool
    problems: tuple[Problem, ...]
    folder: Path | None


def freeze(
    office: Office,
    task_id: str,
    *,
    sources: Sequence[Source],
    sealed_until: dt.date | None = None,
    draw: str = "",
    reason: str = "",
    dry_run: bool = False,
    ask: bool = False,
    say: Callable[[Frozen], object] = lambda _: None,
) -> Frozen:
    """Fix and log the announcement of a task's draw.

    Args:
        office: the open office.
        task_id: the task.
        sources: the randomness, in order.
        sealed_until: keep who is drawn secret until then.
        draw: the draw's id; "" takes the task's, or the next free one.
        reason: why there is another draw of this task; 人员不足 or ``staffing``
            makes it a supplementary one.
        dry_run: check and say, fix nothing.
        ask: set the announcement aside for :func:`approved`, instead of logging it.
        say: told what will be fixed, before it is.

    Raises:
        StateError: E381 no such task; E383 an announcement is open; E384 already
            drawn and no reason given; E385 an item is unknown; E386 one is a draft,
            E313 has expired, E314 is not published yet, E315 is no longer in use;
            E387 the period is over; E388 the release is before the inspections end;
            E188 a folder is in the way; E189 a list is not what the log says; E623,
            a value that may be known already; E401, E402, E361-E364 as for
            ``prepare``; E180, E183, E184 as for the log; E415, rules.md is not what
            was logged; E460, E461 as for ``to_staff``.
        InputError: E366, a reason that nobody could read; E371, not a draw id; E462,
            a rehearsal's; E379, E606, E607, E610, the sources.
        EnvironmentProblem: E187, fixed and logged, but not proved yet; E151, rules.md
            cannot be read.

    Spec:
        draw-v1 §3.
    """
    with given():
        check_sources(tuple(sources))
    check_drawable(sources)
    if not is_value(reason):
        raise InputError("E366", field="--reason", value=reason)
    signer = None if dry_run or ask else journal.signer(office)
    # A dry run takes the lock too: what it says is then true of one moment.
    with journal.writing(office) as (tx, undo):
        _check_lists(office, tx)
        announcement, files, lists = plan(
            office, tx, task_id, tuple(sources), sealed_until, draw, reason
        )
        if announcement.draw.upper().startswith(REHEARSAL.rstrip("-")):
            raise InputError("E462", value=announcement.draw)
        data = announcement_bytes(announcement)
        task = tx.task(task_id)
        told = () if task is None else departures(office, tx, task)
        planned = _said(announcement, data, lists, told, asked=ask)
        say(planned)
        files = {"announcement.json": data, **files}
        if ask and not dry_run:
            set_aside(office, task_id, files)
        if signer is None:
            return planned
        announce(office, tx, announcement, files, signer, undo)
    journal.settle(office, announcement.draw)
    return replace(planned, folder=office.draw(announcement.draw))


def approved(office: Office, task_id: str) -> Proposal:
    """Propose the announcement that was set aside for the approval of parties.

    Raises:
        Asked later, the proposal raises StateError: E464, nothing was set aside, or
        lists, rules or draws have changed since, or it is overdue; E189, E383, E623 as
        for a freeze.
    """

    def check(tx: Reader, made: Announcement) -> None:
        _check_lists(office, tx)
        check_ahead(made.randomness, office.clock())
        task = tx.task(task_id)
        if task is None:
            raise StateError("E381", task=task_id)
        reason = "" if made.supersedes is None else made.supersedes.reason
        stands = _next_draw(tx, task, made.draw, reason)
        rules = rules_in_force(office, tx).issue.digest
        if (
            stands != (made.draw, made.supersedes)
            or made.registry != _registry(tx)
            or made.task.rules != rules
            or made.due < stamp(office.clock())
            or _changed_since(tx, made.announced)
        ):
            raise StateError(
                "E464", where=Where(file=f"prepared/{task_id}"), task=task_id
            )

    return prepared(office, task_id, check)


def announce_approved(
    office: Office, task_id: str, signed: Sequence[Path]
) -> audit.Entry:
    """Announce what parties approved; return the log entry.

    Raises:
        DualRandomError: as the proposal refuses, and as for ``carry_out``.
        EnvironmentProblem: E187, fixed and logged, but not proved yet.
    """
    entry = carry_out(office, approved(office, task_id), signed)
    put_away(office, task_id)
    journal.settle(office, str(entry.body["draw"]))
    return entry


def _changed_since(tx: Reader, moment: str) -> bool:
    """Say whether something that a freeze reads, and does not name, changed since."""
    kinds: tuple[ListKind[Any], ...] = (ITEMS, RECUSALS, TASKS, DRAWS)
    stands = (tx.last_change(kind) for kind in kinds)
    return any(one is not None and stamp(one.at) > moment for one in stands)


def plan(
    office: Office,
    tx: Reader,
    task_id: str,
    sources: tuple[Source, ...],
    sealed_until: dt.date | None,
    draw: str,
    reason: str,
) -> tuple[Announcement, dict[str, bytes], Lists]:
    """Return what a freeze would announce now, with its lists and their files.

    Raises:
        DualRandomError: as for :func:`freeze`.
    """
    task = tx.task(task_id)
    if task is None:
        raise StateError("E381", task=task_id)
    moment = office.clock()
    check_ahead(sources, moment)
    day = today(office)
    if task.end < day:
        raise StateError("E387", task=task_id, end=str(task.end))
    if sealed_until is not None and sealed_until <= task.end:
        raise StateError("E388", date=str(sealed_until), end=str(task.end))
    reason = STAFFING if is_staffing(reason) else reason
    draw, supersedes = _next_draw(tx, task, draw, reason)
    house = rules_in_force(office, tx)
    check_task(task, house.rules)
    scope = parse_scope(task.scope)
    targets: Iterable[tuple[TargetRecord, TargetPrivate]] = tx.targets()
    past = past_of(office, tx, task, house.rules)
    if reason == STAFFING:
        # Who was drawn is drawn, whatever happened since.
        past = replace(past, visits=(), left=())
        first = None if supersedes is None else supersedes.draw
        task, targets, sealed_until = to_staff(office, tx, task, first, sealed_until)
    lists = prepare(
        task,
        targets=targets,
        inspectors=tx.inspectors(),
        recusals=tx.recusals(),
        in_scope=_everybody if reason == STAFFING else scope.accepts,
        rules=house.rules,
        past=past,
    )
    sealed = sealed_until is not None
    visibility = due_visibility(sealed=sealed, private=lists.private)
    files, digests = freeze_files(
        lists, visibility=visibility, sealed=sealed, entropy=office.entropy
    )
    announcement = Announcement(
        draw=draw,
        office=office.settings.name,
        title=task.title,
        announced=stamp(moment),
        due=stamp(_due(moment, house.rules.draw_days, sources)),
        task=Task(
            id=task.id,
            plan=task.plan,
            type=word("task", "targeted" if task.scope else "untargeted"),
            scope=scope.text,
            start=str(task.start),
            end=str(task.end),
            rules=house.issue.digest,
        ),
        items=tuple(announced_item(tx, code, day) for code in task.items),
        registry=_registry(tx),
        files=digests,
        visibility=tuple(sorted(visibility.items())),
        excluded=lists.excluded,
        strata=None if lists.private else lists.strata,
        strata_private=lists.private,
        posts=task.posts,
        area=task.area,
        randomness=sources,
        software=SOFTWARE,
        reserves=task.reserves,
        release=None if sealed_until is None else str(sealed_until),
        off_site=task.off_site or None,
        supersedes=supersedes,
    )
    return announcement, files, lists


def _everybody(_: TargetRecord, __: TargetPrivate) -> bool:
    return True


def _due(moment: dt.datetime, days: int, sources: Sequence[Source]) -> dt.datetime:
    """Return by when the draw must have ended: not before its value can be there."""
    due = moment + dt.timedelta(days=days)
    born = last_known(sources)
    return due if born is None else max(due, born + dt.timedelta(days=1))


def _check_lists(office: Office, tx: Reader) -> None:
    """Refuse to freeze rows that were edited behind the program's back.

    Raises:
        StateError: E189, with all that was found.
    """
    found = [p for p in tx.check_lists(office.kept_list) if not p.warning]
    if found:
        where = Where(file=office.settings.database)
        raise StateError("E189", where=where, problems=tuple(found))


def _next_draw(
    tx: Reader, task: TaskRecord, draw: str, reason: str
) -> tuple[str, Supersedes | None]:
    every = tuple(tx.draws())
    mine = [d for d in every if d.task == task.id]
    for old in mine:
        if old.state is DrawState.ANNOUNCED:
            raise StateError("E383", task=task.id, draw=old.id)
        if old.state is DrawState.DRAWN and not reason:
            raise StateError("E384", task=task.id, draw=old.id)
    # Some file systems do not tell case apart, and draws are folders.
    taken = {d.id.lower() for d in every}
    if draw.lower() in taken:
        raise StateError("E389", draw=draw)
    names = (task.id, *(f"{task.id}-{n}" for n in range(2, len(taken) + 3)))
    chosen = draw or next(name for name in names if name.lower() not in taken)
    if not is_draw_id(chosen):
        raise InputError("E371", value=chosen)
    if not mine:
        return chosen, None
    # The log's order is the draws' order; ids may be anything.
    last = max(mine, key=lambda d: tx.history(DRAWS, (d.id,))[0].since.seq)
    return chosen, Supersedes(draw=last.id, reason=reason or str(last.state))


def announced_item(tx: Reader, code: str, today: dt.date) -> Item:
    """Return an item as it is announced on a day.

    Raises:
        StateError: E385, it is unknown; E386 a draft, E313 expired, E314 not published
            yet, E315 no longer in use.
    """
    found = [i for i in tx.items() if i.code == code]
    if not found:
        raise StateError("E385", item=code)
    for record in found:
        if state_of(record, today) is ItemState.IN_FORCE:
            version = tx.item(record.code, record.sub)
            return Item(
                code=record.code,
                version=1 if version is None else version.number,
                name=record.name,
                basis=record.basis,
            )
    # Of several sub-items the first says why: none of them may be used.
    first = found[0]
    match state_of(first, today):
        case ItemState.DRAFT:
            lacking = "\u3001".join(word("item-field", name) for name in missing(first))
            raise StateError("E386", item=code, missing=lacking or first.status)
        case ItemState.EXPIRED:
            raise StateError("E313", item=code, expires=str(first.expires))
        case ItemState.UNPUBLISHED:
            from_ = "" if first.effective is None else str(first.effective)
            raise StateError("E314", item=code, effective=from_ or first.status)
        case _:
            raise StateError("E315", item=code, status=first.status)


def _registry(tx: Reader) -> RegistryState:
    seqs, digests = [], {}
    for kind in (TARGETS, INSPECTORS):
        stand, digest = tx.last_change(kind), tx.digest(kind)
        if stand is None or digest is None:
            raise StateError("E401")
        seqs.append(stand.seq)
        digests[kind.name] = digest
    return RegistryState(
        seq=max(seqs), targets=digests["targets"], inspectors=digests["inspectors"]
    )


def _said(
    announcement: Announcement,
    data: bytes,
    lists: Lists,
    problems: tuple[Problem, ...],
    *,
    asked: bool,
) -> Frozen:
    sources = announcement.randomness
    # What it will be called if all whom it asks approve.
    parties = frozenset(s.party for s in sources if isinstance(s, Sealed) and asked)
    return Frozen(
        announcement=announcement,
        commitment=sha256(data),
        standing=standing(sources, parties),
        drawn=sum(lists.drawn),
        targets=len(lists.of(tables.TARGETS)),
        inspectors=len(lists.of(tables.INSPECTORS)),
        private=lists.private,
        problems=problems,
        folder=None,
    )
