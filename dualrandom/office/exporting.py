"""Lists and draws into sheets: a list as it stands, or as it stood on any day.

Border: reads registry and draws' folders, writes one file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from dualrandom.disclosure import ANNOUNCEMENT
from dualrandom.documents import parse_announcement
from dualrandom.errors import UsageError
from dualrandom.office import changing, journal
from dualrandom.office.place import check_private
from dualrandom.registry.lists import ITEMS, OBJECTIONS, PENALTIES, RECUSALS, TASKS
from dualrandom.sheets import (
    InspectorRow,
    TargetRow,
    load_mapping,
    write_list,
    write_rows,
)
from dualrandom.tables import INSPECTORS, SELECTED, TARGETS, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dualrandom.changes import Afterwards
    from dualrandom.messages import Lang
    from dualrandom.model import TargetId
    from dualrandom.office.place import Office
    from dualrandom.records import Recusal
    from dualrandom.registry import Reader
    from dualrandom.registry.history import Moment
    from dualrandom.registry.kinds import ListKind

ListName = Literal[
    "items",
    "targets",
    "inspectors",
    "recusals",
    "tasks",
    "penalties",
    "objections",
]
LISTS: tuple[str, ...] = get_args(ListName)
_AS_IT_IS: Final[Mapping[str, ListKind[Any]]] = {
    kind.name: kind for kind in (ITEMS, RECUSALS, PENALTIES, OBJECTIONS)
}
"""Lists whose rows are their records."""


def export_list(
    office: Office,
    name: ListName,
    out: Path,
    *,
    as_of: Moment | None = None,
    mapping: Path | None = None,
    lang: Lang = "zh-CN",
) -> int:
    """Write a list with all its columns; return how many rows it has.

    Args:
        office: the open office.
        name: which list.
        out: .xlsx or .csv.
        as_of: the moment; None: now.
        mapping: how a platform names our columns.
        lang: of our own headings.

    Raises:
        UsageError: E228, another suffix; E964, a place that others see.
        InputError: E239, E242, E286; of the mapping E280 to E285, E287.
        EnvironmentProblem: E200, E229.
        VerificationError: E306, a row that somebody else wrote.
    """
    check_private(office, out)
    form = load_mapping(mapping, name) if mapping else None
    with office.registry.read() as tx:
        return write_list(out, name, _records(tx, name, as_of), lang, form=form)


def _records(tx: Reader, name: ListName, as_of: Moment | None) -> Iterator[object]:
    match name:
        case "targets":
            for public, private in tx.targets(as_of):
                yield TargetRow(public, private)
        case "tasks":
            for row in TASKS.rows(tx.tasks(as_of)).values():
                yield dict(zip(TASKS.names, row, strict=True))
        case "inspectors":
            held: dict[str, list[Recusal]] = {}
            for recusal in tx.recusals(as_of):
                held.setdefault(recusal.inspector, []).append(recusal)
            for person in tx.inspectors(as_of):
                yield InspectorRow(person, tuple(held.get(person.id, ())))
        case _:
            yield from tx.records(_AS_IT_IS[name], as_of)


_BATCH = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


def batch_of(text: str, count: int) -> slice:
    """Return which of ``count`` targets, by their order, a batch takes.

    The order says nothing of strata, and nobody chose it: whoever inspects in batches
    takes them in it. Sizes differ by one at most.

    Args:
        text: ``2/5``, the second of five; "" takes all.
        count: how many targets were drawn.

    Raises:
        UsageError: E436, no such batch.

    Spec:
        draw-v1 §5 step 3.
    """
    if not text:
        return slice(count)
    found = _BATCH.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= count:
        raise UsageError("E436", value=text[:80], count=count)
    number, batches = int(found[1]), int(found[2])
    return slice((number - 1) * count // batches, number * count // batches)


def export_draw(
    office: Office, draw: str, out: Path, header: Sequence[str], *, batch: str = ""
) -> int:
    """Write who is to be inspected now, with addresses, teams and items, to a sheet.

    Whoever was replaced or substituted is not in it: it is what inspectors go by.

    Args:
        office: the open office.
        draw: its id; drawn.
        out: .xlsx or .csv.
        header: the nine headings, in the office's language.
        batch: as for :func:`batch_of`.

    Returns:
        How many rows were written.

    Raises:
        UsageError: E436, no such batch; E964, a place that others see.
        StateError: E390 not frozen yet; E378 not drawn yet; E392 abandoned; E393, a
            change that is not by the rule; E184 as for the log.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone.
    """
    check_private(office, out)
    with office.registry.read() as tx:
        drawn = changing.as_it_stands(office, journal.told(office, tx), draw)
        addresses = {public.id: public.address for public, _ in tx.targets()}
    return write_sheet(drawn.files, drawn.after, addresses, out, header, batch=batch)


def write_sheet(
    files: Mapping[str, bytes],
    after: Afterwards,
    addresses: Mapping[TargetId, str],
    out: Path,
    header: Sequence[str],
    *,
    batch: str = "",
) -> int:
    """Write the sheet of a drawn folder; return how many rows.

    Args:
        files: the folder's, by name.
        after: who is to be inspected now, and by whom; a reserve has the place in the
            order of the target whose place it took.
        addresses: as the directory has them now.
        out: .xlsx or .csv.
        header: the nine headings.
        batch: as for :func:`batch_of`.
    """
    announcement = parse_announcement(files[ANNOUNCEMENT])
    _, people = INSPECTORS.parse(files[INSPECTORS.name])
    names = {person.id: person.name for person in people}
    due = [
        (row.order, after.stands_for(row.id))
        for row in SELECTED.parse(files[SELECTED.name])[1]
    ]
    ids = [id_ for _, id_ in due]
    frozen = rows_of(TARGETS.parse(files[TARGETS.name])[1], ids)
    items = tuple(item.name for item in announcement.items)
    rows = [
        (
            str(order),
            id_,
            frozen[id_].name,
            frozen[id_].region,
            addresses.get(id_, ""),
            tuple(
                f"{names.get(m.inspector, '')}\uff08{m.inspector}\uff09"
                for m in after.team(id_)
            ),
            items,
            announcement.task.start,
            announcement.task.end,
        )
        for order, id_ in due[batch_of(batch, len(due))]
    ]
    write_rows(out, announcement.title, header, rows)
    return len(rows)
