"""Tables in ``public/`` that an office must disclose besides its draws.

Border: bytes and values, as :mod:`dualrandom.public`.

- One form for all of them (权责清单, 收费项目, 监督抽查结果 …): what it is, on what
  basis, until when, by whom; columns; rows of text.
- Only the columns that the description names are here: nothing of a sheet reaches a
  page by accident.

    tables/fees.json
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import json_line, parse_json_line
from dualrandom.errors import VerificationError
from dualrandom.fields import Fields
from dualrandom.public import naming

if TYPE_CHECKING:
    from dualrandom.fields import Fields as _Fields

TABLES: Final = "tables/"
_SCHEMA: Final = "dualrandom/table/v1"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedTable:
    """One table, as everyone may see it.

    Attributes:
        name: of its files and pages: small letters, digits, ``-``.
        title: 公开事项.
        content: 公开内容, in a sentence.
        basis: 公开依据.
        deadline: 公开时限, in words.
        unit: 公开主体.
        channel: 公开渠道.
        columns: the headings; the first column names a row.
        rows: as many cells as columns.
    """

    name: str
    title: str
    content: str
    basis: str
    deadline: str
    unit: str
    channel: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_TEXTS: Final = ("title", "content", "basis", "deadline", "unit", "channel")


def is_table_name(text: str) -> bool:
    """Say whether text may name a table."""
    return _NAME.fullmatch(text) is not None


def table_path(name: str) -> str:
    """Return where a table lies below ``public/``."""
    return f"{TABLES}{name}.json"


def table_bytes(table: DisclosedTable) -> bytes:
    """Return the document of a table, rows in their order."""
    value: dict[str, object] = {"schema": _SCHEMA, "name": table.name}
    value |= {name: getattr(table, name) for name in _TEXTS}
    value |= {"columns": list(table.columns), "rows": [list(row) for row in table.rows]}
    return json_line(value)


def parse_table(data: bytes) -> DisclosedTable:
    """Return the table of a document.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(TABLES):
        top = Fields.of(parse_json_line(data))
        top.text("schema", _SCHEMA.__eq__)
        columns = top.texts("columns")
        return DisclosedTable(
            name=top.text("name", is_table_name),
            **{name: top.text(name, empty=True) for name in _TEXTS},
            columns=columns,
            rows=_rows(top, len(columns)),
        )


def _rows(top: _Fields, width: int) -> tuple[tuple[str, ...], ...]:
    value = top.take("rows")
    if not isinstance(value, list) or not all(
        isinstance(row, list)
        and len(row) == width
        and all(isinstance(cell, str) for cell in row)
        for row in value
    ):
        raise VerificationError("E801", field="rows", value=str(value)[:80])
    return tuple(map(tuple, value))
