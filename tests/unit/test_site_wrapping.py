"""Our pages within an office's own, and as pieces for another system."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from dualrandom.site import build_site
from tests.websites import (
    OFFICE,
    SHELL,
    Page,
    built,
    code_of,
    draw,
    everything,
    pages,
    publication,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_an_offices_own_page_stands_around_each(tmp_path: Path) -> None:
    public = publication(
        tmp_path, draw(tmp_path, title="<b>甲</b>"), **everything(tmp_path)
    )
    (tmp_path / "shell.html").write_text(SHELL, "utf-8", newline="\r\n")
    build_site(public, tmp_path / "site", shell=tmp_path / "shell.html")
    found = {n: p for n, p in pages(tmp_path / "site").items() if "verifier" not in n}
    assert len(found) > 10
    for name, page in found.items():
        assert not page.faults, name
        assert page.text.count("本单位的页头") == page.text.count("本单位的页脚") == 1
        assert len(page.all("title")) == len(page.all("h1")) == 1
        assert "dualrandom:" not in page.source
        assert "<b>" not in page.source
        assert page.all("meta")[1]["name"] == "SiteName"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(SHELL.replace("<!-- dualrandom:head -->", ""), id="no head"),
        pytest.param(SHELL.replace("dualrandom:content", "content"), id="no content"),
        pytest.param(SHELL * 2, id="twice"),
        pytest.param(
            "<!-- dualrandom:content --><!-- dualrandom:head -->", id="turned round"
        ),
    ],
)
def test_a_shell_without_its_marks_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "shell.html").write_text(text, "utf-8")
    public = publication(tmp_path)
    shell = tmp_path / "shell.html"
    assert code_of(lambda: build_site(public, tmp_path / "s", shell=shell))[0] == "E954"
    shell.write_bytes("<!-- 外壳 -->".encode("gbk"))
    assert code_of(lambda: build_site(public, tmp_path / "s", shell=shell))[0] == "E954"
    assert not (tmp_path / "s").exists()


def test_pieces_have_no_head_and_their_links_lead_to_the_site(tmp_path: Path) -> None:
    made = everything(tmp_path)
    whole = built(tmp_path, draw(tmp_path), **made)
    build_site(tmp_path / "public", tmp_path / "pieces", fragments=True)
    base = "https://scjg.example.gov.cn/"
    files = tree(whole).keys() - {"SHA256SUMS"}
    for name in sorted(files):
        if not name.endswith(".html") or name.startswith("verifier/"):
            continue
        page = Page((tmp_path / "pieces" / name).read_text("utf-8"))
        assert not page.faults, name
        assert not {tag for tag, _ in page.tags} & {"html", "head", "body", "link"}
        for link in page.all("a"):
            href = (link["href"] or "").partition("#")[0]
            assert not href or href.removeprefix(base) in files, f"{name}: {href}"
            assert not href or href.startswith(base)
        assert re.search(r"<h1", page.source)


def test_pieces_of_a_site_without_an_address_are_refused(tmp_path: Path) -> None:
    site = dataclasses.replace(OFFICE.site, domain="", url="")
    public = publication(tmp_path, office=dataclasses.replace(OFFICE, site=site))
    out = tmp_path / "s"
    assert code_of(lambda: build_site(public, out, fragments=True))[0] == "E955"
