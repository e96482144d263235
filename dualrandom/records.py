"""The registry's records: what an office knows of items, targets, inspectors, tasks.

Border: values only. Records that may be published and private ones are separate
types, so that nothing private can reach a page by accident: ``publish`` takes
``ItemRecord``, ``TargetRecord`` and the public files of a draw, and has no function
that takes the others.

- Public: :class:`ItemRecord`, :class:`TargetRecord`.
- Private: :class:`TargetPrivate`, :class:`InspectorRecord`, :class:`Recusal`.
- The office's own: :class:`TaskRecord`, :class:`DrawRecord`.
- Missing text is ``""``; a missing date is None. Dates are in the office's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    import datetime as dt

    from dualrandom.model import Area, InspectorId, Post, Quota, Ratio, TargetId

ItemCode = NewType("ItemCode", str)
TaskId = NewType("TaskId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """One inspection item (抽查事项), keyed by code and sub-item. Public.

    An item without basis, body, content or method is a draft, and cannot be drawn
    for: no inspection without a legal basis.
    """

    code: ItemCode
    sub: str = ""
    name: str
    field: str = ""
    category: str = ""
    basis: str = ""
    body: str = ""
    object: str = ""
    content: str = ""
    method: str = ""
    ratio: str = ""
    frequency: str = ""
    kind: str = ""
    staff: str = ""
    lead: str = ""
    partners: str = ""
    level: str = ""
    unit: str = ""
    effective: dt.date | None = None
    expires: dt.date | None = None
    status: str = ""
    note: str = ""

    @property
    def draft(self) -> bool:
        """Whether one of the four that the law asks for is missing."""
        return not (self.basis and self.body and self.content and self.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """One inspection target (检查对象): what may be published of it."""

    id: TargetId
    name: str
    kind: str = ""
    industry: str = ""
    region: str = ""
    registrar: str = ""
    status: str = ""
    address: str = ""
    established: dt.date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPrivate:
    """What is never published of a target: risk class, its date, last visit."""

    id: TargetId
    risk: str = ""
    risk_date: dt.date | None = None
    last_inspected: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorRecord:
    """One inspector (检查人员). Private as a whole.

    Attributes:
        qualifications: 岗位资质资格, in the sheet's order.
        scope: 执法事项范围, in the sheet's order.
        certificate: number of the enforcement certificate; "" for auxiliary staff.
        valid_until: last day of the certificate; None: not given.
        max: most posts in one draw; None: no limit.
    """

    id: InspectorId
    name: str
    unit: str = ""
    region: str = ""
    level: str = ""
    category: str = ""
    qualifications: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    expert: str = ""
    certificate: str = ""
    valid_until: dt.date | None = None
    status: str = ""
    max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """This inspector must not go to this target (回避). Private."""

    inspector: InspectorId
    target: TargetId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """One inspection task (抽查任务): everything a freeze needs besides the lists.

    Attributes:
        items: codes, in the order given.
        scope: expression over the target's fields; "" takes the whole directory.
        strata_by: the field that makes strata: "region", "kind", "risk" or "" (one).
        quotas: by the value of that field, or one for all under the key "".
        total: shared out over the strata; then ``quotas`` is empty.
        tickets: by risk class, 1–99; empty: one ticket each.
    """

    id: TaskId
    title: str
    items: tuple[ItemCode, ...]
    start: dt.date
    end: dt.date
    plan: str = ""
    scope: str = ""
    strata_by: str = ""
    quotas: tuple[tuple[str, Quota], ...] = ()
    total: int | None = None
    tickets: tuple[tuple[str, int], ...] = ()
    posts: tuple[Post, ...] = ()
    area: Area
    reserves: Ratio | None = None
    off_site: str = ""


class DrawState(StrEnum):
    """How far a draw has come; the last two are final. Spec: draw-v1 §3."""

    ANNOUNCED = "announced"
    DRAWN = "drawn"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRecord:
    """Where one draw stands; all else is in its folder.

    Attributes:
        commitment: SHA-256 of announcement.json, hex.
        folder: the draw's folder, relative to the office's.
    """

    id: str
    task: TaskId
    state: DrawState
    commitment: str
    folder: str
