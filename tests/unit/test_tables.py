"""The twelve tables: order, both ways, and which line is wrong."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from dualrandom.errors import VerificationError
from dualrandom.model import (
    Conflict,
    Drawn,
    Exclusion,
    Inspector,
    InspectorId,
    Member,
    Replacement,
    Reserve,
    Selected,
    StratumRow,
    Substitution,
    Target,
    TargetId,
    Ticket,
)
from dualrandom.tables import (
    CHANGES,
    CONFLICTS,
    DRAWN,
    EXCLUSIONS,
    FROZEN,
    INSPECTOR_EXCLUSIONS,
    INSPECTORS,
    REPLACEMENTS,
    RESERVES,
    RESULTS,
    SELECTED,
    STRATA,
    SUBSTITUTIONS,
    TARGETS,
    TEAMS,
    Kind,
    number,
)

A, B, Z = TargetId("A"), TargetId("B"), TargetId("a")
ONE, TWO = InspectorId("I-1"), InspectorId("I-2")
HEX = Ticket("9f1d" * 16)

ROWS: dict[str, tuple[Any, ...]] = {
    "targets.tsv": (
        Target(id=A, name="甲店", region="城东", kind="食品经营"),
        Target(id=B, name="b", salt="0" * 32),
        Target(id=Z, name=" 乙 "),
    ),
    "strata.tsv": (
        StratumRow(id=A, stratum="east"),
        StratumRow(id=B, stratum="w", tickets=99),
    ),
    "inspectors.tsv": (
        Inspector(id=ONE, name="甲", unit="一队", region="城东", tags=("a", "执法证")),
        Inspector(id=TWO, max=0),
    ),
    "conflicts.tsv": (
        Conflict(id=A, inspector=ONE, reason="亲属"),
        Conflict(id=A, inspector=TWO, reason="亲属"),
        Conflict(id=B, inspector=ONE, reason="亲属"),
    ),
    "exclusions.tsv": (Exclusion(id="C", reason="注销"),),
    "inspector-exclusions.tsv": (Exclusion(id="I-9", reason="执法证过期"),),
    "selected.tsv": tuple(
        Selected(order=n, id=TargetId(f"T{n}"), stratum="e", rank=12 - n, ticket=HEX)
        for n in range(1, 12)
    ),
    "reserves.tsv": (
        Reserve(id=B, stratum="w", rank=3, ticket=HEX),
        Reserve(id=A, stratum="e", rank=2, ticket=HEX),
    ),
    "drawn.tsv": (Drawn(id=A), Drawn(id=B), Drawn(id=Z)),
    "teams.tsv": (
        Member(id=B, post=1, inspector=TWO),
        Member(id=A, post=1, inspector=ONE),
    ),
    "replacements.tsv": (
        Replacement(seq=9, id=A, substitute=B, reason="已搬迁", evidence="照片"),
        Replacement(seq=10, id=B, substitute=Z, reason="x", evidence="y"),
    ),
    "substitutions.tsv": (
        Substitution(seq=9, id=A, post=2, inspector=ONE, substitute=TWO, reason="病假"),
        Substitution(seq=10, id=A, post=1, inspector=TWO, substitute=ONE, reason="x"),
    ),
}
KINDS = (*FROZEN, *RESULTS, *CHANGES)


@pytest.mark.parametrize("kind", [pytest.param(k, id=k.name) for k in KINDS])
def test_both_ways(kind: Kind[Any]) -> None:
    rows = ROWS[kind.name]
    for salt in (None, "f" * 32):
        data = kind.encode(rows, salt=salt)
        table, back = kind.parse(data)
        assert back == rows
        assert table.salt == salt
        assert kind.encode(back, salt=salt) == data
    assert tuple(f.name for f in fields(rows[0])) == kind.columns


@pytest.mark.parametrize(
    "kind", [pytest.param(k, id=k.name) for k in KINDS if k.key is not None]
)
def test_order_of_rows_does_not_reach_the_file(kind: Kind[Any]) -> None:
    rows = ROWS[kind.name]
    assert kind.encode(reversed(rows)) == kind.encode(rows)


@pytest.mark.parametrize("kind", [RESERVES, TEAMS], ids=lambda k: k.name)
def test_an_order_that_only_the_draw_knows_is_kept(kind: Kind[Any]) -> None:
    rows = ROWS[kind.name]
    assert kind.parse(kind.encode(rows[::-1]))[1] == rows[::-1]


def test_every_kind_is_named_once() -> None:
    assert len({kind.name for kind in KINDS}) == 12
    assert set(ROWS) == {kind.name for kind in KINDS}
    assert [k.name for k in FROZEN] == [
        k.name
        for k in (
            TARGETS,
            STRATA,
            INSPECTORS,
            CONFLICTS,
            EXCLUSIONS,
            INSPECTOR_EXCLUSIONS,
        )
    ]
    assert (SELECTED, RESERVES, DRAWN, TEAMS) == RESULTS
    assert (REPLACEMENTS, SUBSTITUTIONS) == CHANGES


@pytest.mark.parametrize(
    "data", [b"id\nA\nC\nB\nD\n", b"id\nA\nC\nC\nD\n"], ids=["order", "twice"]
)
def test_the_record_out_of_order_is_named(data: bytes) -> None:
    with pytest.raises(VerificationError) as caught:
        DRAWN.parse(data)
    assert caught.value.code == "E804"
    assert caught.value.params == {"file": "drawn.tsv", "row": 3}


def test_numbers_sort_as_numbers() -> None:
    text = SELECTED.encode(ROWS["selected.tsv"]).decode()
    assert [line.split("\t")[0] for line in text.splitlines()[1:]] == [
        str(n) for n in range(1, 12)
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("1", 1), ("10", 10), (str(2**53 - 1), 2**53 - 1)],
)
def test_number(text: str, value: int) -> None:
    assert number(text, "n") == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "01",
        "00",
        "1.0",
        " 1",
        "1 ",
        "1_0",
        str(2**53),
        "9" * 5000,
        *"１²٣",
    ],
)
def test_no_number(text: str) -> None:
    with pytest.raises(VerificationError) as caught:
        number(text, "max")
    assert caught.value.code == "E801"
    assert caught.value.params["field"] == "max"
