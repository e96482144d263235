"""Lists back into sheets, in the layout in which they are read.

Border: writes one file. What is written here and read again is the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.sheets.columns import layout
from dualrandom.sheets.write import JOIN, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dualrandom.messages import Lang
    from dualrandom.records import ItemRecord, Recusal
    from dualrandom.sheets.columns import Listing
    from dualrandom.sheets.lists import InspectorRow, TargetRow
    from dualrandom.sheets.write import Value


def write_targets(path: Path, rows: Iterable[TargetRow], lang: Lang = "zh-CN") -> int:
    """Write targets with their private columns, for the office itself.

    Args and raises as :func:`~dualrandom.sheets.write.write_rows`.
    """
    fields = _fields("targets")
    return _write(
        path,
        "targets",
        (
            tuple(
                getattr(row.public if hasattr(row.public, name) else row.private, name)
                for name in fields
            )
            for row in rows
        ),
        lang,
    )


def write_inspectors(
    path: Path, rows: Iterable[InspectorRow], lang: Lang = "zh-CN"
) -> int:
    """Write inspectors and their recusals, for the office itself.

    Args and raises as :func:`~dualrandom.sheets.write.write_rows`.
    """
    fields = _fields("inspectors")
    return _write(
        path,
        "inspectors",
        (
            tuple(
                recusals_text(row.recusals)
                if name == "recusals"
                else getattr(row.inspector, name)
                for name in fields
            )
            for row in rows
        ),
        lang,
    )


def write_items(path: Path, rows: Iterable[ItemRecord], lang: Lang = "zh-CN") -> int:
    """Write items.

    Args and raises as :func:`~dualrandom.sheets.write.write_rows`.
    """
    fields = _fields("items")
    values = (tuple(getattr(row, name) for name in fields) for row in rows)
    return _write(path, "items", values, lang)


def recusals_text(recusals: Iterable[Recusal]) -> str:
    """Return recusals as one cell: ``id(reason)``, joined."""
    return JOIN.join(
        f"{one.target}\uff08{one.reason}\uff09" if one.reason else one.target
        for one in recusals
    )


def _fields(listing: Listing) -> tuple[str, ...]:
    return tuple(column.field for column in layout(listing).written)


def _write(
    path: Path, listing: Listing, rows: Iterable[tuple[Value, ...]], lang: Lang
) -> int:
    written = layout(listing).written
    return write_rows(
        path,
        layout(listing).title(lang),
        [column.headings[lang] for column in written],
        rows,
        widths=[column.width for column in written],
    )
