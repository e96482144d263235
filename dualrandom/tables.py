"""The tables of a draw folder: columns, row types, order.

Border: bytes to rows and back; which file is due, and who may see it, is decided by
:mod:`dualrandom.announcement`.

- One specification a file; writing sorts, parsing refuses what is not sorted.
- Parsing gives legal rows or one :class:`VerificationError` that names the line.

Spec: draw-v1 §2.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from dualrandom.canonical import Table, parse_table, table_blocks, table_bytes
from dualrandom.errors import VerificationError
from dualrandom.model import (
    MAX_INT,
    Conflict,
    Drawn,
    Exclusion,
    Inspector,
    InspectorId,
    Member,
    Replacement,
    Reserve,
    Selected,
    StratumRow,
    Substitution,
    Target,
    TargetId,
    Ticket,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dualrandom.canonical import Content

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Row]):
    """What one file of a draw folder looks like.

    Attributes:
        name: the file's name.
        columns: the header, in order.
        to_record: a row as strings.
        from_record: strings as a row; raises VerificationError E801.
        key: what the file is sorted by, each key once; None: an order that only
            the draw itself knows (reserves by announced stratum, teams by target).
    """

    name: str
    columns: tuple[str, ...]
    to_record: Callable[[Row], tuple[str, ...]]
    from_record: Callable[[tuple[str, ...]], Row]
    key: Callable[[Row], Any] | None

    def encode(
        self,
        rows: Iterable[Row],
        *,
        salt: str | None = None,
        strata: bytes | None = None,
    ) -> bytes:
        """Return the file; rows are sorted unless their order is the draw's own."""
        ordered = rows if self.key is None else sorted(rows, key=self.key)
        return table_bytes(
            self.columns, map(self.to_record, ordered), salt=salt, strata=strata
        )

    def blocks(
        self,
        rows: Iterable[Row],
        *,
        salt: str | None = None,
        strata: bytes | None = None,
    ) -> Iterator[bytes]:
        """Yield the file, some rows at a time; they come in its order.

        Raises:
            VerificationError: E804, they do not.
        """
        records = map(self.to_record, self._in_order(rows))
        return table_blocks(self.columns, records, salt=salt, strata=strata)

    def _in_order(self, rows: Iterable[Row]) -> Iterator[Row]:
        last = None
        for number, row in enumerate(rows, 1):
            key = None if self.key is None else self.key(row)
            if last is not None and not last < key:
                raise VerificationError("E804", file=self.name, row=number)
            last = key
            yield row

    def parse(self, data: Content) -> tuple[Table, Collection[Row]]:
        """Return the table's parts and its rows.

        Args:
            data: all of it; or blocks, which are read through here once, and again
                whenever somebody asks for the rows.

        Raises:
            VerificationError: E803, not a table of this kind; E801, an illegal
                value; E804, not sorted or not unique.
        """
        table = parse_table(data, self.columns)
        rows: Collection[Row] = (
            tuple(map(self.from_record, table.records))
            if isinstance(data, bytes)
            else _Rows(table, self.from_record)
        )
        for _ in self._in_order(rows) if self.key is not None else ():
            pass
        return table, rows


class _Rows(Collection[Row]):
    """The rows of a table too large to be held, made anew by each iteration."""

    def __init__(
        self, table: Table, from_record: Callable[[tuple[str, ...]], Row]
    ) -> None:
        self._table = table
        self._from_record = from_record
        self._count: int | None = None

    def __iter__(self) -> Iterator[Row]:
        count = 0
        for record in self._table.records:
            yield self._from_record(record)
            count += 1
        self._count = count

    def __len__(self) -> int:
        if self._count is None:
            self._count = sum(1 for _ in self)
        return self._count

    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)


def rows_of(
    rows: Iterable[Target], ids: Collection[TargetId]
) -> dict[TargetId, Target]:
    """Return the targets with these ids; the others are read and forgotten."""
    wanted = set(ids)
    return {row.id: row for row in rows if row.id in wanted}


def number(text: str, field: str) -> int:
    """Return a plain decimal integer: no sign, no leading zeros, at most 2^53−1.

    Raises:
        VerificationError: E801.

    Spec:
        draw-v1 §1.
    """
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > len(str(MAX_INT))
        or (len(text) > 1 and text[0] == "0")
        or int(text) > MAX_INT
    ):
        raise VerificationError("E801", field=field, value=text[:80])
    return int(text)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


