"""A frozen draw as one page for a public draw: its lists in it, the rest is typed in.

Border: reads a draw folder, returns a page. The page computes with the same script as
the checker's page (``reports/verifier/draw.js``); nothing of ours runs in it.

- What goes in is what the draw of targets needs: announcement, strata, and the names,
  but of a sealed draw no name. Inspectors, recusals and exclusions never go in.
- A page for private strata or a sealed draw holds them; it is kept like the folder.
- With a result in the folder, the page shows the finished draw again.

    stage_page(Path("draws/2026-001"), lang="zh-CN", rehearsal=False)

Spec: draw-v1 §4, §5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.model import Visibility
from dualrandom.portable import inert, one_file, parts_of
from dualrandom.randomness import drawn_salt
from dualrandom.shipped import shipped
from dualrandom.staging import read_file
from dualrandom.tables import INSPECTORS, STRATA, TARGETS

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.announcement import Announcement

MOST_BYTES: Final = 64 * 2**20
"""Of the lists in a page; a browser on an office's computer still opens that."""
_PAGE: Final = "stage/stage.html"
_PARTS: Final = {
    "stage.css": "stage/stage.css",
    "draw.js": "verifier/draw.js",
    "stage.js": "stage/stage.js",
}
_EMPTY: Final = '<script type="application/json" id="data">{}</script>'
_DRAWN: Final = ("selected.tsv", "reserves.tsv", "drawn.tsv")


def stage_page(folder: Path, *, lang: str, rehearsal: bool) -> bytes:
    """Return the page of a frozen draw.

    Args:
        folder: a whole draw folder, as the office has it.
        lang: ``zh-CN`` or ``en``.
        rehearsal: whether every screen says that it is one.

    Raises:
        StateError: E915, the folder lacks a file; E917, the lists are too large.
        VerificationError: E916, a list is not the announced one; E801, E802, the
            announcement cannot be read.
    """
    raw = _read(folder, "announcement.json")
    notice = parse_announcement(raw)
    strata = _frozen(folder, notice, STRATA.name)
    open_list = dict(notice.visibility)[TARGETS.name] is Visibility.PUBLIC
    targets = _frozen(folder, notice, TARGETS.name)
    if len(strata) + len(targets) > MOST_BYTES:
        raise StateError("E917", limit=MOST_BYTES // 2**20)
    seed, result = folder / "seed.txt", folder / "result.json"
    data: dict[str, Any] = {
        "announcement": raw.decode(),
        "lang": lang,
        "rehearsal": rehearsal,
        "result": read_file(result).decode() if result.is_file() else None,
        "salts": _salts(folder, notice),
        "seed": read_file(seed).decode() if seed.is_file() else None,
        "strata": strata.decode(),
        "targets": targets.decode() if open_list else None,
    }
    page = shipped(_PAGE)
    parts = {name: shipped(_PARTS[name]) for name in parts_of(page)}
    made = one_file(page, parts).decode()
    return made.replace(_EMPTY, _EMPTY.replace("{}", inert(data)), 1).encode()


def _read(folder: Path, name: str) -> bytes:
    if not (folder / name).is_file():
        raise StateError("E915", where=Where(file=str(folder / name)))
    return read_file(folder / name)


def _frozen(folder: Path, notice: Announcement, name: str) -> bytes:
    data = _read(folder, name)
    if sha256(data) != dict(notice.files)[name].sha256:
        raise VerificationError("E916", where=Where(file=str(folder / name)))
    return data


def _salts(folder: Path, notice: Announcement) -> dict[str, str]:
    """Return the salts of the tables that the page makes; {} where all are public."""
    seen = dict(notice.visibility)
    private = {
        name: seen[TARGETS.name if name == "drawn.tsv" else STRATA.name]
        for name in _DRAWN
    }
    names = [n for n, v in private.items() if v is not Visibility.PUBLIC]
    if not names:
        return {}
    salt = INSPECTORS.parse(_frozen(folder, notice, INSPECTORS.name))[0].salt
    return {name: drawn_salt(salt=salt or "", name=name) for name in names}
