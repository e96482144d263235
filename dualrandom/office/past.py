"""What the office's own draws tell for a new one: who was visited, who did how much.

- Only what the log names is believed: each file has the digest it had.
- A draw whose folder is gone, although a rule has to know what was in it, stops the
  freeze: taking a folder away would otherwise free its targets of every cap.
- A draw that another one supersedes counts no more; nor do other draws of the task.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from dualrandom.draw import quotas
from dualrandom.exclusions import Period, Visit, product_of
from dualrandom.folder import open_folder
from dualrandom.freeze import Past
from dualrandom.office import journal
from dualrandom.office.folders import announced, check_folder, refuse
from dualrandom.office.outcome import logged_changes
from dualrandom.records import DrawState
from dualrandom.registry.lists import TARGETS as DIRECTORY
from dualrandom.strata import parse_strata_line
from dualrandom.tables import (
    DRAWN,
    INSPECTORS,
    REPLACEMENTS,
    STRATA,
    SUBSTITUTIONS,
    TARGETS,
    TEAMS,
)
from dualrandom.verify import KNOWN, LARGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dualrandom.announcement import Announcement
    from dualrandom.audit import DrawLife
    from dualrandom.canonical import Blocks, Content
    from dualrandom.exclusions import Pair
    from dualrandom.model import InspectorId, TargetId
    from dualrandom.office.place import Office
    from dualrandom.records import TaskRecord
    from dualrandom.registry import Reader
    from dualrandom.rules import Rules


def past_of(office: Office, tx: Reader, task: TaskRecord, rules: Rules) -> Past:
    """Return what other draws tell, as far as the rules ask for it.

    Raises:
        EnvironmentProblem: E170, a draw's folder is gone that must be known.
        VerificationError: E171, a file is not what was logged.
        StateError: E184 as for the log.
    """
    others = [
        draw
        for draw in tx.draws()
        if draw.task != task.id and draw.state is not DrawState.ABANDONED
    ]
    if not others or not _is_asked(tx, rules):
        return Past()
    period = Period(start=task.start, end=task.end)
    report = journal.told(office, tx)
    lives = {draw.id: journal.draw_of(report, draw.id) for draw in others}
    # The lists are read where they matter.
    notices = {id_: announced(office, life) for id_, life in lives.items()}
    gone = {a.supersedes.draw for a in notices.values() if a.supersedes is not None}
    visits: list[Visit] = []
    posts: Counter[InspectorId] = Counter()
    for draw in others:
        announcement = notices[draw.id]
        if draw.id in gone or not _matters(announcement, period, rules):
            continue
        refuse(check_folder(office, lives[draw.id]), missing=True)
        _, files, large = open_folder(office.draw(draw.id), KNOWN, large=LARGE)
        visits += _visits(lives[draw.id], announcement, files, large)
        if announcement.task.start[:4] == str(task.start.year):
            if lives[draw.id].ended is None:
                posts.update(_possible(announcement, {**files, **large}))
            else:
                posts.update(_posts(lives[draw.id], files))
    return Past(
        visits=tuple(visits),
        posts=tuple(sorted(posts.items())),
        left=tuple(_left(tx, visits)),
    )


def _is_asked(tx: Reader, rules: Rules) -> bool:
    """Say whether any rule has to know of other draws: most lists have no products."""
    if rules.yearly_cap or rules.since_inspected or rules.open_draws or rules.per_year:
        return True
    if any(person.yearly is not None for person in tx.inspectors()):
        return True
    return bool(rules.same_product) and any(product_of(t) for t, _ in tx.targets())


def _matters(announcement: Announcement, period: Period, rules: Rules) -> bool:
    start, end = _days(announcement)
    months = max(rules.since_inspected, rules.same_product)
    return (
        start.year == period.start.year
        or end >= period.start
        or period.near(start, end, months)
    )


def _days(announcement: Announcement) -> tuple[dt.date, dt.date]:
    task = announcement.task
    return dt.date.fromisoformat(task.start), dt.date.fromisoformat(task.end)


def _visits(
    life: DrawLife,
    announcement: Announcement,
    files: Mapping[str, bytes],
    large: Mapping[str, Blocks],
) -> Iterator[Visit]:
    start, end = _days(announcement)
    pending = life.ended is None
    kind = TARGETS if pending else DRAWN
    data: Content = large.get(kind.name) or files[kind.name]
    ids: list[TargetId] = [row.id for row in kind.parse(data)[1]]
    # Who was replaced was called on too: that is how it was found closed.
    ids += [row.substitute for row in logged_changes(REPLACEMENTS, files, life)]
    for id_ in ids:
        yield Visit(target=id_, draw=life.draw, start=start, end=end, pending=pending)


def _posts(life: DrawLife, files: Mapping[str, bytes]) -> Iterable[InspectorId]:
    """Return who holds the posts of a draw, once for each, after all substitutions."""
    if TEAMS.name not in files:
        return ()
    _, members = TEAMS.parse(files[TEAMS.name])
    holders = Counter(member.inspector for member in members)
    for row in logged_changes(SUBSTITUTIONS, files, life):
        holders[row.inspector] -= 1
        holders[row.substitute] += 1
    return holders.elements()


def _possible(
    announcement: Announcement, files: Mapping[str, Content]
) -> Counter[InspectorId]:
    """Return how many posts of an open draw each inspector gets at most.

    They are kept free: whatever is drawn in which order, nobody gets beyond the year's
    limit.
    """
    strata, needs = announcement.strata, [set(p.need) for p in announcement.posts]
    if strata is None:
        line = STRATA.parse(files[STRATA.name])[0].strata
        strata, _ = parse_strata_line(line or b"")
    # One post of each target that is drawn, and of those only what the tags allow.
    drawn = sum(quotas(strata))
    return Counter(
        {
            one.id: drawn if one.max is None else min(one.max, drawn)
            for one in INSPECTORS.parse(files[INSPECTORS.name])[1]
            if any(need <= set(one.tags) for need in needs)
        }
    )


def _left(tx: Reader, visits: Iterable[Visit]) -> Iterator[Pair]:
    """Yield visited targets that have left the directory since, as they last were."""
    gone = {visit.target for visit in visits}
    for target, _ in tx.targets() if gone else ():
        gone.discard(target.id)
    for id_ in sorted(gone):
        versions = tx.history(DIRECTORY, (id_,))
        if versions:
            yield versions[-1].record
