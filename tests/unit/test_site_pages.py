"""Every page: plain, accessible, without scripts; values are text, words are ours."""

from __future__ import annotations

import dataclasses
import re
import string
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dualrandom.announcement import Item
from dualrandom.public import OfficePage, Site
from dualrandom.randomness import Local
from dualrandom.shipped import reports, shipped
from dualrandom.site import build_site
from dualrandom.site.deployed import check_site
from tests.factories import make_targets
from tests.websites import (
    OFFICE,
    Page,
    built,
    draw,
    every_kind,
    everything,
    notice,
    pages,
    result,
)

LOCALE = Path(build_site.__code__.co_filename).parents[1] / "locale"
ROOM = Path(build_site.__code__.co_filename).parent
CJK = re.compile("[\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef]")


# ── every page ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["zh-CN", "zh-TW", "en"])
def test_every_page_is_plain_accessible_html(tmp_path: Path, lang: Any) -> None:
    site = built(tmp_path, *every_kind(tmp_path), lang=lang)
    found = pages(site)
    assert len(found) == 6 + 9
    for name, page in found.items():
        assert not page.faults, name
        assert page.source.startswith("<!DOCTYPE html>\n<html"), name
        assert [a["lang"] for a in page.all("html")] == [lang]
        assert len(page.all("h1")) == len(page.all("main")) == 1, name
        assert len(page.all("caption")) == len(page.all("table")), name
        assert all(a.get("scope") in {"row", "col"} for a in page.all("th")), name
        assert len(page.ids()) == len(set(page.ids())), name
        wide = [a for a in page.all("section") if a["class"] == "scroll"]
        assert all(a["tabindex"] == "0" and a["aria-label"] for a in wide), name
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_page_has_a_script_or_asks_another_host(tmp_path: Path, lang: Any) -> None:
    found = pages(built(tmp_path, *every_kind(tmp_path), lang=lang))
    for name, page in found.items():
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "style", "iframe", "form", "img", "object", "base"}
        for _, attrs in page.tags:
            assert not [a for a in attrs if a.startswith("on") or a == "style"], name
        (policy,) = [
            a["content"] or ""
            for a in page.all("meta")
            if a.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        links = [a["href"] or "" for tag, a in page.tags if "href" in a and tag]
        assert not [href for href in links if ":" in href or href.startswith("/")], name


def test_no_link_is_dead(tmp_path: Path) -> None:
    site = built(tmp_path, *every_kind(tmp_path))
    found = pages(site)
    for name, page in found.items():
        for tag, attrs in page.tags:
            href = attrs.get("href")
            if href is None:
                continue
            path, _, fragment = href.partition("#")
            there = (site / name).parent / path if path else site / name
            assert there.is_file(), f"{name}: {tag} {href}"
            if fragment:
                seen = Page(there.read_text("utf-8"))
                assert fragment in seen.ids(), f"{name}: {href}"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_draw_s_pages_are_light_and_lead_somewhere(tmp_path: Path, lang: Any) -> None:
    """On a phone: what one draw takes beside its data, style sheet and all."""
    made = everything(tmp_path)
    site = built(tmp_path, draw(tmp_path), lang=lang, **made)
    assert check_site(site)[1] == ()
    ours = ("draws/2026-001.html", "results/2026-001.html", "static/site.css")
    assert sum((site / name).stat().st_size for name in ours) < 150_000
    # A row is what a target adds: a page of 500 stays below that, too, with the style.
    rows = [result(n) for n in range(500)]
    more = built(
        tmp_path, draw(tmp_path), lang=lang, **made | {"results": {"2026-001": rows}}
    )
    assert sum((more / name).stat().st_size for name in ours[1:]) < 150_000


def test_the_prefix_of_meta_tags_is_the_office_s(tmp_path: Path) -> None:
    site = dataclasses.replace(OFFICE.site, meta_prefix="meta-")
    office = dataclasses.replace(OFFICE, site=site)
    page = pages(built(tmp_path, draw(tmp_path), office=office))["draws/2026-001.html"]
    names = [a["name"] or "" for a in page.all("meta") if "name" in a]
    plain = {"viewport", "referrer", "format-detection"}
    assert {n for n in names if not n.startswith("meta-")} == plain
    assert {"meta-SiteName", "meta-ArticleTitle", "meta-PubDate"} < set(names)


def test_a_notice_says_how_it_was_drawn_and_whom_to_ask(tmp_path: Path) -> None:
    found = pages(built(tmp_path, draw(tmp_path), **everything(tmp_path)))
    page = found["draws/2026-001.html"].text
    for words in (
        "怎样抽取的",
        "先定名单",
        "从 12 个检查对象里抽出 4 个",
        "咨询和监督",
    ):
        assert words in page
    for name in ("results/2026-001.html", "penalties.html", "draws/2026-001.html"):
        own = found[name].text.partition("主办单位")[0]  # before the footer
        assert "监督电话 12345" in own, name
    alone = draw(tmp_path, "x", randomness=(Local(),), values=("0" * 64,), log=False)
    assert "不能证明它没有被挑选过" in notice_text(tmp_path / "alone", alone)


def notice_text(tmp_path: Path, one: Any) -> str:
    return pages(built(tmp_path, one))[f"draws/{one.announcement.draw}.html"].text


def test_the_style_sheet_asks_nothing() -> None:
    style = shipped("static/site.css").decode()
    assert not re.search(r"url\(|@import|https?:|//", style)


def test_templates_hold_no_sentence_of_their_own() -> None:
    for path in sorted((reports() / "templates").rglob("*.*ml")):
        assert not CJK.search(path.read_text("utf-8")), path.name
        assert "safe" not in re.findall(r"\|\s*(\w+)", path.read_text("utf-8"))


def test_english_pages_say_nothing_in_chinese(tmp_path: Path) -> None:
    office = OfficePage(name="Example Office", origin="x", site=Site(contact="Room 1"))
    targets = tuple(
        dataclasses.replace(t, name=f"Example {i}", region="East", kind="Food")
        for i, t in enumerate(make_targets(9))
    )
    item = Item(code="SP-03", version=4, name="Food", basis="Food Act 110")
    one = draw(
        tmp_path,
        targets=targets,
        office="Example Office",
        title="Food",
        scope="",
        items=(item,),
    )
    site = built(tmp_path, one, lang="en", office=office, items=())
    data = re.compile("执法证|注销|执法证过期|定向|过期")
    for name, page in pages(site).items():
        text = re.sub(r"\W(执法证过期|执法证|注销|定向)\W", " ", f" {page.text} ")
        assert not CJK.search(data.sub("", text)), name


def test_traditional_characters_are_ours_alone(tmp_path: Path) -> None:
    """A name is the name: 发 of an enterprise is not ours to write as 發."""
    one = dataclasses.replace(make_targets(1)[0], name="发发面馆", region="后里")
    page = notice(tmp_path, "zh-TW", targets=(one,), strata=1, title="干面检查")
    assert "檢查對象" in page.text
    assert "发发面馆" in page.text
    assert "后里" in page.text
    assert "干面检查" in page.text
    own = (LOCALE / "pages.zh_TW.toml").read_text("utf-8").partition("\n")[2]
    assert not re.search("[检对关发这选项签验爲覈]", own)


def test_the_government_meta_tags_are_there(tmp_path: Path) -> None:
    page = pages(built(tmp_path, draw(tmp_path)))["draws/2026-001.html"]
    meta = {a["name"]: a["content"] for a in page.all("meta") if "name" in a}
    assert meta["SiteName"] == OFFICE.name
    assert meta["SiteDomain"] == "scjg.example.gov.cn"
    assert meta["SiteIDCode"] == "3301000001"
    assert meta["ColumnName"] == "双随机、一公开"
    assert meta["ColumnType"]
    assert meta["ArticleTitle"] == "2026年食品经营监督检查（示例）抽取公告和抽取结果"
    assert meta["PubDate"] == "2026-11-23 13:13"
    assert meta["ContentSource"] == OFFICE.name
    for words in ("索引号", "3301000001/2026-001", "发布机构", "主动公开", "12345"):
        assert words in page.text


@pytest.mark.parametrize("title", ["a\x1b[2Jb", "a\x07b", "a\nb", "a\u2028b"])
def test_controls_in_a_title_are_made_visible(tmp_path: Path, title: str) -> None:
    page = notice(tmp_path, title=title)
    assert "a\\u" in page.text
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028]", page.source)


