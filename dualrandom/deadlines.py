"""Deadlines after a draw, in working days; several rules may hold at once.

Border: dates in, dates out.

- Each rule has a name, an event and stages: the second stage begins where the first
  ends (10+10: sent to the other province within ten days, shown there within ten).
- Of several rules the strictest shows; the others stay in sight.

    deadlines(PENALTY, decided, rules, calendar)[0].due
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt

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
        due: the last day.
    """

    rule: str
    days: tuple[int, ...]
    due: dt.date


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

    Raises:
        InputError: E920, a year on the way is not known.
    """
    made = []
    for name, days in stages(kind, rules):
        due = event
        for stage in days:
            due = calendar.after(due, stage)
        made.append(Deadline(rule=name, days=days, due=due))
    return tuple(sorted(made, key=lambda one: one.due))
