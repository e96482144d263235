"""The yearly plan (年度抽查计划): what an office means to inspect, as everyone may see.

Border: bytes and values. Versions and the log are :mod:`dualrandom.office.plans`'
affair.

- A plan is one document a year: a line of canonical JSON, published as it was logged.
- Scope and quota stay as they were written; what a task takes from them is decided
  when it is made, and refused where it is not clear.

    {"lines":[{"end":"2026-06-30","id":"2026-03","items":["SP-03"],…}],
     "reason":"","schema":"dualrandom/plan/v1","year":2026}
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NewType

from dualrandom.canonical import json_line, parse_json_line
from dualrandom.errors import InputError
from dualrandom.fields import Fields
from dualrandom.model import is_date, is_draw_id, is_value

if TYPE_CHECKING:
    from collections.abc import Mapping

PlanId = NewType("PlanId", str)

_SCHEMA: Final = "dualrandom/plan/v1"
MAX_TEXT: Final = 2_000
_YEARS: Final = range(2000, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One planned task.

    Attributes:
        id: unlike any other of any year; tasks and announcements name it.
        joint: whether several departments go together.
        targeted: whether targets come from a scope, and not from the whole directory.
        items: codes of the item list, in the order given.
        scope: as written; a task takes it if it is an expression.
        quota: ratio or number, as written.
        by_risk: whether strata are made by risk class.
        start: first day of the inspections; None: not said.
        end: last day.
        lead: the department that starts it.
        units: the departments that inspect.
    """

    id: PlanId
    name: str
    joint: bool = False
    targeted: bool = False
    items: tuple[str, ...] = ()
    scope: str = ""
    quota: str = ""
    by_risk: bool = False
    start: dt.date | None = None
    end: dt.date | None = None
    lead: str = ""
    units: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        _need(is_draw_id(self.id), "id", self.id)
        _need(self.name != "", "name", self.name)
        texts = (self.name, self.scope, self.quota, self.lead, self.note)
        for text in (*texts, *self.items, *self.units):
            _need(is_value(text) and len(text) <= MAX_TEXT, "text", text)
        if self.start is not None and self.end is not None:
            _need(self.start <= self.end, "period", f"{self.start} {self.end}")


def _need(ok: bool, field: str, value: str) -> None:  # noqa: FBT001 - an assertion
    if not ok:
        raise InputError("E419", field=field, value=value[:80])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of a year.

    Attributes:
        lines: sorted by id.
        reason: why it was changed; "" for the first.
    """

    year: int
    lines: tuple[PlanLine, ...]
    reason: str = ""

    def __post_init__(self) -> None:
        _need(self.year in _YEARS, "year", str(self.year))
        ids = [line.id for line in self.lines]
        for before, after in pairwise(ids):
            _need(before < after, "id", after)
        _need(is_value(self.reason), "reason", self.reason)

    @property
    def by_id(self) -> Mapping[PlanId, PlanLine]:
        """The lines by their ids."""
        return {line.id: line for line in self.lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """How one version of a plan differs from another; lines sorted by id."""

    added: tuple[PlanLine, ...]
    changed: tuple[tuple[PlanLine, PlanLine], ...]
    removed: tuple[PlanLine, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.changed or self.removed)


def plan_change(old: Plan | None, new: Plan) -> PlanChange:
    """Return how a plan differs from what was there before."""
    was = {} if old is None else old.by_id
    now = new.by_id
    return PlanChange(
        added=tuple(line for line in new.lines if line.id not in was),
        changed=tuple(
            (was[line.id], line)
            for line in new.lines
            if line.id in was and was[line.id] != line
        ),
        removed=tuple(line for line in was.values() if line.id not in now),
    )


def plan_bytes(plan: Plan) -> bytes:
    """Return a plan's document."""
    return json_line(
        {
            "schema": _SCHEMA,
            "year": plan.year,
            "reason": plan.reason,
            "lines": [line_fields(line) for line in plan.lines],
        }
    )


def line_fields(line: PlanLine) -> dict[str, object]:
    """Return a line as it stands in the document."""
    out: dict[str, object] = {}
    for field in fields(PlanLine):
        value = getattr(line, field.name)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, dt.date):
            value = value.isoformat()
        out[field.name] = value
    return out


def parse_plan(data: bytes) -> Plan:
    """Return the plan in a document.

    Raises:
        VerificationError: E801, E802.
        InputError: E419, a value that no plan can have.
    """
    top = Fields.of(parse_json_line(data))
    top.text("schema", _SCHEMA.__eq__)
    return Plan(
        year=top.number("year"),
        reason=top.text("reason", empty=True),
        lines=tuple(map(_read, top.children("lines"))),
    )


def _read(line: Fields) -> PlanLine:
    return PlanLine(
        id=PlanId(line.text("id")),
        name=line.text("name"),
        joint=line.flag("joint"),
        targeted=line.flag("targeted"),
        items=line.texts("items"),
        scope=line.text("scope", empty=True),
        quota=line.text("quota", empty=True),
        by_risk=line.flag("by_risk"),
        start=_day(line, "start"),
        end=_day(line, "end"),
        lead=line.text("lead", empty=True),
        units=line.texts("units"),
        note=line.text("note", empty=True),
    )


def _day(line: Fields, name: str) -> dt.date | None:
    if line.take(name) is None:
        return None
    return dt.date.fromisoformat(line.text(name, is_date))
