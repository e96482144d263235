"""A draw as it lies in ``public/``, and what it is called on every page.

Border: values. Bytes were read and checked by :mod:`dualrandom.site.source`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.randomness import Standing
from dualrandom.records import DrawState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.announcement import Announcement, Result
    from dualrandom.model import Selected, Target, TargetId
    from dualrandom.public import DrawLine
    from dualrandom.site.phrases import Phrases

BEIJING: Final = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDraw:
    """A draw as it lies in ``public/``.

    Attributes:
        files: bytes by name, below the draw's folder.
        targets: rows of targets.tsv; () where it is not public.
        selected: rows of selected.tsv, likewise.
        drawn: whom drawn.tsv names, likewise.
        supersedes: the draw whose place it took, if that has a page here; else "".
        superseded_by: draws that took this one's place.
    """

    line: DrawLine
    announcement: Announcement
    result: Result | None
    files: Mapping[str, bytes]
    targets: tuple[Target, ...] = ()
    selected: tuple[Selected, ...] = ()
    drawn: tuple[TargetId, ...] = ()
    supersedes: str = ""
    superseded_by: tuple[str, ...] = ()


def beijing(time: str) -> str:
    """Return ``2026-11-20T01:00:00Z`` as ``2026-11-20 09:00``."""
    try:
        moment = dt.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z")
        return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):  # the grammar lets 31 February pass
        return time


def standing_words(line: DrawLine, say: Phrases) -> str:
    """Return what a draw may be called. Spec: draw-v1 §4."""
    word = say(f"standing.{line.standing}")
    if (
        line.order_witnessed
        or line.standing is Standing.NONE
        or line.state is DrawState.ANNOUNCED  # a witness may still come in time
    ):
        return word
    return say("standing.unwitnessed", word=word)


def state_words(line: DrawLine, say: Phrases) -> str:
    """Return how far a draw has come."""
    return say("state.overdue" if line.overdue else f"state.{line.state}")
