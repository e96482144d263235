"""Was it published in time? Results and penalties by unit, from ``public/`` alone.

Border: pure; draws, penalties and the log's entries in, a table out. No clock: what is
late is late on the day of the newest publication in the log.

- Results count as published with the first ``notice.publish`` after their first
  approval, those of a sealed draw also after its release. A correction is no delay.
- Working days are the State Council's; where a year's arrangement is not known, it is
  said that it cannot be told.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dualrandom.audit import parse_entry
from dualrandom.deadlines import PENALTY, RESULT, deadlines, stages
from dualrandom.model import is_date
from dualrandom.site.draws import BEIJING
from dualrandom.site.tables import TableView, share
from dualrandom.verify.lists import STAFFING
from dualrandom.words import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dualrandom.audit import Entry
    from dualrandom.public_outcomes import Penalties
    from dualrandom.rules import Rules
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.phrases import Phrases
    from dualrandom.workdays import Calendar

_ACTS: Final = ("notice.publish", "result.approve", "draw.release")
_HEADS: Final = (
    "kind",
    "unit",
    "timely",
    "late",
    "missing",
    "waiting",
    "untold",
    "rate",
)


class Kept(StrEnum):
    """How a deadline was kept."""

    TIMELY = "timely"
    LATE = "late"
    MISSING = "missing"
    """Late, and not published yet."""
    WAITING = "waiting"
    """Not published, and not due yet."""
    UNTOLD = "untold"
    """The arrangement of a year is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something to be published.

    Attributes:
        kind: RESULT or PENALTY.
        what: the draw or the decision.
        event: the day that the period counts from.
        sealed: whether it has to wait for a release.
        published: the day of it; None: see the log.
    """

    kind: str
    what: str
    unit: str
    event: dt.date
    sealed: bool = False
    published: dt.date | None = None


def due_of_draw(draw: PublishedDraw) -> Iterator[Due]:
    """Yield the results that a draw owes; the day of publication is the log's to tell.

    A draw that only staffs another one owes none; what is sealed still is not due.
    """
    announced = draw.announcement
    earlier = announced.supersedes
    staffing = earlier is not None and earlier.reason in words("abandon", STAFFING)
    sealed = announced.release is not None
    if draw.result is None or staffing or (sealed and not draw.line.released):
        return
    yield Due(
        kind=RESULT,
        what=announced.draw,
        unit=announced.office,
        event=dt.date.fromisoformat(announced.task.end),
        sealed=sealed,
    )


def due_of_penalties(penalties: Penalties | None) -> Iterator[Due]:
    """Yield the penalties that are shown and say when they were first."""
    for one in penalties.shown if penalties else ():
        event = one.changed or one.decided
        if is_date(one.published) and is_date(event):
            yield Due(
                kind=PENALTY,
                what=one.number,
                unit=one.unit or one.authority,
                event=dt.date.fromisoformat(event),
                published=dt.date.fromisoformat(one.published),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the log tells of publications: of each draw's results, and the newest."""

    results: dict[str, dt.date]
    last: dt.date | None


def told(entries: Iterable[bytes], sealed: Collection[str]) -> Told:
    """Return on which day each draw's results were first published.

    Args:
        entries: of the whole log, from its bundles.
        sealed: draws whose results have to wait for a release.
    """
    done: dict[str, dt.date] = {}
    last: dt.date | None = None
    approved, released = set(), set()
    for entry in filter(None, map(_known, entries)):
        draw = str(entry.body.get("draw", ""))
        match entry.act:
            case "result.approve":
                approved.add(draw)
            case "draw.release":
                released.add(draw)
            case _:
                last = dt.datetime.fromisoformat(entry.time).astimezone(BEIJING).date()
                for name in approved - done.keys():
                    if name not in sealed or name in released:
                        done[name] = last
    return Told(results=done, last=last)


def _known(data: bytes) -> Entry | None:
    # Canonical JSON begins with the act: the other entries need not be read.
    if not any(data.startswith(f'{{"act":"{act}"'.encode()) for act in _ACTS):
        return None
    return parse_entry(data)[0]


def kept(due: Due, log: Told, rules: Rules, calendar: Calendar) -> Kept:
    """Return how a deadline was kept, on the day of the newest publication."""
    published = due.published or log.results.get(due.what)
    day = published or log.last
    until = deadlines(due.kind, due.event, rules, calendar)[0]
    if day is None or day <= until.earliest:
        return Kept.WAITING if published is None else Kept.TIMELY
    if until.due is None:
        return Kept.UNTOLD
    return Kept.MISSING if published is None else Kept.LATE


def punctuality_view(
    dues: Iterable[Due],
    log: Told | None,
    rules: Rules,
    calendar: Calendar,
    say: Phrases,
) -> TableView:
    """Return the table: one line a kind and unit.

    Args:
        dues: of all draws, and of the penalties.
        log: what it tells; None: it is not here, or not whole.
        rules: the detailed rules, which may set a stricter time.
        calendar: working days.
        say: the wording.
    """
    counts: Counter[tuple[str, str, Kept]] = Counter()
    if log is not None and log.last is not None:
        counts.update((d.kind, d.unit, kept(d, log, rules, calendar)) for d in dues)
    days = {kind: _strictest(kind, rules) for kind in (RESULT, PENALTY)}
    return TableView(
        stem="punctuality",
        section="statistics",
        title=say("statistics.punctuality.title"),
        lead=(
            say(
                "statistics.punctuality.lead",
                result=days[RESULT],
                penalty=days[PENALTY],
            ),
        ),
        caption=say(
            "statistics.punctuality.caption",
            day=log.last.isoformat() if log and log.last else "",
        ),
        columns=tuple(say(f"statistics.column.{name}") for name in _HEADS),
        rows=tuple(
            _row(kind, unit, [counts[kind, unit, way] for way in Kept], say)
            for kind, unit in sorted({(kind, unit) for kind, unit, _ in counts})
        ),
        key=1,
        empty=say("statistics.punctuality.empty"),
    )


def _strictest(kind: str, rules: Rules) -> int:
    return min(sum(days) for _, days in stages(kind, rules))


def _row(kind: str, unit: str, numbers: list[int], say: Phrases) -> tuple[str, ...]:
    timely, late, missing, *_ = numbers
    due = timely + late + missing
    return (
        say(f"statistics.punctuality.{kind}"),
        unit,
        *map(str, numbers),
        share(timely, due) if due else "",
    )
