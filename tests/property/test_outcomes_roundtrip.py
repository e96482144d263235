"""Results out of a sheet, into it and out of it again are the same results."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.codes import codes_in_force
from dualrandom.model import TargetId
from dualrandom.outcomes import ResultRecord
from dualrandom.records import ItemCode
from dualrandom.sheets import read_results, write_results_sheet

CODES = codes_in_force(None)
TRAPS = ("=1+1", "'x", "''", "@SUM(1)", "<b>&amp;", "46082", "00123", "1.0", "合计", "")
PAIRS = [(f"T-{n}", item) for n in range(4) for item in ("SP-03", "SP-04")]
NAMES = {name: f"名{name}" for pair in PAIRS for name in pair}


@st.composite
def results(draw: st.DrawFn) -> list[ResultRecord]:
    made = []
    for target, item in PAIRS:
        if draw(st.booleans()):
            continue
        code = draw(st.sampled_from(CODES["results"].codes))
        action = draw(st.sampled_from([None, *CODES["actions"].codes]))
        made.append(
            ResultRecord(
                draw="2026-001",
                target=TargetId(target),
                item=ItemCode(item),
                done=draw(st.dates(dt.date(2015, 1, 1), dt.date(2099, 12, 31))),
                codes=draw(st.sampled_from(["1", "0"])),
                code=code.code,
                text=code.text,
                action="" if action is None else action.code,
                action_text="" if action is None else action.text,
                note=draw(st.sampled_from(TRAPS)),
            )
        )
    return made


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@settings(max_examples=25, deadline=None)
@given(results())
def test_a_sheet_handed_out_says_what_was_recorded(
    suffix: str, known: list[ResultRecord]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"结果.{suffix}"
        write_results_sheet(path, PAIRS, NAMES, known, CODES)
        items = ("SP-03", "SP-04")
        again = read_results(path, "2026-001", items, CODES, known=known)
    assert again.records == tuple(known)
