"""Drawing 5 % of a million ids, against PyPI ``consistent-sampler``.

Both make one SHA-256 ticket for each id and return the 50,000 ids with the lowest, in
ticket order, from a list of ids in memory. The formulas of the tickets differ, so the
samples do; each is compared with a plain sort by its own formula.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

# It has no stubs.
from consistent_sampler import consistent_sampler  # type: ignore[import-untyped]

from bench import Ratio, timed, versions
from dualrandom.draw import Plain, lowest
from dualrandom.model import StratumRow, TargetId

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 1_000_000
TAKE = ROWS // 20
KEY = "0123456789abcdef0123456789abcdef"
ROUNDS = 3


def run() -> Ratio:
    """Take the best of three turns on each side."""
    every = ids()
    rows = [StratumRow(id=TargetId(i), stratum="all") for i in every]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        seconds, mine = timed(lambda: _ours(rows))
        ours.append(seconds)
        seconds, other = timed(lambda: sample(every))
        theirs.append(seconds)
    assert mine == _plain(every, lambda i: sha256(f"{KEY},{i}".encode()).digest())
    assert other == _plain(every, lambda i: consistent_sampler.first_fraction(i, KEY))
    return Ratio(
        case=f"draw {TAKE:,} of {ROWS:,} ids in memory",
        against="consistent-sampler",
        ours=min(ours),
        theirs=min(theirs),
        at_least=8,
        versions=versions("consistent-sampler"),
    )


def ids() -> list[str]:
    """Return what both sides draw from."""
    return [f"919900{i:012d}" for i in range(ROWS)]


def _ours(rows: list[StratumRow]) -> list[str]:
    found = lowest(Plain(rows), KEY, {"all": TAKE}, {"all": ROWS})
    return [target for _, target in found["all"]]


def sample(every: list[str]) -> list[str]:
    """Draw as the other side does."""
    return list(consistent_sampler.sampler(every, KEY, take=TAKE, output="id"))


def _plain(every: list[str], ticket: Callable[[str], bytes | str]) -> list[str]:
    return sorted(every, key=ticket)[:TAKE]
