"""Values from outside: announced before they exist, brought when they do.

- A round whose time has come cannot be announced any more.
- Dice are logged before a value from outside exists; it is a step of its own.
- A beacon's file is believed when its signature was checked, and not otherwise.

Spec: draw-v1 §4.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.beacons import check_beacon, find_proof
from dualrandom.errors import InputError, StateError, UsageError, Where
from dualrandom.folder import write_file
from dualrandom.office import journal
from dualrandom.office.checking import read
from dualrandom.office.place import stamp
from dualrandom.office.sources import given
from dualrandom.randomness import Beacon, Drand, Nist, is_outside, line, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.randomness import Source
    from dualrandom.registry import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A beacon's value that was checked, and its entry in randomness.json."""

    beacon: Beacon
    proof: dict[str, object]


def check_ahead(sources: Iterable[Source], moment: dt.datetime) -> None:
    """Refuse to announce what may be known already.

    When a NIST pulse comes cannot be told from its number; that is looked at when it
    is brought.

    Raises:
        StateError: E623, a round that came into being, or does so at this moment.

    Spec:
        draw-v1 §4.
    """
    for source in sources:
        born = time_of(source)
        if born is not None and born <= moment.timestamp():
            raise StateError("E623", source=_name(source), time=_stamp(born))


def last_known(sources: Iterable[Source]) -> dt.datetime | None:
    """Return when the last of these values comes into being that has a known time."""
    born = [moment for moment in map(time_of, sources) if moment is not None]
    return dt.datetime.fromtimestamp(max(born), dt.UTC) if born else None


def bring(
    sources: Sequence[Source], files: Mapping[str, bytes]
) -> Mapping[int, Brought]:
    """Return the beacons' values that files hold, checked, by the source's place.

    Args:
        sources: as announced.
        files: bytes by name.

    Raises:
        InputError: E612-E619, a file that proves nothing; E621, no beacon's file;
            E622, a file of no announced source.
        CannotTellError: E610, E611, E620, E628.
    """
    brought = {}
    used: set[str] = set()
    for at, source in enumerate(sources):
        if not isinstance(source, Drand | Nist):
            continue
        with given():
            found = find_proof(source, files)
        if found is None:
            continue
        proof, names = found
        with given(Where(file=", ".join(sorted(names)))):
            brought[at] = Brought(beacon=check_beacon(source, proof), proof=proof)
        used |= names
    for name in sorted(files.keys() - used):
        raise InputError("E622", where=Where(file=name))
    return brought


def check_unknown(
    sources: Sequence[Source], values: Mapping[int, str], moment: dt.datetime
) -> None:
    """Refuse to log dice when a value from outside is there or has been published.

    Raises:
        StateError: E625.
    """
    for at, source in enumerate(sources):
        born = time_of(source)
        past = born is not None and born <= moment.timestamp()
        if is_outside(source) and (past or values.get(at)):
            raise StateError("E625", source=_name(source), time=stamp(moment))


def check_later(
    tx: Reader, life: audit.DrawLife, source: Source, born: int, now: dt.datetime
) -> None:
    """Refuse a value that came before the log entries of announcement and dice.

    Args:
        tx: a transaction on the log.
        life: the draw.
        source: what was announced.
        born: when its value came into being, Unix seconds.
        now: the present moment.

    Raises:
        StateError: E625, not later than those entries; E626, later than now.

    Spec:
        draw-v1 §4, the last sentence on what a draw may be called.
    """
    if born <= journal.logged_at(tx, life).timestamp():
        raise StateError("E625", source=_name(source), time=_stamp(born))
    if born > now.timestamp():
        raise StateError("E626", time=_stamp(born))


def load(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return files by name.

    Raises:
        EnvironmentProblem: E151, one cannot be read.
    """
    return {str(path): read(path) for path in paths}


def fetch(source: Source, base: str, out: Path) -> Beacon:
    """Fetch a round or a pulse, check it, and write the file that a draw reads.

    Raises:
        UsageError: E168, not a beacon; E624, not an address.
        EnvironmentProblem: E627, no answer; E154, the file cannot be written.
        InputError: E621, E622, an answer that is not this round or pulse.
        VerificationError: E612-E619, it proves nothing.
        CannotTellError: E610, E611, E620, E628.
    """
    # Nobody else needs to load what opens connections.
    from dualrandom.beacons.fetch import beacon_file, fetch_beacon  # noqa: PLC0415

    beacon = _beacon(source)
    proof = fetch_beacon(beacon, base)
    checked = check_beacon(beacon, proof)
    write_file(out, beacon_file(beacon, proof))
    return checked


def check(source: Source, files: Mapping[str, bytes]) -> Beacon:
    """Return the value of a round or a pulse that files prove.

    Raises:
        UsageError: E168, not a beacon.
        InputError: E621, no beacon's file; E622, none of this round or pulse.
        VerificationError: E612-E619, they prove nothing.
        CannotTellError: E610, E611, E620, E628.
    """
    beacon = _beacon(source)
    found = find_proof(beacon, files)
    if found is None:
        raise InputError("E622", where=Where(file=", ".join(sorted(files))))
    return check_beacon(beacon, found[0])


def _beacon(source: Source) -> Drand | Nist:
    if not isinstance(source, Drand | Nist):
        raise UsageError("E168", value=_name(source))
    return source


def _name(source: Source) -> str:
    return line(source, "").strip()


def _stamp(seconds: int) -> str:
    return stamp(dt.datetime.fromtimestamp(seconds, dt.UTC))
