"""Forms on paper: every value is text, nothing is fetched, nothing is left out."""

from __future__ import annotations

from dataclasses import fields, replace
from html.parser import HTMLParser

import pytest

from dualrandom.forms import (
    FORMS,
    FormItem,
    Letter,
    Line,
    Paper,
    Person,
    Visit,
    forms_of,
    letter_of,
)
from dualrandom.messages import Lang, catalogue
from tests.paper import LETTER, PAPER

TRAPS = (
    "<script>alert(1)</script>",
    '"><img src=http://a.example/x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }}{% include 'x' %}",
    "</style><style>@import url(//a.example)</style>",
    "\u202e反\x1b[31m\u2066",
)


class Page(HTMLParser):
    """Which elements a page has, what it would fetch, what a reader sees."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def pages(paper: Paper, letter: Letter, lang: Lang) -> list[Page]:
    made = {**forms_of(paper, lang), "letter.html": letter_of(letter, lang)}
    assert len(made) == len(FORMS) + 1
    return [Page(data) for data in made.values()]


@pytest.mark.parametrize("trap", TRAPS)
def test_whatever_a_value_says_it_is_text(trap: str) -> None:
    item = FormItem(code=trap, name=trap, basis=trap, content=trap, method=trap)
    person = Person(id=trap, name=trap, unit=trap, certificate=trap)
    told = {"office", "draw", "title", "contact", "phone", "supervision_phone"}
    paper = replace(
        PAPER,
        items=(item,),
        lines=(Line(label="seed", values=(trap,), code=True),),
        digests=((trap, trap),),
        visits=(Visit(id=trap, name=trap, address=trap, team=(person,)),),
        results=(trap,),
        actions=(trap,),
        **dict.fromkeys(told, trap),
    )
    letter = replace(
        LETTER,
        actions=(trap,),
        **{f.name: trap for f in fields(LETTER) if f.type == "str"},
    )
    for page, plain in zip(
        pages(paper, letter, "zh-CN"), pages(PAPER, LETTER, "zh-CN"), strict=True
    ):
        assert page.tags == plain.tags
        assert all(link.startswith("data:image/svg+xml;base64,") for link in page.links)
        assert not {"script", "iframe", "link"} & set(page.tags)
        assert not set("\u202e\x1b\u2066") & set(page.text)
        assert trap in page.text or "\\u202e反" in page.text


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_line_of_a_record_has_a_name(lang: Lang) -> None:
    labels = catalogue(lang)["form"]["line"]
    lines = tuple(Line(label=label, values=("x",)) for label in labels)
    record = Page(forms_of(replace(PAPER, lines=lines), lang)["record.html"])
    assert all(name in record.text for name in labels.values())


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(PAPER, contact="", phone="", supervision_phone="", signed=None)
    record, notices, *_ = pages(bare, LETTER, "zh-CN")
    assert "img" not in record.tags
    assert "电话" not in notices.text
