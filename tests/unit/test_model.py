"""Values that exist are legal; the grammar itself is run from tests/vectors."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from dualrandom.errors import VerificationError
from dualrandom.model import (
    Conflict,
    Exclusion,
    FileDigest,
    Inspector,
    InspectorId,
    Member,
    Post,
    Quota,
    Ratio,
    Replacement,
    Reserve,
    Rounding,
    Selected,
    Strata,
    Stratum,
    StratumRow,
    Substitution,
    Target,
    TargetId,
    Ticket,
    is_date,
    is_hex,
    is_time,
    is_value,
)

T, ONE, HEX = TargetId("A"), InspectorId("I-1"), Ticket("9f1d" * 16)
TARGET = Target(id=T, name="示例店")
ROW = StratumRow(id=T, stratum="east")
INSPECTOR = Inspector(id=ONE, tags=("a", "执法证"), max=0)
SELECTED = Selected(order=1, id=T, stratum="east", rank=1, ticket=HEX)
RESERVE = Reserve(id=T, stratum="east", rank=1, ticket=HEX)
MEMBER = Member(id=T, post=1, inspector=ONE)
REPLACEMENT = Replacement(
    seq=0, id=T, substitute=TargetId("B"), reason="x", evidence="y"
)
SUBSTITUTION = Substitution(
    seq=0, id=T, post=1, inspector=ONE, substitute=InspectorId("I-2"), reason="x"
)


@pytest.mark.parametrize(
    ("value", "field", "wrong"),
    [
        (TARGET, "id", "A,B"),
        (TARGET, "name", ""),
        (TARGET, "name", "a\tb"),
        (TARGET, "region", "a\nb"),
        (TARGET, "kind", "\u2028"),
        (TARGET, "salt", "f" * 31),
        (ROW, "id", ""),
        (ROW, "stratum", "东"),
        (ROW, "tickets", 0),
        (ROW, "tickets", 100),
        (INSPECTOR, "id", "I 1"),
        (INSPECTOR, "name", "\x00"),
        (INSPECTOR, "unit", "\x85"),
        (INSPECTOR, "region", "\x7f"),
        (INSPECTOR, "tags", ("执法证", "a")),
        (INSPECTOR, "tags", ("a", "a")),
        (INSPECTOR, "tags", ("a,b",)),
        (INSPECTOR, "max", -1),
        (INSPECTOR, "max", 2**53),
        (Conflict(id=T, inspector=ONE, reason="亲属"), "id", "A/B"),
        (Conflict(id=T, inspector=ONE, reason="亲属"), "inspector", "#"),
        (Conflict(id=T, inspector=ONE, reason="亲属"), "reason", ""),
        (Exclusion(id="A", reason="注销"), "id", ""),
        (Exclusion(id="A", reason="注销"), "reason", "\r"),
        (SELECTED, "order", 0),
        (SELECTED, "rank", 0),
        (SELECTED, "ticket", HEX.upper()),
        (RESERVE, "stratum", "-"),
        (RESERVE, "rank", 0),
        (RESERVE, "ticket", HEX[1:]),
        (MEMBER, "post", 0),
        (MEMBER, "inspector", ""),
        (REPLACEMENT, "seq", -1),
        (REPLACEMENT, "substitute", ""),
        (REPLACEMENT, "reason", ""),
        (REPLACEMENT, "evidence", ""),
        (SUBSTITUTION, "seq", 2**53),
        (SUBSTITUTION, "post", 0),
        (SUBSTITUTION, "substitute", ","),
        (SUBSTITUTION, "reason", ""),
        (Ratio(p=1, q=3), "p", 0),
        (Ratio(p=1, q=3), "p", 4),
        (Ratio(p=1, q=3), "q", 1_000_000),
        (Quota(count=1), "count", 0),
        (Quota(count=1), "count", None),
        (Quota(count=1), "round", Rounding.UP),
        (Quota(count=1), "ratio", Ratio(p=1, q=2)),
        (Stratum(name="a", rows=0), "rows", -1),
        (Stratum(name="a", rows=0), "name", ""),
        (Post(count=1), "count", 0),
        (Post(count=1), "need", ("a b",)),
        (FileDigest(rows=0, bytes=0, sha256=HEX), "rows", -1),
        (FileDigest(rows=0, bytes=0, sha256=HEX), "bytes", 2**53),
        (FileDigest(rows=0, bytes=0, sha256=HEX), "sha256", ""),
        (FileDigest(rows=0, bytes=0, sha256=HEX), "root", "0"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_illegal_value_cannot_be_made(value: Any, field: str, wrong: Any) -> None:
    with pytest.raises(VerificationError) as caught:
        replace(value, **{field: wrong})
    assert caught.value.code == "E801"


def test_strata_have_all_a_quota_or_a_total() -> None:
    bare, own = (
        Stratum(name="a", rows=1),
        Stratum(name="b", rows=1, quota=Quota(count=1)),
    )
    assert Strata(strata=(own,)).total is None
    assert Strata(strata=(bare,), total=1).total == 1
    for strata, total in (
        ((bare, own), None),
        ((bare, own), 1),
        ((own,), 1),
        ((bare,), None),
        ((bare,), 0),
        ((own, own), None),
        ((), 1),
    ):
        with pytest.raises(VerificationError):
            Strata(strata=strata, total=total)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        TARGET.name = "另一家"  # type: ignore[misc]


def test_a_long_wrong_value_is_cut_in_the_error() -> None:
    with pytest.raises(VerificationError) as caught:
        replace(TARGET, id="!" * 10_000)
    assert caught.value.params == {"field": "id", "value": "!" * 80}


@pytest.mark.parametrize(
    ("rows", "up", "down"),
    [(0, 0, 0), (1, 1, 0), (99, 3, 2), (100, 3, 3), (101, 4, 3)],
)
def test_three_in_a_hundred(rows: int, up: int, down: int) -> None:
    ratio = Ratio(p=3, q=100)
    assert ratio.of(rows, Rounding.UP) == up
    assert ratio.of(rows, Rounding.DOWN) == down
    assert str(ratio) == "3/100"


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("2026-11-20", True),
        ("2028-02-29", True),
        ("2027-02-29", False),
        ("2026-11-31", False),
        ("2026-13-01", False),
        ("2026-00-10", False),
        ("2026-1-2", False),
        ("20261120", False),
        ("2026-W47-5", False),
        ("２０２６-11-20", False),
        ("2026-11-20\n", False),
    ],
)
def test_dates(text: str, *, ok: bool) -> None:
    assert is_date(text) is ok
    assert is_time(f"{text}T01:00:00Z") is ok


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T24:00:00Z",
        "2026-11-20T23:60:00Z",
        "2026-11-20T23:59:60Z",
        "2026-11-20T23:59:59",
        "2026-11-20T23:59:59z",
        "2026-11-20T23:59:59+00:00",
        "2026-11-20 23:59:59Z",
        "2026-11-20T23:59Z",
        "2026-11-20T23:59:59.0Z",
    ],
)
def test_times_have_one_form(text: str) -> None:
    assert is_time("2026-11-20T23:59:59Z")
    assert not is_time(text)


def test_half_of_a_surrogate_pair_is_no_value() -> None:
    assert is_value("\U0001f600")
    assert not is_value("\ud83d")


def test_hex_is_lower_case_and_ascii() -> None:
    assert is_hex("0123456789abcdef", 16)
    assert not is_hex("0123456789ABCDEF", 16)
    assert not is_hex("０", 1)
    assert not is_hex("ab\n", 3)
