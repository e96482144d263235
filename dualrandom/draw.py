"""Tickets, quotas, selection, reserves: frozen lists and a key give one selection.

Border: pure. Where the key comes from is :mod:`dualrandom.randomness`'s affair; who
inspects whom is :mod:`dualrandom.matching`'s.

- A ticket is ``SHA-256(key ‖ "," ‖ id)``; the lowest tickets of a stratum are drawn.
- Nothing depends on the order of the rows: ids are unique, and ties go by id.
- Integers and digests only.

    printf '%s,%s' 0123456789abcdef0123456789abcdef 91330000EXAMPLE017 | sha256sum

Spec: draw-v1 §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from math import isqrt
from typing import TYPE_CHECKING

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


def lowest(
    key: str, rows: Iterable[tuple[str, int]], take: int
) -> list[tuple[bytes, str]]:
    """Return the ``take`` lowest (ticket, id), lowest first.

    A bound a little above the wanted share is tried first: nearly all rows are then
    hashed and forgotten, and only the few are sorted. Should the bound be too tight,
    all rows are sorted; the result is the same.

    Args:
        key: 32 hex characters.
        rows: (id, tickets), any order, ids unique.
        take: how many, 0 ≤ take ≤ number of rows.

    Returns:
        Exactly ``take`` pairs; the ticket as 32 bytes, the id as text.

    Spec:
        draw-v1 §5 steps 1-2.
    """
    kept = list(rows)
    # Eight standard deviations above: too tight once in 10^14 draws. Rows with several
    # tickets only put more below it.
    share = (take + 8 * isqrt(take) + 64) * 2**64 // max(len(kept), 1)
    # Compared as bytes, so that a prefix decides; ff… stands above every ticket.
    found = _below(key, kept, share.to_bytes(8, "big")) if share < 2**64 else []
    if len(found) < take:
        found = _below(key, kept, b"\xff" * 33)
    # Code points sort like UTF-8 bytes.
    found.sort()
    return found[:take]


def _below(
    key: str, rows: Iterable[tuple[str, int]], limit: bytes
) -> list[tuple[bytes, str]]:
    """Return (ticket, id) of the rows whose ticket is below the limit."""
    # One loop, and the key hashed once: this is where a large draw spends its time.
    copy = sha256(f"{key},".encode()).copy
    found = []
    for target, tickets in rows:
        hashed = copy()
        hashed.update(target.encode())
        best = hashed.digest()
        if tickets > 1:
            for j in range(2, tickets + 1):
                hashed = copy()
                hashed.update(f"{target}#{j}".encode())
                best = min(best, hashed.digest())
        if best < limit:
            found.append((best, target))
    return found


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
    *, key: str, rows: Iterable[StratumRow], strata: Strata, reserves: Ratio | None
) -> Selection:
    """Draw targets: in each stratum the lowest tickets.

    Args:
        key: 32 hex characters.
        rows: every row of strata.tsv, any order; each stratum announced, with
            exactly as many rows as announced.
        strata: as announced.
        reserves: how many reserves, as a ratio of the number drawn; None: none.

    Raises:
        StateError: E401, E402 as for :func:`quotas`; E403, rows that no announced
            stratum has, or another number of rows than announced.

    Spec:
        draw-v1 §5 steps 1-3.
    """
    members: dict[str, list[tuple[str, int]]] = {s.name: [] for s in strata.strata}
    for row in rows:
        if row.stratum not in members:
            raise StateError("E403", stratum=row.stratum, rows=0)
        members[row.stratum].append((row.id, row.tickets))
    for s in strata.strata:
        if len(members[s.name]) != s.rows:
            raise StateError("E403", stratum=s.name, rows=len(members[s.name]))
    taken = quotas(strata)
    extra = reserve_counts(strata, taken, reserves)

    drawn: list[tuple[str, str, int, bytes]] = []
    waiting: list[Reserve] = []
    for s, k, more in zip(strata.strata, taken, extra, strict=True):
        ranked = enumerate(lowest(key, members[s.name], k + more), 1)
        for rank, (hashed, target) in islice(ranked, k):
            drawn.append((target, s.name, rank, hashed))
        waiting += [
            Reserve(
                id=TargetId(target),
                stratum=s.name,
                rank=rank,
                ticket=Ticket(hashed.hex()),
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
                ticket=Ticket(hashed.hex()),
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
