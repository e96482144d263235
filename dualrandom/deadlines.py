"""Deadlines after a draw, in working days; several rules may hold at once.

Border: dates in, dates out.

- Each rule has a name, an event and stages: the second stage begins where the first
  ends (10+10: sent to the other province within ten days, shown there within ten).
- Of several rules the strictest shows; the others stay in sight.
- A deadline beyond a year that nobody published is not known; it is later than every
  one that is, since it comes after that year's beginning.

    deadlines(PENALTY, decided, rules, calendar)[0].due
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError

if TYPE_CHECKING:
    from dualrandom.rules import Rules
    from dualrandom.workdays import Calendar

RESULT: Final = "result"
PENALTY: Final = "penalty"
WITHDRAWAL: Final = "withdrawal"
REPLY: Final = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Until when something has to be done, and by which rule.

    Attributes:
        rule: name of the rule: ``office``, ``national``, ``cross-province``.
        days: working days of each stage.
        due: the last day; None: it cannot be told.
        lacks: the year whose arrangement is not known; None where ``due`` is.
    """

    rule: str
    days: tuple[int, ...]
    due: dt.date | None
    lacks: int | None = None

    @property
    def earliest(self) -> dt.date:
        """The last day, or the first on which it can be."""
        return self.due or dt.date(self.lacks or dt.MAXYEAR, 1, 1)


def stages(kind: str, rules: Rules) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the rules that hold for one kind of event: name, working days."""
    match kind:
        case "result":
            return (("office", (rules.result_workdays,)),)
        case "penalty":
            return (
                ("office", (rules.penalty_workdays,)),
                ("national", (20,)),
                ("cross-province", (10, 10)),
            )
        case "withdrawal":
            return (("national", (3,)),)
        case "reply":
            return (("office", (rules.reply_workdays,)),)
    raise AssertionError(kind)


def deadlines(
    kind: str, event: dt.date, rules: Rules, calendar: Calendar
) -> tuple[Deadline, ...]:
    """Return all deadlines of an event, the strictest first.

    Args:
        kind: RESULT, PENALTY, WITHDRAWAL or REPLY.
        event: the day of it; the period begins on the next.
        rules: the detailed rules in force.
        calendar: working days.
    """
    made = [_deadline(*rule, event, calendar) for rule in stages(kind, rules)]
    return tuple(sorted(made, key=lambda one: (one.due is None, one.earliest)))


def _deadline(
    name: str, days: tuple[int, ...], event: dt.date, calendar: Calendar
) -> Deadline:
    due = event
    try:
        for stage in days:
            due = calendar.after(due, stage)
    except InputError as error:
        # E920, the only one: a year on the way.
        year = int(error.params["year"])
        return Deadline(rule=name, days=days, due=None, lacks=year)
    return Deadline(rule=name, days=days, due=due)
