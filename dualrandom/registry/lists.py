"""The lists that an office keeps: their columns, in the order of their files.

Border: pure; what a list is stands in :mod:`.kinds`.

- Columns may be added at the end in a later version, never renamed or taken away:
  digests of old files must still come out.
"""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Any, Final

from dualrandom.errors import InputError
from dualrandom.model import Area
from dualrandom.outcomes import (
    Display,
    ObjectionRecord,
    PenaltyRecord,
    Procedure,
    Reply,
    ResultRecord,
)
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
from dualrandom.registry.kinds import Column, ListKind, kind_of, maker, texts

ITEMS: Final[ListKind[ItemRecord]] = kind_of(
    ItemRecord,
    "items",
    "item",
    (
        Column(name="code", rule=cells.CODE),
        Column(name="sub"),
        Column(name="name", rule=cells.NAMED),
        *texts("field", "category", "basis", "body", "object", "content", "method"),
        *texts("ratio", "frequency", "kind", "staff", "lead", "partners", "level"),
        Column(name="unit"),
        Column(name="effective", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="expires", form=cells.DATE, rule=cells.DAY_IF_ANY),
        *texts("status", "note", "power"),
        Column(name="need", form=cells.WORDS, rule=cells.LISTED),
        Column(name="cause", form=cells.word(Cause), rule=cells.one_of(Cause)),
        Column(name="basis_date", form=cells.DATE, rule=cells.DAY_IF_ANY),
    ),
    key=2,
)
BASES: Final[ListKind[BasisRecord]] = kind_of(
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
INSPECTORS: Final[ListKind[InspectorRecord]] = kind_of(
    InspectorRecord,
    "inspectors",
    "inspector",
    (
        Column(name="id", rule=cells.ID),
        Column(name="name", rule=cells.NAMED),
        *texts("unit", "region", "level", "category"),
        Column(name="qualifications", form=cells.WORDS, rule=cells.LISTED),
        Column(name="scope", form=cells.WORDS, rule=cells.LISTED),
        *texts("expert", "certificate"),
        Column(name="valid_until", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="status"),
        Column(name="max", form=cells.NUMBER, rule=cells.COUNT),
        Column(name="tags", form=cells.WORDS, rule=cells.LISTED),
        Column(name="leave", form=cells.LEAVE),
        Column(name="yearly", form=cells.NUMBER, rule=cells.COUNT),
    ),
    key=1,
)
RECUSALS: Final[ListKind[Recusal]] = kind_of(
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
TASKS: Final[ListKind[TaskRecord]] = kind_of(
    TaskRecord,
    "tasks",
    "task",
    (
        Column(name="id", rule=cells.DRAW_ID),
        Column(name="title", rule=cells.NAMED),
        Column(name="items", form=cells.WORDS, rule=cells.LISTED),
        Column(name="start", form=cells.DATE, rule=cells.DAY),
        Column(name="end", form=cells.DATE, rule=cells.DAY),
        *texts("plan", "scope", "strata_by"),
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
DRAWS: Final[ListKind[DrawRecord]] = kind_of(
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
    *texts("kind", "industry", "region", "registrar", "status", "address"),
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
    *texts("producer", "standard", "trademark", "model", "enterprise"),
)


def _names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


_public_values = attrgetter(*_names(_PUBLIC))
_private_values = attrgetter(*_names(_PRIVATE))
_later_values = attrgetter(*_names(_LATER))
_public_names = (*_names(_PUBLIC), *_names(_LATER))
_private_names = ("id", *_names(_PRIVATE))
_ALL = _names(_PUBLIC + _PRIVATE + _LATER)
_public_cells = itemgetter(*map(_ALL.index, _public_names))
_private_cells = itemgetter(*map(_ALL.index, _private_names))
_make_public = maker(TargetRecord, _public_names)
_make_private = maker(TargetPrivate, _private_names)


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
    return _make_public(_public_cells(values)), _make_private(_private_cells(values))


TARGETS: Final[ListKind[tuple[TargetRecord, TargetPrivate]]] = ListKind(
    name="targets",
    table="target",
    columns=_PUBLIC + _PRIVATE + _LATER,
    key=1,
    values=_target_values,
    make=_target,
)

RESULTS: Final[ListKind[ResultRecord]] = kind_of(
    ResultRecord,
    "results",
    "result",
    (
        Column(name="draw", rule=cells.DRAW_ID),
        Column(name="target", rule=cells.ID),
        Column(name="item", rule=cells.CODE),
        Column(name="done", form=cells.DATE, rule=cells.DAY),
        Column(name="codes", rule=cells.NAMED),
        Column(name="code", rule=cells.NAMED),
        Column(name="text", rule=cells.NAMED),
        *texts("action", "action_text", "note"),
    ),
    key=3,
)
PENALTIES: Final[ListKind[PenaltyRecord]] = kind_of(
    PenaltyRecord,
    "penalties",
    "penalty",
    (
        Column(name="number", rule=cells.CODE),
        Column(name="party", rule=cells.NAMED),
        Column(name="party_code"),
        *(
            Column(name=name, rule=cells.NAMED)
            for name in ("violation", "basis", "content", "authority")
        ),
        Column(name="decided", form=cells.DATE, rule=cells.DAY),
        *texts("draw", "target"),
        Column(
            name="procedure", form=cells.word(Procedure), rule=cells.one_of(Procedure)
        ),
        Column(name="display", form=cells.word(Display), rule=cells.one_of(Display)),
        Column(name="restricted_until", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="warning", form=cells.FLAG, rule=cells.IS_FLAG),
        Column(name="quality", form=cells.FLAG, rule=cells.IS_FLAG),
        *(
            Column(name=name, form=cells.DATE, rule=cells.DAY_IF_ANY)
            for name in ("changed", "revoked", "repaired")
        ),
        Column(name="unit"),
    ),
    key=1,
)
OBJECTIONS: Final[ListKind[ObjectionRecord]] = kind_of(
    ObjectionRecord,
    "objections",
    "objection",
    (
        Column(name="id", rule=cells.CODE),
        *texts("draw", "penalty"),
        Column(name="received", form=cells.DATE, rule=cells.DAY),
        Column(name="who", rule=cells.NAMED),
        Column(name="text", rule=cells.NAMED),
        Column(name="replied", form=cells.DATE, rule=cells.DAY_IF_ANY),
        Column(name="reply", form=cells.word(Reply), rule=cells.one_of(Reply)),
        *texts("answer", "unit"),
    ),
    key=1,
)

LISTS: Final[tuple[ListKind[Any], ...]] = (
    ITEMS,
    TARGETS,
    INSPECTORS,
    RECUSALS,
    TASKS,
    BASES,
    RESULTS,
    PENALTIES,
    OBJECTIONS,
)
"""The lists whose every change stands in the log."""
KINDS: Final[tuple[ListKind[Any], ...]] = (*LISTS, DRAWS)
"""All that is kept as versions; draws follow from the log's draw acts."""
