"""Key, selection, teams: everything that a draw makes of the seed, made again.

A drawn file is compared as a whole: the bytes that the rule gives against the bytes
that are here. So nothing in it can be changed without being noticed.

Spec: draw-v1 §4 "Key", §5, §6, §7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dualrandom.announcement import Announcement, Result, result_files
from dualrandom.canonical import sha256
from dualrandom.documents import parse_result
from dualrandom.draw import Plain, Selection, select_with
from dualrandom.errors import StateError, VerificationError
from dualrandom.matching import match
from dualrandom.model import Drawn, Member, Visibility
from dualrandom.randomness import drawn_salt, key_of
from dualrandom.tables import (
    CONFLICTS,
    DRAWN,
    INSPECTORS,
    RESERVES,
    RESULTS,
    SELECTED,
    STRATA,
    TARGETS,
    TEAMS,
    Kind,
    rows_of,
)
from dualrandom.verify.lists import ANNOUNCEMENT, Lists, read_table
from dualrandom.verify.sources import RANDOMNESS, SEED, check_commitment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.draw import Engine
    from dualrandom.verify.report import Steps

RESULT = "result.json"


def check_result(
    steps: Steps, lists: Lists, files: Mapping[str, bytes], commitment: str
) -> Result | None:
    """Check result.json against the announcement and the files that it names.

    What the draw made is read without it, too: it can be computed again.
    """
    result = _check_document(steps, lists, files, commitment)
    if result is None:
        for name in (SEED, RANDOMNESS):
            if name in files:
                steps.unchecked("file", "no_digest", name)
    for kind in RESULTS:
        if not _is_due(kind, lists.announcement, result):
            if kind.name in files:
                steps.differs("file", "E834", kind.name)
        elif result is not None or kind.name in files:
            _read_drawn(steps, lists, kind, result, files)
    return result


def _is_due(kind: Kind[Any], announcement: Announcement, result: Result | None) -> bool:
    matched = result is None or result.matched
    return kind.name in result_files(announcement, matched=matched)


def _check_document(
    steps: Steps, lists: Lists, files: Mapping[str, bytes], commitment: str
) -> Result | None:
    if RESULT not in files:
        steps.unchecked("result", "absent", RESULT)
        return None
    result = _read_result(steps, files[RESULT], commitment)
    if result is None:
        return None
    if not _fits(lists, result) or result.commitment != commitment:
        steps.differs("result", "E833", RESULT)
        return None
    for file, digest in (
        (SEED, result.seed_file),
        (RANDOMNESS, result.randomness_file),
    ):
        if file in files and sha256(files[file]) != digest:
            steps.differs("result", "E810", file, document=RESULT)
            return None
    for field in result.unknown:
        steps.unchecked("result", "unknown_field", RESULT, field=field)
    steps.agrees("result", RESULT)
    return result


def _read_result(steps: Steps, data: bytes, commitment: str) -> Result | None:
    try:
        return parse_result(data)
    except VerificationError as error:
        if error.code == "E805":
            steps.unchecked("result", "unknown_protocol", RESULT)
            check_commitment(steps, {RESULT: data}, commitment)
        else:
            steps.refused("result", error, RESULT)
        return None


def _fits(lists: Lists, result: Result) -> bool:
    """Say whether the result is of this draw, with just the tables that are due."""
    announcement = lists.announcement
    names = result_files(announcement, matched=result.matched)
    if (
        result.draw != announcement.draw
        or tuple(name for name, _ in result.files) != names
        or dict(result.visibility) != {name: announcement.sees(name) for name in names}
    ):
        return False
    rows = {name: digest.rows for name, digest in result.files}
    seats = result.drawn * sum(post.count for post in announcement.posts)
    return (
        result.drawn > 0
        and result.drawn == rows[DRAWN.name] == rows[SELECTED.name]
        and rows.get(TEAMS.name, seats) == seats
        and lists.due in (None, result.drawn)
    )


def _read_drawn(
    steps: Steps,
    lists: Lists,
    kind: Kind[Any],
    result: Result | None,
    files: Mapping[str, bytes],
) -> None:
    seen = lists.announcement.sees(kind.name)
    if kind.name not in files:
        code = "absent" if seen is Visibility.PUBLIC else f"withheld_{seen}"
        steps.unchecked("file", code, kind.name)
        return
    read = read_table(
        steps,
        kind,
        files[kind.name],
        digest=None if result is None else dict(result.files)[kind.name],
        document=RESULT,
        seen=seen,
    )
    if read is None:
        return
    if result is None:
        steps.unchecked("file", "no_digest", kind.name)
    table, _ = read
    if table.salt is not None and lists.has(INSPECTORS):
        salt = lists.table(INSPECTORS).salt
        if salt is None or table.salt != drawn_salt(salt, kind.name):
            steps.differs("file", "E835", kind.name)
            return
    lists.put(kind.name, *read)


def check_selection(
    steps: Steps, lists: Lists, seed: str | None, engine: Engine | None
) -> tuple[str, Selection] | None:
    """Draw again, and compare; return the key and the selection.

    Args:
        steps: where the outcome goes.
        lists: the tables.
        seed: None where it cannot be told.
        engine: over the rows of strata.tsv; None: those in ``lists``.
    """
    if seed is None or not lists.has(STRATA) or lists.strata is None:
        _check_drawn_alone(steps, lists)
        steps.unchecked("selection", "no_strata" if seed else "no_seed", SELECTED.name)
        return None
    key = key_of(seed, lists.table(STRATA).salt)
    try:
        selection = select_with(
            engine or Plain(lists.rows(STRATA)),
            key=key,
            strata=lists.strata,
            reserves=lists.announcement.reserves,
        )
    except StateError as error:
        steps.differs("selection", error.code, STRATA.name, **error.params)
        return None
    for stratum in selection.short:
        steps.agrees("short", STRATA.name, stratum=stratum)
    drawn = tuple(Drawn(id=row.id) for row in selection.selected)
    _compare(steps, "selection", lists, SELECTED, selection.selected)
    if lists.announcement.reserves is not None:
        _compare(steps, "reserves", lists, RESERVES, selection.reserves)
    _compare(steps, "drawn", lists, DRAWN, tuple(sorted(drawn, key=DRAWN.key)))
    return key, selection


def _compare(
    steps: Steps, name: str, lists: Lists, kind: Kind[Any], rows: tuple[Any, ...]
) -> None:
    if not lists.has(kind):
        return
    published = lists.rows(kind)
    for row, (here, due) in enumerate(zip(published, rows, strict=False), 1):
        if here != due:
            steps.differs(name, "E836", kind.name, row=row, id=here.id, due=due.id)
            return
    if len(published) != len(rows):
        steps.differs(name, "E837", kind.name, count=len(published), due=len(rows))
        return
    steps.agrees(name, kind.name, count=len(rows))


def _check_drawn_alone(steps: Steps, lists: Lists) -> None:
    """Where strata are withheld, the drawn list can at least be held to the list."""
    if lists.has(DRAWN, TARGETS):
        drawn = [row.id for row in lists.rows(DRAWN)]
        listed = rows_of(lists.rows(TARGETS), drawn)
        stranger = next((i for i in drawn if i not in listed), None)
        if stranger is not None:
            steps.differs("drawn", "E838", DRAWN.name, id=stranger)


def check_teams(
    steps: Steps,
    lists: Lists,
    result: Result | None,
    drawn: tuple[str, Selection] | None,
) -> tuple[Member, ...] | None:
    """Match again, and compare; return the teams that the rule gives."""
    if result is None:
        return None
    if drawn is None or not lists.has(TARGETS, INSPECTORS, CONFLICTS):
        steps.unchecked("teams", "no_inspectors", TEAMS.name)
        return None
    announcement = lists.announcement
    if announcement.area is None:
        steps.unchecked("teams", "unknown_field", ANNOUNCEMENT, field="area")
        return None
    key, selection = drawn
    drawn_ids = [row.id for row in selection.selected]
    by_id = rows_of(lists.rows(TARGETS), drawn_ids)
    matching = match(
        key=key,
        targets=[by_id[i] for i in drawn_ids],
        posts=announcement.posts,
        inspectors=tuple(lists.rows(INSPECTORS)),
        area=announcement.area,
        conflicts=lists.rows(CONFLICTS),
    )
    if (matching.shortage is None) != result.matched:
        steps.differs("teams", "E839", RESULT)
        return None
    if matching.shortage is not None:
        steps.agrees("unmatched", RESULT, count=len(matching.shortage.posts))
        return None
    _compare(steps, "teams", lists, TEAMS, matching.members)
    return matching.members
