"""One cell edited behind the program's back, in every table and column there is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.registry import DRAWS, LISTS
from dualrandom.registry.lists import KINDS
from dualrandom.registry.tables import VERSIONS, metadata
from tests.clerk import Clerk
from tests.unit.test_registry_lists import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

NO_EVIDENCE = {"personal"}
"""What is a person's own is in no list, and can be deleted."""
CELLS = [
    pytest.param(table.name, column.name, id=f"{table.name}.{column.name}")
    for table in metadata.sorted_tables
    if table.name not in NO_EVIDENCE
    for column in table.columns
]
OWNER = {
    table.name: kind
    for kind in KINDS
    for table in (VERSIONS[kind.name].table, VERSIONS[kind.name].private)
    if table is not None
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """One record in every list."""
    clerk = Clerk(tmp_path_factory.mktemp("office"))
    for kind in LISTS:
        clerk.change(kind, [SAMPLES[kind.name]])
    clerk.step(SAMPLES["draws"])
    assert clerk.findings() == []
    return clerk


def another(path: Path, table: str, column: str) -> Any:
    """Return another value of the same type, such as a careful insider would choose."""
    with closing(sqlite3.connect(path)) as opened:
        rows = opened.execute(f'SELECT "{column}" FROM {table} ORDER BY 1').fetchall()
    value = rows[-1][0]
    if isinstance(value, bytes):
        return value.replace(b'"op"', b'"oq"')
    if isinstance(value, int) or column in ("seq_to", "max", "yearly", "total"):
        return (value or 0) + 40
    return "2001-01-01" if value is None or value[4:5] == "-" else value + "x"


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_an_edited_cell_is_found(
    office: Clerk, tmp_path: Path, table: str, column: str
) -> None:
    clerk = office.copy(tmp_path)
    value = another(clerk.path, table, column)
    shown = f"x'{value.hex()}'" if isinstance(value, bytes) else repr(value)
    where = f'(SELECT max("{column}") FROM {table})'
    clerk.edit(
        f'UPDATE {table} SET "{column}" = {shown}'
        f' WHERE "{column}" IS {where} OR "{column}" IS NULL'
    )
    found = clerk.findings()
    assert found, "nobody noticed"
    kind = OWNER.get(table)
    if kind is None or kind is DRAWS or column in kind.keys:
        return
    # Named by list and id, but where the row no longer belongs to any version.
    row = kind.rows([SAMPLES[kind.name]])
    id_ = "/".join(filter(None, next(iter(row))))
    assert id_ in {named for _, named in found}
