"""The item list: every item as it stands, its versions, and what changed in each.

Border: pure; the versions of ``items.json`` in, what a template shows out.

- What changed is told field by field, before and after, from the published versions
  alone. The first version is an addition, a gap in time a coming back.
- An item that left the list stays on the page, with the day and, where a code was
  told, the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from dualrandom.model import is_id
from dualrandom.public_items import ITEM_FIELDS
from dualrandom.site.draws import beijing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from dualrandom.public_items import PublishedItem
    from dualrandom.records import ItemRecord
    from dualrandom.site.phrases import Phrases

FIELDS: Final = tuple(name for name in ITEM_FIELDS if name != "cause")
"""What an item says; the cause speaks of a version."""
NAMED: Final = 10
"""Up to how many items a line of the record names; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemField:
    """One field of an item; ``lines`` are its paragraphs."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that a version changed; no lines: there was nothing, or is no more."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version.

    Attributes:
        until: "" for the one in force.
        what: ``added``, ``changed`` or ``returned``, after it had left the list.
        why: its cause in words; "" where none was told.
        changed: fields that differ from the version before.
    """

    version: int
    since: str
    until: str
    what: str
    why: str
    changed: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item in its newest version, and all its versions, the newest first.

    Attributes:
        left: when it left the list; "": it stands there.
        why: the reason in words; "" where none was told.
    """

    anchor: str
    code: str
    sub: str
    name: str
    kind: str
    body: str
    method: str
    version: int
    left: str
    why: str
    fields: tuple[ItemField, ...]
    versions: tuple[VersionView, ...]

    @property
    def title(self) -> str:
        """What a reader recognises it by, and no other item is called."""
        return " ".join(filter(None, (self.code, self.name, self.sub)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Items that changed together, in one way and for one cause.

    Attributes:
        what: ``added``, ``changed``, ``returned`` or ``left``.
        which: (title, anchor).
    """

    time: str
    what: str
    why: str
    which: tuple[tuple[str, str], ...]

    @property
    def named(self) -> bool:
        """Whether they are few enough to be named one by one."""
        return len(self.which) <= NAMED


def items_of(items: Iterable[PublishedItem], say: Phrases) -> tuple[ItemView, ...]:
    """Return the items by code and sub-item, each once; those that left come last.

    Args:
        items: sorted by code, sub-item, then the newest version first.
        say: the wording.
    """
    by_key = groupby(items, key=lambda i: (i.record.code, i.record.sub))
    views = [
        _item(number, tuple(versions), say)
        for number, (_, versions) in enumerate(by_key, 1)
    ]
    return tuple(sorted(views, key=lambda view: bool(view.left)))


def _item(number: int, every: Sequence[PublishedItem], say: Phrases) -> ItemView:
    newest = every[0]
    record = newest.record
    return ItemView(
        anchor=_anchor(record, number),
        code=record.code,
        sub=record.sub,
        name=record.name,
        kind=record.kind,
        body=record.body,
        method=record.method,
        version=newest.version,
        left=beijing(newest.valid_to) if newest.valid_to else "",
        why=_words(newest.ended, say) if newest.valid_to else "",
        fields=tuple(
            ItemField(label=say(f"item.{name}"), lines=lines)
            for name in FIELDS
            if (lines := _lines(record, name))
        ),
        versions=(
            *(_version(now, before, say) for now, before in pairwise(every)),
            _version(every[-1], None, say),
        ),
    )


def _anchor(record: ItemRecord, number: int) -> str:
    """Return a name for links to an item; by number where its code is no name."""
    parts = [part for part in (record.code, record.sub) if part]
    named = all(map(is_id, parts))
    return f"item-{'/'.join(parts)}" if named else f"number-{number}"


def _version(
    now: PublishedItem, before: PublishedItem | None, say: Phrases
) -> VersionView:
    what = "added" if before is None else "changed"
    if before is not None and before.valid_to != now.valid_from:
        what = "returned"
    return VersionView(
        version=now.version,
        since=beijing(now.valid_from),
        until=beijing(now.valid_to) if now.valid_to else "",
        what=what,
        why=_words(now.record.cause, say),
        changed=() if before is None else _differences(before.record, now.record, say),
    )


def _differences(
    before: ItemRecord, now: ItemRecord, say: Phrases
) -> tuple[Difference, ...]:
    return tuple(
        Difference(
            label=say(f"item.{name}"),
            before=_lines(before, name),
            after=_lines(now, name),
        )
        for name in FIELDS
        if getattr(before, name) != getattr(now, name)
    )


def _lines(record: ItemRecord, name: str) -> tuple[str, ...]:
    value: str | tuple[str, ...] | dt.date | None = getattr(record, name)
    if value is None:
        return ()
    lines = value if isinstance(value, tuple) else str(value).split("\n")
    return tuple(line for line in lines if line.strip())


def _words(cause: str, say: Phrases) -> str:
    return say.word("cause", cause) if cause else ""


def moves_of(views: Iterable[ItemView]) -> tuple[Move, ...]:
    """Return what happened to the list, the newest first.

    Times are written so that they sort as texts.
    """
    told: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for view in views:
        named = (view.title, view.anchor)
        for one in view.versions:
            told.setdefault((one.since, one.what, one.why), []).append(named)
        if view.left:
            told.setdefault((view.left, "left", view.why), []).append(named)
    return tuple(
        Move(time=time, what=what, why=why, which=tuple(told[time, what, why]))
        for time, what, why in sorted(told, key=lambda key: (key[0], key), reverse=True)
    )
