"""Forms on paper: every value is text, nothing is fetched, nothing is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dualrandom.forms import (
    FORMS,
    Letter,
    Line,
    Paper,
    forms_of,
    letter_of,
)
from dualrandom.messages import Lang, catalogue
from tests.paper import LETTER, PAPER
from tests.websites import Page


def pages(paper: Paper, letter: Letter, lang: Lang) -> list[Page]:
    made = {**forms_of(paper, lang), "letter.html": letter_of(letter, lang)}
    assert len(made) == len(FORMS) + 1
    return [Page(data.decode()) for data in made.values()]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_line_of_a_record_has_a_name(lang: Lang) -> None:
    labels = catalogue(lang)["form"]["line"]
    lines = tuple(Line(label=label, values=("x",)) for label in labels)
    made = forms_of(replace(PAPER, lines=lines), lang)["record.html"]
    record = Page(made.decode())
    assert all(name in record.text for name in labels.values())


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(PAPER, contact="", phone="", supervision_phone="", signed=None)
    record, notices, *_ = pages(bare, LETTER, "zh-CN")
    assert not record.all("img")
    assert "电话" not in notices.text
