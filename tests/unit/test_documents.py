"""announcement.json, result.json and the #strata line: both ways, strictly.

Each single field's grammar is run from tests/vectors/draw.json.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dualrandom.announcement import Announcement, due_visibility, result_files
from dualrandom.canonical import json_bytes, json_line
from dualrandom.documents import (
    announcement_bytes,
    parse_announcement,
    parse_result,
    result_bytes,
)
from dualrandom.errors import VerificationError
from dualrandom.model import Quota, Ratio, Rounding, Strata, Stratum, Visibility
from dualrandom.randomness import Dice, Drand, Lottery, Nist, Sealed, UnknownSource
from dualrandom.strata import parse_strata_line, strata_line

VECTORS = Path(__file__).parents[1] / "vectors" / "draw.json"
BASE: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))["announcement"]
HEX = "9f1d" * 16
ALL_SOURCES: list[dict[str, Any]] = [
    {"kind": "drand", "chain": HEX, "round": 1},
    {"kind": "nist", "chain": 2, "pulse": 1853311},
    {"kind": "lottery", "game": "ssq", "issue": "2026135"},
    {"kind": "sealed", "party": "县纪委监委", "commitment": HEX},
    {"kind": "dice", "count": 20},
]
RESULT: dict[str, Any] = {
    "protocol": "dualrandom/1",
    "draw": "2026-017",
    "commitment": HEX,
    "seed_file": HEX,
    "randomness_file": HEX,
    "files": {"drawn.tsv": {"rows": 3, "bytes": 30, "sha256": HEX}},
    "visibility": {"drawn.tsv": "public"},
    "drawn": 3,
    "matched": False,
    "software": "dualrandom 0.1.0",
}


def announced(**changes: Any) -> Announcement:
    return parse_announcement(json_line(copy.deepcopy(BASE) | changes))


def test_what_is_announced_is_read_as_it_is() -> None:
    value = announced(randomness=ALL_SOURCES, reserves={"ratio": "1/10"})
    assert value.draw == "2026-017"
    assert value.task.start == "2026-12-01"
    assert value.items[0].version == 4
    assert value.registry.seq == 412
    assert value.digest("exclusions.tsv").rows == 190
    assert value.strata is not None
    assert value.strata.strata[0].quota == Quota(
        ratio=Ratio(p=3, q=100), round=Rounding.UP
    )
    assert value.posts[0].need == ("执法证",)
    assert [type(s) for s in value.randomness] == [Drand, Nist, Lottery, Sealed, Dice]
    assert value.reserves == Ratio(p=1, q=10)
    assert value.unknown == ()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="the base"),
        pytest.param({"randomness": ALL_SOURCES}, id="every source"),
        pytest.param({"randomness": [{"kind": "local"}]}, id="local"),
        pytest.param({"off_site": "网络监测", "area": "cross"}, id="options"),
        pytest.param({"strata": [{"name": "a", "rows": 12}], "total": 2}, id="a total"),
        pytest.param(
            {"supersedes": {"draw": "2026-016", "reason": "x"}}, id="supersedes"
        ),
    ],
)
def test_announcement_both_ways(changes: dict[str, Any]) -> None:
    data = json_line(copy.deepcopy(BASE) | changes)
    assert announcement_bytes(parse_announcement(data)) == data


def test_an_unknown_source_is_kept_by_its_kind() -> None:
    value = announced(randomness=[{"kind": "quantum", "device": "q1"}])
    assert value.randomness == (UnknownSource(kind="quantum"),)
    assert value.unknown == ("randomness[0].device", "randomness[0].kind")


def test_unknown_fields_are_named_with_their_place() -> None:
    value = announced(
        note="x", posts=[{"count": 2, "need": [], "level": 1, "room": 2}], zone=1
    )
    assert value.unknown == ("note", "posts[0].level", "posts[0].room", "zone")


@pytest.mark.parametrize("value", [False, 0, 1, None, "true", []])
def test_strata_private_is_true_or_absent(value: object) -> None:
    """1 == True and 0 == False in Python, not in JSON."""
    with pytest.raises(VerificationError) as caught:
        announced(strata_private=value)
    assert caught.value.code == "E801"
    assert caught.value.params["field"] == "strata_private"


@pytest.mark.parametrize(
    ("sealed", "private", "targets", "strata"),
    [
        (False, False, "public", "public"),
        (False, True, "public", "supervisors"),
        (True, False, "sealed", "sealed"),
        (True, True, "sealed", "supervisors"),
    ],
)
def test_who_may_see_what(
    *, sealed: bool, private: bool, targets: str, strata: str
) -> None:
    due = due_visibility(sealed=sealed, private=private)
    assert due["targets.tsv"] == targets
    assert due["strata.tsv"] == strata
    assert {str(seen) for name, seen in due.items() if name not in (
        "targets.tsv", "strata.tsv")} == {"supervisors"}  # fmt: skip
    changes: dict[str, Any] = {"visibility": {n: str(v) for n, v in due.items()}}
    base = copy.deepcopy(BASE)
    if sealed:
        changes["release"] = "2027-01-05"
        base["files"]["targets.tsv"]["root"] = HEX
    if private:
        changes["strata_private"] = True
        del base["strata"]
    value = parse_announcement(json_line(base | changes))
    assert announcement_bytes(value) == json_line(base | changes)
    assert value.sealed is sealed
    assert value.sees("drawn.tsv") == targets
    assert value.sees("selected.tsv") == value.sees("reserves.tsv") == strata
    for name in ("teams.tsv", "replacements.tsv", "substitutions.tsv"):
        assert value.sees(name) is Visibility.SUPERVISORS


def test_which_drawn_files_are_due() -> None:
    plain = announced()
    more = replace(plain, reserves=Ratio(p=1, q=10))
    assert result_files(plain, matched=False) == ("drawn.tsv", "selected.tsv")
    assert result_files(more, matched=True) == (
        "drawn.tsv",
        "reserves.tsv",
        "selected.tsv",
        "teams.tsv",
    )


def test_result_both_ways() -> None:
    value = parse_result(json_line(RESULT))
    assert (value.drawn, value.matched) == (3, False)
    assert result_bytes(value) == json_line(RESULT)
    assert parse_result(json_line(RESULT | {"note": 1})).unknown == ("note",)


@pytest.mark.parametrize(
    ("field", "wrong", "code"),
    [
        ("protocol", "dualrandom/2", "E805"),
        ("draw", "", "E801"),
        ("commitment", HEX[1:], "E801"),
        ("seed_file", None, "E801"),
        ("files", [], "E801"),
        ("visibility", {"drawn.tsv": "everyone"}, "E801"),
        ("drawn", True, "E801"),
        ("matched", 0, "E801"),
    ],
)
def test_a_result_is_read_strictly(field: str, wrong: object, code: str) -> None:
    for changed in (
        RESULT | {field: wrong},
        {f: v for f, v in RESULT.items() if f != field},
    ):
        with pytest.raises(VerificationError) as caught:
            parse_result(json_line(changed))
        assert caught.value.code in (code, "E801")


OWN = Strata(
    strata=(
        Stratum(name="a", rows=9, quota=Quota(count=2)),
        Stratum(
            name="b", rows=3, quota=Quota(ratio=Ratio(p=1, q=3), round=Rounding.UP)
        ),
    )
)
SHARED = Strata(strata=(Stratum(name="a", rows=9), Stratum(name="b", rows=3)), total=4)


QUOTA = {"name": "a", "quota": {"count": 1}, "rows": 1}


@pytest.mark.parametrize("strata", [OWN, SHARED], ids=["quotas", "total"])
def test_private_strata_both_ways(strata: Strata) -> None:
    data = json_bytes(strata_line(strata))
    assert data.startswith(b"[" if strata.total is None else b"{")
    assert parse_strata_line(data) == (strata, ())


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            [{"name": "a", "rows": 1}, {"name": "bc", "rows": 1}], id="lengths"
        ),
        pytest.param({"strata": [QUOTA]}, id="quotas, but an object"),
        pytest.param([{"name": "a", "rows": 1}], id="neither quota nor total"),
        pytest.param(
            {"strata": [{"name": "a", "rows": 1}], "total": 0}, id="a total of 0"
        ),
        pytest.param([], id="no stratum"),
        pytest.param(1, id="a number"),
    ],
)
def test_private_strata_are_read_strictly(value: object) -> None:
    with pytest.raises(VerificationError):
        parse_strata_line(json_bytes(value))


def test_private_strata_are_canonical() -> None:
    data = json_bytes([QUOTA])
    assert parse_strata_line(data)[0].strata[0].name == "a"
    with pytest.raises(VerificationError):
        parse_strata_line(data.replace(b":", b": "))
