"""Results and penalties in ``public/``: what everyone may see after a draw.

Border: bytes and values, as :mod:`dualrandom.public`.

- A results file is what a second person approved: the log names its digest. Where the
  list was sealed it is salted, or the log would tell whom the office visited.
- A penalty that is no longer shown leaves a tombstone without the party: number, day
  and why. Nothing else of it stays here.

    results/2026-001.json …  penalties.json
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from dualrandom.canonical import json_line, parse_json_line
from dualrandom.errors import VerificationError
from dualrandom.fields import Fields
from dualrandom.model import is_date, is_draw_id
from dualrandom.outcomes import Ending
from dualrandom.public import naming

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

RESULTS: Final = "results/"
PENALTIES: Final = "penalties.json"
_RESULTS_SCHEMA: Final = "dualrandom/results/v1"
_PENALTIES_SCHEMA: Final = "dualrandom/penalties/v1"
_LATER: Final = frozenset(("unit", "published"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResult:
    """What was found at one target for one item; all of it public.

    Attributes:
        done: the day of the inspection, ``2026-12-08``.
        code: of the code list ``codes``; ``text`` is what it meant.
        action: the follow-up, in words; "" where there is none.
    """

    target: str
    name: str
    item: str
    item_name: str
    done: str
    codes: str
    code: str
    text: str
    action: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPenalty:
    """A penalty within its display period; dates as ``2026-12-20``, "" if none.

    Attributes:
        until: the last day on which it is shown.
        unit: who is responsible within the office.
        published: the day on which it was first published, as it was decided, or as it
            was changed last.
        quality: whether it is a quality violation record (质量违法行为记录).
    """

    number: str
    party: str
    party_code: str
    violation: str
    basis: str
    content: str
    authority: str
    decided: str
    changed: str
    draw: str
    until: str
    unit: str = ""
    published: str = ""
    quality: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """That a penalty was shown here, and is no longer."""

    number: str
    ended: str
    why: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalties:
    """All decisions on one day: those that are shown, and what is left of others."""

    shown: tuple[PublishedPenalty, ...]
    ended: tuple[Tombstone, ...]


def results_path(draw: str) -> str:
    """Return where a draw's results lie below ``public/``."""
    return f"{RESULTS}{draw}.json"


def results_bytes(draw: str, rows: Iterable[PublishedResult], salt: str = "") -> bytes:
    """Return a draw's results: by target, then item.

    Args:
        draw: its id.
        rows: in any order.
        salt: of a draw whose list was sealed, 32 hex characters; "" of any other.
    """
    ordered = sorted(rows, key=lambda row: (row.target.encode(), row.item.encode()))
    made: dict[str, object] = {
        "schema": _RESULTS_SCHEMA,
        "draw": draw,
        "results": [_object(row) for row in ordered],
    }
    return json_line(made | {"salt": salt} if salt else made)


def parse_results(data: bytes) -> tuple[str, tuple[PublishedResult, ...]]:
    """Return a draw's id and its results, in the file's order.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(RESULTS):
        top = Fields.of(parse_json_line(data))
        top.text("schema", _RESULTS_SCHEMA.__eq__)
        names = _text_names(PublishedResult)
        rows = tuple(
            PublishedResult(**_texts(row, names)) for row in top.children("results")
        )
        return top.text("draw", is_draw_id), rows


def penalties_bytes(penalties: Penalties) -> bytes:
    """Return penalties.json: the newest decision first, then by number."""
    ordered = sorted(penalties.shown, key=lambda one: one.number.encode())
    ordered.sort(key=lambda one: one.decided, reverse=True)
    stones = sorted(penalties.ended, key=lambda one: one.number.encode())
    stones.sort(key=lambda one: one.ended, reverse=True)
    return json_line(
        {
            "schema": _PENALTIES_SCHEMA,
            "penalties": [_object(one) for one in ordered],
            "ended": [_object(one) for one in stones],
        }
    )


def parse_penalties(data: bytes) -> Penalties:
    """Return what penalties.json shows, and what it no longer shows.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(PENALTIES):
        top = Fields.of(parse_json_line(data))
        top.text("schema", _PENALTIES_SCHEMA.__eq__)
        names = _text_names(PublishedPenalty)
        shown = tuple(
            PublishedPenalty(**_texts(one, names), quality=one.flag("quality"))
            for one in top.children("penalties")
        )
        ended = tuple(map(_stone, top.children("ended")))
        return Penalties(shown=shown, ended=ended)


def _stone(one: Fields) -> Tombstone:
    why = one.text("why", set(Ending).__contains__)
    if why == Ending.NONE:
        raise VerificationError("E801", field="why", value=why)
    return Tombstone(
        number=one.text("number"), ended=one.text("ended", is_date), why=Ending(why)
    )


def _object(value: object) -> dict[str, object]:
    names = (field.name for field in fields(value))  # type: ignore[arg-type]
    return {name: getattr(value, name) for name in names}


def _texts(row: Fields, names: Iterable[str]) -> dict[str, str]:
    """Return the text fields of a row, whatever they say."""
    # A field that came later need not be there.
    return {
        name: row.text(name, empty=True)
        for name in names
        if name not in _LATER or row.has(name)
    }


def _text_names(type_: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(type_) if field.type == "str")


def iso(day: dt.date | None) -> str:
    """Return a day as it stands in a public file; "" for none."""
    return "" if day is None else day.isoformat()
