"""Drawing: randomness in, results out, once.

- Dice are logged when typed, before anything is computed from them, and before a value
  from outside exists: such a draw has two steps.
- A beacon's value is used when its signature was checked, and it came after all that
  was logged of the draw.
- Drawn files follow from frozen files and seed: a run that was cut off is run again
  and makes the same bytes. What counts is the log's one ``draw.result``.

Spec: draw-v1 §4-§6; log-v1 §3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.engines import engine_over
from dualrandom.errors import StateError, UsageError
from dualrandom.folder import write_files
from dualrandom.office import journal
from dualrandom.office.outcome import RESULT, load_frozen, make
from dualrandom.office.outside import bring, check_later, check_unknown
from dualrandom.office.values import check_asked, values_of
from dualrandom.randomness import Dice, Local, is_outside, line
from dualrandom.records import DrawState
from dualrandom.tables import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from dualrandom.audit import DrawLife
    from dualrandom.draw import Selection
    from dualrandom.keys import PrivateKey
    from dualrandom.matching import Shortage
    from dualrandom.office.outcome import Frozen, Made
    from dualrandom.office.outside import Brought
    from dualrandom.office.place import Office
    from dualrandom.office.values import Values
    from dualrandom.randomness import Source


ON_STAGE: Final = ("seed.txt", "selected.tsv", "reserves.tsv", "drawn.tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A draw whose dice are logged, and whose outside values are still to come.

    Attributes:
        kinds: what is awaited, as it will begin its line of seed.txt.
    """

    draw: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a draw came to.

    Attributes:
        shortages: why teams could not be completed; (): they are.
        posts: how many posts were filled.
        digests: (file, SHA-256) of what a public draw computes too, as on its last
            screen.
    """

    draw: str
    seed: str
    selection: Selection
    shortages: tuple[Shortage, ...]
    posts: int
    digests: tuple[tuple[str, str], ...]
    result: str
    folder: Path


def wanted(office: Office, draw: str) -> tuple[Source, ...]:
    """Return the sources of an open draw whose values are to be brought now.

    Dice come before anything from outside, in a step of their own; once logged they
    are not asked for again.

    Raises:
        StateError: E390 not frozen yet; E391 drawn already; E392 abandoned.
    """
    life, frozen = _open(office, draw)
    sources = frozen.announcement.randomness
    rolled = dict(life.dice)
    missing = [
        source
        for at, source in enumerate(sources)
        if at not in rolled and not isinstance(source, Local)
    ]
    dice = [source for source in missing if isinstance(source, Dice)]
    first = dice and any(map(is_outside, sources))
    return tuple(dice if first else missing)


def _open(
    office: Office, draw: str, told: Callable[[Path, int], object] = lambda *_: None
) -> tuple[DrawLife, Frozen]:
    with office.registry.read() as tx:
        life = journal.open_draw(journal.told(office, tx), draw)
    return life, load_frozen(office.draw(draw), life.commitment, told)


def run_draw(
    office: Office,
    draw: str,
    values: Values,
    *,
    engine: str = "",
    told: Callable[[Path, int], object] = lambda *_: None,
) -> Done | Waiting:
    """Draw, match, write and log the result; or log the dice, and wait.

    Args:
        office: the open office.
        draw: the draw.
        values: what its sources gave.
        engine: what hashes the rows, see :mod:`dualrandom.engines`; "": plain Python.
        told: called with a large file and how many percent of it were read.

    Raises:
        StateError: E390-E392 as for :func:`wanted`; E393 a frozen file is not what
            was announced; E394 dice other than those in the log; E625, E626, a value
            that is not later than what was logged, or later than now.
        UsageError: E365, a value that no announced source takes; E395, a value is
            missing.
        InputError: E603-E605, a value that is not one; E612-E619, E621, E622, a
            beacon's file that proves nothing, or is none.
        CannotTellError: E611, E620, E628, a beacon that cannot be checked here.
        EnvironmentProblem: E187, drawn and logged, but not proved yet; E481, E482,
            E485, an engine or a file that fails: nothing was drawn.
    """
    life, frozen = _open(office, draw, told)
    commitment, sources = frozen.commitment, frozen.announcement.randomness
    check_asked(sources, values)
    brought = bring(sources, dict(values.beacons))
    here = values_of(office, draw, sources, values, dict(life.dice), brought)
    missing = [source for at, source in enumerate(sources) if at not in here]
    # Dice come before anything from outside; else nothing can be waited for.
    if missing and not (values.dice and any(map(is_outside, missing))):
        raise UsageError("E395", kind=line(missing[0], "").strip())
    signer = journal.signer(office)
    _log_dice(office, draw, commitment, sources, here, signer)
    if missing:
        return Waiting(draw=draw, kinds=tuple(line(s, "").strip() for s in missing))
    _check_later(office, draw, sources, brought)
    with engine_over(office.draw(draw), engine) as hashing:
        made = make(
            frozen,
            [line(source, here[at]) for at, source in enumerate(sources)],
            [brought[at].proof if at in brought else {} for at in range(len(sources))],
            hashing,
        )
    _write_result(office, draw, commitment, made, signer)
    return Done(
        draw=draw,
        seed=made.seed,
        selection=made.selection,
        shortages=made.matching.shortages,
        posts=len(made.matching.members),
        digests=tuple(
            (name, sha256(made.files[name])) for name in ON_STAGE if name in made.files
        ),
        result=sha256(made.result),
        folder=office.draw(draw),
    )


def _write_result(
    office: Office,
    draw: str,
    commitment: str,
    made: Made,
    signer: PrivateKey,
) -> None:
    folder = office.draw(draw)
    files = {**made.files, RESULT: made.result}
    with journal.writing(office) as (tx, undo):
        # Looked at again under the lock: of two officers only one draws.
        report = journal.told(office, tx)
        life = journal.open_draw(report, draw)
        for name in files:
            if not (folder / name).exists():
                undo.callback((folder / name).unlink, missing_ok=True)
        for kind in RESULTS:
            if kind.name not in files:  # by a run that was cut off
                (folder / kind.name).unlink(missing_ok=True)
        write_files(folder, files, mode=0o600)
        entry = journal.append(
            office,
            tx,
            "draw.result",
            {
                "draw": draw,
                "commitment": commitment,
                "result": sha256(made.result),
                "keys": journal.log_keys(report, signer),
            },
            signer=signer,
        )
        journal.set_state(tx, life, DrawState.DRAWN, entry)
    journal.settle(office, draw)


def _check_later(
    office: Office,
    draw: str,
    sources: Sequence[Source],
    brought: Mapping[int, Brought],
) -> None:
    with office.registry.read() as tx:
        life = journal.open_draw(journal.told(office, tx), draw)
        for at, one in brought.items():
            check_later(tx, life, sources[at], one.beacon.moment, office.clock())


def _log_dice(
    office: Office,
    draw: str,
    commitment: str,
    sources: Sequence[Source],
    values: Mapping[int, str],
    signer: PrivateKey,
) -> None:
    """Log the dice before anything is computed from them; once.

    Raises:
        StateError: E394, other dice stand in the log for this draw; E625, a value
            from outside is there already.
    """
    for at, source in enumerate(sources):
        if not isinstance(source, Dice):
            continue
        with journal.writing(office) as (tx, _):
            life = journal.open_draw(journal.told(office, tx), draw)
            standing = dict(life.dice).get(at)
            if standing is None:
                check_unknown(sources, values, office.clock())
                journal.append(
                    office,
                    tx,
                    "draw.dice",
                    {
                        "draw": draw,
                        "commitment": commitment,
                        "source": at,
                        "digits": values[at],
                    },
                    signer=signer,
                )
            elif standing != values[at]:
                raise StateError("E394", draw=draw, digits=standing)
