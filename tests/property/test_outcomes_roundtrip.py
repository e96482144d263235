"""What comes after a draw, out of a sheet and into it again, is the same."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.codes import codes_in_force
from dualrandom.model import TargetId
from dualrandom.outcomes import (
    Display,
    ObjectionRecord,
    PenaltyRecord,
    Procedure,
    Reply,
    ResultRecord,
)
from dualrandom.records import ItemCode
from dualrandom.sheets import (
    read_objections,
    read_penalties,
    read_results,
    write_list,
    write_results_sheet,
)

if TYPE_CHECKING:
    from dualrandom.messages import Lang

CODES = codes_in_force(None)
TRAPS = ("=1+1", "'x", "''", "@SUM(1)", "<b>&amp;", "46082", "00123", "1.0", "合计", "")
TARGETS = [(f"T-{n}", f"名{n}") for n in range(4)]
ITEMS = [("SP-03", "甲"), ("SP-04", "乙")]
PAIRS = [(target, item) for target, _ in TARGETS for item, _ in ITEMS]


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
@settings(max_examples=12, deadline=None)
@given(results())
def test_a_sheet_handed_out_says_what_was_recorded(
    suffix: str, known: list[ResultRecord]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"结果.{suffix}"
        write_results_sheet(path, TARGETS, ITEMS, known, CODES)
        items = ("SP-03", "SP-04")
        again = read_results(path, "2026-001", items, CODES, known=known)
    assert again.records == tuple(known)


def test_a_target_and_an_item_of_one_id_have_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "结果.csv"
    write_results_sheet(path, [("SP-03", "某店")], [("SP-03", "检查")], [], CODES)
    assert (
        path.read_text("utf-8-sig").splitlines()[1].startswith("SP-03,某店,SP-03,检查")
    )


DATES = st.dates(dt.date(2015, 1, 1), dt.date(2099, 12, 31))
MAYBE = st.one_of(st.none(), DATES)
# An empty cell and a word for nothing are the same; what must be there is never either.
TEXT = st.sampled_from([*(trap for trap in TRAPS if trap != "合计"), "某"])
SAID = TEXT.filter(bool)
PENALTIES = st.builds(
    PenaltyRecord,
    **dict.fromkeys(("party", "violation", "basis", "content", "authority"), SAID),
    **dict.fromkeys(("party_code", "draw", "target", "unit"), TEXT),
    **dict.fromkeys(("restricted_until", "changed", "revoked", "repaired"), MAYBE),
    **dict.fromkeys(("warning", "quality"), st.booleans()),
    number=st.just("示罚〔2026〕1号"),
    decided=DATES,
    procedure=st.sampled_from(Procedure),
    display=st.sampled_from(Display),
)
OBJECTIONS = st.builds(
    ObjectionRecord,
    **dict.fromkeys(("who", "text"), SAID),
    **dict.fromkeys(("draw", "penalty", "answer", "unit"), TEXT),
    id=st.just("YY-1"),
    received=DATES,
    replied=MAYBE,
    reply=st.sampled_from(Reply),
)


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@settings(max_examples=12, deadline=None)
@given(PENALTIES, OBJECTIONS, st.sampled_from(["zh-CN", "en"]))
def test_what_is_exported_is_imported_as_it_was(
    suffix: str, penalty: PenaltyRecord, objection: ObjectionRecord, lang: Lang
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        assert write_list(path, "penalties", [penalty], lang) == 1
        assert read_penalties(path).records == (penalty,)
        assert write_list(path, "objections", [objection], lang) == 1
        assert read_objections(path).records == (objection,)
