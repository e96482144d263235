"""``public/`` as the site's builder reads it: every file checked when it is opened.

Border: reads ``public/`` and nothing else.

- A file is used only if it has the digest that manifest.json names. The log is not
  in the manifest (a checkpoint grows by signatures); its paths are checked.
- A file that the manifest does not name is left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from dualrandom import public
from dualrandom.audit import read_log
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import EnvironmentProblem, VerificationError, Where
from dualrandom.public import (
    DRAW_FOLDERS,
    LOG,
    MANIFEST,
    WORKDAYS,
    DrawLine,
    naming,
)
from dualrandom.public_items import parse_items
from dualrandom.public_outcomes import (
    PENALTIES,
    parse_penalties,
    parse_results,
    results_path,
)
from dualrandom.public_tables import TABLES, parse_table
from dualrandom.public_texts import RULES, parse_texts
from dualrandom.rules import Rules, parse_rules
from dualrandom.site.draws import PublishedDraw
from dualrandom.site.punctuality import Told, told
from dualrandom.staging import is_inside, list_files, read_file
from dualrandom.tables import DRAWN, SELECTED, TARGETS
from dualrandom.workdays import parse_calendar, shipped_calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.public import OfficePage
    from dualrandom.public_items import PublishedItem
    from dualrandom.public_outcomes import Penalties, PublishedResult
    from dualrandom.public_tables import DisclosedTable
    from dualrandom.public_texts import PublishedText
    from dualrandom.tables import Kind
    from dualrandom.workdays import Calendar

Row = TypeVar("Row")

ANNOUNCEMENT: Final = "announcement.json"
RESULT: Final = "result.json"


class Source:
    """A ``public/`` folder."""

    def __init__(self, folder: Path) -> None:
        """Open the folder by its manifest.

        Raises:
            EnvironmentProblem: E908, no publication lies here; E901, it cannot be
                read.
            VerificationError: E909, a document that is always there is not named;
                E801, E802, the manifest is not one.
        """
        self._folder = folder
        if not (folder / MANIFEST).is_file():
            raise EnvironmentProblem("E908", where=Where(file=str(folder)))
        self.manifest = read_file(folder / MANIFEST)
        self._digests = public.parse_manifest(self.manifest)
        needed = (public.OFFICE, public.ITEMS, public.DRAWS, public.VERIFIER)
        for path in needed:
            if path not in self._digests:
                raise self._wrong(path)
        for path in self._digests:
            if not is_inside(path) or path == MANIFEST or path.startswith(LOG):
                raise self._wrong(path)

    def _wrong(self, path: str) -> VerificationError:
        return VerificationError("E909", where=Where(file=str(self._folder / path)))

    def paths(self) -> tuple[str, ...]:
        """Return all paths that the manifest names, sorted."""
        return tuple(self._digests)

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file as the manifest names it; "" if it does not."""
        return self._digests.get(path, "")

    def read(self, path: str) -> bytes:
        """Return a file that the manifest names.

        Raises:
            VerificationError: E909, it is missing or another one.
        """
        try:
            data = read_file(self._folder / path)
        except EnvironmentProblem as exc:
            raise self._wrong(path) from exc
        if self._digests.get(path) != sha256(data):
            raise self._wrong(path)
        return data

    def log(self) -> Iterator[tuple[str, bytes]]:
        """Yield the log's files by path below ``log/``, sorted."""
        top = self._folder / LOG
        if not top.is_dir() or top.is_symlink():
            return
        for path in list_files(top):
            if public.is_log_path(path):
                yield path, read_file(top / path)

    def told(self, sealed: Collection[str]) -> Told | None:
        """Return what the log tells of publications; None where it is not whole.

        Whether it is genuine is a verifier's to say.
        """
        files = dict(self.log())
        try:
            return told(read_log(files.get).entries, sealed)
        except VerificationError:
            return None

    def office(self) -> OfficePage:
        """Return the office. Raises: E909, E801, E802."""
        return public.parse_office(self.read(public.OFFICE))

    def items(self) -> tuple[PublishedItem, ...]:
        """Return the items. Raises: E909, E801, E802."""
        return parse_items(self.read(public.ITEMS))

    def results(self, draw: str) -> tuple[PublishedResult, ...]:
        """Return the results of a draw; () if none are published.

        Raises:
            VerificationError: E909, E801, E802.
        """
        path = results_path(draw)
        if path not in self._digests:
            return ()
        name, rows = parse_results(self.read(path))
        if name != draw:
            raise self._wrong(path)
        return rows

    def penalties(self) -> Penalties | None:
        """Return the penalties, or None. Raises: E909, E801, E802."""
        if PENALTIES not in self._digests:
            return None
        return parse_penalties(self.read(PENALTIES))

    def texts(self, index: str) -> tuple[PublishedText, ...]:
        """Return the versions of rules or plans. Raises: E909, E801, E802."""
        if index not in self._digests:
            return ()
        return parse_texts(index, self.read(index))

    def there(self, texts: Sequence[PublishedText]) -> tuple[PublishedText, ...]:
        """Return those whose bytes are here; others are listed by their digest."""
        return tuple(text for text in texts if text.path in self._digests)

    def tables(self) -> tuple[DisclosedTable, ...]:
        """Return the further tables, by name. Raises: E909, E801, E802."""
        paths = (path for path in self._digests if path.startswith(TABLES))
        return tuple(parse_table(self.read(path)) for path in paths)

    def rules(self) -> Rules:
        """Return the newest rules; those of an office that set none, if there are none.

        Raises:
            VerificationError: E909, E801, E802.
            InputError: E411, E412, E413, they cannot be used.
        """
        there = self.there(self.texts(RULES))
        return parse_rules(self.read(there[0].path)) if there else Rules()

    def calendar(self) -> Calendar:
        """Return the working days, the office's own years first.

        Raises:
            VerificationError: E909.
            InputError: E921, E922, the office's years cannot be used.
        """
        if WORKDAYS not in self._digests:
            return shipped_calendar()
        text = self.read(WORKDAYS).decode("utf-8", "replace")
        return shipped_calendar().with_years(parse_calendar(text, WORKDAYS))

    def draws(self) -> Iterator[PublishedDraw]:
        """Yield the draws one by one, newest first; only one is held in memory.

        Raises:
            VerificationError: E909, a file is missing or another one; E801 and
                others, a document cannot be read.
        """
        lines = public.parse_draws(self.read(public.DRAWS))
        earlier: dict[str, str] = {}
        for line in lines:
            superseded = self._announcement(line).supersedes
            if superseded is not None:
                earlier[line.draw] = superseded.draw
        names = {line.draw for line in lines}
        for line in lines:
            # Oldest first; ``lines`` has the newest first.
            later = (d.draw for d in lines[::-1] if earlier.get(d.draw) == line.draw)
            before = earlier.get(line.draw, "")
            yield self._draw(
                line,
                supersedes=before if before in names else "",
                superseded_by=tuple(later),
            )

    def _announcement(self, line: DrawLine) -> Announcement:
        path = f"{DRAW_FOLDERS}{line.draw}/{ANNOUNCEMENT}"
        with naming(path):
            announcement = parse_announcement(self.read(path))
        if announcement.draw != line.draw:
            raise self._wrong(path)
        return announcement

    def _draw(
        self, line: DrawLine, *, supersedes: str, superseded_by: tuple[str, ...]
    ) -> PublishedDraw:
        top = f"{DRAW_FOLDERS}{line.draw}/"
        files = {
            path.removeprefix(top): self.read(path)
            for path in self._digests
            if path.startswith(top)
        }
        result = None
        if RESULT in files:
            with naming(top + RESULT):
                result = parse_result(files[RESULT])
        return PublishedDraw(
            line=line,
            announcement=self._announcement(line),
            result=result,
            files=files,
            targets=_rows(top, files, TARGETS),
            selected=_rows(top, files, SELECTED),
            drawn=tuple(row.id for row in _rows(top, files, DRAWN)),
            supersedes=supersedes,
            superseded_by=superseded_by,
        )


def _rows(top: str, files: Mapping[str, bytes], kind: Kind[Row]) -> tuple[Row, ...]:
    """Return the rows of a table of a draw; () where it is not public."""
    if kind.name not in files:
        return ()
    with naming(f"{top}{kind.name}"):
        return tuple(kind.parse(files[kind.name])[1])
