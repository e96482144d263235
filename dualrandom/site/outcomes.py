"""After a draw, as pages: results, penalties, quality violations.

Border: pure; public documents in, views out.

Spec: the columns of a result notice and of a penalty notice are the field's own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dualrandom.site.facts import Fact, fact
from dualrandom.site.tables import TableView
from dualrandom.tables import TARGETS

if TYPE_CHECKING:
    from dualrandom.public_outcomes import (
        Penalties,
        PublishedPenalty,
        PublishedResult,
    )
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.phrases import Phrases

Results = tuple["PublishedResult", ...]


def results_view(draw: PublishedDraw, rows: Results, say: Phrases) -> TableView:
    """Return the result notice of a draw: one row a target and item."""
    announced = draw.announcement
    counts = Counter(row.text for row in rows)
    facts = [
        fact("plan", (announced.task.plan or say("index.none"),), say),
        fact("task", (announced.task.id,), say),
        fact("type", (announced.task.type,), say),
        fact("office", (announced.office,), say),
    ]
    return TableView(
        stem=f"results/{draw.line.draw}",
        section="outcomes",
        title=say("results.title", title=announced.title),
        lead=(
            say(
                "results.lead",
                office=announced.office,
                targets=len({row.target for row in rows}),
                rows=len(rows),
            ),
        ),
        facts=(*facts, *(_count(text, count, say) for text, count in _most(counts))),
        caption=say("results.caption", count=len(rows)),
        columns=tuple(map(say, _RESULT_HEADS)),
        rows=tuple(
            (
                str(number),
                row.name,
                row.target,
                f"{row.item} {row.item_name}",
                row.done,
                row.text,
                row.action,
                row.note,
            )
            for number, row in enumerate(rows, 1)
        ),
        key=2,
        data=((f"{draw.line.draw}.json", f"{draw.line.draw}.json"),),
        back=(announced.title, f"../draws/{draw.line.draw}.html"),
        how=(
            say(
                "notice.short",
                rows=announced.digest(TARGETS.name).rows,
                drawn=draw.result.drawn if draw.result else "",
            ),
        ),
    )


_RESULT_HEADS = (
    "results.column.number",
    "results.column.name",
    "results.column.id",
    "results.column.item",
    "results.column.done",
    "results.column.result",
    "results.column.action",
    "results.column.note",
)


def _count(text: str, count: int, say: Phrases) -> Fact:
    return Fact(label=text, values=(say("results.count", count=count),))


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def penalties_view(penalties: Penalties, say: Phrases) -> TableView:
    """Return the enforcement outcomes that are shown."""
    return TableView(
        stem="penalties",
        section="outcomes",
        title=say("penalties.title"),
        lead=(say("penalties.lead"),),
        caption=say("penalties.caption", count=len(penalties.shown)),
        columns=tuple(map(say, _PENALTY_HEADS)),
        rows=tuple(map(_penalty, penalties.shown)),
        empty=say("penalties.empty"),
        data=(("penalties.json", "penalties.json"),),
        related=(
            (say("violations.title"), "violations.html"),
            (say("penalties.ended.title"), "penalties-ended.html"),
        ),
    )


_PENALTY_HEADS = (
    "penalties.column.number",
    "penalties.column.party",
    "penalties.column.code",
    "penalties.column.violation",
    "penalties.column.basis",
    "penalties.column.content",
    "penalties.column.authority",
    "penalties.column.decided",
    "penalties.column.changed",
    "penalties.column.published",
    "penalties.column.until",
)


def _penalty(one: PublishedPenalty) -> tuple[str, ...]:
    return (
        one.number,
        one.party,
        one.party_code,
        one.violation,
        one.basis,
        one.content,
        one.authority,
        one.decided,
        one.changed,
        one.published,
        one.until,
    )


def ended_view(penalties: Penalties, say: Phrases) -> TableView:
    """Return what is no longer shown: a number, a day and why."""
    return TableView(
        stem="penalties-ended",
        section="outcomes",
        title=say("penalties.ended.title"),
        lead=(say("penalties.ended.lead"),),
        caption=say("penalties.ended.caption", count=len(penalties.ended)),
        columns=(
            say("penalties.column.number"),
            say("penalties.ended.since"),
            say("penalties.ended.why"),
        ),
        rows=tuple(
            (one.number, one.ended, say(f"penalties.ended.reason.{one.why}"))
            for one in penalties.ended
        ),
        empty=say("penalties.ended.empty"),
        back=(say("penalties.title"), "penalties.html"),
    )


def violations_view(penalties: Penalties, say: Phrases) -> TableView:
    """Return the quality violation records: they follow from the penalties."""
    shown = [one for one in penalties.shown if one.quality]
    return TableView(
        stem="violations",
        section="outcomes",
        title=say("violations.title"),
        lead=(say("violations.lead"),),
        caption=say("violations.caption", count=len(shown)),
        columns=tuple(map(say, _PENALTY_HEADS)),
        rows=tuple(map(_penalty, shown)),
        empty=say("violations.empty"),
        back=(say("penalties.title"), "penalties.html"),
    )
