"""What the notices say of a draw, and what they keep to themselves."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.model import Quota, Ratio, Rounding, Ticket
from dualrandom.randomness import Dice, Local, Lottery, Sealed, commitment_of
from dualrandom.records import ItemRecord
from dualrandom.site import lists
from dualrandom.tables import SELECTED
from tests.factories import Supersedes
from tests.websites import ITEM, built, draw, notice, pages, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_an_open_draw_shows_who_was_drawn_and_why(tmp_path: Path) -> None:
    page = notice(tmp_path, targets=30)
    folder = tmp_path / "draws" / "2026-001"
    _, selected = SELECTED.parse((folder / "selected.tsv").read_bytes())
    for row in selected:
        assert f"t-{row.id}" in page.ids()
        name = f"示例食品店{row.id[-3:]}（个体工商户）"
        assert f"{row.order} {name} {row.id}" in page.text
        assert row.ticket[:16] in page.text
    for stratum in ("s1", "s2"):
        cut = max(row.ticket for row in selected if row.stratum == stratum)
        assert cut in page.text


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param({}, id="open"),
        pytest.param({"kind": "sealed", "released": True}, id="sealed, released"),
    ],
)
def test_the_shell_line_gives_the_ticket(tmp_path: Path, plan: dict[str, Any]) -> None:
    page = notice(tmp_path, **plan)
    found = re.search(r"printf '%s,%s' ([0-9a-f]{32}) (\S+) \| sha256sum", page.text)
    assert found is not None
    data = (tmp_path / "draws" / "2026-001" / "selected.tsv").read_bytes()
    first = SELECTED.parse(data)[1][0]
    assert found[2] == first.id
    ticket = hashlib.sha256(f"{found[1]},{found[2]}".encode()).hexdigest()
    assert Ticket(ticket) == first.ticket


def test_a_sealed_draw_shows_a_count_and_a_date(tmp_path: Path) -> None:
    page = notice(tmp_path, kind="sealed", targets=12)
    assert "名单封存至 2027-01-05" in page.text
    assert "12 个检查对象中抽取 4 个" in page.text
    assert "EXAMPLE" not in page.source
    assert "示例食品店" not in page.source
    assert "printf" not in page.text


def test_private_strata_leave_no_trace(tmp_path: Path) -> None:
    page = notice(tmp_path, kind="private", targets=12)
    folder = tmp_path / "draws" / "2026-001"
    _, selected = SELECTED.parse((folder / "selected.tsv").read_bytes())
    ids = [a["id"] for a in page.all("tr") if "id" in a]
    # In the order of ids, which says nothing; the draw's own order stays private.
    assert ids == sorted(f"t-{row.id}" for row in selected)
    assert not [row for row in selected if row.ticket[:8] in page.source]
    for words in ("层内名次", "抽取线", "printf", "按检查次序"):
        assert words not in page.text
    assert "分层和比例不公开" in page.text


@pytest.mark.parametrize("kind", ["open", "private", "sealed", "sealed-private"])
def test_no_private_string_reaches_the_site(tmp_path: Path, kind: Any) -> None:
    mark = "MARK9" if "private" in kind else ""
    one = draw(tmp_path, kind=kind, mark=mark, strata=1)
    site = built(tmp_path, one)
    folder = tmp_path / "draws" / "2026-001"
    public = {name for name, _ in one.files}
    secrets = [mark.encode()] if mark else []
    for path in folder.glob("*.tsv"):
        if path.name not in public:
            lines = path.read_bytes().split(b"\n")[1:-1]
            secrets += [line for line in lines if len(line) > 12]
            secrets.append(lines[0].split(b"\t")[1])
    assert len(secrets) > 5
    for name, data in tree(site).items():
        assert not [s for s in secrets if s in data], name


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        pytest.param({}, "现场见证，先后无人见证", id="dice"),
        pytest.param({"order_witnessed": True}, "现场见证", id="dice, witnessed"),
        pytest.param({"ends": "announced"}, "现场见证", id="not drawn yet"),
        pytest.param(
            {"randomness": (Local(),), "values": ("0" * 64,)}, "不可核验", id="local"
        ),
        pytest.param(
            {
                "randomness": (Lottery(game="ssq", issue="2026135"),),
                "values": ("03.09.11.20.25.31+07",),
                "order_witnessed": True,
            },
            "可公开核验",
            id="lottery",
        ),
        pytest.param(
            {
                "randomness": (
                    Sealed(
                        party="A", commitment=commitment_of("2026-001", "A", "a" * 64)
                    ),
                    Sealed(
                        party="B", commitment=commitment_of("2026-001", "B", "a" * 64)
                    ),
                ),
                "values": ("a" * 64, "a" * 64),
                "approved": frozenset("AB"),
            },
            "多方见证，先后无人见证",
            id="parties",
        ),
    ],
)
def test_a_draw_is_called_by_the_words_of_the_protocol(
    tmp_path: Path, plan: dict[str, Any], said: str
) -> None:
    page = notice(tmp_path, **plan)
    found = re.search(r"本次抽取：(\S+)", page.text)
    assert found is not None
    assert found[1] == said


def test_digests_lead_from_the_page_to_every_file(tmp_path: Path) -> None:
    page = notice(tmp_path, kind="private")
    folder = tmp_path / "draws" / "2026-001"
    for path in folder.glob("*.*"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"{path.name} " in page.text
        assert digest in page.text, path.name


def test_draws_that_replace_each_other_are_linked(tmp_path: Path) -> None:
    first = draw(tmp_path, "a", ends="abandoned", announced="2026-11-01T00:00:00Z")
    second = draw(tmp_path, "b", supersedes=Supersedes(draw="a", reason="list_wrong"))
    gone = draw(tmp_path, "c", supersedes=Supersedes(draw="x", reason="staffing"))
    found = pages(built(tmp_path, first, second, gone))
    assert "本任务已另行抽取，见 b 。" in found["draws/a.html"].text
    assert "本次抽取取代 a ，原因：名单有误。" in found["draws/b.html"].text
    assert "本次抽取取代 x，原因：补充检查人员。" in found["draws/c.html"].text
    assert 'href="x.html"' not in found["draws/c.html"].source
    assert "终止原因 名单有误" in found["draws/a.html"].text


def test_an_overdue_draw_says_so(tmp_path: Path) -> None:
    page = notice(tmp_path, ends="announced", now="2026-12-24T00:00:00Z")
    assert "本次抽取已经逾期：最迟应于 2026-11-27 09:00" in page.text


def test_a_time_beyond_the_calendar_is_shown_as_it_stands(tmp_path: Path) -> None:
    page = notice(tmp_path, announced="9999-12-31T23:00:00Z", log=False)
    assert "9999-12-31T23:00:00Z" in page.text


def test_a_quota_that_the_rules_refuse_does_not_stop_the_site(tmp_path: Path) -> None:
    """The verifier says so; a citizen must still see the announcement."""
    none = Quota(ratio=Ratio(p=1, q=999), round=Rounding.DOWN)
    page = notice(tmp_path, quota=none, ends="announced")
    assert "不超过 1/999" in page.text


def test_values_for_people_to_compare_are_listed(tmp_path: Path) -> None:
    page = notice(
        tmp_path,
        randomness=(Dice(count=20), Lottery(game="ssq", issue="2026135")),
        values=("63454660390103169462", "03.09.11.20.25.31+07"),
    )
    assert "骰子点数与现场记录：63454660390103169462" in page.text
    assert "双色球第 2026135 期" in page.text
    assert "03.09.11.20.25.31+07" in page.text


def test_the_item_list_keeps_every_version(tmp_path: Path) -> None:
    old = dataclasses.replace(ITEM, version=1, valid_to="2026-02-01T00:00:00Z")
    page = pages(built(tmp_path, items=(old, ITEM)))["items.html"]
    assert page.text.count("第 1 版") == 1
    assert "第 2 版，2026-01-01 08:00 启用，现行" in page.text
    assert "item-SP-03" in page.ids()
    assert "经营条件 过程控制" in page.text


def test_an_item_with_any_code_gets_an_address(tmp_path: Path) -> None:
    odd = ItemRecord(**{**dataclasses.asdict(ITEM.record), "code": 'a "b" <c>'})
    items = (ITEM, dataclasses.replace(ITEM, record=odd))
    page = pages(built(tmp_path, items=items))["items.html"]
    links = [a["href"] for a in page.all("a") if (a["href"] or "").startswith("#")]
    assert set(links[1:]) == {f"#{i}" for i in page.ids() if i != "content"}


def test_the_log_page_shows_the_checkpoint(tmp_path: Path) -> None:
    page = pages(built(tmp_path))["log.html"]
    assert "记录数 3" in page.text
    assert "CsUYapGGPo4=" in page.text
    assert "ab" * 32 in page.text


@pytest.mark.parametrize(
    "checkpoint", [b"", b"no checkpoint", b"\xff\n\n\n", "\n— \n".encode()]
)
def test_a_broken_checkpoint_is_shown_and_not_read(
    tmp_path: Path, checkpoint: bytes
) -> None:
    page = pages(built(tmp_path, log=(("checkpoint", checkpoint),)))["log.html"]
    assert "记录数" not in page.text


def test_without_a_log_the_page_says_so(tmp_path: Path) -> None:
    assert "尚未公布日志" in pages(built(tmp_path, log=()))["log.html"].text


# ── long lists ───────────────────────────────────────────────────────────────────


def test_long_lists_are_cut_into_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS", 3)
    # A third of 63 is drawn: seven pages.
    site = built(tmp_path, draw(tmp_path, targets=63, strata=1))
    every = {name: page for name, page in pages(site).items() if "draws/" in name}
    found = {name: page for name, page in every.items() if ".ids" not in name}
    assert sorted(found) == ["draws/2026-001.html"] + [
        f"draws/2026-001.p{n}.html" for n in range(2, 8)
    ]
    rows = [i for page in found.values() for i in page.ids() if i.startswith("t-")]
    assert len(rows) == len(set(rows)) == 21
    fourth = found["draws/2026-001.p4.html"]
    pager = [a["href"] for a in fourth.all("a") if ".p" in (a["href"] or "")]
    assert {"2026-001.p3.html", "2026-001.p5.html", "2026-001.p7.html"} <= set(pager)
    assert "本页第 10 至 12 个" in fourth.text


@pytest.mark.parametrize(
    ("rows", "sizes"), [(0, [0]), (3, [3]), (4, [3, 1]), (9, [3, 3, 3])]
)
def test_pages_hold_every_row_once(
    rows: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS", 3)
    cut = lists.pages_of("x", range(rows))
    assert [len(page.rows) for page in cut] == sizes
    assert [row for page in cut for row in page.rows] == list(range(rows))
    assert cut[0].name == "x.html"
