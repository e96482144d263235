"""Sites with every type of page, in every language, for validators: ``make pages``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom.site import build_site
from tests.websites import draw, every_kind, everything, publication

if TYPE_CHECKING:
    from dualrandom.site.phrases import PageLang

LANGUAGES: tuple[PageLang, ...] = ("zh-CN", "zh-TW", "en")


def main(out: Path) -> None:
    """Build them anew."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    draws = (draw(out, targets=1200), *every_kind(out))
    public = publication(out, *draws, **everything(out))
    for lang in LANGUAGES:
        build_site(public, out / lang, lang)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
