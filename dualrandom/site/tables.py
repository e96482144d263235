"""Long lists as pages: a table is data, one template shows them all.

Border: pure; what lies in ``public/`` in, views out.

- A view has columns and rows of text; its rows are addressable by their id.
- A table of more than 500 rows is cut into pages; CSV and XLSX hold it whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.model import is_id
from dualrandom.sheets import rows_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.site.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A page with one table.

    Attributes:
        stem: path of its files without suffix: ``results/2026-001``.
        section: which entry of the navigation it belongs to.
        title: of the page.
        lead: paragraphs above the table.
        facts: lines of a table of facts, above; () for none.
        caption: of the table.
        columns: the headings.
        rows: as many cells as columns.
        key: the column that names a row: a heading of it, and its anchor.
        empty: what stands there without rows.
        data: (name, href) of further files.
        back: (title, href) of the page above; None: the home page.
    """

    stem: str
    section: str
    title: str
    lead: tuple[str, ...]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: int = 0
    empty: str = ""
    facts: tuple[Fact, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    back: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The last part of the stem."""
        return self.stem.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """What stands before it: ``results/``, or nothing."""
        return self.stem[: len(self.stem) - len(self.name)]

    def anchors(self, rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """Return what each row is addressed by; "" where its id could not be one."""
        once = _once([row[self.key] for row in self.rows])
        return tuple(
            f"r-{row[self.key]}"
            if row[self.key] in once and is_id(row[self.key])
            else ""
            for row in rows
        )

    def downloads(self) -> Iterator[tuple[str, bytes]]:
        """Yield the whole table as CSV and XLSX, by path."""
        for suffix in (".csv", ".xlsx"):
            yield (
                f"{self.stem}{suffix}",
                rows_bytes(suffix, self.title, self.columns, self.rows),
            )


def _once(ids: list[str]) -> frozenset[str]:
    """Return those that occur once: an anchor leads to one place."""
    counts = Counter(ids)
    return frozenset(id_ for id_, count in counts.items() if count == 1)
