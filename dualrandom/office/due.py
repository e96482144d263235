"""What is due after a draw, and what is overdue, by unit.

- A duty is done when it was published: logged, and then a ``notice.publish`` after it.
  The results of a sealed draw are published with its release.
- A page that still shows a penalty whose period is over waits for a publication.
- Working days are the State Council's; an office adds years in ``workdays.toml``.
- Of several deadlines the strictest shows.
- A year that nobody published hides the days that lie in it, and no others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.deadlines import (
    PENALTY,
    REPLY,
    RESULT,
    WITHDRAWAL,
    Deadline,
    deadlines,
)
from dualrandom.errors import InputError, Where
from dualrandom.office import journal
from dualrandom.office.checking import read
from dualrandom.office.folders import announced
from dualrandom.office.penalties import published
from dualrandom.office.place import ZONE, today
from dualrandom.office.results import review_of
from dualrandom.office.rules import rules_in_force
from dualrandom.office.supplement import is_staffing
from dualrandom.outcomes import Ending, Reply
from dualrandom.registry.lists import OBJECTIONS, PENALTIES
from dualrandom.workdays import FILE, parse_calendar, shipped_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.office.place import Office
    from dualrandom.outcomes import PenaltyRecord
    from dualrandom.registry import Reader
    from dualrandom.rules import Rules
    from dualrandom.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to publish, withdraw or answer.

    Attributes:
        kind: ``result``, ``penalty``, ``withdrawal``, ``reply``.
        what: the draw, the decision's number or the objection's.
        unit: who has to; "" is the office.
        event: the day that the period counts from.
        deadlines: the strictest first.
        late: working days since it was due, in years that are known; 0: in time.
        lacks: the year in which ``late`` could not be counted on.
    """

    kind: str
    what: str
    unit: str
    event: dt.date
    deadlines: tuple[Deadline, ...]
    late: int
    lacks: int | None = None

    @property
    def due(self) -> dt.date | None:
        """The strictest last day; None: it cannot be told."""
        return self.deadlines[0].due


def own_calendar(office: Office) -> Calendar:
    """Return the working days, the office's own years before those of the program.

    Raises:
        InputError: E921, E922, workdays.toml cannot be used.
        EnvironmentProblem: E151.
    """
    path = office.root / FILE
    if not path.is_file():
        return shipped_calendar()
    try:
        text = read(path).decode()
    except UnicodeDecodeError as exc:
        raise InputError("E921", where=Where(file=FILE)) from exc
    return shipped_calendar().with_years(parse_calendar(text, FILE))


def duties(office: Office) -> tuple[Duty, ...]:
    """Return all that is not done yet, what is due first at the head.

    Raises:
        InputError: E921, E922 as for :func:`own_calendar`.
        StateError: E184 as for the log; E415, the rules differ from what was logged.
        VerificationError: E171, an announcement is not what was announced.
        EnvironmentProblem: E170, it is gone; E151, it cannot be read.
    """
    day = today(office)
    calendar = own_calendar(office)
    with office.registry.read() as tx:
        report = journal.told(office, tx)
        rules = rules_in_force(office, tx).rules
        last = journal.last_publication(tx)
        open_ = [
            *_results(office, tx, report, -1 if last is None else last.seq),
            *_penalties(tx, day, last),
            *_objections(tx),
        ]
    made = [_duty(*one, day, rules, calendar) for one in open_]
    return tuple(
        sorted(made, key=lambda one: (one.deadlines[0].earliest, one.kind, one.what))
    )


def _duty(
    kind: str,
    what: str,
    unit: str,
    event: dt.date,
    day: dt.date,
    rules: Rules,
    calendar: Calendar,
) -> Duty:
    found = deadlines(kind, event, rules, calendar)
    late, lacks = _late(found[0].earliest, day, calendar)
    return Duty(
        kind=kind,
        what=what,
        unit=unit,
        event=event,
        deadlines=found,
        late=late,
        lacks=lacks,
    )


def _late(due: dt.date, day: dt.date, calendar: Calendar) -> tuple[int, int | None]:
    """Return the working days between, and the year in which they are not known."""
    try:
        return calendar.between(due, day), None
    except InputError as error:
        year = int(error.params["year"])  # of E920, the only one
    return calendar.between(due, dt.date(year, 1, 1) - dt.timedelta(days=1)), year


_Open = tuple[str, str, str, "dt.date"]


def _day(entry: audit.Entry) -> dt.date:
    return dt.datetime.fromisoformat(entry.time).astimezone(ZONE).date()


def _results(
    office: Office, tx: Reader, report: audit.LogReport, published: int
) -> Iterator[_Open]:
    for life in report.draws:
        if life.result is None:
            continue
        notice = announced(office, life)
        if notice.supersedes and is_staffing(notice.supersedes.reason):
            continue  # it staffs another draw, whose results they are
        review = review_of(report, life.draw)
        if review is not None and review.approval is not None:
            entry = tx.entry(review.recorded)
            if review.waits and entry is not None:
                # Somebody knows that what is shown is wrong.
                yield RESULT, life.draw, "", _day(audit.parse_entry(entry)[0])
                continue
            last = max(review.approval, (life.released or 0) if notice.sealed else 0)
            stepped_in = any(
                made.act == "draw.replace" and made.seq > review.recorded
                for made in life.changes
            )
            hidden = notice.sealed and life.released is None
            if last < published and not (stepped_in or hidden):
                continue
        end = dt.date.fromisoformat(notice.task.end)
        yield RESULT, life.draw, "", end


def _penalties(tx: Reader, day: dt.date, last: audit.Entry | None) -> Iterator[_Open]:
    """Compare what the last publication showed with what is to be shown today."""
    shown = {}
    if last is not None:
        then = _day(last)
        shown = {
            one.number: one
            for one in tx.records(PENALTIES, last.seq)
            if _is_shown(one, then)
        }
    for now in tx.records(PENALTIES):
        before = shown.get(now.number)
        if before is not None and not _is_shown(now, day):
            # A display period ends by itself, but only the next publication tells.
            event = now.revoked or now.repaired or now.shown_until
            yield WITHDRAWAL, now.number, now.unit, event
        elif _is_shown(now, day) and before is None:
            yield PENALTY, now.number, now.unit, now.changed or now.decided
        elif before is not None and published(before) != published(now):
            (*_, version) = tx.history(PENALTIES, (now.number,))
            recorded = version.since.at.astimezone(ZONE).date()
            decided = now.changed if now.changed != before.changed else None
            yield PENALTY, now.number, now.unit, decided or recorded


def _is_shown(one: PenaltyRecord, day: dt.date) -> bool:
    return not one.warning and one.ending(day) is Ending.NONE


def _objections(tx: Reader) -> Iterator[_Open]:
    for record in tx.records(OBJECTIONS):
        if record.reply is Reply.OPEN:
            yield REPLY, record.id, record.unit, record.received