TARGETS: Final[Kind[Target]] = Kind(
    name="targets.tsv",
    columns=("id", "name", "region", "kind", "salt"),
    to_record=lambda r: (r.id, r.name, r.region, r.kind, r.salt),
    from_record=lambda v: Target(
        id=TargetId(v[0]), name=v[1], region=v[2], kind=v[3], salt=v[4]
    ),
    key=lambda r: r.id.encode(),
)
STRATA: Final[Kind[StratumRow]] = Kind(
    name="strata.tsv",
    columns=("id", "stratum", "tickets"),
    to_record=lambda r: (r.id, r.stratum, str(r.tickets)),
    from_record=lambda v: StratumRow(
        id=TargetId(v[0]), stratum=v[1], tickets=number(v[2], "tickets")
    ),
    key=lambda r: r.id.encode(),
)
INSPECTORS: Final[Kind[Inspector]] = Kind(
    name="inspectors.tsv",
    columns=("id", "name", "unit", "region", "tags", "max"),
    to_record=lambda r: (
        r.id,
        r.name,
        r.unit,
        r.region,
        ",".join(r.tags),
        "" if r.max is None else str(r.max),
    ),
    from_record=lambda v: Inspector(
        id=InspectorId(v[0]),
        name=v[1],
        unit=v[2],
        region=v[3],
        tags=_tags(v[4]),
        max=number(v[5], "max") if v[5] else None,
    ),
    key=lambda r: r.id.encode(),
)
CONFLICTS: Final[Kind[Conflict]] = Kind(
    name="conflicts.tsv",
    columns=("id", "inspector", "reason"),
    to_record=lambda r: (r.id, r.inspector, r.reason),
    from_record=lambda v: Conflict(
        id=TargetId(v[0]), inspector=InspectorId(v[1]), reason=v[2]
    ),
    key=lambda r: (r.id.encode(), r.inspector.encode()),
)
EXCLUSIONS: Final[Kind[Exclusion]] = Kind(
    name="exclusions.tsv",
    columns=("id", "reason"),
    to_record=lambda r: (r.id, r.reason),
    from_record=lambda v: Exclusion(id=v[0], reason=v[1]),
    key=lambda r: r.id.encode(),
)
INSPECTOR_EXCLUSIONS: Final[Kind[Exclusion]] = Kind(
    name="inspector-exclusions.tsv",
    columns=EXCLUSIONS.columns,
    to_record=EXCLUSIONS.to_record,
    from_record=EXCLUSIONS.from_record,
    key=EXCLUSIONS.key,
)
SELECTED: Final[Kind[Selected]] = Kind(
    name="selected.tsv",
    columns=("order", "id", "stratum", "rank", "ticket"),
    to_record=lambda r: (str(r.order), r.id, r.stratum, str(r.rank), r.ticket),
    from_record=lambda v: Selected(
        order=number(v[0], "order"),
        id=TargetId(v[1]),
        stratum=v[2],
        rank=number(v[3], "rank"),
        ticket=Ticket(v[4]),
    ),
    key=lambda r: r.order,
)
RESERVES: Final[Kind[Reserve]] = Kind(
    name="reserves.tsv",
    columns=("id", "stratum", "rank", "ticket"),
    to_record=lambda r: (r.id, r.stratum, str(r.rank), r.ticket),
    from_record=lambda v: Reserve(
        id=TargetId(v[0]),
        stratum=v[1],
        rank=number(v[2], "rank"),
        ticket=Ticket(v[3]),
    ),
    key=None,
)
DRAWN: Final[Kind[Drawn]] = Kind(
    name="drawn.tsv",
    columns=("id",),
    to_record=lambda r: (r.id,),
    from_record=lambda v: Drawn(id=TargetId(v[0])),
    key=lambda r: r.id.encode(),
)
TEAMS: Final[Kind[Member]] = Kind(
    name="teams.tsv",
    columns=("id", "post", "inspector"),
    to_record=lambda r: (r.id, str(r.post), r.inspector),
    from_record=lambda v: Member(
        id=TargetId(v[0]), post=number(v[1], "post"), inspector=InspectorId(v[2])
    ),
    key=None,
)
REPLACEMENTS: Final[Kind[Replacement]] = Kind(
    name="replacements.tsv",
    columns=("seq", "id", "substitute", "reason", "evidence"),
    to_record=lambda r: (str(r.seq), r.id, r.substitute, r.reason, r.evidence),
    from_record=lambda v: Replacement(
        seq=number(v[0], "seq"),
        id=TargetId(v[1]),
        substitute=TargetId(v[2]),
        reason=v[3],
        evidence=v[4],
    ),
    key=lambda r: r.seq,
)
SUBSTITUTIONS: Final[Kind[Substitution]] = Kind(
    name="substitutions.tsv",
    columns=("seq", "id", "post", "inspector", "substitute", "reason"),
    to_record=lambda r: (
        str(r.seq),
        r.id,
        str(r.post),
        r.inspector,
        r.substitute,
        r.reason,
    ),
    from_record=lambda v: Substitution(
        seq=number(v[0], "seq"),
        id=TargetId(v[1]),
        post=number(v[2], "post"),
        inspector=InspectorId(v[3]),
        substitute=InspectorId(v[4]),
        reason=v[5],
    ),
    key=lambda r: r.seq,
)

FROZEN: Final[tuple[Kind[Any], ...]] = (
    TARGETS,
    STRATA,
    INSPECTORS,
    CONFLICTS,
    EXCLUSIONS,
    INSPECTOR_EXCLUSIONS,
)
"""The six tables that an announcement fixes."""
RESULTS: Final[tuple[Kind[Any], ...]] = (SELECTED, RESERVES, DRAWN, TEAMS)
"""The tables that a draw makes; reserves and teams not always."""
CHANGES: Final[tuple[Kind[Any], ...]] = (REPLACEMENTS, SUBSTITUTIONS)
"""The tables that grow afterwards, if there is anything to say."""
