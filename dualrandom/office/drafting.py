"""What a freeze would announce now: its lists, their files, and the document.

Nothing is logged here, and nothing stands: whoever asks says where files go. A freeze
and a rehearsal ask.

Spec: draw-v1 §3.
"""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from dualrandom import SOFTWARE, tables
from dualrandom.announcement import (
    Announcement,
    Item,
    RegistryState,
    Supersedes,
    Task,
    due_visibility,
)
from dualrandom.errors import InputError, StateError
from dualrandom.freeze import Lists, check_lists, freeze_files, gather
from dualrandom.items import ItemState, missing, state_of
from dualrandom.model import is_draw_id
from dualrandom.office.directory import Directory
from dualrandom.office.outside import check_ahead, last_known
from dualrandom.office.past import past_of
from dualrandom.office.place import stamp, today
from dualrandom.office.rules import rules_in_force
from dualrandom.office.supplement import is_staffing, to_staff
from dualrandom.office.tasks import check_task
from dualrandom.records import DrawState, TargetPrivate, TargetRecord
from dualrandom.registry.lists import DRAWS, INSPECTORS, TARGETS
from dualrandom.scope import parse_scope
from dualrandom.spool import Spool
from dualrandom.verify.lists import STAFFING
from dualrandom.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dualrandom.exclusions import Pair
    from dualrandom.office.directory import Told
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader


def draft(
    office: Office,
    tx: Reader,
    task_id: str,
    sources: tuple[Source, ...],
    sealed_until: dt.date | None,
    draw: str,
    reason: str,
    *,
    write: Callable[[str, Iterable[bytes]], object],
    told: Told = lambda *_: None,
) -> tuple[Announcement, Lists]:
    """Return what a freeze would announce now; write the files of its lists.

    Of the lists that come back the counts are good, and the strata; the rows are where
    they were written.

    Args:
        office: whose draw.
        tx: a transaction.
        task_id: the task.
        sources: the randomness, in order.
        sealed_until: as for a freeze.
        draw: likewise.
        reason: likewise.
        write: takes a file's name and its bytes, some at a time.
        told: called now and then with what is being done and how many rows of it.

    Raises:
        DualRandomError: as for a freeze.
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
    draw, supersedes = next_draw(tx, task, draw, reason)
    house = rules_in_force(office, tx)
    check_task(task, house.rules)
    scope = parse_scope(task.scope)
    directory: Iterable[Pair] = Directory(tx, told)
    past = past_of(office, tx, task, house.rules)
    if reason == STAFFING:
        # Who was drawn is drawn, whatever happened since.
        past = replace(past, visits=(), left=())
        first = None if supersedes is None else supersedes.draw
        task, directory, sealed_until = to_staff(office, tx, task, first, sealed_until)
    items = tuple(announced_item(tx, code, day) for code in task.items)
    sealed = sealed_until is not None
    with ExitStack() as kept:
        lists = gather(
            task,
            directory=directory,
            inspectors=tx.inspectors(),
            recusals=tx.recusals(),
            in_scope=_everybody if reason == STAFFING else scope.accepts,
            today=day,
            rules=house.rules,
            past=past,
            store=lambda kind: kept.enter_context(closing(Spool(kind, office.root))),
        )
        told("staffing", len(lists.of(tables.TARGETS)))
        check_lists(task, lists)
        told("write", len(lists.of(tables.TARGETS)))
        visibility = due_visibility(sealed=sealed, private=lists.private)
        digests = freeze_files(
            lists,
            visibility=visibility,
            sealed=sealed,
            entropy=office.entropy,
            write=write,
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
        items=items,
        registry=registry_state(tx),
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
    return announcement, lists


def _everybody(_: TargetRecord, __: TargetPrivate) -> bool:
    return True


def _due(moment: dt.datetime, days: int, sources: Sequence[Source]) -> dt.datetime:
    """Return by when the draw must have ended: not before its value can be there."""
    due = moment + dt.timedelta(days=days)
    born = last_known(sources)
    return due if born is None else max(due, born + dt.timedelta(days=1))


def next_draw(
    tx: Reader, task: TaskRecord, draw: str, reason: str
) -> tuple[str, Supersedes | None]:
    """Return the id of a task's next draw, and which draw it would replace.

    Raises:
        StateError: E383, E384, E389 as for a freeze.
        InputError: E371, not a draw id.
    """
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


def registry_state(tx: Reader) -> RegistryState:
    """Return which lists are drawn from, as the log knows them.

    Raises:
        StateError: E401, there is none.
    """
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
