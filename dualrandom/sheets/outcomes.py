"""Results, penalties and objections out of sheets; and the sheets to fill in.

Border: reads and writes files; gives records of :mod:`dualrandom.outcomes`.

- A row of the results' sheet without day and result is one that nobody has been to yet:
  it is passed over. One of the two alone is refused.
- A result is taken by its code, its text or another way to say it, and kept with the
  version of the code list and its text.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

from dualrandom.codes import ACTIONS, RESULTS, Code
from dualrandom.model import TargetId
from dualrandom.outcomes import (
    Display,
    ObjectionRecord,
    PenaltyRecord,
    Procedure,
    Reply,
    ResultRecord,
)
from dualrandom.records import ItemCode
from dualrandom.sheets.columns import layout
from dualrandom.sheets.lists import columns_of, reading, refuse_twice
from dualrandom.sheets.private import refuse_personal
from dualrandom.sheets.reading import Reading, read_table, uncollected
from dualrandom.sheets.template import write_template
from dualrandom.words import group

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from enum import StrEnum
    from pathlib import Path

    from dualrandom.codes import CodeList
    from dualrandom.messages import Lang
    from dualrandom.sheets.rows import Table
    from dualrandom.sheets.write import Value

E = TypeVar("E", bound="StrEnum")


def read_results(
    path: Path,
    draw: str,
    items: Sequence[str],
    codes: Mapping[str, CodeList],
    sheet: str | None = None,
    *,
    known: Sequence[ResultRecord] = (),
) -> Reading[ResultRecord]:
    """Return the results of a draw's sheet, as far as it is filled in.

    Args:
        path: xlsx, xls, xlsb, ods or CSV; told by its content.
        draw: whose results they are.
        items: codes of its items; a row may leave out the only one.
        codes: the code lists in force.
        sheet: the sheet to take; None: the one whose heading fits.
        known: results that are there already: whoever says the same again means the
            code of then, whatever list is in force now.

    Raises:
        EnvironmentProblem, InputError: as :func:`.lists.read_targets`; E937 a result
            or a follow-up that no code stands for, E938 a day without a result or a
            result without a day, E939 a row that does not say which item it is about,
            E962 a person's number in a note that everyone may read.
    """
    here = {(one.target, one.item): one for one in known}
    with uncollected():
        table = read_table(path, layout("results"), sheet)
        rows = [
            dict(zip(_fields("results"), cells, strict=True))
            for cells in zip(*columns_of(table, "results"), strict=True)
        ]
        made = [
            _result(table, at, row, draw, items, codes, here)
            for at, row in zip(table.rows, rows, strict=True)
        ]
        refuse_personal(table, "note")
        refuse_twice(
            table,
            [
                (row["target"], row["item"] or str(at))
                for at, row in zip(table.rows, rows, strict=True)
            ],
        )
        return reading(table, (one for one in made if one is not None))


def _result(
    table: Table,
    at: int,
    row: Mapping[str, Any],
    draw: str,
    items: Sequence[str],
    codes: Mapping[str, CodeList],
    here: Mapping[tuple[TargetId, ItemCode], ResultRecord],
) -> ResultRecord | None:
    done: dt.date | None = row["done"]
    if done is None and not row["code"]:
        return None
    if done is None or not row["code"]:
        table.findings.refuse(
            "E938", table.where(at, "done" if done is None else "code")
        )
        return None
    item = row["item"] or (items[0] if len(items) == 1 else "")
    if not item:
        table.findings.refuse("E939", table.where(at, "item"))
    before = here.get((TargetId(row["target"]), ItemCode(item)))
    version, found = codes[RESULTS].version, None
    if before is not None and row["code"] == before.text:
        version, found = before.codes, Code(code=before.code, text=before.text)
    else:
        found = _code(table, at, "code", row["code"], codes[RESULTS])
    if before is not None and row["action"] and row["action"] == before.action_text:
        action: Code | None = Code(code=before.action, text=before.action_text)
    else:
        action = _code(table, at, "action", row["action"], codes[ACTIONS])
    if found is None or not item:
        return None
    return ResultRecord(
        draw=draw,
        target=TargetId(row["target"]),
        item=ItemCode(item),
        done=done,
        codes=version,
        code=found.code,
        text=found.text,
        action="" if action is None else action.code,
        action_text="" if action is None else action.text,
        note=row["note"],
    )


def _code(table: Table, at: int, field: str, said: str, codes: CodeList) -> Code | None:
    found = codes.find(said) if said else None
    if said and found is None:
        known = ", ".join(code.text for code in codes.codes)
        table.findings.refuse("E937", table.where(at, field), value=said, known=known)
    return found


def write_results_sheet(
    path: Path,
    targets: Sequence[tuple[str, str]],
    items: Sequence[tuple[str, str]],
    known: Sequence[ResultRecord],
    codes: Mapping[str, CodeList],
    lang: Lang = "zh-CN",
) -> None:
    """Write the sheet of a draw's results: a row a target and item.

    Args:
        path: ends in ``.xlsx`` or ``.csv``; replaced if it is there.
        targets: (id, name), in order; each has a row for every item.
        items: (code, name), in order.
        known: results that are there already; they stand in their rows.
        codes: the code lists in force, for the drop-downs.
        lang: of headings and explanations.

    Raises:
        UsageError, EnvironmentProblem: as :func:`.template.write_template`.
    """
    here = {(one.target, one.item): one for one in known}
    rows: list[tuple[Value, ...]] = []
    for target, item in product(targets, items):
        one = here.get((TargetId(target[0]), ItemCode(item[0])))
        found: tuple[Value, ...] = ("",) * 4
        if one is not None:
            found = (one.done, one.text, one.action_text, one.note)
        rows.append((*target, *item, *found))
    write_template(
        "results",
        path,
        lang,
        rows=rows,
        choices={
            "code": [code.text for code in codes[RESULTS].codes],
            "action": [code.text for code in codes[ACTIONS].codes],
        },
    )


def read_penalties(path: Path, sheet: str | None = None) -> Reading[PenaltyRecord]:
    """Return the penalties of a sheet.

    Args and raises as :func:`.lists.read_targets`; E937, a word that means nothing;
    E962, a person's number where everyone may read it.
    """
    with uncollected():
        table = read_table(path, layout("penalties"), sheet)
        refuse_twice(table, table.values["number"])
        refuse_personal(table, "party", "party_code", "violation", "basis", "content")
        made = []
        for at, cells in zip(
            table.rows, zip(*columns_of(table, "penalties"), strict=True), strict=True
        ):
            row = dict(zip(_fields("penalties"), cells, strict=True))
            row["procedure"] = _word(table, at, row, "procedure", Procedure.GENERAL)
            row["display"] = _word(table, at, row, "display", Display.MONTHS)
            row |= {name: bool(row[name]) for name in ("warning", "quality")}
            made.append(row)
        return reading(table, (PenaltyRecord(**row) for row in made))


def read_objections(path: Path, sheet: str | None = None) -> Reading[ObjectionRecord]:
    """Return the objections of a sheet.

    Args and raises as :func:`.lists.read_targets`; E937, a word that means nothing.
    """
    with uncollected():
        table = read_table(path, layout("objections"), sheet)
        refuse_twice(table, table.values["id"])
        made = []
        for at, cells in zip(
            table.rows, zip(*columns_of(table, "objections"), strict=True), strict=True
        ):
            row = dict(zip(_fields("objections"), cells, strict=True))
            row["reply"] = _word(table, at, row, "reply", Reply.OPEN)
            made.append(row)
        return reading(table, (ObjectionRecord(**row) for row in made))


def _fields(listing: Any) -> tuple[str, ...]:  # noqa: ANN401 - a Listing
    return tuple(column.field for column in layout(listing).columns)


def _word(table: Table, at: int, row: Mapping[str, Any], field: str, usual: E) -> E:
    """Return the word of a fixed set that a cell means; an empty one the usual."""
    said = row[field]
    if not said:
        return usual
    known = group(field)
    for word, ways in known.items():
        if said == word or said in ways:
            return type(usual)(word)
    table.findings.refuse(
        "E937",
        table.where(at, field),
        value=said,
        known=", ".join(ways[0] for ways in known.values()),
    )
    return usual
