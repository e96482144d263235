"""Enforcement outcomes (查处情况): decided, changed, revoked; shown while they are due.

- A decision is recorded once, under its number. What happens to it later is a change
  with a reason, and the older version stays in the registry, never on a page.
- What is shown follows from the day: a display period ends by itself, with the next
  publication. A tombstone without the party stays.
- A warning alone is kept, and not published.

Spec: log-v1 §4, ``penalty.*``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dualrandom.errors import InputError, StateError
from dualrandom.office import journal
from dualrandom.office.lists import write_changes
from dualrandom.office.place import today
from dualrandom.office.results import own_codes
from dualrandom.outcomes import Ending
from dualrandom.public_outcomes import Penalties, PublishedPenalty, Tombstone, iso
from dualrandom.registry.lists import PENALTIES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from dualrandom.office.place import Office
    from dualrandom.outcomes import PenaltyRecord
    from dualrandom.registry import Changes, Reader

REVOKED = "revoked"
REPAIRED = "repaired"


def record_penalties(
    office: Office, records: Sequence[PenaltyRecord], *, reason: str = ""
) -> tuple[int, int]:
    """Record decisions: new ones, or changes of known ones with a reason.

    Args:
        office: the open office.
        records: new decisions, and known ones as they are now.
        reason: code or text; needed where a known decision changes.

    Returns:
        How many are new, how many changed.

    Raises:
        InputError: E928 no such reason; E929 a day to come; E936 a day before the
            decision.
        StateError: E934, a known decision would change, and no reason was given.
    """
    now = today(office)
    _check(records, now)
    code = own_codes(office)["reasons"].need(reason).code if reason else ""
    signer = journal.signer(office)
    with journal.writing(office) as (tx, undo):
        changes = tx.diff(PENALTIES, records, full=False)
        if changes.changed and not code:
            raise StateError("E934", number=changes.changed[0][0].number)
        for part, act, more in (
            (replace(changes, changed_rows=()), "penalty.record", {}),
            (replace(changes, added_rows=()), "penalty.change", {"reason": code}),
        ):
            if part.empty:
                continue
            # The second is of the list as the first has left it.
            due = _again(tx, part)
            write_changes(
                office,
                tx,
                undo,
                due,
                code or "penalty",
                signer=signer,
                act=act,
                more=more,
            )
    return len(changes.added), len(changes.changed)


def _again(tx: Reader, part: Changes[PenaltyRecord]) -> Changes[PenaltyRecord]:
    records = [*part.added, *(new for _, new in part.changed)]
    return tx.diff(PENALTIES, records, full=False)


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


def public_penalties(tx: Reader, day: dt.date) -> Penalties | None:
    """Return what everyone may see on a day, or None where there never was any."""
    records = [r for r in tx.records(PENALTIES) if not r.warning]
    if not records:
        return None
    endings = [(r, r.ending(day), r.ended(day)) for r in records]
    return Penalties(
        shown=tuple(published(r) for r, why, _ in endings if why is Ending.NONE),
        ended=tuple(
            Tombstone(number=r.number, ended=iso(since), why=why)
            for r, why, since in endings
            if why is not Ending.NONE
        ),
    )


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
        quality=record.quality,
    )
