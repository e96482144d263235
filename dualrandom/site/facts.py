"""What an announcement says, as the lines of an official notice.

Border: pure; an announcement in, labelled text out.

- Private strata give no number: neither strata nor quotas are announced.

Spec: draw-v1 §3.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.draw import quotas
from dualrandom.errors import InputError, StateError
from dualrandom.randomness import Dice, Drand, Local, Lottery, Nist, Sealed, time_of
from dualrandom.records import DrawState
from dualrandom.scope import parse_scope
from dualrandom.site.draws import BEIJING, beijing
from dualrandom.tables import TARGETS

if TYPE_CHECKING:
    from dualrandom.announcement import Announcement
    from dualrandom.model import Ratio, Strata
    from dualrandom.randomness import Source
    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.phrases import Phrases

_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999: a round beyond it has no date that can be printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a table of facts: a label and what is to be said under it.

    Attributes:
        values: one paragraph each.
        code: whether they are digests or bytes, not words.
    """

    label: str
    values: tuple[str, ...]
    code: bool = False


def taken_of(strata: Strata) -> tuple[int, ...] | None:
    """Return how many each stratum gives, or None where the rules refuse it."""
    try:
        return quotas(strata)
    except StateError:  # the rules refuse it, and the verifier says so
        return None


def percent(ratio: Ratio) -> str:
    """Return a ratio as a whole percentage where it is one: 3/100 is ``3%``."""
    whole, rest = divmod(ratio.p * 100, ratio.q)
    return str(ratio) if rest else f"{whole}%"


def facts_of(draw: PublishedDraw, say: Phrases) -> tuple[Fact, ...]:
    """Return what the announcement says, in the order of an official notice."""
    a = draw.announcement
    facts: list[tuple[str, tuple[str, ...]]] = [
        ("plan", (a.task.plan,)),
        ("task", (a.task.id,)),
        ("title", (a.title,)),
        ("type", (a.task.type,)),
        (
            "items",
            tuple(
                say("draw.value.item", code=i.code, name=i.name, version=i.version)
                for i in a.items
            ),
        ),
        ("basis", tuple(dict.fromkeys(i.basis for i in a.items))),
        ("scope", (_scope(a.task.scope, say),)),
        ("dates", (say("draw.between", start=a.task.start, end=a.task.end),)),
        ("office", (a.office,)),
        ("rows", (str(a.digest(TARGETS.name).rows),)),
        ("wanted", (_wanted(a, say),)),
        ("reserves", _reserves(a, say)),
        ("excluded", _excluded(a, say)),
        ("posts", _posts(a, say)),
        (
            "area",
            (say(f"draw.area.{a.area}") if a.area else say("draw.value.unknown"),),
        ),
        ("off_site", (a.off_site or "",)),
        ("randomness", sources_of(a, say)),
        ("release", (a.release or "",)),
    ]
    if draw.line.state is DrawState.ANNOUNCED:
        facts.append(("due", (beijing(a.due), say("draw.note.due"))))
    made = [fact(name, values, say) for name, values in facts if any(values)]
    commitment = sha256(draw.files["announcement.json"])
    made.append(fact("commitment", (commitment,), say, code=True))
    made.append(fact("rules", (a.task.rules,), say, code=True))
    return tuple(made)


def fact(
    name: str, values: tuple[str, ...], say: Phrases, *, code: bool = False
) -> Fact:
    """Return a fact with its label."""
    return Fact(label=say(f"draw.fact.{name}"), values=values, code=code)


def _scope(text: str, say: Phrases) -> str:
    if not text:
        return say("draw.all_targets")
    try:
        # The recorded form has field names for programs; citizens get the words.
        return parse_scope(text).said if say.lang == "zh-CN" else text
    except InputError:  # another program's way of writing it
        return text


def _wanted(announced: Announcement, say: Phrases) -> str:
    if announced.strata is None:
        return say("draw.value.private_wanted")
    taken = taken_of(announced.strata)
    return "" if taken is None else str(sum(taken))


def _reserves(announced: Announcement, say: Phrases) -> tuple[str, ...]:
    if announced.reserves is None:
        return ()
    return (say("draw.value.ratio", ratio=percent(announced.reserves)),)


def _excluded(announced: Announcement, say: Phrases) -> tuple[str, ...]:
    told = tuple(
        say(f"draw.value.excluded_{e.list}", reason=e.reason, count=e.count)
        for e in announced.excluded
        if e.count
    )
    return told or (say("draw.value.nobody_excluded"),)


def _posts(announced: Announcement, say: Phrases) -> tuple[str, ...]:
    return tuple(
        say(
            "draw.value.post",
            count=post.count,
            need=say("draw.value.and").join(post.need),
        )
        if post.need
        else say("draw.value.post_any", count=post.count)
        for post in announced.posts
    )


def sources_of(announced: Announcement, say: Phrases) -> tuple[str, ...]:
    """Return where the randomness comes from, in words."""
    return tuple(_source(source, say) for source in announced.randomness)


def _source(source: Source, say: Phrases) -> str:
    match source:
        case Drand():
            time = time_of(source)
            if time is None or time > _LAST_SECOND:
                return say(
                    "source.drand_unknown", chain=source.chain, round=source.round
                )
            moment = dt.datetime.fromtimestamp(time, BEIJING)
            return say(
                "source.drand",
                chain=source.chain,
                round=source.round,
                time=moment.strftime("%Y-%m-%d %H:%M:%S"),
            )
        case Nist():
            return say("source.nist", chain=source.chain, pulse=source.pulse)
        case Lottery():
            game = say.word("game", source.game)
            return say("source.lottery", game=game, issue=source.issue)
        case Sealed():
            return say(
                "source.sealed", party=source.party, commitment=source.commitment
            )
        case Dice():
            return say("source.dice", count=source.count)
        case Local():
            return say("source.local")
        case _:
            return say("source.unknown", kind=source.kind)
