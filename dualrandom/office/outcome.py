"""From frozen lists and random values to all that a draw makes.

Nothing here reads a clock or logs anything: the same folder and the same values make
the same bytes, for a draw, a rehearsal, or a draw that was abandoned in between.

Spec: draw-v1 §4-§6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom import SOFTWARE
from dualrandom.announcement import Result, result_files
from dualrandom.canonical import json_line, sha256
from dualrandom.changes import Afterwards, Staff
from dualrandom.documents import parse_announcement, result_bytes
from dualrandom.draw import Plain, select_with
from dualrandom.errors import StateError, Where
from dualrandom.folder import open_folder
from dualrandom.matching import match
from dualrandom.model import Drawn, FileDigest, Visibility
from dualrandom.randomness import drawn_salt, key_of, seed_of, seed_txt
from dualrandom.strata import parse_strata_line
from dualrandom.tables import (
    CHANGES,
    CONFLICTS,
    DRAWN,
    FROZEN,
    INSPECTORS,
    RESERVES,
    SELECTED,
    STRATA,
    TARGETS,
    TEAMS,
    Kind,
    rows_of,
)
from dualrandom.verify import KNOWN, LARGE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.audit import DrawLife
    from dualrandom.canonical import Blocks, Content
    from dualrandom.draw import Engine, Selection
    from dualrandom.matching import Matching
    from dualrandom.model import Area, Strata

RESULT = "result.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The lists of a draw, as they were announced.

    Attributes:
        rows: by the name of the table.
        strata_salt: of strata.tsv; None where it is public.
        salt: of inspectors.tsv.
    """

    announcement: Announcement
    commitment: str
    area: Area
    rows: Mapping[str, Collection[Any]]
    strata: Strata
    strata_salt: str | None
    salt: str

    def write(self, kind: Kind[Any], rows: Sequence[Any]) -> bytes:
        """Return a table that the draw makes, with the salt that is due."""
        public = self.announcement.sees(kind.name) is Visibility.PUBLIC
        return kind.encode(
            tuple(rows), salt=None if public else drawn_salt(self.salt, kind.name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What frozen lists and values come to.

    Attributes:
        files: by name, in the order in which they are written; without result.json.
        result: the bytes of result.json.
    """

    seed: str
    key: str
    selection: Selection
    matching: Matching
    files: Mapping[str, bytes]
    result: bytes


def load_frozen(
    folder: Path,
    commitment: str,
    told: Callable[[Path, int], object] = lambda *_: None,
) -> Frozen:
    """Return the frozen lists, byte for byte what was announced.

    Args:
        folder: the draw's.
        commitment: SHA-256 of announcement.json, as logged.
        told: called with a large file and how many percent of it were read.

    Raises:
        StateError: E393, a file is missing or was changed since the freeze.
    """
    _, files, large = open_folder(folder, KNOWN, large=LARGE, told=told)
    return read_frozen(files, commitment, f"draws/{folder.name}", large)


def read_frozen(
    files: Mapping[str, bytes],
    commitment: str,
    named: str,
    large: Mapping[str, Blocks] | None = None,
) -> Frozen:
    """Return the frozen lists from a folder's files.

    Args:
        files: bytes by name.
        commitment: SHA-256 of announcement.json, as logged.
        named: what the folder is called, should something be wrong in it.
        large: lists that are too large to be among the files.

    Raises:
        StateError: E393, a file is missing or was changed since the freeze.
    """
    data = files.get("announcement.json", b"")
    if sha256(data) != commitment:
        raise StateError("E393", where=Where(file=f"{named}/announcement.json"))
    announcement = parse_announcement(data)
    rows: dict[str, Collection[Any]] = {}
    lists: dict[str, Content] = {**files, **(large or {})}
    salts: dict[str, str | None] = {}
    strata = announcement.strata
    for kind in FROZEN:
        content = lists.get(kind.name, b"")
        if sha256(content) != announcement.digest(kind.name).sha256:
            raise StateError("E393", where=Where(file=f"{named}/{kind.name}"))
        table, rows[kind.name] = kind.parse(content)
        salts[kind.name] = table.salt
        if kind is STRATA and table.strata is not None:
            strata, _ = parse_strata_line(table.strata)
    if strata is None or announcement.area is None:
        raise StateError("E393", where=Where(file=f"{named}/{STRATA.name}"))
    return Frozen(
        announcement=announcement,
        commitment=commitment,
        area=announcement.area,
        rows=rows,
        strata=strata,
        strata_salt=salts[STRATA.name],
        salt=salts[INSPECTORS.name] or "",
    )


def make(
    frozen: Frozen,
    lines: Sequence[str],
    proofs: Sequence[Mapping[str, object]],
    engine: Engine | None = None,
) -> Made:
    """Draw and match.

    Args:
        frozen: the lists.
        lines: of seed.txt, one a source.
        proofs: of randomness.json, one a source.
        engine: over the rows of strata.tsv; None: those in ``frozen``.
    """
    announcement = frozen.announcement
    seed_file = seed_txt(frozen.commitment, lines)
    randomness_file = json_line(proofs)
    seed = seed_of(seed_file)
    key = key_of(seed, frozen.strata_salt)
    selection = select_with(
        engine or Plain(frozen.rows[STRATA.name]),
        key=key,
        strata=frozen.strata,
        reserves=announcement.reserves,
    )
    drawn = [row.id for row in selection.selected]
    by_id = rows_of(frozen.rows[TARGETS.name], drawn)
    matching = match(
        key=key,
        targets=[by_id[target] for target in drawn],
        posts=announcement.posts,
        inspectors=tuple(frozen.rows[INSPECTORS.name]),
        area=frozen.area,
        conflicts=frozen.rows[CONFLICTS.name],
    )
    made: dict[str, tuple[Kind[Any], tuple[Any, ...]]] = {
        SELECTED.name: (SELECTED, selection.selected),
        RESERVES.name: (RESERVES, selection.reserves),
        DRAWN.name: (DRAWN, tuple(Drawn(id=target) for target in drawn)),
        TEAMS.name: (TEAMS, matching.members),
    }
    matched = matching.shortage is None
    names = result_files(announcement, matched=matched)
    files = {"seed.txt": seed_file, "randomness.json": randomness_file}
    files |= {name: frozen.write(*made[name]) for name in names}
    digests = tuple(
        (
            name,
            FileDigest(
                rows=len(made[name][1]),
                bytes=len(files[name]),
                sha256=sha256(files[name]),
            ),
        )
        for name in names
    )
    result = result_bytes(
        Result(
            draw=announcement.draw,
            commitment=frozen.commitment,
            seed_file=sha256(seed_file),
            randomness_file=sha256(randomness_file),
            files=digests,
            visibility=tuple((name, announcement.sees(name)) for name in names),
            drawn=len(selection.selected),
            matched=matched,
            software=SOFTWARE,
        )
    )
    return Made(
        seed=seed,
        key=key,
        selection=selection,
        matching=matching,
        files=files,
        result=result,
    )


def afterwards(frozen: Frozen, files: Mapping[str, bytes]) -> Afterwards:
    """Return the teams as they stand after the changes in a folder.

    Args:
        frozen: the lists.
        files: the folder's, the result's and those of the changes among them; all of
            them as logged.

    Raises:
        StateError: E393, a change is not one that the rule gives.
    """
    key = key_of(seed_of(files["seed.txt"]), frozen.strata_salt)
    after = Afterwards(
        key=key,
        selection=select_with(
            Plain(frozen.rows[STRATA.name]),
            key=key,
            strata=frozen.strata,
            reserves=frozen.announcement.reserves,
        ),
        staff=Staff(
            targets=frozen.rows[TARGETS.name],
            posts=frozen.announcement.posts,
            inspectors=frozen.rows[INSPECTORS.name],
            area=frozen.area,
            conflicts=frozen.rows[CONFLICTS.name],
        ),
        members=TEAMS.parse(files[TEAMS.name])[1] if TEAMS.name in files else (),
    )
    rows = [row for kind in CHANGES for row in changes_in(kind, files)]
    for row in sorted(rows, key=lambda row: row.seq):
        if not after.follows(row):
            raise StateError("E393", where=Where(file=f"#{row.seq}"))
    return after


def changes_in(kind: Kind[Any], files: Mapping[str, bytes]) -> tuple[Any, ...]:
    """Return the rows of a table of changes; none where there is no such file."""
    return tuple(kind.parse(files[kind.name])[1]) if kind.name in files else ()


def logged_changes(
    kind: Kind[Any], files: Mapping[str, bytes], life: DrawLife
) -> tuple[Any, ...]:
    """Return the rows that the log names.

    One that it does not was written by a run that was cut off, or by hand: whatever it
    says, it does not count.
    """
    logged = {made.seq for made in life.changes}
    return tuple(row for row in changes_in(kind, files) if row.seq in logged)