# ── wording ──────────────────────────────────────────────────────────────────────


def wording(lang: str) -> dict[str, Any]:
    def walk(prefix: str, node: dict[str, Any]) -> Any:
        for key, value in node.items():
            if isinstance(value, dict):
                yield from walk(f"{prefix}{key}.", value)
            else:
                yield f"{prefix}{key}", value

    text = (LOCALE / f"pages.{lang}.toml").read_text("utf-8")
    return dict(walk("", tomllib.loads(text)))


def holes(text: Any) -> set[str]:
    lines = [text] if isinstance(text, str) else text
    return {f for line in lines for _, f, _, _ in string.Formatter().parse(line) if f}


@pytest.mark.parametrize("other", ["en", "zh_TW"])
def test_all_languages_say_the_same_things(other: str) -> None:
    chinese, english = wording("zh_CN"), wording(other)
    assert sorted(chinese) == sorted(english)
    for key, text in chinese.items():
        assert holes(text) == holes(english[key]), key
        assert isinstance(text, str) or len(text) == len(english[key]), key


def test_every_phrase_is_used() -> None:
    sources = [*ROOM.glob("*.py"), *(reports() / "templates").rglob("*.*ml")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    # What is put together, from a fixed beginning and a word of the data.
    made = (
        *("state.", "standing.", "standing_why.", "draw.fact.", "draw.area.", "item."),
        *("file.", "reason.", "game.", "header.", "footer.", "people."),
        *("draw.title_", "draw.value.excluded_", "draw.value.matched"),
        *("draw.value.unmatched", "items.title", "log.title", "verify.title"),
        *("nav.", "rules.title", "catalogue.", "plans.column.", "statistics."),
        *("penalties.ended.reason.", "draw.verdict.", "cause.", "items.move."),
    )
    unused = [
        key
        for key in wording("en")
        if f'"{key}"' not in text and not key.startswith(made)
    ]
    assert not unused
