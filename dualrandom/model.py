"""Frozen values of a draw: what stands in its files, and nothing else.

Border: no bytes, no files, no clock. :mod:`dualrandom.canonical` and
:mod:`dualrandom.tables` turn these values into bytes and back.

- An object that exists is legal: each checks its own grammar when it is made.
- Ids of the two sides of a *double* random draw are different types.
- Collections are tuples with a stated order; numbers are integers.

    Target(id=TargetId("91330000EXAMPLE017"), name="示例食品店", region="城东", kind="")
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NewType

from dualrandom.errors import VerificationError

TargetId = NewType("TargetId", str)
InspectorId = NewType("InspectorId", str)
Ticket = NewType("Ticket", str)
"""A SHA-256 in lower-case hex; comparing the text compares the number."""

MAX_INT: Final = 2**53 - 1
"""The largest number that every JSON reader keeps exactly."""
MAX_RATIO: Final = 999_999
MAX_TICKETS: Final = 99

_ID = re.compile(
    r"[0-9A-Za-z\u4e00-\u9fff\u3007][0-9A-Za-z\-_.\u4e00-\u9fff\u3007]{0,63}"
)
_DRAW_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,31}")
_STRATUM = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DATE.pattern + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_HEX = re.compile(r"[0-9a-f]*")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_id(text: str) -> bool:
    """Say whether text may be an id, a party's name or a tag. Spec: draw-v1 §1."""
    return _ID.fullmatch(text) is not None


def is_draw_id(text: str) -> bool:
    """Say whether text may name a draw. Spec: draw-v1 §1."""
    return _DRAW_ID.fullmatch(text) is not None


def is_stratum_name(text: str) -> bool:
    """Say whether text may name a stratum. Spec: draw-v1 §1."""
    return _STRATUM.fullmatch(text) is not None


