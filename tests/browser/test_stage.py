"""A public draw on a wall: from the freeze to the digest, by keys, as the office draws."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from calmjs.parse import es5

from dualrandom.errors import DualRandomError
from dualrandom.randomness import Sealed, commitment_of
from dualrandom.stage import stage_page
from tests.browser.sight import axe
from tests.factories import DICE, make_folder, make_targets
from tests.hostile import Marks, visible

STAGE = Path(__file__).parents[2] / "reports" / "stage"
AFTER = ("seed.txt", "randomness.json", "result.json", "selected.tsv", "reserves.tsv",
         "drawn.tsv", "teams.tsv")  # fmt: skip


def staged(
    tmp_path: Path,
    *,
    replay: bool = False,
    rehearsal: bool = False,
    lang: str = "zh-CN",
    **plan: Any,
) -> tuple[Path, dict[str, bytes]]:
    """A frozen draw's page, and what the office's program makes of the same dice."""
    folder = make_folder(tmp_path, **plan)
    made = {n: (folder / n).read_bytes() for n in AFTER if (folder / n).exists()}
    if not replay:
        for name in made:
            (folder / name).unlink()
    page = tmp_path / "stage.html"
    page.write_bytes(stage_page(folder, lang=lang, rehearsal=rehearsal))
    return page, made


def digests(page: Any) -> dict[str, str]:
    """What the last screen says: file → SHA-256."""
    rows = page.locator("table tbody tr").all()
    cells = [[c.inner_text() for c in row.locator("td").all()] for row in rows]
    return {cell[0]: cell[1].replace(" ", "").replace("\n", "") for cell in cells}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def steps(page: Any) -> str:
    return str(page.locator("#steps [aria-current]").inner_text())


def type_dice(page: Any, one: str, other: str) -> None:
    page.locator("#value-0").wait_for()
    page.fill("#value-0", "")
    page.fill("#again-0", "")
    page.locator("#value-0").focus()
    page.keyboard.type(one)
    page.keyboard.press("Tab")
    page.keyboard.type(other)
    page.keyboard.press("Enter")


def reveal_all(page: Any) -> None:
    page.locator("#latest").wait_for()
    page.keyboard.press("End")
    page.locator("#status").get_by_text(re.compile(r"(\d+) (?:/|of) \1\.?$")).wait_for()


def compared(page: Any, made: dict[str, bytes]) -> None:
    page.keyboard.press("ArrowRight")
    page.locator("pre").get_by_text("sha256sum").wait_for()
    due = {
        n: sha(made[n])
        for n in ("seed.txt", "selected.tsv", "reserves.tsv", "drawn.tsv")
    }
    assert digests(page) == due


def test_from_the_freeze_to_the_digest_by_keys_alone(
    tmp_path: Path, opened: Any
) -> None:
    path, made = staged(tmp_path, targets=40)
    page = opened(path.as_uri())
    page.locator("#screen h2").get_by_text("已经封存").wait_for()
    announced = (tmp_path / "2026-001" / "announcement.json").read_bytes()
    assert sha(announced) in page.inner_text(".big").replace(" ", "").replace("\n", "")
    assert page.inner_text("main").count("✓ 一致") == 2
    assert page.locator("#mark").is_hidden()
    page.keyboard.press("ArrowRight")
    type_dice(page, DICE, DICE[:-1] + "3")
    assert page.inner_text("#error") == "两遍输入的不同，请核对后重输。"
    type_dice(page, DICE[:-1], DICE[:-1])
    assert "位数不对" in page.inner_text("#error")
    page.keyboard.press("PageDown")  # nothing to draw with yet
    assert steps(page) == "二 随机数"
    type_dice(page, "63454 66039 01031 69462", DICE)
    seed = page.locator("pre")
    seed.wait_for()
    assert seed.inner_text().strip() == made["seed.txt"].decode().strip()
    assert sha(made["seed.txt"])[:32] in page.inner_text("main").replace(" ", "")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageDown")
    assert page.locator("input").count() == 0  # what is settled stands
    page.keyboard.press("PageDown")
    page.locator("#latest").wait_for()
    page.keyboard.press("Space")
    page.locator("#status").get_by_text("已暂停").wait_for()
    shown = page.locator("table tbody tr").count()
    assert shown < len(made["drawn.tsv"].split()) - 1
    page.keyboard.press("ArrowRight")
    assert steps(page) == "三 抽取"  # not before all were revealed
    page.keyboard.press("Space")
    reveal_all(page)
    ids = [
        row.split(b"\t")[1].decode() for row in made["selected.tsv"].splitlines()[1:]
    ]
    told = [
        row.locator("td").nth(1).inner_text() for row in page.locator("tbody tr").all()
    ]
    assert told == ids[::-1]
    compared(page, made)


@pytest.mark.parametrize(
    ("kind", "seen", "unseen"),
    [
        pytest.param("sealed", "＊＊＊", ["EXAMPLE", "示例食品店"], id="sealed"),
        pytest.param(
            "private", "示例食品店", ["stratum", "签号", "east"], id="private"
        ),
    ],
)
def test_what_is_not_public_is_not_shown(
    tmp_path: Path, opened: Any, kind: Any, seen: str, unseen: list[str]
) -> None:
    path, made = staged(tmp_path, kind=kind)
    page = opened(path.as_uri())
    shown = []
    page.keyboard.press("ArrowRight")
    type_dice(page, DICE, DICE)
    page.keyboard.press("PageDown")
    reveal_all(page)
    shown.append(page.inner_text("body"))
    compared(page, made)
    shown.append(page.inner_text("body"))
    assert seen in shown[0]
    for word in unseen:
        assert not [text for text in shown if word in text]
    text = path.read_text("utf-8")
    assert ("示例食品店" in text) == (kind == "private")
    inspectors = (tmp_path / "2026-001" / "inspectors.tsv").read_text("utf-8")
    for row in inspectors.splitlines()[1:]:
        assert row.split("\t")[1] not in text  # neither names nor the salt of salts


def test_a_finished_draw_is_shown_again(tmp_path: Path, opened: Any) -> None:
    path, made = staged(tmp_path, replay=True)
    page = opened(path.as_uri())
    assert page.locator("#mark").inner_text() == "重放"
    for _ in range(2):
        page.keyboard.press("PageDown")
    reveal_all(page)
    page.keyboard.press("PageDown")
    page.locator("pre").get_by_text("sha256sum").wait_for()
    assert page.locator("td .good").count() == 4
    assert page.locator("td .bad").count() == 0
    assert made


def test_parties_and_a_rehearsal(tmp_path: Path, opened: Any) -> None:
    secrets = ("a" * 64, "b" * 64)
    sources = tuple(
        Sealed(party=p, commitment=commitment_of(draw="2026-001", party=p, secret=s))
        for p, s in zip(("县纪委监委", "示范局"), secrets, strict=True)
    )
    path, made = staged(tmp_path, rehearsal=True, randomness=sources, values=secrets)
    page = opened(path.as_uri())
    assert page.locator("#mark").inner_text() == "演练"
    page.keyboard.press("PageDown")
    page.fill("#value-0", secrets[0])
    page.fill("#value-1", "c" * 64)
    page.keyboard.press("Enter")
    assert page.inner_text("#error")
    page.fill("#value-1", secrets[1])
    page.keyboard.press("Enter")
    page.locator("pre").wait_for()
    page.keyboard.press("PageDown")
    reveal_all(page)
    compared(page, made)


def test_nothing_in_the_lists_gets_out_of_the_data(tmp_path: Path, opened: Any) -> None:
    marks = Marks()
    targets = [marks.put(t, controls=False) for t in make_targets(9)]
    title, office = marks.word("title"), marks.word("office")
    path, made = staged(tmp_path, title=title, office=office, targets=targets)
    page = opened(path.as_uri())
    page.locator("#screen h2").wait_for()
    assert visible(title) == page.inner_text("#title")
    assert visible(office) in page.inner_text("#office")
    page.keyboard.press("PageDown")
    type_dice(page, DICE, DICE)
    page.keyboard.press("PageDown")
    reveal_all(page)
    names = marks.whole_in(page.inner_text("#screen"))
    assert names == {"Target.name"}
    compared(page, made)
    assert page.locator("img, style, main script").count() == 1  # the style is its own
    assert page.title() == "公开抽取 2026-001"


@pytest.mark.parametrize(
    ("width", "lang", "kind"),
    [(1920, "zh-CN", "open"), (1280, "en", "private"), (360, "zh-CN", "sealed")],
)
def test_it_can_be_read_from_the_last_row(
    tmp_path: Path, opened: Any, width: int, lang: str, kind: Any
) -> None:
    path, _ = staged(tmp_path, lang=lang, kind=kind, rehearsal=True)
    # axe-core is put in from outside, past the page's policy.
    page = opened(path.as_uri(), width, bypass_csp=True)
    for step in range(4):
        if step == 2:
            type_dice(page, DICE, DICE)
            page.locator("pre").wait_for()
        if step:
            page.keyboard.press("PageDown")
        if step == 2:
            reveal_all(page)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('main *, header *')].filter(
            e => e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize))"""
        )
        assert min(sizes) >= (18 if width < 1000 else 21)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("scrollY") == 0  # the title is in view
        assert axe(page) == [], step


def test_only_what_was_announced_gets_on_the_stage(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    again = stage_page(folder, lang="en", rehearsal=False)
    assert again == stage_page(folder, lang="en", rehearsal=False)
    strata = folder / "strata.tsv"
    kept = strata.read_bytes()
    strata.write_bytes(kept.replace(b"1\n", b"2\n", 1))
    with pytest.raises(DualRandomError) as caught:
        stage_page(folder, lang="en", rehearsal=False)
    assert caught.value.code == "E916"
    strata.unlink()
    with pytest.raises(DualRandomError) as caught:
        stage_page(folder, lang="en", rehearsal=False)
    assert caught.value.code == "E915"


def test_its_script_is_es5_and_its_draw_the_verifiers_own() -> None:
    es5((STAGE / "stage.js").read_text("utf-8"))
    assert not (STAGE / "draw.js").exists()
    assert json.dumps(sorted(p.name for p in STAGE.iterdir())) == json.dumps(
        ["stage.css", "stage.html", "stage.js"]
    )
