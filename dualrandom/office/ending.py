"""Ending an announcement without a result: a reason, and a second person's approval.

Spec: draw-v1 §3 (abandonment).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.errors import InputError
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared, carry_out
from dualrandom.records import DrawState
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer


def reason_code(text: str) -> str:
    """Return the code of a reason.

    Raises:
        InputError: E397, no such reason.
    """
    for code, said in group("abandon").items():
        if text == code or text in said:
            return code
    known = ", ".join(said[0] for said in group("abandon").values())
    raise InputError("E397", value=text, known=known)


def abandonment(office: Office, draw: str, reason: str) -> Proposal:
    """Propose to end a draw's announcement.

    Raises:
        InputError: E397, no such reason. Asked later, the proposal raises StateError:
            E390-E392, the draw is not open.
    """
    code = reason_code(reason)

    def prepare(_: Reader, report: audit.LogReport) -> Prepared:
        life = journal.open_draw(report, draw)
        body = {
            "draw": draw,
            "commitment": life.commitment,
            "reason": code,
            "keys": journal.log_keys(report, office.officer()),
        }

        def end(tx: Writer, _: ExitStack, entry: audit.Entry) -> None:
            journal.set_state(tx, life, DrawState.ABANDONED, entry)

        return Prepared(act="draw.abandon", body=body, effect=end)

    return prepare


def abandon(office: Office, draw: str, reason: str, signed: Sequence[Path]) -> int:
    """End an announcement; return the log entry's seq.

    Raises:
        StateError: E390-E392, the draw is not open; E398, E451, the approvals are not
            what this needs.
        InputError: E397, no such reason; E701-E704, E740, E802, not an approval.
        EnvironmentProblem: E187, ended and logged, but not proved yet.
    """
    entry = carry_out(office, abandonment(office, draw, reason), signed)
    journal.settle(office, draw)
    return entry.seq
