"""What is written and read again is the same list."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualrandom.errors import DualRandomError
from dualrandom.model import InspectorId, TargetId, is_id
from dualrandom.records import (
    Cause,
    InspectorRecord,
    ItemCode,
    ItemRecord,
    Leave,
    Licence,
    Recusal,
    TargetPrivate,
    TargetRecord,
)
from dualrandom.sheets import (
    InspectorRow,
    TargetRow,
    read_inspectors,
    read_items,
    read_recusals,
    read_targets,
    write_list,
    write_rows,
)
from dualrandom.sheets.columns import Type, layout
from dualrandom.sheets.columns import words as meanings
from dualrandom.sheets.converters import converter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dualrandom.messages import Lang
    from dualrandom.sheets import Listing

# As reading leaves texts: trimmed, composed, without controls, none that mean nothing.
_plain = converter(layout("targets").columns[7])


def _settled(text: str) -> str:
    return str(_plain.run([text])[0])


TRAPS = (
    *("=1+1", "-1%", "+86", "@x", "_x0041_", "_x000D_", "1.0", "3e5", "46082", "00123"),
    *("a,b;c", '"quoted"', "<b>&amp;", "\U00020bb7野家", "\ue000", "合计", "名称", "#"),
    *("'x", "'=x", "''=x", "' =x", "＝x"),
    *("=cmd|'/c calc'!A1", "+1+cmd|' /C calc'!A0", "@SUM(1)", "'", "''", "－1", "＋"),
    *('=HYPERLINK("http://example.invalid")', "甲；乙", "甲;乙", "长期"),
)
BIDI = ("a\u202eb", "\u2066=1", "店\u200b", "\t=1", "x\r\n=1")
"""What reading takes away, so that no such text is ever in a list."""
texts = st.one_of(
    st.just(""), st.sampled_from(TRAPS), st.text(max_size=12).map(_settled)
)
names = texts.filter(bool)
ids = st.from_regex(
    r"[0-9A-Za-z\u4e00-\u4eff][0-9A-Za-z\-_.]{0,9}", fullmatch=True
).filter(lambda text: converter(layout("inspectors").key).run([text]) == [text])
words = st.from_regex(r"[0-9A-Za-z\u4e00-\u4eff（]{1,6}", fullmatch=True).filter(
    lambda text: is_id(text) and _settled(text) == text
)
tags = st.lists(words, max_size=3, unique=True).map(tuple)
# Parts of a cell that are parted by semicolons and breaks hold none.
parts = texts.filter(lambda text: not any(sign in text for sign in ";；\n"))
dates = st.one_of(
    st.none(), st.just(dt.date(9999, 9, 9)), st.dates(min_value=dt.date(1800, 1, 1))
)


days = st.dates(min_value=dt.date(1800, 1, 1))
licences = st.lists(
    st.builds(Licence, name=parts, number=parts, expires=dates).filter(
        lambda one: bool(one.name or one.number or one.expires)
    ),
    max_size=3,
).map(tuple)
leave = st.lists(
    st.tuples(days, days).map(lambda two: Leave(start=min(two), end=max(two))),
    max_size=3,
).map(tuple)


@st.composite
def recusals(draw: st.DrawFn) -> list[Recusal]:
    pairs = st.lists(st.tuples(ids, ids), min_size=1, max_size=4, unique=True)
    return [
        Recusal(
            inspector=InspectorId(inspector),
            target=TargetId(target),
            reason=draw(texts),
            start=draw(dates),
            end=draw(dates),
        )
        for inspector, target in draw(pairs)
    ]


@st.composite
def targets(draw: st.DrawFn) -> list[TargetRow]:
    return [
        TargetRow(
            TargetRecord(
                id=TargetId(one),
                name=draw(names),
                kind=draw(texts),
                industry=draw(texts),
                region=draw(texts),
                registrar=draw(texts),
                status=draw(texts),
                address=draw(texts),
                established=draw(dates),
                tags=draw(tags),
                licences=draw(licences),
                producer=draw(texts),
                standard=draw(texts),
                trademark=draw(texts),
                model=draw(texts),
                enterprise=draw(st.one_of(st.just(""), ids)),
            ),
            TargetPrivate(
                id=TargetId(one),
                risk=draw(texts),
                risk_date=draw(dates),
                last_inspected=draw(dates),
            ),
        )
        for one in draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    ]


@st.composite
def inspectors(draw: st.DrawFn) -> list[InspectorRow]:
    reasons = st.one_of(
        st.just(""), st.sampled_from(["配偶、子女（任职）", "a,b", "曾任职"])
    )
    out = []
    for one in draw(st.lists(ids, min_size=1, max_size=4, unique=True)):
        record = InspectorRecord(
            id=InspectorId(one),
            name=draw(names),
            unit=draw(texts),
            region=draw(texts),
            level=draw(texts),
            category=draw(texts),
            qualifications=draw(tags),
            scope=draw(tags),
            expert=draw(texts.filter(lambda text: text not in meanings().no)),
            certificate=draw(st.one_of(st.just(""), ids)),
            valid_until=draw(dates),
            status=draw(texts),
            max=draw(st.one_of(st.none(), st.integers(0, 999_999_999))),
            tags=draw(tags),
            leave=draw(leave),
            yearly=draw(st.one_of(st.none(), st.integers(0, 999_999_999))),
        )
        recused = draw(st.dictionaries(ids, reasons, max_size=3))
        out.append(
            InspectorRow(
                record,
                tuple(
                    Recusal(inspector=record.id, target=TargetId(target), reason=reason)
                    for target, reason in recused.items()
                ),
            )
        )
    return out


@st.composite
def items(draw: st.DrawFn) -> list[ItemRecord]:
    free = [
        c.field
        for c in layout("items").columns
        if c.type in {Type.TEXT, Type.RATIO} and c.field != "sub"
    ]
    return [
        ItemRecord(
            code=ItemCode(code),
            name=draw(names),
            sub=f"子项{at}",
            effective=draw(dates),
            expires=draw(dates),
            need=draw(tags),
            cause=draw(st.sampled_from(Cause)),
            basis_date=draw(dates),
            **{field: draw(texts) for field in free},
        )
        for at, code in enumerate(draw(st.lists(ids, min_size=1, max_size=4)))
    ]


READERS: dict[Listing, Callable[[Path], Any]] = {
    "targets": read_targets,
    "inspectors": read_inspectors,
    "items": read_items,
    "recusals": read_recusals,
}
LISTS = tuple(READERS)
RECORDS = {
    "targets": targets(),
    "inspectors": inspectors(),
    "items": items(),
    "recusals": recusals(),
}


def same(listing: Listing, records: Sequence[object], suffix: str, lang: Lang) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        write_list(path, listing, records, lang)
        reading = READERS[listing](path)
        assert reading.records == tuple(records)
        assert not reading.unused


SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FAST = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
LANGS = st.sampled_from(["zh-CN", "en"])


def _trap_rows() -> list[TargetRow]:
    return [
        TargetRow(
            TargetRecord(id=TargetId(f"A{at}"), name=trap, kind=trap, address=trap),
            TargetPrivate(id=TargetId(f"A{at}"), risk=trap),
        )
        for at, trap in enumerate(TRAPS)
    ]


@pytest.mark.parametrize("listing", LISTS)
@FAST
@given(data=st.data(), lang=LANGS)
def test_through_csv(listing: Listing, data: st.DataObject, lang: Lang) -> None:
    same(listing, data.draw(RECORDS[listing]), ".csv", lang)


@pytest.mark.parametrize("listing", LISTS)
@SLOW
@given(data=st.data(), lang=LANGS)
def test_through_xlsx(listing: Listing, data: st.DataObject, lang: Lang) -> None:
    same(listing, data.draw(RECORDS[listing]), ".xlsx", lang)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_hostile_texts_come_back_as_they_were(suffix: str) -> None:
    same("targets", _trap_rows(), suffix, "zh-CN")


@pytest.mark.parametrize("trap", BIDI)
def test_what_could_turn_a_line_around_is_taken_away(tmp_path: Path, trap: str) -> None:
    path = tmp_path / "a.xlsx"
    write_rows(path, "S", ["编号", "名称"], [["A1", trap]])
    name = read_targets(path).records[0].public.name
    assert name == _settled(name)
    assert not set(name) & set("\u202e\u2066\u200b\t\r\n")


@FAST
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", "编号,名称\n".encode()]),
)
def test_no_bytes_bring_anything_but_an_answer(data: bytes, start: bytes) -> None:
    """Anything at all is read or refused; no other exception comes out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(start + data)
        with contextlib.suppress(DualRandomError):
            read_targets(path)


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_the_order_of_columns_does_not_matter(order: str, tmp_path: Path) -> None:
    heads = ["统一社会信用代码", "企业名称", "地区", "成立日期"]
    row = ["A1", "店", "城东", "2026-03-01"]
    step = 1 if order == "forwards" else -1
    path = tmp_path / "a.csv"
    path.write_text(
        "\n".join(",".join(cells[::step]) for cells in (heads, row)), "utf-8"
    )
    public = read_targets(path).records[0].public
    assert (public.id, public.name, public.region) == ("A1", "店", "城东")
    assert public.established == dt.date(2026, 3, 1)
