"""Any table that an office must disclose: a sheet, and a small description of it.

Border: reads the two files; gives a :class:`~dualrandom.public_tables.DisclosedTable`.

    # disclosures/fees.toml, beside fees.xlsx
    title = "收费项目"
    content = "收费依据、标准、减免"
    basis = "《价格法》"
    deadline = "长期公开"
    unit = "办公室"
    sheet = "fees.xlsx"
    columns = ["项目", "标准", "依据"]

- Only the columns that are named are read: what else a sheet holds stays where it is.
- The first column names a row, and may not be empty.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where
from dualrandom.public_tables import DisclosedTable, is_table_name
from dualrandom.sheets.columns import Column, Layout, Type, plain_heading
from dualrandom.sheets.limits import MAX_MAPPING
from dualrandom.sheets.reading import read_table, uncollected
from dualrandom.sheets.texts import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TEXTS: Final = ("title", "content", "basis", "deadline", "unit", "channel")
_NEEDED: Final = ("title", "basis", "deadline")
_MOST: Final = 60


def read_disclosed(description: Path) -> DisclosedTable:
    """Return the table that a description and its sheet make.

    Args:
        description: a TOML file; its name is the table's.

    Raises:
        EnvironmentProblem: E200, a file cannot be read.
        InputError: E940, the description is not one; E201 to E227, the sheet.
    """
    where = Where(file=description.name)
    entry = _load(description, where)
    columns = entry["columns"]
    with uncollected():
        table = read_table(description.parent / entry["sheet"], _layout(columns), None)
    found = [
        table.values.get(_field(at), [""] * len(table.rows))
        for at in range(len(columns))
    ]
    return DisclosedTable(
        name=description.stem,
        **{name: str(entry.get(name, "")) for name in _TEXTS},
        columns=tuple(columns),
        rows=tuple(
            tuple(as_text(cell) for cell in row) for row in zip(*found, strict=True)
        ),
    )


def _load(path: Path, where: Where) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MAPPING + 1)
    except OSError as exc:
        raise EnvironmentProblem("E200", where=where) from exc
    try:
        entry = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as exc:
        raise InputError("E940", where=where, field="TOML") from exc
    for field in sorted(entry.keys() - {*_TEXTS, "sheet", "columns"}):
        raise InputError("E940", where=where, field=field[:_MOST])
    for field in _NEEDED:
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise InputError("E940", where=where, field=field)
    columns = entry.get("columns")
    if (
        not isinstance(columns, list)
        or not 0 < len(columns) <= _MOST
        or not all(isinstance(c, str) and plain_heading(c) for c in columns)
        or len({plain_heading(c) for c in columns}) < len(columns)
    ):
        raise InputError("E940", where=where, field="columns")
    sheet = entry.get("sheet")
    # A sheet lies beside its description: a path could lead anywhere.
    if not isinstance(sheet, str) or "/" in sheet or "\\" in sheet or not sheet:
        raise InputError("E940", where=where, field="sheet")
    if len(data) > MAX_MAPPING or not is_table_name(path.stem):
        raise InputError("E940", where=where, field=path.stem[:_MOST])
    return entry


def _field(at: int) -> str:
    return f"column{at}"


def _layout(columns: list[str]) -> Layout:
    made = tuple(
        Column(
            field=_field(at),
            type=Type.TEXT,
            headings={"zh-CN": heading, "en": heading},
            aliases=(plain_heading(heading),),
            required=at == 0,
            present=True,
            notes={"zh-CN": "", "en": ""},
        )
        for at, heading in enumerate(columns)
    )
    return Layout(
        listing="tables", titles={"zh-CN": "", "en": ""}, columns=made, written=made
    )
