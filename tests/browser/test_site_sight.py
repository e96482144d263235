"""Every type of page, in all three languages: accessible, readable, no wider than a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.site import build_site
from tests.browser.sight import SMALLEST, axe
from tests.pages import paste, write_papers
from tests.websites import SHELL, draw, everything, pages, publication

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", name="public")
def _public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("sight")
    return publication(at, draw(at, targets=9), **everything(at))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width"), [("zh-CN", 360), ("zh-TW", 1280), ("en", 360)]
)
def test_every_page_is_accessible(
    lang: Any, width: int, public: Path, tmp_path: Path, opened: Any
) -> None:
    site = tmp_path / "site"
    build_site(public, site, lang)
    names = [name for name in pages(site) if not name.startswith("verifier/")]
    assert len(names) == 14
    # axe-core is put in from outside, past the page's policy.
    page = opened((site / "index.html").as_uri(), width, bypass_csp=True)
    for name in names:
        page.goto((site / name).as_uri())
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(SMALLEST) >= 18, name


def test_forms_and_pages_within_another_are_accessible(
    public: Path, tmp_path: Path, opened: Any
) -> None:
    write_papers(tmp_path)
    shell = tmp_path / "shell.html"
    shell.write_text(SHELL, "utf-8")
    build_site(public, tmp_path / "wrapped", shell=shell)
    build_site(public, tmp_path / "pasted", fragments=True)
    looked_at = sorted((tmp_path / "forms").rglob("*.html"))
    assert len(looked_at) == 10
    for name in ("index.html", "draws/2026-001.html", "penalties.html"):
        paste(tmp_path / "pasted" / name, SHELL)
        looked_at += [tmp_path / "wrapped" / name, tmp_path / "pasted" / name]
    page = opened(shell.as_uri(), bypass_csp=True)
    for path in looked_at:
        page.goto(path.as_uri())
        assert axe(page) == [], path


def test_pages_of_one_draw_are_light(public: Path, tmp_path: Path) -> None:
    """What a phone loads of a draw, data left out: page, result notice, style."""
    site = tmp_path / "site"
    build_site(public, site)
    parts = ("draws/2026-001.html", "results/2026-001.html", "static/site.css")
    assert sum((site / part).stat().st_size for part in parts) < 150_000
