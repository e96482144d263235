"""The lists that come from sheets: each out of one sheet, and whole.

Border: reads the file; gives records of :mod:`dualrandom.records`.

    read_targets(Path("targets.csv")).records[0].public.name
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dualrandom.errors import InputError
from dualrandom.model import InspectorId, TargetId
from dualrandom.records import (
    InspectorRecord,
    ItemCode,
    ItemRecord,
    Leave,
    Licence,
    Personal,
    Recusal,
    TargetPrivate,
    TargetRecord,
)
from dualrandom.sheets.columns import layout, with_personal
from dualrandom.sheets.converters import converter
from dualrandom.sheets.reading import Reading, read_table, uncollected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dualrandom.sheets.columns import Layout, Listing
    from dualrandom.sheets.rows import Table

R = TypeVar("R")


class TargetRow(NamedTuple):
    """One row of a target sheet: what may be published, and what never is."""

    public: TargetRecord
    private: TargetPrivate


class InspectorRow(NamedTuple):
    """One row of an inspector sheet."""

    inspector: InspectorRecord
    recusals: tuple[Recusal, ...]
    personal: Personal | None = None


def read_targets(
    path: Path,
    sheet: str | None = None,
    *,
    form: Layout | None = None,
    today: dt.date | None = None,
) -> Reading[TargetRow]:
    """Return the targets of a sheet.

    Args:
        path: xlsx, xls, xlsb, ods or CSV; told by its content.
        sheet: the sheet to take; None: the one whose heading fits.
        form: the columns of a mapping; None: our own.
        today: an inspection after it has not taken place; None: nobody asks.

    Raises:
        EnvironmentProblem: E200.
        InputError: E201 to E219, E221 to E227: the file as a whole; E220: rows, each
            among ``problems`` with its cell.
    """
    with uncollected():
        table = read_table(path, form or layout("targets"), sheet)
        refuse_twice(table, table.values["id"])
        _check_licences(table)
        _check_visits(table, today)
        return reading(table, map(_target, *columns_of(table, "targets")))


def read_inspectors(
    path: Path,
    sheet: str | None = None,
    *,
    form: Layout | None = None,
    personal: bool = False,
) -> Reading[InspectorRow]:
    """Return the inspectors of a sheet, each with the targets to stay away from.

    Args:
        path: as for :func:`read_targets`.
        sheet: likewise.
        form: likewise.
        personal: read identity numbers and telephones too; else they are columns that
            nobody looks at.

    Raises:
        EnvironmentProblem, InputError: as :func:`read_targets`.
    """
    form = form or layout("inspectors")
    with uncollected():
        table = read_table(path, with_personal(form) if personal else form, sheet)
        refuse_twice(table, table.values["id"])
        rows = map(_inspector, *columns_of(table, "inspectors"))
        return reading(table, _with_personal(table, rows) if personal else rows)


def _with_personal(
    table: Table, rows: Iterator[InspectorRow]
) -> Iterator[InspectorRow]:
    gaps = [""] * len(table.rows)
    numbers = table.values.get("identity", gaps)
    phones = table.values.get("phone", gaps)
    for row, identity, phone in zip(rows, numbers, phones, strict=True):
        own = Personal(inspector=row.inspector.id, identity=identity, phone=phone)
        yield row._replace(personal=own)


def read_items(
    path: Path, sheet: str | None = None, *, form: Layout | None = None
) -> Reading[ItemRecord]:
    """Return the items of a sheet; those that lack what the law asks for are drafts.

    Args and raises as :func:`read_targets`.
    """
    with uncollected():
        table = read_table(path, form or layout("items"), sheet)
        _name_sub_items(table)
        keys = zip(table.values["code"], table.values["sub"], strict=True)
        refuse_twice(table, [*keys])
        return reading(table, map(_item, *columns_of(table, "items")))


def read_recusals(
    path: Path, sheet: str | None = None, *, form: Layout | None = None
) -> Reading[Recusal]:
    """Return the recusals of a sheet, with their days.

    Args and raises as :func:`read_targets`.
    """
    with uncollected():
        table = read_table(path, form or layout("recusals"), sheet)
        pairs = zip(table.values["inspector"], table.values["target"], strict=True)
        refuse_twice(table, [*pairs])
        return reading(table, map(_recusal, *columns_of(table, "recusals")))


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
    names: tuple[str, ...],
    numbers: tuple[str, ...],
    expiries: tuple[dt.date | None, ...],
    producer: str,
    standard: str,
    trademark: str,
    model: str,
    enterprise: str,
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
        licences=_licences(names, numbers, expiries),
        producer=producer,
        standard=standard,
        trademark=trademark,
        model=model,
        enterprise=enterprise,
    )
    private = TargetPrivate(
        id=target, risk=risk, risk_date=risk_date, last_inspected=last_inspected
    )
    return TargetRow(public, private)


def _check_visits(table: Table, today: dt.date | None) -> None:
    """Refuse a last inspection that is still to come: it would shield the target."""
    days = table.values.get("last_inspected", ()) if today is not None else ()
    for row, day in zip(table.rows, days, strict=bool(days)):
        if day is not None and today is not None and day > today:
            at = table.where(row, "last_inspected")
            table.findings.refuse("E438", at, value=str(day))


def _licences(
    names: tuple[str, ...],
    numbers: tuple[str, ...],
    expiries: tuple[dt.date | None, ...],
) -> tuple[Licence, ...]:
    count = max(len(names), len(numbers), len(expiries))
    return tuple(
        Licence(name=name, number=number, expires=day)
        for name, number, day in zip(
            names or [""] * count,
            numbers or [""] * count,
            expiries or [None] * count,
            strict=True,
        )
    )


def _check_licences(table: Table) -> None:
    """Refuse every row whose three columns of licences do not go together."""
    fields = ("licence_names", "licence_numbers", "licence_expiries")
    if not any(field in table.values for field in fields):
        return
    gaps = [()] * len(table.rows)
    columns = (table.values.get(field) or gaps for field in fields)
    for row, *parts in zip(table.rows, *columns, strict=True):
        names, numbers, dates = map(len, parts)
        if len({names, numbers, dates} - {0}) > 1:
            field = next(field for field in fields if field in table.values)
            table.findings.refuse(
                "E247",
                table.where(row, field),
                names=names,
                numbers=numbers,
                dates=dates,
            )


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
    tags: tuple[str, ...],
    leave: tuple[Leave, ...],
    yearly: int | None,
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
        tags=tags,
        leave=leave,
        yearly=yearly,
    )
    return InspectorRow(
        record,
        tuple(
            Recusal(inspector=inspector, target=target, reason=reason)
            for target, reason in recusals
        ),
    )


def _recusal(
    inspector: str,
    target: str,
    reason: str,
    start: dt.date | None,
    end: dt.date | None,
) -> Recusal:
    return Recusal(
        inspector=InspectorId(inspector),
        target=TargetId(target),
        reason=reason,
        start=start,
        end=end,
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
        absent = converter(column).default
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
    for row, key in zip(table.rows, keys, strict=True):
        if key is None:
            continue
        above = first.setdefault(key, row)
        if above != row:
            value = " ".join(filter(None, key)) if isinstance(key, tuple) else str(key)
            table.findings.refuse(
                "E233", table.where(row, table.key), value=value, above=above
            )


def reading(table: Table, records: Iterator[R]) -> Reading[R]:
    """Return the records, or every bad row."""
    findings, header, where = table.findings, table.header, table.sheet.where()
    if findings.count:
        problems = sorted(findings.refused, key=lambda p: p.where.row or 0)
        raise InputError(
            "E220",
            where=where,
            problems=tuple(problems),
            warnings=findings.warnings(where),
            count=findings.count,
        )
    return Reading(
        records=tuple(records),
        warnings=findings.warnings(where),
        headers=tuple(header.headings[at] for at in sorted(header.used)),
        unused=header.unused,
        rows=len(table.rows),
        sheet=table.sheet.name,
        fields=frozenset(header.columns),
        others=table.others,
    )
