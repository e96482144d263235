"""Entries: value to bytes and back, one writing only; approvals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.audit import (
    NO_PREVIOUS,
    Entry,
    approval_text,
    check_note,
    entry_text,
    key_book,
    open_note,
    parse_approval,
    parse_entry,
    sign_approval,
    sign_entry,
    sign_note,
)
from dualrandom.canonical import parse_json
from dualrandom.errors import VerificationError
from dualrandom.keys import verify_ed25519
from tests.logmaking import OFFICER, ORIGIN, MadeKey

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = MadeKey(OFFICER)
SECOND = MadeKey("jiwei/supervisor-01")
OP = "9b2d3c1e-0000-4000-8000-0123456789ab"
FIELDS: dict[str, Any] = {
    "log": ORIGIN,
    "seq": 0,
    "prev": NO_PREVIOUS,
    "time": "2026-11-23T05:13:23Z",
    "act": "registry.change",
    "by": OFFICER,
    "op": OP,
    "body": {"list": "targets", "added": 3},
}


def entry(**changed: Any) -> Entry:
    return Entry(**(FIELDS | changed))


def raised(call: Callable[[], object]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(VerificationError) as caught:
        call()
    return caught.value.code, dict(caught.value.params)


def signed(text: str) -> bytes:
    return sign_note(text.encode(), [KEY])


def test_text_is_the_canonical_line() -> None:
    due = (
        '{"act":"registry.change","body":{"added":3,"list":"targets"},'
        f'"by":"{OFFICER}","log":"{ORIGIN}","op":"{OP}","prev":"{NO_PREVIOUS}",'
        '"seq":0,"time":"2026-11-23T05:13:23Z"}\n'
    )
    assert entry_text(entry()).decode() == due


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="empty"),
        pytest.param({"office": "示例市市场监督管理局"}, id="Chinese"),
        pytest.param({"a": [1, "x", {"b": []}], "z": -(2**53) + 1}, id="nested"),
        pytest.param({"text": 'quote " and \\ and \u0007 and \u2028'}, id="escapes"),
        pytest.param({"\U00020000": 1, "\uffff": 2}, id="keys beyond the plane"),
        pytest.param({"n": "𠀀 in a value"}, id="value beyond the plane"),
    ],
)
def test_entry_reads_as_written(body: dict[str, Any]) -> None:
    made = entry(body=body, approvals=("x",))
    data = sign_entry(made, KEY)
    parsed, note = parse_entry(data)
    assert parsed == made
    assert sign_entry(parsed, KEY) == data
    assert check_note(note, key_book([KEY.vkey]), verify_ed25519)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("log", "", id="no log"),
        pytest.param("log", "a b", id="log with a blank"),
        pytest.param("seq", -1, id="negative seq"),
        pytest.param("seq", 2**53, id="seq beyond 2^53"),
        pytest.param("prev", "A" * 64, id="prev in capitals"),
        pytest.param("prev", "0" * 63, id="short prev"),
        pytest.param("time", "2026-11-23T05:13:23+00:00", id="offset"),
        pytest.param("time", "2026-11-23T05:13:23.0Z", id="fractions"),
        pytest.param("time", "2026-02-30T05:13:23Z", id="30 February"),
        pytest.param("time", "0000-01-01T00:00:00Z", id="year 0"),
        pytest.param("act", "", id="no act"),
        pytest.param("act", "Draw.announce", id="act in capitals"),
        pytest.param("act", "draw..announce", id="two dots"),
        pytest.param("act", "a" * 65, id="long act"),
        pytest.param("by", "a+b", id="name with a plus"),
        pytest.param("op", OP.upper(), id="op in capitals"),
        pytest.param("op", OP.replace("-", ""), id="op without dashes"),
        pytest.param("op", "{" + OP + "}", id="op in braces"),
        pytest.param("body", [], id="body a list"),
        pytest.param("body", {"x": 1.5}, id="a float"),
        pytest.param("body", {"x": None}, id="null"),
        pytest.param("body", {"x": [True]}, id="true"),
        pytest.param("body", {"x": 2**53}, id="2^53"),
        pytest.param("body", {1: "x"}, id="a number as key"),
        pytest.param("approvals", ("x",) * 65, id="65 approvals"),
    ],
)
def test_values_that_no_entry_has(field: str, value: object) -> None:
    assert raised(lambda: entry(**{field: value})) == ("E725", {"field": field})


def test_entry_is_signed_by_the_person_answerable() -> None:
    assert raised(lambda: sign_entry(entry(), SECOND))[0] == "E710"


def _line(**changed: Any) -> str:
    fields = {k: v for k, v in (FIELDS | changed).items() if v is not ...}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_is_required_and_typed(field: str) -> None:
    for value in (..., None, True, [], 1 if field != "seq" else "1"):
        data = signed(_line(**{field: value}) + "\n")
        assert raised(lambda d=data: parse_entry(d)) == ("E725", {"field": field})


@pytest.mark.parametrize(
    "approvals", [[], "x", [1], {"x": 1}, [None]], ids=["empty", "text", "1", "{}", "-"]
)
def test_approvals_are_texts_or_left_out(approvals: object) -> None:
    data = signed(_line(approvals=approvals) + "\n")
    assert raised(lambda: parse_entry(data)) == ("E725", {"field": "approvals"})


def test_unknown_fields_are_named_and_never_written() -> None:
    parsed, _ = parse_entry(signed(_line(zusatz="x", memo=[None]) + "\n"))
    assert parsed.unknown == ("memo", "zusatz")
    assert raised(lambda: entry_text(parsed)) == ("E726", {"field": "memo"})


LINE = _line()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" " + LINE + "\n", id="blank before"),
        pytest.param(LINE + " \n", id="blank behind"),
        pytest.param(LINE + "\n\n", id="two line ends"),
        pytest.param(LINE + LINE + "\n", id="twice"),
        pytest.param("\ufeff" + LINE + "\n", id="byte order mark"),
        pytest.param("[]\n", id="a list"),
        pytest.param("1\n", id="a number"),
        pytest.param("x\n", id="no JSON"),
        pytest.param("\n", id="empty line"),
        pytest.param(LINE.replace(":3", ": 3") + "\n", id="blank inside"),
        pytest.param(LINE.replace(":3", ":3.0") + "\n", id="fraction"),
        pytest.param(LINE.replace(":3", ":3e0") + "\n", id="exponent"),
        pytest.param(LINE.replace(":3", ":-0") + "\n", id="minus zero"),
        pytest.param(LINE.replace(":3", ":NaN") + "\n", id="NaN"),
        pytest.param(LINE.replace(":3", ":-Infinity") + "\n", id="infinity"),
        pytest.param(LINE.replace(":3", ":" + "9" * 5000) + "\n", id="5,000 digits"),
        pytest.param(
            LINE.replace('"act"', '"act":"a","act"', 1) + "\n", id="duplicate key"
        ),
        pytest.param(
            LINE.replace('"added":3', '"added":3,"added":3') + "\n", id="the same twice"
        ),
        pytest.param(LINE.replace("targets", "t\\u0061rgets") + "\n", id="escape"),
        pytest.param(LINE.replace("targets", "\\ud800") + "\n", id="half a surrogate"),
        pytest.param(LINE.replace("/", "\\/") + "\n", id="escaped slash"),
        pytest.param(
            json.dumps(dict(reversed(FIELDS.items())), separators=(",", ":")) + "\n",
            id="other order",
        ),
        pytest.param(
            LINE.replace(":3", ":" + "[" * 32_000 + "]" * 32_000) + "\n",
            id="32,000 deep",
        ),
    ],
)
def test_what_is_not_the_canonical_line(text: str) -> None:
    assert raised(lambda: parse_entry(signed(text)))[0] == "E802"


@pytest.mark.parametrize("core", ["x", [], {}], ids=["text", "list", "object"])
def test_nesting_ends_where_canonical_json_ends(core: object) -> None:
    """The body stands on level 1, its values on 2; the deepest level is 32."""
    deep = core
    for _ in range(30):
        deep = [deep]
    data = sign_entry(entry(body={"x": deep}), KEY)
    assert parse_entry(data)[0].body == {"x": deep}
    assert parse_json(data.split(b"\n")[0])
    assert raised(lambda: entry(body={"x": [deep]})) == ("E725", {"field": "body"})
    deeper = _line(body={"x": [deep]}).encode()
    assert raised(lambda: parse_json(deeper))[0] == "E802"


@pytest.mark.parametrize(
    "value",
    [2**53, json.loads("[" * 33 + "1" + "]" * 33)],
    ids=["2^53", "33 deep"],
)
def test_unknown_fields_are_held_to_the_same_limits(value: object) -> None:
    data = signed(_line(memo=value) + "\n")
    assert raised(lambda: parse_entry(data))[0] == "E802"


def test_entry_of_65535_bytes_is_the_largest() -> None:
    spare = 65_535 - len(sign_entry(entry(body={"x": ""}), KEY))
    data = sign_entry(entry(body={"x": "y" * spare}), KEY)
    assert len(data) == 65_535
    assert parse_entry(data)[0].body == {"x": "y" * spare}
    larger = entry(body={"x": "y" * (spare + 1)})
    assert raised(lambda: sign_entry(larger, KEY))[0] == "E701"
    assert raised(lambda: parse_entry(data.replace(b"yy", b"yyy", 1)))[0] == "E701"


# ── approvals ──


def test_approval_covers_act_body_log_and_op_alone() -> None:
    text = approval_text(ORIGIN, "draw.abandon", {"draw": "2026-001"}, OP)
    due = (
        f'{{"act":"draw.abandon","body":{{"draw":"2026-001"}},"log":"{ORIGIN}",'
        f'"op":"{OP}"}}\n'
    )
    assert text.decode() == due


def test_approval_reads_as_signed() -> None:
    text = approval_text(ORIGIN, "draw.abandon", {"draw": "2026-001"}, OP)
    approval = sign_approval(text, SECOND)
    value, note = parse_approval(approval.encode())
    assert value == json.loads(text)
    assert note.text == text
    assert check_note(note, key_book([SECOND.vkey]), verify_ed25519)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}\n", "E740"),
        ('{"act":"a","body":{},"log":"l"}\n', "E740"),
        ('{"act":"a","body":{},"log":"l","op":"o","x":1}\n', "E740"),
        ('{"act": "a"}\n', "E802"),
        ("[]\n", "E740"),
    ],
    ids=["empty", "no op", "one more", "blank", "list"],
)
def test_what_is_not_an_approval(text: str, code: str) -> None:
    data = open_note(sign_note(text.encode(), [SECOND]))
    whole = data.text + b"\n" + data.signatures[0].line
    assert raised(lambda: parse_approval(whole))[0] == code
