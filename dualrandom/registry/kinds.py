"""What a list is: its columns, and how a record becomes a row of cells and back.

Border: pure. A *row* is a record as a tuple of cells: strings exactly as they stand
in a list's file and, but for missing dates and numbers (NULL), in the database.

- A record's row reads back as that record; what has no such row is refused (E303).
- The leading ``key`` columns name a record; rows are sorted by them, as UTF-8.

    TARGETS.rows([(target, private)]) == {
        ("91330000EXAMPLE017",): ("91330000EXAMPLE017", "示例食品店", …)
    }
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dualrandom.errors import InputError, Problem, VerificationError, Where, problem
from dualrandom.model import is_value
from dualrandom.registry import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dualrandom.registry.cells import Form, Rule

R = TypeVar("R")
Row = tuple[str, ...]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list.

    Attributes:
        private: kept in a table of its own, apart from what may be published.
    """

    name: str
    form: Form = cells.TEXT
    rule: Rule = cells.ANY
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(Generic[R]):
    """One list: its columns, and how a record becomes a row and back.

    Attributes:
        name: as in the log's ``registry.change``.
        table: as in the database.
        key: how many leading columns name a record.
        values: the values of a record, in the columns' order.
        make: the record of such values.
        names: the columns' names, in order.
    """

    name: str
    table: str
    columns: tuple[Column, ...] = field(repr=False)
    key: int
    values: Callable[[R], tuple[Any, ...]] = field(repr=False)
    make: Callable[[list[Any]], R] = field(repr=False)
    names: tuple[str, ...] = field(init=False, repr=False)
    _encoders: tuple[tuple[int, Callable[[Any], str]], ...] = field(
        init=False, repr=False
    )
    _decoders: tuple[tuple[int, Callable[[str], Any]], ...] = field(
        init=False, repr=False
    )
    _rules: tuple[tuple[int, Callable[[str], bool]], ...] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        # Lists have millions of cells, most of them plain text: only the others
        # are gone through one by one.
        numbered = tuple(enumerate(self.columns))
        forms = [(at, c.form) for at, c in numbered if c.form is not cells.TEXT]
        rules = ((at, c.rule.ok) for at, c in numbered if c.rule.ok is not None)
        object.__setattr__(self, "names", tuple(c.name for c in self.columns))
        decoders = tuple((at, form.decode) for at, form in forms)
        encoders = tuple((at, form.encode) for at, form in forms)
        object.__setattr__(self, "_encoders", encoders)
        object.__setattr__(self, "_decoders", decoders)
        object.__setattr__(self, "_rules", tuple(rules))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns that name a record."""
        return self.names[: self.key]

    def decode(self, row: Row) -> R:
        """Return the record of a row.

        Raises:
            VerificationError: E306, a cell that is not of its column's form; only
                somebody else can have written it.
        """
        values: list[Any] = list(row)
        try:
            "".join(row)  # whoever lifts STRICT can put bytes or nothing for text
            for at, decode in self._decoders:
                values[at] = decode(values[at])
        except (ValueError, TypeError, KeyError, VerificationError) as exc:
            key = shown_key(row[: self.key])
            raise VerificationError("E306", list=self.name, id=key) from exc
        return self.make(values)

    def rows(
        self, records: Iterable[R], standing: Mapping[Key, Row] = MappingProxyType({})
    ) -> dict[Key, Row]:
        """Return records as rows by key, in order of the keys.

        Args:
            records: in any order.
            standing: rows of the list; one that is among them was looked at before.

        Raises:
            InputError: E302, with E303 for each value that may not be kept, and
                E304 for each key that is there twice.
        """
        out: dict[Key, Row] = {}
        faults: list[Problem] = []
        for record in records:
            row = self._row(record)
            key = row[: self.key]
            if standing.get(key) != row and not self._legal(row):
                faults += self._faults(row)
            if key in out:
                faults.append(
                    problem("E304", Where(), list=self.name, id=shown_key(key))
                )
            out[key] = row
        if faults:
            raise InputError(
                "E302", problems=tuple(faults), list=self.name, count=len(faults)
            )
        return {key: out[key] for key in sorted(out)}

    def _row(self, record: R) -> Row:
        row = list(self.values(record))
        for at, encode in self._encoders:
            row[at] = encode(row[at])
        return tuple(row)

    def _legal(self, row: Row) -> bool:
        if not is_value("".join(row)):
            return False
        return all(ok(row[at]) for at, ok in self._rules)

    def _faults(self, row: Row) -> Iterable[Problem]:
        for column, cell in zip(self.columns, row, strict=True):
            if not is_value(cell) or (
                column.rule.ok is not None and not column.rule.ok(cell)
            ):
                yield problem(
                    "E303",
                    Where(),
                    list=self.name,
                    id=shown_key(row[: self.key]),
                    field=column.name,
                    value=cell[:80],
                )


def shown_key(key: Key) -> str:
    """Return a key as one word for people: ``SP-03/2``; empty parts are left out."""
    # A damaged database may hold bytes where a text is due.
    return "/".join(str(part) for part in key if part)


def maker(type_: type[R], names: tuple[str, ...]) -> Callable[[Iterable[Any]], R]:
    """Return a way to make frozen records of values in the order of ``names``.

    A record's own constructor takes three times as long, and a directory has hundreds
    of thousands; so the slots are filled directly. There is nothing to check: these
    values were a record before.
    """
    assert set(names) == {one.name for one in fields(type_)}  # type: ignore[arg-type]  # noqa: S101
    slots = tuple(type_.__dict__[name].__set__ for name in names)

    def make(values: Iterable[Any]) -> R:
        made = object.__new__(type_)
        for put, value in zip(slots, values, strict=True):
            put(made, value)
        return made

    return make


def kind_of(
    type_: type[R],
    name: str,
    table: str,
    columns: tuple[Column, ...],
    key: int,
) -> ListKind[R]:
    """Return a list whose columns are the fields of one type, by their names."""
    names = tuple(column.name for column in columns)
    return ListKind(
        name=name,
        table=table,
        columns=columns,
        key=key,
        values=attrgetter(*names),
        make=maker(type_, names),
    )


def texts(*names: str) -> tuple[Column, ...]:
    """Return columns of any text."""
    return tuple(Column(name=name) for name in names)
