"""Looking into the registry: a record's life, a past day's list, what has changed.

Border: reads registry and draws' folders; writes nothing.

- A list's version is one change of it: ``v3`` is the list after its third change.
- What a draw's folder tells is told as it lies there; whether it is what was drawn,
  ``verify`` says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.disclosure import ANNOUNCEMENT
from dualrandom.documents import parse_announcement
from dualrandom.errors import DualRandomError, StateError, UsageError
from dualrandom.folder import load_folder
from dualrandom.items import ItemState, Stale, stale, state_of
from dualrandom.office.place import ZONE, today
from dualrandom.ratios import Terms, read_terms
from dualrandom.registry.kinds import shown_key
from dualrandom.registry.lists import (
    BASES,
    INSPECTORS,
    ITEMS,
    RECUSALS,
    RESULTS,
    TARGETS,
)
from dualrandom.scope import field_of, parse_scope, values_of
from dualrandom.sheets.reading import uncollected
from dualrandom.tables import DRAWN, EXCLUSIONS, SELECTED, TEAMS
from dualrandom.tables import TARGETS as LISTED
from dualrandom.verify import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dualrandom.office.place import Office
    from dualrandom.outcomes import ResultRecord
    from dualrandom.records import (
        InspectorRecord,
        ItemRecord,
        Recusal,
        TargetPrivate,
        TargetRecord,
    )
    from dualrandom.registry import Moment, Reader, Version
    from dualrandom.registry.kinds import Key, ListKind

Field = tuple[str, str, str]
"""A column, what stood there, what stands there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item as it stands: which version, whether it can be drawn for, and why not.

    Attributes:
        stale: laws that changed under it more than a month ago.
        terms: its ratio and frequency as rules; None where the text is not clear.
    """

    item: ItemRecord
    version: int
    state: ItemState
    stale: tuple[Stale, ...]
    terms: Terms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What happened to a record between two states of its list."""

    act: str
    key: str
    name: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version of a record: who, when and why, and what was different before.

    Attributes:
        ended: when and by whom it ended; "" while it stands.
    """

    number: int
    at: str
    by: str
    reason: str
    ended: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of a target, or an inspector, in one draw.

    Attributes:
        outcome: ``drawn``, ``listed`` (and not drawn), ``excluded`` or ``team``.
        detail: the coded reason, or the targets visited.
    """

    draw: str
    title: str
    announced: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All that the registry tells of one target or inspector."""

    record: Any
    steps: tuple[Step, ...]
    draws: tuple[Seen, ...]
    results: tuple[ResultRecord, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    personal: bool = False


def list_items(office: Office, as_of: Moment | None = None) -> tuple[ItemLine, ...]:
    """Return the items as they stand, or stood, each with what may be done with it."""
    with office.registry.read() as tx:
        return items_of(office, tx, as_of)


def items_of(
    office: Office, tx: Reader, as_of: Moment | None = None
) -> tuple[ItemLine, ...]:
    """Return the same within a transaction."""
    numbers = tx.numbers(ITEMS, as_of)
    bases = tuple(tx.records(BASES, as_of))
    day = today(office)
    if as_of is not None and not isinstance(as_of, int):
        day = as_of.astimezone(ZONE).date()
    lines = []
    for item in tx.items(as_of):
        number = numbers[item.code, item.sub]
        since = tx.history(ITEMS, (item.code, item.sub))[number - 1].since
        made = since.at.astimezone(ZONE).date()
        lines.append(
            ItemLine(
                item=item,
                version=number,
                state=state_of(item, day),
                stale=stale(item, made, bases, day),
                terms=read_terms(item.ratio, item.frequency),
            )
        )
    return tuple(lines)


def diff_items(office: Office, first: str, second: str) -> tuple[Difference, ...]:
    """Return what is different between two versions of the item list.

    Args:
        office: the open office.
        first: ``v1`` or ``1``: after the list's first change.
        second: likewise.

    Raises:
        UsageError: E318, no such version.
    """
    with office.registry.read() as tx:
        known = tx.list_versions(ITEMS)
        then, now = (
            ITEMS.rows(tx.items(known[_number(text, len(known)) - 1].seq))
            for text in (first, second)
        )
    return tuple(_differences(ITEMS, then, now))


def _number(text: str, known: int) -> int:
    digits = text.removeprefix("v")
    if digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= known:
        return int(digits)
    raise UsageError("E318", value=text, known=known)


def _differences(
    kind: ListKind[Any],
    then: dict[Key, tuple[str, ...]],
    now: dict[Key, tuple[str, ...]],
) -> Iterable[Difference]:
    name = kind.names.index("name")
    for key in sorted(then.keys() | now.keys()):
        old, new = then.get(key), now.get(key)
        if old == new:
            continue
        act = "added" if old is None else "retired" if new is None else "changed"
        yield Difference(
            act=act,
            key=shown_key(key),
            name=(new or old or ())[name],
            fields=_fields(kind, old, new) if old and new else (),
        )


def _fields(
    kind: ListKind[Any], old: Sequence[str], new: Sequence[str]
) -> tuple[Field, ...]:
    return tuple(
        (name, a, b) for name, a, b in zip(kind.names, old, new, strict=True) if a != b
    )


def item_history(office: Office, code: str) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    """Return all versions of each sub-item of an item, by the sub-item's key.

    Raises:
        StateError: E319, there never was such an item.
    """
    with office.registry.read() as tx:
        keys = [key for key in tx.numbers(ITEMS) if key[0] == code]
        if not keys:
            raise StateError("E319", list=ITEMS.name, id=code)
        return tuple(
            (shown_key(key), _steps(ITEMS, tx.history(ITEMS, key)))
            for key in sorted(keys)
        )


def _steps(kind: ListKind[Any], versions: Sequence[Version[Any]]) -> tuple[Step, ...]:
    steps = []
    before: Sequence[str] | None = None
    for version in versions:
        (row,) = kind.rows([version.record]).values()
        steps.append(
            Step(
                number=version.number,
                at=version.since.at.isoformat(),
                by=version.since.by,
                reason=version.since.reason,
                ended="" if version.until is None else version.until.at.isoformat(),
                fields=() if before is None else _fields(kind, before, row),
            )
        )
        before = row
    return tuple(steps)


def list_targets(
    office: Office, where: str = "", as_of: Moment | None = None
) -> tuple[tuple[TargetRecord, TargetPrivate], ...]:
    """Return the targets of a day that an expression takes, by their ids.

    Raises:
        InputError: E320-E325, the expression.
    """
    scope = parse_scope(where)
    with uncollected(), office.registry.read() as tx:
        return tuple(pair for pair in tx.targets(as_of) if scope.accepts(*pair))


def count_targets(
    targets: Iterable[tuple[TargetRecord, TargetPrivate]], by: str
) -> tuple[tuple[str, int], ...]:
    """Return how many targets each value of a field has, most first.

    Raises:
        UsageError: E347, no such field.
    """
    field = field_of(by)
    if field is None:
        raise UsageError("E347", field=by)
    counted: Counter[str] = Counter()
    for pair in targets:
        counted.update(values_of(field, *pair))
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def show_target(office: Office, id_: str) -> Life:
    """Return a target's versions, its draws and its results.

    Raises:
        StateError: E319, there never was such a target.
    """
    with office.registry.read() as tx:
        versions = _known(tx, TARGETS, id_)
        results = tuple(r for r in tx.records(RESULTS) if r.target == id_)
        draws = tuple(
            seen for draw in tx.draws() if (seen := _seen(office, draw.id, id_))
        )
    return Life(
        record=versions[-1].record,
        steps=_steps(TARGETS, versions),
        draws=draws,
        results=results,
    )


def show_inspector(office: Office, id_: str) -> Life:
    """Return an inspector's versions, recusals and teams.

    Raises:
        StateError: E319, there never was such an inspector.
    """
    with office.registry.read() as tx:
        versions = _known(tx, INSPECTORS, id_)
        recusals = tuple(r for r in tx.records(RECUSALS) if r.inspector == id_)
        kept = tx.personal(id_) is not None
        draws = tuple(
            seen for draw in tx.draws() if (seen := _visited(office, draw.id, id_))
        )
    person: InspectorRecord = versions[-1].record
    return Life(
        record=person,
        steps=_steps(INSPECTORS, versions),
        draws=draws,
        recusals=recusals,
        personal=kept,
    )


def _known(tx: Reader, kind: ListKind[Any], id_: str) -> tuple[Version[Any], ...]:
    versions = tx.history(kind, (id_,))
    if not versions:
        raise StateError("E319", list=kind.name, id=id_)
    return versions


_LOOKED_AT: Final = frozenset(
    {ANNOUNCEMENT, LISTED.name, EXCLUSIONS.name, SELECTED.name, DRAWN.name, TEAMS.name}
)


def _files(office: Office, draw: str) -> tuple[dict[str, bytes], str, str]:
    """Return a draw's files that are at hand, its title and when it was announced."""
    try:
        _, found = load_folder(office.draw(draw), KNOWN)
        announcement = parse_announcement(found[ANNOUNCEMENT])
    except (DualRandomError, KeyError):
        return {}, "", ""  # ``log verify`` says what is wrong with the folder
    files = {name: data for name, data in found.items() if name in _LOOKED_AT}
    return files, announcement.title, announcement.announced


def _seen(office: Office, draw: str, id_: str) -> Seen | None:
    files, title, announced = _files(office, draw)
    outcome, detail = "", ""
    for kind, word in ((LISTED, "listed"), (DRAWN, "drawn"), (SELECTED, "drawn")):
        if kind.name in files and any(
            r.id == id_ for r in kind.parse(files[kind.name])[1]
        ):
            outcome = word
    if EXCLUSIONS.name in files:
        for row in EXCLUSIONS.parse(files[EXCLUSIONS.name])[1]:
            if row.id == id_:
                outcome, detail = "excluded", row.reason
    if not outcome:
        return None
    return Seen(
        draw=draw, title=title, announced=announced, outcome=outcome, detail=detail
    )


def _visited(office: Office, draw: str, id_: str) -> Seen | None:
    files, title, announced = _files(office, draw)
    if TEAMS.name not in files:
        return None
    _, members = TEAMS.parse(files[TEAMS.name])
    visits = [member.id for member in members if member.inspector == id_]
    if not visits:
        return None
    return Seen(
        draw=draw,
        title=title,
        announced=announced,
        outcome="team",
        detail=", ".join(visits),
    )
