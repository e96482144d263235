"""A draw's folder against the log: its files, its dice, the order in time.

What a folder tells by itself is for :mod:`dualrandom.verify`. Here stands what only
the log can tell: that these are the announced lists, the logged dice and changes.

Spec: log-v1 §4 (draws), §8 step 12.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import parse_json_line, sha256
from dualrandom.disclosure import ANNOUNCEMENT, RANDOMNESS, RESULT, SEED
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    Problem,
    VerificationError,
    Where,
    problem,
)
from dualrandom.folder import load_folder, open_folder
from dualrandom.office import journal
from dualrandom.office.place import ZONE
from dualrandom.randomness import Dice, Nist, line, parse_seed_txt, time_of
from dualrandom.tables import CHANGES
from dualrandom.verify import KNOWN, LARGE
from dualrandom.verify.sources import claimed_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dualrandom import audit
    from dualrandom.announcement import Announcement
    from dualrandom.canonical import Blocks, Content
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source
    from dualrandom.registry import Reader


def check_folder(office: Office, draw: audit.DrawLife) -> tuple[Problem, ...]:
    """Compare a draw's folder with what the log says of the draw.

    Returns:
        E171 for each file that is not as it was; E859 for dice that are not the logged
        ones; E855 for a value from outside that is not later than these; E860 for a
        release before its date. Warnings: E170 for each file that is gone (withheld,
        or erased by law, which is not a fault of the log), E468 for a change that was
        written and not logged.
    """
    where = Where(file=f"draws/{draw.draw}")
    found: list[Problem] = []
    try:
        _, held, large = open_folder(office.draw(draw.draw), KNOWN, large=LARGE)
        with office.registry.read() as tx:
            for item in chain(
                _check_files(draw, held, large),
                _check_changes(draw, held, tx.log_size()),
                _check_acts(draw, held, tx),
            ):
                # One by one: what cannot be read any further takes nothing back.
                found.append(item)  # noqa: PERF402
    except EnvironmentProblem:
        found.append(problem("E170", where, warning=True, draw=draw.draw))
    except DualRandomError as error:
        params = tuple(sorted(error.params.items()))
        found.append(
            Problem(code=error.code, where=error.where or where, params=params)
        )
    return tuple(found)


def announced(office: Office, draw: audit.DrawLife) -> Announcement:
    """Return a draw's announcement, as the log has it.

    Raises:
        EnvironmentProblem: E170, it is gone; E151, it cannot be read.
        VerificationError: E171, it is not what was announced; E153, no regular file.
    """
    where = Where(file=f"draws/{draw.draw}/{ANNOUNCEMENT}")
    folder = office.draw(draw.draw)
    files = load_folder(folder, (ANNOUNCEMENT,))[1] if folder.is_dir() else {}
    if ANNOUNCEMENT not in files:
        raise EnvironmentProblem("E170", where=where, draw=draw.draw)
    if sha256(files[ANNOUNCEMENT]) != draw.commitment:
        raise VerificationError("E171", where=where, seq=draw.announced)
    return parse_announcement(files[ANNOUNCEMENT])


def refuse(found: Iterable[Problem], *, missing: bool = False) -> None:
    """Raise the first of some findings that something may not go on with.

    Args:
        found: of :func:`check_folder`.
        missing: whether what is gone counts too.

    Raises:
        VerificationError: E171, a file is not as it was.
        EnvironmentProblem: E170, a file is gone.
    """
    for item in found:
        params: dict[str, Any] = dict(item.params)
        if item.code == "E468":
            continue  # it does not count, and goes with the next change
        if not item.warning:
            raise VerificationError(item.code, where=item.where, **params)
        if missing:
            raise EnvironmentProblem(item.code, where=item.where, **params)


def _check_files(
    draw: audit.DrawLife, held: Mapping[str, bytes], large: Mapping[str, Blocks]
) -> Iterator[Problem]:
    files: dict[str, Content] = {**held, **large}

    def compared(name: str, digest: str, seq: int) -> Iterator[Problem]:
        at = Where(file=f"draws/{draw.draw}/{name}")
        if name not in files:
            yield problem("E170", at, warning=True, draw=draw.draw)
        elif sha256(files[name]) != digest:
            yield problem("E171", at, seq=seq)

    found = tuple(compared(ANNOUNCEMENT, draw.commitment, draw.announced))
    yield from found
    if not found:
        for name, frozen in parse_announcement(held[ANNOUNCEMENT]).files:
            yield from compared(name, frozen.sha256, draw.announced)
    if draw.result is None or draw.ended is None:
        return
    found = tuple(compared(RESULT, draw.result, draw.ended))
    yield from found
    if not found:
        result = parse_result(held[RESULT])
        for name, drawn in result.files:
            yield from compared(name, drawn.sha256, draw.ended)
        yield from compared(SEED, result.seed_file, draw.ended)
        yield from compared(RANDOMNESS, result.randomness_file, draw.ended)


def _check_changes(
    draw: audit.DrawLife, files: dict[str, bytes], size: int
) -> Iterator[Problem]:
    """Compare the tables of changes with the log, up to each of their rows.

    Returns:
        E170, E171 as for the other files; E468, a warning, for a row that was written
        and not logged: by a run that was cut off, or by hand.

    Spec:
        log-v1 §4 (draws).
    """
    for kind, act in zip(CHANGES, ("draw.replace", "draw.substitute"), strict=True):
        logged = [made for made in draw.changes if made.act == act]
        where = Where(file=f"draws/{draw.draw}/{kind.name}")
        if kind.name not in files:
            if logged:
                yield problem("E170", where, warning=True, draw=draw.draw)
            continue
        table, every = kind.parse(files[kind.name])
        rows = tuple(every)
        for count, made in enumerate(logged, 1):
            data = kind.encode(rows[:count], salt=table.salt)
            if len(rows) < count or sha256(data) != made.digest:
                yield problem("E171", where, seq=made.seq)
                break
        else:
            for row in rows[len(logged) :]:
                late = row.seq >= size
                code = "E468" if late else "E171"
                yield problem(code, where, warning=late, seq=row.seq)


def _check_acts(
    draw: audit.DrawLife, files: Mapping[str, bytes], tx: Reader
) -> Iterator[Problem]:
    """Compare what the log did in a draw with what was announced."""
    data = files.get(ANNOUNCEMENT, b"")
    if sha256(data) != draw.commitment:
        return  # said before
    announcement = parse_announcement(data)
    if draw.ended is not None and SEED in files:
        yield from _check_dice(draw, announcement, files[SEED])
    if draw.result is not None:
        logged = journal.logged_at(tx, draw).timestamp()
        born = _born(announcement.randomness, files.get(RANDOMNESS, b""))
        if born and min(born) <= logged:
            yield problem("E855", Where(file=f"draws/{draw.draw}/{SEED}"))
    if draw.released is not None and announcement.release is not None:
        day = journal.entry_time(tx, draw.released).astimezone(ZONE).date()
        if str(day) < announcement.release:
            where = Where(entry=draw.released)
            yield problem("E860", where, draw=draw.draw, date=announcement.release)


def _born(sources: Sequence[Source], proofs: bytes) -> list[int]:
    """Return when values came into being: as their numbers tell, or their pulses."""
    born = [moment for source in sources if (moment := time_of(source))]
    told: Any = parse_json_line(proofs, signed=False) if proofs else []
    if isinstance(told, list):
        for source, proof in zip(sources, told, strict=False):
            born += claimed_times(proof) if isinstance(source, Nist) else []
    return born


def _check_dice(
    draw: audit.DrawLife, announcement: Announcement, seed: bytes
) -> Iterator[Problem]:
    """Find dice in seed.txt that nobody logged when they were rolled."""
    _, lines = parse_seed_txt(seed)
    rolled = dict(draw.dice)
    for at, source in enumerate(announcement.randomness):
        due = line(source, rolled.get(at, ""))
        if isinstance(source, Dice) and lines[at : at + 1] != (due,):
            where = Where(file=f"draws/{draw.draw}/{SEED}")
            yield problem("E859", where, draw=draw.draw, digits=rolled.get(at, "-"))
