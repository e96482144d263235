"""Lists as rows and files: what may be kept, and that nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom.canonical import sha256
from dualrandom.errors import DualRandomError, InputError, StateError, VerificationError
from dualrandom.model import Area, Post, Quota, Ratio, Rounding
from dualrandom.outcomes import (
    Display,
    ObjectionRecord,
    PenaltyRecord,
    Procedure,
    Reply,
    ResultRecord,
)
from dualrandom.records import (
    BasisRecord,
    Cause,
    DrawRecord,
    DrawState,
    InspectorRecord,
    ItemRecord,
    Leave,
    Licence,
    Recusal,
    TargetPrivate,
    TargetRecord,
    TaskRecord,
)
from dualrandom.registry import (
    BASES,
    DRAWS,
    INSPECTORS,
    ITEMS,
    LISTS,
    OBJECTIONS,
    PENALTIES,
    RECUSALS,
    RESULTS,
    TARGETS,
    TASKS,
    ListKind,
    change_bytes,
)
from dualrandom.registry.changes import compare
from dualrandom.registry.files import parse_rows, rows_bytes
from tests.clerk import (
    basis,
    draw,
    inspector,
    item,
    objection,
    penalty,
    recusal,
    result,
    target,
    task,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

SALT = "0123456789abcdef0123456789abcdef"


def list_bytes(kind: ListKind[Any], records: Iterable[Any], salt: str) -> bytes:
    """Return a list's file, as the registry makes it of its rows."""
    return rows_bytes(kind.names, kind.rows(records), salt)


def parse_list(kind: ListKind[Any], data: bytes) -> tuple[Any, ...]:
    return tuple(kind.decode(row) for row in parse_rows(kind, data).values())


SAMPLES: dict[str, Any] = {
    "items": item(),
    "targets": target(1),
    "inspectors": inspector(1),
    "recusals": recusal(1, 1),
    "tasks": task(),
    "bases": basis(),
    "results": result(),
    "penalties": penalty(),
    "objections": objection(),
    "draws": draw(),
}

cells = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=8)
names = cells.filter(bool)
ids = st.text("ABab09-_.企字〇", min_size=1, max_size=6).filter(
    lambda text: text[0] not in "-_."
)
draw_ids = st.text("ABab09", min_size=1, max_size=6)
words = st.lists(names.filter(lambda text: "," not in text), max_size=3).map(tuple)
days = st.dates(dt.date(1900, 1, 1), dt.date(2999, 12, 31))
maybe = st.none() | days
ratios = st.integers(1, 99).flatmap(
    lambda q: st.builds(Ratio, p=st.integers(1, q), q=st.just(q))
)
quotas = st.builds(Quota, count=st.integers(1, 9)) | st.builds(
    Quota, ratio=ratios, round=st.sampled_from(Rounding)
)


def some(element: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(element, max_size=3).map(tuple)


def fields(kind: ListKind[Any], **special: st.SearchStrategy[Any]) -> Any:
    """Return a strategy for a record's fields: any text, but where told."""
    public = [c.name for c in kind.columns if not c.private]
    return st.fixed_dictionaries(dict.fromkeys(public, cells) | special)


RECORDS: dict[str, st.SearchStrategy[Any]] = {
    "items": fields(
        ITEMS,
        code=names.filter(lambda text: text[0] != "#"),
        name=names,
        effective=maybe,
        expires=maybe,
        need=words,
        cause=st.sampled_from(Cause),
        basis_date=maybe,
    ).map(lambda made: ItemRecord(**made)),
    "targets": st.tuples(
        fields(
            TARGETS,
            id=ids,
            name=names,
            established=maybe,
            tags=words,
            licences=some(st.builds(Licence, name=cells, number=cells, expires=maybe)),
        ),
        cells,
        maybe,
        maybe,
    ).map(
        lambda made: (
            TargetRecord(**made[0]),
            TargetPrivate(
                id=made[0]["id"],
                risk=made[1],
                risk_date=made[2],
                last_inspected=made[3],
            ),
        )
    ),
    "inspectors": fields(
        INSPECTORS,
        id=ids,
        name=names,
        qualifications=words,
        scope=words,
        valid_until=maybe,
        max=st.none() | st.integers(0, 2**53 - 1),
        tags=words,
        leave=some(
            st.tuples(days, days).map(
                lambda pair: Leave(start=min(pair), end=max(pair))
            )
        ),
        yearly=st.none() | st.integers(0, 366),
    ).map(lambda made: InspectorRecord(**made)),
    "recusals": fields(RECUSALS, inspector=ids, target=ids, start=maybe, end=maybe).map(
        lambda made: Recusal(**made)
    ),
    "tasks": fields(
        TASKS,
        id=draw_ids,
        title=names,
        items=words,
        start=days,
        end=days,
        quotas=some(st.tuples(cells, quotas)),
        total=st.none() | st.integers(1, 9),
        tickets=some(st.tuples(cells, st.integers(1, 99))),
        posts=some(st.builds(Post, count=st.integers(1, 9), need=some(ids))),
        area=st.sampled_from(Area),
        reserves=st.none() | ratios,
    ).map(lambda made: TaskRecord(**made)),
    "bases": fields(
        BASES, name=names.filter(lambda text: text[0] != "#"), changed=days
    ).map(lambda made: BasisRecord(**made)),
    "results": fields(
        RESULTS,
        draw=draw_ids,
        target=ids,
        item=names.filter(lambda text: text[0] != "#"),
        done=days,
        codes=names,
        code=names,
        text=names,
    ).map(lambda made: ResultRecord(**made)),
    "penalties": fields(
        PENALTIES,
        number=names.filter(lambda text: text[0] != "#"),
        decided=days,
        procedure=st.sampled_from(Procedure),
        display=st.sampled_from(Display),
        warning=st.booleans(),
        quality=st.booleans(),
        **dict.fromkeys(("party", "violation", "basis", "content", "authority"), names),
        **dict.fromkeys(("restricted_until", "changed", "revoked", "repaired"), maybe),
    ).map(lambda made: PenaltyRecord(**made)),
    "objections": fields(
        OBJECTIONS,
        id=names.filter(lambda text: text[0] != "#"),
        received=days,
        who=names,
        text=names,
        replied=maybe,
        reply=st.sampled_from(Reply),
    ).map(lambda made: ObjectionRecord(**made)),
    "draws": fields(
        DRAWS,
        id=draw_ids,
        task=draw_ids,
        state=st.sampled_from(DrawState),
        commitment=st.text("0123456789abcdef", min_size=64, max_size=64),
        folder=names,
    ).map(lambda made: DrawRecord(**made)),
}

each_kind = pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=kind.name) for kind in (*LISTS, DRAWS)]
)


