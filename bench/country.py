"""Drawing from 100,000,000 ids in DuckDB, against the least that such a draw must do.

Four strata, of each one row in a thousand is drawn, with ranks and order. The other
side is ``SELECT min(sha256(key ‖ "," ‖ id))`` over the same Parquet file, in the same
DuckDB with the same settings: it hashes every id, and does nothing else.

Each side runs in a process of its own, so that the peak of its memory can be told.
"""

# ruff: noqa: S101, T201 - it asserts that both sides solved the case, and prints to itself
from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import duckdb

from bench import Ratio, timed, versions
from bench._rows import write_rows
from dualrandom.draw import select_with
from dualrandom.engines import opened
from dualrandom.model import Quota, Rounding, Strata, Stratum
from dualrandom.model import Ratio as Share

ROWS = 100_000_000
STRATA = 4
MEMORY = 2 * 10**9
"""Bytes that our side may take at most, Python and all."""
KEY = "0123456789abcdef0123456789abcdef"
FILE = Path(__file__).parent.parent / "build" / "country.parquet"


def run() -> Ratio:
    """Make the file, if it is not there, and take one turn each."""
    if not FILE.exists():
        FILE.parent.mkdir(exist_ok=True)
        aside = FILE.with_suffix(".new")
        write_rows(aside, ROWS, strata=STRATA)
        aside.replace(FILE)
    theirs, ours = _run("least"), _run("draw")
    assert ours["lowest"] == theirs["lowest"]
    assert ours["drawn"] == ROWS // 1000
    assert ours["peak"] <= MEMORY, f"{ours['peak']:,} bytes"
    peak = f"{ours['peak'] // 10**6:,} MB at most (bound {MEMORY // 10**6:,})"
    return Ratio(
        case=f"draw {ROWS // 1000:,} of {ROWS:,} ids in {STRATA} strata; {peak}",
        against="DuckDB, SELECT min(sha256(…)) over the same file",
        ours=ours["seconds"],
        theirs=theirs["seconds"],
        at_most=1.5,
        versions=versions("duckdb"),
    )


def _run(side: str) -> dict[str, int]:
    command = [sys.executable, "-m", "bench.country", side]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    made: dict[str, int] = json.loads(done.stdout)
    return made


def _draw() -> dict[str, object]:
    quota = Quota(ratio=Share(p=1, q=1000), round=Rounding.UP)
    rows = ROWS // STRATA
    strata = tuple(Stratum(name=f"s{n}", rows=rows, quota=quota) for n in range(STRATA))
    with opened("duckdb", FILE) as engine:
        made = select_with(engine, key=KEY, strata=Strata(strata=strata), reserves=None)
    return {
        "lowest": min(row.ticket for row in made.selected),
        "drawn": len(made.selected),
    }


def _least() -> dict[str, object]:
    # As dualrandom.engines.duckdb sets it; nothing is spilled here on either side.
    config = {"memory_limit": "1GB", "preserve_insertion_order": False}
    with duckdb.connect(config=config) as database:
        [found] = database.execute(
            "SELECT min(sha256($start || id)) FROM read_parquet($file)",
            {"file": str(FILE), "start": f"{KEY},"},
        ).fetchone()
    return {"lowest": found}


if __name__ == "__main__":
    taken, result = timed({"draw": _draw, "least": _least}[sys.argv[1]])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": taken, "peak": peak, **result}))
