"""The registry's records: what an office knows of items, targets, inspectors, tasks.

Border: values only. Records that may be published and private ones are separate
types, so that nothing private can reach a page by accident: ``publish`` takes
``ItemRecord``, ``TargetRecord`` and the public files of a draw, and has no function
that takes the others.

- Public: :class:`ItemRecord`, :class:`TargetRecord`.
- Private: :class:`TargetPrivate`, :class:`InspectorRecord`, :class:`Recusal`.
- Personal: :class:`Personal`, which never leaves the database: it is in no list.
- The office's own: :class:`BasisRecord`, :class:`TaskRecord`, :class:`DrawRecord`.
- Missing text is ``""``; a missing date is None. Dates are in the office's time zone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from dualrandom.model import Area, InspectorId, Post, Quota, Ratio, TargetId

ItemCode = NewType("ItemCode", str)
TaskId = NewType("TaskId", str)


class Cause(StrEnum):
    """Why a version of an item differs from the one before (变更原因)."""

    NONE = ""
    ADDED = "added"
    BASIS = "basis-revised"
    CANCELLED = "cancelled"
    DELEGATED = "delegated"
    TAKEN_OVER = "taken-over"
    MERGED = "merged"
    CORRECTED = "corrected"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """One inspection item (抽查事项), keyed by code and sub-item. Public.

    An item without basis, body, content or method is a draft, and cannot be drawn
    for: no inspection without a legal basis.

    Attributes:
        ratio: as published; :mod:`dualrandom.ratios` reads it where it is clear.
        frequency: likewise.
        staff: what inspectors must be, as published (检查人员要求).
        need: the same as tags; () where none was told.
        power: code of the power (权责事项) behind the item.
        cause: why this version differs from the one before.
        basis_date: the day of the version of the basis that the item follows.
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
    power: str = ""
    need: tuple[str, ...] = ()
    cause: Cause = Cause.NONE
    basis_date: dt.date | None = None

    @property
    def draft(self) -> bool:
        """Whether one of the four that the law asks for is missing."""
        return not (self.basis and self.body and self.content and self.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisRecord:
    """A law or rule that changed, so that the items resting on it are looked at.

    Attributes:
        name: as items cite it in their basis: ``食品安全法``.
        changed: the day from which its newest version holds.
    """

    name: str
    changed: dt.date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence that a target holds (许可证).

    Attributes:
        expires: last day; 9999-09-09 is for ever (长期); None: not given.
    """

    name: str
    number: str = ""
    expires: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """One inspection target (检查对象): what may be published of it.

    Attributes:
        licences: in the sheet's order.
        producer: of a product: who makes it, name or code.
        standard: of a product: the standard that it is made to.
        trademark: of a product.
        model: of a product: type and size. Products that agree in these four are the
            same product.
        enterprise: code of the enterprise that a product, site or project belongs
            to; "" for an enterprise itself.
    """

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
    licences: tuple[Licence, ...] = ()
    producer: str = ""
    standard: str = ""
    trademark: str = ""
    model: str = ""
    enterprise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPrivate:
    """What is never published of a target: risk class, its date, last visit."""

    id: TargetId
    risk: str = ""
    risk_date: dt.date | None = None
    last_inspected: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Days on which an inspector is away (请假), both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorRecord:
    """One inspector (检查人员). Private as a whole.

    Attributes:
        qualifications: 岗位资质资格, in the sheet's order.
        scope: 执法事项范围, in the sheet's order.
        certificate: number of the enforcement certificate; "" for auxiliary staff.
        valid_until: last day of the certificate; None: not given.
        max: most posts in one draw; None: no limit.
        tags: what else the person may be asked for by, in the sheet's order.
        leave: days away, in the sheet's order.
        yearly: most inspections in a calendar year; None: no limit.
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
    tags: tuple[str, ...] = ()
    leave: tuple[Leave, ...] = ()
    yearly: int | None = None

    def away(self, start: dt.date, end: dt.date) -> bool:
        """Say whether the person is on leave on every day of a period."""
        day = start
        for leave in sorted(self.leave, key=lambda one: one.start):
            if leave.start <= day <= leave.end:
                if leave.end >= end:
                    return True
                day = leave.end + dt.timedelta(days=1)
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """An inspector's identity number and telephone, where an office keeps them.

    In no list, no file, no export and no log: they are the person's, not evidence.
    """

    inspector: InspectorId
    identity: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """This inspector must not go to this target (回避). Private.

    Attributes:
        start: first day; None: always was so.
        end: last day; None: until further notice.
    """

    inspector: InspectorId
    target: TargetId
    reason: str = ""
    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, start: dt.date, end: dt.date) -> bool:
        """Say whether it is in force on any day of a period."""
        begun = self.start is None or self.start <= end
        return begun and (self.end is None or self.end >= start)


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
