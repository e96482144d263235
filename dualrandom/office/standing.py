"""Where an office and each of its draws stand, what they wait for, what is overdue.

It says so of a damaged office, too: what cannot be told is left out, and other commands
say what is wrong.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import DualRandomError, VerificationError
from dualrandom.office import journal, memory
from dualrandom.office.changing import pending
from dualrandom.office.place import stamp, today
from dualrandom.office.queries import items_of
from dualrandom.randomness import Dice, Drand, line, time_of
from dualrandom.records import DrawState
from dualrandom.registry.lists import LISTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.office.place import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a draw waits for.

    Attributes:
        code: ``witness``, ``value``, ``until``, ``supplement``, ``substitute``,
            ``release`` or ``sealed``.
        value: the source, the target, or the date; "" where there is none.
    """

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawStatus:
    """Where one draw stands.

    Attributes:
        due: until when it has to end, or be released; "" where that is not known.
        overdue: whether that is past.
        waits: what has to happen next.
    """

    draw: str
    task: str
    title: str
    state: DrawState
    due: str
    overdue: bool
    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where an office stands.

    Attributes:
        counts: (list, records).
        stale: items whose law changed more than a month ago without a new version.
        waiting: tasks that no draw was announced for.
        stray_keys: supervisors' private keys that still lie in this office.
    """

    office: str
    origin: str
    counts: tuple[tuple[str, int], ...]
    drafts: int
    stale: tuple[str, ...]
    waiting: tuple[str, ...]
    draws: tuple[DrawStatus, ...]
    entries: int
    signed: int
    stray_keys: tuple[Path, ...]


def status(office: Office) -> Status:
    """Return where the office stands, and what it waits for."""
    moment = stamp(office.clock())
    lives = _lives(office)
    with office.registry.read() as tx:
        tasks = {task.id: task for task in tx.tasks()}
        items = items_of(office, tx)
        draws = []
        for record in tx.draws():
            notice = _announcement(office, record.id)
            life = lives.get(record.id)
            due = _due(notice, record.state, life)
            title = tasks[record.task].title if record.task in tasks else ""
            draws.append(
                DrawStatus(
                    draw=record.id,
                    task=record.task,
                    title=title,
                    state=record.state,
                    due=due,
                    overdue="" < due < moment,
                    waits=_waits(office, notice, life, tuple(lives.values())),
                )
            )
        begun = {draw.task for draw in draws}
        counts = tuple((kind.name, tx.count(kind)) for kind in LISTS)
        entries = tx.log_size()
    last = memory.last_checkpoint(office)
    return Status(
        office=office.settings.name,
        origin=office.settings.origin,
        counts=counts,
        drafts=sum(line.item.draft for line in items),
        stale=tuple(line.item.code for line in items if line.stale),
        waiting=tuple(task for task in tasks if task not in begun),
        draws=tuple(draws),
        entries=entries,
        signed=0 if last is None else audit.parse_checkpoint(last).checkpoint.size,
        stray_keys=tuple(sorted((office.root / "keys" / "supervisor").glob("*.key"))),
    )


def _lives(office: Office) -> Mapping[str, audit.DrawLife]:
    with suppress(DualRandomError), office.registry.read() as tx:
        return {life.draw: life for life in journal.told(office, tx).draws}
    return {}


def _announcement(office: Office, draw: str) -> Announcement | None:
    try:
        return parse_announcement(
            (office.draw(draw) / "announcement.json").read_bytes()
        )
    except (OSError, VerificationError):
        return None


def _due(
    notice: Announcement | None, state: DrawState, life: audit.DrawLife | None
) -> str:
    if notice is None:
        return ""
    if state is DrawState.ANNOUNCED:
        return notice.due
    sealed = notice.release is not None and life is not None and life.released is None
    # To the end of that day in China.
    return f"{notice.release}T16:00:00Z" if sealed else ""


def _waits(
    office: Office,
    notice: Announcement | None,
    life: audit.DrawLife | None,
    every: tuple[audit.DrawLife, ...],
) -> tuple[Wait, ...]:
    if notice is None or life is None:
        return ()
    if life.ended is None:
        return tuple(_before(office, notice, life))
    waits: list[Wait] = []
    if life.result is not None:
        waits += _after(office, life, every)
    if notice.release is not None and life.released is None:
        code = "release" if notice.release <= str(today(office)) else "sealed"
        waits.append(Wait(code=code, value=notice.release))
    return tuple(waits)


def _before(office: Office, notice: Announcement, life: audit.DrawLife) -> list[Wait]:
    waits = [] if _witnessed(office, life) else [Wait(code="witness")]
    rolled = dict(life.dice)
    now = office.clock().timestamp()
    for at, source in enumerate(notice.randomness):
        born = time_of(source)
        name = line(source, "").strip()
        if isinstance(source, Dice) and at in rolled:
            continue
        if isinstance(source, Drand) and born is not None and born > now:
            waits.append(Wait(code="until", value=name))
        else:
            waits.append(Wait(code="value", value=name))
    return waits


def _witnessed(office: Office, life: audit.DrawLife) -> bool:
    for path in memory.kept_checkpoints(office):
        if int(path.name) > life.announced:
            with suppress(OSError, VerificationError):
                signed = audit.parse_checkpoint(path.read_bytes())
                if len(signed.note.signatures) > 1:
                    return True
    return False


def _after(
    office: Office, life: audit.DrawLife, every: tuple[audit.DrawLife, ...]
) -> list[Wait]:
    try:
        data = (office.draw(life.draw) / "result.json").read_bytes()
        if not parse_result(data).matched:
            later = (o for o in every if o.task == life.task)
            done = any(other.announced > life.announced for other in later)
            return [] if done else [Wait(code="supplement")]
        if not life.changes:
            return []
        return [
            Wait(code="substitute", value=f"{t} {p}") for t, p in pending(office, life)
        ]
    except (OSError, DualRandomError):
        return []
