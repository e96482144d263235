"""The disclosure catalogue (政务公开基本目录), and the pages of its further tables.

Border: pure. The catalogue names what is there, and nothing that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.site.draws import beijing
from dualrandom.site.facts import Fact
from dualrandom.site.tables import TableView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dualrandom.plans import Plan, PlanLine
    from dualrandom.public_tables import DisclosedTable
    from dualrandom.public_texts import PublishedText
    from dualrandom.site.phrases import Phrases

CATALOGUED = ("items", "rules", "plans", "index", "outcomes", "log")
"""The sections whose content is a disclosure of its own."""
_HEADS = ("matter", "content", "basis", "deadline", "unit", "channel")


def catalogue_view(
    own: Sequence[tuple[str, str]],
    tables: Sequence[DisclosedTable],
    office: str,
    say: Phrases,
) -> TableView:
    """Return the catalogue.

    Args:
        own: (name, page) of our own disclosures that have one: ``items``, ``draws`` …
        tables: the further ones.
        office: who publishes.
        say: the wording.
    """
    rows = [
        (
            say(f"catalogue.{name}.matter"),
            say(f"catalogue.{name}.content"),
            say(f"catalogue.{name}.basis"),
            say(f"catalogue.{name}.deadline"),
            office,
            say("catalogue.site"),
        )
        for name, _ in own
    ]
    rows += [
        (
            table.title,
            table.content,
            table.basis,
            table.deadline,
            table.unit or office,
            table.channel or say("catalogue.site"),
        )
        for table in tables
    ]
    return TableView(
        stem="catalogue",
        section="catalogue",
        title=say("catalogue.title"),
        lead=(say("catalogue.lead"),),
        caption=say("catalogue.caption", count=len(rows)),
        columns=tuple(say(f"catalogue.column.{name}") for name in _HEADS),
        rows=tuple(rows),
        links=(*(h for _, h in own), *(f"tables/{t.name}.html" for t in tables)),
    )


def table_view(table: DisclosedTable, say: Phrases) -> TableView:
    """Return the page of a further table."""
    facts = (
        ("content", table.content),
        ("basis", table.basis),
        ("deadline", table.deadline),
        ("unit", table.unit),
    )
    return TableView(
        stem=f"tables/{table.name}",
        section="catalogue",
        title=table.title,
        lead=(),
        facts=tuple(
            Fact(label=say(f"catalogue.column.{name}"), values=(value,))
            for name, value in facts
            if value
        ),
        caption=say("catalogue.rows", count=len(table.rows)),
        columns=table.columns,
        rows=table.rows,
        empty=say("catalogue.empty"),
        data=((f"{table.name}.json", f"{table.name}.json"),),
        back=(say("catalogue.title"), "../catalogue.html"),
    )


def _period(line: PlanLine, say: Phrases) -> str:
    start = "" if line.start is None else line.start.isoformat()
    end = "" if line.end is None else line.end.isoformat()
    return say("plans.between", start=start, end=end) if start or end else ""


def plan_view(
    plan: Plan,
    versions: Sequence[PublishedText],
    years: Sequence[int],
    say: Phrases,
) -> TableView:
    """Return the page of a year's plan, in its newest version.

    Args:
        plan: the newest.
        versions: of that year, with a file, the newest first.
        years: that have a plan.
        say: the wording.
    """
    text = versions[0]
    heads = (
        *("id", "name", "type", "items", "scope", "quota"),
        *("period", "lead", "units", "note"),
    )
    return TableView(
        stem=f"plans/{plan.year}",
        section="plans",
        title=say("plans.title", year=plan.year),
        lead=(say("plans.lead", version=text.version, since=beijing(text.since)),),
        caption=say("plans.caption", count=len(plan.lines)),
        columns=tuple(say(f"plans.column.{name}") for name in heads),
        rows=tuple(
            (
                line.id,
                line.name,
                say("plans.joint" if line.joint else "plans.own")
                + say("ui.comma")
                + say("plans.targeted" if line.targeted else "plans.untargeted"),
                say("ui.comma").join(line.items),
                line.scope,
                line.quota,
                _period(line, say),
                line.lead,
                say("ui.comma").join(line.units),
                line.note,
            )
            for line in plan.lines
        ),
        empty=say("plans.empty"),
        data=tuple(
            (name, name) for name in (one.path.rpartition("/")[2] for one in versions)
        ),
        related=tuple(
            (say("plans.title", year=year), f"{year}.html")
            for year in years
            if year != plan.year
        ),
    )
