"""The lists that an office keeps, and each record as cells.

Border: pure. A *row* is a record as a tuple of cells: strings exactly as they stand
in a list's file and, but for missing dates and numbers (NULL), in the database.

- A record's row reads back as that record; what has no such row is refused (E303).
- The leading ``key`` columns name a record; rows are sorted by them, as UTF-8.
- Columns may be added at the end in a later version, never renamed or taken away:
  digests of old files must still come out.

    TARGETS.rows([(target, private)]) == {
        ("91330000EXAMPLE017",): ("91330000EXAMPLE017", "示例食品店", …)
    }
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from dualrandom.errors import InputError, Problem, VerificationError, Where, problem
from dualrandom.model import Area, is_value
from dualrandom.records import (
    BasisRecord,
    Cause,
    DrawRecord,
    DrawState,
    InspectorRecord,
    ItemRecord,
    Recusal,
    TargetPrivate,
    TargetRecord,
    TaskRecord,
)
from dualrandom.registry import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    _forms: tuple[tuple[int, Form], ...] = field(init=False, repr=False)
    _rules: tuple[tuple[int, Callable[[str], bool]], ...] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        # Lists have millions of cells, most of them plain text: only the others
        # are gone through one by one.
        numbered = tuple(enumerate(self.columns))
        forms = ((at, c.form) for at, c in numbered if c.form is not cells.TEXT)
        rules = ((at, c.rule.ok) for at, c in numbered if c.rule.ok is not None)
        object.__setattr__(self, "names", tuple(c.name for c in self.columns))
        object.__setattr__(self, "_forms", tuple(forms))
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
            for at, form in self._forms:
                values[at] = form.decode(values[at])
        except (ValueError, TypeError, KeyError, VerificationError) as exc:
            key = shown_key(row[: self.key])
            raise VerificationError("E306", list=self.name, id=key) from exc
        return self.make(values)

    def rows(self, records: Iterable[R]) -> dict[Key, Row]:
        """Return records as rows by key, in order of the keys.

        Raises:
            InputError: E302, with E303 for each value that may not be kept, and
                E304 for each key that is there twice.
        """
        out: dict[Key, Row] = {}
        faults: list[Problem] = []
        for record in records:
            row = self._row(record)
            if not self._legal(row):
                faults += self._faults(row)
            key = row[: self.key]
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
        for at, form in self._forms:
            row[at] = form.encode(row[at])
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
    return "/".join(part for part in key if part)


def _kind(
    type_: Callable[..., R],
    name: str,
    table: str,
    columns: tuple[Column, ...],
    key: int,
) -> ListKind[R]:
    names = tuple(column.name for column in columns)
    return ListKind(
        name=name,
        table=table,
        columns=columns,
        key=key,
        values=attrgetter(*names),
        make=lambda values: type_(**dict(zip(names, values, strict=True))),
    )


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name) for name in names)


ITEMS: Final[ListKind[ItemRecord]] = _kind(
    ItemRecord,
    "items",
    "item",
    (
        Column(name="code", rule=cells.CODE),
        Column(name="sub"),
        Column(name="name", rule=cells.NAMED),
        *_texts("field", "category", "basis", "body", "object", "content", "method"),
        *_texts("ratio", "frequency", "kind", "staff", "lead", "partners", "level"),
        Column(name="unit"),
        Column(name="effective", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="expires", form=cells.DATE, rule=cells.DAY_IF_ANY),
        *_texts("status", "note", "power"),
        Column(name="need", form=cells.WORDS, rule=cells.LISTED),
        Column(name="cause", form=cells.word(Cause), rule=cells.one_of(Cause)),
        Column(name="basis_date", form=cells.DATE, rule=cells.DAY_IF_ANY),
    ),
    key=2,
)
BASES: Final[ListKind[BasisRecord]] = _kind(
    BasisRecord,
    "bases",
    "basis",
    (
        Column(name="name", rule=cells.CODE),
        Column(name="changed", form=cells.DATE, rule=cells.DAY),
        Column(name="note"),
    ),
    key=1,
)
INSPECTORS: Final[ListKind[InspectorRecord]] = _kind(
    InspectorRecord,
    "inspectors",
    "inspector",
    (
        Column(name="id", rule=cells.ID),
        Column(name="name", rule=cells.NAMED),
        *_texts("unit", "region", "level", "category"),
        Column(name="qualifications", form=cells.WORDS, rule=cells.LISTED),
        Column(name="scope", form=cells.WORDS, rule=cells.LISTED),
        *_texts("expert", "certificate"),
        Column(name="valid_until", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="status"),
        Column(name="max", form=cells.NUMBER, rule=cells.COUNT),
        Column(name="tags", form=cells.WORDS, rule=cells.LISTED),
        Column(name="leave", form=cells.LEAVE),
        Column(name="yearly", form=cells.NUMBER, rule=cells.COUNT),
    ),
    key=1,
)
RECUSALS: Final[ListKind[Recusal]] = _kind(
    Recusal,
    "recusals",
    "recusal",
    (
        Column(name="inspector", rule=cells.ID),
        Column(name="target", rule=cells.ID),
        Column(name="reason"),
        Column(name="start", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="end", form=cells.DATE, rule=cells.DAY_IF_ANY),
    ),
    key=2,
)
TASKS: Final[ListKind[TaskRecord]] = _kind(
    TaskRecord,
    "tasks",
    "task",
    (
        Column(name="id", rule=cells.DRAW_ID),
        Column(name="title", rule=cells.NAMED),
        Column(name="items", form=cells.WORDS, rule=cells.LISTED),
        Column(name="start", form=cells.DATE, rule=cells.DAY),
        Column(name="end", form=cells.DATE, rule=cells.DAY),
        *_texts("plan", "scope", "strata_by"),
        Column(name="quotas", form=cells.QUOTAS),
        Column(name="total", form=cells.NUMBER, rule=cells.COUNT),
        Column(name="tickets", form=cells.TICKETS),
        Column(name="posts", form=cells.POSTS),
        Column(name="area", form=cells.AREA, rule=cells.one_of(Area)),
        Column(name="reserves", form=cells.RATIO),
        Column(name="off_site"),
    ),
    key=1,
)
DRAWS: Final[ListKind[DrawRecord]] = _kind(
    DrawRecord,
    "draws",
    "draw",
    (
        Column(name="id", rule=cells.DRAW_ID),
        Column(name="task", rule=cells.DRAW_ID),
        Column(name="state", form=cells.word(DrawState), rule=cells.one_of(DrawState)),
        Column(name="commitment", rule=cells.DIGEST),
        Column(name="folder", rule=cells.NAMED),
    ),
    key=1,
)

_PUBLIC = (
    Column(name="id", rule=cells.ID),
    Column(name="name", rule=cells.NAMED),
    *_texts("kind", "industry", "region", "registrar", "status", "address"),
    Column(name="established", form=cells.DATE, rule=cells.DAY_IF_ANY),
    Column(name="tags", form=cells.WORDS, rule=cells.LISTED),
)
_PRIVATE = (
    Column(name="risk", private=True),
    Column(name="risk_date", form=cells.DATE, rule=cells.DAY_IF_ANY, private=True),
    Column(name="last_inspected", form=cells.DATE, rule=cells.DAY_IF_ANY, private=True),
)
_LATER = (
    Column(name="licences", form=cells.LICENCES),
    *_texts("producer", "standard", "trademark", "model", "enterprise"),
)


def _names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


_public_values = attrgetter(*_names(_PUBLIC))
_private_values = attrgetter(*_names(_PRIVATE))
_later_values = attrgetter(*_names(_LATER))
_public_names = (*_names(_PUBLIC), *_names(_LATER))
_private_names = ("id", *_names(_PRIVATE))


def _target_values(record: tuple[TargetRecord, TargetPrivate]) -> tuple[Any, ...]:
    public, private = record
    if public.id != private.id:
        raise InputError("E305", id=public.id, other=private.id)
    return (
        *_public_values(public),
        *_private_values(private),
        *_later_values(public),
    )


def _target(values: list[Any]) -> tuple[TargetRecord, TargetPrivate]:
    at, later = len(_PUBLIC), len(_PUBLIC) + len(_PRIVATE)
    public = values[:at] + values[later:]
    private = [values[0], *values[at:later]]
    return (
        TargetRecord(**dict(zip(_public_names, public, strict=True))),
        TargetPrivate(**dict(zip(_private_names, private, strict=True))),
    )


TARGETS: Final[ListKind[tuple[TargetRecord, TargetPrivate]]] = ListKind(
    name="targets",
    table="target",
    columns=_PUBLIC + _PRIVATE + _LATER,
    key=1,
    values=_target_values,
    make=_target,
)

LISTS: Final[tuple[ListKind[Any], ...]] = (
    ITEMS,
    TARGETS,
    INSPECTORS,
    RECUSALS,
    TASKS,
    BASES,
)
"""The lists whose every change stands in the log as ``registry.change``."""
KINDS: Final[tuple[ListKind[Any], ...]] = (*LISTS, DRAWS)
"""All that is kept as versions; draws follow from the log's draw acts."""
