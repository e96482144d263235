"""Importing a list: read, compare, confirm, then one transaction with one log entry.

- An import into an empty list is written at once.
- One that changes a list shows what it would change, and needs a yes.
- Rows and log entry stand together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from dualrandom.canonical import sha256
from dualrandom.errors import InputError, StateError
from dualrandom.folder import check_new, write_file
from dualrandom.model import is_value
from dualrandom.office import journal
from dualrandom.office.marking import marked
from dualrandom.registry.files import change_bytes
from dualrandom.registry.lists import INSPECTORS, ITEMS, RECUSALS, TARGETS
from dualrandom.sheets import (
    load_mapping,
    read_inspectors,
    read_items,
    read_recusals,
    read_targets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.keys import PrivateKey
    from dualrandom.messages import Lang
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer
    from dualrandom.registry.changes import Changes
    from dualrandom.registry.kinds import ListKind
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
    """

    rows: int
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...]
    written: bool
    drafts: int = 0
    sheet: str | None = None
    others: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


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
    lang: Lang = "zh-CN",
) -> Imported:
    """Import a sheet as the whole of a list.

    Args:
        office: the open office.
        name: which list.
        path: the sheet.
        sheet: its name, where several fit.
        dry_run: read and compare only.
        confirm: asked when a list that is not empty would change.
        reason: why, for the versions.
        problems: where the sheet goes with its faults marked, if it is refused; None:
            beside it.
        mapping: how a platform names our columns.
        lang: of the marks.

    Raises:
        InputError: the sheet's rows are refused; nothing is imported. E366, a reason
            that nobody could read.
        StateError: E307, somebody else changed the list meanwhile; E370, nobody
            confirmed the changes; E180, E183 as for the log.
    """
    if not is_value(reason):
        raise InputError("E366", field="--reason", value=reason)
    if problems is not None:
        check_new(problems)
    form = load_mapping(mapping, name) if mapping else None
    try:
        reading, incoming = _read(name, path, sheet, form)
    except InputError as error:
        if dry_run and problems is None:
            raise
        raise marked(error, name, path, problems, lang, form) from error
    with office.registry.read() as tx:
        if name == "inspectors":
            incoming = [_beside_dated(tx, kind, told) for kind, told in incoming]
        found = [tx.diff(kind, records) for kind, records in incoming]
        empty = not any(tx.count(kind) for kind, _ in incoming)
    drafts = sum(r.draft for r in reading.records) if name == "items" else 0
    shown = tuple(map(_shown, found))
    due = [changes for changes in found if not changes.empty and not dry_run]
    if due:
        # A person is asked while nobody is kept waiting: the database is not locked,
        # and refuses a change whose list has moved on meanwhile.
        signer = office.officer()
        if not empty and not confirm(shown):
            raise StateError("E370", list=name)
        with journal.writing(office) as (writer, undo):
            for changes in due:
                write_changes(office, writer, undo, changes, reason, signer=signer)
    return Imported(
        rows=len(reading.records),
        changes=shown,
        warnings=reading.warnings,
        written=bool(due),
        drafts=drafts,
        sheet=reading.sheet,
        others=reading.others,
        unused=reading.unused,
    )


def _read(
    name: ListName, path: Path, sheet: str | None, form: Layout | None
) -> tuple[Any, list[tuple[ListKind[Any], tuple[Any, ...]]]]:
    if name == "items":
        items = read_items(path, sheet, form=form)
        return items, [(ITEMS, items.records)]
    if name == "targets":
        targets = read_targets(path, sheet, form=form)
        return targets, [(TARGETS, targets.records)]
    if name == "recusals":
        recusals = read_recusals(path, sheet, form=form)
        return recusals, [(RECUSALS, recusals.records)]
    inspectors = read_inspectors(path, sheet, form=form)
    people = tuple(record for record, _ in inspectors.records)
    incoming: list[tuple[ListKind[Any], tuple[Any, ...]]] = [(INSPECTORS, people)]
    if "recusals" in inspectors.fields:
        told = tuple(r for _, some in inspectors.records for r in some)
        incoming.append((RECUSALS, told))
    return inspectors, incoming


def _beside_dated(
    tx: Reader, kind: ListKind[Any], told: tuple[Any, ...]
) -> tuple[ListKind[Any], tuple[Any, ...]]:
    """Return a list from the inspectors' sheet as it stands once the sheet is in.

    The column of recusals is all there is of those without days; those with days have
    a list of their own, which no other sheet takes away.
    """
    if kind is not RECUSALS:
        return kind, told
    dated = {
        (one.inspector, one.target): one
        for one in tx.recusals()
        if one.start is not None or one.end is not None
    }
    own = [one for one in told if (one.inspector, one.target) not in dated]
    return kind, (*dated.values(), *own)


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
