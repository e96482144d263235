"""The end of a sealed draw's secrecy: logged once, not before its date.

What was sealed is published by the next ``publish``, and goes into every pack. That it
was not released in time, ``status``, the log and the page show.

Spec: draw-v1 §4 "Sealed draws"; log-v1 §4, ``draw.release``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.errors import StateError
from dualrandom.office import journal
from dualrandom.office.folders import announced, check_folder, refuse
from dualrandom.office.place import today

if TYPE_CHECKING:
    from dualrandom.office.place import Office


def release(office: Office, draw: str) -> int:
    """Log that what was sealed is sealed no more; return the entry's seq.

    Raises:
        StateError: E390 not frozen; E459 not sealed; E383 not ended; E458, it is too
            early; E466 released before.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone; E187, done, but not proved yet.
    """
    signer = journal.signer(office)
    with journal.writing(office) as (tx, _):
        life = journal.draw_of(journal.told(office, tx), draw)
        refuse(check_folder(office, life), missing=True)
        due = announced(office, life).release
        if due is None:
            raise StateError("E459", draw=draw)
        if life.released is not None:
            raise StateError("E466", draw=draw, seq=life.released)
        if life.ended is None:
            raise StateError("E383", task=life.task, draw=draw)
        if str(today(office)) < due:
            raise StateError("E458", draw=draw, date=due)
        entry = journal.append(
            office,
            tx,
            "draw.release",
            {"draw": draw, "commitment": life.commitment},
            signer=signer,
        )
    journal.settle(office, draw)
    return entry.seq
