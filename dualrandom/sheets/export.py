"""Lists back into sheets, in the layout in which they are read.

Border: writes one file. What is written here and read again is the same list.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import InputError, Where
from dualrandom.sheets.columns import layout
from dualrandom.sheets.write import JOIN, PART, cell_text, write_rows
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dualrandom.messages import Lang
    from dualrandom.records import Recusal
    from dualrandom.sheets.columns import Column, Layout, Listing
    from dualrandom.sheets.write import Value

    Getter = Callable[[Any], Value]


def write_list(
    path: Path,
    listing: Listing,
    rows: Iterable[object],
    lang: Lang = "zh-CN",
    *,
    form: Layout | None = None,
) -> int:
    """Write a list with all its columns, private ones too, for the office itself.

    Args:
        path: ends in ``.xlsx`` or ``.csv``; replaced if it is there.
        listing: which.
        rows: records as reading gives them: ``TargetRow``, ``InspectorRow``,
            ``ItemRecord``, ``Recusal``, ``PenaltyRecord``, ``ObjectionRecord``; of
            tasks, the fields by name.
        lang: of the headings.
        form: the columns of a mapping; None: our own.

    Returns:
        How many rows were written.

    Raises:
        UsageError, InputError, EnvironmentProblem: as
            :func:`~dualrandom.sheets.write.write_rows`; InputError E286, a word that
            would be read as another.
    """
    table = form or layout(listing)
    values: Iterable[tuple[Value, ...]] = map(_reader(listing, table.written), rows)
    if any(column.translations for column in table.written):
        values = _translated(path, table.written, lang, values)
    return write_rows(
        path,
        table.title(lang),
        [column.headings[lang] for column in table.written],
        values,
        widths=[column.width for column in table.written],
    )


def recusals_text(recusals: Iterable[Recusal]) -> str:
    """Return recusals as one cell: ``id(reason)``, joined.

    Those with days are left out: their place is the list of recusals.
    """
    return JOIN.join(
        f"{one.target}\uff08{one.reason}\uff09" if one.reason else one.target
        for one in recusals
        if one.start is one.end is None
    )


def _licences(name: str) -> Getter:
    """Return one column of the licences, in their order."""
    return lambda row: PART.join(
        cell_text(getattr(one, name)) for one in row.public.licences
    )


def _leave(row: Any) -> Value:  # noqa: ANN401 - an InspectorRow
    return PART.join(
        f"{one.start.isoformat()}\u81f3{one.end.isoformat()}"
        for one in row.inspector.leave
    )


def _said(field: str) -> Getter:
    """Return a column of a fixed set of words, as people say them."""

    def get(row: Any) -> Value:  # noqa: ANN401 - a record with that field
        word = getattr(row, field)
        return group(field)[word][0] if word else ""

    return get


def _flag(field: str) -> Getter:
    """Return a column of yes or nothing, as the drop-down of penalties says it."""

    def get(row: Any) -> Value:  # noqa: ANN401 - a PenaltyRecord
        columns = {column.field: column for column in layout("penalties").columns}
        return columns[field].choices[0] if getattr(row, field) else ""

    return get


_SPECIAL: Final[Mapping[tuple[Listing, str], Getter]] = {
    ("targets", "licence_names"): _licences("name"),
    ("targets", "licence_numbers"): _licences("number"),
    ("targets", "licence_expiries"): _licences("expires"),
    ("inspectors", "leave"): _leave,
    ("inspectors", "recusals"): lambda row: recusals_text(row.recusals),
    ("items", "cause"): _said("cause"),
    ("penalties", "procedure"): _said("procedure"),
    ("penalties", "display"): _said("display"),
    ("penalties", "warning"): _flag("warning"),
    ("penalties", "quality"): _flag("quality"),
    ("objections", "reply"): _said("reply"),
}
_PRIVATE: Final = {"risk", "risk_date", "last_inspected"}


def _reader(
    listing: Listing, columns: Sequence[Column]
) -> Callable[[object], tuple[Value, ...]]:
    """Return what makes a row of a record."""
    getters = [_getter(listing, column.field) for column in columns]
    return lambda record: tuple(get(record) for get in getters)


def _getter(listing: Listing, field: str) -> Getter:
    special = _SPECIAL.get((listing, field))
    if special is not None:
        return special
    if listing == "targets":
        return attrgetter(f"{'private' if field in _PRIVATE else 'public'}.{field}")
    if listing == "inspectors":
        return attrgetter(f"inspector.{field}")
    if listing == "tasks":
        return lambda row: row[field]
    return attrgetter(field)


def _translated(
    path: Path,
    columns: Sequence[Column],
    lang: Lang,
    rows: Iterable[tuple[Value, ...]],
) -> Iterator[tuple[Value, ...]]:
    """Say our words in those of a mapping.

    A word of ours that is theirs for something else would come back as that: refused.
    """
    said = {}
    for at, column in enumerate(columns):
        if column.translations:
            pairs = reversed([*column.translations.items()])
            said[at] = ({ours: theirs for theirs, ours in pairs}, column)
    for number, row in enumerate(rows, 2):
        out = [*row]
        for at, (words, column) in said.items():
            word = cell_text(out[at])
            out[at] = words.get(word, word)
            if word not in words and column.translations.get(word, word) != word:
                heading = column.headings[lang]
                where = Where(file=path.name, row=number, column=heading)
                other = column.translations[word]
                raise InputError("E286", where=where, value=word, other=other)
        yield tuple(out)
