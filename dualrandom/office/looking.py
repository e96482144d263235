"""Looking without changing: verify, why, status."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.beacons import check_beacon
from dualrandom.canonical import sha256
from dualrandom.disclosure import ANNOUNCEMENT, RESULT, SEED
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.draw import ticket
from dualrandom.engines import engine_over
from dualrandom.errors import (
    DualRandomError,
    InputError,
    UsageError,
    VerificationError,
    Where,
)
from dualrandom.folder import load_folder, open_folder
from dualrandom.keys import verify_ed25519
from dualrandom.office import journal
from dualrandom.office.checking import (
    existing,
    published_file,
    read_genesis,
    read_policy,
)
from dualrandom.office.folders import check_folder, refuse
from dualrandom.office.place import KEPT, find_root, registry_place
from dualrandom.office.sources import given
from dualrandom.public import naming
from dualrandom.randomness import key_of, seed_of
from dualrandom.registry import Registry
from dualrandom.settings import load_settings
from dualrandom.tables import (
    EXCLUSIONS,
    SELECTED,
    STRATA,
    TARGETS,
)
from dualrandom.verify import KNOWN, LARGE, Report, verify_draw
from dualrandom.verify.supplement import NEEDED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.office.place import Office
    from dualrandom.randomness import BeaconChecker
    from dualrandom.verify import Trust


def load_trust(
    policy: Path | None, genesis: Path | None, log: Path | None = None
) -> Trust | None:
    """Return whom a reader trusts, from a file that they got elsewhere.

    Args:
        policy: the file of a policy.
        genesis: the file of a kept genesis entry.
        log: the folder of a published log, through which its keys are followed.

    Raises:
        EnvironmentProblem: E150, no such log; E151, a file cannot be read.
        UsageError: not a policy, or not a genesis entry; E793, a log without one.
    """
    if log is not None and (policy is not None or genesis is None):
        raise UsageError("E793")
    if policy is not None:
        return read_policy(policy)
    return None if genesis is None else _succession(genesis, log)


def own_trust(
    start: Path, log: Path | None = None
) -> tuple[Path, audit.Succession] | None:
    """Return the genesis entry that the office around ``start`` kept, and its keys.

    They are followed through the office's own log, or the one that is given. Where its
    database cannot be read, the genesis entry is all that is known.

    Raises:
        EnvironmentProblem: E150, no such log; E151, a file cannot be read.
        UsageError: what was kept is no genesis entry.
    """
    root = find_root(start.resolve())
    kept = None if root is None else root / KEPT / journal.GENESIS
    if root is None or kept is None or not kept.is_file():
        return None
    known = _succession(kept, log)
    if log is None:
        with suppress(DualRandomError):
            registry = Registry.open(registry_place(root, load_settings(root)))
            with registry.read() as tx:
                known.follow_entries(tx.entries())
    return kept, known


def _succession(genesis: Path, log: Path | None) -> audit.Succession:
    data = read_genesis(genesis)
    with given(Where(file=str(genesis)), UsageError):
        known = audit.Succession(data, verify=verify_ed25519)
    if log is not None:
        folder = existing(log)
        known.follow(lambda path: published_file(folder, path))
    return known


def verify_path(
    path: Path,
    trust: Trust | None,
    beacons: BeaconChecker = check_beacon,
    *,
    engine: str = "",
    told: Callable[[Path, int], object] = lambda *_: None,
) -> Report:
    """Check a draw folder or a zip of one; no office is needed.

    Args and errors: as for :func:`verify_files`.
    """
    report, _ = verify_files(path, trust, beacons, engine=engine, told=told)
    return report


def verify_files(
    path: Path,
    trust: Trust | None,
    beacons: BeaconChecker = check_beacon,
    *,
    engine: str = "",
    told: Callable[[Path, int], object] = lambda *_: None,
) -> tuple[Report, Mapping[str, bytes]]:
    """Check a draw, and return the bytes that were checked too.

    Whoever signs or opens something on the strength of a report goes by these: what
    lies in the folder a moment later may be something else.

    Args:
        path: the folder or zip.
        trust: whom the reader trusts.
        beacons: checks drand rounds and NIST pulses.
        engine: what hashes the rows, see :mod:`dualrandom.engines`; "": plain Python.
        told: called with a large file and how many percent of it were read.

    Returns:
        The report, and the files by name; lists too large for memory are not among
        them.

    Raises:
        EnvironmentProblem: E150, no such folder; E151, it cannot be read; E152,
            neither folder nor zip; E481, E482, E485, an engine or a file that fails.
        UsageError: E480, E483, E484, an engine that there is not, or not for this.
        VerificationError: E153, a zip that is damaged or beyond the limits.
    """
    name, files, large = open_folder(path, KNOWN, large=LARGE, told=told)
    with engine_over(path, engine) as hashing:
        report = verify_draw(
            name,
            files,
            verifier=verify_ed25519,
            trust=trust,
            beacons=beacons,
            large=large,
            engine=hashing,
            beside=lambda draw: _beside(path, draw),
        )
    return report, files


def _beside(path: Path, draw: str) -> Mapping[str, bytes]:
    """Return what a supplementary draw needs of the first one's folder, or zip.

    What cannot be opened is not at hand: it has a check of its own.
    """
    at = path.resolve().parent / draw
    with suppress(DualRandomError):
        found = at if at.is_dir() else at.with_name(f"{draw}.zip")
        return load_folder(found, NEEDED)[1]
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why one target was drawn, or not.

    Attributes:
        listed: whether it is in the frozen list.
        excluded: the coded reason for which it was left out, or "".
        key: what its ticket is computed from; "" before the draw.
        tickets: how many it had.
        ticket: the lowest of them; "" before the draw.
        rank: among its stratum's rows by ticket, from 1; 0 before the draw.
        public: whether what was computed here may be shown to everyone.
        cutoff: the highest drawn ticket of the stratum; "" before the draw.
    """

    draw: str
    id: str
    name: str = ""
    listed: bool = False
    excluded: str = ""
    stratum: str = ""
    rows: int = 0
    tickets: int = 1
    key: str = ""
    ticket: str = ""
    rank: int = 0
    quota: int = 0
    cutoff: str = ""
    drawn: bool = False
    order: int = 0
    public: bool = True


