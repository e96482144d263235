"""Drawing 5 % of a million ids with DuckDB, against PyPI ``consistent-sampler``.

The case of ``bench.selection``. Our side reads the rows from a Parquet file and returns
tickets and ids, sorted; the other side has its ids in memory. Both are compared with
plain sorts by their own formulas there; here ours is held to plain Python's.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import tempfile
from pathlib import Path

from bench import Ratio, timed, versions
from bench._rows import write_rows
from bench.selection import KEY, ROWS, TAKE, ids, sample
from dualrandom.draw import Engine, Plain, lowest
from dualrandom.engines import opened
from dualrandom.model import StratumRow, TargetId

ROUNDS = 5


def run() -> Ratio:
    """Take the best of five turns on each side, in turn."""
    every = ids()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.parquet")
        write_rows(file, ROWS, strata=1)
        with opened("duckdb", file) as engine:
            for _ in range(ROUNDS):
                seconds, mine = timed(lambda: _lowest(engine))
                ours.append(seconds)
                seconds, other = timed(lambda: sample(every))
                theirs.append(seconds)
    assert len(other) == len(mine) == TAKE
    rows = [StratumRow(id=TargetId(i), stratum="s0") for i in every]
    assert mine == _lowest(Plain(rows))
    return Ratio(
        case=f"draw {TAKE:,} of {ROWS:,} ids from a Parquet file, in DuckDB",
        against="consistent-sampler, ids in memory",
        ours=min(ours),
        theirs=min(theirs),
        at_least=15,
        versions=versions("duckdb", "consistent-sampler"),
    )


def _lowest(engine: Engine) -> list[tuple[str, str]]:
    return lowest(engine, KEY, {"s0": TAKE}, {"s0": ROWS})["s0"]
