"""The registry as its users see it: a place, and transactions on it.

Border: composes the other modules; has no rule of its own.

    registry = Registry.open(path)
    with registry.write() as tx:
        changes = tx.diff(TARGETS, records)
        tx.apply(changes, seq=seq, at=now, by=name, reason=why, salt=salt)
        digest = sha256(tx.list_file(TARGETS, salt))
        tx.append(seq, prev, op, leaf, entry)

- A block commits as a whole, or leaves nothing.
- What a transaction returns lazily is good while its block lasts.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom.registry.address import Address
from dualrandom.registry.database import WAIT
from dualrandom.registry.sqlite import SQLite
from dualrandom.registry.views import Reader, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.registry.database import Database

Place = Path | Address
"""Where a registry is kept: a file, or a schema on a server."""


class Registry:
    """An office's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def create(cls, place: Place, *, wait: float = WAIT) -> Registry:
        """Return a new, empty registry.

        Args:
            place: a file, made here and readable by its owner only; or a schema on a
                server, which an administrator has made for a new office.
            wait: seconds to wait for another program's transaction.

        Raises:
            EnvironmentProblem: E111, E112, there is an office already; E101–E110,
                E116–E118.
        """
        made = _database(place, wait)
        made.create()
        return cls(made)

    @classmethod
    def open(cls, place: Place, *, wait: float = WAIT) -> Registry:
        """Open a registry that this program can read.

        Args:
            place: a file, or a schema on a server.
            wait: seconds to wait for another program's transaction.

        Raises:
            EnvironmentProblem: E100, no such file; E101, no registry; E102, E103,
                of an older or newer program; E104–E110, E116–E118.
        """
        made = _database(place, wait)
        made.must_be_there()
        made.check_version()
        return cls(made)

    @classmethod
    def version(cls, place: Place, *, wait: float = WAIT) -> str | None:
        """Return the schema that a registry is of, whatever it is; None: none.

        Raises:
            EnvironmentProblem: E100, E104–E110, E116–E118.
        """
        made = _database(place, wait)
        made.must_be_there()
        with made.transaction() as connection:
            return made.schema_version(connection)

    @classmethod
    def upgrade(cls, place: Place, *, wait: float = WAIT) -> Registry:
        """Bring an older registry to this program's schema, and open it.

        Raises:
            EnvironmentProblem: E100, E101, E103–E110; E119, on a server only an
                administrator may.
        """
        made = _database(place, wait)
        made.must_be_there()
        made.upgrade()
        return cls.open(place, wait=wait)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the database open for many transactions, one after the other.

        Raises:
            EnvironmentProblem: E101, E104–E108, E110, E117.
        """
        with self._database.held():
            yield

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Give a consistent view, whatever others write meanwhile.

        Raises:
            EnvironmentProblem: E101, E104–E108, E110.
        """
        with self._database.transaction() as connection:
            yield Reader(connection)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Give the only writing view; what the block did commits at its end.

        An exception in the block, or the machine's end, leaves nothing of it.

        Raises:
            EnvironmentProblem: E101, E104–E108, E110.
            StateError: E341, the database's own rules refused a row.
        """
        with self._database.transaction(write=True) as connection:
            yield Writer(connection)


def _database(place: Place, wait: float) -> Database:
    if isinstance(place, Path):
        return SQLite(place, wait=wait)
    # A server's driver takes long to load: only who has a server waits for it.
    from dualrandom.registry.postgresql import PostgreSQL  # noqa: PLC0415

    return PostgreSQL(place, wait=wait)
