"""A draw folder against the protocol: a report of numbered steps.

Border: pure. Bytes by name come in, a report goes out; signature checkers and what
the reader trusts are arguments. It never says *agrees* of what it did not compute.

Spec: draw-v1 §7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import VerificationError
from dualrandom.randomness import time_of
from dualrandom.tables import CHANGES, FROZEN, RESULTS
from dualrandom.verify.acts import Trust
from dualrandom.verify.changes import check_changes
from dualrandom.verify.lists import ANNOUNCEMENT, check_lists
from dualrandom.verify.log import ABANDON, LEAD, LOG_FILES, check_log
from dualrandom.verify.outcome import (
    RESULT,
    check_result,
    check_selection,
    check_teams,
)
from dualrandom.verify.report import Report, Step, Steps, Verdict
from dualrandom.verify.sources import (
    RANDOMNESS,
    SEED,
    Seeded,
    check_commitment,
    check_seed,
)
from dualrandom.verify.supplement import check_supplement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.canonical import Blocks
    from dualrandom.draw import Engine
    from dualrandom.notes import Verifier
    from dualrandom.randomness import BeaconChecker
    from dualrandom.verify.supplement import Beside

__all__ = [
    "KNOWN",
    "LARGE",
    "LEAD",
    "Report",
    "Step",
    "Steps",
    "Trust",
    "Verdict",
    "verify_draw",
]

MADE: Final = frozenset((SEED, RANDOMNESS, RESULT, *(kind.name for kind in RESULTS)))
"""What a draw makes; an abandoned one need not have any of it."""
KNOWN: Final = MADE.union(
    (ANNOUNCEMENT, *(kind.name for kind in (*FROZEN, *CHANGES)), *LOG_FILES)
)
"""Every file that a draw folder may hold. Spec: draw-v1 §2."""
LARGE: Final = frozenset(kind.name for kind in FROZEN)
"""What may be too large for memory: as many rows as there are targets."""


def verify_draw(
    name: str,
    files: Mapping[str, bytes],
    *,
    verifier: Verifier,
    trust: Trust | None,
    beacons: BeaconChecker | None = None,
    large: Mapping[str, Blocks] | None = None,
    engine: Engine | None = None,
    beside: Beside = lambda _: {},
) -> Report:
    """Check a draw folder, or the part of it that its reader may see.

    Args:
        name: the folder's name.
        files: bytes by name, ``log/announce.entry`` for what lies in ``log/``.
        verifier: checks Ed25519 signatures.
        trust: whom the reader trusts, from elsewhere; None: nobody is known.
        beacons: checks drand rounds and NIST pulses; None: they are *not checked*.
        large: frozen tables that are too large to be among ``files``.
        engine: hashes the rows of strata.tsv; None: it is done here.
        beside: returns the files of the first draw of a supplementary one.

    Spec:
        draw-v1 §7.
    """
    steps = Steps()
    for file in sorted(set(files) - KNOWN):
        steps.unchecked("folder", "unlisted", file)
    if ANNOUNCEMENT not in files:
        steps.unchecked("announcement", "absent", ANNOUNCEMENT)
        return _report(name, steps)
    data = files[ANNOUNCEMENT]
    try:
        announcement = parse_announcement(data)
    except VerificationError as error:
        if error.code == "E805":
            # Another version, or one changed byte: seed.txt and the log know which.
            steps.unchecked("announcement", "unknown_protocol", ANNOUNCEMENT)
            check_commitment(steps, files, sha256(data))
        else:
            steps.refused("announcement", error, ANNOUNCEMENT)
        return _report(name, steps)
    commitment = sha256(data)
    for field in announcement.unknown:
        steps.unchecked("announcement", "unknown_field", ANNOUNCEMENT, field=field)
    if name == announcement.draw:
        steps.agrees("announcement", ANNOUNCEMENT)
    else:
        steps.differs("folder", "E809", None, folder=name, draw=announcement.draw)

    lists = check_lists(steps, announcement, {**files, **(large or {})})
    check_supplement(steps, lists, beside)
    if ABANDON in files and MADE.isdisjoint(files):
        steps.people("result", "abandoned", ABANDON)
        seeded = Seeded(seed=None, born=tuple(map(time_of, announcement.randomness)))
        drawn = members = None
    else:
        seeded = check_seed(steps, lists, files, commitment, beacons)
        result = check_result(steps, lists, files, commitment)
        drawn = check_selection(steps, lists, seeded.seed, engine)
        members = check_teams(steps, lists, result, drawn)
    check_changes(steps, lists, files, drawn, members)
    place = check_log(
        steps,
        announcement=announcement,
        commitment=commitment,
        files=files,
        verifier=verifier,
        trust=trust,
        born=seeded.born,
        claimed=seeded.claimed,
    )
    return Report(
        draw=announcement.draw,
        steps=tuple(steps.made),
        standing=place.standing,
        unwitnessed=place.unwitnessed,
    )


def _report(name: str, steps: Steps) -> Report:
    return Report(draw=name, steps=tuple(steps.made), standing=None, unwitnessed=True)
