"""Lists that are frozen some rows at a time are the lists that were frozen whole."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualrandom import canonical, spool
from dualrandom.announcement import due_visibility
from dualrandom.canonical import records_root, sha256
from dualrandom.freeze import check_lists, freeze_files, gather
from dualrandom.matching import first_unstaffable, unstaffable
from dualrandom.model import (
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Post,
    Quota,
    Target,
    TargetId,
)
from dualrandom.office.directory import OFTEN, Directory
from dualrandom.records import Recusal
from dualrandom.spool import Spool
from dualrandom.tables import TARGETS
from tests.clerk import inspector, target, task

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

REGIONS = st.sampled_from(["东", "西", "南"])
RECUSALS = [
    Recusal(inspector=InspectorId("A-1"), target=TargetId(f"T-{n}"), reason="亲属")
    for n in (3, 5, 999)
]


def frozen(
    directory: Iterable[Any], store: Any, *, sealed: bool, by: str
) -> tuple[dict[str, bytes], Any]:
    """Freeze with salts that count up; return files and what is announced."""
    what = task(
        "P-1",
        scope="",
        strata_by=by,
        quotas=(("", Quota(count=1)),),
        tickets=(),
        posts=(Post(count=2, need=()),),
        reserves=None,
    )
    lists = gather(
        what,
        directory=directory,
        inspectors=[inspector(n) for n in range(4)],
        recusals=RECUSALS,
        in_scope=lambda one, _: one.kind != "其他",
        today=dt.date(2026, 11, 1),
        **({} if store is None else {"store": store}),
    )
    check_lists(what, lists)
    salts = iter(range(1, 10_000))
    files: dict[str, bytes] = {}
    digests = freeze_files(
        lists,
        visibility=due_visibility(sealed=sealed, private=lists.private),
        sealed=sealed,
        entropy=lambda n: next(salts).to_bytes(n, "big"),
        write=lambda name, data: files.update({name: b"".join(data)}),
    )
    return files, (digests, lists.strata, lists.drawn, lists.excluded, lists.values)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_small_blocks_make_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    directory = sorted(
        (
            target(
                n,
                region=data.draw(REGIONS),
                risk=data.draw(st.sampled_from("ABC")),
                kind=data.draw(st.sampled_from(["食品", "其他"] if n else ["食品"])),
                status=data.draw(st.sampled_from(["存续", "注销"] if n else ["存续"])),
            )
            for n in range(data.draw(st.integers(1, 12)))
        ),
        key=lambda pair: pair[0].id,
    )
    sealed, by = (
        data.draw(st.booleans()),
        data.draw(st.sampled_from(["", "region", "risk"])),
    )
    whole, said = frozen(directory, None, sealed=sealed, by=by)
    with pytest.MonkeyPatch.context() as patch:
        size = data.draw(st.integers(1, 5))
        patch.setattr(canonical, "RECORDS", size)
        patch.setattr(spool, "AT_ONCE", size)
        patch.setattr(spool, "HELD", data.draw(st.sampled_from([1, 2**20])))
        kept: list[Any] = []

        def store(kind: Any) -> Any:
            kept.append(Spool(kind, folder))
            return kept[-1]

        parts, said_too = frozen(iter_often(directory), store, sealed=sealed, by=by)
        for one in kept:
            one.close()
    assert parts == whole
    assert said_too == said
    for name, digest in said[0]:
        rows = [r for r in whole[name].splitlines()[1:] if not r.startswith(b"#")]
        assert (digest.rows, digest.bytes) == (len(rows), len(whole[name]))
        assert digest.sha256 == sha256(whole[name])
        assert digest.root == (records_root(rows) if name == "targets.tsv" else None)


def iter_often(directory: list[Any]) -> Iterable[Any]:
    """As the registry gives it: nothing but a way to read it again."""

    class Reader:
        def targets(self) -> Iterable[Any]:
            return iter(directory)

    return Directory(Reader(), lambda *_: None)  # type: ignore[arg-type]


def test_a_long_reading_says_how_far_it_is() -> None:
    told: list[tuple[str, int]] = []

    class Reader:
        def targets(self) -> Iterable[Any]:
            return iter(range(2 * OFTEN + 1))

    reading = Directory(Reader(), lambda *said: told.append(said))  # type: ignore[arg-type]
    assert sum(1 for _ in reading) == 2 * OFTEN + 1
    assert told == [("read", OFTEN), ("read", 2 * OFTEN)]


def test_a_spool_is_read_by_several_at_once(tmp_path: Path) -> None:
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(Spool(TARGETS, tmp_path)) as kept,
    ):
        patch.setattr(spool, "AT_ONCE", 2)
        rows = [Target(id=TargetId(f"企-{n}"), name="甲") for n in range(99)]
        for row in rows[:50]:
            kept.append(row)
        assert list(zip(kept, kept, strict=True))[-1] == (rows[49], rows[49])
        for row in rows[50:]:
            kept.append(row)
        assert (list(kept), len(kept)) == (rows, 99)
        assert list(tmp_path.iterdir()) == []  # nobody sees it, and no crash leaves it


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_one_stands_for_all_that_are_alike(data: st.DataObject) -> None:
    targets = [
        Target(id=TargetId(f"T-{n}"), name="甲", region=data.draw(REGIONS))
        for n in range(data.draw(st.integers(0, 9)))
    ]
    people = tuple(
        Inspector(id=InspectorId(f"A-{n}"), region=data.draw(REGIONS))
        for n in range(data.draw(st.integers(0, 4)))
    )
    given_ = {
        "posts": (Post(count=2, need=()),),
        "inspectors": people,
        "area": data.draw(st.sampled_from(Area)),
        "conflicts": [
            Conflict(
                id=one.id,
                inspector=InspectorId(f"A-{data.draw(st.integers(0, 4))}"),
                reason="x",
            )
            for one in targets
            if data.draw(st.booleans())
        ],
    }
    alone = unstaffable(targets=targets, **given_)
    found = first_unstaffable(targets=iter(targets), **given_)
    assert found == ((alone[0], len(alone)) if alone else None)
