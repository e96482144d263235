"""A result follows from lists and key, and from nothing else around it.

Not from the order of rows, Python's hash seed, the locale, the time zone, or the engine:
each program below is a process of its own, with its own of all of these.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.draw import select, select_with
from dualrandom.engines import opened
from dualrandom.matching import match
from dualrandom.model import (
    Area,
    Conflict,
    Drawn,
    Inspector,
    InspectorId,
    Post,
    Quota,
    Ratio,
    Strata,
    Stratum,
    StratumRow,
    Target,
    TargetId,
)
from dualrandom.tables import DRAWN, RESERVES, SELECTED, STRATA, TEAMS

ROOT = Path(__file__).parents[2]
KEY = "0123456789abcdef0123456789abcdef"
IDS = (*(f"企字第{n}号〇" for n in range(40)), *(f"T-{n}" for n in range(40)), "i", "I")


def mixed(some: list[Any], how: str) -> list[Any]:
    """Return them in another order, one for each word."""
    return sorted(some, key=lambda one: sha256(f"{how} {one!r}".encode()).digest())


def result(how: str, folder: Path | None = None, engine: str = "") -> str:
    """Draw and match with all lists mixed; return the digest of all files."""
    rows = [
        StratumRow(id=TargetId(i), stratum=f"s{n % 3}", tickets=1 + n % 4)
        for n, i in enumerate(IDS)
    ]
    counts = {f"s{n}": sum(row.stratum == f"s{n}" for row in rows) for n in range(3)}
    strata = Strata(
        strata=tuple(
            Stratum(name=name, rows=count, quota=Quota(count=7))
            for name, count in counts.items()
        )
    )
    rows, ratio = mixed(rows, how), Ratio(p=1, q=3)
    if folder is None:
        made = select(key=KEY, rows=rows, strata=strata, reserves=ratio)
    else:
        lines = (f"{row.id}\t{row.stratum}\t{row.tickets}\n" for row in rows)
        file = folder / f"{how}.tsv"
        file.write_text("\t".join(STRATA.columns) + "\n" + "".join(lines), "utf-8")
        with opened(engine, file) as hashing:
            made = select_with(hashing, key=KEY, strata=strata, reserves=ratio)
    regions = {i: "东西"[n % 2] for n, i in enumerate(IDS)}
    teams = match(
        key=KEY,
        targets=[
            Target(id=r.id, name="n", region=regions[r.id]) for r in made.selected
        ],
        posts=(Post(count=2), Post(count=1, need=("甲",))),
        inspectors=mixed(
            [
                Inspector(
                    id=InspectorId(f"员{n}"),
                    region="东西"[n % 2],
                    tags=("乙", "甲") if n % 3 else (),
                    max=6 if n % 5 else None,
                )
                for n in range(24)
            ],
            how,
        ),
        area=Area.SAME,
        conflicts=mixed(
            [
                Conflict(
                    id=TargetId(i), inspector=InspectorId(f"员{n % 24}"), reason="r"
                )
                for n, i in enumerate(IDS)
            ],
            how,
        ),
    )
    assert teams.shortage is None
    files = (
        SELECTED.encode(made.selected),
        RESERVES.encode(made.reserves),
        DRAWN.encode([Drawn(id=row.id) for row in mixed(list(made.selected), how)]),
        TEAMS.encode(teams.members),
    )
    return sha256(b"".join(files)).hexdigest()


DUE = "d6c3fbe0da727d7962c094c67506ad7bff59f3f94636e393100521e35e166322"


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=4))
def test_no_order_of_rows_matters(how: str) -> None:
    assert result(how) == DUE


SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "zh_CN.GB18030", "TZ": "Asia/Shanghai"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns"},
    {"PYTHONHASHSEED": "3", "LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONUTF8": "0"},
)
PROGRAM = """
import sys
from pathlib import Path
from tests.property.test_independence import result
print(result(sys.argv[1]), result(sys.argv[1], Path(sys.argv[2]), "duckdb"))
"""


def test_no_surroundings_matter(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, f"way {n}", str(tmp_path)],
            cwd=ROOT,
            env=os.environ | around,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n, around in enumerate(SURROUNDINGS)
    ]
    said = [program.communicate()[0].split() for program in running]
    assert said == [[DUE, DUE]] * len(SURROUNDINGS)
