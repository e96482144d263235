"""Several values in one cell: tags, recusals, licences, days of leave.

Border: pure; converters as in ``cells``, whose values are tuples.

    药品检查员，保化检查员
    91330100EXAMPLE03K（配偶任职）、91330100EXAMPLE017
    2026-08-03至2026-08-14；2026-10-09
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from dualrandom.model import TargetId, is_id
from dualrandom.records import Leave
from dualrandom.sheets import codes
from dualrandom.sheets.cells import CodeConverter, Converter, DateConverter, IdConverter
from dualrandom.sheets.dates import date_of, period_of
from dualrandom.sheets.texts import fold, split

if TYPE_CHECKING:
    import datetime as dt

    from dualrandom.sheets.texts import Cell

_SHOWN: Final = 80
_REASON: Final = re.compile(r"([^(\uff08]*)[(\uff08](.*)[)\uff09]\s*", re.DOTALL)
_PARTS: Final = re.compile(r"[;\uff1b\n]")


class TagsConverter(Converter):
    """Several values in one cell, each once, in the cell's order."""

    default = ()

    def value(self, cell: Cell) -> tuple[str, ...]:
        """Return the values; those that cannot be a tag are flagged, and kept."""
        raw = self._bare(cell) if isinstance(cell, str) else self.text(cell)
        parts = [self._tidy(part) for part in split(raw)]
        out = tuple(dict.fromkeys(part for part in parts if part))
        for part in out:
            if not is_id(part):
                self.flag("E272", warning=True, value=part[:_SHOWN])
        return out


class RecusalsConverter(TagsConverter):
    """Ids of targets, each perhaps with a reason in brackets."""

    def value(self, cell: Cell) -> tuple[Any, ...]:
        """Return pairs of id and reason."""
        if not isinstance(cell, str):
            ids = IdConverter(self.column)
            pairs = tuple((TargetId(one), "") for one in ids.run([cell]) if one)
            self.findings += [f._replace(place=self._index) for f in ids.findings]
            return pairs
        out: dict[TargetId, str] = {}
        for part in split(self._bare(cell)):
            with_reason = _REASON.fullmatch(part)
            raw, reason = with_reason.groups() if with_reason else (part, "")
            text = "".join(fold(self._tidy(raw)).split())
            if codes.has_letters_to_raise(text):
                text = text.upper()
            if text == "":
                continue
            if not is_id(text):
                self.flag("E241", value=text[:_SHOWN])
                continue
            if codes.fault_of(text) is codes.Fault.FORM:
                self.flag("E278", warning=True, value=text)
            out.setdefault(TargetId(text), self._tidy(reason))
        return tuple(out.items())


class PartsConverter(CodeConverter):
    """Texts in the order of the column beside it; a gap holds its place."""

    default = ()

    def value(self, cell: Cell) -> tuple[str, ...]:  # type: ignore[override]
        """Return the texts, gaps as empty ones; () where there is nothing but gaps."""
        if isinstance(cell, str):
            parts = tuple(map(self._tidy, _PARTS.split(self._bare(cell))))
        else:
            parts = (super().value(cell),)
        return parts if any(parts) else ()


class DatePartsConverter(DateConverter):
    """Dates in the order of the column beside it; a gap holds its place."""

    default = ()

    def value(self, cell: Cell) -> tuple[dt.date | None, ...]:  # type: ignore[override]
        """Return the dates, gaps as None; () where there is nothing but gaps."""
        parts = _PARTS.split(cell) if isinstance(cell, str) else [cell]
        days = tuple(map(super().value, parts))
        return days if any(days) else ()


class LeaveConverter(Converter):
    """Days away: single ones and periods, in the cell's order."""

    default = ()

    def value(self, cell: Cell) -> tuple[Leave, ...]:
        """Return the periods; what is none is refused."""
        out = []
        raw = self._bare(cell) if isinstance(cell, str) else self.text(cell)
        for part in split(fold(raw)):
            text = self._tidy(part)
            day = date_of(text)
            period = (day, day) if day else period_of(text)
            if period is None or period[1] < period[0]:
                self.flag("E248", value=text[:_SHOWN])
                continue
            out.append(Leave(start=period[0], end=period[1]))
        return tuple(out)
