"""Every type of page, in every language, for validators: ``make pages``.

The site, the same within an office's own page, and its pieces pasted into one; the
checker's page, also as one file; forms and the letter; the stage of a public draw.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dualrandom.forms import forms_of, letter_of
from dualrandom.site import build_site
from dualrandom.stage import stage_page
from tests.factories import make_folder
from tests.paper import LETTER, PAPER
from tests.websites import SHELL, draw, every_kind, everything, publication

if TYPE_CHECKING:
    from dualrandom.messages import Lang
    from dualrandom.site.phrases import PageLang

SITES: tuple[PageLang, ...] = ("zh-CN", "zh-TW", "en")
PAPERS: tuple[Lang, ...] = ("zh-CN", "en")
"""An office prints and projects in one of its program's two languages."""


def write_sites(at: Path, out: Path) -> None:
    """Write the whole site in each language; of one draw within a shell, and pasted."""
    whole = publication(at, draw(at, targets=1200), *every_kind(at), **everything(at))
    one = publication(at / "one", draw(at / "one"), **everything(at))
    shell = at / "shell.html"
    for lang in SITES:
        build_site(whole, out / lang, lang)
        shell.write_text(SHELL.replace("zh-CN", lang), "utf-8")
        build_site(one, out / "wrapped" / lang, lang, shell=shell)
        pieces = out / "pasted" / lang
        build_site(one, pieces, lang, fragments=True)
        for piece in pieces.rglob("*.html"):
            if "verifier" not in piece.parts:
                paste(piece, shell.read_text("utf-8"))


def paste(piece: Path, shell: str) -> None:
    """Put a piece where a CMS would: into a page that knows nothing of it."""
    head = '<meta name="viewport" content="width=device-width"><title>甲</title>'
    page = shell.replace("<!-- dualrandom:head -->", head)
    text = page.replace("<!-- dualrandom:content -->", piece.read_text("utf-8"))
    piece.write_text(text, "utf-8")


def write_papers(out: Path) -> None:
    """Write the forms and the letter."""
    for lang in PAPERS:
        folder = out / "forms" / lang
        folder.mkdir(parents=True)
        made = {**forms_of(PAPER, lang), "letter.html": letter_of(LETTER, lang)}
        for name, data in made.items():
            (folder / name).write_bytes(data)


def write_stages(at: Path, out: Path) -> None:
    """Write the stage of a finished draw: open, and sealed with private strata."""
    for kind in ("open", "sealed-private"):
        folder = make_folder(at / "stage", kind, kind=kind)
        for lang in PAPERS:
            page = out / "stage" / lang / f"{kind}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_bytes(stage_page(folder, lang=lang, rehearsal=False))


def main(out: Path) -> None:
    """Write them anew."""
    shutil.rmtree(out, ignore_errors=True)
    with TemporaryDirectory() as at:
        write_sites(Path(at), out)
        write_stages(Path(at), out)
    write_papers(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
