"""Which targets a task is about: understood as meant, or refused with the place."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.errors import InputError
from dualrandom.records import Licence
from dualrandom.scope import (
    DATES,
    MAX_LENGTH,
    PRIVATE,
    All,
    Compare,
    Either,
    Not,
    Op,
    Scope,
    Term,
    parse_scope,
)
from dualrandom.words import group
from tests.clerk import target

FIELDS = tuple(group("scope-field"))


def taken(scope: str, **fields: Any) -> bool:
    return parse_scope(scope).accepts(*target(1, **fields))


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        pytest.param("", "", id="everything"),
        pytest.param(" \n\u3000", "", id="blanks"),
        pytest.param("kind = 食品经营", "kind = 食品经营", id="as in the protocol"),
        pytest.param("kind=食品经营", "kind = 食品经营", id="no blanks"),
        pytest.param("主体类型＝食品经营", "kind = 食品经营", id="Chinese"),
        pytest.param(
            "地区 属于（城东、城西，城南）且 登记状态 ≠ 注销",
            "region in (城东, 城西, 城南) and status != 注销",
            id="a Chinese keyboard",
        ),
        pytest.param(
            "region in (城东) AND NOT status = 注销",
            "region in (城东) and not (status = 注销)",
            id="capitals",
        ),
        pytest.param("name 包含 “示例 店”", 'name contains "示例 店"', id="quotes"),
        pytest.param("region = 且末县", "region = 且末县", id="a county named and"),
        pytest.param('region = "且"', 'region = "且"', id="a word as a value"),
        pytest.param('name = "a\\"b\\\\c"', 'name = "a\\"b\\\\c"', id="escapes"),
        pytest.param(
            "(kind = a or kind = b) and region = c",
            "(kind = a or kind = b) and region = c",
            id="brackets that matter",
        ),
        pytest.param(
            "((kind = a) and (region = b and (status = c)))",
            "kind = a and region = b and status = c",
            id="brackets that do not",
        ),
        pytest.param(
            "成立日期≥2020-01-01", "established >= 2020-01-01", id="a date in Chinese"
        ),
        pytest.param("地区 不属于 (a)", "region not in (a)", id="not in, one word"),
        pytest.param("region not in (a)", "region not in (a)", id="not in, two words"),
        pytest.param("tags = Cafe\u0301", "tags = Café", id="NFC"),
    ],
)
def test_what_an_officer_types_and_what_is_recorded(scope: str, text: str) -> None:
    parsed = parse_scope(scope)
    assert parsed.text == text
    assert parse_scope(parsed.said) == parsed


@pytest.mark.parametrize(
    ("scope", "code", "params"),
    [
        pytest.param("kind", "E322", {}, id="a field alone"),
        pytest.param("kind =", "E322", {}, id="no value"),
        pytest.param("region in (a, ", "E322", {}, id="a list without end"),
        pytest.param("(kind = a", "E322", {}, id="a bracket open"),
        pytest.param("kind = a and", "E322", {}, id="and what"),
        pytest.param("kind = a)", "E320", {"position": 9}, id="a bracket too many"),
        pytest.param("kind = a b", "E320", {"position": 10}, id="a value with a blank"),
        pytest.param("kind a", "E320", {"position": 6, "found": "a"}, id="no operator"),
        pytest.param("kind ! a", "E320", {"position": 6}, id="half an operator"),
        pytest.param('kind = "a', "E320", {"position": 8}, id="a quote open"),
        pytest.param("kind = 或", "E320", {"position": 8, "found": "或"}, id="a word"),
        pytest.param("region in ()", "E320", {"position": 12}, id="an empty list"),
        pytest.param("region not = a", "E320", {"position": 12}, id="not what"),
        pytest.param('"kind" = a', "E320", {"position": 1}, id="a quoted field"),
        pytest.param('name = "a\tb"', "E320", {"position": 8}, id="a tab in a value"),
        pytest.param(
            "kind = a 且region = b", "E320", {"position": 10}, id="a word without blank"
        ),
        pytest.param(
            "kind = a and 颜色 = b",
            "E321",
            {"position": 14, "found": "颜色"},
            id="field",
        ),
        pytest.param("established = 去年", "E323", {"value": "去年"}, id="no date"),
        pytest.param("成立日期 < 2020-02-30", "E323", {}, id="no such day"),
        pytest.param("成立日期 < 20200230", "E323", {}, id="a date without dashes"),
        pytest.param('established < ""', "E323", {}, id="before nothing"),
        pytest.param("risk < B", "E324", {"op": "<"}, id="classes have no order"),
        pytest.param("(" * 99 + "kind = a", "E325", {}, id="too deep"),
        pytest.param("not " * 99 + "kind = a", "E325", {}, id="too many nots"),
        pytest.param("x" * (MAX_LENGTH + 1), "E325", {}, id="too long"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(
    scope: str, code: str, params: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as caught:
        parse_scope(scope)
    assert caught.value.code == code
    assert caught.value.params.items() >= params.items()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("", True),
        ("kind = 食品经营", True),
        ("kind = 食品", False),
        ("kind != 食品", True),
        ("kind contains 食品", True),
        ("region in (城东, 城西)", True),
        ("region not in (城东, 城西)", False),
        ("tags = 餐饮", True),
        ("tags = 食品", False),
        ("tags != 食品", True),
        ("tags != 餐饮", False),
        ("tags in (x, 网络)", True),
        ("tags contains 饮", True),
        ("established < 2019-03-01", False),
        ("established <= 2019-03-01", True),
        ("established > 2019-02-28", True),
        ("established >= 2019-03-02", False),
        ("established = 2019-03-01", True),
        ("risk = A", True),
        ("risk_date = 2026-01-01", True),
        ('industry = ""', True),
        ('last_inspected = ""', True),
        ('last_inspected != ""', False),
        ("last_inspected < 2026-01-01", False),
        ("last_inspected >= 2026-01-01", False),
        ("not last_inspected >= 2026-01-01", True),
        ("kind = x or region = 城东 and status = 存续", True),
        ("(kind = x or region = 城东) and status = x", False),
        ("kind = 食品经营 or region = x and status = x", True),
        ("not (kind = 食品经营 and region = x)", True),
    ],
)
def test_who_is_in_scope(scope: str, *, expected: bool) -> None:
    assert taken(scope) is expected


def test_licences_are_asked_for_by_name() -> None:
    held = (Licence(name="食品经营许可证", number="JY1"), Licence(name="卫生许可证"))
    assert taken("许可证 = 卫生许可证", licences=held)
    assert taken("licences contains 食品", licences=held)
    assert not taken("licences = JY1", licences=held)
    assert taken('licences = ""', licences=())


def test_no_tags_is_an_empty_field() -> None:
    assert taken('tags = ""', tags=())
    assert not taken('tags = ""')


def test_a_scope_over_what_is_private_says_so() -> None:
    """Who announces such a list tells the risk class of everybody on it."""
    assert parse_scope("region = a and risk = D").private
    assert parse_scope("not (上次检查日期 < 2026-01-01)").private
    assert not parse_scope("region = a and kind = b").private
    assert not parse_scope("").private
    assert parse_scope("risk = D or name = a or risk = C").fields == ("name", "risk")


def test_every_field_of_a_target_can_be_asked_for() -> None:
    public, private = target(1)
    told = {*public.__dataclass_fields__, *private.__dataclass_fields__}
    assert set(FIELDS) == told
    assert {f for f in FIELDS if f not in public.__dataclass_fields__} == set(PRIVATE)
    dated = {f for f in told if isinstance(getattr(public, f, None), dt.date)}
    assert dated <= set(DATES)


def test_no_word_means_two_things() -> None:
    for name in ("scope-field", "scope-word"):
        spoken = [word for code, said in group(name).items() for word in (code, *said)]
        assert len(spoken) == len(set(spoken))


values = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=6)
dates = st.dates().map(str)


def compares(field: str) -> st.SearchStrategy[Term]:
    said = dates | st.just("") if field in DATES else values
    one = st.builds(
        Compare,
        field=st.just(field),
        op=st.sampled_from([Op.EQUAL, Op.OTHER]),
        values=st.tuples(said),
    )
    some = st.builds(
        Compare,
        field=st.just(field),
        op=st.sampled_from([Op.IN, Op.NOT_IN]),
        values=st.lists(said, min_size=1, max_size=3).map(tuple),
    )
    part = st.builds(
        Compare,
        field=st.just(field),
        op=st.just(Op.CONTAINS),
        values=st.tuples(values),
    )
    if field not in DATES:
        return one | some | part
    order = st.builds(
        Compare,
        field=st.just(field),
        op=st.sampled_from([Op.BEFORE, Op.UNTIL, Op.AFTER, Op.FROM]),
        values=st.tuples(dates),
    )
    return one | some | part | order


terms: st.SearchStrategy[Term] = st.recursive(
    st.sampled_from(FIELDS).flatmap(compares),
    lambda inner: (
        st.builds(Not, term=inner)
        | st.builds(
            All,
            terms=st.lists(
                inner.filter(lambda t: not isinstance(t, All)), min_size=2, max_size=3
            ).map(tuple),
        )
        | st.builds(
            Either,
            terms=st.lists(
                inner.filter(lambda t: not isinstance(t, Either)),
                min_size=2,
                max_size=3,
            ).map(tuple),
        )
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=100)
@given(term=terms)
def test_what_is_recorded_means_the_same(term: Term) -> None:
    scope = Scope(term=term)
    if unicodedata.normalize("NFC", scope.text) != scope.text:
        return  # writers normalise: such a scope cannot have been typed
    assert parse_scope(scope.text) == scope
    assert parse_scope(scope.said) == scope
    assert parse_scope(scope.text).text == scope.text


typed = st.text(max_size=40) | st.text("kind=()and不属于且 <\"“'2、,!\\", max_size=40)


@settings(deadline=None, max_examples=300)
@given(text=typed)
def test_any_text_is_understood_or_refused(text: str) -> None:
    caught = None
    try:
        assert parse_scope(parse_scope(text).text) == parse_scope(text)
    except InputError as error:
        caught = error
    if caught is not None:
        assert caught.code in {"E320", "E321", "E322", "E323", "E324", "E325"}
        assert 1 <= int(caught.params.get("position", 1)) <= len(text) + 1
