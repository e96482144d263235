"""Enforcement outcomes (查处情况): decided, changed, revoked; shown while they are due.

- A decision is recorded once, under its number. What happens to it later is a change
  with a reason, and the older version stays in the registry, never on a page.
- What is shown follows from the day: a display period ends by itself, with the next
  publication. A tombstone without the party stays.
- A warning alone is kept, and not published.

Spec: log-v1 §4, ``penalty.*``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from dualrandom.errors import InputError, StateError
from dualrandom.office import journal
from dualrandom.office.lists import write_changes
from dualrandom.office.place import ZONE, today
from dualrandom.office.results import own_codes
from dualrandom.outcomes import Ending
from dualrandom.public_outcomes import Penalties, PublishedPenalty, Tombstone, iso
from dualrandom.registry.lists import PENALTIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dualrandom.audit import Entry
    from dualrandom.office.place import Office
    from dualrandom.outcomes import PenaltyRecord
    from dualrandom.registry import Reader

    Pair = tuple[PenaltyRecord, PenaltyRecord]
    """A decision as it stands, and as it shall be."""

REVOKED = "revoked"
REPAIRED = "repaired"
CHANGED = "changed"
MISTAKE = "mistake"
"""Code of the one reason that takes a withdrawal back."""


def record_penalties(
    office: Office,
    records: Sequence[PenaltyRecord],
    *,
    reason: str = "",
    told: Collection[str] | None = None,
    dry_run: bool = False,
) -> tuple[int, int]:
    """Record decisions: new ones, or changes of known ones with a reason.

    Args:
        office: the open office.
        records: new decisions, and known ones as they are now.
        reason: code or text; needed where a known decision changes.
        told: the fields of which anything was said; the others stay. None: all.
        dry_run: compare only.

    Returns:
        How many are new, how many changed.

    Raises:
        InputError: E928 no such reason; E929 a day to come; E936 a day before the
            decision.
        StateError: E934, a known decision would change, and no reason was given; E960,
            one that was withdrawn would be shown again; E961, one that was published
            would vanish without a tombstone; E253, one would be shown less long.
    """
    now = today(office)
    _check(records, now)
    code = own_codes(office)["reasons"].need(reason).code if reason else ""
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        changes = tx.diff(PENALTIES, records, full=False, told=told)
        pairs = changes.changed
        _check([new for _, new in pairs], now)
        _check_changes(tx, pairs, code)
        for part, act, more in (
            (changes.added, "penalty.record", {}),
            (_where(pairs, withdrawn=False), "penalty.change", {"reason": code}),
            (_where(pairs, withdrawn=True), "penalty.withdraw", {"reason": code}),
        ):
            if not part or dry_run:
                continue
            write_changes(
                office,
                tx,
                undo,
                # Of the list as the part before has left it.
                tx.diff(PENALTIES, part, full=False),
                code or "penalty",
                signer=signer,
                act=act,
                more=more,
            )
    return len(changes.added_rows), len(changes.changed_rows)


def _check_changes(tx: Reader, pairs: Iterable[Pair], code: str) -> None:
    """Refuse what would show a withdrawn decision again, or hide one in silence."""
    last = journal.last_publication(tx)
    for old, new in pairs:
        if not code:
            raise StateError("E934", number=old.number)
        if _gone(old) - _gone(new) and code != MISTAKE:
            raise StateError("E960", number=old.number)
        if new.shown_until < old.shown_until and not _may_shorten(old, new, code):
            raise StateError("E253", number=old.number, until=str(new.shown_until))
        if new.warning and not old.warning and last is not None:
            since = tx.history(PENALTIES, (old.number,))[0].since.seq
            if since < last.seq:
                raise StateError("E961", number=old.number)


def _may_shorten(old: PenaltyRecord, new: PenaltyRecord, code: str) -> bool:
    """Say whether a period may end earlier, which takes a decision off the pages."""
    decided = code == CHANGED and new.changed not in (None, old.changed)
    return decided or code == MISTAKE


def _gone(record: PenaltyRecord) -> set[Ending]:
    """Return for which reasons of its own a decision is not shown."""
    days = {Ending.REVOKED: record.revoked, Ending.REPAIRED: record.repaired}
    return {why for why, day in days.items() if day is not None}


def _where(pairs: Iterable[Pair], *, withdrawn: bool) -> list[PenaltyRecord]:
    return [new for old, new in pairs if bool(_gone(new) - _gone(old)) is withdrawn]


def _check(records: Iterable[PenaltyRecord], now: dt.date) -> None:
    for record in records:
        later = (record.changed, record.revoked, record.repaired)
        for day in (record.decided, *later):
            if day is not None and day > now:
                raise InputError("E929", id=record.number, date=str(day))
            if day is not None and day < record.decided:
                raise InputError("E936", number=record.number, date=str(day))


def withdraw_penalty(
    office: Office, number: str, day: dt.date, *, why: str = REVOKED
) -> int:
    """Stop showing a decision: it was revoked, or its display ended early.

    Args:
        office: the open office.
        number: of the decision.
        day: of the decision that revoked it, or that ended its display.
        why: ``revoked`` or ``repaired``.

    Returns:
        The log entry's seq.

    Raises:
        InputError: E928 another reason; E929, E936 the day.
        StateError: E935, no such decision, or it is not shown any more.
    """
    if why not in (REVOKED, REPAIRED):
        raise InputError("E928", value=why, known=f"{REVOKED}, {REPAIRED}")
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        found = tx.current(PENALTIES, (number,))
        now = today(office)
        if found is None or found.record.ending(now) is not Ending.NONE:
            raise StateError("E935", number=number)
        record = (
            replace(found.record, revoked=day)
            if why == REVOKED
            else replace(found.record, repaired=day)
        )
        _check((record,), now)
        return write_changes(
            office,
            tx,
            undo,
            tx.diff(PENALTIES, (record,), full=False),
            why,
            signer=signer,
            act="penalty.withdraw",
            more={"reason": why},
        )


def penalties_of(office: Office) -> tuple[tuple[PenaltyRecord, Ending], ...]:
    """Return all decisions, and why each is not shown today; the newest first."""
    now = today(office)
    with office.registry.read() as tx:
        found = [(one, one.ending(now)) for one in tx.records(PENALTIES)]
    return tuple(sorted(found, key=lambda pair: pair[0].decided, reverse=True))


def public_penalties(
    tx: Reader, day: dt.date, publications: Sequence[Entry] = ()
) -> Penalties | None:
    """Return what everyone may see on a day, or None where there never was any.

    Args:
        tx: the registry and its log.
        day: today.
        publications: every ``notice.publish`` so far, oldest first.
    """
    records = [r for r in tx.records(PENALTIES) if not r.warning]
    if not records:
        return None
    endings = [(r, r.ending(day), r.ended(day)) for r in records]
    return Penalties(
        shown=tuple(
            replace(published(r), published=iso(_since(tx, r, publications) or day))
            for r, why, _ in endings
            if why is Ending.NONE
        ),
        ended=tuple(
            Tombstone(number=r.number, ended=iso(since), why=why)
            for r, why, since in endings
            if why is not Ending.NONE
        ),
    )


def _since(
    tx: Reader, record: PenaltyRecord, publications: Sequence[Entry]
) -> dt.date | None:
    """Return on which day a decision was first published as it was decided or changed.

    None: it never was; the publication that is being made will be the first.
    """
    versions = tx.history(PENALTIES, (record.number,))
    event = (record.decided, record.changed, record.warning)
    first = next(
        v.since.seq
        for v in versions
        if (v.record.decided, v.record.changed, v.record.warning) == event
    )
    times = (entry.time for entry in publications if entry.seq > first)
    time = next(times, None)
    if time is None:
        return None
    return dt.datetime.fromisoformat(time).astimezone(ZONE).date()


def published(record: PenaltyRecord) -> PublishedPenalty:
    """Return a penalty as everyone may see it."""
    return PublishedPenalty(
        number=record.number,
        party=record.party,
        party_code=record.party_code,
        violation=record.violation,
        basis=record.basis,
        content=record.content,
        authority=record.authority,
        decided=iso(record.decided),
        changed=iso(record.changed),
        draw=record.draw,
        until=iso(record.shown_until),
        unit=record.unit,
        quality=record.quality,
    )
