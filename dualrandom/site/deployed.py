"""What lies in a site's folder, against what was built: on disk, or deployed.

Border: reads files, and judges them; the list of digests of the build is the measure.

- A file that differs is told with what was done to it on the way: line ends made over,
  another encoding, cut off, something put in, or an older build left behind.
- What was deployed is compared with the site that was built here, never with the list
  that lies beside it there: whoever changes files can change that, too.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.errors import EnvironmentProblem, Where, problem
from dualrandom.site.layout import SUMS
from dualrandom.staging import list_files, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dualrandom.errors import Problem

Sums = dict[str, str]

_BOM: Final = "\ufeff".encode()
_ENCODINGS: Final = ("utf-8-sig", "utf-16", "gb18030", "big5", "utf-16-le", "utf-16-be")


def check_site(folder: Path) -> tuple[int, tuple[Problem, ...]]:
    """Check a site as it was built: digests, links, nothing missing or foreign.

    Returns:
        How many files were built, the list of digests among them, and what is wrong.

    Raises:
        EnvironmentProblem: E941, no list of digests; E901, a file cannot be read.
    """
    sums = _sums(folder)
    found = [*_listed(folder, sums)]
    there = {SUMS, *(path for path in sums if (folder / path).is_file())}
    found += _dead_links(folder, there)
    return len(sums) + 1, tuple(found)


def check_live(folder: Path, live: Path) -> tuple[int, tuple[Problem, ...]]:
    """Check a copy of what was deployed against the site that was built.

    Args:
        folder: the site, as it was built; itself checked first.
        live: the copy, downloaded or mounted.

    Returns:
        As :func:`check_site`.

    Raises:
        EnvironmentProblem: E956, the copy is not there; E941, E901.
    """
    sums = _sums(folder)
    wrong = tuple(_listed(folder, sums))
    if wrong:
        return len(sums) + 1, wrong
    if not live.is_dir():
        raise EnvironmentProblem("E956", where=Where(file=str(live)))
    old = _sums(live) if (live / SUMS).is_file() else {}
    sums[SUMS] = sha256(read_file(folder / SUMS))
    return len(sums), tuple(_listed(live, sums, folder, old))


def _sums(folder: Path) -> Sums:
    """Return path → digest of the list; lines that are none are left out."""
    if not (folder / SUMS).is_file():
        raise EnvironmentProblem("E941", where=Where(file=str(folder)))
    lines = read_file(folder / SUMS).decode("utf-8", "replace").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {path: digest for digest, _, path in pairs if path}


def _listed(
    folder: Path,
    sums: Mapping[str, str],
    built: Path | None = None,
    old: Mapping[str, str] | None = None,
) -> Iterator[Problem]:
    """Yield what of a folder is not as the list has it, by path."""
    present = list_files(folder)
    for path in sorted(sums.keys() | set(present)):
        where = Where(file=path)
        if path == SUMS and built is None:
            continue
        if path not in sums:
            yield problem("E943", where)
        elif not (folder / path).is_file():
            yield problem("E942", where)
        else:
            data = read_file(folder / path)
            if sha256(data) == sums[path]:
                continue
            if built is None:
                yield problem("E944", where)
            elif path == SUMS or sha256(data) == (old or {}).get(path):
                yield _stale(path, read_file(built / path), data)
            else:
                yield _changed(path, read_file(built / path), data)


def _stale(path: str, built: bytes, live: bytes) -> Problem:
    """Return a file that its own list vouches for: an older one, if nothing else."""
    found = _changed(path, built, live)
    return problem("E948", Where(file=path)) if found.code == "E944" else found


def _changed(path: str, built: bytes, live: bytes) -> Problem:
    """Return what was done to a file between here and there."""
    where = Where(file=path)
    if _lines(built) == _lines(live):
        return problem("E945", where)
    if live == _BOM + built:
        return problem("E946", where, encoding="BOM")
    for encoding in _ENCODINGS:
        if _same_text(built, live, encoding):
            return problem("E946", where, encoding=encoding)
    if built.startswith(live):
        return problem("E947", where, kept=len(live), size=len(built))
    pairs = enumerate(zip(built, live, strict=False))
    alike = next((at for at, (a, b) in pairs if a != b), len(built))
    if live.endswith(built[alike:]):
        return problem("E949", where, count=len(live) - len(built))
    return problem("E944", where)


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r", b"")


def _same_text(built: bytes, live: bytes, encoding: str) -> bool:
    try:
        text = live.decode(encoding)
        return text.replace("\r", "") == built.decode().replace("\r", "")
    except UnicodeError:
        return False


# ── links ────────────────────────────────────────────────────────────────────────


class _Links(HTMLParser):
    """What a page links to, and what of it can be linked to."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(data.decode("utf-8", "replace"))
        self.close()

    def handle_starttag(
        self,
        tag: str,  # noqa: ARG002 - any
        attrs: list[tuple[str, str | None]],
    ) -> None:
        told = dict(attrs)
        self.links += [told[key] or "" for key in ("href", "src") if told.get(key)]
        if told.get("id"):
            self.ids.add(told["id"] or "")


def _dead_links(folder: Path, there: set[str]) -> Iterator[Problem]:
    """Yield links that lead nowhere within the site; others' sites are not asked."""
    pages = sorted(path for path in there if path.endswith(".html"))
    read = {path: _Links(read_file(folder / path)) for path in pages}
    for path, page in read.items():
        for link in dict.fromkeys(page.links):
            if ":" in link.partition("/")[0]:
                continue
            target, _, at = link.partition("#")
            to = _joined(path, target) if target else path
            dead = to not in there or (at and to in read and at not in read[to].ids)
            if dead:
                yield problem("E950", Where(file=path), link=link)


def _joined(path: str, link: str) -> str:
    parts = path.split("/")[:-1]
    for part in link.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
