"""The forms that a cell can have: a value as text, and back.

Border: pure. Each value has one text, so that equal records have equal files.

- Missing is the empty cell, for text, dates and numbers alike.
- Several words are joined by ``,``, which none of them may hold.
- What has an inner structure is canonical JSON.
- The same few dates and words stand in millions of cells: what a cell was found to mean
  is remembered for a while.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from dualrandom.canonical import json_bytes, parse_json
from dualrandom.model import (
    MAX_INT,
    Area,
    Post,
    Quota,
    Ratio,
    Rounding,
    is_draw_id,
    is_hex,
    is_id,
)
from dualrandom.records import Leave, Licence

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the values of a column are written.

    Attributes:
        encode: a value as a cell.
        decode: a cell as a value; ValueError or a verification error if it is none.
        sql: how the database keeps the cell.
    """

    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    sql: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a cell must be, beyond its form: once for us, once for the database.

    Attributes:
        ok: says whether a cell is right; None: any cell is.
        sql: the same for SQLite, with ``{0}`` for the column.
        server: the same for PostgreSQL, where it says it in another way.
    """

    ok: Callable[[str], bool] | None = None
    sql: str = ""
    server: str = ""

    def on(self, dialect: str) -> str:
        """Return the rule as a database of this kind is told it; "" is none."""
        return (self.server or self.sql) if dialect == "postgresql" else self.sql


def are_words(cell: str) -> bool:
    """Say whether a cell of words reads back as it was written."""
    return cell == "" or "" not in cell.split(",")


def is_number(cell: str) -> bool:
    """Say whether a cell is empty or a plain integer from 0 to 2^53−1."""
    return cell == "" or (cell.isdigit() and int(cell) <= MAX_INT)


@lru_cache(maxsize=65_536)
def _words(value: tuple[str, ...]) -> str:
    # A comma within a word would make two of it: show it as an empty word, which
    # are_words refuses.
    return ",".join("," if "," in word or word == "" else word for word in value)


@lru_cache(maxsize=65_536)
def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(",")) if cell else ()


def _ratio(text: str) -> Ratio:
    p, _, q = text.partition("/")
    return Ratio(p=int(p), q=int(q))


def _quota_out(quota: Quota) -> dict[str, Any]:
    if quota.ratio is None:
        return {"count": quota.count}
    return {"ratio": str(quota.ratio), "round": str(quota.round)}


def _quota_in(value: dict[str, Any]) -> Quota:
    if "count" in value:
        return Quota(count=value["count"])
    return Quota(ratio=_ratio(value["ratio"]), round=Rounding(value["round"]))


def _json(out: Callable[[Any], Any], back: Callable[[Any], Any]) -> Form:
    def encode(values: tuple[Any, ...]) -> str:
        return json_bytes([out(v) for v in values]).decode() if values else ""

    def decode(cell: str) -> tuple[Any, ...]:
        if not cell:
            return ()
        parsed = parse_json(cell.encode())
        return tuple(map(back, parsed))  # type: ignore[call-overload]

    return Form(encode=encode, decode=lru_cache(maxsize=4_096)(decode))


@lru_cache(maxsize=65_536)
def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@lru_cache(maxsize=65_536)
def _day_out(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def _leave(text: str) -> Leave:
    start, _, end = text.partition("/")
    return Leave(start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end))


def word(type_: type[StrEnum]) -> Form:
    """Return the form of one of a fixed set of words."""
    return Form(encode=str, decode=type_)


def one_of(type_: type[StrEnum]) -> Rule:
    """Return the rule of one of a fixed set of words."""
    words = tuple(map(str, type_))
    listed = ", ".join(f"'{word}'" for word in words)
    return Rule(ok=words.__contains__, sql=f"{{0}} IN ({listed})")


TEXT: Final = Form(encode=lambda text: text, decode=lambda cell: cell)
DATE: Final = Form(encode=_day_out, decode=_day, sql="date")
NUMBER: Final = Form(
    encode=lambda number: "" if number is None else str(number),
    decode=lambda cell: int(cell) if cell else None,
    sql="number",
)
FLAG: Final = Form(encode=lambda flag: "yes" if flag else "", decode=bool)
WORDS: Final = Form(encode=_words, decode=_split)
RATIO: Final = Form(
    encode=lambda ratio: "" if ratio is None else str(ratio),
    decode=lambda cell: _ratio(cell) if cell else None,
)
AREA: Final = word(Area)
QUOTAS: Final = _json(
    lambda pair: [pair[0], _quota_out(pair[1])],
    lambda pair: (str(pair[0]), _quota_in(pair[1])),
)
TICKETS: Final = _json(
    lambda pair: [pair[0], pair[1]], lambda pair: (str(pair[0]), int(pair[1]))
)
POSTS: Final = _json(
    lambda post: {"count": post.count, "need": list(post.need)},
    lambda value: Post(count=value["count"], need=tuple(value["need"])),
)
LICENCES: Final = _json(
    lambda one: [one.name, one.number, _day_out(one.expires)],
    lambda one: Licence(name=str(one[0]), number=str(one[1]), expires=_day(one[2])),
)
LEAVE: Final = Form(
    encode=lambda value: ",".join(f"{one.start}/{one.end}" for one in value),
    decode=lambda cell: tuple(map(_leave, cell.split(","))) if cell else (),
)

_FIRST = "0-9A-Za-z\u3007\u4e00-\u9fff"
ANY: Final = Rule()
NAMED: Final = Rule(ok=lambda cell: cell != "", sql="{0} <> ''")
CODE: Final = Rule(
    # A line that opens with "#" would be read as a remark in a list's file.
    ok=lambda cell: cell != "" and not cell.startswith("#"),
    sql="{0} <> '' AND {0} NOT GLOB '#*'",
    server="{0} <> '' AND left({0}, 1) <> '#'",
)
ID: Final = Rule(
    ok=is_id,
    sql=f"{{0}} GLOB '[{_FIRST}]*' AND {{0}} NOT GLOB '*[^{_FIRST}_.-]*'"
    " AND length({0}) <= 64",
    server=f"{{0}} ~ '^[{_FIRST}][{_FIRST}_.-]{{{{0,63}}}}$'",
)
DRAW_ID: Final = Rule(
    ok=is_draw_id,
    sql="{0} GLOB '[0-9A-Za-z]*' AND {0} NOT GLOB '*[^0-9A-Za-z-]*'"
    " AND length({0}) <= 32",
    server="{0} ~ '^[0-9A-Za-z][0-9A-Za-z-]{{0,31}}$'",
)
DIGEST: Final = Rule(
    ok=lambda cell: is_hex(cell, 64),
    sql="length({0}) = 64 AND {0} NOT GLOB '*[^0-9a-f]*'",
    server="{0} ~ '^[0-9a-f]{{64}}$'",
)
IS_FLAG: Final = Rule(ok=("", "yes").__contains__, sql="{0} IN ('', 'yes')")
LISTED: Final = Rule(ok=are_words)
COUNT: Final = Rule(ok=is_number, sql="{0} >= 0")
# SQLite moves 2026-02-30 to March: only a day that there is comes back the same.
_IS_DAY = "{0} IS date({0}, '+0 days')"
# PostgreSQL's own dates follow the session's settings, which a rule must not.
_SOME_DAY = (
    "{0} ~ '^([0-9]{{4}}-("
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([0-9]{{2}}(0[48]|[2468][048]|[13579][26])"
    "|([02468][048]|[13579][26])00)-02-29)$'"
)
DAY: Final = Rule(
    ok=lambda cell: cell != "",
    sql=f"{{0}} IS NOT NULL AND {_IS_DAY}",
    server=f"{{0}} IS NOT NULL AND {_SOME_DAY}",
)
DAY_IF_ANY: Final = Rule(sql=_IS_DAY, server=_SOME_DAY)
