"""The notice of one draw: what its page says, as text.

Border: pure. A draw's public files come in, a :class:`Notice` goes out; markup is the
template's affair, and no rule of the protocol stands in a template.

Spec: draw-v1 §2-§5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.randomness import Standing
from dualrandom.records import DrawState
from dualrandom.site.draws import beijing, standing_words, state_words
from dualrandom.site.facts import facts_of, sources_of
from dualrandom.site.outcome import (
    closed_of,
    drawn_of,
    files_of,
    key_of_draw,
    outcome_of,
    people_of,
    strata_of,
)
from dualrandom.site.tables import TableView
from dualrandom.tables import SELECTED, TARGETS

if TYPE_CHECKING:
    from dualrandom.errors import Param
    from dualrandom.public import DrawLine
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.facts import Fact
    from dualrandom.site.lists import Page
    from dualrandom.site.outcome import DrawnLine, FileLine, StratumLine
    from dualrandom.site.phrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """All that the page of a draw says.

    Attributes:
        title: of the page; ``name`` is the task's.
        state: in words; ``code`` is it for programs.
        published: when the latest act was logged, Beijing time.
        why: what the standing means, in sentences.
        notes: what a reader must know first.
        how: how the draw works, in plain sentences with its own numbers.
        supersedes: the draw whose place it took, and ``reason`` why; or "".
        cut: whether cut-offs are public.
        key: of the draw, where everyone may compute it; else "".
        weighted: whether some target has more than one ticket.
        closed: why single tickets cannot be checked, or "".
        people: values that a person must compare.
        verdicts: what supervisors signed that their own checks ended with.
    """

    draw: str
    title: str
    name: str
    office: str
    state: str
    code: str
    overdue: bool
    lead: str
    written: str
    published: str
    lastmod: str
    standing: str
    why: tuple[str, ...]
    notes: tuple[str, ...]
    how: tuple[str, ...]
    supersedes: str
    reason: str
    superseded_by: tuple[str, ...]
    facts: tuple[Fact, ...]
    strata: tuple[StratumLine, ...]
    outcome: tuple[Fact, ...]
    drawn: tuple[DrawnLine, ...]
    ordered: bool
    key: str
    weighted: bool
    closed: str
    people: tuple[str, ...]
    verdicts: tuple[str, ...]
    files: tuple[FileLine, ...]
    cut: bool


def notice_of(draw: PublishedDraw, say: Phrases) -> Notice:
    """Return what the page of a draw says.

    Raises:
        VerificationError: E801, E803, E804, E601, a public file cannot be read.
    """
    announced, line = draw.announcement, draw.line
    targets, strata = drawn_of(draw), strata_of(draw, say)
    earlier = announced.supersedes
    key, weighted = key_of_draw(draw)
    ended = line.drawn_at or line.abandoned_at or line.announced
    ordered = SELECTED.name in draw.files
    return Notice(
        draw=announced.draw,
        title=say(f"draw.title_{line.state}", title=announced.title),
        name=announced.title,
        office=announced.office,
        state=state_words(line, say),
        code=str(line.state),
        overdue=line.overdue,
        lead=say(
            "draw.lead", office=announced.office, time=beijing(announced.announced)
        ),
        written=beijing(line.announced)[: len("2026-11-20")],
        published=beijing(ended),
        lastmod=ended,
        standing=standing_words(line, say),
        why=_why(line, say),
        notes=_notes(draw, say),
        how=_how(draw, say),
        supersedes=draw.supersedes,
        reason=say.word("reason", earlier.reason) if earlier else "",
        superseded_by=draw.superseded_by,
        facts=facts_of(draw, say),
        strata=strata,
        outcome=outcome_of(draw, key, say),
        drawn=targets,
        ordered=ordered,
        key=key,
        weighted=weighted,
        closed=closed_of(draw, key, say),
        people=people_of(draw, say),
        verdicts=tuple(
            say(f"draw.verdict.{verdict}", by=by, seq=seq)
            for by, verdict, seq in line.verdicts
        ),
        files=files_of(draw, say),
        cut=any(stratum.cut for stratum in strata),
    )


def ids_view(
    notice: Notice, pages: tuple[Page[DrawnLine], ...], say: Phrases
) -> TableView:
    """Return who was drawn by id: a long list is in the draw's order, nobody's own."""
    found = sorted((row.id, row, page.name) for page in pages for row in page.rows)
    return TableView(
        stem=f"draws/{notice.draw}.ids",
        section="index",
        title=say("draw.ids", title=notice.name),
        lead=(),
        caption=say("draw.ids_caption", count=len(found)),
        columns=tuple(say(f"draw.drawn.{name}") for name in ("id", "name", "number")),
        rows=tuple((id_, row.name, str(row.number)) for id_, row, _ in found),
        links=tuple(f"{page}#t-{id_}" for id_, _, page in found),
        back=(notice.title, f"{notice.draw}.html"),
    )


def _why(line: DrawLine, say: Phrases) -> tuple[str, ...]:
    why = [say(f"standing_why.{line.standing}")]
    if line.standing is not Standing.NONE:
        if line.order_witnessed:
            why.append(say("standing_why.witness"))
        elif line.state is not DrawState.ANNOUNCED:
            why.append(say("standing_why.order"))
    return tuple(why)


def _how(draw: PublishedDraw, say: Phrases) -> tuple[str, ...]:
    announced, line = draw.announcement, draw.line
    rows = announced.digest(TARGETS.name).rows
    sources = say("ui.semicolon").join(sources_of(announced, say))
    alone = line.standing is Standing.NONE
    told = [
        say("notice.list", rows=rows, time=beijing(line.announced)),
        say("notice.value_alone" if alone else "notice.value", sources=sources),
        say("notice.ticket"),
        say("notice.people"),
    ]
    if draw.result is not None:
        told.append(say("notice.drawn", rows=rows, drawn=draw.result.drawn))
    return tuple(told)


def _notes(draw: PublishedDraw, say: Phrases) -> tuple[str, ...]:
    announced, line = draw.announcement, draw.line
    notes = []
    if line.overdue:
        notes.append(say("draw.note.overdue", due=beijing(line.due)))
    if line.state is DrawState.ABANDONED:
        notes.append(say("draw.note.abandoned"))
    earlier = announced.supersedes
    if earlier is not None and not draw.supersedes:
        reason = say.word("reason", earlier.reason)
        notes.append(say("draw.note.supersedes", draw=earlier.draw, reason=reason))
    if announced.release is not None and TARGETS.name not in draw.files:
        params: dict[str, Param] = {
            "release": announced.release,
            "rows": announced.digest(TARGETS.name).rows,
        }
        if draw.result is None:
            notes.append(say("draw.note.sealed_waiting", **params))
        else:
            notes.append(say("draw.note.sealed", drawn=draw.result.drawn, **params))
    if announced.strata_private:
        notes.append(say("draw.note.private"))
    return tuple(notes)