def why(folder: Path, target: str) -> Why:
    """Explain one target's outcome from a draw folder.

    Raises:
        EnvironmentProblem: E150, no such folder.
        InputError: E400, the folder lacks the lists.
        VerificationError: E810 and others, a file is not the announced or drawn one.
    """
    _, files = load_folder(folder, KNOWN)
    if not {ANNOUNCEMENT, TARGETS.name, STRATA.name} <= set(files):
        raise InputError("E400", where=Where(file=str(folder)))
    draw = _check_whole(files).draw
    _, targets = TARGETS.parse(files[TARGETS.name])
    found = next((t for t in targets if t.id == target), None)
    if found is None:
        excluded = ""
        if EXCLUSIONS.name in files:
            _, out = EXCLUSIONS.parse(files[EXCLUSIONS.name])
            excluded = next((e.reason for e in out if e.id == target), "")
        return Why(draw=draw, id=target, excluded=excluded)
    table, rows = STRATA.parse(files[STRATA.name])
    mine = next((row for row in rows if row.id == target), None)
    if mine is None:
        raise VerificationError("E816", where=Where(file=STRATA.name))
    peers = [row for row in rows if row.stratum == mine.stratum]
    before = Why(
        draw=draw,
        id=target,
        name=found.name,
        listed=True,
        stratum=mine.stratum,
        rows=len(peers),
        tickets=mine.tickets,
    )
    if not {RESULT, SEED, SELECTED.name} <= set(files):
        return before
    key = key_of(seed_of(files[SEED]), table.salt)
    own = (ticket(key, target, mine.tickets), target)
    _, selected = SELECTED.parse(files[SELECTED.name])
    drawn = [s for s in selected if s.stratum == mine.stratum]
    chosen = next((s for s in drawn if s.id == target), None)
    return Why(
        draw=draw,
        id=target,
        name=found.name,
        listed=True,
        stratum=mine.stratum,
        rows=len(peers),
        tickets=mine.tickets,
        key=key,
        ticket=own[0],
        rank=sum((ticket(key, p.id, p.tickets), p.id) <= own for p in peers),
        quota=len(drawn),
        cutoff=max((s.ticket for s in drawn), default=""),
        drawn=chosen is not None,
        order=0 if chosen is None else chosen.order,
        public=table.salt is None,
    )


def why_here(office: Office, draw: str, target: str) -> Why:
    """Explain one target's outcome in a draw of this office, as it was logged.

    Raises:
        StateError: E390, no such draw; E184 as for the log.
        VerificationError: E171 and others, a file is not what was announced or drawn.
        InputError: E400, the folder lacks the lists.
    """
    with office.registry.read() as tx:
        life = journal.draw_of(journal.told(office, tx), draw)
    refuse(check_folder(office, life))
    return why(office.draw(draw), target)


def _check_whole(files: Mapping[str, bytes]) -> Announcement:
    """Hold the files that are here to the digests that the documents name.

    That the documents are the logged ones, ``verify`` and ``log verify`` say.
    """
    with naming(ANNOUNCEMENT):
        announcement = parse_announcement(files[ANNOUNCEMENT])
    due = {name: (ANNOUNCEMENT, d.sha256) for name, d in announcement.files}
    if RESULT in files:
        with naming(RESULT):
            result = parse_result(files[RESULT])
        due |= {name: (RESULT, d.sha256) for name, d in result.files}
        due |= {ANNOUNCEMENT: (RESULT, result.commitment)}
        due |= {SEED: (RESULT, result.seed_file)}
    for name, (document, digest) in due.items():
        if name in files and sha256(files[name]) != digest:
            raise VerificationError("E810", where=Where(file=name), document=document)
    return announcement
