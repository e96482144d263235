"""The other pages: all draws, the log, and tables cut into pages.

Border: pure; what lies in ``public/`` in, lines of tables out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from dualrandom.randomness import Standing
from dualrandom.site.draws import beijing, standing_words, state_words
from dualrandom.tables import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.phrases import Phrases

ROWS: Final = 500
"""How many rows of a table stand on one page."""
_NEAR: Final = 2
_CHECKPOINT_LINES: Final = 3
_SIGNATURE: Final = "\u2014 "

Line = TypeVar("Line")


# ── pages of a long table ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One page of a long table; ``href`` is "" for a gap in the row of numbers."""

    number: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Line]):
    """One page of a long table.

    Attributes:
        first: number of its first row, from 1; 0 where there is none.
        total: rows of the whole table.
        links: first, last and neighbouring pages; () where there is one page only.
    """

    number: int
    name: str
    rows: tuple[Line, ...]
    first: int
    last: int
    total: int
    count: int
    links: tuple[PageLink, ...]
    previous: str
    next: str


def page_name(stem: str, number: int) -> str:
    """Return the file name of a page: ``2026-001.html``, ``2026-001.p2.html``."""
    return f"{stem}.html" if number == 1 else f"{stem}.p{number}.html"


def pages_of(stem: str, rows: Sequence[Line]) -> tuple[Page[Line], ...]:
    """Cut a table into pages of :data:`ROWS` rows; an empty one has one page."""
    count = max(1, -(-len(rows) // ROWS))
    return tuple(
        Page(
            number=number,
            name=page_name(stem, number),
            rows=tuple(rows[(number - 1) * ROWS : number * ROWS]),
            first=(number - 1) * ROWS + 1 if rows else 0,
            last=min(number * ROWS, len(rows)),
            total=len(rows),
            count=count,
            links=_links(stem, number, count),
            previous=page_name(stem, number - 1) if number > 1 else "",
            next=page_name(stem, number + 1) if number < count else "",
        )
        for number in range(1, count + 1)
    )


def _links(stem: str, current: int, count: int) -> tuple[PageLink, ...]:
    if count == 1:
        return ()
    shown = sorted(
        {1, count}
        | {n for n in range(current - _NEAR, current + _NEAR + 1) if 1 <= n <= count}
    )
    links: list[PageLink] = []
    for number in shown:
        if links and number > links[-1].number + 1:
            links.append(PageLink(number=number - 1, href="", current=False))
        href = page_name(stem, number)
        links.append(PageLink(number=number, href=href, current=number == current))
    return tuple(links)


# ── all draws ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLine:
    """One draw in the list of all; ``drawn`` is "" where there is no result."""

    draw: str
    title: str
    announced: str
    state: str
    code: str
    drawn_at: str
    rows: int
    drawn: str
    standing: str
    plain: str


def index_line(draw: PublishedDraw, say: Phrases) -> IndexLine:
    """Return a draw's line in the list of all."""
    line = draw.line
    words = standing_words(line, say)
    plain = say(f"standing.{line.standing}")
    return IndexLine(
        draw=line.draw,
        title=draw.announcement.title,
        announced=beijing(line.announced),
        state=state_words(line, say),
        code="overdue" if line.overdue else str(line.state),
        drawn_at=beijing(line.drawn_at) if line.drawn_at else "",
        rows=draw.announcement.digest(TARGETS.name).rows,
        drawn="" if draw.result is None else str(draw.result.drawn),
        standing=plain,
        plain="" if words == plain else say("standing.order"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word that a draw may be called, and its meaning in sentences."""

    word: str
    meaning: tuple[str, ...]


def words_of(say: Phrases) -> tuple[Word, ...]:
    """Return all words that a draw may be called. Spec: draw-v1 §4."""
    words = []
    for standing in Standing:
        meaning = [say(f"standing_why.{standing}")]
        if standing is Standing.PUBLIC:
            meaning.append(say("standing_why.ten"))
        words.append(Word(word=say(f"standing.{standing}"), meaning=tuple(meaning)))
    order = Word(word=say("standing.order"), meaning=(say("standing_why.order"),))
    return (*words, order)


# ── the log ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A checkpoint, for people to keep.

    Attributes:
        lines: all of it.
        origin: "" with size and root where it is no checkpoint.
        signers: names on its signature lines, in order.
        genesis: what genesis.sha256 says, or "".
    """

    lines: tuple[str, ...]
    origin: str
    size: str
    root: str
    signers: tuple[str, ...]
    genesis: str


def log_of(checkpoint: bytes, genesis: bytes) -> LogView:
    """Return what is to be read from a checkpoint; checking it is a verifier's."""
    lines = tuple(checkpoint.decode("utf-8", "replace").split("\n"))
    signed = [line for line in lines if line.startswith(_SIGNATURE)]
    head = lines[:_CHECKPOINT_LINES]
    if len(head) < _CHECKPOINT_LINES or not head[1].isdecimal():
        head = ("",) * _CHECKPOINT_LINES
    return LogView(
        lines=lines[:-1] if lines[-1] == "" else lines,
        origin=head[0],
        size=head[1],
        root=head[2],
        signers=tuple(line.split(" ")[1] for line in signed),
        genesis=genesis.decode("utf-8", "replace").split(" ")[0].strip(),
    )
