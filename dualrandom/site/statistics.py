"""What the public documents add up to: outcomes, coverage of targets and of items.

Border: pure; draws and results in, one after another, tables out. Counts only; a share
is rounded down, in integers.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dualrandom.site.tables import TableView, share
from dualrandom.tables import DRAWN, TARGETS

if TYPE_CHECKING:
    from dualrandom.public_outcomes import PublishedResult
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.phrases import Phrases

Place = tuple[str, str]
"""Year and region."""


class Statistics:
    """Counts over all draws; each is looked at once, and not kept."""

    def __init__(self) -> None:
        self._texts: Counter[str] = Counter()
        self._listed: dict[Place, set[str]] = {}
        self._drawn: dict[Place, set[str]] = {}
        self._seen: dict[Place, set[str]] = {}
        self._named: Counter[tuple[str, str, str]] = Counter()
        self._found: Counter[tuple[str, str, str]] = Counter()

    def add(self, draw: PublishedDraw, rows: tuple[PublishedResult, ...]) -> None:
        """Take up a draw and its results."""
        task = draw.announcement.task
        year = task.start[: len("2026")]
        self._texts.update(row.text for row in rows)
        counts = Counter(row.item for row in rows)
        for item in draw.announcement.items:
            self._named[year, item.code, item.name] += 1
            self._found[year, item.code, item.name] += counts[item.code]
        # A sealed list counts once it is public.
        if TARGETS.name not in draw.files or DRAWN.name not in draw.files:
            return
        regions: dict[str, str] = {}
        for target in draw.targets:
            regions[target.id] = target.region
            self._listed.setdefault((year, target.region), set()).add(target.id)
        for id_ in draw.drawn:
            place = (year, regions.get(id_, ""))
            self._drawn.setdefault(place, set()).add(id_)
        for row in rows:
            place = (year, regions.get(row.target, ""))
            self._seen.setdefault(place, set()).add(row.target)

    def views(self, say: Phrases) -> tuple[TableView, ...]:
        """Return the tables of the page."""
        return (self._outcomes(say), self._targets(say), self._items(say))

    def _outcomes(self, say: Phrases) -> TableView:
        total = sum(self._texts.values())
        ordered = sorted(self._texts.items(), key=lambda pair: (-pair[1], pair[0]))
        return TableView(
            stem="outcomes",
            section="statistics",
            title=say("statistics.outcomes.title"),
            lead=(say("statistics.lead"),),
            caption=say("statistics.outcomes.caption", count=total),
            columns=_heads(("result", "count", "share"), say),
            rows=tuple((text, str(n), share(n, total)) for text, n in ordered),
            empty=say("statistics.empty"),
        )

    def _targets(self, say: Phrases) -> TableView:
        rows = []
        for year, region in sorted(self._listed):
            listed = len(self._listed[year, region])
            drawn = len(self._drawn.get((year, region), ()))
            seen = len(self._seen.get((year, region), ()))
            numbers = (str(listed), str(drawn), str(seen), share(drawn, listed))
            rows.append((year, region or say("statistics.no_region"), *numbers))
        return TableView(
            stem="targets",
            section="statistics",
            title=say("statistics.targets.title"),
            lead=(say("statistics.targets.lead"),),
            caption=say("statistics.targets.caption"),
            columns=_heads(
                ("year", "region", "listed", "drawn", "inspected", "coverage"), say
            ),
            rows=tuple(rows),
            empty=say("statistics.empty"),
        )

    def _items(self, say: Phrases) -> TableView:
        return TableView(
            stem="items",
            section="statistics",
            title=say("statistics.items.title"),
            lead=(say("statistics.items.lead"),),
            caption=say("statistics.items.caption"),
            columns=_heads(("year", "item", "name", "draws", "results"), say),
            rows=tuple(
                (*key, str(self._named[key]), str(self._found[key]))
                for key in sorted(self._named)
            ),
            empty=say("statistics.empty"),
        )


def _heads(names: tuple[str, ...], say: Phrases) -> tuple[str, ...]:
    return tuple(say(f"statistics.column.{name}") for name in names)
