"""May an item be drawn for, and has anybody looked at it since the law changed?

Border: pure; records and days in, words out.

- No inspection without a legal basis: a draft, an item that is not in force yet, one
  that has expired, one that was cancelled or suspended cannot be drawn for.
- A law that changed (``BasisRecord``) and is cited by an item asks for a new version,
  or for the day of the law's version that the item follows, within a month.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dualrandom.errors import UsageError
from dualrandom.records import Cause
from dualrandom.words import group, words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from dualrandom.records import BasisRecord, ItemRecord

LAWFUL: Final = ("basis", "body", "content", "method")
"""What the law asks an item to state (依据、主体、内容、方式)."""

_SHORT: Final = re.compile("^\u4e2d\u534e\u4eba\u6c11\u5171\u548c\u56fd")
_BRACKETS: Final = re.compile(r"[\u300a\u300b\s]")


class ItemState(StrEnum):
    """What an item is on a day; only one in force can be drawn for."""

    IN_FORCE = "in-force"
    DRAFT = "draft"
    UNPUBLISHED = "unpublished"
    EXPIRED = "expired"
    ENDED = "ended"


def missing(item: ItemRecord) -> tuple[str, ...]:
    """Return which of the four fields that the law asks for are empty."""
    return tuple(name for name in LAWFUL if not getattr(item, name))


def state_of(item: ItemRecord, day: dt.date) -> ItemState:
    """Return what an item is on a day."""
    if item.draft or item.status.startswith(words("item-status", "draft")):
        return ItemState.DRAFT
    if item.status.startswith(words("item-status", "ended")):
        return ItemState.ENDED
    if item.expires is not None and item.expires < day:
        return ItemState.EXPIRED
    early = item.effective is not None and item.effective > day
    if early or item.status.startswith(words("item-status", "unpublished")):
        return ItemState.UNPUBLISHED
    return ItemState.IN_FORCE


def parse_cause(text: str) -> Cause:
    """Return the cause of a change that an officer typed: a code, or one of its words.

    Raises:
        UsageError: E317.
    """
    for code, said in group("cause").items():
        if text == code or text in said:
            return Cause(code)
    known = ", ".join(said[0] for said in group("cause").values())
    raise UsageError("E317", value=text, known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A law that changed under an item more than a month ago."""

    basis: str
    changed: dt.date


def stale(
    item: ItemRecord, since: dt.date, bases: Iterable[BasisRecord], day: dt.date
) -> tuple[Stale, ...]:
    """Return the laws whose change the item has not followed, though a month is over.

    Args:
        item: as it stands.
        since: the day of its newest version.
        bases: the changes of laws that the office knows of.
        day: today.
    """
    looked = max(since, item.basis_date or since)
    cited = _plain(item.basis)
    return tuple(
        Stale(basis=basis.name, changed=basis.changed)
        for basis in bases
        if looked < basis.changed
        and month_after(basis.changed) < day
        and _plain(basis.name) in cited
    )


def month_after(day: dt.date) -> dt.date:
    """Return the same day a month later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def _plain(text: str) -> str:
    """Return a citation without its brackets; a law is also known by its short name."""
    return _SHORT.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
