"""Tickets, quotas, selection, reserves: frozen lists and a key give one selection.

Border: pure. Where the key comes from is :mod:`dualrandom.randomness`'s affair; who
inspects whom is :mod:`dualrandom.matching`'s.

- A ticket is ``SHA-256(key ‖ "," ‖ id)``; the lowest tickets of a stratum are drawn.
- Nothing depends on the order of the rows: ids are unique, and ties go by id.
- Integers and digests only.
- Who hashes many rows is an :class:`Engine`: :class:`Plain` here, others elsewhere.

    printf '%s,%s' 0123456789abcdef0123456789abcdef 91330000EXAMPLE017 | sha256sum

Spec: draw-v1 §5.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from math import isqrt
from typing import TYPE_CHECKING, Final, Protocol

from dualrandom.errors import StateError
from dualrandom.model import (
    Ratio,
    Reserve,
    Rounding,
    Selected,
    Strata,
    StratumRow,
    TargetId,
    Ticket,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ALL: Final = "g"
"""A limit above every ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a draw of targets comes to.

    Attributes:
        selected: sorted by ``order``.
        reserves: sorted by stratum as announced, then rank; () if none were asked.
        short: names of strata whose quota exceeded their rows: all were taken.
    """

    selected: tuple[Selected, ...]
    reserves: tuple[Reserve, ...]
    short: tuple[str, ...]


def ticket(key: str, target: str, tickets: int = 1) -> Ticket:
    """Return the ticket of a target: the lowest of all it has.

    Args:
        key: 32 hex characters.
        target: its id.
        tickets: how many it has, 1–99; more tickets, more chances.

    Spec:
        draw-v1 §5 step 1.
    """
    lowest = sha256(f"{key},{target}".encode()).hexdigest()
    for j in range(2, tickets + 1):
        lowest = min(lowest, sha256(f"{key},{target}#{j}".encode()).hexdigest())
    return Ticket(lowest)


def order_ticket(key: str, target: str) -> str:
    """Return what a drawn target is ordered by. Spec: draw-v1 §5 step 3."""
    return sha256(f"{key},{target}#0".encode()).hexdigest()


class Engine(Protocol):
    """Rows of a strata.tsv, wherever they lie, and whoever hashes them.

    An engine knows how a ticket is made and nothing else of a draw: quotas, ranks,
    ties and order are decided here, for all of them alike.
    """

    def count(self) -> Mapping[str, int]:
        """Return how many rows each stratum has; asked first."""

    def below(
        self, key: str, limits: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        """Return the rows whose ticket is below the limit of their stratum.

        Args:
            key: 32 hex characters.
            limits: by stratum, an even number of hex characters or :data:`ALL`,
                compared with tickets as text; other strata do not matter.

        Returns:
            (stratum, ticket, id), the ticket as 64 hex characters; any order.
        """


class Plain:
    """The engine that always is there: rows in memory, or read again and again.

    Attributes:
        rows: any order, ids unique.
    """

    def __init__(self, rows: Collection[StratumRow]) -> None:
        self.rows = rows

    def count(self) -> Mapping[str, int]:
        """Return how many rows each stratum has."""
        return Counter(row.stratum for row in self.rows)

    def below(
        self, key: str, limits: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        """Return the rows whose ticket is below the limit of their stratum."""
        # One loop, and the key hashed once: this is where a large draw spends its time.
        copy = sha256(f"{key},".encode()).copy
        # Bytes sort like their hex; a prefix decides.
        short = {name: bytes.fromhex(t) for name, t in limits.items() if t != ALL}
        bounds = dict.fromkeys(limits, b"\xff" * 33) | short
        found = []
        for row in self.rows:
            hashed = copy()
            hashed.update(row.id.encode())
            best = hashed.digest()
            if row.tickets > 1:
                for j in range(2, row.tickets + 1):
                    hashed = copy()
                    hashed.update(f"{row.id}#{j}".encode())
                    best = min(best, hashed.digest())
            if best < bounds.get(row.stratum, b""):
                found.append((row.stratum, best.hex(), row.id))
        return found


def lowest(
    engine: Engine, key: str, wanted: Mapping[str, int], rows: Mapping[str, int]
) -> dict[str, list[tuple[str, str]]]:
    """Return the lowest (ticket, id) of each stratum, lowest first.

    A bound a little above the wanted share is tried first: nearly all rows are then
    hashed and forgotten, and only the few are sorted. Where it proves too tight it is
    widened, in the end to all rows: the result is the same.

    Args:
        engine: where the rows are.
        key: 32 hex characters.
        wanted: how many of each stratum, 0 ≤ wanted ≤ rows.
        rows: how many rows each stratum has.

    Spec:
        draw-v1 §5 steps 1-2.
    """
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in wanted}
    short = {name: take for name, take in wanted.items() if take}
    margin = 1
    while short:
        limits = {
            name: _limit(take, rows[name], margin) for name, take in short.items()
        }
        for stratum, hashed, target in engine.below(key, limits):
            found[stratum].append((hashed, target))
        for name, take in tuple(short.items()):
            if len(found[name]) < take and limits[name] < ALL:
                found[name].clear()
                continue
            # Code points sort like UTF-8 bytes.
            found[name].sort()
            del found[name][take:], short[name]
        margin *= 4
    return found


def _limit(take: int, rows: int, margin: int) -> str:
    """Return a ticket, or its beginning, below which ``take`` rows are expected.

    Eight standard deviations above: too tight once in 10^14 draws. Rows with several
    tickets only put more below it.
    """
    share = (take + margin * (8 * isqrt(take) + 64)) * 2**64 // rows
    return f"{share:016x}" if share < 2**64 else ALL


def quotas(strata: Strata) -> tuple[int, ...]:
    """Return how many are drawn in each stratum, in announced order.

    A quota above a stratum's rows takes all of them. A total is shared out in
    proportion to the rows by largest remainder; ties go to the stratum listed first.

    Raises:
        StateError: E401, the list is empty; E402, a stratum with rows would come out
            with 0: no one may be exempt.

    Spec:
        draw-v1 §3, ``quota``.
    """
    rows = [s.rows for s in strata.strata]
    everything = sum(rows)
    if everything == 0:
        raise StateError("E401")
    if strata.total is None:
        wanted = [0 if s.quota is None else s.quota.of(s.rows) for s in strata.strata]
    else:
        # More than there are takes all; the shares are then exact.
        wanted = _share(min(strata.total, everything), rows)
    taken = tuple(min(k, n) for k, n in zip(wanted, rows, strict=True))
    for stratum, k in zip(strata.strata, taken, strict=True):
        if k == 0 and stratum.rows > 0:
            raise StateError("E402", stratum=stratum.name, rows=stratum.rows)
    return taken


def _share(total: int, rows: Sequence[int]) -> list[int]:
    everything = sum(rows)
    shares = [total * n // everything for n in rows]
    remainders = [total * n % everything for n in rows]
    # sorted() is stable: equal remainders stay in announced order.
    first = sorted(range(len(rows)), key=lambda i: -remainders[i])
    for i in islice(first, total - sum(shares)):
        shares[i] += 1
    return shares


def reserve_counts(
    strata: Strata, taken: Sequence[int], ratio: Ratio | None
) -> tuple[int, ...]:
    """Return how many reserves each stratum gets, as far as its rows last.

    Spec:
        draw-v1 §3, ``reserves``: of the number drawn, rounded up.
    """
    if ratio is None:
        return (0,) * len(taken)
    return tuple(
        min(ratio.of(k, Rounding.UP), s.rows - k)
        for k, s in zip(taken, strata.strata, strict=True)
    )


def select(
    *,
    key: str,
    rows: Collection[StratumRow],
    strata: Strata,
    reserves: Ratio | None,
) -> Selection:
    """Draw targets from rows in memory. For all else see :func:`select_with`."""
    return select_with(Plain(rows), key=key, strata=strata, reserves=reserves)


def select_with(
    engine: Engine, *, key: str, strata: Strata, reserves: Ratio | None
) -> Selection:
    """Draw targets: in each stratum the lowest tickets.

    Args:
        engine: where every row of strata.tsv is, in any order; each stratum
            announced, with exactly as many rows as announced.
        key: 32 hex characters.
        strata: as announced.
        reserves: how many reserves, as a ratio of the number drawn; None: none.

    Raises:
        StateError: E401, E402 as for :func:`quotas`; E403, rows that no announced
            stratum has, or another number of rows than announced.

    Spec:
        draw-v1 §5 steps 1-3.
    """
    counted = engine.count()
    announced = {s.name: s.rows for s in strata.strata}
    for name in sorted(counted.keys() - announced.keys()):
        raise StateError("E403", stratum=name, rows=0)
    for name, rows in announced.items():
        if counted.get(name, 0) != rows:
            raise StateError("E403", stratum=name, rows=counted.get(name, 0))
    taken = quotas(strata)
    extra = reserve_counts(strata, taken, reserves)
    wanted = {
        s.name: k + more for s, k, more in zip(strata.strata, taken, extra, strict=True)
    }
    found = lowest(engine, key, wanted, announced)

    drawn: list[tuple[str, str, int, str]] = []
    waiting: list[Reserve] = []
    for s, k in zip(strata.strata, taken, strict=True):
        ranked = enumerate(found[s.name], 1)
        for rank, (hashed, target) in islice(ranked, k):
            drawn.append((target, s.name, rank, hashed))
        waiting += [
            Reserve(
                id=TargetId(target),
                stratum=s.name,
                rank=rank,
                ticket=Ticket(hashed),
            )
            for rank, (hashed, target) in ranked
        ]
    drawn.sort(key=lambda d: (order_ticket(key, d[0]), d[0]))
    return Selection(
        selected=tuple(
            Selected(
                order=order,
                id=TargetId(target),
                stratum=stratum,
                rank=rank,
                ticket=Ticket(hashed),
            )
            for order, (target, stratum, rank, hashed) in enumerate(drawn, 1)
        ),
        reserves=tuple(waiting),
        short=tuple(
            s.name
            for s in strata.strata
            if s.quota is not None and s.quota.of(s.rows) > s.rows
        ),
    )


def next_reserve(
    target: TargetId,
    *,
    reserves: Sequence[Reserve],
    strata: Mapping[TargetId, str],
    used: Collection[TargetId],
) -> Reserve | None:
    """Return who replaces a target: the lowest reserve of its stratum not yet used.

    Args:
        target: the one to be replaced; drawn, or itself a reserve that stepped in.
        reserves: as drawn.
        strata: each target's stratum.
        used: reserves that stepped in before.

    Spec:
        draw-v1 §5, "Replacement".
    """
    free = (r for r in reserves if r.stratum == strata[target] and r.id not in used)
    return min(free, key=lambda r: r.rank, default=None)
