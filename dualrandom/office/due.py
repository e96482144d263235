"""What is due after a draw, and what is overdue, by unit.

- A duty is done when it was published: logged, and then a ``notice.publish`` after it.
- Working days are the State Council's; an office adds years in ``workdays.toml``.
- Of several deadlines the strictest shows.
"""

from __future__ import annotations

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
from dualrandom.office.place import today
from dualrandom.office.results import review_of
from dualrandom.office.rules import rules_in_force
from dualrandom.outcomes import Ending, Reply
from dualrandom.registry.lists import OBJECTIONS, PENALTIES
from dualrandom.workdays import FILE, parse_calendar, shipped_calendar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from dualrandom.office.place import Office
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
        late: working days since it was due; 0: in time.
    """

    kind: str
    what: str
    unit: str
    event: dt.date
    deadlines: tuple[Deadline, ...]
    late: int

    @property
    def due(self) -> dt.date:
        """The strictest last day."""
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
        InputError: E920, a year on the way is not known.
        StateError: E184 as for the log; E415, the rules differ from what was logged.
    """
    day = today(office)
    calendar = own_calendar(office)
    with office.registry.read() as tx:
        report = journal.told(tx)
        rules = rules_in_force(office, tx).rules
        open_ = sorted(
            (*_results(tx, report), *_penalties(tx, day), *_objections(tx)),
            key=lambda one: (one[3], one[0], one[1]),
        )
    made = [_duty(*one, day, rules, calendar) for one in open_]
    return tuple(sorted(made, key=lambda one: (one.due, one.kind, one.what)))


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
    late = calendar.between(found[0].due, day)
    return Duty(
        kind=kind, what=what, unit=unit, event=event, deadlines=found, late=late
    )


_Open = tuple[str, str, str, "dt.date"]


def _last_publication(tx: Reader) -> int:
    seq = -1
    for data in tx.entries():
        entry = audit.parse_entry(data)[0]
        if entry.act == "notice.publish":
            seq = entry.seq
    return seq


def _results(tx: Reader, report: audit.LogReport) -> Iterator[_Open]:
    published = _last_publication(tx)
    ends = {str(task.id): task.end for task in tx.tasks()}
    for life in report.draws:
        if life.result is None or life.task not in ends:
            continue
        review = review_of(report, life.draw)
        approval = None if review is None else review.approval
        if approval is None or approval > published:
            yield RESULT, life.draw, "", ends[life.task]


def _penalties(tx: Reader, day: dt.date) -> Iterator[_Open]:
    published = _last_publication(tx)
    for record in tx.records(PENALTIES):
        if record.warning:
            continue
        (*_, version) = tx.history(PENALTIES, (record.number,))
        if version.since.seq < published:
            continue
        if record.ending(day) is Ending.NONE:
            event = record.changed or record.decided
            yield PENALTY, record.number, record.unit, event
        elif record.revoked is not None:
            yield WITHDRAWAL, record.number, record.unit, record.revoked


def _objections(tx: Reader) -> Iterator[_Open]:
    for record in tx.records(OBJECTIONS):
        if record.reply is Reply.OPEN:
            yield REPLY, record.id, record.unit, record.received
