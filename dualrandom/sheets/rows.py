"""From the rows under a heading to a table of values, a batch at a time.

Border: no files; cells in, values and findings out.

- Blank rows, sums, notes, group rows and repeated headings are passed over; all but
  blank ones are told. Nothing with both an id and a name is ever passed over.
- Only odd rows are looked at one by one: a gap in a required column, or a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import Problem
from dualrandom.model import is_id
from dualrandom.sheets import codes, limits
from dualrandom.sheets.columns import plain_heading, words
from dualrandom.sheets.converters import converter
from dualrandom.sheets.texts import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dualrandom.errors import Param, Where
    from dualrandom.sheets.cells import Converter, Finding
    from dualrandom.sheets.columns import Layout
    from dualrandom.sheets.header import Header
    from dualrandom.sheets.source import Rows, Sheet
    from dualrandom.sheets.texts import Cell

_AFTER_TOTAL: Final = re.compile(r"[0-9.,:()]*[^0-9.,:()]?[0-9.,:()]*")
_SHOWN: Final = 80
_LOOKED_AT: Final = 200
_NO_ID: Final = frozenset({"E231", codes.Fault.FORM.value})
_GROUPED: Final = 3
"""A heading of so many columns may have group rows below it."""


@dataclass(slots=True)
class Findings:
    """Problems and warnings of a file, each kind up to its limit; the rest counted."""

    refused: list[Problem] = field(default_factory=list)
    warned: list[Problem] = field(default_factory=list)
    count: int = 0
    _by_code: Counter[str] = field(default_factory=Counter)

    def refuse(self, code: str, where: Where, **params: Param) -> None:
        """Note a problem."""
        self.count += 1
        if len(self.refused) < limits.MAX_PROBLEMS:
            self.refused.append(_problem(code, where, params))

    def warn(self, code: str, where: Where, **params: Param) -> None:
        """Note a warning."""
        self._by_code[code] += 1
        if self._by_code[code] <= limits.MAX_WARNINGS:
            self.warned.append(_problem(code, where, params, warning=True))

    def warnings(self, where: Where) -> tuple[Problem, ...]:
        """Return all warnings, and how many more there were of each code."""
        more = [
            _problem("E279", where, {"kind": code, "count": count}, warning=True)
            for code, total in self._by_code.items()
            if (count := total - limits.MAX_WARNINGS) > 0
        ]
        return (*self.warned, *more)


def _problem(
    code: str, where: Where, params: Mapping[str, Param], *, warning: bool = False
) -> Problem:
    ordered = tuple(sorted(params.items()))
    return Problem(code=code, where=where, params=ordered, warning=warning)


@dataclass(slots=True)
class Table:
    """The rows of one sheet as values, before they become records.

    Attributes:
        sheet: where they come from.
        header: the heading they stand under.
        key: the field of the ids.
        rows: the row of each, as the officer sees it.
        values: one list a field, each as long as ``rows``.
        findings: everything that was odd.
        others: names of the sheets that were passed over for this one.
    """

    sheet: Sheet
    header: Header
    key: str
    rows: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    others: tuple[str, ...] = ()

    @property
    def filled(self) -> bool:
        """Whether there is any row, good or bad."""
        return bool(self.rows) or self.findings.count > 0

    def where(self, row: int, name: str) -> Where:
        """Return the place of a field in a row."""
        places = self.header.columns.get(name)
        if not places:
            return self.sheet.where(row)
        return self.sheet.where(row, places[0], self.header.headings[places[0]])


def fill(table: Table, layout: Layout, batches: Iterable[Rows]) -> None:
    """Convert the rows below the heading into a table."""
    work = _Work(table, layout)
    first = 1
    for batch in batches:
        above = max(table.header.data + 1 - first, 0)
        if above < len(batch):
            work.take(first + above, batch[above:])
        if table.findings.count >= limits.MAX_COUNTED:
            break
        first += len(batch)
    hidden = table.sheet.hidden.intersection(table.rows)
    if hidden:
        at = table.sheet.where()
        table.findings.warn("E270", at, count=len(hidden), row=min(hidden))
    for place in sorted(table.header.used):
        if table.sheet.left + place + 1 in table.sheet.hidden_columns:
            at = table.sheet.where(table.header.data, place)
            table.findings.warn("E245", at, column=table.header.headings[place])


@dataclass(slots=True)
class _Merged:
    """A column's cells that are merged downwards; rows from 1, value once seen."""

    top: int
    bottom: int
    at: int
    value: Cell = ""


