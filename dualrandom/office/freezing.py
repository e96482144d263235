"""Freezing: the lists are fixed and hashed before the randomness exists.

- Everything is checked first, and said; then files, state and log entry stand
  together or not at all.
- One task has one open announcement.

Spec: draw-v1 §3; log-v1 §3, ``draw.announce``.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, replace
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
from dualrandom.canonical import sha256
from dualrandom.documents import announcement_bytes
from dualrandom.errors import EnvironmentProblem, InputError, StateError, Where
from dualrandom.folder import write_files
from dualrandom.freeze import Lists, freeze_files, prepare
from dualrandom.items import ItemState, missing, state_of
from dualrandom.model import is_draw_id, is_value
from dualrandom.office import journal
from dualrandom.office.outside import check_ahead, last_known
from dualrandom.office.past import past_of
from dualrandom.office.place import stamp, today
from dualrandom.office.rules import rules_in_force
from dualrandom.office.sources import check_drawable, given
from dualrandom.office.tasks import check_task
from dualrandom.randomness import Source, Standing, check_sources, standing
from dualrandom.records import DrawState
from dualrandom.registry.lists import DRAWS, INSPECTORS, TARGETS
from dualrandom.scope import parse_scope
from dualrandom.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a freeze fixes.

    Attributes:
        standing: what the draw may be called, if a witness cosigns in time.
        folder: None in a dry run.
    """

    announcement: Announcement
    commitment: str
    standing: Standing
    drawn: int
    targets: int
    inspectors: int
    private: bool
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
    say: Callable[[Frozen], object] = lambda _: None,
) -> Frozen:
    """Fix and log the announcement of a task's draw.

    Args:
        office: the open office.
        task_id: the task.
        sources: the randomness, in order.
        sealed_until: keep who is drawn secret until then.
        draw: the draw's id; "" takes the task's, or the next free one.
        reason: why there is another draw of this task.
        dry_run: check and say, fix nothing.
        say: told what will be fixed, before it is.

    Raises:
        StateError: E381 no such task; E383 an announcement is open; E384 already
            drawn and no reason given; E385 an item is unknown; E386 one is a draft,
            E313 has expired, E314 is not published yet, E315 is no longer in use;
            E387 the period is over; E388 the release is before the inspections end;
            E188 a folder is in the way; E189 a list is not what the log says; E623,
            a value that may be known already; E401, E402, E361-E364 as for
            ``prepare``; E180, E183, E184 as for the log; E415, rules.md is not what
            was logged.
        InputError: E366, a reason that nobody could read; E371, not a draw id; E379,
            E606, E607, E610, the sources.
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
    signer = None if dry_run else journal.signer(office)
    # A dry run takes the lock too: what it says is then true of one moment.
    with journal.writing(office) as (tx, undo):
        _check_lists(office, tx)
        announcement, files, lists = _prepare(
            office, tx, task_id, tuple(sources), sealed_until, draw, reason
        )
        data = announcement_bytes(announcement)
        planned = _said(announcement, data, lists)
        say(planned)
        if signer is None:
            return planned
        folder = office.draw(announcement.draw)
        _write(folder, {"announcement.json": data, **files}, undo)
        _log(office, tx, announcement, sha256(data), signer)
    journal.settle(office, announcement.draw)
    return replace(planned, folder=folder)


def _prepare(
    office: Office,
    tx: Reader,
    task_id: str,
    sources: tuple[Source, ...],
    sealed_until: dt.date | None,
    draw: str,
    reason: str,
) -> tuple[Announcement, dict[str, bytes], Lists]:
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
    draw, supersedes = _next_draw(tx, task, draw, reason)
    house = rules_in_force(office, tx)
    check_task(task, house.rules)
    scope = parse_scope(task.scope)
    lists = prepare(
        task,
        targets=tx.targets(),
        inspectors=tx.inspectors(),
        recusals=tx.recusals(),
        in_scope=scope.accepts,
        rules=house.rules,
        past=past_of(office, tx, task, house.rules),
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
        items=tuple(_item(tx, code, day) for code in task.items),
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


def _write(folder: Path, files: dict[str, bytes], undo: ExitStack) -> None:
    """Write the folder of a draw; it goes again if the announcement does not stand.

    Raises:
        StateError: E188, there is a folder that no freeze that was cut off has left.
        EnvironmentProblem: E154.
    """
    aside = folder.with_name(f".{folder.name}.new")
    undo.callback(shutil.rmtree, aside, ignore_errors=True)
    try:
        shutil.rmtree(aside, ignore_errors=True)
        if folder.exists():
            # Never announced, or the log would know it: what a crash left is like
            # this one, and anything more is somebody's.
            if not {path.name for path in folder.iterdir()} <= set(files):
                raise StateError("E188", where=Where(file=str(folder)))
            shutil.rmtree(folder)
        aside.mkdir(parents=True)
        write_files(aside, files, mode=0o600)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        aside.rename(folder)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(folder)), reason=exc.strerror or ""
        ) from exc


def _log(
    office: Office,
    tx: Writer,
    announcement: Announcement,
    commitment: str,
    signer: PrivateKey,
) -> None:
    """Log the announcement, and open the draw."""
    draw, task = announcement.draw, announcement.task.id
    entry = journal.append(
        office,
        tx,
        "draw.announce",
        {
            "draw": draw,
            "commitment": commitment,
            "task": task,
            "registry": {
                "seq": announcement.registry.seq,
                "targets": announcement.registry.targets,
                "inspectors": announcement.registry.inspectors,
            },
            "keys": journal.log_keys(journal.told(tx), signer),
        },
        signer=signer,
    )
    life = journal.draw_of(journal.told(tx), draw)
    journal.set_state(tx, life, DrawState.ANNOUNCED, entry)


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


def _item(tx: Reader, code: str, today: dt.date) -> Item:
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


def _said(announcement: Announcement, data: bytes, lists: Lists) -> Frozen:
    return Frozen(
        announcement=announcement,
        commitment=sha256(data),
        standing=standing(announcement.randomness, frozenset()),
        drawn=sum(lists.drawn),
        targets=len(lists.of(tables.TARGETS)),
        inspectors=len(lists.of(tables.INSPECTORS)),
        private=lists.private,
        folder=None,
    )
