"""Sheets of results, penalties and objections, brought in and handed out.

- What a sheet's rows lack comes back in a copy of it, as with every list.
- Nothing is written while any row is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom.errors import InputError
from dualrandom.folder import check_new
from dualrandom.office import journal
from dualrandom.office.lists import write_changes
from dualrandom.office.marking import mark, odd
from dualrandom.office.penalties import record_penalties
from dualrandom.office.place import check_private, today
from dualrandom.office.results import own_codes, record_results, standing_of
from dualrandom.outcomes import Reply
from dualrandom.registry.lists import OBJECTIONS, RESULTS
from dualrandom.sheets import (
    read_objections,
    read_penalties,
    read_results,
    write_results_sheet,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.messages import Lang
    from dualrandom.office.place import Office
    from dualrandom.outcomes import ObjectionRecord
    from dualrandom.sheets import Listing, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of a sheet.

    Attributes:
        rows: records read.
        added: new ones.
        changed: those that differ from what stood there.
        written: whether anything was.
    """

    rows: int
    added: int
    changed: int
    written: bool
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A sheet, and where its marked copy goes.

    Attributes:
        sheet: its name, where several fit.
        problems: of the marked copy; None: beside the sheet.
        lang: of the sentences in it.
    """

    path: Path
    sheet: str | None = None
    problems: Path | None = None
    lang: Lang = "zh-CN"

    def read(self, listing: Listing, reader: Callable[[], Reading[Any]]) -> Any:  # noqa: ANN401
        """Return what a reader makes of it.

        Raises:
            InputError: as the reader refuses; E220 names the marked copy.
            StateError: E175, there is a file where that would go.
        """
        try:
            if self.problems is not None:
                check_new(self.problems)
            made = reader()
        except InputError as error:
            mark(error, listing, self.path, self.problems, self.lang)
            raise
        told = odd(made, listing, self.path, self.problems, self.lang)
        return replace(made, warnings=told)


def hand_out_results(office: Office, draw: str, out: Path, lang: Lang) -> int:
    """Write the sheet of a draw's results, a row a target and item; return the rows.

    What was recorded already stands in it.

    Raises:
        DualRandomError: as :func:`.results.standing_of`.
        UsageError: E964, a place that others see.
        EnvironmentProblem: E229, it cannot be written.
    """
    check_private(office, out)
    codes = own_codes(office)
    found = standing_of(office, draw)
    visits = found.visits
    write_results_sheet(out, visits.targets, visits.items, found.records, codes, lang)
    return len(visits.pairs)


def bring_results(
    office: Office,
    draw: str,
    source: Source,
    *,
    reason: str = "",
    dry_run: bool = False,
) -> Brought:
    """Record a draw's results from a sheet; with a reason, as a correction.

    Raises:
        DualRandomError: as :func:`.sheets.read_results`, :func:`.record_results`.
    """
    found = standing_of(office, draw)
    items = [code for code, _ in found.visits.items]
    codes = own_codes(office)
    reading = source.read(
        "results",
        lambda: read_results(
            source.path, draw, items, codes, source.sheet, known=found.records
        ),
    )
    silent = {"action", "note"} - reading.fields
    told = (
        set(RESULTS.names) - silent - ({"action_text"} if "action" in silent else set())
    )
    added, changed = record_results(
        office, draw, reading.records, reason=reason, told=told, dry_run=dry_run
    )
    return _brought(reading, added, changed, dry_run=dry_run)


def _brought(
    reading: Reading[Any], added: int, changed: int, *, dry_run: bool
) -> Brought:
    return Brought(
        rows=len(reading.records),
        added=added,
        changed=changed,
        written=bool(added or changed) and not dry_run,
        warnings=reading.warnings,
    )


def bring_penalties(
    office: Office, source: Source, *, reason: str = "", dry_run: bool = False
) -> Brought:
    """Record decisions from a sheet; known ones change with a reason.

    Raises:
        DualRandomError: as :func:`.sheets.read_penalties`, :func:`.record_penalties`.
    """
    reading = source.read(
        "penalties", lambda: read_penalties(source.path, source.sheet)
    )
    added, changed = record_penalties(
        office, reading.records, reason=reason, told=reading.fields, dry_run=dry_run
    )
    return _brought(reading, added, changed, dry_run=dry_run)


def bring_objections(
    office: Office, source: Source, *, dry_run: bool = False
) -> Brought:
    """Record objections and their replies from a sheet; what it lacks stays.

    Raises:
        DualRandomError: as :func:`.sheets.read_objections`, or as for the log;
            InputError E929, a day to come; E963, a reply without its day, a day
            without a reply, or one before the objection.
    """
    reading = source.read(
        "objections", lambda: read_objections(source.path, source.sheet)
    )
    day = today(office)
    for one in reading.records:
        _check_objection(one, day)
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        told = reading.fields
        changes = tx.diff(OBJECTIONS, reading.records, full=False, told=told)
        if not dry_run and not changes.empty:
            write_changes(office, tx, undo, changes, "objections", signer=signer)
    added, changed, _ = changes.counts
    return _brought(reading, added, changed, dry_run=dry_run)


def _check_objection(one: ObjectionRecord, day: dt.date) -> None:
    for when in (one.received, one.replied):
        if when is not None and when > day:
            raise InputError("E929", id=one.id, date=str(when))
    answered = one.reply is not Reply.OPEN
    if answered is (one.replied is None) or (one.replied or day) < one.received:
        raise InputError("E963", id=one.id)
