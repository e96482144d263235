"""Drawing: randomness in, results out, once.

- Dice are logged when typed, before anything is computed from them.
- Drawn files follow from frozen files and seed: a run that was cut off is run again
  and makes the same bytes. What counts is the log's one ``draw.result``.

Spec: draw-v1 §4-§6; log-v1 §3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom import SOFTWARE
from dualrandom.announcement import Result, result_files
from dualrandom.canonical import json_line, sha256
from dualrandom.documents import parse_announcement, result_bytes
from dualrandom.draw import Selection, select
from dualrandom.errors import InputError, StateError, UsageError, Where
from dualrandom.folder import load_folder, write_files
from dualrandom.matching import Shortage, match
from dualrandom.model import Drawn, FileDigest, Visibility
from dualrandom.office import journal
from dualrandom.office.sources import given
from dualrandom.randomness import (
    Dice,
    Local,
    Lottery,
    Sealed,
    Source,
    check_value,
    drawn_salt,
    key_of,
    line,
    seed_of,
    seed_txt,
)
from dualrandom.records import DrawState
from dualrandom.strata import parse_strata_line
from dualrandom.tables import (
    CONFLICTS,
    DRAWN,
    FROZEN,
    INSPECTORS,
    RESERVES,
    RESULTS,
    SELECTED,
    STRATA,
    TARGETS,
    TEAMS,
    Kind,
)
from dualrandom.verify import KNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.keys import PrivateKey
    from dualrandom.model import Strata
    from dualrandom.office.place import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Randomness as an officer brings it.

    Attributes:
        dice: the digits, for the one source of that kind.
        lottery: the numbers, likewise.
        secrets: (party, secret).
    """

    dice: str = ""
    lottery: str = ""
    secrets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a draw came to.

    Attributes:
        shortages: why teams could not be completed; (): they are.
        posts: how many posts were filled.
    """

    draw: str
    seed: str
    selection: Selection
    shortages: tuple[Shortage, ...]
    posts: int
    result: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    announcement: Announcement
    commitment: str
    rows: Mapping[str, tuple[Any, ...]]
    strata: Strata
    strata_salt: str | None
    salt: str


def announced(office: Office, draw: str) -> Announcement:
    """Return the announcement of an open draw.

    Raises:
        StateError: E390 not frozen yet; E391 drawn already; E392 abandoned.
    """
    return _open(office, draw).announcement


def _open(office: Office, draw: str) -> _Frozen:
    with office.registry.read() as tx:
        life = journal.open_draw(journal.told(tx), draw)
    return _load(office, draw, life.commitment)


def run_draw(office: Office, draw: str, values: Values) -> Done:
    """Draw, match, write and log the result.

    Raises:
        StateError: E390-E392 as for :func:`announced`; E393 a frozen file is not
            what was announced; E394 dice other than those in the log.
        UsageError: E365, a value that no announced source takes; E395, a value is
            missing.
        InputError: E603-E605, a value that is not one.
        EnvironmentProblem: E187, drawn and logged, but not proved yet.
    """
    frozen = _open(office, draw)
    announcement, commitment = frozen.announcement, frozen.commitment
    _check_asked(announcement, values)
    lines = []
    for source in announcement.randomness:
        value = _value(office, source, values)
        with given():
            check_value(source, value, draw)
        lines.append(line(source, value))
    signer = journal.signer(office)
    _log_dice(office, draw, commitment, announcement, values, signer)
    seed_file = seed_txt(commitment, lines)
    randomness_file = json_line([{} for _ in lines])
    seed = seed_of(seed_file)
    key = key_of(seed, frozen.strata_salt)
    selection = select(
        key=key,
        rows=frozen.rows[STRATA.name],
        strata=frozen.strata,
        reserves=announcement.reserves,
    )
    by_id = {target.id: target for target in frozen.rows[TARGETS.name]}
    if announcement.area is None:
        raise StateError("E393", where=Where(file="announcement.json"))
    matching = match(
        key=key,
        targets=[by_id[row.id] for row in selection.selected],
        posts=announcement.posts,
        inspectors=frozen.rows[INSPECTORS.name],
        area=announcement.area,
        conflicts=frozen.rows[CONFLICTS.name],
    )
    matched = matching.shortage is None
    made: dict[str, tuple[Kind[Any], tuple[Any, ...]]] = {
        SELECTED.name: (SELECTED, selection.selected),
        RESERVES.name: (RESERVES, selection.reserves),
        DRAWN.name: (DRAWN, tuple(Drawn(id=row.id) for row in selection.selected)),
        TEAMS.name: (TEAMS, matching.members),
    }
    files = {"seed.txt": seed_file, "randomness.json": randomness_file}
    digests = []
    names = result_files(announcement, matched=matched)
    for name in names:
        kind, rows = made[name]
        public = announcement.sees(name) is Visibility.PUBLIC
        data = kind.encode(rows, salt=None if public else drawn_salt(frozen.salt, name))
        files[name] = data
        digests.append(
            (name, FileDigest(rows=len(rows), bytes=len(data), sha256=sha256(data)))
        )
    result = result_bytes(
        Result(
            draw=draw,
            commitment=commitment,
            seed_file=sha256(seed_file),
            randomness_file=sha256(randomness_file),
            files=tuple(digests),
            visibility=tuple((name, announcement.sees(name)) for name in names),
            drawn=len(selection.selected),
            matched=matched,
            software=SOFTWARE,
        )
    )
    _write_result(office, draw, commitment, files, result, signer)
    return Done(
        draw=draw,
        seed=seed,
        selection=selection,
        shortages=matching.shortages,
        posts=len(matching.members),
        result=sha256(result),
        folder=office.draw(draw),
    )


def _write_result(
    office: Office,
    draw: str,
    commitment: str,
    files: dict[str, bytes],
    result: bytes,
    signer: PrivateKey,
) -> None:
    folder = office.draw(draw)
    made = {**files, "result.json": result}
    with journal.writing(office) as (tx, undo):
        # Looked at again under the lock: of two officers only one draws.
        report = journal.told(tx)
        life = journal.open_draw(report, draw)
        for name in made:
            if not (folder / name).exists():
                undo.callback((folder / name).unlink, missing_ok=True)
        for kind in RESULTS:
            if kind.name not in made:  # by a run that was cut off
                (folder / kind.name).unlink(missing_ok=True)
        write_files(folder, made, mode=0o600)
        entry = journal.append(
            office,
            tx,
            "draw.result",
            {
                "draw": draw,
                "commitment": commitment,
                "result": sha256(result),
                "keys": journal.log_keys(report, signer),
            },
            signer=signer,
        )
        journal.set_state(tx, life, DrawState.DRAWN, entry)
    journal.settle(office, draw)


def _load(office: Office, draw: str, commitment: str) -> _Frozen:
    """Return the frozen lists, byte for byte what was announced.

    Raises:
        StateError: E393, a file is missing or was changed since the freeze.
    """
    _, files = load_folder(office.draw(draw), KNOWN)
    data = files.get("announcement.json", b"")
    if sha256(data) != commitment:
        raise StateError("E393", where=Where(file=f"draws/{draw}/announcement.json"))
    announcement = parse_announcement(data)
    rows: dict[str, tuple[Any, ...]] = {}
    salts: dict[str, str | None] = {}
    strata = announcement.strata
    for kind in FROZEN:
        data = files.get(kind.name, b"")
        if sha256(data) != announcement.digest(kind.name).sha256:
            raise StateError("E393", where=Where(file=f"draws/{draw}/{kind.name}"))
        table, rows[kind.name] = kind.parse(data)
        salts[kind.name] = table.salt
        if kind is STRATA and table.strata is not None:
            strata, _ = parse_strata_line(table.strata)
    if strata is None:
        raise StateError("E393", where=Where(file=f"draws/{draw}/{STRATA.name}"))
    return _Frozen(
        announcement=announcement,
        commitment=commitment,
        rows=rows,
        strata=strata,
        strata_salt=salts[STRATA.name],
        salt=salts[INSPECTORS.name] or "",
    )


def _check_asked(announcement: Announcement, values: Values) -> None:
    """Refuse a value that would silently have no effect.

    Raises:
        UsageError: E365.
    """
    asked = {
        "dice": any(isinstance(s, Dice) for s in announcement.randomness),
        "lottery": any(isinstance(s, Lottery) for s in announcement.randomness),
    }
    parties = {s.party for s in announcement.randomness if isinstance(s, Sealed)}
    for kind, asks in asked.items():
        if getattr(values, kind) and not asks:
            raise UsageError("E365", kind=kind)
    for party, _ in values.secrets:
        if party not in parties:
            raise UsageError("E365", kind=f"sealed {party}")


def _value(office: Office, source: Source, values: Values) -> str:
    match source:
        case Dice():
            value = values.dice
        case Lottery():
            value = values.lottery
        case Sealed():
            value = dict(values.secrets).get(source.party, "")
        case Local():
            value = office.entropy(32).hex()
        case _:
            raise InputError("E396", kind=str(source)[:40])
    if not value:
        raise UsageError("E395", kind=line(source, "").strip())
    return value


def _log_dice(
    office: Office,
    draw: str,
    commitment: str,
    announcement: Announcement,
    values: Values,
    signer: PrivateKey,
) -> None:
    """Log the dice before anything is computed from them; once.

    Raises:
        StateError: E394, other dice stand in the log for this draw.
    """
    for at, source in enumerate(announcement.randomness):
        if not isinstance(source, Dice):
            continue
        with journal.writing(office) as (tx, _):
            life = journal.open_draw(journal.told(tx), draw)
            standing = dict(life.dice).get(at)
            if standing is None:
                journal.append(
                    office,
                    tx,
                    "draw.dice",
                    {
                        "draw": draw,
                        "commitment": commitment,
                        "source": at,
                        "digits": values.dice,
                    },
                    signer=signer,
                )
            elif standing != values.dice:
                raise StateError("E394", draw=draw, digits=standing)
