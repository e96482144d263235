"""The columns a sheet may have: data from ``columns.toml``, and how headings match.

Border: no files but our own table of columns.

- A heading matches an alias when both are the same after :func:`plain_heading`.
- Aliases stand in order of preference: of two columns for one field the first named
  wins; where ``coalesce`` says so, the others fill its gaps.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.messages import Lang

Listing = Literal[
    "targets",
    "inspectors",
    "items",
    "recusals",
    "plans",
    "results",
    "penalties",
    "objections",
    "tables",
    "tasks",
]
"""The lists that go into sheets; all but tasks come from sheets, too."""

_MARKS: Final = re.compile(r"^[*\u203b#]+|^\d{1,2}[.\u3001)]|[*:\u203b#]+$")
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\u3010[^\u3010\u3011]*\u3011")


class Type(StrEnum):
    """What the cells of a column hold."""

    ID = "id"
    NAME = "name"
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TAGS = "tags"
    FLAG = "flag"
    COUNT = "count"
    RATIO = "ratio"
    RECUSALS = "recusals"
    PARTS = "parts"
    DATE_PARTS = "date_parts"
    LEAVE = "leave"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a list.

    Attributes:
        headings: what is written above it, by language.
        aliases: plain headings under which it is found, in order of preference.
        required: the column must be there, and none of its cells may be empty.
        present: the column must be there; its cells may be empty.
        check: its ids are credit codes or registration numbers, and are checked.
        coalesce: further columns fill the gaps of the first.
        period: where a period stands, its last day is meant.
        hidden: read where it is found, but not part of what we write.
        translations: our words for those of a platform, where a mapping gives them.
    """

    field: str
    type: Type
    headings: Mapping[str, str]
    aliases: tuple[str, ...]
    required: bool = False
    present: bool = False
    check: bool = False
    coalesce: bool = False
    period: bool = False
    hidden: bool = False
    width: int = 16
    notes: Mapping[str, str]
    example: str = ""
    choices: tuple[str, ...] = ()
    translations: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All columns of one list, in the order in which we write them.

    Attributes:
        listing: which list.
        titles: its name, by language.
        columns: all fields; the first one holds the ids.
        written: the columns of templates and exports.
        places: the field behind each alias, and how much the alias is preferred.
    """

    listing: Listing
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    written: tuple[Column, ...]
    places: Mapping[str, tuple[str, int]] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        places = {
            alias: (column.field, rank)
            for column in self.columns
            for rank, alias in enumerate(column.aliases)
        }
        object.__setattr__(self, "places", places)

    def title(self, lang: Lang) -> str:
        """Return the list's name."""
        return self.titles[lang]

    @property
    def key(self) -> Column:
        """The column of the ids."""
        return self.columns[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Cell texts that mean something: nothing, for ever, no, a sum, a note."""

    empty: frozenset[str]
    long_term: tuple[str, ...]
    no: frozenset[str]
    totals: tuple[str, ...]
    notes: tuple[str, ...]


@cache
def _table() -> Mapping[str, Any]:
    text = files("dualrandom").joinpath("sheets", "columns.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def words() -> Words:
    """Return the words that mean something in any list."""
    entry = _table()["words"]
    return Words(
        empty=frozenset(entry["empty"]),
        long_term=tuple(entry["long_term"]),
        no=frozenset(entry["no"]),
        totals=tuple(map(plain_heading, entry["totals"])),
        notes=tuple(map(plain_heading, entry["notes"])),
    )


@cache
def layout(listing: Listing) -> Layout:
    """Return the columns of a list."""
    entry = _table()[listing]
    columns = tuple(map(_column, entry["columns"]))
    return Layout(
        listing=listing,
        titles=_by_language(entry),
        columns=columns,
        written=tuple(column for column in columns if not column.hidden),
    )


def heading(listing: Listing, field: str, lang: Lang) -> str | None:
    """Return what is written above a field; None: it has no column of its own."""
    found = (c.headings[lang] for c in layout(listing).columns if c.field == field)
    return next(found, None)


def with_personal(form: Layout) -> Layout:
    """Return the inspectors' columns and those of their personal data."""
    own = tuple(map(_column, _table()["personal"]["columns"]))
    return dataclasses.replace(form, columns=(*form.columns, *own))


def _column(entry: Mapping[str, Any]) -> Column:
    headings = _by_language(entry)
    aliases = (*entry["aliases"], *headings.values())
    return Column(
        field=entry["field"],
        type=Type(entry["type"]),
        headings=headings,
        aliases=tuple(dict.fromkeys(map(plain_heading, aliases))),
        required=entry.get("required", False),
        present=entry.get("present", False),
        check=entry.get("check", False),
        coalesce=entry.get("coalesce", False),
        period=entry.get("period", False),
        hidden=entry.get("hidden", False),
        width=entry.get("width", 16),
        notes=_by_language(entry.get("note", {"zh": "", "en": ""})),
        example=entry.get("example", ""),
        choices=tuple(entry.get("choices", ())),
    )


def _by_language(entry: Mapping[str, Any]) -> Mapping[str, str]:
    return {"zh-CN": entry["zh"], "en": entry["en"]}


def plain_heading(text: str) -> str:
    """Return a heading without what people add to it: blanks, stars, width, case."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    return _MARKS.sub("", text).casefold()


def without_brackets(text: str) -> str:
    """Return a plain heading without its additions in brackets."""
    return _BRACKETS.sub("", text)