@each_kind
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_what_is_kept_reads_back_in_order_of_its_keys(
    kind: ListKind[Any], data: st.DataObject
) -> None:
    """Whatever the order of the sheet, there is one file, and it loses nothing."""
    records = data.draw(
        st.lists(
            RECORDS[kind.name],
            max_size=5,
            unique_by=lambda r: kind.values(r)[: kind.key],
        )
    )
    written = list_bytes(kind, records, SALT)
    assert list_bytes(kind, data.draw(st.permutations(records)), SALT) == written
    read = parse_list(kind, written)
    assert sorted(map(repr, read)) == sorted(map(repr, records))
    keys = [tuple(map(str.encode, kind.values(r)[: kind.key])) for r in read]
    assert keys == sorted(keys)


@each_kind
def test_a_file_shows_its_salt_and_every_column(kind: ListKind[Any]) -> None:
    header, salt, row = (
        list_bytes(kind, [SAMPLES[kind.name]], SALT).decode().splitlines()
    )
    assert header == "\t".join(kind.names)
    assert salt == f"#salt\t{SALT}"
    assert len(row.split("\t")) == len(kind.names)


def test_another_salt_is_another_digest() -> None:
    files = {list_bytes(RECUSALS, [recusal(1, 1)], salt * 32) for salt in "01"}
    assert len(files) == 2


@pytest.mark.parametrize(
    ("kind", "record", "named"),
    [
        pytest.param(TARGETS, target(1, id="a b"), "id", id="a blank in an id"),
        pytest.param(TARGETS, target(1, id=""), "id", id="no id"),
        pytest.param(TARGETS, target(1, id="x" * 65), "id", id="an id too long"),
        pytest.param(TARGETS, target(1, name=""), "name", id="no name"),
        pytest.param(TARGETS, target(1, name="a\tb"), "name", id="a tab"),
        pytest.param(TARGETS, target(1, address="a\nb"), "address", id="a line end"),
        pytest.param(TARGETS, target(1, name="a\x00"), "name", id="a NUL"),
        pytest.param(TARGETS, target(1, name="\ud800"), "name", id="half a character"),
        pytest.param(TARGETS, target(1, tags=("a,b",)), "tags", id="a comma in a tag"),
        pytest.param(TARGETS, target(1, tags=("",)), "tags", id="an empty tag"),
        pytest.param(TARGETS, target(1, risk="\x1b[2J"), "risk", id="an escape code"),
        pytest.param(INSPECTORS, inspector(1, max=-1), "max", id="a negative limit"),
        pytest.param(INSPECTORS, inspector(1, max=2**53), "max", id="a huge limit"),
        pytest.param(INSPECTORS, inspector(1, scope=(",",)), "scope", id="a comma"),
        pytest.param(ITEMS, item(""), "code", id="no code"),
        pytest.param(ITEMS, item("#strata"), "code", id="a code like a remark"),
        pytest.param(TASKS, task("../x"), "id", id="a path for a task"),
        pytest.param(TASKS, task(title=""), "title", id="no title"),
        pytest.param(DRAWS, draw(commitment="C" * 64), "commitment", id="no digest"),
    ],
)
def test_what_has_no_row_is_refused_and_named(
    kind: ListKind[Any], record: Any, named: str
) -> None:
    with pytest.raises(InputError) as caught:
        kind.rows([record])
    assert caught.value.code == "E302"
    assert [dict(p.params)["field"] for p in caught.value.problems] == [named]
    assert {p.code for p in caught.value.problems} == {"E303"}


