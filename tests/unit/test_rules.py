"""The detailed rules: one text, one digest, and settings that are right or refused."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualrandom.docx import docx_text
from dualrandom.errors import InputError
from dualrandom.messages import text
from dualrandom.model import Area, Quota, Ratio, Rounding
from dualrandom.ratios import parse_quota, quota_text
from dualrandom.rules import Rules, join_rules, parse_rules, settings_of, split_rules
from dualrandom.words import rules_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualrandom.messages import Lang

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(settings: str) -> bytes:
    return f"+++\n{settings}\n+++\n\n# 细则\n".encode()


def test_a_new_office_starts_from_the_usual_settings() -> None:
    assert parse_rules(rules_text().encode()) == Rules()
    named = {name for name, _ in settings_of(Rules())}
    settings, _ = split_rules(rules_text().encode())
    for name in named:
        assert f"\n{name.partition('.')[2]} = " in settings


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_setting_is_told_in_words(lang: Lang) -> None:
    for name, _ in settings_of(Rules()):
        assert text(lang, f"cli.rules.meaning.{name}")


def test_a_text_without_settings_has_the_usual_ones() -> None:
    assert parse_rules("# 细则\n\n1. 依法。\n".encode()) == Rules()


def test_settings_are_what_they_say() -> None:
    rules = parse_rules(
        document(
            "[exclusions]\nyearly_cap = 2\nopen_draws = true\n"
            '[ratios]\nD = "不低于30%"\nA = "不高于1%"\n'
            '[teams]\narea = "cross"\nreplacement = "none"\n'
            "[deadlines]\ndraw_days = 3"
        )
    )
    assert rules == Rules(
        yearly_cap=2,
        open_draws=True,
        ratios=(
            ("A", Quota(ratio=Ratio(p=1, q=100), round=Rounding.DOWN)),
            ("D", Quota(ratio=Ratio(p=3, q=10), round=Rounding.UP)),
        ),
        area=Area.CROSS,
        reserves=False,
        draw_days=3,
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"\xff\xfe", "E411", id="not UTF-8"),
        pytest.param(b"  \n", "E411", id="no words"),
        pytest.param(b"+++\n[teams]\n+++\n \n", "E411", id="settings alone"),
        pytest.param(b"x" * (2**20 + 1), "E411", id="a megabyte"),
        pytest.param(b"+++\n[teams]\n# rules", "E412", id="settings without an end"),
        pytest.param(document("[teams"), "E412", id="not TOML"),
        pytest.param(document("yearly_cap = 2"), "E413", id="outside its table"),
        pytest.param(document("[exclusions]\ncap = 2"), "E413", id="misspelt"),
        pytest.param(document("[caps]\nyear = 2"), "E413", id="no such table"),
        pytest.param(document("[exclusions]\nyearly_cap = -1"), "E413", id="negative"),
        pytest.param(document("[exclusions]\nyearly_cap = true"), "E413", id="a flag"),
        pytest.param(document("[exclusions]\nyearly_cap = 2.0"), "E413", id="a float"),
        pytest.param(document("[exclusions]\nopen_draws = 1"), "E413", id="no flag"),
        pytest.param(document("[exclusions]\nsame_product = 121"), "E413", id="years"),
        pytest.param(document('[teams]\narea = "near"'), "E413", id="no such area"),
        pytest.param(document("[teams]\narea = []"), "E413", id="a list"),
        pytest.param(document('[teams]\nreplacement = "any"'), "E413", id="by hand"),
        pytest.param(document("[ratios]\nA = 3"), "E413", id="a bare number"),
        pytest.param(document('[ratios]\nA = "0%"'), "E413", id="nobody"),
        pytest.param(document("[deadlines]\ndraw_days = 0"), "E413", id="at once"),
    ],
)
def test_what_is_not_right_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_rules(data)
    assert caught.value.code == code


_TEXTS = st.text(st.sampled_from("细则 +#\n一=[]"), max_size=40)


@given(settings=_TEXTS, text=_TEXTS.filter(str.strip))
def test_a_document_comes_apart_as_it_was_put_together(
    settings: str, text: str
) -> None:
    # What officers write in settings is TOML, which has no line of three plus signs.
    if "\n+++\n" in f"\n{settings}\n" or f"{text.strip()}\n".startswith("+++\n"):
        return
    head, body = split_rules(join_rules(settings, text))
    assert (head, body.strip("\n")) == (settings.strip("\n"), text.strip("\n"))


@given(
    st.builds(Quota, count=st.integers(1, 10**6))
    | st.integers(1, 999).flatmap(
        lambda q: st.builds(
            Quota,
            ratio=st.builds(Ratio, p=st.integers(1, q), q=st.just(q)),
            round=st.sampled_from(Rounding),
        )
    )
)
def test_a_quota_reads_back(quota: Quota) -> None:
    again = parse_quota(quota_text(quota))
    assert (again.count, again.round) == (quota.count, quota.round)
    if quota.ratio is not None and again.ratio is not None:
        assert again.ratio.p * quota.ratio.q == quota.ratio.p * again.ratio.q


# ── Word ─────────────────────────────────────────────────────────────────────────


def docx(body: str, styles: str = "", *, head: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f"{head}<w:document {_W}><w:body>{body}</w:body></w:document>",
        )
        archive.writestr("word/styles.xml", f"<w:styles {_W}>{styles}</w:styles>")
    return made.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    made = f"<w:p><w:pPr>{properties}</w:pPr>"
    return f"{made}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_the_words_of_a_docx_and_nothing_else() -> None:
    body = (
        paragraph("抽查工作细则")
        + "<w:p/>"
        + "<w:p><w:r><w:t>第一条</w:t></w:r><w:r><w:tab/><w:t>依法。</w:t></w:r>"
        "<w:del><w:r><w:delText>旧文</w:delText></w:r></w:del></w:p>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('A类')}</w:tc>"
        f"<w:tc>{paragraph('1%')}</w:tc></w:tr></w:tbl>"
    )
    assert docx_text(docx(body)) == "抽查工作细则\n\n第一条\t依法。\n\nA类 | 1%\n"


_LIST = '<w:numPr><w:numId w:val="3"/></w:numPr>'
_STYLE = f'<w:style w:styleId="L"><w:pPr>{_LIST}</w:pPr></w:style>'


@pytest.mark.parametrize(
    ("made", "code"),
    [
        pytest.param(lambda: docx(paragraph("甲", _LIST)), "E414", id="numbers"),
        pytest.param(
            lambda: docx(paragraph("甲", '<w:pStyle w:val="L"/>'), _STYLE),
            "E414",
            id="numbers by style",
        ),
        pytest.param(
            lambda: docx(paragraph("&a;"), head='<!DOCTYPE d [<!ENTITY a "x">]>'),
            "E411",
            id="entities",
        ),
        pytest.param(lambda: docx("<w:p>"), "E411", id="broken XML"),
        pytest.param(lambda: docx(" " * 2**23), "E411", id="a bomb"),
        pytest.param(lambda: docx("甲")[:200], "E411", id="cut off"),
        pytest.param(lambda: b"PK\x03\x04", "E411", id="no zip"),
    ],
)
def test_other_documents_are_refused(made: Callable[[], bytes], code: str) -> None:
    with pytest.raises(InputError) as caught:
        docx_text(made())
    assert caught.value.code == code


def test_a_paragraph_that_left_its_list_is_no_list() -> None:
    left = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    assert docx_text(docx(paragraph("第一条", left), _STYLE)) == "第一条\n"
