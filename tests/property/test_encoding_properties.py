"""For one value there is one file: parsing takes what encoding makes, nothing else."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dualrandom.canonical import json_bytes, json_line, parse_json
from dualrandom.documents import announcement_bytes, parse_announcement
from dualrandom.errors import VerificationError
from dualrandom.model import (
    MAX_INT,
    Conflict,
    Drawn,
    Exclusion,
    Inspector,
    Member,
    Replacement,
    Reserve,
    Selected,
    StratumRow,
    Substitution,
    Target,
    is_value,
)
from dualrandom.randomness import parse_seed_txt, seed_txt
from dualrandom.tables import CHANGES, FROZEN, RESULTS, Kind

if TYPE_CHECKING:
    from dualrandom.announcement import Announcement

VECTORS = Path(__file__).parents[1] / "vectors" / "draw.json"
BASE: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))["announcement"]
quick = settings(deadline=None, max_examples=50)

ids = st.from_regex(r"[0-9A-Za-z一-龥〇][0-9A-Za-z一-龥〇_.-]{0,4}", fullmatch=True)
text = st.text(max_size=6).filter(is_value)
some = text.filter(bool)
strata = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z-]{0,3}", fullmatch=True)
hex64 = st.text("0123456789abcdef", min_size=64, max_size=64)
hex32 = st.text("0123456789abcdef", min_size=32, max_size=32)
numbers = st.integers(1, MAX_INT)
tags = st.lists(ids, unique=True, max_size=3).map(
    lambda found: tuple(sorted(found, key=str.encode))
)
ROWS: dict[str, st.SearchStrategy[Any]] = {
    "targets.tsv": st.builds(
        Target, id=ids, name=some, region=text, kind=text, salt=st.just("") | hex32
    ),
    "strata.tsv": st.builds(
        StratumRow, id=ids, stratum=strata, tickets=st.integers(1, 99)
    ),
    "inspectors.tsv": st.builds(
        Inspector,
        id=ids,
        name=text,
        unit=text,
        region=text,
        tags=tags,
        max=st.none() | st.integers(0, MAX_INT),
    ),
    "conflicts.tsv": st.builds(Conflict, id=ids, inspector=ids, reason=some),
    "exclusions.tsv": st.builds(Exclusion, id=ids, reason=some),
    "inspector-exclusions.tsv": st.builds(Exclusion, id=ids, reason=some),
    "selected.tsv": st.builds(
        Selected, order=numbers, id=ids, stratum=strata, rank=numbers, ticket=hex64
    ),
    "reserves.tsv": st.builds(
        Reserve, id=ids, stratum=strata, rank=numbers, ticket=hex64
    ),
    "drawn.tsv": st.builds(Drawn, id=ids),
    "teams.tsv": st.builds(Member, id=ids, post=numbers, inspector=ids),
    "replacements.tsv": st.builds(
        Replacement, seq=numbers, id=ids, substitute=ids, reason=some, evidence=some
    ),
    "substitutions.tsv": st.builds(
        Substitution,
        seq=numbers,
        id=ids,
        post=numbers,
        inspector=ids,
        substitute=ids,
        reason=some,
    ),
}
KINDS = [pytest.param(kind, id=kind.name) for kind in (*FROZEN, *RESULTS, *CHANGES)]


def other_bytes(data: bytes, at: int, value: int) -> bytes:
    """Return data with one byte changed; ``value`` 1–255 is added to it."""
    changed = bytearray(data)
    changed[at % len(data)] = (changed[at % len(data)] + value) % 256
    return bytes(changed)


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(st.data())
def test_a_table_is_read_as_it_was_written(
    kind: Kind[Any], data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(ROWS[kind.name], max_size=5, unique_by=kind.key or (lambda row: row))
    )
    salt = data.draw(st.none() | hex32)
    file = kind.encode(rows, salt=salt)
    table, back = kind.parse(file)
    assert back == tuple(rows if kind.key is None else sorted(rows, key=kind.key))
    assert table.salt == salt

    changed = other_bytes(
        file, data.draw(st.integers(0, len(file))), data.draw(st.integers(1, 255))
    )
    try:
        other, read = kind.parse(changed)
    except VerificationError:
        return
    # Whatever is taken has no other writing than this one.
    assert (other.salt, read) != (salt, back)
    assert kind.encode(read, salt=other.salt, strata=other.strata) == changed


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@quick
@given(values)
@example({"\U0001f600": 1, "\ufb33": 2, "\u0080": 3, "": 4})
def test_json_is_read_as_it_was_written(value: object) -> None:
    data = json_bytes(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type] # any value
    assert parse_json(data) == value
    assert json.loads(data) == value


@quick
@given(values, st.integers(0), st.integers(1, 255))
def test_json_has_one_writing(value: object, at: int, change: int) -> None:
    changed = other_bytes(json_bytes(value), at, change)
    try:
        read = parse_json(changed)
    except VerificationError:
        return
    assert json_bytes(read) == changed
    assert json.dumps(read) != json.dumps(value)  # True and 1 are two values


@given(st.binary(max_size=30) | st.text(max_size=30).map(str.encode))
def test_json_takes_bytes_or_refuses_them(data: bytes) -> None:
    try:
        value = parse_json(data)
    except VerificationError:
        return
    assert json_bytes(value) == data


def announced(**changes: Any) -> Announcement:
    return parse_announcement(json_line(copy.deepcopy(BASE) | changes))


ANNOUNCEMENTS = (
    announced(),
    announced(
        strata=[{"name": "a", "rows": 12}],
        total=3,
        reserves={"ratio": "1/10"},
        off_site="书面检查",
        supersedes={"draw": "2026-016", "reason": "staffing"},
        randomness=[
            {"kind": "drand", "chain": "9f1d" * 16, "round": 7},
            {"kind": "nist", "chain": 2, "pulse": 1853311},
            {"kind": "lottery", "game": "dlt", "issue": "26135"},
            {"kind": "sealed", "party": "县纪委监委", "commitment": "9f1d" * 16},
        ],
    ),
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(ANNOUNCEMENTS), st.integers(0), st.integers(1, 255))
def test_no_byte_of_an_announcement_can_change_unseen(
    value: Announcement, at: int, change: int
) -> None:
    data = announcement_bytes(value)
    assert parse_announcement(data) == value
    try:
        other = parse_announcement(other_bytes(data, at, change))
    except VerificationError:
        return
    assert other != value
    if not other.unknown:
        assert announcement_bytes(other) == other_bytes(data, at, change)


@quick
@given(some, some)
def test_texts_of_an_announcement_come_back(title: str, office: str) -> None:
    value = replace(ANNOUNCEMENTS[0], title=title, office=office)
    assert parse_announcement(announcement_bytes(value)) == value


lines = st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1)


@quick
@given(hex64, st.lists(lines, min_size=1, max_size=3), st.integers(0), st.data())
def test_seed_txt_has_one_writing(
    commitment: str, words: list[str], at: int, data: st.DataObject
) -> None:
    file = seed_txt(commitment, words)
    assert parse_seed_txt(file) == (commitment, tuple(words))
    changed = other_bytes(file, at, data.draw(st.integers(1, 255)))
    try:
        read = parse_seed_txt(changed)
    except VerificationError:
        return
    assert read != (commitment, tuple(words))
    assert seed_txt(*read) == changed
