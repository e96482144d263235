"""The announcement and the six frozen tables: grammar, digests, rules of the lists.

Spec: draw-v1 §2, §3, §7.
"""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import Table, records_root, sha256
from dualrandom.draw import quotas
from dualrandom.errors import StateError, VerificationError
from dualrandom.matching import unstaffable
from dualrandom.model import Area, FileDigest, Strata, Visibility
from dualrandom.strata import parse_strata_line
from dualrandom.tables import (
    CONFLICTS,
    EXCLUSIONS,
    FROZEN,
    INSPECTOR_EXCLUSIONS,
    INSPECTORS,
    STRATA,
    TARGETS,
    Kind,
    Row,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dualrandom.announcement import Announcement
    from dualrandom.canonical import Content
    from dualrandom.verify.report import Steps

ANNOUNCEMENT = "announcement.json"
STAFFING = "staffing"
"""The reason of a supplementary draw. Spec: draw-v1 §6."""


class Lists:
    """The frozen tables that are here and could be read.

    Attributes:
        announcement: what the folder announces.
        strata: the strata, public or from strata.tsv; None where they are withheld.
        due: how many are to be drawn in all; None where that cannot be told.
    """

    def __init__(self, announcement: Announcement) -> None:
        self.announcement = announcement
        self.strata: Strata | None = announcement.strata
        self.due: int | None = None
        self._tables: dict[str, tuple[Table, Collection[Any]]] = {}

    def put(self, name: str, table: Table, rows: Collection[Any]) -> None:
        """Keep a table that was read."""
        self._tables[name] = (table, rows)

    def drop(self, kind: Kind[Any]) -> None:
        """Forget a table that cannot be used."""
        del self._tables[kind.name]

    def has(self, *kinds: Kind[Any]) -> bool:
        """Say whether all these tables are here."""
        return all(kind.name in self._tables for kind in kinds)

    def rows(self, kind: Kind[Row]) -> Collection[Row]:
        """Return a table's rows."""
        return self._tables[kind.name][1]

    def table(self, kind: Kind[Any]) -> Table:
        """Return a table's parts."""
        return self._tables[kind.name][0]


def read_table(
    steps: Steps,
    kind: Kind[Any],
    data: Content,
    *,
    digest: FileDigest | None,
    document: str,
    seen: Visibility,
) -> tuple[Table, Collection[Any]] | None:
    """Check one table against the document that names it; return what was read.

    Args:
        steps: where the outcome goes.
        kind: what the file must look like.
        data: its bytes.
        digest: what the document says of it; None: nothing does.
        document: ``announcement.json`` or ``result.json``.
        seen: who may see it, which decides whether a salt is due.
    """
    name = kind.name
    # The digest first: a changed file is named as such before its grammar is judged.
    if digest is not None and sha256(data) != digest.sha256:
        steps.differs("file", "E810", name, document=document)
        return None
    try:
        table, rows = kind.parse(data)
    except VerificationError as error:
        steps.refused("file", error, name)
        return None
    if digest is not None and (digest.rows, digest.bytes) != (len(rows), len(data)):
        steps.differs("file", "E811", name, document=document)
        return None
    if (table.salt is None) != (seen is Visibility.PUBLIC):
        steps.differs("file", "E812", name)
        return None
    steps.agrees("file", name)
    return table, rows


def check_lists(
    steps: Steps, announcement: Announcement, files: Mapping[str, Content]
) -> Lists:
    """Check every frozen table that is here, and what the lists owe each other."""
    lists = Lists(announcement)
    for kind in FROZEN:
        seen = announcement.sees(kind.name)
        if kind.name not in files:
            code = "absent" if seen is Visibility.PUBLIC else f"withheld_{seen}"
            steps.unchecked("file", code, kind.name)
            continue
        read = read_table(
            steps,
            kind,
            files[kind.name],
            digest=announcement.digest(kind.name),
            document=ANNOUNCEMENT,
            seen=seen,
        )
        if read is not None:
            lists.put(kind.name, *read)
    if lists.has(TARGETS):
        _check_targets(steps, lists)
    if lists.has(STRATA):
        _check_strata(steps, lists)
    _check_quotas(steps, lists)
    _check_excluded(steps, announcement)
    _say_scope(steps, announcement)
    if lists.has(EXCLUSIONS):
        _check_exclusions(steps, lists, EXCLUSIONS, TARGETS, "targets")
    if lists.has(INSPECTOR_EXCLUSIONS):
        _check_exclusions(steps, lists, INSPECTOR_EXCLUSIONS, INSPECTORS, "inspectors")
    if announcement.area in (Area.SAME, Area.CROSS):
        _check_regions(steps, lists)
    if lists.has(TARGETS, INSPECTORS) and _has_people(steps, lists):
        _check_staffing(steps, lists)
    return lists


def _say_scope(steps: Steps, announcement: Announcement) -> None:
    """Name what only people can compare: the directory."""
    steps.people(
        "scope",
        "people_scope",
        TARGETS.name,
        seq=announcement.registry.seq,
        digest=announcement.registry.targets,
    )


def _check_targets(steps: Steps, lists: Lists) -> None:
    announcement = lists.announcement
    salted = {row.salt != "" for row in lists.rows(TARGETS)}
    if salted - {announcement.sealed}:
        steps.differs("targets", "E813", TARGETS.name)
        return
    root = announcement.digest(TARGETS.name).root
    if root is not None and root != records_root(lists.table(TARGETS).lines):
        steps.differs("targets", "E814", TARGETS.name)
        return
    steps.agrees("targets", TARGETS.name, count=len(lists.rows(TARGETS)))


def _check_strata(steps: Steps, lists: Lists) -> None:
    announcement, table = lists.announcement, lists.table(STRATA)
    if (table.strata is not None) != announcement.strata_private:
        steps.differs("strata", "E815", STRATA.name)
        return
    if table.strata is not None:
        try:
            lists.strata, unknown = parse_strata_line(table.strata)
        except VerificationError as error:
            steps.refused("strata", error, STRATA.name)
            return
        for field in unknown:
            steps.unchecked("strata", "unknown_field", STRATA.name, field=field)
    rows = lists.rows(STRATA)
    if lists.has(TARGETS) and not _same_ids(rows, lists.rows(TARGETS)):
        steps.differs("strata", "E816", STRATA.name)
        lists.drop(STRATA)
        return
    counted = Counter(row.stratum for row in rows)
    announced = {s.name: s.rows for s in lists.strata.strata} if lists.strata else {}
    if counted != Counter(announced):
        steps.differs("strata", "E817", STRATA.name)
        return
    steps.agrees("strata", STRATA.name, count=len(announced))


def _same_ids(left: Iterable[Any], right: Iterable[Any]) -> bool:
    pairs = zip_longest(left, right)
    return all(a is not None and b is not None and a.id == b.id for a, b in pairs)


def _first_in_both(left: Iterable[Any], right: Iterable[Any]) -> str | None:
    """Return the lowest id that stands in both of two sorted lists."""
    some, others = iter(left), iter(right)
    a, b = next(some, None), next(others, None)
    while a is not None and b is not None:
        if a.id == b.id:
            return str(a.id)
        if a.id < b.id:  # code points sort like UTF-8 bytes
            a = next(some, None)
        else:
            b = next(others, None)
    return None


def _check_excluded(steps: Steps, announcement: Announcement) -> None:
    """Hold the announced reasons to the announced rows: everyone can do that."""
    told = [(e.list, e.reason) for e in announcement.excluded]
    for name, kind in (("targets", EXCLUSIONS), ("inspectors", INSPECTOR_EXCLUSIONS)):
        count = sum(e.count for e in announcement.excluded if e.list == name)
        if count != announcement.digest(kind.name).rows or len(set(told)) < len(told):
            steps.differs("exclusions", "E819", ANNOUNCEMENT)
            return


def _check_quotas(steps: Steps, lists: Lists) -> None:
    rows = lists.announcement.digest(TARGETS.name).rows
    if lists.announcement.digest(STRATA.name).rows != rows:
        steps.differs("quotas", "E816", ANNOUNCEMENT)
        return
    if rows == 0:
        steps.differs("quotas", "E401", ANNOUNCEMENT)
        return
    if lists.strata is None:
        return
    file = STRATA.name if lists.announcement.strata_private else ANNOUNCEMENT
    if sum(s.rows for s in lists.strata.strata) != rows:
        steps.differs("quotas", "E817", file)
        return
    try:
        taken = quotas(lists.strata)
    except StateError as error:
        steps.differs("quotas", error.code, file, **error.params)
        return
    lists.due = sum(taken)
    steps.agrees("quotas", file, count=lists.due)


def _check_exclusions(
    steps: Steps,
    lists: Lists,
    excluded: Kind[Any],
    listed: Kind[Any],
    name: str,
) -> None:
    both = lists.has(listed) and _first_in_both(
        lists.rows(excluded), lists.rows(listed)
    )
    if both:
        steps.differs("exclusions", "E818", excluded.name, id=both)
        return
    counted = Counter(row.reason for row in lists.rows(excluded))
    announced = Counter[str]()
    for e in lists.announcement.excluded:
        if e.list == name:
            announced[e.reason] += e.count
    if +counted != +announced:
        steps.differs("exclusions", "E819", excluded.name)
        return
    steps.agrees("exclusions", excluded.name, count=sum(counted.values()))


def _check_regions(steps: Steps, lists: Lists) -> None:
    """Find an empty region, in whichever list is here."""
    kinds: tuple[Kind[Any], ...] = (TARGETS, INSPECTORS)
    for kind in filter(lists.has, kinds):
        empty = next((row.id for row in lists.rows(kind) if not row.region), None)
        if empty is not None:
            steps.differs("staffing", "E820", kind.name, id=empty)
            lists.drop(kind)


def _has_people(steps: Steps, lists: Lists) -> bool:
    """Say whether there are as many inspectors as a team has posts, to begin with."""
    count = sum(post.count for post in lists.announcement.posts)
    targets = lists.rows(TARGETS)
    if count > sum(one.max != 0 for one in lists.rows(INSPECTORS)) and targets:
        first = next(iter(targets)).id
        steps.differs("staffing", "E821", TARGETS.name, id=first, count=len(targets))
        return False
    return True


def _check_staffing(steps: Steps, lists: Lists) -> None:
    announcement = lists.announcement
    if not lists.has(CONFLICTS):
        return
    if announcement.area is None:
        steps.unchecked("staffing", "unknown_field", ANNOUNCEMENT, field="area")
        return
    recused = {conflict.id for conflict in lists.rows(CONFLICTS)}
    alike: Counter[str] = Counter()
    some = []
    # Targets of one region, with nobody recused, are all alike: one stands for them.
    for target in lists.rows(TARGETS):
        if target.id in recused:
            some.append(target)
        else:
            alike[target.region] += 1
            if alike[target.region] == 1:
                some.append(target)
    alone = unstaffable(
        targets=some,
        posts=announcement.posts,
        inspectors=tuple(lists.rows(INSPECTORS)),
        area=announcement.area,
        conflicts=lists.rows(CONFLICTS),
    )
    if alone:
        regions = {t.id: t.region for t in some if t.id not in recused}
        count = sum(alike[regions[i]] if i in regions else 1 for i in alone)
        steps.differs("staffing", "E821", TARGETS.name, id=alone[0], count=count)
        return
    steps.agrees("staffing", TARGETS.name)
