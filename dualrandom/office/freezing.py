"""Freezing: the lists are fixed and hashed before the randomness exists.

- Everything is checked first, and said; then files, state and log entry stand
  together or not at all.
- One task has one open announcement.

Spec: draw-v1 §3; log-v1 §3, ``draw.announce``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom import tables
from dualrandom.canonical import sha256
from dualrandom.documents import announcement_bytes
from dualrandom.errors import InputError, StateError, Where
from dualrandom.model import is_value
from dualrandom.office import journal
from dualrandom.office.announcing import (
    ANNOUNCEMENT,
    Aside,
    announce,
    prepared,
    put_away,
    set_aside,
)
from dualrandom.office.approvals import carry_out
from dualrandom.office.departures import departures
from dualrandom.office.drafting import draft, next_draw, registry_state
from dualrandom.office.outside import check_ahead
from dualrandom.office.place import stamp
from dualrandom.office.rules import rules_in_force
from dualrandom.office.sources import check_drawable, given
from dualrandom.randomness import Sealed, Standing, check_sources, standing
from dualrandom.registry.lists import DRAWS, ITEMS, RECUSALS, TASKS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.announcement import Announcement
    from dualrandom.errors import Problem
    from dualrandom.freeze import Lists
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.directory import Told
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source
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
    told: Told = lambda *_: None,
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
        told: called now and then with what is being done and how many rows of it.

    Raises:
        StateError: E381 no such task; E383 an announcement is open; E384 already
            drawn and no reason given; E385 an item is unknown; E386 one is a draft,
            E313 has expired, E314 is not published yet, E315 is no longer in use;
            E387 the period is over; E388 the release is before the inspections end;
            E188 a folder is in the way; E189 a list is not what the log says; E623,
            a value that may be known already; E401, E402, E361-E364 as for
            ``gather`` and ``check_lists``; E180, E183, E184 as for the log; E415,
            rules.md is not what was logged; E460, E461 as for ``to_staff``.
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
        told("check", 0)
        _check_lists(office, tx)
        made = None if dry_run else Aside(office, undo)
        announcement, lists = draft(
            office,
            tx,
            task_id,
            tuple(sources),
            sealed_until,
            draw,
            reason,
            write=_measure if made is None else made.write,
            told=told,
        )
        if announcement.draw.upper().startswith(REHEARSAL.rstrip("-")):
            raise InputError("E462", value=announcement.draw)
        data = announcement_bytes(announcement)
        task = tx.task(task_id)
        known = () if task is None else departures(office, tx, task)
        planned = _said(announcement, data, lists, known, asked=ask)
        say(planned)
        if made is None:
            return planned
        made.write(ANNOUNCEMENT, data)
        if signer is None:
            set_aside(office, task_id, made)
            return planned
        announce(office, tx, announcement, made, planned.commitment, signer, undo)
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
        stands = next_draw(tx, task, made.draw, reason)
        rules = rules_in_force(office, tx).issue.digest
        if (
            stands != (made.draw, made.supersedes)
            or made.registry != registry_state(tx)
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


def _check_lists(office: Office, tx: Reader) -> None:
    """Refuse to freeze rows that were edited behind the program's back.

    Raises:
        StateError: E189, with all that was found.
    """
    found = [p for p in tx.check_lists(office.kept_list) if not p.warning]
    if found:
        where = Where(file=office.settings.database)
        raise StateError("E189", where=where, problems=tuple(found))


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


def _measure(_: str, data: Iterable[bytes]) -> None:
    """Go through a file's bytes, for what is announced of them; keep none."""
    for _block in data:
        pass
