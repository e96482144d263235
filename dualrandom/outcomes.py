"""What comes after a draw: inspection results, penalties, objections.

Border: values only, as in :mod:`dualrandom.records`.

- A result (抽查结果) is public once a second person approved it.
- A penalty (查处情况) is public while its display period lasts; then a tombstone
  without the party stands in its place.
- An objection (异议) is private as a whole; pages count them.
- Texts of codes are stored with the code: code lists change, what was found does not.
- Dates are in the office's time zone; missing text is ``""``, a missing date None.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dualrandom.model import TargetId
    from dualrandom.records import ItemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRecord:
    """What one inspection of one drawn target found, for one item.

    Attributes:
        item: one of the task's items.
        done: the day the inspection was completed.
        codes: version of the code list that ``code`` is from.
        code: of the result; ``text`` is what it meant.
        action: code of the follow-up (后续处置), or "".
        action_text: what that meant.
        note: public, like all else here.
    """

    draw: str
    target: TargetId
    item: ItemCode
    done: dt.date
    codes: str
    code: str
    text: str
    action: str = ""
    action_text: str = ""
    note: str = ""


class Procedure(StrEnum):
    """How a penalty was decided."""

    GENERAL = "general"
    SIMPLE = "simple"


class Display(StrEnum):
    """For how long a penalty is shown, from the decision. Spec: field rules."""

    MONTHS = "3m"
    YEARS = "3y"


class Ending(StrEnum):
    """Why a penalty is no longer shown."""

    NONE = ""
    PERIOD = "period"
    REPAIRED = "repaired"
    REVOKED = "revoked"


_MONTHS: Final = {Display.MONTHS: 3, Display.YEARS: 36}
_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyRecord:
    """One penalty decision (行政处罚决定), as it stands after its last change.

    Attributes:
        number: 行政处罚决定书文号.
        party: 当事人; of a person the name only, never address or identity number.
        party_code: of an enterprise; "" of a person.
        violation: 违法行为类型 (案由).
        basis: 处罚依据.
        content: 处罚内容.
        authority: 决定机关.
        decided: 决定日期.
        draw: the draw that led to it, or "".
        target: the inspected target, or "".
        procedure: general or simple.
        display: the ordinary display period.
        restricted_until: a restriction that lasts longer, or None.
        warning: whether it is a warning and nothing else: those are not published.
        quality: whether it enters the quality violation records (质量违法行为记录).
        changed: day of the decision that changed it, or None.
        revoked: day of the decision that revoked it, or None.
        repaired: day on which the display was ended early (信用修复), or None.
        unit: who is responsible within the office.
    """

    number: str
    party: str
    party_code: str = ""
    violation: str
    basis: str
    content: str
    authority: str
    decided: dt.date
    draw: str = ""
    target: str = ""
    procedure: Procedure = Procedure.GENERAL
    display: Display = Display.MONTHS
    restricted_until: dt.date | None = None
    warning: bool = False
    quality: bool = False
    changed: dt.date | None = None
    revoked: dt.date | None = None
    repaired: dt.date | None = None
    unit: str = ""

    @property
    def shown_until(self) -> dt.date:
        """The last day of the display period, a longer restriction included."""
        until = months_after(self.decided, _MONTHS[self.display])
        if self.restricted_until is not None:
            until = max(until, self.restricted_until)
        return until

    def ending(self, today: dt.date) -> Ending:
        """Say why the penalty is not shown on a day; NONE: it is shown."""
        if self.revoked is not None and self.revoked <= today:
            return Ending.REVOKED
        if self.repaired is not None and self.repaired <= today:
            return Ending.REPAIRED
        return Ending.PERIOD if today > self.shown_until else Ending.NONE

    def ended(self, today: dt.date) -> dt.date | None:
        """Return the day since which the penalty is not shown, or None."""
        match self.ending(today):
            case Ending.REVOKED:
                return self.revoked
            case Ending.REPAIRED:
                return self.repaired
            case Ending.PERIOD:
                return self.shown_until + dt.timedelta(days=1)
        return None


class Reply(StrEnum):
    """What an objection came to."""

    OPEN = ""
    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRecord:
    """Somebody's objection (异议) to a result or a penalty. Private.

    Attributes:
        id: the office's own number.
        draw: what it is about: a draw, or "".
        penalty: the number of a decision, or "".
        received: the day it came.
        who: who objects.
        text: what it says.
        replied: the day of the reply, or None.
        reply: what it came to.
        answer: what the reply says.
        unit: who answers.
    """

    id: str
    draw: str = ""
    penalty: str = ""
    received: dt.date
    who: str
    text: str
    replied: dt.date | None = None
    reply: Reply = Reply.OPEN
    answer: str = ""
    unit: str = ""


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the day of a period of months that has the same number.

    A period counted in months ends on the day of its last month that has the number
    of the day it began on; without such a day, on that month's last (民法典 §202).
    """
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
