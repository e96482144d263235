"""Inspection items in ``public/``: every version that was in force, as it was.

Border: bytes and values, as :mod:`dualrandom.public`.

- A version stays when the next one comes, and an item stays when it leaves the list:
  a draw names the version that it used.

    items.json
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import json_line, parse_json_line
from dualrandom.fields import Fields
from dualrandom.model import is_date, is_time
from dualrandom.public import ITEMS, naming
from dualrandom.records import Cause, ItemCode, ItemRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCHEMA: Final = "dualrandom/items/v1"
_TEXTS: Final = (
    "code",
    "sub",
    "name",
    "field",
    "category",
    "basis",
    "body",
    "object",
    "content",
    "method",
    "ratio",
    "frequency",
    "kind",
    "staff",
    "lead",
    "partners",
    "level",
    "unit",
    "status",
    "note",
)
_DATES: Final = ("effective", "expires")
_LATER: Final = ("power", "need", "basis_date", "cause")
"""Columns that a list need not have: written where something is told."""
ITEM_FIELDS: Final = _TEXTS + _DATES + _LATER
"""Written out, so that a field added to the record is published only on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedItem:
    """One version of an inspection item.

    Attributes:
        version: from 1.
        valid_from: UTC, ``2026-11-20T01:00:00Z``.
        valid_to: likewise; None for the version in force.
        ended: why the item left the list with this version, where a code was told.
    """

    record: ItemRecord
    version: int
    valid_from: str
    valid_to: str | None = None
    ended: Cause = Cause.NONE


def items_bytes(items: Iterable[PublishedItem]) -> bytes:
    """Return items.json: by code, sub-item, then the newest version first."""
    ordered = sorted(items, key=lambda i: (i.record.code, i.record.sub, -i.version))
    return json_line({"schema": _SCHEMA, "items": list(map(_item, ordered))})


def _item(item: PublishedItem) -> dict[str, object]:
    record = item.record
    out: dict[str, object] = {
        "version": item.version,
        "valid_from": item.valid_from,
        "valid_to": item.valid_to,
    }
    out |= {name: getattr(record, name) for name in _TEXTS}
    out |= {name: _iso(getattr(record, name)) for name in _DATES}
    later = {
        "power": record.power,
        "need": list(record.need),
        "basis_date": _iso(record.basis_date),
        "cause": str(record.cause),
        "ended": str(item.ended),
    }
    return out | {name: value for name, value in later.items() if value}


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def parse_items(data: bytes) -> tuple[PublishedItem, ...]:
    """Return the items in items.json, in the file's order.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(ITEMS):
        top = Fields.of(parse_json_line(data))
        top.text("schema", _SCHEMA.__eq__)
        return tuple(map(_read, top.children("items")))


def _read(item: Fields) -> PublishedItem:
    texts = {name: item.text(name, empty=True) for name in _TEXTS}
    code = ItemCode(texts.pop("code"))
    ended = item.take("valid_to") is not None
    # The record's own names: texts are str, dates may be None; a checker sees no names.
    return PublishedItem(
        record=ItemRecord(
            code=code,
            **texts,  # type: ignore[arg-type]
            **{name: _day(item, name) for name in _DATES},  # type: ignore[arg-type]
            power=item.text("power") if item.has("power") else "",
            need=item.texts("need") if item.has("need") else (),
            basis_date=_day(item, "basis_date"),
            cause=_cause(item, "cause"),
        ),
        version=item.number("version", least=1),
        valid_from=item.text("valid_from", is_time),
        valid_to=item.text("valid_to", is_time) if ended else None,
        ended=_cause(item, "ended"),
    )


def _day(item: Fields, name: str) -> dt.date | None:
    if item.take(name) is None:
        return None
    return dt.date.fromisoformat(item.text(name, is_date))


def _cause(item: Fields, name: str) -> Cause:
    return (
        Cause(item.text(name, set(Cause).__contains__))
        if item.has(name)
        else Cause.NONE
    )
