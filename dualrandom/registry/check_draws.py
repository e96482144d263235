"""Do the draws stand where the log's acts left them?

Border: reads. A draw has no file of its own: its acts in the log say it all.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import select

from dualrandom.errors import Problem, Where, problem
from dualrandom.registry import told
from dualrandom.registry.lists import DRAWS
from dualrandom.registry.tables import VERSIONS, change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from dualrandom.registry.told import Told


def check(connection: Connection, entries: Iterable[Told]) -> Iterator[Problem]:
    """Find draws whose steps are not those of the log.

    Returns:
        E336 for each draw, or step of one, that the log tells otherwise; E333 for
        a change that the log does not tell of.
    """
    wanted: dict[tuple[str, int], list[object]] = {}
    last: dict[str, int] = {}
    tasks: dict[str, str | None] = {}
    for read in entries:
        step = told.draw_step(read)
        if step is None:
            continue
        draw, seq = step.draw, read.seq
        task = tasks.setdefault(draw, step.task)
        if draw in last:
            wanted[draw, last[draw]][0] = seq
        last[draw] = seq
        # The first cell is where this step ends; the next act fills it in.
        wanted[draw, seq] = [
            None,
            step.state,
            task,
            step.commitment,
            read.time,
            read.by,
            draw,
        ]
    found = _found(connection)
    for draw, seq in sorted(wanted.keys() | found.keys()):
        if wanted.get((draw, seq)) != found.get((draw, seq)):
            yield problem("E336", Where(entry=seq), draw=draw)
    told_of = {seq for _, seq in wanted}
    recorded = select(change.c.seq).where(change.c.list == DRAWS.name)
    for seq in connection.execute(recorded.order_by(change.c.seq)).scalars():
        if seq not in told_of:
            yield problem("E333", Where(entry=seq), list=DRAWS.name)


def _found(connection: Connection) -> dict[tuple[str, int], list[object]]:
    table = VERSIONS[DRAWS.name].table
    query = select(
        table.c.id,
        table.c.seq_from,
        table.c.seq_to,
        table.c.state,
        table.c.task,
        table.c.commitment,
        change.c.at,
        change.c.changed_by,
        table.c.folder,
    ).outerjoin(
        change, (change.c.seq == table.c.seq_from) & (change.c.list == DRAWS.name)
    )
    # A folder is named by its draw, wherever it stands.
    return {
        (row[0], row[1]): [*row[2:8], PurePosixPath(row[8]).name]
        for row in connection.execute(query)
    }
