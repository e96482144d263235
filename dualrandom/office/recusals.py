"""Recusals one by one, and laws that changed: each one entry of the log.

- A recusal is never taken out: it gets a last day, and stays to be seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dualrandom.errors import InputError, StateError
from dualrandom.model import InspectorId, TargetId, is_value
from dualrandom.office import journal
from dualrandom.office.lists import write_changes
from dualrandom.office.place import today
from dualrandom.records import BasisRecord, Recusal
from dualrandom.registry.lists import BASES, INSPECTORS, RECUSALS, TARGETS

if TYPE_CHECKING:
    import datetime as dt

    from dualrandom.office.place import Office
    from dualrandom.registry.kinds import ListKind


def add_recusal(
    office: Office,
    inspector: str,
    target: str,
    *,
    reason: str,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> Recusal:
    """Keep an inspector away from a target from a day on.

    Args:
        office: the open office.
        inspector: who; in the directory.
        target: whom not to visit; in the directory.
        reason: why: of people, so it stays in the office.
        start: first day; None: today.
        end: last day; None: until further notice.

    Raises:
        StateError: E319, no such inspector or target; E308, it stands so already.
        InputError: E348, it would end before it begins; E366, an unreadable reason.
    """
    first = start or today(office)
    if end is not None and end < first:
        raise InputError("E348", start=str(first), end=str(end))
    with office.registry.read() as tx:
        if tx.current(INSPECTORS, (inspector,)) is None:
            raise StateError("E319", list=INSPECTORS.name, id=inspector)
        if tx.current(TARGETS, (target,)) is None:
            raise StateError("E319", list=TARGETS.name, id=target)
    made = Recusal(
        inspector=InspectorId(inspector),
        target=TargetId(target),
        reason=reason,
        start=first,
        end=end,
    )
    _put(office, RECUSALS, made, reason)
    return made


def end_recusal(
    office: Office, inspector: str, target: str, *, on: dt.date | None, reason: str
) -> Recusal:
    """Give a recusal its last day; None: today.

    Raises:
        StateError: E349, there is no such recusal, or it has ended.
        InputError: E348, it would end before it begins; E366, an unreadable reason.
    """
    last = on or today(office)
    with office.registry.read() as tx:
        known = tx.current(RECUSALS, (inspector, target))
    if known is None or (known.record.end is not None and known.record.end <= last):
        raise StateError("E349", inspector=inspector, target=target)
    start = known.record.start
    if start is not None and last < start:
        raise InputError("E348", start=str(start), end=str(last))
    made = replace(known.record, end=last)
    _put(office, RECUSALS, made, reason)
    return made


def revise_basis(office: Office, name: str, changed: dt.date, note: str) -> None:
    """Note that a law changed: the items that rest on it are to be looked at.

    Raises:
        StateError: E308, it is known already.
        InputError: E366, an unreadable note; E302, no such name can be kept.
    """
    _put(office, BASES, BasisRecord(name=name, changed=changed, note=note), note)


def _put(office: Office, kind: ListKind[Any], record: object, reason: str) -> None:
    if not is_value(reason):
        raise InputError("E366", field="--reason", value=reason)
    signer = office.officer()
    with journal.writing(office) as (tx, undo):
        changes = tx.diff(kind, (record,), full=False)
        write_changes(office, tx, undo, changes, reason, signer=signer)
