"""Importing a list: read, compare, confirm, then one transaction with one log entry.

- An import into an empty list is written at once.
- One that changes a list shows what it would change, and needs a yes.
- Rows and log entry stand together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from dualrandom.canonical import sha256
from dualrandom.errors import InputError, StateError, UsageError
from dualrandom.folder import check_new, write_file
from dualrandom.items import parse_cause
from dualrandom.model import is_value
from dualrandom.office import journal
from dualrandom.office.marking import mark, odd
from dualrandom.office.place import today
from dualrandom.records import Cause
from dualrandom.registry.files import change_bytes
from dualrandom.registry.lists import INSPECTORS, ITEMS, RECUSALS, TARGETS
from dualrandom.sheets import (
    load_mapping,
    read_inspectors,
    read_items,
    read_recusals,
    read_targets,
)
from dualrandom.sheets.reading import uncollected

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.keys import PrivateKey
    from dualrandom.messages import Lang
    from dualrandom.office.place import Office
    from dualrandom.records import Recusal
    from dualrandom.registry import Reader, Writer
    from dualrandom.registry.changes import Changes
    from dualrandom.registry.kinds import ListKind, Row
    from dualrandom.sheets import Layout

ListName = Literal["items", "targets", "inspectors", "recusals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an import does to one list, as counts and the first few names."""

    list: str
    added: int
    changed: int
    retired: int
    samples: tuple[tuple[str, str], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.added or self.changed or self.retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an import.

    Attributes:
        rows: rows read from the sheet.
        written: whether anything was written.
        drafts: items that lack what the law asks for.
        sheet: the sheet that was read; None for CSV.
        others: the book's sheets that were not.
        unused: headings of columns that were not read.
        personal: of how many people identity numbers or telephones were kept.
    """

    rows: int
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...]
    written: bool
    drafts: int = 0
    sheet: str | None = None
    others: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    personal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a sheet is meant.

    Attributes:
        changes: the sheet holds changes; whatever is not in it stays.
        retire: ids that leave the list although the sheet holds changes.
        cause: why items change, where their sheet does not say.
        personal: keep identity numbers and telephones of inspectors.
    """

    changes: bool = False
    retire: tuple[str, ...] = ()
    cause: Cause = Cause.NONE
    personal: bool = False


ROSTER: Final = How()
"""A sheet that is all of its list."""


def how_meant(
    name: ListName,
    *,
    changes: bool,
    retire: Sequence[str],
    cause: str,
    personal: bool,
) -> How:
    """Return how a sheet is meant, from what an officer typed.

    Raises:
        UsageError: E316, an option that says nothing of this list; E317, not a cause.
    """
    for option, given, fits, needs in (
        (
            "--retire",
            retire,
            changes and name in ("targets", "inspectors"),
            "--changes",
        ),
        ("--cause", cause, name == "items", "items"),
        ("--keep-personal", personal, name == "inspectors", "inspectors"),
    ):
        if given and not fits:
            raise UsageError("E316", option=option, needs=needs)
    return How(
        changes=changes,
        retire=tuple(retire),
        cause=parse_cause(cause) if cause else Cause.NONE,
        personal=personal,
    )


@uncollected()
def import_list(
    office: Office,
    name: ListName,
    path: Path,
    *,
    sheet: str | None = None,
    dry_run: bool = False,
    confirm: Callable[[tuple[Change, ...]], bool],
    reason: str = "import",
    problems: Path | None = None,
    mapping: Path | None = None,
    how: How = ROSTER,
    lang: Lang = "zh-CN",
) -> Imported:
    """Import a sheet as the whole of a list, or as changes of it.

    A column that the sheet does not have says nothing: its cells stay as they are.

    Args:
        office: the open office.
        name: which list.
        path: the sheet.
        sheet: its name, where several fit.
        dry_run: read and compare only.
        confirm: asked when a list that is not empty would change.
        reason: why, for the versions.
        problems: where the sheet goes with its faults marked; None: beside it, if it
            is refused.
        mapping: how a platform names our columns.
        how: as all of the list, or as changes, and more.
        lang: of the marks.

    Raises:
        InputError: the sheet's rows are refused; nothing is imported. E366, a reason
            that nobody could read.
        StateError: E307, somebody else changed the list meanwhile; E309, nobody of
            that id is there to retire; E370, nobody confirmed the changes; E180, E183
            as for the log.
    """
    if not is_value(reason):
        raise InputError("E366", field="--reason", value=reason)
    if problems is not None:
        check_new(problems)
    form = load_mapping(mapping, name) if mapping else None
    try:
        reading, incoming = _read(name, path, sheet, form, how, today(office))
    except InputError as error:
        if dry_run and problems is None:
            raise
        mark(error, name, path, problems, lang, form)
        raise
    with office.registry.read() as tx:
        found = [_compared(tx, one, how, name) for one in incoming]
        empty = not any(tx.count(one.kind) for one in incoming)
    drafts = sum(r.draft for r in reading.records) if name == "items" else 0
    shown = tuple(map(_shown, found))
    due = [changes for changes in found if not changes.empty and not dry_run]
    own = tuple(r.personal for r in reading.records) if how.personal else ()
    if due or (own and not dry_run):
        # A person is asked while nobody is kept waiting: the database is not locked,
        # and refuses a change whose list has moved on meanwhile.
        signer = office.officer()
        if due and not empty and not confirm(shown):
            raise StateError("E370", list=name)
        with journal.writing(office) as (writer, undo):
            for changes in due:
                # The code is all that may be told of an item that leaves the list.
                coded = how.cause if changes.retired_rows else Cause.NONE
                why = f"{coded} {reason}" if coded else reason
                write_changes(office, writer, undo, changes, why, signer=signer)
            if name == "inspectors":
                writer.keep_personal(own)
    return Imported(
        rows=len(reading.records),
        changes=shown,
        warnings=odd(reading, name, path, problems, lang, form),
        written=bool(due),
        drafts=drafts,
        sheet=reading.sheet,
        others=reading.others,
        unused=reading.unused,
        personal=0 if dry_run else sum(bool(p.identity or p.phone) for p in own),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incoming:
    """What a sheet says of one list.

    Attributes:
        told: the columns that it has.
        full: whether it is all of the list.
    """

    kind: ListKind[Any]
    records: tuple[Any, ...]
    told: frozenset[str]
    full: bool


_FIELDS: Final = {
    "licence_names": "licences",
    "licence_numbers": "licences",
    "licence_expiries": "licences",
    "certificate2": "certificate",
    "valid_until2": "valid_until",
}
"""Columns of a sheet that go into a column of the list by another name."""


def _read(
    name: ListName,
    path: Path,
    sheet: str | None,
    form: Layout | None,
    how: How,
    day: dt.date,
) -> tuple[Any, list[_Incoming]]:
    kinds: dict[str, ListKind[Any]] = {
        "items": ITEMS,
        "targets": TARGETS,
        "recusals": RECUSALS,
    }
    read: dict[str, Callable[..., Any]] = {
        "items": read_items,
        "targets": partial(read_targets, today=day),
        "recusals": read_recusals,
    }
    full = not how.changes
    if name != "inspectors":
        found: Any = read[name](path, sheet, form=form)
        told = frozenset(_FIELDS.get(field, field) for field in found.fields)
        one = _Incoming(kind=kinds[name], records=found.records, told=told, full=full)
        return found, [one]
    found = read_inspectors(path, sheet, form=form, personal=how.personal)
    told = frozenset(_FIELDS.get(field, field) for field in found.fields)
    people = tuple(row.inspector for row in found.records)
    incoming = [_Incoming(kind=INSPECTORS, records=people, told=told, full=full)]
    if "recusals" in found.fields:
        said = tuple(recusal for row in found.records for recusal in row.recusals)
        whole = frozenset(RECUSALS.names)
        incoming.append(_Incoming(kind=RECUSALS, records=said, told=whole, full=full))
    return found, incoming


def _compared(tx: Reader, one: _Incoming, how: How, name: ListName) -> Changes[Any]:
    kind, records = one.kind, one.records
    if kind is RECUSALS and name == "inspectors":
        records = _beside_dated(tx, records)
    retire = [(id_,) for id_ in how.retire] if kind.key == 1 else []
    changes = tx.diff(kind, records, full=one.full, retire=retire, told=one.told)
    if kind is not ITEMS or "cause" in one.told:
        return changes
    # A cause is told of one change: it must not be taken over by the next one.
    at = kind.names.index("cause")

    def caused(row: Row) -> Row:
        return (*row[:at], str(how.cause), *row[at + 1 :])

    return replace(
        changes,
        added_rows=tuple(map(caused, changes.added_rows)),
        changed_rows=tuple((old, caused(new)) for old, new in changes.changed_rows),
    )


def _beside_dated(tx: Reader, told: tuple[Recusal, ...]) -> tuple[Recusal, ...]:
    """Return the recusals once the inspectors' sheet is in.

    Its column is all there is of recusals without days; those with days have a list of
    their own, which no other sheet takes away.
    """
    dated = {
        (one.inspector, one.target): one
        for one in tx.recusals()
        if one.start is not None or one.end is not None
    }
    own = [one for one in told if (one.inspector, one.target) not in dated]
    return (*dated.values(), *own)


def write_changes(
    office: Office,
    tx: Writer,
    undo: ExitStack,
    changes: Changes[Any],
    reason: str,
    *,
    signer: PrivateKey,
    act: str = "registry.change",
    more: Mapping[str, str] = MappingProxyType({}),
    op: str | None = None,
) -> int:
    """Apply changes to a list and log them; return the entry's seq.

    Args:
        office: whose list.
        tx: the transaction.
        undo: takes back the files beside the log.
        changes: from ``tx.diff``.
        reason: why, for the versions; never in the log.
        signer: the person answerable.
        act: one that tells of a change of a list.
        more: fields of its body beside those of every change.
        op: the caller's own id of the operation, new to the log; None makes one.

    Spec:
        log-v1 §3, ``registry.change``: digests of salted files kept beside the log.
    """
    head = tx.head()
    seq = 0 if head is None else head.seq + 1
    at = office.clock()
    salt = office.entropy(16).hex()
    tx.apply(changes, seq=seq, at=at, by=signer.name, reason=reason, salt=salt)
    files = (
        change_bytes(changes, reason=reason, salt=salt),
        tx.list_file(changes.kind, salt),
    )
    for data in files:
        path = office.kept / f"{sha256(data)}.tsv"
        undo.callback(path.unlink, missing_ok=True)
        write_file(path, data, mode=0o600)
    journal.append(
        office,
        tx,
        act,
        {
            **more,
            "list": changes.kind.name,
            "added": len(changes.added),
            "changed": len(changes.changed),
            "retired": len(changes.retired),
            "change": sha256(files[0]),
            "digest": sha256(files[1]),
        },
        signer=signer,
        at=at,
        op=op,
    )
    return seq


def _shown(changes: Changes[Any]) -> Change:
    samples = [("added", _name(r)) for r in changes.added[:5]]
    samples += [("changed", _name(new)) for _, new in changes.changed[:5]]
    samples += [("retired", _name(r)) for r in changes.retired[:5]]
    return Change(
        list=changes.kind.name,
        added=len(changes.added),
        changed=len(changes.changed),
        retired=len(changes.retired),
        samples=tuple(samples),
    )


def _name(record: Any) -> str:  # noqa: ANN401 - a record of any list
    """Return what a person recognises a record by."""
    if isinstance(record, tuple):
        record = record[0]
    for field in ("id", "code", "inspector"):
        if hasattr(record, field):
            return f"{getattr(record, field)} {getattr(record, 'name', '')}".strip()
    return ""