def test_all_faults_are_reported_at_once() -> None:
    records = [target(1, name=""), target(2, id="?"), target(3), target(3), target(3)]
    with pytest.raises(InputError) as caught:
        TARGETS.rows(records)
    assert [p.code for p in caught.value.problems] == ["E303", "E303", "E304", "E304"]


def test_a_private_part_of_somebody_else_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        TARGETS.rows([(target(1)[0], target(2)[1])])
    assert caught.value.code == "E305"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"id\tname\n", "E803", id="another list"),
        pytest.param(b"inspector\ttarget\tsecret\n", "E803", id="a column unknown"),
        pytest.param(b"target\tinspector\treason\n", "E803", id="columns swapped"),
        pytest.param(b"\xff\n", "E803", id="not UTF-8"),
        pytest.param(b"inspector\ttarget\nB\tT\nA\tT\n", "E804", id="not sorted"),
        pytest.param(b"inspector\ttarget\nA\tT\nA\tT\n", "E804", id="twice"),
    ],
)
def test_what_is_no_file_of_a_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_list(RECUSALS, data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(("2026-12-01", "2026-13-01"), id="no date"),
        pytest.param(("any", "nowhere"), id="no area"),
        pytest.param(('"count":3', '"count":0'), id="no quota"),
        pytest.param(("1/10", "1/0"), id="no ratio"),
    ],
)
def test_a_cell_that_is_no_value_is_refused(edited: tuple[str, str]) -> None:
    data = list_bytes(TASKS, [task()], SALT).decode()
    assert edited[0] in data
    with pytest.raises(DualRandomError) as caught:
        parse_list(TASKS, data.replace(*edited, 1).encode())
    assert caught.value.code == "E306"
    assert caught.value.params["id"] == "2026-001"


def test_a_file_from_before_a_column_came_is_read() -> None:
    assert parse_list(RECUSALS, b"inspector\ttarget\nA-1\tT-1\n") == (
        recusal(1, 1, reason=""),
    )


# ── changes ──────────────────────────────────────────────────────────────────────


def rows(kind: ListKind[Any], *records: Any) -> Any:
    return kind.rows(records)


def test_a_change_says_what_is_new_other_and_gone() -> None:
    current = rows(TARGETS, target(1), target(2), target(3))
    told = [target(4), target(2, risk="D"), target(1)]
    changes = compare(TARGETS, current, told, base=7, full=True)
    assert changes.added == (target(4),)
    assert changes.changed == ((target(2), target(2, risk="D")),)
    assert changes.retired == (target(3),)
    assert changes.counts == (1, 1, 1)
    assert not changes.empty
    again = compare(TARGETS, current, reversed(told), base=7, full=True)
    assert again == changes


def test_a_sheet_of_changes_retires_only_whom_it_names() -> None:
    current = rows(TARGETS, target(1), target(2), target(3))
    changes = compare(TARGETS, current, [], base=7, full=False, retire=[("T-2",)])
    assert changes.retired == (target(2),)
    assert changes.counts == (0, 0, 1)
    assert compare(TARGETS, current, [target(1)], base=7, full=False).empty


@pytest.mark.parametrize(
    "told", [pytest.param([], id="unknown"), pytest.param([target(1)], id="told too")]
)
def test_who_is_not_there_cannot_be_retired(told: list[Any]) -> None:
    current = rows(TARGETS, target(1)) if told else {}
    with pytest.raises(StateError) as caught:
        compare(TARGETS, current, told, base=7, full=False, retire=[("T-1",)])
    assert caught.value.code == "E309"


def test_a_changes_file_can_be_made_by_hand() -> None:
    current = rows(RECUSALS, recusal(1, 1), recusal(1, 2), recusal(2, 1))
    told = [recusal(1, 1), recusal(1, 2, "同学"), recusal(3, 1)]
    changes = compare(RECUSALS, current, told, base=0, full=True)
    data = change_bytes(changes, reason="年度更新", salt=SALT)
    assert data.decode() == (
        "act\twhy\tinspector\ttarget\treason\tstart\tend\n"
        f"#salt\t{SALT}\n"
        "changed\t年度更新\tA-1\tT-2\t同学\t\t\n"
        "retired\t年度更新\tA-2\tT-1\t亲属\t\t\n"
        "added\t年度更新\tA-3\tT-1\t亲属\t\t\n"
    )
    assert len(sha256(data)) == 64


def test_a_reason_on_two_lines_is_refused() -> None:
    changes = compare(RECUSALS, {}, [recusal(1, 1)], base=None, full=True)
    with pytest.raises(VerificationError) as caught:
        change_bytes(changes, reason="a\nb", salt=SALT)
    assert caught.value.code == "E803"
