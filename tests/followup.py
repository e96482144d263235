"""An office after its draw: on a day, its results found and approved, a sheet filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from dualrandom.errors import DualRandomError
from dualrandom.keys import load_key
from dualrandom.model import TargetId
from dualrandom.office.approvals import ask, carry_out, read_request, sign
from dualrandom.office.place import Office, open_office
from dualrandom.office.results import approval_of, standing_of
from dualrandom.outcomes import ResultRecord
from dualrandom.records import ItemCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DRAW = "2026-001"
YEARS = "[2099]\noff = []\nwork = []\n[2100]\noff = []\nwork = []\n"


def at(folder: Path, day: str = "2099-12-20") -> Office:
    """Return the office on a day; its keys have no passphrase."""
    moment = dt.datetime.fromisoformat(f"{day}T02:00:00+00:00")
    return replace(
        open_office(folder, unlock=load_key),
        clock=lambda: moment,
    )


def found(office: Office, **fields: Any) -> list[ResultRecord]:
    """Return a result for everything that was to be inspected."""
    visits = standing_of(office, DRAW).visits
    made: dict[str, Any] = {
        "draw": DRAW,
        "done": dt.date(2099, 12, 8),
        "codes": "1",
        "code": "01",
        "text": "未发现问题",
    }
    return [
        ResultRecord(target=TargetId(id_), item=ItemCode(item), **(made | fields))
        for id_, item in visits.pairs
    ]


def approve(office: Office, folder: Path) -> None:
    asked = ask(office, approval_of(office, DRAW), folder / "results.request")
    key = load_key(folder / "keys/supervisor/supervisor-01.key")
    signed = sign(read_request(asked), key)
    carry_out(office, approval_of(office, DRAW), (signed,))


def code_of(run: Callable[[], object]) -> str:
    with pytest.raises(DualRandomError) as caught:
        run()
    return caught.value.code


def fill(path: Path, **columns: str) -> None:
    """Fill columns of a sheet, every row alike, as an officer would."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [str(cell.value).strip("*") for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        for heading, value in columns.items():
            sheet.cell(row, heads.index(heading) + 1).value = value
    book.save(path)