@lru_cache(maxsize=1_024)  # a log and a list have the same few days again and again
def is_date(text: str) -> bool:
    """Say whether text is a day that exists, written like ``2026-11-20``."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """Say whether text is a second that exists, like ``2026-11-20T01:00:00Z``."""
    return _TIME.fullmatch(text) is not None and is_date(text[:10])


def is_hex(text: str, length: int) -> bool:
    """Say whether text is exactly ``length`` lower-case hex characters."""
    return len(text) == length and _HEX.fullmatch(text) is not None


def is_value(text: str) -> bool:
    """Say whether text may stand in a table: no control, no line separator.

    Half of a surrogate pair is no character, and has no UTF-8.
    """
    return _FORBIDDEN.search(text) is None


def _need(ok: bool, field: str, value: object) -> None:  # noqa: FBT001 - an assertion
    if not ok:
        raise VerificationError("E801", field=field, value=str(value)[:80])


class Visibility(StrEnum):
    """Who may see a file. Spec: draw-v1 §2."""

    PUBLIC = "public"
    SUPERVISORS = "supervisors"
    SEALED = "sealed"


class Area(StrEnum):
    """How an inspector's region must relate to the target's. Spec: draw-v1 §3."""

    ANY = "any"
    SAME = "same"
    CROSS = "cross"


class Rounding(StrEnum):
    """The direction a ratio is rounded in; to nearest does not exist."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row of targets.tsv. Public, unless the draw is sealed."""

    id: TargetId
    name: str
    region: str = ""
    kind: str = ""
    salt: str = ""

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(self.name != "" and is_value(self.name), "name", self.name)
        _need(is_value(self.region), "region", self.region)
        _need(is_value(self.kind), "kind", self.kind)
        _need(self.salt == "" or is_hex(self.salt, 32), "salt", self.salt)


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumRow:
    """One row of strata.tsv: where a target is drawn, and with how many tickets."""

    id: TargetId
    stratum: str
    tickets: int = 1

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(is_stratum_name(self.stratum), "stratum", self.stratum)
        _need(1 <= self.tickets <= MAX_TICKETS, "tickets", self.tickets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """One row of inspectors.tsv. For supervisors only.

    Attributes:
        tags: sorted by UTF-8 bytes, each once.
        max: most posts in this draw; None: no limit.
    """

    id: InspectorId
    name: str = ""
    unit: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()
    max: int | None = None

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        for field, value in (
            ("name", self.name),
            ("unit", self.unit),
            ("region", self.region),
        ):
            _need(is_value(value), field, value)
        _need(all(map(is_id, self.tags)), "tags", self.tags)
        ordered = sorted(set(self.tags), key=str.encode)
        _need(list(self.tags) == ordered, "tags", self.tags)
        _need(self.max is None or 0 <= self.max <= MAX_INT, "max", self.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One row of conflicts.tsv: this inspector never goes to this target."""

    id: TargetId
    inspector: InspectorId
    reason: str

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(is_id(self.inspector), "inspector", self.inspector)
        _need(self.reason != "" and is_value(self.reason), "reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One row of exclusions.tsv or inspector-exclusions.tsv."""

    id: str
    reason: str

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(self.reason != "" and is_value(self.reason), "reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One row of selected.tsv: a drawn target.

    Attributes:
        order: from 1, over all strata; says nothing about strata.
        rank: from 1, within the stratum.
    """

    order: int
    id: TargetId
    stratum: str
    rank: int
    ticket: Ticket

    def __post_init__(self) -> None:
        _need(self.order >= 1, "order", self.order)
        _need(is_id(self.id), "id", self.id)
        _need(is_stratum_name(self.stratum), "stratum", self.stratum)
        _need(self.rank >= 1, "rank", self.rank)
        _need(is_hex(self.ticket, 64), "ticket", self.ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """One row of reserves.tsv: next in line within its stratum."""

    id: TargetId
    stratum: str
    rank: int
    ticket: Ticket

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(is_stratum_name(self.stratum), "stratum", self.stratum)
        _need(self.rank >= 1, "rank", self.rank)
        _need(is_hex(self.ticket, 64), "ticket", self.ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One row of drawn.tsv: who was drawn, and nothing more."""

    id: TargetId

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One row of teams.tsv: who holds which post (from 1) of which target's team."""

    id: TargetId
    post: int
    inspector: InspectorId

    def __post_init__(self) -> None:
        _need(is_id(self.id), "id", self.id)
        _need(self.post >= 1, "post", self.post)
        _need(is_id(self.inspector), "inspector", self.inspector)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One row of replacements.tsv: the next reserve steps in. Spec: draw-v1 §5."""

    seq: int
    id: TargetId
    substitute: TargetId
    reason: str
    evidence: str

    def __post_init__(self) -> None:
        _need(0 <= self.seq <= MAX_INT, "seq", self.seq)
        _need(is_id(self.id), "id", self.id)
        _need(is_id(self.substitute), "substitute", self.substitute)
        _need(self.reason != "" and is_value(self.reason), "reason", self.reason)
        _need(
            self.evidence != "" and is_value(self.evidence), "evidence", self.evidence
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """One row of substitutions.tsv: another inspector takes a post."""

    seq: int
    id: TargetId
    post: int
    inspector: InspectorId
    substitute: InspectorId
    reason: str

    def __post_init__(self) -> None:
        _need(0 <= self.seq <= MAX_INT, "seq", self.seq)
        _need(is_id(self.id), "id", self.id)
        _need(self.post >= 1, "post", self.post)
        _need(is_id(self.inspector), "inspector", self.inspector)
        _need(is_id(self.substitute), "substitute", self.substitute)
        _need(self.reason != "" and is_value(self.reason), "reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """``p/q`` with 1 ≤ p ≤ q ≤ 999,999. Spec: draw-v1 §1."""

    p: int
    q: int

    def __post_init__(self) -> None:
        _need(1 <= self.p <= self.q <= MAX_RATIO, "ratio", f"{self.p}/{self.q}")

    def __str__(self) -> str:
        return f"{self.p}/{self.q}"

    def of(self, n: int, rounding: Rounding) -> int:
        """Return n·p/q, rounded up or down, in integers."""
        if rounding is Rounding.UP:
            return -(-n * self.p // self.q)
        return n * self.p // self.q


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many of a stratum are drawn: a count, or a ratio with its rounding."""

    count: int | None = None
    ratio: Ratio | None = None
    round: Rounding | None = None

    def __post_init__(self) -> None:
        _need((self.count is None) != (self.ratio is None), "quota", self)
        _need((self.ratio is None) == (self.round is None), "round", self.round)
        _need(self.count is None or 1 <= self.count <= MAX_INT, "count", self.count)

    def of(self, rows: int) -> int:
        """Return how many of ``rows`` rows this asks for; may exceed them."""
        if self.count is not None:
            return self.count
        assert self.ratio is not None  # noqa: S101 - __post_init__ saw to it
        assert self.round is not None  # noqa: S101
        return self.ratio.of(rows, self.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One announced stratum; ``quota`` is None where the draw has a total."""

    name: str
    rows: int
    quota: Quota | None = None

    def __post_init__(self) -> None:
        _need(is_stratum_name(self.name), "stratum", self.name)
        _need(0 <= self.rows <= MAX_INT, "rows", self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """The strata in announced order, and the total that they share, if any."""

    strata: tuple[Stratum, ...]
    total: int | None = None

    def __post_init__(self) -> None:
        names = [s.name for s in self.strata]
        _need(len(names) > 0, "strata", "[]")
        _need(len(names) == len(set(names)), "strata", names)
        quotas = [s.quota is not None for s in self.strata]
        # Both, or neither, is refused.
        _need(
            all(quotas) if self.total is None else not any(quotas), "total", self.total
        )
        _need(self.total is None or 1 <= self.total <= MAX_INT, "total", self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """``count`` posts of a team, each needing all tags in ``need``."""

    count: int
    need: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _need(1 <= self.count <= MAX_INT, "posts", self.count)
        _need(all(map(is_id, self.need)), "need", self.need)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """What a document says of one file.

    Attributes:
        rows: records only: no header, no ``#`` line.
        bytes: of the whole file.
        sha256: of the whole file, hex.
        root: RFC 6962 tree hash over the record lines, hex, or None.
    """

    rows: int
    bytes: int
    sha256: str
    root: str | None = None

    def __post_init__(self) -> None:
        _need(0 <= self.rows <= MAX_INT, "rows", self.rows)
        _need(0 <= self.bytes <= MAX_INT, "bytes", self.bytes)
        _need(is_hex(self.sha256, 64), "sha256", self.sha256)
        _need(self.root is None or is_hex(self.root, 64), "root", self.root)
