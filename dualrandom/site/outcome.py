"""What a draw came to: who was drawn, cut-offs, seed and key, files and digests.

Border: pure; the draw's public files in, lines of tables out.

- Everything is computed from the files that are here: what is not public is not
  guessed, not counted and not mentioned but by its digest.

Spec: draw-v1 §2, §4, §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from dualrandom.canonical import sha256
from dualrandom.errors import VerificationError
from dualrandom.model import Rounding, Visibility
from dualrandom.public import naming
from dualrandom.randomness import (
    Dice,
    Lottery,
    key_of,
    parse_seed_txt,
    seed_of,
    value_of,
)
from dualrandom.records import DrawState
from dualrandom.site.draws import beijing
from dualrandom.site.facts import fact, percent, taken_of
from dualrandom.tables import STRATA, TARGETS

if TYPE_CHECKING:
    from dualrandom.model import Quota, Selected, Target
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.facts import Fact
    from dualrandom.site.phrases import Phrases

ANNOUNCEMENT: Final = "announcement.json"
SEED: Final = "seed.txt"
TICKET_SHOWN: Final = 16
_PAPERS: Final = (SEED, "randomness.json", "result.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumLine:
    """One stratum; ``cut`` is the highest drawn ticket, None before the draw."""

    name: str
    rows: int
    quota: str
    wanted: int | None
    cut: str | None


class DrawnLine(NamedTuple):
    """One drawn target; the last three are "" where strata are not public.

    A tuple: there are thousands, and a template unpacks them.
    """

    number: int
    id: str
    name: str
    region: str
    kind: str
    stratum: str = ""
    rank: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of the draw folder; ``here`` says whether it can be downloaded."""

    name: str
    content: str
    rows: str
    seen: str
    digest: str
    here: bool


def drawn_of(draw: PublishedDraw) -> tuple[DrawnLine, ...]:
    """Return who was drawn, with names, as far as it is public."""
    if TARGETS.name not in draw.files or draw.result is None:
        return ()
    targets = {target.id: target for target in draw.targets}
    if draw.selected:
        return tuple(_line(targets.get(s.id), s.id, s.order, s) for s in draw.selected)
    return tuple(_line(targets.get(id_), id_, n) for n, id_ in enumerate(draw.drawn, 1))


def _line(
    target: Target | None, name: str, number: int, selected: Selected | None = None
) -> DrawnLine:
    return DrawnLine(
        number=number,
        id=name,
        name=target.name if target else "",
        region=target.region if target else "",
        kind=target.kind if target else "",
        stratum=selected.stratum if selected else "",
        rank=str(selected.rank) if selected else "",
        ticket=selected.ticket[:TICKET_SHOWN] if selected else "",
    )


def strata_of(draw: PublishedDraw, say: Phrases) -> tuple[StratumLine, ...]:
    """Return the strata, where they are announced, with cut-offs once drawn."""
    strata = draw.announcement.strata
    if strata is None:
        return ()
    taken = taken_of(strata) or (None,) * len(strata.strata)
    cuts: dict[str, str] = {}
    for row in draw.selected:
        cuts[row.stratum] = max(cuts.get(row.stratum, ""), row.ticket)
    return tuple(
        StratumLine(
            name=s.name,
            rows=s.rows,
            quota=_quota(s.quota, say),
            wanted=k,
            cut=cuts.get(s.name),
        )
        for s, k in zip(strata.strata, taken, strict=True)
    )


def _quota(quota: Quota | None, say: Phrases) -> str:
    if quota is None:
        return say("draw.strata.total")
    if quota.ratio is None:
        return say("draw.value.count", count=quota.count or 0)
    up = quota.round is Rounding.UP
    key = "draw.value.ratio_up" if up else "draw.value.ratio_down"
    return say(key, ratio=percent(quota.ratio))


def key_of_draw(draw: PublishedDraw) -> tuple[str, bool]:
    """Return the key, where strata.tsv is here, and whether tickets are weighted."""
    if STRATA.name not in draw.files or SEED not in draw.files:
        return "", False
    with naming(f"{draw.announcement.draw}/{STRATA.name}"):
        table, rows = STRATA.parse(draw.files[STRATA.name])
    key = key_of(seed_of(draw.files[SEED]), table.salt)
    return key, any(row.tickets > 1 for row in rows)


def outcome_of(draw: PublishedDraw, key: str, say: Phrases) -> tuple[Fact, ...]:
    """Return what a draw came to."""
    line, result = draw.line, draw.result
    facts: list[Fact] = []
    if line.state is DrawState.ABANDONED:
        facts.append(fact("abandoned_at", (beijing(line.abandoned_at or ""),), say))
        reason = say.word("reason", line.reason or "")
        facts.append(fact("reason", (reason,), say))
    elif result is not None:
        when = beijing(line.drawn_at) if line.drawn_at else say("draw.value.not_logged")
        facts.append(fact("drawn_at", (when,), say))
        facts.append(fact("drawn", (str(result.drawn),), say))
        matched = "matched" if result.matched else "unmatched"
        facts.append(fact("matched", (say(f"draw.value.{matched}"),), say))
    if SEED in draw.files:
        data = draw.files[SEED]
        lines = tuple(data.decode("utf-8", "replace").splitlines())
        facts.append(fact("seed_file", lines, say, code=True))
        facts.append(fact("seed", (seed_of(data),), say, code=True))
        if key:
            facts.append(fact("key", (key,), say, code=True))
    return tuple(facts)


def closed_of(draw: PublishedDraw, key: str, say: Phrases) -> str:
    """Return why single tickets cannot be checked by everyone, or ""."""
    if key or draw.result is None:
        return ""
    private = draw.announcement.strata_private
    return say("draw.checks.ticket_private" if private else "draw.checks.ticket_sealed")


def people_of(draw: PublishedDraw, say: Phrases) -> tuple[str, ...]:
    """Return the values that a person must compare."""
    if SEED not in draw.files:
        return ()
    with naming(f"{draw.announcement.draw}/seed.txt"):
        _, lines = parse_seed_txt(draw.files[SEED])
    told = []
    for source, text in zip(draw.announcement.randomness, lines, strict=False):
        if isinstance(source, Dice | Lottery):
            try:
                value = value_of(source, text)
            except VerificationError:  # the verifier's to report
                value = text
            kind = "dice" if isinstance(source, Dice) else "lottery"
            told.append(say(f"people.{kind}", value=value))
    return tuple(told)


def files_of(draw: PublishedDraw, say: Phrases) -> tuple[FileLine, ...]:
    """Return every file that the draw's documents name, here or withheld."""
    announced, result = draw.announcement, draw.result
    frozen, drawn = dict(announced.files), dict(result.files) if result else {}
    logs = [name for name in draw.files if name.startswith("log/")]
    papers = [name for name in _PAPERS if name in draw.files]
    tables = frozen | drawn
    return tuple(
        FileLine(
            name=name,
            content=say.word("file", name),
            rows=str(tables[name].rows) if name in tables else "",
            seen=_seen(draw, name, say),
            digest=(
                tables[name].sha256 if name in tables else sha256(draw.files[name])
            ),
            here=name in draw.files,
        )
        for name in (ANNOUNCEMENT, *frozen, *papers, *drawn, *logs)
    )


def _seen(draw: PublishedDraw, name: str, say: Phrases) -> str:
    if name in draw.files:
        return say("draw.folder.public")
    if draw.announcement.sees(name) is Visibility.SEALED:
        return say("draw.folder.sealed", release=draw.announcement.release or "")
    return say("draw.folder.supervisors")
