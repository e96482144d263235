"""What an office keeps of its inspectors beside all lists: identity number, telephone.

Border: one table. No list's file, no change's file, no export and no log entry is made
from it; it is no evidence, so nothing checks it, and it can be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from dualrandom.model import InspectorId
from dualrandom.records import Personal
from dualrandom.registry.tables import VERSIONS, personal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


def of(connection: Connection, inspector: str) -> Personal | None:
    """Return what is kept of a person, or None."""
    query = select(personal).where(personal.c.inspector == inspector)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Personal(
        inspector=InspectorId(row.inspector), identity=row.identity, phone=row.phone
    )


def any_kept(connection: Connection) -> bool:
    """Say whether anything is kept of anybody."""
    return connection.execute(select(personal.c.inspector).limit(1)).first() is not None


def keep(connection: Connection, records: Iterable[Personal]) -> None:
    """Keep what these say in place of what was kept of the same persons.

    What was kept of people who are no inspectors any more goes.
    """
    made = {
        one.inspector: {
            "inspector": one.inspector,
            "identity": one.identity,
            "phone": one.phone,
        }
        for one in records
    }
    for inspector in made:
        connection.execute(delete(personal).where(personal.c.inspector == inspector))
    filled = [row for row in made.values() if row["identity"] or row["phone"]]
    if filled:
        connection.execute(insert(personal), filled)
    people = VERSIONS["inspectors"].table
    stand = select(people.c.id).where(people.c.seq_to.is_(None))
    connection.execute(delete(personal).where(personal.c.inspector.not_in(stand)))
