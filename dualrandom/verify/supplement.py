"""A supplementary draw against the rule, and against the first one's folder.

That there is one stratum, of which all are drawn, the announcement shows. Whose list it
is, only the first draw's folder can: where it lies beside, it is looked at; else, and
for its own place in the log, people compare.

Spec: draw-v1 §6, "When no complete assignment exists".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import VerificationError
from dualrandom.tables import DRAWN, STRATA, TARGETS
from dualrandom.verify.lists import ANNOUNCEMENT, STAFFING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dualrandom.announcement import Announcement, Result
    from dualrandom.verify.lists import Lists
    from dualrandom.verify.report import Steps

    Beside = Callable[[str], Mapping[str, bytes]]
    """Returns the files of another draw's folder; empty where it is not at hand."""

NEEDED: Final = (ANNOUNCEMENT, "result.json", DRAWN.name)


def check_supplement(steps: Steps, lists: Lists, beside: Beside) -> None:
    """Check what a supplementary draw owes the first one; others owe nothing."""
    announcement = lists.announcement
    older = announcement.supersedes
    if older is None or older.reason != STAFFING:
        return
    rows = announcement.digest(TARGETS.name).rows
    if lists.strata is not None and (
        len(lists.strata.strata) != 1 or lists.due not in (None, rows)
    ):
        private = announcement.strata_private
        file = STRATA.name if private else ANNOUNCEMENT
        steps.differs("supplement", "E861", file, draw=older.draw)
        return
    first = beside(older.draw)
    if not lists.has(TARGETS) or not all(map(first.get, NEEDED)):
        steps.people("supplement", "people_staffing", TARGETS.name, draw=older.draw)
        return
    result = _first(announcement, older.draw, first)
    if result is None:
        steps.differs("supplement", "E864", TARGETS.name, draw=older.draw)
    elif result.matched:
        steps.differs("supplement", "E863", ANNOUNCEMENT, draw=older.draw)
    elif [row.id for row in DRAWN.parse(first[DRAWN.name])[1]] != [
        row.id for row in lists.rows(TARGETS)
    ]:
        steps.differs("supplement", "E862", TARGETS.name, draw=older.draw)
    else:
        steps.people("supplement", "people_first", TARGETS.name, draw=older.draw)


def _first(
    announcement: Announcement, draw: str, files: Mapping[str, bytes]
) -> Result | None:
    """Return the first draw's result; None: these files are not of that draw."""
    data = files[ANNOUNCEMENT]
    try:
        first, result = parse_announcement(data), parse_result(files["result.json"])
        DRAWN.parse(files[DRAWN.name])
    except VerificationError:
        return None
    bound = (
        (first.draw, draw),
        (first.task.id, announcement.task.id),
        (result.draw, draw),
        (result.commitment, sha256(data)),
        (dict(result.files)[DRAWN.name].sha256, sha256(files[DRAWN.name])),
    )
    return result if all(found == due for found, due in bound) else None
