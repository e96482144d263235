"""Freezing: the lists are fixed and hashed before the randomness exists.

- Everything is checked first, and said; then files, state and log entry stand
  together or not at all.
- One task has one open announcement.

Spec: draw-v1 §3; log-v1 §3, ``draw.announce``.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
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
from dualrandom.errors import EnvironmentProblem, StateError, Where
from dualrandom.folder import write_files
from dualrandom.freeze import Lists, freeze_files, prepare
from dualrandom.office import journal
from dualrandom.office.place import RULES, stamp
from dualrandom.office.sources import typed_values
from dualrandom.randomness import Source, Standing, check_sources, standing
from dualrandom.records import DrawRecord, DrawState, TaskId
from dualrandom.registry.lists import DRAWS, INSPECTORS, TARGETS
from dualrandom.scope import parse_scope
from dualrandom.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        approvers: parties that must approve for it to be *verifiable by its parties*.
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

    Raises:
        StateError: E381 no such task; E383 an announcement is open; E384 already
            drawn and no reason given; E385 an item is unknown; E386 an item is a
            draft, not in force or expired; E387 the period is over; E388 the release
            is before the inspections end; E401, E402, E361-E364 as for ``prepare``.
        InputError: E606, E607, E801, the sources.

    Spec:
        draw-v1 §3.
    """
    with typed_values():
        check_sources(tuple(sources))
    signer = None if dry_run else office.officer()
    # A dry run takes the lock too: what it says is then true of one moment.
    with office.registry.write() as tx:
        task = tx.task(task_id)
        if task is None:
            raise StateError("E381", task=task_id)
        moment = office.clock()
        today = (moment + dt.timedelta(hours=8)).date()
        if task.end < today:
            raise StateError("E387", task=task_id, end=str(task.end))
        if sealed_until is not None and sealed_until <= task.end:
            raise StateError("E388", date=str(sealed_until), end=str(task.end))
        draw, supersedes = _next_draw(tx, task, draw, reason)
        scope = parse_scope(task.scope)
        lists = prepare(
            task,
            targets=tx.targets(),
            inspectors=tx.inspectors(),
            recusals=tx.recusals(),
            in_scope=scope.accepts,
        )
        visibility = due_visibility(
            sealed=sealed_until is not None, private=lists.private
        )
        files, digests = freeze_files(
            lists,
            visibility=visibility,
            sealed=sealed_until is not None,
            entropy=office.entropy,
        )
        announcement = Announcement(
            draw=draw,
            office=office.settings.name,
            title=task.title,
            announced=stamp(moment),
            due=stamp(moment + dt.timedelta(days=office.settings.due_days)),
            task=Task(
                id=task.id,
                plan=task.plan,
                type=word("task", "targeted" if task.scope else "untargeted"),
                scope=scope.text,
                start=str(task.start),
                end=str(task.end),
                rules=_rules(office),
            ),
            items=tuple(_item(tx, code, today) for code in task.items),
            registry=_registry(tx),
            files=digests,
            visibility=tuple(sorted(visibility.items())),
            excluded=lists.excluded,
            strata=None if lists.private else lists.strata,
            strata_private=lists.private,
            posts=task.posts,
            area=task.area,
            randomness=tuple(sources),
            software=SOFTWARE,
            reserves=task.reserves,
            release=None if sealed_until is None else str(sealed_until),
            off_site=task.off_site or None,
            supersedes=supersedes,
        )
        data = announcement_bytes(announcement)
        folder = None
        if signer is not None:
            folder = _fix(office, tx, announcement, data, files, signer)
    if folder is not None:
        journal.checkpoint(office)
        journal.write_draw_proofs(office, draw)
    return _said(announcement, data, lists, folder)


def _fix(
    office: Office,
    tx: Writer,
    announcement: Announcement,
    data: bytes,
    files: dict[str, bytes],
    signer: PrivateKey,
) -> Path:
    """Write the folder, the log entry and the state; undo the folder on failure."""
    draw, commitment = announcement.draw, sha256(data)
    folder = office.draw(draw)
    aside = folder.with_name(f".{draw}.new")
    try:
        # A folder without an entry in the log is what a crash left: never announced.
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        aside.mkdir(parents=True)
        write_files(aside, {"announcement.json": data, **files}, mode=0o600)
        aside.rename(folder)
        entry = journal.append(
            office,
            tx,
            "draw.announce",
            {
                "draw": draw,
                "commitment": commitment,
                "task": announcement.task.id,
                "registry": {
                    "seq": announcement.registry.seq,
                    "targets": announcement.registry.targets,
                    "inspectors": announcement.registry.inspectors,
                },
                "keys": journal.log_keys(tx, signer),
            },
            signer=signer,
        )
        journal.set_state(
            tx,
            DrawRecord(
                id=draw,
                task=TaskId(announcement.task.id),
                state=DrawState.ANNOUNCED,
                commitment=commitment,
                folder=f"draws/{draw}",
            ),
            entry,
        )
    except BaseException as exc:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(exc, OSError):
            raise EnvironmentProblem(
                "E154", where=Where(file=str(folder)), reason=exc.strerror or ""
            ) from exc
        raise
    return folder


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
    taken = {d.id for d in every}
    if draw in taken:
        raise StateError("E389", draw=draw)
    names = (task.id, *(f"{task.id}-{n}" for n in range(2, len(taken) + 3)))
    chosen = draw or next(name for name in names if name not in taken)
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
        expired = record.expires is not None and record.expires < today
        early = record.effective is not None and record.effective > today
        if not (record.draft or expired or early):
            version = tx.item(record.code, record.sub)
            return Item(
                code=record.code,
                version=1 if version is None else version.number,
                name=record.name,
                basis=record.basis,
            )
    raise StateError("E386", item=code)


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


def _rules(office: Office) -> str:
    try:
        return sha256((office.root / RULES).read_bytes())
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=RULES), reason=exc.strerror or ""
        ) from exc


def _said(
    announcement: Announcement, data: bytes, lists: Lists, folder: Path | None
) -> Frozen:
    return Frozen(
        announcement=announcement,
        commitment=sha256(data),
        standing=standing(announcement.randomness, frozenset()),
        drawn=sum(lists.drawn),
        targets=len(lists.of(tables.TARGETS)),
        inspectors=len(lists.of(tables.INSPECTORS)),
        private=lists.private,
        folder=folder,
    )
