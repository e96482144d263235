"""Where each draw stands, and which steps it may take.

Border: the life of a draw as the registry sees it; files and log are others' affair.

- announced → drawn, or announced → abandoned, once. There is no second draw.
- One task has one open announcement at a time.

Spec: draw-v1 §3; log-v1 §3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dualrandom.errors import StateError
from dualrandom.records import DrawState
from dualrandom.registry import history
from dualrandom.registry.lists import DRAWS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dualrandom.records import DrawRecord
    from dualrandom.registry.changes import Stamp

_SALT: Final = "0" * 32
"""Draws have no file of their own: all that they say stands in the log."""


def put(connection: Connection, record: DrawRecord, stamp: Stamp) -> None:
    """Write a draw's next step.

    Args:
        connection: in a writing transaction.
        record: the draw as it is from now on.
        stamp: the log entry of the act.

    Raises:
        StateError: E310, the draw cannot go there from where it is; E311, its task
            has another open announcement; E312, its task or commitment would change.
    """
    known = {row.id: row for row in map(DRAWS.decode, history.rows(connection, DRAWS))}
    old = known.get(record.id)
    announces = record.state is DrawState.ANNOUNCED
    if announces != (old is None) or (
        old is not None and old.state is not DrawState.ANNOUNCED
    ):
        state = "" if old is None else str(old.state)
        raise StateError("E310", draw=record.id, state=state, wanted=str(record.state))
    if old is not None and (old.task, old.commitment) != (
        record.task,
        record.commitment,
    ):
        raise StateError("E312", draw=record.id)
    for other in known.values():
        if announces and other.task == record.task and other.state == record.state:
            raise StateError("E311", task=record.task, draw=other.id)
    changes = history.diff(connection, DRAWS, (record,), full=False)
    history.apply(connection, changes, stamp, _SALT)