class _Work:
    """Takes batches of rows into a table."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self._table = table
        self._header = table.header
        self._key = layout.key
        self._width = len(table.header.headings)
        self._required = [c.field for c in layout.columns if c.required]
        self._coalesce = {c.field for c in layout.columns if c.coalesce}
        self._converters: dict[str, Converter] = {
            column.field: converter(
                column, escaped=table.sheet.text, epoch_1904=table.sheet.epoch_1904
            )
            for column in layout.columns
            if column.field in table.header.columns
        }
        table.values = {name: [] for name in self._converters}
        left = table.sheet.left
        self._downwards = [
            _Merged(top + 1, bottom + 1, at - left)
            for top, at, bottom, _ in table.sheet.merged
            if bottom > top >= table.header.data and at - left in table.header.used
        ]
        self._across = {
            top + 1 for top, start, _, end in table.sheet.merged if end > start
        }
        headings = (text for text in table.header.headings if text)
        self._headings = set(map(plain_heading, headings))

    def take(self, first: int, rows: Rows) -> None:
        """Convert the rows of a batch.

        Args:
            first: the row of ``rows[0]``, from 1.
            rows: below the heading.
        """
        self._fill_merged(first, rows)
        columns = [*zip_longest(*rows, fillvalue="")]
        values: dict[str, list[Any]] = {}
        odd: dict[int, list[tuple[str, Finding]]] = {}
        for name, column in self._converters.items():
            values[name] = column.run(self._cells(name, columns, len(rows)))
            for finding in column.findings:
                odd.setdefault(finding.place, []).append((name, finding))
        for index in self._incomplete(rows, values):
            odd.setdefault(index, [])
        dropped: set[int] = set()
        for index in sorted(odd):
            at = _Row(first + index, index, rows[index], values, odd[index])
            if self._is_no_record(at) or not self._has_id(at, dropped):
                dropped.add(index)
        self._keep(first, len(rows), values, dropped)

    def _incomplete(self, rows: Rows, values: dict[str, list[Any]]) -> Iterator[int]:
        """Yield the rows with a gap in a required column, or too long for CSV."""
        for name in self._required:
            if "" in values[name]:
                yield from (i for i, value in enumerate(values[name]) if value == "")
        if self._table.sheet.text:
            yield from (i for i, row in enumerate(rows) if len(row) > self._width)

    def _keep(
        self, first: int, count: int, values: dict[str, list[Any]], dropped: set[int]
    ) -> None:
        table = self._table
        if not dropped:
            table.rows.extend(range(first, first + count))
            for name, column in values.items():
                table.values[name].extend(column)
            return
        kept = [index for index in range(count) if index not in dropped]
        table.rows.extend(first + index for index in kept)
        for name, column in values.items():
            table.values[name].extend(column[index] for index in kept)

    def _cells(
        self, name: str, columns: list[tuple[Cell, ...]], count: int
    ) -> tuple[Cell, ...]:
        """Return the cells of a field, its gaps filled where it has more columns."""
        gap = ("",) * count
        places = self._header.columns[name]
        first, *others = (columns[at] if at < len(columns) else gap for at in places)
        if name in self._coalesce:
            empty = {"", *words().empty}
            for other in others:
                first = tuple(
                    b if a in empty else a for a, b in zip(first, other, strict=True)
                )
        return first

    def _fill_merged(self, first: int, rows: Rows) -> None:
        """Give each cell that is merged downwards the value of the top one."""
        last = first + len(rows) - 1
        for merged in self._downwards:
            for row in range(max(merged.top, first), min(merged.bottom, last) + 1):
                cells = rows[row - first]
                if merged.at >= len(cells):
                    continue
                if row == merged.top:
                    merged.value = cells[merged.at]
                else:
                    cells[merged.at] = merged.value

    def _is_no_record(self, at: _Row) -> bool:
        """Say whether a row with a gap or without a proper id is no record at all."""
        gap = not all(at.values[name][at.index] for name in self._required)
        if not (gap or self._lacks_id(at)):
            return False
        texts = [text for cell in at.cells if (text := str(cell)[:_LOOKED_AT].strip())]
        if not texts:
            return True
        code = self._kind_of_row(at, texts, gap=gap)
        wrong = any(not f.warning and f.code not in _NO_ID for _, f in at.odd)
        # A heading is no date, nor is a sum; but what may be data is not passed over.
        if code is None or (wrong and code == "E274"):
            return False
        where = self._table.sheet.where(at.row)
        self._table.findings.warn(code, where, text=texts[0][:_SHOWN])
        return True

    def _lacks_id(self, at: _Row) -> bool:
        """Say whether what stands in the place of the id is none."""
        key = self._key.field
        return at.values[key][at.index] == "" or any(
            name == key and finding.code in _NO_ID for name, finding in at.odd
        )

    def _kind_of_row(self, at: _Row, texts: list[str], *, gap: bool) -> str | None:
        """Return the warning for a row that is a sum, a heading, a note, a group."""
        first = plain_heading(fold(texts[0]))
        for word in words().totals:
            rest = first.removeprefix(word)
            if rest != first and _AFTER_TOTAL.fullmatch(rest):
                return "E273"
        if len(texts) > 1 and set(map(plain_heading, texts)) <= self._headings:
            return "E275"
        if first in words().notes or (gap and first.startswith(words().notes)):
            return "E274"
        if len(set(texts)) > 1 or len(self._headings) < _GROUPED:
            return None
        return None if self._is_slip(at) and at.row not in self._across else "E274"

    def _is_slip(self, at: _Row) -> bool:
        """Say whether the only text of a row may be an id or a name left alone."""
        key = at.values[self._key.field][at.index]
        others = (name for name in (*self._required[1:], "sub") if name in at.values)
        if any(at.values[name][at.index] for name in others):
            return True
        return is_id(key) and codes.fault_of(key) is not codes.Fault.FORM

    def _has_id(self, at: _Row, dropped: set[int]) -> bool:
        """Note what is wrong with a row; say whether its id can be looked for twice."""
        findings = self._table.findings
        key = self._key.field
        if self._is_shifted(at.cells, beside=self._lacks_id(at)):
            findings.refuse("E235", self._table.sheet.where(at.row))
            return False
        told = {name for name, finding in at.odd if not finding.warning}
        gaps = [
            name
            for name in self._required
            if at.values[name][at.index] == "" and name not in told
        ]
        if gaps and not self._fill_down(at, dropped):
            for name in gaps:
                where = self._table.where(at.row, name)
                findings.refuse("E230", where, column=str(where.column))
        for name, finding in at.odd:
            where = self._table.where(at.row, name)
            note = findings.warn if finding.warning else findings.refuse
            note(finding.code, where, **{"column": str(where.column), **finding.params})
        # A row that is refused stays while its id is good: it may stand there twice.
        return bool(at.values[key][at.index]) and key not in told

    def _fill_down(self, at: _Row, dropped: set[int]) -> bool:
        """Take id and name from above where a sub-item alone is given."""
        subs = at.values.get("sub")
        if subs is None or not subs[at.index]:
            return False
        if any(at.values[name][at.index] for name in self._required):
            return False
        above = max((i for i in range(at.index) if i not in dropped), default=None)
        for name in self._required:
            column = at.values[name] if above is not None else self._table.values[name]
            if not column:
                return False
            at.values[name][at.index] = column[-1 if above is None else above]
        where = self._table.where(at.row, self._key.field)
        value = at.values[self._key.field][at.index]
        self._table.findings.warn("E276", where, value=value)
        return True

    def _is_shifted(self, cells: list[Cell], *, beside: bool) -> bool:
        """Say whether a row stands beside its columns.

        Args:
            cells: the row.
            beside: there is no proper id, so that it may stand in the next cell.
        """
        extra = cells[self._width :]
        if self._table.sheet.text and any(str(cell).strip() for cell in extra):
            return True
        if not (beside and self._key.check):
            return False
        at = self._header.columns[self._key.field][0]
        around = (cells[i] for i in (at - 1, at + 1) if 0 <= i < len(cells))
        return any(
            isinstance(cell, str) and codes.is_verified(cell.strip()) for cell in around
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """One odd row of a batch: its number, its place, its cells, the batch's values."""

    row: int
    index: int
    cells: list[Cell]
    values: dict[str, list[Any]]
    odd: list[tuple[str, Finding]]
