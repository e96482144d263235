"""The three lists: targets, inspectors, items, out of a sheet and whole.

Border: reads the file; gives records of :mod:`dualrandom.records`.

    read_targets(Path("targets.csv")).records[0].public.name
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from dualrandom.errors import InputError
from dualrandom.model import InspectorId, TargetId
from dualrandom.records import (
    InspectorRecord,
    ItemCode,
    ItemRecord,
    Recusal,
    TargetPrivate,
    TargetRecord,
)
from dualrandom.sheets.columns import layout
from dualrandom.sheets.reading import Reading, read_table, uncollected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dualrandom.sheets.columns import Listing
    from dualrandom.sheets.rows import Table

R = TypeVar("R")
_ABSENT: Final[dict[str, Any]] = {
    "established": None,
    "risk_date": None,
    "last_inspected": None,
    "valid_until": None,
    "valid_until2": None,
    "effective": None,
    "expires": None,
    "max": None,
    "start": None,
    "end": None,
    "tags": (),
    "qualifications": (),
    "scope": (),
    "recusals": (),
    "items": (),
    "units": (),
}
"""The value of a column that is not there, where it is not an empty text."""


class TargetRow(NamedTuple):
    """One row of a target sheet: what may be published, and what never is."""

    public: TargetRecord
    private: TargetPrivate


class InspectorRow(NamedTuple):
    """One row of an inspector sheet."""

    inspector: InspectorRecord
    recusals: tuple[Recusal, ...]


def read_targets(path: Path, sheet: str | None = None) -> Reading[TargetRow]:
    """Return the targets of a sheet.

    Args:
        path: xlsx, xls, xlsb, ods or CSV; told by its content.
        sheet: the sheet to take; None: the one whose heading fits.

    Raises:
        EnvironmentProblem: E200.
        InputError: E201 to E219, E221 to E227: the file as a whole; E220: rows, each
            among ``problems`` with its cell.
    """
    with uncollected():
        table = read_table(path, layout("targets"), sheet)
        refuse_twice(table, table.values["id"])
        return reading(table, map(_target, *columns_of(table, "targets")))


def read_inspectors(path: Path, sheet: str | None = None) -> Reading[InspectorRow]:
    """Return the inspectors of a sheet, each with the targets to stay away from.

    Args and raises as :func:`read_targets`.
    """
    with uncollected():
        table = read_table(path, layout("inspectors"), sheet)
        refuse_twice(table, table.values["id"])
        return reading(table, map(_inspector, *columns_of(table, "inspectors")))


def read_items(path: Path, sheet: str | None = None) -> Reading[ItemRecord]:
    """Return the items of a sheet; those that lack what the law asks for are drafts.

    Args and raises as :func:`read_targets`.
    """
    with uncollected():
        table = read_table(path, layout("items"), sheet)
        _name_sub_items(table)
        keys = zip(table.values["code"], table.values["sub"], strict=True)
        refuse_twice(table, [*keys])
        return reading(table, map(_item, *columns_of(table, "items")))


def _target(  # the order is that of columns.toml
    id_: str,
    name: str,
    kind: str,
    industry: str,
    region: str,
    registrar: str,
    status: str,
    address: str,
    established: dt.date | None,
    tags: tuple[str, ...],
    risk: str,
    risk_date: dt.date | None,
    last_inspected: dt.date | None,
) -> TargetRow:
    target = TargetId(id_)
    public = TargetRecord(
        id=target,
        name=name,
        kind=kind,
        industry=industry,
        region=region,
        registrar=registrar,
        status=status,
        address=address,
        established=established,
        tags=tags,
    )
    private = TargetPrivate(
        id=target, risk=risk, risk_date=risk_date, last_inspected=last_inspected
    )
    return TargetRow(public, private)


def _inspector(  # the order is that of columns.toml
    id_: str,
    name: str,
    unit: str,
    region: str,
    level: str,
    category: str,
    qualifications: tuple[str, ...],
    scope: tuple[str, ...],
    expert: str,
    certificate: str,
    valid_until: dt.date | None,
    certificate2: str,
    valid_until2: dt.date | None,
    status: str,
    max_: int | None,
    recusals: tuple[tuple[TargetId, str], ...],
) -> InspectorRow:
    inspector = InspectorId(id_)
    number, until = _longer((certificate, valid_until), (certificate2, valid_until2))
    record = InspectorRecord(
        id=inspector,
        name=name,
        unit=unit,
        region=region,
        level=level,
        category=category,
        qualifications=qualifications,
        scope=scope,
        expert=expert,
        certificate=number,
        valid_until=until,
        status=status,
        max=max_,
    )
    return InspectorRow(
        record,
        tuple(
            Recusal(inspector=inspector, target=target, reason=reason)
            for target, reason in recusals
        ),
    )


Certificate = tuple[str, dt.date | None]


def _longer(first: Certificate, second: Certificate) -> Certificate:
    """Return the certificate that is there and valid for longer; the first on a tie."""

    def worth(held: Certificate) -> tuple[bool, dt.date]:
        number, until = held
        return bool(number), until or dt.date.min

    return second if worth(second) > worth(first) else first


def _item(*values: Any) -> ItemRecord:  # noqa: ANN401 - by the columns' types
    fields = (column.field for column in layout("items").columns)
    made = dict(zip(fields, values, strict=True))
    return ItemRecord(**{**made, "code": ItemCode(made["code"])})


def columns_of(table: Table, listing: Listing) -> Iterator[Sequence[Any]]:
    """Yield the columns of a list in their order, those that are not there as gaps."""
    count = len(table.rows)
    for column in layout(listing).columns:
        absent = _ABSENT.get(column.field, "")
        yield table.values.get(column.field) or [*repeat(absent, count)]


def _name_sub_items(table: Table) -> None:
    """Let a name that shares its code with others be the sub-item.

    In many published lists the number counts categories, and several items stand
    under one number. Then number and name together say which item is meant.
    """
    subs = table.values.setdefault("sub", [""] * len(table.rows))
    by_code: dict[str, list[int]] = defaultdict(list)
    for index, code in enumerate(table.values["code"]):
        if not subs[index]:
            by_code[code].append(index)
    names = table.values["name"]
    for code, indexes in by_code.items():
        if len({names[index] for index in indexes}) == 1:
            continue
        for index in indexes:
            subs[index] = names[index]
        where = table.where(table.rows[indexes[0]], "code")
        table.findings.warn("E277", where, value=code, count=len(indexes))


def refuse_twice(table: Table, keys: Sequence[object]) -> None:
    """Refuse every row whose id stood in a row above, and name both; None: no row."""
    if len(set(keys)) == len(keys):
        return
    first: dict[object, int] = {}
    name = "id" if "id" in table.values else "code"
    for row, key in zip(table.rows, keys, strict=True):
        if key is None:
            continue
        above = first.setdefault(key, row)
        if above != row:
            value = " ".join(filter(None, key)) if isinstance(key, tuple) else str(key)
            table.findings.refuse(
                "E233", table.where(row, name), value=value, above=above
            )


def reading(table: Table, records: Iterator[R]) -> Reading[R]:
    """Return the records, or every bad row."""
    findings, header, where = table.findings, table.header, table.sheet.where()
    if findings.count:
        problems = sorted(findings.refused, key=lambda p: p.where.row or 0)
        raise InputError(
            "E220", where=where, problems=tuple(problems), count=findings.count
        )
    return Reading(
        records=tuple(records),
        warnings=findings.warnings(where),
        headers=tuple(header.headings[at] for at in sorted(header.used)),
        unused=header.unused,
        rows=len(table.rows),
        sheet=table.sheet.name,
    )
